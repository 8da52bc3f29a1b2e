//! A RAM role as a request names it: which role, for which session, with which words of the one who lent it (STS `AssumeRole`).

use super::{Invalid, account::AccountId, validated_text};

/// `acs:ram::<account id>:role/<name>`; a role's name has 1 to 64 letters, digits, `.`, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleArn(String);

impl RoleArn {
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let parts = text
            .strip_prefix("acs:ram::")
            .and_then(|rest| rest.split_once(":role/"));
        let sound = |(account, name): (&str, &str)| {
            AccountId::parse(account).is_ok() && is_made_of(name, 1..=64, b".-_")
        };
        if parts.is_some_and(sound) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(
            "role ARN",
            "`acs:ram::ACCOUNT_ID:role/NAME` is expected",
        ))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

validated_text!(RoleArn);

/// The name a role's session has in logs: 2 to 64 letters, digits, `.`, `@`, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionName(String);

impl SessionName {
    /// What akm's sessions are called when nobody says otherwise.
    pub(crate) fn akm() -> Self {
        Self("akm".to_owned())
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        if is_made_of(text, 2..=64, b".@-_") {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(
            "role session name",
            "2 to 64 letters, digits, `.`, `@`, `-` and `_` are expected",
        ))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

validated_text!(SessionName);

/// What the role's trust policy asks of strangers: 2 to 1224 letters, digits and `_+=,.@:/-`. It is no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExternalId(String);

impl ExternalId {
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        if is_made_of(text, 2..=1224, b"_+=,.@:/-") {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(
            "external id",
            "2 to 1224 letters, digits and `_+=,.@:/-` are expected",
        ))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

validated_text!(ExternalId);

fn is_made_of(text: &str, lengths: std::ops::RangeInclusive<usize>, signs: &[u8]) -> bool {
    lengths.contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || signs.contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_sessions_and_external_ids_follow_sts() {
        for good in [
            "acs:ram::1:role/a",
            "acs:ram::1234567890123456:role/A.b-c_9",
        ] {
            assert_eq!(RoleArn::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "role/a",
            "acs:ram::x:role/a",
            "acs:ram::1:role/",
            "acs:ram::1:role/a/b",
            "acs:ram::1:user/a",
            "arn:aws:iam::1:role/a",
            &format!("acs:ram::1:role/{}", "a".repeat(65)),
        ] {
            assert!(RoleArn::parse(bad).is_err(), "{bad}");
        }
        for (text, good) in [
            ("ab", true),
            ("akm@h-1_x.y", true),
            ("a", false),
            ("a b", false),
        ] {
            assert_eq!(SessionName::parse(text).is_ok(), good, "{text}");
        }
        assert!(SessionName::parse(&"a".repeat(65)).is_err());
        for (text, good) in [("x/y:z=1", true), ("a", false), ("a b", false)] {
            assert_eq!(ExternalId::parse(text).is_ok(), good, "{text}");
        }
        assert!(ExternalId::parse(&"a".repeat(1225)).is_err());
    }
}
