//! A pattern for names: `*` is any characters, `?` is one. The case of letters makes no difference, as in names of RAM users.

use super::Invalid;

#[derive(Debug, Clone)]
pub(crate) struct Glob(Vec<u8>);

impl Glob {
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("pattern", "it is empty"));
        }
        Ok(Self(text.to_ascii_lowercase().into_bytes()))
    }

    /// Whether the whole name fits. After a mismatch the last `*` takes one more character.
    pub(crate) fn fits(&self, name: &str) -> bool {
        let (pattern, name) = (&self.0, name.to_ascii_lowercase().into_bytes());
        let (mut at, mut read, mut star) = (0, 0, None);
        while read < name.len() {
            match pattern.get(at) {
                Some(b'*') => {
                    star = Some((at, read));
                    at += 1;
                }
                Some(byte) if *byte == b'?' || *byte == name[read] => {
                    at += 1;
                    read += 1;
                }
                _ => match &mut star {
                    Some((before, from)) => {
                        *from += 1;
                        (at, read) = (*before + 1, *from);
                    }
                    None => return false,
                },
            }
        }
        pattern[at..].iter().all(|byte| *byte == b'*')
    }
}

impl std::str::FromStr for Glob {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        let fits = |pattern: &str, name: &str| Glob::parse(pattern).unwrap().fits(name);
        for (pattern, name) in [
            ("*", "alice"),
            ("*", ""),
            ("alice", "Alice"),
            ("ci-*", "ci-"),
            ("ci-*", "CI-build"),
            ("*-prod", "a-b-prod"),
            ("a*b*c", "a-b-b-c"),
            ("a?c", "abc"),
            ("**x", "x"),
            ("*ab", "aab"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("alice", "alice2"),
            ("alice2", "alice"),
            ("ci-*", "dev-ci-"),
            ("a?c", "ac"),
            ("?", ""),
            ("*b", "abc"),
            ("a.c", "abc"),
            ("[a]", "a"),
        ] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
        assert!(Glob::parse("").is_err());
    }
}
