//! The way to a sandbox in this process.

use super::Gateway;
use crate::cloud::transport::{Request, Response, Service, Transport, Undelivered};

/// A gateway that is called, not sent to.
pub(crate) struct Embedded(Gateway);

impl Embedded {
    pub(crate) fn new(gateway: Gateway) -> Self {
        Self(gateway)
    }
}

impl Transport for Embedded {
    fn send(
        &self,
        _service: Service,
        request: &Request,
        limit: usize,
        _fresh: bool,
    ) -> Result<Response, Undelivered> {
        let response = self.0.answer(request);
        if response.body.len() > limit {
            let why = format!("the answer is longer than {limit} bytes");
            return Err(Undelivered::NoAnswer(why));
        }
        Ok(response)
    }

    fn host(&self, _service: Service) -> String {
        "sandbox.akm".to_owned()
    }

    fn tries(&self) -> u32 {
        1
    }

    fn may_execute_late(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, TurnedClock, account, seed};
    use super::super::{Gateway, Memory};
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_signed_request_comes_back_answered_within_the_limit() {
        let records = Box::new(Memory::new(account()));
        let gateway = Gateway::new(records, seed(), Arc::new(TurnedClock::new()), true);
        let sandbox = Embedded::new(gateway);
        let bench = Bench::memory();
        let send = |limit| {
            let request = bench.signed(&bench.console, Service::Sts, "GetCallerIdentity", &[]);
            sandbox.send(Service::Sts, &request, limit, false)
        };
        assert_eq!(send(1000).unwrap().status, 200);
        assert!(matches!(send(10), Err(Undelivered::NoAnswer(_))));
        assert_eq!(sandbox.host(Service::Ram), "sandbox.akm");
        assert!(!sandbox.may_execute_late());
    }
}
