//! An Alibaba Cloud account and the owners of AccessKey pairs in it.

use super::{Invalid, name::UserName, validated_text};

/// An account's numeric id, 1 to 32 digits (`AccountId` of STS `GetCallerIdentity`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AccountId(String);

impl AccountId {
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        if (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new("account id", "1 to 32 digits are expected"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

validated_text!(AccountId);

/// Who a pair belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    Account,
    RamUser(UserName),
}

/// Who a pair belongs to, in one word.
#[cfg(test)]
#[derive(schemars::JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its words are read")]
pub(crate) enum OwnerKind {
    Account,
    RamUser,
}

impl Owner {
    /// The owner's name in files and locks: `account`, or `user-` and the lower-cased name.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Account => "account".to_owned(),
            Self::RamUser(name) => format!("user-{}", name.key()),
        }
    }

    /// The word that `owner` holds in JSON.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::RamUser(_) => "ram-user",
        }
    }

    pub(crate) fn ram_user(&self) -> Option<&UserName> {
        match self {
            Self::Account => None,
            Self::RamUser(name) => Some(name),
        }
    }

    /// Returns whose ARN that is: `acs:ram::ID:root` is the account's, `acs:ram::ID:user/NAME` a RAM user's. `None` for a role.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        match arn.rsplit_once(':')?.1 {
            "root" => Some(Self::Account),
            last => UserName::parse(last.strip_prefix("user/")?)
                .ok()
                .map(Self::RamUser),
        }
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account => f.write_str("the account"),
            Self::RamUser(name) => write!(f, "RAM user `{name}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_have_names_for_files_that_cannot_leave_a_folder() {
        assert_eq!(Owner::Account.key(), "account");
        assert_eq!(
            Owner::RamUser(UserName::parse("..").unwrap()).key(),
            "user-.."
        );
        assert_eq!(
            Owner::RamUser(UserName::parse("ACCOUNT").unwrap()).key(),
            "user-account"
        );
    }

    #[test]
    fn account_ids_are_digits() {
        assert!(AccountId::parse("1234567890123456").is_ok());
        for bad in ["", "12a", "../1", &"1".repeat(33)] {
            assert!(AccountId::parse(bad).is_err(), "{bad}");
        }
    }
}
