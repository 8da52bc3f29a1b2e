//! Alibaba Cloud's three request signatures: V3, which akm signs with, and V1 and V4, which only the sandbox checks.
//!
//! Source: "V3 request structure and signature" and the RPC signature of the RAM API reference, and for V4 the official
//! signer; checked against the official SDKs' own results (`tests/vectors`).

mod v4;

pub(crate) use v4::{Scope, V4, v4};

use super::transport::Request;
use crate::core::secret::Secret;
use crate::sys::random::hex;
use base64::prelude::{BASE64_STANDARD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The name of the V3 signature, first word of `Authorization` and of the string to sign.
pub(crate) const V3: &str = "ACS3-HMAC-SHA256";

/// What `x-acs-content-sha256` holds: lower-case hexadecimal SHA-256 of the exact body.
pub(crate) fn content_hash(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

/// The `Authorization` header of a V3 request: signs `host`, `content-type` and every `x-acs-*` header it holds.
pub(crate) fn authorization(request: &Request, id: &str, secret: &Secret) -> String {
    let mut signed: Vec<&str> = request
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| is_signed(name))
        .collect();
    signed.sort_unstable();
    signed.dedup();
    let signature = v3(request, &signed, secret);
    format!(
        "{V3} Credential={id},SignedHeaders={},Signature={signature}",
        signed.join(";")
    )
}

/// The V3 signature over the headers named in `signed`, in that order; lower-case hexadecimal.
pub(crate) fn v3(request: &Request, signed: &[&str], secret: &Secret) -> String {
    let to_sign = string_to_sign(V3, request, signed);
    hex(&mac::<Hmac<Sha256>>(
        secret.expose().as_bytes(),
        to_sign.as_bytes(),
    ))
}

/// Returns what V3 and V4 sign: the algorithm's name, a newline, and the hexadecimal SHA-256 of the canonical request. A server
/// repeats it in `SignatureDoesNotMatch`.
pub(crate) fn string_to_sign(algorithm: &str, request: &Request, signed: &[&str]) -> String {
    let hash = content_hash(canonical_request(request, signed).as_bytes());
    format!("{algorithm}\n{hash}")
}

/// Returns the canonical request over the headers named in `signed`, in that order; V3 and V4 have it in common.
fn canonical_request(request: &Request, signed: &[&str]) -> String {
    let mut canonical = format!(
        "{}\n{}\n{}\n",
        request.method,
        request.path,
        query_string(&request.query)
    );
    for name in signed {
        let mut values: Vec<&str> = request
            .headers
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.trim())
            .collect();
        values.sort_unstable();
        let _ = writeln!(canonical, "{name}:{}", values.join(","));
    }
    let hash = request.header("x-acs-content-sha256").unwrap_or_default();
    let _ = write!(canonical, "\n{}\n{hash}", signed.join(";"));
    canonical
}

/// The old RPC signature (`SignatureVersion=1.0`, HMAC-SHA1) over all parameters, those of a form body among them; base64.
/// A parameter named `Signature` is left out.
pub(crate) fn v1(method: &str, parameters: &[(String, String)], secret: &Secret) -> String {
    let to_sign = v1_string_to_sign(method, parameters);
    let key = zeroize::Zeroizing::new(format!("{}&", secret.expose()));
    BASE64_STANDARD.encode(mac::<Hmac<Sha1>>(key.as_bytes(), to_sign.as_bytes()))
}

/// The RPC string to sign.
pub(crate) fn v1_string_to_sign(method: &str, parameters: &[(String, String)]) -> String {
    let signed: Vec<(String, String)> = parameters
        .iter()
        .filter(|(name, _)| name != "Signature")
        .cloned()
        .collect();
    format!("{method}&%2F&{}", encode(&query_string(&signed)))
}

/// Parameters sorted by name, names and values percent-encoded: both what is signed and what goes on the wire.
pub(crate) fn query_string(parameters: &[(String, String)]) -> String {
    let mut pairs: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}

/// RFC 3986 percent-encoding of UTF-8: all but `A-Z a-z 0-9 - _ . ~`.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut out, byte| {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                out.push(byte.into());
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
            out
        })
}

fn is_signed(name: &str) -> bool {
    name == "host" || name == "content-type" || name.starts_with("x-acs-")
}

fn mac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes a key of any length (RFC 2104), so this cannot fail.
    M::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
