//! A call that failed: why, as far as the cloud says, and whether and when it is worth another try.

use super::{
    fault::{Fault, Outcome, fault, known},
    refusal,
    transport::Response,
};
use crate::sys::random;
use std::time::Duration;

/// A failed call. `message` is the cloud's own text, foreign and unescaped; empty where it may hold what was signed.
#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) fault: Fault,
    pub(crate) action: &'static str,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
    /// Where the request was to go, where nobody there has answered it whole.
    pub(crate) host: Option<String>,
    /// What a permission error says of who may not do what.
    pub(crate) denied: Option<refusal::Denied>,
    /// The id of the pair that signed, where the answer is about that pair, which the cloud knows.
    pub(crate) signer: Option<String>,
    /// How long the cloud asks to wait (`x-acs-retry-after`, milliseconds).
    retry_after: Option<Duration>,
}

impl Error {
    pub(super) fn not_sent(action: &'static str, why: String) -> Self {
        Self::local(action, Fault::NotSent, why)
    }

    pub(super) fn untrusted(action: &'static str, why: String) -> Self {
        Self::local(action, Fault::Untrusted, why)
    }

    pub(super) fn refused_by_proxy(action: &'static str, why: String) -> Self {
        Self::local(action, Fault::ProxyRefused, why)
    }

    pub(super) fn no_answer(action: &'static str, why: String) -> Self {
        Self::local(action, Fault::NoAnswer, why)
    }

    /// The body is never repeated: a broken answer to a create holds a secret.
    pub(crate) fn bad_answer(action: &'static str) -> Self {
        Self::local(
            action,
            Fault::BadAnswer,
            "the answer is not what the API promises".to_owned(),
        )
    }

    /// `why` says by how much.
    pub(super) fn clock_off(action: &'static str, why: String) -> Self {
        Self::local(action, Fault::ClockOff, why)
    }

    /// The cloud is still at work on what was asked for.
    pub(super) fn not_ready(action: &'static str) -> Self {
        let why = "the cloud has not finished it yet".to_owned();
        Self::local(action, Fault::Unavailable, why)
    }

    pub(super) fn refused(action: &'static str, response: &Response, signer: &str) -> Self {
        let told = refusal::refusal(&response.body);
        let fault = fault(&told.code, response.status);
        let redacted = known(&told.code) == Some(Fault::BadSignature);
        let message = if redacted {
            String::new()
        } else {
            told.message
        };
        let wait = response
            .header("x-acs-retry-after")
            .and_then(|text| text.parse().ok());
        let id = response.header("x-acs-request-id");
        Self {
            fault,
            action,
            code: told.code,
            message,
            request_id: told
                .request_id
                .or_else(|| id.map(|id| id.chars().take(200).collect())),
            host: None,
            denied: told.denied,
            signer: fault.is_of_signer().then(|| signer.to_owned()),
            retry_after: wait.map(Duration::from_millis),
        }
    }

    /// Returns the error with the host that the request was for.
    pub(super) fn of_host(self, host: String) -> Self {
        let host = Some(host);
        Self { host, ..self }
    }

    /// Whether the same call may succeed a moment later, and doing it twice does no harm.
    pub(super) fn is_passing(&self) -> bool {
        use Fault::{NoAnswer, NonceUsed, NotSent, Throttled, Unavailable};
        matches!(
            self.fault,
            NotSent | NoAnswer | Unavailable | Throttled | NonceUsed
        )
    }

    /// How long to wait before the next try: what the cloud asks for, else a span that doubles, each with some chance in it so that
    /// many callers do not come back at once. At most ten seconds.
    pub(super) fn pause(&self, tried: u32) -> Duration {
        let doubled = Duration::from_millis(200) * 2_u32.saturating_pow(tried.min(8));
        let span = self
            .retry_after
            .unwrap_or(doubled)
            .min(Duration::from_secs(10));
        let chance = random::bytes::<1>().map_or(0, |[byte]| u32::from(byte));
        span + span * chance / 1024
    }

    fn local(action: &'static str, fault: Fault, message: String) -> Self {
        Self {
            fault,
            action,
            code: String::new(),
            message,
            request_id: None,
            host: None,
            denied: None,
            signer: None,
            retry_after: None,
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        self.fault.outcome()
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.action)?;
        if !self.code.is_empty() {
            write!(f, ": {}", self.code)?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::super::fault::CODES;
    use super::*;

    #[test]
    fn only_a_known_code_is_a_refusal() {
        let outcome = |status, code: &str| {
            let body = format!("{{\"Code\":\"{code}\"}}");
            Error::refused("CreateAccessKey", &response(status, body.as_bytes()), "").outcome()
        };
        for (code, _) in CODES {
            let unknown = ["ServiceUnavailable", "InternalError", "SignatureNonceUsed"];
            let unknown = unknown.iter().any(|begin| code.starts_with(begin));
            let expected = if unknown {
                Outcome::Unknown
            } else {
                Outcome::Refused
            };
            let code = format!("{}.X", code.trim_end_matches('.'));
            assert_eq!(outcome(400, &code), expected, "{code}");
            for status in [302, 500, 503] {
                assert_eq!(outcome(status, &code), Outcome::Unknown, "{code}");
            }
        }
        assert_eq!(outcome(400, ""), Outcome::Unknown);
        assert_eq!(outcome(409, "Some.Thing"), Outcome::Unknown);
    }

    #[test]
    fn a_refused_signature_does_not_repeat_what_was_signed() {
        let body = br#"{"Code":"SignatureDoesNotMatch","Message":"server string to sign is:POST UserName=x","RequestId":"R"}"#;
        let error = Error::refused("GetUser", &response(400, body), "LTAI1");
        assert_eq!(error.to_string(), "GetUser: SignatureDoesNotMatch");
        assert_eq!(error.request_id.as_deref(), Some("R"));
    }

    #[test]
    fn what_is_missing_in_the_body_is_in_the_header() {
        let error = Error::refused("GetUser", &response(502, b"<html>bad gateway</html>"), "");
        assert_eq!(error.request_id.as_deref(), Some("H"));
    }

    fn response(status: u16, body: &[u8]) -> Response {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![
            header("x-acs-retry-after", "1500"),
            header("x-acs-request-id", "H"),
        ];
        Response {
            status,
            headers,
            body: body.to_vec(),
            date: None,
        }
    }

    #[test]
    fn what_is_refused_for_good_is_not_tried_again() {
        let body = br#"{"Code":"Forbidden.RAM","Message":"no"}"#;
        let error = Error::refused("GetUser", &response(403, body), "LTAI1");
        assert!(!error.is_passing());
        assert_eq!(error.signer, None);
        let body = br#"{"Code":"InvalidAccessKeyId.Inactive","Message":"off"}"#;
        let error = Error::refused("GetUser", &response(400, body), "LTAI1");
        assert!(!error.is_passing());
        assert_eq!(error.signer.as_deref(), Some("LTAI1"));
    }

    #[test]
    fn the_cloud_says_how_long_to_wait() {
        let body = br#"{"Code":"Throttling.User","Message":"slow"}"#;
        let error = Error::refused("GetUser", &response(400, body), "LTAI1");
        assert!(error.is_passing());
        assert!((1500..1875).contains(&error.pause(1).as_millis()));
        let spread = (0..200).any(|_| error.pause(1).as_millis() >= 1600);
        assert!(spread, "many callers come back at once");
        let silent = Error::no_answer("GetUser", String::new());
        assert!((400..500).contains(&silent.pause(1).as_millis()));
        assert!(silent.pause(30) <= Duration::from_millis(12_500));
    }
}
