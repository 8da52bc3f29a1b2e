//! How much the sandbox's server bears: signed reads, and pairs created and deleted, over 64 connections for 5 s each.
//!
//! `cargo test --release --test load` prints the figures; it is no part of `cargo test`. It signs for itself: the program's own
//! code is not used.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement: it prints, and stops at the first surprise"
)]

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 64;
const SPAN: Duration = Duration::from_secs(5);

fn main() {
    let server = Server::start();
    let mut setup = Caller::new(&server);
    for number in 0..CONNECTIONS {
        setup.call("CreateUser", &format!("UserName=user-{number:02}"));
    }
    let reads = server.under_load(|caller, user| {
        caller.call("ListAccessKeys", &format!("UserName={user}"));
    });
    let pairs = server.under_load(|caller, user| {
        let made = caller.call("CreateAccessKey", &format!("UserName={user}"));
        let id = text(&made["AccessKey"], "AccessKeyId");
        caller.call(
            "DeleteAccessKey",
            &format!("UserAccessKeyId={id}&UserName={user}"),
        );
    });
    println!("signed reads              {reads:8.0} /s   (target 10 000)");
    println!("pairs created and deleted {pairs:8.0} /s   (target  3 000)");
}

struct Server {
    child: Child,
    address: String,
    id: String,
    secret: String,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_akm"));
        command.args(["sandbox", "serve"]).stdout(Stdio::piped());
        let mut child = command
            .env("AKM_HOME", std::env::temp_dir().join("akm-load"))
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let line = serde_json::from_str(&line).unwrap();
        Self {
            child,
            address: text(&line, "endpoint").replace("http://", ""),
            id: text(&line, "access_key_id"),
            secret: text(&line, "access_key_secret"),
        }
    }

    /// How often a second all callers together did it.
    fn under_load(&self, work: impl Fn(&mut Caller<'_>, &str) + Sync) -> f64 {
        let (done, ready) = (AtomicU64::new(0), Barrier::new(CONNECTIONS));
        std::thread::scope(|scope| {
            for number in 0..CONNECTIONS {
                let (work, done, ready) = (&work, &done, &ready);
                scope.spawn(move || {
                    let (mut caller, user) = (Caller::new(self), format!("user-{number:02}"));
                    ready.wait();
                    let start = Instant::now();
                    while start.elapsed() < SPAN {
                        work(&mut caller, &user);
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        let done = u32::try_from(done.into_inner()).unwrap();
        f64::from(done) / SPAN.as_secs_f64()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One connection, kept alive.
struct Caller<'a> {
    server: &'a Server,
    stream: BufReader<TcpStream>,
    nonce: u64,
}

impl<'a> Caller<'a> {
    fn new(server: &'a Server) -> Self {
        let stream = TcpStream::connect(&server.address).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce).unwrap();
        Self {
            server,
            stream: BufReader::new(stream),
            nonce: u64::from_le_bytes(nonce),
        }
    }

    /// One call of RAM; the query must be sorted and need no escapes. The answer must be 200.
    fn call(&mut self, action: &str, query: &str) -> serde_json::Value {
        let request = self.signed(action, query);
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut line, mut status, mut length) = (String::new(), String::new(), 0);
        while line != "\r\n" {
            line.clear();
            self.stream.read_line(&mut line).unwrap();
            if status.is_empty() {
                status.clone_from(&line);
            } else if let Some(text) = line.strip_prefix("content-length: ") {
                length = text.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        assert!(
            status.contains(" 200 "),
            "{status}{}",
            String::from_utf8_lossy(&body)
        );
        serde_json::from_slice(&body).unwrap()
    }

    fn signed(&mut self, action: &str, query: &str) -> String {
        self.nonce = self.nonce.wrapping_add(1);
        let (host, nothing) = (&self.server.address, hex(&Sha256::digest(b"")));
        let date = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ");
        let headers = format!(
            "host:{host}\nx-acs-action:{action}\nx-acs-content-sha256:{nothing}\nx-acs-date:{date}\nx-acs-signature-nonce:{:032x}\nx-acs-version:2015-05-01\n",
            self.nonce
        );
        let names =
            "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";
        let canonical = format!("POST\n/\n{query}\n{headers}\n{names}\n{nothing}");
        let to_sign = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(canonical)));
        let mac = Hmac::<Sha256>::new_from_slice(self.server.secret.as_bytes()).unwrap();
        let signature = hex(&mac.chain_update(to_sign).finalize().into_bytes());
        format!(
            "POST /?{query} HTTP/1.1\r\n{}authorization: ACS3-HMAC-SHA256 Credential={},SignedHeaders={names},Signature={signature}\r\ncontent-length: 0\r\n\r\n",
            headers.replace('\n', "\r\n"),
            self.server.id
        )
    }
}

fn text(value: &serde_json::Value, field: &str) -> String {
    value[field].as_str().unwrap().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
