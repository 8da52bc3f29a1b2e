//! An AccessKey pair as the cloud shows it: its id, its status, its age; never its secret.

use super::{
    Invalid,
    pasted::{first_wrong, trimmed},
    time::Timestamp,
    validated_text,
};
use serde::{Deserialize, Serialize};

/// The longest id taken, in characters.
const LONGEST: usize = 128;

/// An AccessKey ID: 1 to 128 of `A-Z a-z 0-9 . - _`, beginning with a letter or digit. Lengths and the prefix `LTAI` vary in
/// the field, so neither is demanded; what is demanded makes every id safe as a file name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AccessKeyId(String);

impl AccessKeyId {
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let invalid = |why: String| Err(Invalid::new("AccessKey ID", why));
        let length = text.chars().count();
        if !(1..=LONGEST).contains(&length) {
            let why = format!("it has {length} characters, and 1 to {LONGEST} are allowed");
            return invalid(why);
        }
        let safe = |char: char| char.is_ascii_alphanumeric() || ".-_".contains(char);
        // At the start, these would make an option or a hidden file of it.
        let wrong = first_wrong(text, safe)
            .or_else(|| first_wrong(&text[..1], |char| char.is_ascii_alphanumeric()));
        match wrong {
            Some(wrong) => invalid(format!("{wrong}, and letters and digits are expected")),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// Tells whether a text has the form that AccessKey IDs have today: `LTAI` and 12 to 26 letters and digits, whatever
    /// blanks are around it. On a command line such a text is an id, and any other is a name. (Samples of Alibaba Cloud have 16 and 24 characters, the sandbox's have 24.)
    pub(crate) fn has_usual_form(text: &str) -> bool {
        let rest = trimmed(text).strip_prefix("LTAI");
        rest.is_some_and(|rest| {
            (12..=26).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric())
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

validated_text!(AccessKeyId);

/// Whether a pair may sign (RAM, `UpdateAccessKey`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
        let why = |text: &str| AccessKeyId::parse(text).unwrap_err().why;
        let expected = "and letters and digits are expected";
        assert_eq!(why("a/b"), format!("character 2 is `/`, {expected}"));
        assert_eq!(why("-x"), format!("character 1 is `-`, {expected}"));
        assert_eq!(
            why("a\u{a0}b"),
            format!("character 2 is U+00A0, {expected}")
        );
    }
}
