//! The V4 signature (`ACS4-HMAC-SHA256`): that of V3, made with a key for one day, region and product instead of the secret.
//!
//! Source: `get_signingkey` and `get_authorization` of `alibabacloud-gateway-pop` 0.1.3.

use super::{mac, string_to_sign};
use crate::cloud::transport::Request;
use crate::core::secret::Secret;
use crate::sys::random::hex;
use hmac::Hmac;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The name of the V4 signature, which `Authorization` and the string to sign begin with.
pub(crate) const V4: &str = "ACS4-HMAC-SHA256";
/// The last part of every scope.
const REQUEST: &str = "aliyun_v4_request";

/// What a signing key is made for: `<date>/<region>/<product>/aliyun_v4_request`. Region and product are what the client wrote:
/// the server cannot know how a client spells them.
pub(crate) struct Scope {
    /// `yyyymmdd`, if the client obeys.
    pub(crate) date: String,
    region: String,
    product: String,
}

impl Scope {
    /// Splits `<id>/<scope>`, the value of `Credential=`. `None` where a part is missing, empty, or one too many, and where the
    /// last one is not `aliyun_v4_request`.
    pub(crate) fn split(credential: &str) -> Option<(&str, Self)> {
        let parts: Vec<&str> = credential.split('/').collect();
        let [id, date, region, product, REQUEST] = parts[..] else {
            return None;
        };
        let scope = Self {
            date: date.to_owned(),
            region: region.to_owned(),
            product: product.to_owned(),
        };
        (!parts.contains(&"")).then_some((id, scope))
    }

    /// Returns the key that signs within this scope.
    fn signing_key(&self, secret: &Secret) -> Zeroizing<Vec<u8>> {
        let first = Zeroizing::new(format!("aliyun_v4{}", secret.expose()).into_bytes());
        [&self.date, &self.region, &self.product, REQUEST]
            .iter()
            .fold(first, |key, part| {
                Zeroizing::new(mac::<Hmac<Sha256>>(&key, part.as_bytes()))
            })
    }
}

/// Returns the V4 signature over the headers named in `signed`, in that order; lower-case hexadecimal.
pub(crate) fn v4(request: &Request, signed: &[&str], scope: &Scope, secret: &Secret) -> String {
    let to_sign = string_to_sign(V4, request, signed);
    hex(&mac::<Hmac<Sha256>>(
        &scope.signing_key(secret),
        to_sign.as_bytes(),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{request, secret, text};
    use super::*;
    use serde_json::Value;

    /// `tests/vectors/signature-v4.py` had the official signer compute them.
    #[test]
    fn v4_agrees_with_the_official_signer() {
        let vectors: Vec<Value> =
            serde_json::from_str(include_str!("../../../tests/vectors/signature-v4.json")).unwrap();
        assert!(vectors.len() > 10);
        for vector in vectors {
            let expected = text(&vector["authorization"]);
            let (credential, signed) = expected.split_once(",SignedHeaders=").unwrap();
            let credential = credential
                .strip_prefix("ACS4-HMAC-SHA256 Credential=")
                .unwrap();
            let (signed, signature) = signed.split_once(",Signature=").unwrap();
            let (id, scope) = Scope::split(credential).unwrap();
            let names: Vec<&str> = signed.split(';').collect();
            let secret = secret(&text(&vector["sk"]));
            assert_eq!(id, text(&vector["ak"]));
            assert_eq!(
                v4(&request(&vector), &names, &scope, &secret),
                signature,
                "{}",
                vector["name"]
            );
        }
    }

    #[test]
    fn a_scope_has_four_parts_behind_the_id() {
        let (id, scope) = Scope::split("LTAI/20261124/cn-hangzhou/Ram/aliyun_v4_request").unwrap();
        let parts = (
            id,
            &*scope.date,
            scope.region.as_str(),
            scope.product.as_str(),
        );
        assert_eq!(parts, ("LTAI", "20261124", "cn-hangzhou", "Ram"));
        let malformed = [
            "",
            "LTAI",
            "LTAI/20261124/cn-hangzhou/aliyun_v4_request",
            "LTAI/20261124/cn-hangzhou/Ram/x/aliyun_v4_request",
            "LTAI/20261124/cn-hangzhou/Ram/aliyun_v4_request/",
            "LTAI/20261124/cn-hangzhou/Ram/aliyun_v3_request",
            "LTAI/20261124/cn-hangzhou/Ram/Aliyun_V4_Request",
            "/20261124/cn-hangzhou/Ram/aliyun_v4_request",
            "LTAI//cn-hangzhou/Ram/aliyun_v4_request",
            "LTAI/20261124//Ram/aliyun_v4_request",
            "LTAI/20261124/cn-hangzhou//aliyun_v4_request",
        ];
        for credential in malformed {
            assert!(Scope::split(credential).is_none(), "{credential}");
        }
    }
}
