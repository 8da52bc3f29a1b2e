//! What is answered at the credentials URI, and to whom it is refused.

use super::renewal::SharedSession;
use crate::core::credentials::Credentials;
use crate::delivery::credentials_uri;
use crate::sys::{
    http_server::{Answer, Dropped, Handler, Malformed, Request, task},
    random,
};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long one who asks is kept waiting while there is no session: clients give up after 10 s.
const PATIENCE: Duration = Duration::from_secs(8);
const LOOK: Duration = Duration::from_millis(50);

/// A credentials URI on this machine. Its path is the secret by which the program that was started is known.
pub(crate) struct Endpoint {
    address: SocketAddr,
    path: String,
    session: Arc<SharedSession>,
}

impl Endpoint {
    /// Makes the endpoint at that address, with a new path. Fails only where the system has no random bytes.
    pub(crate) fn new(address: SocketAddr, session: Arc<SharedSession>) -> anyhow::Result<Self> {
        let path = format!("/{}", random::hex(&random::bytes::<16>()?));
        Ok(Self {
            address,
            path,
            session,
        })
    }

    pub(crate) fn uri(&self) -> String {
        format!("http://{}{}", self.address, self.path)
    }

    /// Returns the status of a refusal; `None` for one who may ask.
    fn refusal(&self, request: &Request) -> Option<u16> {
        let mut hosts = request.headers.iter().filter(|(name, _)| name == "host");
        let host = hosts.next().map(|(_, host)| host.as_str());
        if hosts.next().is_some() || !host.is_some_and(|host| self.is_own(host)) {
            // A page in a browser whose name was made to lead here.
            return Some(403);
        }
        if !is_same(&request.path, &self.path) || request.query.is_some() {
            return Some(404);
        }
        (request.method != "GET").then_some(405)
    }

    /// Python sends its own address without the port.
    fn is_own(&self, host: &str) -> bool {
        host == self.address.to_string() || host == self.address.ip().to_string()
    }

    /// Returns the session. Where there is none, the next renewal is waited for.
    async fn session(&self) -> Option<Arc<Credentials>> {
        if let Some(session) = self.session.valid() {
            return Some(session);
        }
        let renewal = self.session.ask();
        let mut waited = Duration::ZERO;
        while waited < PATIENCE
            && !self.session.has_ended(renewal)
            && self.session.valid().is_none()
        {
            task::sleep(LOOK).await;
            waited += LOOK;
        }
        self.session.valid()
    }
}

impl Handler for Endpoint {
    /// Every refusal has an empty body: clients quote it in their errors and logs.
    async fn answer(self: Arc<Self>, request: Request) -> Result<Answer, Dropped> {
        if let Some(status) = self.refusal(&request) {
            return Ok(Answer::empty(status));
        }
        let session = self.session().await;
        let body = session.and_then(|session| credentials_uri::answer(&session));
        let Some(body) = body else {
            return Ok(Answer::empty(503));
        };
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![
            header("content-type", "application/json"),
            header("cache-control", "no-store"),
        ];
        Ok(Answer {
            headers,
            body,
            ..Answer::empty(200)
        })
    }

    fn refuse(&self, why: Malformed) -> Answer {
        Answer::empty(match why {
            Malformed::NoHost | Malformed::BrokenBody => 400,
            Malformed::LongBody => 413,
            Malformed::SlowBody => 408,
            Malformed::NoRoom => 503,
        })
    }
}

/// Returns whether both are equal, in a time that does not tell where they differ.
fn is_same(one: &str, other: &str) -> bool {
    let differs = |all, (a, b): (u8, u8)| all | (a ^ b);
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, differs) == 0
}
