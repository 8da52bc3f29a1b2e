//! A proxy on loopback, which alone knows where the hosts of a test are.

use base64::prelude::{BASE64_STANDARD, Engine};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// How it is asked for a tunnel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoken {
    Connect,
    Socks5,
}

/// An endpoint that it lets nobody reach, and one that is not there.
pub(crate) const FORBIDDEN: &str = "https://forbidden.example";
pub(crate) const NOWHERE: &str = "https://nowhere.example";

pub(crate) struct Proxy {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Rules {
    spoken: Spoken,
    /// The user and the password that it asks for.
    login: Option<(String, String)>,
    /// The port of loopback that every other host is at.
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) fn start(spoken: Spoken, login: Option<(&str, &str)>, port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
        let rules = Rules {
            spoken,
            login,
            port,
            asked: asked.clone(),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let rules = rules.clone();
                std::thread::spawn(move || rules.serve(stream));
            }
        });
        Self { address, asked }
    }

    /// The hosts with their ports that tunnels were asked to, since the last look.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Rules {
    /// A client that goes away in between is none of the test's business.
    fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let asked = match self.spoken {
            Spoken::Connect => self.connect(&mut stream),
            Spoken::Socks5 => self.socks5(&mut stream),
        };
        asked?;
        let host = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let (up, down) = (stream.try_clone().ok()?, host.try_clone().ok()?);
        let upward = std::thread::spawn(move || pass(up, host));
        pass(down, stream);
        upward.join().ok()
    }

    fn note(&self, target: &str) {
        self.asked.lock().unwrap().push(target.to_owned());
    }

    fn connect(&self, stream: &mut TcpStream) -> Option<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(byte(stream)?);
        }
        let head = String::from_utf8(head).ok()?;
        let target = head.strip_prefix("CONNECT ")?.split(' ').next()?;
        self.note(target);
        let status = if !self.lets_in(&head) {
            "407 Proxy Authentication Required"
        } else if is_at(FORBIDDEN, target) {
            "403 Forbidden"
        } else if is_at(NOWHERE, target) {
            "502 Bad Gateway"
        } else {
            "200 OK"
        };
        let answer = format!("HTTP/1.1 {status}\r\n\r\n");
        stream.write_all(answer.as_bytes()).ok()?;
        status.starts_with("200").then_some(())
    }

    fn lets_in(&self, head: &str) -> bool {
        let Some((user, password)) = &self.login else {
            return true;
        };
        let token = BASE64_STANDARD.encode(format!("{user}:{password}"));
        head.contains(&format!("\r\nProxy-Authorization: Basic {token}\r\n"))
    }

    fn socks5(&self, stream: &mut TcpStream) -> Option<()> {
        let _version = byte(stream)?;
        let methods = counted(stream)?;
        if let Some((user, password)) = &self.login {
            if !methods.contains(&2) {
                stream.write_all(&[5, 0xff]).ok()?;
                return None;
            }
            stream.write_all(&[5, 2]).ok()?;
            let _version = byte(stream)?;
            let given = (counted(stream)?, counted(stream)?);
            let right = given == (user.clone().into_bytes(), password.clone().into_bytes());
            stream.write_all(&[1, u8::from(!right)]).ok()?;
            right.then_some(())?;
        } else {
            stream.write_all(&[5, 0]).ok()?;
        }
        // Version, the order to connect, a reserved byte, and the kind of address: a name.
        let mut order = [0; 4];
        stream.read_exact(&mut order).ok()?;
        assert_eq!(order, [5, 1, 0, 3], "the proxy looks names up");
        let host = String::from_utf8(counted(stream)?).ok()?;
        let port = u16::from_be_bytes([byte(stream)?, byte(stream)?]);
        self.note(&format!("{host}:{port}"));
        let status = if is_at(FORBIDDEN, &host) {
            2
        } else if is_at(NOWHERE, &host) {
            4
        } else {
            0
        };
        let answer = [5, status, 0, 1, 0, 0, 0, 0, 0, 0];
        stream.write_all(&answer).ok()?;
        (status == 0).then_some(())
    }
}

fn is_at(endpoint: &str, host: &str) -> bool {
    let named = endpoint.strip_prefix("https://");
    named.is_some_and(|named| host.starts_with(named))
}

fn byte(stream: &mut TcpStream) -> Option<u8> {
    let mut byte = [0];
    stream.read_exact(&mut byte).ok()?;
    Some(byte[0])
}

/// Bytes after their number.
fn counted(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = vec![0; usize::from(byte(stream)?)];
    stream.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
