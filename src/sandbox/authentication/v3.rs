//! The claim of a V3 request (`ACS3-HMAC-SHA256`), in its headers.

use super::{Claim, Scheme, incomplete};
use crate::cloud::signature::V3;
use crate::cloud::transport::Request;
use crate::sandbox::refusal::Refusal;

/// What a V3 request must carry and sign.
const REQUIRED: [&str; 6] = [
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
];
/// What it must sign where it carries it: either would change what the request means.
const OPTIONAL: [&str; 2] = ["content-type", "x-acs-security-token"];
/// Far above what any SDK signs.
const MOST_SIGNED: usize = 64;

pub(super) fn read<'r>(
    request: &'r Request,
    parameters: Vec<(String, String)>,
    authorization: &str,
) -> Result<Claim<'r>, Refusal> {
    let parts = Authorization::read(authorization).ok_or_else(incomplete)?;
    let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
    for name in REQUIRED {
        if header(name).is_empty() {
            return Err(Refusal::missing(name));
        }
        parts.check_covers(request, name)?;
    }
    for name in OPTIONAL {
        if request.header(name).is_some() {
            parts.check_covers(request, name)?;
        }
    }
    Ok(Claim {
        access_key_id: parts.credential,
        action: header("x-acs-action"),
        version: header("x-acs-version"),
        nonce: header("x-acs-signature-nonce"),
        token: Some(header("x-acs-security-token")).filter(|token| !token.is_empty()),
        parameters,
        date: header("x-acs-date"),
        signature: parts.signature,
        scheme: Scheme::V3(request, parts.signed),
    })
}

/// The parts of `ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…`.
#[derive(Default)]
struct Authorization {
    credential: String,
    signed: Vec<String>,
    signature: String,
}

impl Authorization {
    fn read(header: &str) -> Option<Self> {
        let mut read = Self::default();
        for part in header.strip_prefix(V3)?.strip_prefix(' ')?.split(',') {
            match part.trim().split_once('=')? {
                ("Credential", id) => id.clone_into(&mut read.credential),
                ("SignedHeaders", names) => {
                    read.signed = names.split(';').map(str::to_ascii_lowercase).collect();
                }
                ("Signature", signature) => signature.clone_into(&mut read.signature),
                _ => return None,
            }
        }
        (!read.credential.is_empty()
            && !read.signature.is_empty()
            && read.signed.len() <= MOST_SIGNED)
            .then_some(read)
    }

    /// `IncompleteSignature` unless the header is signed and there once: a second one could change places with the first, as the
    /// signature sorts them.
    fn check_covers(&self, request: &Request, name: &str) -> Result<(), Refusal> {
        let count = request.headers.iter().filter(|(key, _)| key == name);
        if count.count() == 1 && self.signed.iter().any(|signed| signed == name) {
            return Ok(());
        }
        Err(incomplete())
    }
}
