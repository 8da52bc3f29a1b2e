//! What carries a signed request to the cloud and its answer back.

use crate::core::time::Timestamp;

/// The services akm speaks to; a host and an API version each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Ram,
    Ims,
    Sts,
}

impl Service {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ram => "Ram",
            Self::Ims => "Ims",
            Self::Sts => "Sts",
        }
    }

    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::Ram => "2015-05-01",
            Self::Ims => "2019-08-15",
            Self::Sts => "2015-04-01",
        }
    }
}

/// An HTTP request as it goes out. `query` and `body` are decoded or raw respectively; header names are lower case.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Decoded names and values; the wire form is [`super::signature::query_string`].
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The first header of that lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// An answer, whole and within the size asked for.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Lower-case names.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The server's clock (`Date`), when it gave it.
    pub(crate) date: Option<Timestamp>,
}

impl Response {
    /// The first header of that lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Drop for Response {
    /// The body of a create holds a secret.
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.body);
    }
}

/// No answer came. Whether the request left makes all the difference to a create.
#[derive(Debug)]
pub(crate) enum Undelivered {
    /// Not one byte of the request was sent: it cannot have been executed.
    NotSent(String),
    /// The other side could not show that it is the cloud; not one byte of the request was sent.
    Untrusted(String),
    /// A proxy on the way refuses to hand anything on; not one byte of the request was sent.
    Refused(String),
    /// Some of it was sent: it may have been, or may yet be, executed.
    NoAnswer(String),
}

/// A way to the cloud.
pub(crate) trait Transport: Send + Sync {
    /// Sends the request once, never again by itself, and waits for the answer. `limit` bounds the body in bytes; more is
    /// [`Undelivered::NoAnswer`]. `fresh` asks for a connection of its own: one that was kept may turn out to be closed when half
    /// the request is gone.
    fn send(
        &self,
        service: Service,
        request: &Request,
        limit: usize,
        fresh: bool,
    ) -> Result<Response, Undelivered>;

    /// What `host` is to be in the signed request.
    fn host(&self, service: Service) -> String;

    /// How often a call that may be repeated is tried.
    fn tries(&self) -> u32;

    /// Whether a request without an answer can still be executed after [`Transport::send`] returned.
    fn may_execute_late(&self) -> bool;
}
