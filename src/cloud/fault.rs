//! What can be wrong with a call, told apart by the answer's code and never by its message.

/// The cases in which a caller acts differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `LimitExceeded.User.AccessKey`: the owner has as many pairs as it may.
    PairLimit,
    /// Another `LimitExceeded`.
    OtherLimit,
    /// `EntityNotExist.User`.
    NoSuchUser,
    /// `EntityNotExist.User.AccessKey`, or a recycle bin without it.
    NoSuchPair,
    /// Another `EntityNotExist`: a role, a policy, a domain.
    NoSuchEntity,
    /// `EntityAlreadyExists…`.
    Exists,
    /// `DeleteConflict…`: something still belongs to the user.
    Conflict,
    /// `InvalidParameter…`, `MissingParameter…`.
    BadParameter,
    /// `InvalidAction…`, `InvalidVersion`: whoever answers does not know the operation.
    NoSuchOperation,
    /// `NoPermission`, `Forbidden.RAM` and their like: known, and not allowed.
    Denied,
    /// `Forbidden` alone: the pair is under leak protection and may not call RAM or IMS at all.
    LeakProtected,
    /// `InvalidAccessKeyId.NotFound`: no such pair, or not yet.
    UnknownSigner,
    /// `InvalidAccessKeyId.Inactive`.
    DisabledSigner,
    /// `InvalidAccessKeyId.AccessPolicyDenied`: the network policy keeps this address out.
    NetworkDenied,
    /// `SignatureDoesNotMatch`, `IncompleteSignature`: the secret is not this pair's.
    BadSignature,
    /// `InvalidSecurityToken…`, `MissingSecurityToken`.
    BadToken,
    /// `InvalidTimeStamp…`: the clocks differ by more than 15 minutes.
    Skew,
    /// An answer whose `Date` differs from this machine's clock by more than five minutes; nothing is read in it.
    ClockOff,
    /// `SignatureNonceUsed`: some copy of the request arrived before.
    NonceUsed,
    /// `Inactive`: the account has not activated the service.
    NotActivated,
    /// `Throttling…`.
    Throttled,
    /// A 5xx answer: it may have been executed all the same.
    Unavailable,
    /// `InternalError.Records`, which the sandbox alone answers: its files are damaged or cannot be used.
    SandboxBroken,
    /// Nothing was sent.
    NotSent,
    /// Nothing was sent: the other side could not show that it is the cloud.
    Untrusted,
    /// Nothing was sent: the proxy on the way refuses, and will the next time, too.
    ProxyRefused,
    /// Something was sent and no whole answer came.
    NoAnswer,
    /// An answer that is not what the API promises: a success without its fields, a failure without a code.
    BadAnswer,
    /// An error whose code is not listed here: whether it is a refusal is not known.
    Other,
}

impl Fault {
    /// Whether the cloud knows the pair that signed, and refuses that pair whatever it asks.
    pub(super) fn is_of_signer(self) -> bool {
        matches!(
            self,
            Self::LeakProtected | Self::DisabledSigner | Self::NetworkDenied
        )
    }

    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::NotSent | Self::Untrusted | Self::ProxyRefused => Outcome::NotSent,
            Self::NoAnswer
            | Self::BadAnswer
            | Self::ClockOff
            | Self::Unavailable
            | Self::SandboxBroken
            | Self::NonceUsed
            | Self::Other => Outcome::Unknown,
            _ => Outcome::Refused,
        }
    }
}

/// What is known of a request's effect after it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It never left: nothing happened.
    NotSent,
    /// The cloud said no: nothing happened, unless it answers otherwise to a list.
    Refused,
    /// Nobody knows.
    Unknown,
}

/// The error table of the RAM, STS and gateway references, by dotted prefix; the longer prefix first.
pub(super) const CODES: [(&str, Fault); 34] = [
    ("LimitExceeded.User.AccessKey", Fault::PairLimit),
    ("LimitExceeded", Fault::OtherLimit),
    ("EntityNotExist.User.AccessKey", Fault::NoSuchPair),
    ("EntityNotExist.AccessKey", Fault::NoSuchPair),
    ("EntityNotExist.User.Policy", Fault::NoSuchEntity),
    ("EntityNotExist.User.LoginProfile", Fault::NoSuchEntity),
    ("EntityNotExist.User", Fault::NoSuchUser),
    ("EntityNotExist", Fault::NoSuchEntity),
    ("EntityAlreadyExists", Fault::Exists),
    ("EntityAlreadyExist", Fault::Exists),
    ("DeleteConflict", Fault::Conflict),
    ("InvalidParameter", Fault::BadParameter),
    ("MissingParameter", Fault::BadParameter),
    ("NoPermission", Fault::Denied),
    ("Forbidden.AccessKeyDisabled", Fault::DisabledSigner),
    ("Forbidden.RAM", Fault::Denied),
    ("Forbidden.", Fault::Denied),
    ("Forbidden", Fault::LeakProtected),
    ("InvalidAccessKeyId.Inactive", Fault::DisabledSigner),
    (
        "InvalidAccessKeyId.AccessPolicyDenied",
        Fault::NetworkDenied,
    ),
    ("InvalidAccessKeyId", Fault::UnknownSigner),
    ("SignatureDoesNotMatch", Fault::BadSignature),
    ("IncompleteSignature", Fault::BadSignature),
    ("InvalidTimeStamp", Fault::Skew),
    ("SignatureNonceUsed", Fault::NonceUsed),
    ("MissingSecurityToken", Fault::BadToken),
    ("InvalidSecurityToken", Fault::BadToken),
    ("Throttling", Fault::Throttled),
    ("ServiceUnavailable", Fault::Unavailable),
    ("InternalError.Records", Fault::SandboxBroken),
    ("InternalError", Fault::Unavailable),
    ("InvalidAction", Fault::NoSuchOperation),
    ("InvalidVersion", Fault::NoSuchOperation),
    ("Inactive", Fault::NotActivated),
];

pub(super) fn known(code: &str) -> Option<Fault> {
    let matches = |prefix: &str| {
        let rest = code.strip_prefix(prefix);
        rest.is_some_and(|rest| prefix.ends_with('.') || rest.is_empty() || rest.starts_with('.'))
    };
    let mut known = CODES.iter().filter(|(prefix, _)| matches(prefix));
    known.next().map(|(_, fault)| *fault)
}

/// A refusal is a 4xx with a code: whatever else answers may have handed the request on.
pub(super) fn fault(code: &str, status: u16) -> Fault {
    match known(code) {
        Some(Fault::SandboxBroken) => Fault::SandboxBroken,
        _ if status >= 500 => Fault::Unavailable,
        _ if code.is_empty() || status < 400 => Fault::BadAnswer,
        Some(fault) => fault,
        None => Fault::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_matched_by_dotted_prefix() {
        let cases = [
            ("EntityNotExist.Something.New", 404, Fault::NoSuchEntity),
            ("Forbidden.Something", 403, Fault::Denied),
            ("Throttlings", 400, Fault::Other),
            ("Inactives", 403, Fault::Other),
            ("", 502, Fault::Unavailable),
            ("Unheard.Of", 503, Fault::Unavailable),
            ("NoPermission", 500, Fault::Unavailable),
            ("InternalError.Records", 500, Fault::SandboxBroken),
            ("", 404, Fault::BadAnswer),
            ("", 302, Fault::BadAnswer),
            ("NoPermission", 302, Fault::BadAnswer),
        ];
        for (code, status, expected) in cases {
            assert_eq!(fault(code, status), expected, "{code}");
        }
    }
}
