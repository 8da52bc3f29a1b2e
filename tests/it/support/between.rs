//! A gateway on loopback between akm and a served sandbox: it hands each call on, and says something else where a test wants that.

use crate::support::serving::Serving;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What is answered to an action, by whatever hands the call on and gives back the server's answer.
type Rule = Box<dyn Fn(&str, &dyn Fn() -> String) -> String + Send>;

pub(crate) struct Between {
    pub(crate) endpoint: String,
    rule: Arc<Mutex<Rule>>,
}

impl Between {
    pub(crate) fn before(serving: &Serving) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let rule: Rule = Box::new(|_, hand_on| hand_on());
        let rule = Arc::new(Mutex::new(rule));
        let (held, server) = (rule.clone(), serving.address().to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (rule, server) = (held.clone(), server.clone());
                std::thread::spawn(move || answer(stream, &rule, &server));
            }
        });
        Self { endpoint, rule }
    }

    /// From now on.
    pub(crate) fn say(&self, rule: impl Fn(&str, &dyn Fn() -> String) -> String + Send + 'static) {
        *self.rule.lock().unwrap() = Box::new(rule);
    }

    /// Hands all on as it is.
    pub(crate) fn be_still(&self) {
        self.say(|_, hand_on| hand_on());
    }
}

fn answer(mut stream: TcpStream, rule: &Mutex<Rule>, server: &str) {
    let head = head(&mut stream);
    let action = header(&head, "x-acs-action").unwrap_or_default();
    let hand_on = || {
        let mut server = TcpStream::connect(server).unwrap();
        let last = head.replacen("\r\n\r\n", "\r\nconnection: close\r\n\r\n", 1);
        server.write_all(last.as_bytes()).unwrap();
        let mut answer = String::new();
        server.read_to_string(&mut answer).unwrap();
        answer
    };
    let said = rule.lock().unwrap()(&action, &hand_on);
    let _ = stream.write_all(said.as_bytes());
}

/// A request's head, whole: those of akm have no body.
fn head(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut reader = BufReader::new(stream);
    while !text.ends_with("\r\n\r\n") && reader.read_line(&mut text).is_ok_and(|read| read > 0) {}
    text
}

fn header(head: &str, name: &str) -> Option<String> {
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    let found = fields.find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.to_owned())
}

/// The answer with another `Date`, or none.
pub(crate) fn dated(answer: &str, date: Option<&str>) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let lines = head.lines();
    let mut lines: Vec<&str> = lines
        .filter(|line| !line.to_ascii_lowercase().starts_with("date:"))
        .collect();
    let date = date.map(|date| format!("date: {date}"));
    lines.extend(date.as_deref());
    format!("{}\r\n\r\n{body}", lines.join("\r\n"))
}

/// The answer with another text in its body.
pub(crate) fn with(answer: &str, from: &str, to: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(body.contains(from), "{from} is not in {body}");
    let body = body.replace(from, to);
    let lines = head.lines();
    let lines: Vec<&str> = lines
        .filter(|line| !line.to_ascii_lowercase().starts_with("content-length:"))
        .collect();
    let length = body.len();
    format!(
        "{}\r\ncontent-length: {length}\r\n\r\n{body}",
        lines.join("\r\n")
    )
}

/// So long after now, as a `Date`.
pub(crate) fn date_after(span: chrono::TimeDelta) -> String {
    (chrono::Utc::now() + span)
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

/// A list of pairs without that one.
pub(crate) fn without(answer: &str, id: &str) -> String {
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut list: serde_json::Value = serde_json::from_str(body).unwrap();
    let keys = list["AccessKeys"]["AccessKey"].as_array_mut().unwrap();
    keys.retain(|key| key["AccessKeyId"] != id);
    with(answer, body, &list.to_string())
}
