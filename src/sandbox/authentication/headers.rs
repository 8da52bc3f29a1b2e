//! The claim of a V3 or V4 request (`ACS3-HMAC-SHA256`, `ACS4-HMAC-SHA256`), in its headers.

use super::scheme::{Headers, Scheme};
use super::{Claim, incomplete};
use crate::cloud::signature::{Scope, V3, V4};
use crate::cloud::transport::Request;
use crate::sandbox::refusal::Refusal;

/// What such a request must carry and sign.
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

/// Reads the claim. `IncompleteSignature` for an `Authorization` that cannot be read, another algorithm among them, and for a
/// header that is not signed; `MissingParameter` for one that is absent.
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
        access_key_id: parts.id,
        action: header("x-acs-action"),
        version: header("x-acs-version"),
        nonce: header("x-acs-signature-nonce"),
        token: Some(header("x-acs-security-token")).filter(|token| !token.is_empty()),
        parameters,
        date: header("x-acs-date"),
        signature: parts.signature,
        scheme: Scheme::Headers(Headers {
            request,
            signed: parts.signed,
            scope: parts.scope,
        }),
    })
}

/// The parts of `ACS3-HMAC-SHA256 Credential=<id>,SignedHeaders=…,Signature=…`, and of the same with `ACS4-HMAC-SHA256` and
/// `Credential=<id>/<scope>`.
#[derive(Default)]
struct Authorization {
    id: String,
    /// Of V4 alone.
    scope: Option<Scope>,
    signed: Vec<String>,
    signature: String,
}

impl Authorization {
    fn read(header: &str) -> Option<Self> {
        let (algorithm, parts) = header.split_once(' ')?;
        let mut read = Self::default();
        for part in parts.split(',') {
            match part.trim().split_once('=')? {
                ("Credential", credential) => read.set_credential(algorithm, credential)?,
                ("SignedHeaders", names) => {
                    read.signed = names.split(';').map(str::to_ascii_lowercase).collect();
                }
                ("Signature", signature) => signature.clone_into(&mut read.signature),
                _ => return None,
            }
        }
        (!read.id.is_empty() && !read.signature.is_empty() && read.signed.len() <= MOST_SIGNED)
            .then_some(read)
    }

    fn set_credential(&mut self, algorithm: &str, credential: &str) -> Option<()> {
        let (id, scope) = match algorithm {
            V3 => (credential, None),
            V4 => Scope::split(credential).map(|(id, scope)| (id, Some(scope)))?,
            _ => return None,
        };
        id.clone_into(&mut self.id);
        self.scope = scope;
        Some(())
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
