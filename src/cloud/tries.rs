//! Which calls are made again when they fail, and when.

use super::transport::Service;
use super::{Client, Error, Fault};
use serde::de::DeserializeOwned;

impl Client {
    /// A call that may be made again: a read, or a change that says what is to be. Each try is signed anew.
    pub(super) fn call<T: DeserializeOwned>(
        &self,
        service: Service,
        action: &'static str,
        query: &[(&str, &str)],
        limit: usize,
    ) -> Result<T, Error> {
        self.tried(Error::is_passing, || {
            self.send(&self.sign(service, action, query)?, limit)
        })
    }

    /// A call that makes something: made again only if not one byte of it was sent.
    pub(super) fn call_once<T: DeserializeOwned>(
        &self,
        service: Service,
        action: &'static str,
        query: &[(&str, &str)],
        limit: usize,
    ) -> Result<T, Error> {
        let again = |error: &Error| error.fault == Fault::NotSent;
        self.tried(again, || self.send_fresh(service, action, query, limit))
    }

    /// The same, made again also where the cloud said that it was too much: that request did nothing.
    pub(super) fn call_until_taken<T: DeserializeOwned>(
        &self,
        service: Service,
        action: &'static str,
        query: &[(&str, &str)],
        limit: usize,
    ) -> Result<T, Error> {
        let again = |error: &Error| matches!(error.fault, Fault::NotSent | Fault::Throttled);
        self.tried(again, || self.send_fresh(service, action, query, limit))
    }

    fn send_fresh<T: DeserializeOwned>(
        &self,
        service: Service,
        action: &'static str,
        query: &[(&str, &str)],
        limit: usize,
    ) -> Result<T, Error> {
        let mut signed = self.sign(service, action, query)?;
        signed.fresh = true;
        self.send(&signed, limit)
    }

    fn tried<T>(
        &self,
        again: impl Fn(&Error) -> bool,
        call: impl Fn() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut tried = 1;
        loop {
            match call() {
                Err(error) if tried < self.transport.tries() && again(&error) => {
                    self.clock.sleep(error.pause(tried));
                    tried += 1;
                }
                answer => return answer,
            }
        }
    }
}
