//! Who says to have signed a request, and whether that holds.
//!
//! A signature version is one way to read a [`Claim`] out of a request, and one [`Scheme`] to check it by. A request with an
//! `Authorization` header is V3 or V4, any other V1: the old Python SDK sends `x-acs-*` headers with its V1 signature too,
//! unsigned.

mod headers;
mod scheme;
#[cfg(test)]
mod tests;
mod v1;

use super::form;
use super::refusal::Refusal;
use crate::cloud::transport::Request;
use crate::core::secret::Secret;
use crate::core::time::Timestamp;
use chrono::{NaiveDateTime, TimeDelta};
use scheme::Scheme;
use std::collections::HashSet;

/// A request as its sender states it; nothing of it is proven before [`Claim::check_signature`].
pub(super) struct Claim<'r> {
    pub(super) access_key_id: String,
    pub(super) action: String,
    pub(super) version: String,
    pub(super) nonce: String,
    /// The STS token that came along.
    pub(super) token: Option<String>,
    /// Those of the query and of a form body, each name once.
    pub(super) parameters: Vec<(String, String)>,
    date: String,
    signature: String,
    scheme: Scheme<'r>,
}

impl<'r> Claim<'r> {
    /// Reads what the request says of itself. `MissingParameter` for what is not there, `IncompleteSignature` for what is not
    /// covered by the signature or no `Authorization` that could be read, `InvalidParameter` for a name given twice: every
    /// signature sorts, so that the two values could change places.
    pub(super) fn read(request: &'r Request) -> Result<Self, Refusal> {
        let mut parameters = request.query.clone();
        parameters.extend(form::of_body(request));
        let mut names = HashSet::new();
        if !parameters.iter().all(|(name, _)| names.insert(name)) {
            let message = "A parameter is specified more than once.";
            return Err(Refusal::new(400, "InvalidParameter", message));
        }
        match request.header("authorization") {
            Some(header) => headers::read(request, parameters, header),
            None => v1::read(request, parameters),
        }
    }

    /// Checks that the request was dated within 15 minutes of now: `InvalidTimeStamp.Format`, `InvalidTimeStamp.Expired`; and that
    /// its date is of the day that its key is for: `IncompleteSignature`.
    pub(super) fn check_date(&self, now: Timestamp) -> Result<(), Refusal> {
        let date = NaiveDateTime::parse_from_str(&self.date, "%Y-%m-%dT%H:%M:%SZ");
        let date = date.map_err(|_| {
            let message = "Specified time stamp or date value is not well formatted.";
            Refusal::new(400, "InvalidTimeStamp.Format", message)
        })?;
        if (now - date.and_utc()).abs() > TimeDelta::minutes(15) {
            let message = "Specified time stamp or date value is expired.";
            return Err(Refusal::new(400, "InvalidTimeStamp.Expired", message));
        }
        if self.scheme.is_for(date.date()) {
            Ok(())
        } else {
            Err(incomplete())
        }
    }

    /// Whether the request and its body are what the owner of the secret signed: `SignatureDoesNotMatch`, whose message
    /// repeats the string to sign after a colon, since an SDK splits it there (aliyun-python-sdk-core, `client.py`).
    pub(super) fn check_signature(&self, secret: &Secret) -> Result<(), Refusal> {
        let expected = self.scheme.signature(&self.parameters, secret);
        if self.scheme.covers_body() && same(&expected, &self.signature) {
            return Ok(());
        }
        let message = format!(
            "Specified signature is not matched with our calculation. server string to sign is:{}",
            self.scheme.string_to_sign(&self.parameters)
        );
        Err(Refusal::new(400, "SignatureDoesNotMatch", message))
    }
}

fn incomplete() -> Refusal {
    let message = "The request signature does not conform to Aliyun standards.";
    Refusal::new(400, "IncompleteSignature", message)
}

/// Whether both are the same, in a time that does not tell where they differ.
fn same(one: &str, other: &str) -> bool {
    let differing = |all, (a, b): (u8, u8)| all | (a ^ b);
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, differing) == 0
}
