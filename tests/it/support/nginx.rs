//! nginx in front of a served sandbox: TLS, with a private authority and certificates that are right and wrong.

use crate::support::env::{Env, have};
use crate::support::serving::Serving;
use std::fmt::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// One port of nginx: the certificate that it shows.
#[derive(Clone, Copy)]
pub(crate) enum Door {
    Good,
    OtherName,
    Expired,
    UnknownIssuer,
    Plain,
}

const DOORS: [Door; 5] = [
    Door::Good,
    Door::OtherName,
    Door::Expired,
    Door::UnknownIssuer,
    Door::Plain,
];

pub(crate) struct Nginx {
    child: Child,
    folder: PathBuf,
    ports: Vec<u16>,
}

impl Nginx {
    /// `None` where nginx or openssl is not on the machine, which is said.
    pub(crate) fn start(env: &Env, serving: &Serving) -> Option<Self> {
        if !have("nginx") || !have("openssl") {
            return None;
        }
        let folder = env.path("nginx");
        std::fs::create_dir_all(&folder).unwrap();
        certificates(&folder);
        Some(Self::run(&folder, DOORS.len(), |ports| {
            configuration(serving, ports)
        }))
    }

    /// One port of loopback before two accounts, as the cloud is: what is signed with that pair goes to the other. Gives back its endpoint, too.
    pub(crate) fn before(
        env: &Env,
        one: &Serving,
        other: &Serving,
        id: &str,
    ) -> Option<(Self, String)> {
        if !have("nginx") {
            return None;
        }
        let folder = env.path("nginx");
        std::fs::create_dir_all(&folder).unwrap();
        let (one, other) = (one.address(), other.address());
        let nginx = Self::run(&folder, 1, |ports| {
            around(&format!(
                "map $http_authorization $account {{ default {one}; \"~Credential={id}\" {other}; }}
                 server {{ listen 127.0.0.1:{};
                   location / {{ proxy_pass http://$account; proxy_set_header Host $http_host; proxy_pass_header Date; }} }}",
                ports[0]
            ))
        });
        let endpoint = format!("http://127.0.0.1:{}", nginx.ports[0]);
        Some((nginx, endpoint))
    }

    /// Between the choice of a port and its use another test may take it: then nginx is started with others.
    fn run(folder: &Path, count: usize, configuration: impl Fn(&[u16]) -> String) -> Self {
        let started = (0..5).find_map(|_| {
            let ports = free_ports(count);
            Self::run_on(folder.to_owned(), &configuration(&ports), ports)
        });
        started.unwrap()
    }

    /// `None` where one of the ports is taken.
    fn run_on(folder: PathBuf, configuration: &str, ports: Vec<u16>) -> Option<Self> {
        std::fs::write(folder.join("nginx.conf"), configuration).unwrap();
        let child = Command::new("nginx")
            .arg("-p")
            .arg(&folder)
            .args(["-c", "nginx.conf", "-e", "error.log"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut this = Self {
            child,
            folder,
            ports,
        };
        this.listens().then_some(this)
    }

    /// It writes its process id once it has all its ports, and gives up after some seconds without one.
    fn listens(&mut self) -> bool {
        let since = Instant::now();
        while !self.folder.join("nginx.pid").exists() {
            assert!(since.elapsed() < Duration::from_secs(20), "nginx starts");
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// `https://localhost:PORT` of that door, or `http://` of the plain one.
    pub(crate) fn endpoint(&self, door: Door) -> String {
        let port = self.ports[door as usize];
        match door {
            Door::Plain => format!("http://localhost:{port}"),
            _ => format!("https://localhost:{port}"),
        }
    }

    pub(crate) fn port(&self, door: Door) -> u16 {
        self.ports[door as usize]
    }

    /// The roots that make the good door good.
    pub(crate) fn roots(&self) -> String {
        self.folder.join("roots.pem").to_str().unwrap().to_owned()
    }

    /// The requests that reached it: method, target without its query, status.
    pub(crate) fn log(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.join("access.log")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for Nginx {
    /// The master ends its workers when it is asked to.
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_some() {
            return;
        }
        let ended = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(ended.unwrap().success());
        let _ = self.child.wait();
    }
}

/// Ports that nobody listens on. They are taken together and given back together: one by one, two could be the same.
fn free_ports(count: usize) -> Vec<u16> {
    let taken = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    let taken: Vec<TcpListener> = taken.collect();
    let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
    taken.iter().map(port).collect()
}

fn configuration(serving: &Serving, ports: &[u16]) -> String {
    let mut servers = String::new();
    for (door, port) in DOORS.iter().zip(ports) {
        let tls = match door {
            Door::Good => Some(("good", "key")),
            Door::OtherName => Some(("other", "key")),
            Door::Expired => Some(("expired", "key")),
            Door::UnknownIssuer => Some(("stranger", "key")),
            Door::Plain => None,
        };
        let tls = tls.map_or_else(String::new, |(certificate, key)| {
            format!("ssl_certificate {certificate}.pem; ssl_certificate_key {key}.pem;")
        });
        let ssl = if tls.is_empty() { "" } else { " ssl" };
        let _ = writeln!(
            servers,
            "server {{ listen 127.0.0.1:{port}{ssl}; server_name localhost; {tls}
               location / {{ proxy_pass http://sandbox; proxy_http_version 1.1; proxy_set_header Connection \"\";
                 proxy_set_header Host $http_host; proxy_pass_header Date; }} }}"
        );
    }
    let upstream = format!(
        "upstream sandbox {{ server {}; keepalive 8; }}",
        serving.address()
    );
    around(&format!("{upstream}\n{servers}"))
}

fn around(servers: &str) -> String {
    format!(
        "daemon off; worker_processes 1; pid nginx.pid;
         events {{ worker_connections 64; }}
         http {{ log_format short '$connection $request_method $uri $status'; access_log access.log short;
           client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
           {servers} }}"
    )
}

/// An authority, and certificates of one key: right, for another name, expired, and of an authority that nobody knows.
fn certificates(folder: &Path) {
    let script = "set -e
new='openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30'
$new -keyout authority.key -out roots.pem -subj '/CN=Known' -addext keyUsage=critical,keyCertSign
$new -keyout strange.key -out strange.pem -subj '/CN=Strange' -addext keyUsage=critical,keyCertSign
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out request.pem -subj '/CN=akm'
sign() {
  printf 'subjectAltName=DNS:%s\\nbasicConstraints=CA:FALSE\\nextendedKeyUsage=serverAuth\\n' \"$2\" > $1.ext
  openssl x509 -req -in request.pem -CA $3.pem -CAkey $4.key -CAcreateserial -days $5 -extfile $1.ext -out $1.pem
}
sign good localhost roots authority 30
sign other elsewhere.example roots authority 30
sign expired localhost roots authority -1
sign stranger localhost strange strange 30";
    let made = Command::new("bash")
        .args(["-c", script])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}
