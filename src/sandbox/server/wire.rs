//! Between HTTP and the gateway's requests and answers.

use crate::cloud::transport::{Request, Response};
use crate::sandbox::form;
use crate::sandbox::gateway;
use crate::sandbox::refusal::Refusal;
use crate::sys::clock::{Clock, SystemClock};
use crate::sys::http_server::{self, Answer, Malformed};

/// Returns the request as the gateway reads it.
pub(super) fn read(request: http_server::Request) -> Request {
    Request {
        method: request.method,
        path: request.path,
        query: form::decode(request.query.as_deref().unwrap_or_default()),
        headers: request.headers,
        body: request.body,
    }
}

/// Returns the answer as HTTP takes it; `is_cut` lets only half of its body out.
pub(super) fn write(mut answer: Response, is_cut: bool) -> Answer {
    Answer {
        status: answer.status,
        headers: std::mem::take(&mut answer.headers),
        body: std::mem::take(&mut answer.body).into(),
        is_cut,
    }
}

/// Returns a refusal that the gateway did not see.
pub(super) fn refused(refusal: Refusal) -> Response {
    gateway::refused(refusal, "", SystemClock.now())
}

/// Returns what a request gets that never reached the gateway: 400 without a `Host` or with a body that breaks off, 413 and 408 for
/// a body too long or too slow, 503 for a caller too many.
pub(super) fn malformed(why: Malformed) -> Answer {
    let refusal = match why {
        Malformed::NoHost => Refusal::missing("Host"),
        Malformed::BrokenBody => {
            Refusal::new(400, "InvalidParameter", "The body could not be read.")
        }
        Malformed::LongBody => Refusal::new(413, "RequestEntityTooLarge", "The body is too long."),
        Malformed::SlowBody => {
            Refusal::new(408, "RequestTimeout", "The body did not come in time.")
        }
        Malformed::NoRoom => return no_room(),
    };
    write(refused(refusal), false)
}

fn no_room() -> Answer {
    const BODY: &str =
        r#"{"Code":"ServiceUnavailable","Message":"There are too many connections."}"#;
    let json = ("content-type".to_owned(), "application/json".to_owned());
    Answer {
        headers: vec![json],
        body: BODY.as_bytes().to_vec().into(),
        ..Answer::empty(503)
    }
}
