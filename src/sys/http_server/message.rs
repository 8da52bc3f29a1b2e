//! Requests and answers, and how they come from HTTP and go to it.

use super::body::Body;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_LENGTH, HOST, HeaderValue};
use std::fmt::Write;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use zeroize::Zeroizing;

const BODY_SIZE: usize = 1 << 20;
const BODY_TIME: Duration = Duration::from_secs(10);

/// A request that came whole, with a `Host`.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// As it was sent, still percent-encoded.
    pub(crate) path: String,
    /// As it was sent, without its question mark; `None` where there is no question mark.
    pub(crate) query: Option<String>,
    /// Lower-case names, in the order they came in.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What goes out.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Lower-case names. The length is added.
    pub(crate) headers: Vec<(String, String)>,
    /// Wiped when it has left: it may hold a secret.
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// Lets only half of the body out, and drops the connection in the midst of it: a fault for tests.
    pub(crate) is_cut: bool,
}

impl Answer {
    /// Returns an answer of that status and nothing else.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Zeroizing::default(),
            is_cut: false,
        }
    }
}

/// Why a request never reached the handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// It has no `Host`, as HTTP/1.1 demands.
    NoHost,
    /// Its body breaks off, or breaks HTTP's rules.
    BrokenBody,
    /// Its body has more than 1 MiB.
    LongBody,
    /// Its body did not come in 10 s.
    SlowBody,
    /// 256 callers are connected already. The request is not read.
    NoRoom,
}

/// The connection is dropped without an answer, or in the midst of one.
#[derive(Debug)]
pub(crate) struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is dropped")
    }
}

impl std::error::Error for Dropped {}

/// Reads the whole request.
pub(super) async fn read(request: hyper::Request<Incoming>) -> Result<Request, Malformed> {
    let (head, body) = request.into_parts();
    if !head.headers.contains_key(HOST) {
        return Err(Malformed::NoHost);
    }
    let length = head.headers.get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > BODY_SIZE) {
        return Err(Malformed::LongBody);
    }
    let body = timeout(BODY_TIME, whole(body))
        .await
        .map_err(|_| Malformed::SlowBody)??;
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter();
    Ok(Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: headers
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect(),
        body,
    })
}

async fn whole(mut body: Incoming) -> Result<Vec<u8>, Malformed> {
    let mut whole = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| Malformed::BrokenBody)?;
        whole.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
        if whole.len() > BODY_SIZE {
            return Err(Malformed::LongBody);
        }
    }
    Ok(whole)
}

/// Returns the answer as HTTP. [`Dropped`] for a status or a header that HTTP does not know.
pub(super) fn write(answer: Answer) -> Result<hyper::Response<Body>, Dropped> {
    let mut response = hyper::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let body = Body::new(answer.body, answer.is_cut);
    response.body(body).map_err(|_| Dropped)
}

/// Says that there is no room. The caller may have sent a request already, which nobody reads.
pub(super) async fn turn_away(stream: &TcpStream, answer: &Answer) {
    let status = hyper::StatusCode::from_u16(answer.status).unwrap_or_default();
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in &answer.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let length = answer.body.len();
    let _ = write!(
        head,
        "content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    if stream.writable().await.is_ok() {
        let whole = Zeroizing::new([head.as_bytes(), &answer.body[..]].concat());
        let _ = stream.try_write(&whole);
    }
}
