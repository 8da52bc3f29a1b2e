//! For tests: a cloud that answers every call with the same.

use super::{
    Client, Credentials,
    transport::{Request, Response, Service, Transport, Undelivered},
};
use crate::core::secret::Secret;
use crate::core::time::Timestamp;
use crate::sys::clock::{Clock, SystemClock};
use std::sync::Arc;
use std::time::Duration;

/// Sleeps no time at all.
struct Sleepless;

impl Clock for Sleepless {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn sleep(&self, _: Duration) {}
}

struct Answering(u16, String);

impl Transport for Answering {
    fn send(&self, _: Service, _: &Request, _: usize, _: bool) -> Result<Response, Undelivered> {
        Ok(Response {
            status: self.0,
            headers: Vec::new(),
            body: self.1.as_bytes().to_vec(),
            date: None,
        })
    }

    fn host(&self, _: Service) -> String {
        "cloud.example".to_owned()
    }

    fn tries(&self) -> u32 {
        1
    }

    fn may_execute_late(&self) -> bool {
        true
    }
}

/// Signs as `LTAI1`.
pub(crate) fn with(status: u16, body: &str) -> Client {
    let credentials = Credentials {
        id: "LTAI1".to_owned(),
        secret: Secret::new("s3cr3t".to_owned()).unwrap(),
        token: None,
    };
    let transport = Arc::new(Answering(status, body.to_owned()));
    Client::new(transport, credentials, Arc::new(Sleepless))
}
