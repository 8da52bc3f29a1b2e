//! `akm sandbox serve`: the command and the port. What the port answers is asked by the official SDKs, in `sdk`.

use crate::support::env::Env;
use crate::support::serving::Serving;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn the_line_names_an_administrator_and_nothing_is_left_behind() {
    let env = Env::new();
    let mut serving = Serving::start(&env, &[]);
    let told = |name: &str| serving.told[name].as_str().unwrap().to_owned();
    assert!(told("endpoint").starts_with("http://127.0.0.1:"));
    assert!(told("access_key_id").starts_with("LTAI5tSANDBOX"));
    assert_eq!(told("access_key_secret").len(), 30);
    let account = told("account_id");
    assert_eq!(told("default_domain"), format!("{account}.onaliyun.com"));
    assert_eq!(
        told("role_arn"),
        format!("acs:ram::{account}:role/sandbox-role")
    );
    assert_eq!(serving.told.as_object().unwrap().len(), 6);
    assert_eq!(serving.line.matches('\n').count(), 1);
    assert_eq!(serving.end("TERM"), Some(0));
    assert!(env.files().is_empty());
}

#[test]
fn both_signals_end_it_cleanly_also_while_a_caller_is_connected() {
    let env = Env::new();
    for signal in ["INT", "TERM"] {
        let mut serving = Serving::start(&env, &[]);
        let _idle = TcpStream::connect(serving.address()).unwrap();
        let start = Instant::now();
        assert_eq!(serving.end(signal), Some(0));
        assert!(start.elapsed() < Duration::from_secs(2));
    }
}

#[test]
fn what_persists_is_the_sandbox_of_every_other_command() {
    let env = Env::new();
    let id = env.create("alice");
    let mut serving = Serving::start(&env, &["--persist"]);
    let pair = serving.told["access_key_id"].clone();
    assert_eq!(env.akm(&["verify", &id]).code, 0, "while it is served");
    assert_eq!(serving.end("INT"), Some(0));
    let again = Serving::start(&env, &["--persist"]);
    assert_eq!(again.told["access_key_id"], pair);
}

#[test]
fn other_machines_are_let_in_only_by_name() {
    let env = Env::new();
    env.akm(&["sandbox", "serve", "--listen", "0.0.0.0:0"])
        .said(
            &[],
            2,
            "",
            "error: `0.0.0.0:0` is no loopback address: other machines could use the sandbox\n\
         hint: `--listen 127.0.0.1:0`, or add `--listen-anywhere` if you mean it\n",
        );
    let taken = Serving::start(&env, &[]);
    let ran = env.akm(&["sandbox", "serve", "--listen", taken.address()]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("cannot be served: "), "{}", ran.stderr);
}

#[test]
fn heads_and_bodies_are_bounded_in_time_and_size() {
    let serving = Serving::start(&Env::new(), &[]);
    let close = "connection: close\r\n\r\n";
    let long = format!(
        "GET / HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n",
        "a".repeat(20_000)
    );
    for (request, status) in [
        (format!("GET / HTTP/1.1\r\n{close}"), "400 "),
        (long, "431 "),
        (
            format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1048577\r\n{close}"),
            "413 ",
        ),
        (
            format!(
                "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n{close}ab"
            ),
            "400 ",
        ),
        (format!("PUT / HTTP/1.1\r\nhost: x\r\n{close}"), "405 "),
        (
            format!("POST /_control HTTP/1.1\r\nhost: x\r\n{close}"),
            "404 ",
        ),
    ] {
        let answer = serving.raw(request.as_bytes());
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{request} {answer}"
        );
    }
    let start = Instant::now();
    assert_eq!(serving.raw(b"GET / HTTP/1.1\r\nhost: x\r\n"), "");
    assert!(
        (4..7).contains(&start.elapsed().as_secs()),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn a_caller_too_many_is_told_so_and_room_is_made() {
    let serving = Serving::start(&Env::new(), &[]);
    let connect = || TcpStream::connect(serving.address()).unwrap();
    let mut held: Vec<_> = (0..256).map(|_| connect()).collect();
    std::thread::sleep(Duration::from_millis(300));
    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let turned_away = serving.raw(b"");
    assert!(turned_away.starts_with("HTTP/1.1 503 "), "{turned_away}");
    held.clear();
    std::thread::sleep(Duration::from_millis(300));
    assert!(serving.raw(request).starts_with("HTTP/1.1 400 "));
}

#[test]
fn answers_are_as_late_as_wanted() {
    let serving = Serving::start(&Env::new(), &["--latency", "300ms"]);
    let start = Instant::now();
    serving.raw(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert!(start.elapsed() >= Duration::from_millis(300));
    let env = Env::new();
    assert_eq!(env.akm(&["sandbox", "serve", "--latency", "soon"]).code, 2);
}

/// A client keeps its connection for a while, and does not look whether it is open still.
#[test]
fn a_connection_without_use_for_six_seconds_is_open_still() {
    let env = Env::new();
    let serving = Serving::start(&env, &[]);
    let mut stream = TcpStream::connect(serving.address()).unwrap();
    let ask = "PUT / HTTP/1.1\r\nhost: x\r\n";
    write!(stream, "{ask}\r\n").unwrap();
    std::thread::sleep(Duration::from_secs(6));
    write!(stream, "{ask}connection: close\r\n\r\n").unwrap();
    let mut both = String::new();
    stream.read_to_string(&mut both).unwrap();
    assert_eq!(both.matches("HTTP/1.1 405").count(), 2, "{both}");
}
