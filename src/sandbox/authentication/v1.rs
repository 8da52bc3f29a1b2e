//! The claim of an old RPC request (`SignatureVersion=1.0`, HMAC-SHA1), in its parameters: those of the query and of a form
//! body are signed alike.

use super::{Claim, incomplete, scheme::Scheme};
use crate::cloud::transport::Request;
use crate::sandbox::refusal::Refusal;

/// `MissingParameter` for a public parameter that is not there, `IncompleteSignature` for another kind of signature. An empty
/// `SignatureType` is what the Python SDK sends, none what Node does.
pub(super) fn read(
    request: &Request,
    parameters: Vec<(String, String)>,
) -> Result<Claim<'_>, Refusal> {
    let given = |name: &str| parameters.iter().find(|(key, _)| key == name);
    let text = |name: &str| given(name).map(|(_, value)| value.clone());
    let required = |name: &str| {
        text(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Refusal::missing(name))
    };
    let kind = (
        required("SignatureMethod")?,
        required("SignatureVersion")?,
        text("SignatureType").unwrap_or_default(),
    );
    if (kind.0.as_str(), kind.1.as_str(), kind.2.as_str()) != ("HMAC-SHA1", "1.0", "") {
        return Err(incomplete());
    }
    Ok(Claim {
        access_key_id: required("AccessKeyId")?,
        action: required("Action")?,
        version: required("Version")?,
        nonce: required("SignatureNonce")?,
        token: text("SecurityToken").filter(|token| !token.is_empty()),
        date: required("Timestamp")?,
        signature: required("Signature")?,
        scheme: Scheme::V1(&request.method),
        parameters,
    })
}
