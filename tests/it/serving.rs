//! A sandbox that is being served, for one test.

use crate::env::Env;
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
