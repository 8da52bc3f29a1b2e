//! Between HTTP and the gateway's requests and answers.

use crate::cloud::transport::{Request, Response};
use crate::sandbox::form;
use crate::sandbox::gateway;
use crate::sandbox::refusal::Refusal;
use crate::sys::clock::{Clock, SystemClock};
use hyper::body::{Body as _, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_LENGTH, HOST};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

const BODY_SIZE: usize = 1 << 20;
const BODY_TIME: Duration = Duration::from_secs(10);

/// The connection is dropped without an answer, or in the midst of one.
#[derive(Debug)]
pub(super) struct Gone;

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is dropped")
    }
}

impl std::error::Error for Gone {}

/// The whole request. 400 without a `Host` or with a body that breaks off, 413 and 408 for one too long or too slow.
pub(super) async fn read(request: hyper::Request<Incoming>) -> Result<Request, Refusal> {
    let (head, body) = request.into_parts();
    if !head.headers.contains_key(HOST) {
        return Err(Refusal::missing("Host"));
    }
    let length = head.headers.get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > BODY_SIZE) {
        return Err(too_long());
    }
    let body = timeout(BODY_TIME, whole(body))
        .await
        .map_err(|_| Refusal::new(408, "RequestTimeout", "The body did not come in time."))??;
    let text =
        |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter();
    Ok(Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: form::decode(head.uri.query().unwrap_or_default()),
        headers: headers
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect(),
        body,
    })
}

async fn whole(mut body: Incoming) -> Result<Vec<u8>, Refusal> {
    let mut whole = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame
            .map_err(|_| Refusal::new(400, "InvalidParameter", "The body could not be read."))?;
        whole.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
        if whole.len() > BODY_SIZE {
            return Err(too_long());
        }
    }
    Ok(whole)
}

fn too_long() -> Refusal {
    Refusal::new(413, "RequestEntityTooLarge", "The body is too long.")
}

/// A refusal that the gateway did not see.
pub(super) fn refused(refusal: Refusal) -> Response {
    gateway::refused(refusal, "", SystemClock.now())
}

/// The answer as HTTP; `cut` lets only half of its body out.
pub(super) fn write(mut answer: Response, cut: bool) -> Result<hyper::Response<Body>, Gone> {
    let mut response = hyper::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let body = Body::new(std::mem::take(&mut answer.body), cut);
    response.body(body).map_err(|_| Gone)
}

/// Says that there is no room. The caller may have sent a request already, which nobody reads.
pub(super) async fn turn_away(stream: &TcpStream) {
    const BODY: &str =
        r#"{"Code":"ServiceUnavailable","Message":"There are too many connections."}"#;
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{BODY}",
        BODY.len()
    );
    if stream.writable().await.is_ok() {
        let _ = stream.try_write(answer.as_bytes());
    }
}

/// An answer's body, whole or cut.
pub(super) struct Body {
    data: Option<Bytes>,
    length: u64,
    cut: bool,
    paused: bool,
}

impl Body {
    fn new(mut data: Vec<u8>, cut: bool) -> Self {
        let length = data.len() as u64;
        if cut {
            data.truncate(data.len() / 2);
        }
        Self {
            data: Some(data.into()),
            length,
            cut,
            paused: false,
        }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Gone;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Gone>>> {
        if let Some(data) = self.data.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if !self.cut {
            return Poll::Ready(None);
        }
        if self.paused {
            return Poll::Ready(Some(Err(Gone)));
        }
        // An error now would take the half that was not yet flushed along.
        self.paused = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && !self.cut
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
