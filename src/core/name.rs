//! Names that people choose: of RAM users and of profiles.

use super::{Invalid, validated_text};

/// A RAM user's name: 1 to 64 of `A-Z a-z 0-9 . - _` (RAM, `CreateUser`). Two names that differ only in case are one user.
#[derive(Debug, Clone)]
pub(crate) struct UserName(String);

impl UserName {
    /// [`Invalid`] when the name is empty, longer than 64, or has another character.
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        checked("RAM user name", text, 64).map(Self)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name by which users are told apart and files are named.
    pub(crate) fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl PartialEq for UserName {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for UserName {}

validated_text!(UserName);

/// A profile's name: 1 to 64 of `A-Z a-z 0-9 . - _`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProfileName(String);

impl ProfileName {
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        checked("profile name", text, 64).map(Self)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The built-in account's profile, which always exists.
    pub(crate) fn sandbox() -> Self {
        Self("sandbox".to_owned())
    }

    pub(crate) fn is_sandbox(&self) -> bool {
        self.0 == "sandbox"
    }
}

validated_text!(ProfileName);

fn checked(what: &'static str, text: &str, longest: usize) -> Result<String, Invalid> {
    let length = text.chars().count();
    if length == 0 || length > longest {
        return Err(Invalid::new(
            what,
            format!("it has {length} characters, and 1 to {longest} are allowed"),
        ));
    }
    if text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b))
    {
        return Ok(text.to_owned());
    }
    Err(Invalid::new(
        what,
        "only letters, digits, `.`, `-` and `_` are allowed",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_ram() {
        for good in ["a", ".", "..", "alice", "A.b-c_9", &"x".repeat(64)] {
            assert!(UserName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a/b", "a b", "\u{1b}[0m", "é", "a@b", &"x".repeat(65)] {
            assert!(UserName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn case_does_not_tell_users_apart() {
        let (one, other) = (
            UserName::parse("Alice").unwrap(),
            UserName::parse("aLICE").unwrap(),
        );
        assert_eq!(one, other);
        assert_eq!(one.key(), other.key());
        assert_eq!(one.as_str(), "Alice");
    }
}
