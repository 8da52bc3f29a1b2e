//! An AccessKey pair as the cloud shows it: its id, its status, its age; never its secret.

use super::{Invalid, time::Timestamp, validated_text};
use serde::{Deserialize, Serialize};

/// An AccessKey ID: 1 to 128 of `A-Z a-z 0-9 . - _`, beginning with a letter or digit. Lengths and the prefix `LTAI` vary in
/// the field, so neither is demanded; what is demanded makes every id safe as a file name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AccessKeyId(String);

impl AccessKeyId {
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let safe = text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b));
        let starts = text
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphanumeric());
        if safe && starts && text.len() <= 128 {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(
            "AccessKey ID",
            "1 to 128 letters and digits are expected",
        ))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

validated_text!(AccessKeyId);

/// Whether a pair may sign (RAM, `UpdateAccessKey`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    Active,
    Inactive,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One pair in the cloud's list of an owner's pairs (`ListAccessKeys`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessKey {
    pub(crate) id: AccessKeyId,
    pub(crate) status: Status,
    pub(crate) created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_safe_as_file_names() {
        for good in ["LTAI5tSANDBOXaaaaaaaaaaa", "0wNEpMMlzy7szvai", "STS.abc"] {
            assert!(AccessKeyId::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "-x",
            "a b",
            "a\u{7}",
            &"a".repeat(129),
        ] {
            assert!(AccessKeyId::parse(bad).is_err(), "{bad}");
        }
    }
}
