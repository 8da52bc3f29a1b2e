//! The JSON of an error, as RAM, IMS and STS write it.

use serde_json::Value;

/// What an error body tells. Empty where it tells nothing: a proxy's page, half a JSON.
#[derive(Default)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) request_id: Option<String>,
    pub(super) denied: Option<Denied>,
}

/// `AccessDeniedDetail` of a permission error: who may not do what. The texts are foreign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denied {
    /// As policies write it, `ram:CreateUser`.
    pub(crate) action: String,
    /// `SubUser`, `AssumedRoleUser`, `RootUser` or `Federated`.
    pub(crate) principal_type: String,
    pub(crate) principal: String,
    /// Whether a policy denies it, so that allowing it elsewhere is no use (`ExplicitDeny`).
    pub(crate) explicitly: bool,
    /// Of which kind the policy is that decided.
    pub(crate) policy_type: Option<String>,
}

impl Denied {
    fn read(detail: &Value) -> Option<Self> {
        Some(Self {
            action: text(detail, "AuthAction", 200)?,
            principal_type: text(detail, "AuthPrincipalType", 200).unwrap_or_default(),
            principal: text(detail, "AuthPrincipalDisplayName", 200)?,
            explicitly: text(detail, "NoPermissionType", 200).as_deref() == Some("ExplicitDeny"),
            policy_type: text(detail, "PolicyType", 200),
        })
    }
}

/// A field that holds a text and is not empty, up to so many characters of it.
fn text(object: &Value, name: &str, longest: usize) -> Option<String> {
    let text = object.get(name)?.as_str()?;
    Some(text.chars().take(longest).collect()).filter(|text: &String| !text.is_empty())
}

const NO_ERROR: &str = "the answer is not an API error";

/// Reads `{"Code","Message","RequestId",…}`, in lower case too, as some gateways write it.
pub(super) fn refusal(body: &[u8]) -> Refusal {
    let Ok(body @ Value::Object(_)) = serde_json::from_slice(body) else {
        return Refusal {
            message: NO_ERROR.to_owned(),
            ..Refusal::default()
        };
    };
    let either = |names: [&str; 2]| names.iter().find_map(|name| text(&body, name, 500));
    let code = either(["Code", "code"]);
    let none = || code.is_none().then(|| NO_ERROR.to_owned());
    let message = either(["Message", "message"]).or_else(none);
    Refusal {
        message: message.unwrap_or_default(),
        code: code.unwrap_or_default(),
        request_id: either(["RequestId", "requestId"]),
        denied: body.get("AccessDeniedDetail").and_then(Denied::read),
    }
}
