//! What a client knows of a call whose request or answer was lost or broken.

use super::*;
use crate::cloud::Outcome;
use crate::cloud::transport::{Request, Response, Service, Undelivered};
use std::sync::atomic::{AtomicU8, Ordering};

/// Loses the request, or its answer, or breaks it, by number.
struct Bad(Embedded, AtomicU8);

impl Transport for Bad {
    fn send(
        &self,
        service: Service,
        request: &Request,
        limit: usize,
        fresh: bool,
    ) -> Result<Response, Undelivered> {
        let answer = |status, body: &str| {
            Ok(Response {
                status,
                headers: Vec::new(),
                body: body.as_bytes().to_vec(),
                date: None,
            })
        };
        match self.1.fetch_add(1, Ordering::Relaxed) {
            0 => Err(Undelivered::NotSent("refused".to_owned())),
            1 => self
                .0
                .send(service, request, limit, fresh)
                .and(Err(Undelivered::NoAnswer("cut".to_owned()))),
            2 => answer(
                200,
                "{\"AccessKey\":{\"AccessKeyId\":\"LTAI1\",\"AccessKeySecret\":\"s3",
            ),
            3 => answer(
                200,
                "{\"AccessKey\":{\"AccessKeyId\":\"../../x\",\"AccessKeySecret\":\"s3cr3t\"}}",
            ),
            4 => answer(502, "<html>bad gateway</html>"),
            5 => answer(
                400,
                "{\"Code\":\"SignatureNonceUsed\",\"Message\":\"used\"}",
            ),
            6 => answer(400, "{\"Code\":\"Throttling.User\",\"Message\":\"slow\"}"),
            _ => answer(403, "not json"),
        }
    }

    fn host(&self, service: Service) -> String {
        self.0.host(service)
    }

    fn tries(&self) -> u32 {
        1
    }

    fn may_execute_late(&self) -> bool {
        true
    }
}

#[test]
fn what_is_known_of_a_failed_create() {
    let cloud = client_over(|embedded| Arc::new(Bad(embedded, AtomicU8::new(0))));
    let expected = [
        (Fault::NotSent, Outcome::NotSent),
        (Fault::NoAnswer, Outcome::Unknown),
        (Fault::BadAnswer, Outcome::Unknown),
        (Fault::BadAnswer, Outcome::Unknown),
        (Fault::Unavailable, Outcome::Unknown),
        (Fault::NonceUsed, Outcome::Unknown),
        (Fault::Throttled, Outcome::Refused),
        (Fault::BadAnswer, Outcome::Unknown),
    ];
    for known in expected {
        let error = cloud
            .create_pair(&cloud.prepare_pair(&Owner::Account).unwrap())
            .unwrap_err();
        assert_eq!((error.fault, error.outcome()), known);
        assert!(!error.to_string().contains("s3"), "{error}");
    }
}
