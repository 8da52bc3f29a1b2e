//! A pair as a source has it, checked for what can be seen without the cloud.

use super::place::{Place, joined};
use crate::core::access_key::AccessKeyId;
use crate::core::account::Owner;
use crate::core::pasted::trimmed;
use crate::core::role::{ExternalId, RoleArn, SessionName};
use crate::core::secret::Secret;

/// A pair that was found, and where.
#[derive(Debug)]
pub(crate) struct FoundPair {
    pub(crate) id: AccessKeyId,
    pub(crate) secret: Secret,
    /// What a column `RAM User` says, if there is one; an empty cell is the account itself.
    pub(crate) owner: Option<Owner>,
    /// The role that the source assumes with the pair.
    pub(crate) role: Option<AssumedRole>,
    /// Every place that has the pair with this secret; never empty.
    pub(crate) places: Vec<Place>,
}

impl FoundPair {
    pub(super) fn new((id, secret): (AccessKeyId, Secret), place: Place) -> Self {
        Self {
            id,
            secret,
            owner: None,
            role: None,
            places: vec![place],
        }
    }

    /// All its places in one text.
    pub(crate) fn places(&self) -> String {
        joined(&self.places)
    }
}

/// The role that a profile or a section assumes with its pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AssumedRole {
    pub(crate) arn: RoleArn,
    pub(crate) session_name: Option<SessionName>,
    pub(crate) external_id: Option<ExternalId>,
    /// Whether a session policy narrows what the role may do there.
    pub(crate) is_narrowed: bool,
}

impl AssumedRole {
    /// Parses the three texts; an empty session name or external id counts as absent. Errors: why one of them is not valid.
    pub(super) fn parse(arn: &str, session_name: &str, external_id: &str) -> Result<Self, String> {
        fn given<T: std::str::FromStr<Err = crate::core::Invalid>>(
            text: &str,
        ) -> Result<Option<T>, String> {
            let text = Some(text).filter(|text| !text.is_empty());
            let parsed = text.map(str::parse).transpose();
            parsed.map_err(|error: crate::core::Invalid| error.to_string())
        }
        Ok(Self {
            arn: RoleArn::parse(arn).map_err(|error| error.to_string())?,
            session_name: given(session_name)?,
            external_id: given(external_id)?,
            is_narrowed: false,
        })
    }
}

/// Whether the id is that of a session of STS, whose secret is of no use without its token and ends.
pub(super) fn is_of_session(id: &str) -> bool {
    id.starts_with("STS.")
}

/// What is said of a session where a pair is expected.
pub(super) const SESSION: &str = "it is a session, which ends, and not an AccessKey pair";

/// Parses an AccessKey ID and the secret beside it, without the blanks around each. Errors: which of the two is empty or not valid, or
/// that they are a session; neither is repeated.
pub(super) fn parse(id: &str, secret: &str) -> Result<(AccessKeyId, Secret), String> {
    let (id, secret) = (trimmed(id), trimmed(secret));
    if id.is_empty() {
        return Err("the AccessKey ID is empty".to_owned());
    }
    if secret.is_empty() {
        return Err("the AccessKey secret is empty".to_owned());
    }
    if is_of_session(id) {
        return Err(SESSION.to_owned());
    }
    let id = AccessKeyId::parse(id).map_err(|error| error.to_string())?;
    let secret = Secret::new(secret.to_owned()).map_err(|error| error.to_string())?;
    Ok((id, secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_that_cannot_be_one_is_refused_and_never_repeated() {
        for (id, secret, why) in [
            ("", "s3cr3t", "the AccessKey ID is empty"),
            ("LTAI1", "", "the AccessKey secret is empty"),
            ("STS.Nabc", "s3cr3t", SESSION),
            ("s3cr3t id", "s3cr3t", "not a valid AccessKey ID"),
            ("LTAI1", "s3cr3t s3cr3t", "not a valid secret"),
        ] {
            let error = parse(id, secret).unwrap_err();
            assert!(error.contains(why), "{error}");
            assert!(!error.contains("s3cr3t"), "{error}");
        }
    }

    #[test]
    fn blanks_around_an_id_and_a_secret_are_no_part_of_them() {
        for around in [" ", "\r", "\u{a0}", "\t\r\n"] {
            let around = |text: &str| format!("{around}{text}{around}");
            let (id, secret) = parse(&around("LTAI1"), &around("s3")).unwrap();
            assert_eq!((id.as_str(), secret.expose()), ("LTAI1", "s3"));
            let error = parse(&around("STS.N"), &around("s3")).unwrap_err();
            assert_eq!(error, SESSION);
        }
    }
}
