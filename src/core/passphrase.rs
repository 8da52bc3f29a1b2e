//! A passphrase as a person made it: wiped when dropped, never printed.

use super::Invalid;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The longest passphrase taken, in bytes.
pub(crate) const LONGEST: usize = 1024;

/// One line of text, not empty. Taken as it is, blanks included, as `age` takes it. Clones share one text.
#[derive(Clone)]
pub(crate) struct Passphrase(Arc<Zeroizing<Box<str>>>);

impl Passphrase {
    /// [`Invalid`] when it is empty, too long, or more than a line.
    pub(crate) fn new(text: impl Into<Zeroizing<String>>) -> Result<Self, Invalid> {
        let text = text.into();
        let wrong = |why: &str| Err(Invalid::new("passphrase", why));
        if text.is_empty() {
            return wrong("it is empty");
        }
        if text.len() > LONGEST {
            return wrong("it is longer than 1024 bytes");
        }
        if text.contains(['\n', '\r', '\0']) {
            return wrong("it is more than one line");
        }
        Ok(Self(Arc::new(Zeroizing::new(text.as_str().into()))))
    }

    /// The same from the bytes of a terminal or a file, the line's end already off.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Invalid> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::new(text.to_owned()),
            Err(_) => Err(Invalid::new("passphrase", "it is not UTF-8")),
        }
    }

    /// The passphrase itself, for the one who encrypts with it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_line_that_is_not_empty() {
        for good in ["x", "two words", " ", "naïve 口令", &"x".repeat(LONGEST)] {
            assert_eq!(
                Passphrase::from_bytes(good.as_bytes()).unwrap().reveal(),
                good
            );
        }
        for bad in ["", "a\nb", "a\r", "a\0", &"x".repeat(LONGEST + 1)] {
            assert!(Passphrase::from_bytes(bad.as_bytes()).is_err(), "{bad:?}");
        }
        assert!(Passphrase::from_bytes(&[0xff]).is_err());
    }

    #[test]
    fn debug_shows_nothing() {
        let passphrase = Passphrase::new("marker".to_owned()).unwrap();
        assert_eq!(format!("{passphrase:?}"), "Passphrase(…)");
    }
}
