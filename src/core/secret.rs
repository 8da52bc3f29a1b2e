//! A secret in memory: wiped when dropped, never printed, never copied, seen only through [`Secret::expose`].

use super::{Invalid, pasted::first_wrong};
use zeroize::Zeroizing;

/// The longest secret taken, in bytes: far above any AccessKey secret, `age` identity or STS token.
pub(crate) const LONGEST: usize = 8192;

/// One secret: 1 to 8192 visible ASCII characters. Neither `Clone`, `Serialize` nor `Display`, on purpose.
pub(crate) struct Secret(Zeroizing<Box<str>>);

impl Secret {
    /// Takes the text over and wipes what it came in. [`Invalid`] when it is empty, too long, or not visible ASCII.
    pub(crate) fn new(text: impl Into<Zeroizing<String>>) -> Result<Self, Invalid> {
        let text = text.into();
        let invalid = |why: String| Err(Invalid::new("secret", why));
        if text.is_empty() || text.len() > LONGEST {
            return invalid(format!("it has {} bytes", text.len()));
        }
        // What is named is no part of a secret: only what cannot be in one.
        match first_wrong(&text, |char| char.is_ascii_graphic()) {
            Some(wrong) => invalid(format!("{wrong}, and visible ASCII is expected")),
            None => Ok(Self(Zeroizing::new(text.as_str().into()))),
        }
    }

    /// The same from bytes, as a store or a file gives them.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Invalid> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::new(text.to_owned()),
            Err(_) => Err(Invalid::new("secret", "it is not text")),
        }
    }

    /// The secret itself. Each call is one of the doors that a secret may leave by; a test counts them.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether both are the same, in a time that does not tell where they differ.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self
                .0
                .bytes()
                .zip(other.0.bytes())
                .fold(0, |all, (a, b)| all | (a ^ b))
                == 0
    }

    /// Tells whether the secret is anywhere in a text.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        text.contains(&**self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_visible_ascii_only() {
        assert!(Secret::new("pupkTg8jdmau1cXx+/=".to_owned()).is_ok());
        for bad in [
            "",
            "a b",
            "a\n",
            "é",
            "\u{1b}[31m",
            &"x".repeat(LONGEST + 1),
        ] {
            assert!(Secret::new(bad.to_owned()).is_err(), "{} bytes", bad.len());
        }
    }

    #[test]
    fn debug_shows_nothing_and_comparison_is_exact() {
        let secret = Secret::new("marker".to_owned()).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert!(secret.same_as(&Secret::from_bytes(b"marker").unwrap()));
        assert!(!secret.same_as(&Secret::from_bytes(b"markes").unwrap()));
        assert!(!secret.same_as(&Secret::from_bytes(b"marke").unwrap()));
        // Differences that would cancel each other out.
        assert!(!secret.same_as(&Secret::from_bytes(b"amrker").unwrap()));
    }
}
