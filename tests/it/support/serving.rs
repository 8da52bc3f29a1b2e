//! A sandbox that is being served, for one test.

use crate::support::env::Env;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

pub(crate) struct Serving {
    child: Child,
    /// The line it printed, as it stood there and read.
    pub(crate) line: String,
    pub(crate) told: Value,
}

impl Serving {
    pub(crate) fn start(env: &Env, options: &[&str]) -> Self {
        let mut command = env.command(&[&["sandbox", "serve"], options].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let told = serde_json::from_str(&line).unwrap();
        Self { child, line, told }
    }

    pub(crate) fn address(&self) -> &str {
        let endpoint = self.told["endpoint"].as_str().unwrap();
        endpoint.strip_prefix("http://").unwrap()
    }

    /// What comes back for these bytes, until the server closes.
    pub(crate) fn raw(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Asks it to end by that signal; gives back its exit code.
    pub(crate) fn end(&mut self, signal: &str) -> Option<i32> {
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(
            Command::new("bash")
                .arg("-c")
                .arg(kill)
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serving {
    /// One field of the line it printed.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.told[name].as_str().unwrap()
    }

    /// Adds a profile of that name, which reaches this server by its own endpoint.
    pub(crate) fn add_profile(&self, env: &Env, name: &str) {
        self.add_profile_by(env, name, self.field("endpoint"), &[]);
    }

    /// The same by another way.
    pub(crate) fn add_profile_by(&self, env: &Env, name: &str, endpoint: &str, more: &[&str]) {
        let id = self.field("access_key_id");
        let args = ["profile", "add", name, "--access-key-id", id];
        let args = [&args[..], &["--endpoint", endpoint], more].concat();
        let ran = env.akm_fed(&args, self.field("access_key_secret"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        hasten(env);
    }

    /// Gives an order to the server's control.
    pub(crate) fn order(&self, order: &Value) {
        let body = order.to_string();
        let answer = self.raw(
            format!(
                "POST /_control HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                self.field("control_token"),
                body.len()
            )
            .as_bytes(),
        );
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

/// Lets no profile wait between two checks of a new pair: the server knows it at once.
fn hasten(env: &Env) {
    let path = env.home().join("config.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("verify_pause = \"0s\"\n", "");
    let hastened = |line: &str| match line.strip_prefix("secret_store = ") {
        Some(_) => format!("{line}\nverify_pause = \"0s\"\n"),
        None => format!("{line}\n"),
    };
    let text: String = text.lines().map(hastened).collect();
    std::fs::write(&path, text).unwrap();
}
