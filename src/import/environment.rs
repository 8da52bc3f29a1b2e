//! The pairs that environment variables hold, under every name that an official client reads.

use super::pair::{self, FoundPair, SESSION, is_of_session};
use super::place::Place;
use std::ffi::OsString;
use zeroize::Zeroizing;

/// The variables that one kind of client reads together.
pub(crate) struct Family {
    pub(crate) id: &'static str,
    pub(crate) secret: &'static str,
    /// One of them set makes the pair a session.
    pub(crate) tokens: &'static [&'static str],
}

/// In the order in which the `aliyun` CLI, the SDKs and Terraform ask for them; a bare `ACCESS_KEY_ID` is read by the CLI.
pub(crate) const FAMILIES: [Family; 7] = [
    Family {
        id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
        secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        tokens: &["ALIBABA_CLOUD_SECURITY_TOKEN"],
    },
    Family {
        id: "ALIBABACLOUD_ACCESS_KEY_ID",
        secret: "ALIBABACLOUD_ACCESS_KEY_SECRET",
        tokens: &["ALIBABACLOUD_SECURITY_TOKEN"],
    },
    Family {
        id: "ALICLOUD_ACCESS_KEY",
        secret: "ALICLOUD_SECRET_KEY",
        tokens: &["ALICLOUD_SECURITY_TOKEN"],
    },
    Family {
        id: "ALICLOUD_ACCESS_KEY_ID",
        secret: "ALICLOUD_ACCESS_KEY_SECRET",
        tokens: &["ALICLOUD_SECURITY_TOKEN"],
    },
    Family {
        id: "ALIYUN_ACCESS_KEY_ID",
        secret: "ALIYUN_ACCESS_KEY_SECRET",
        tokens: &["ALIYUN_SECURITY_TOKEN"],
    },
    Family {
        id: "OSS_ACCESS_KEY_ID",
        secret: "OSS_ACCESS_KEY_SECRET",
        tokens: &["OSS_SESSION_TOKEN", "OSS_SECURITY_TOKEN"],
    },
    Family {
        id: "ACCESS_KEY_ID",
        secret: "ACCESS_KEY_SECRET",
        tokens: &["SECURITY_TOKEN"],
    },
];

/// Reads every family. `variable` gives the value of a variable; an empty one counts as unset, as official clients take it. Returns
/// an empty list where no family is set. Errors: half a pair, a session and a value that is not valid, by variable.
pub(crate) fn read(
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Vec<FoundPair>, Vec<String>> {
    let (mut pairs, mut wrong) = (Vec::new(), Vec::new());
    for family in &FAMILIES {
        match family.read(&variable) {
            Ok(pair) => pairs.extend(pair),
            Err(why) => wrong.push(why),
        }
    }
    if wrong.is_empty() {
        return Ok(pairs);
    }
    Err(wrong)
}

impl Family {
    fn read(
        &self,
        variable: &impl Fn(&str) -> Option<OsString>,
    ) -> Result<Option<FoundPair>, String> {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let Self { id, secret, tokens } = *self;
        let (key, text) = match (set(id), set(secret)) {
            (None, None) => return Ok(None),
            (Some(_), None) => return Err(format!("`{id}` is set, and `{secret}` is not")),
            (None, Some(_)) => return Err(format!("`{secret}` is set, and `{id}` is not")),
            (Some(key), Some(text)) => (key, text),
        };
        let key = key.to_string_lossy();
        if let Some(token) = tokens.iter().find(|token| set(token).is_some()) {
            return Err(format!("`{id}`: {SESSION}: `{token}` is set"));
        }
        if is_of_session(&key) {
            return Err(format!("`{id}`: {SESSION}: it begins with `STS.`"));
        }
        let text = String::from_utf8(text.into_encoded_bytes()).map_err(|error| {
            drop(Zeroizing::new(error.into_bytes()));
            format!("`{secret}`: it is not text")
        })?;
        let parsed = pair::parse(&key, &Zeroizing::new(text));
        let parsed = parsed.map_err(|why| format!("`{id}` and `{secret}`: {why}"))?;
        Ok(Some(FoundPair::new(parsed, Place::Variable { id })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Vec<(String, String)>, String> {
        let value = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let shown = |pair: FoundPair| (pair.secret.expose().to_owned(), pair.places());
        let pairs = read(value).map_err(|wrong| wrong.join("; "))?;
        Ok(pairs.into_iter().map(shown).collect())
    }

    #[test]
    fn every_family_is_read_alone_and_with_the_others() {
        let mut all = Vec::new();
        for family in &FAMILIES {
            let variables = [
                (family.id, "LTAI1"),
                (family.secret, "s3"),
                (family.tokens[0], ""),
            ];
            let expected = vec![("s3".to_owned(), format!("`{}`", family.id))];
            assert_eq!(of(&variables), Ok(expected));
            all.extend(variables);
        }
        assert_eq!(of(&all).unwrap().len(), FAMILIES.len());
        assert_eq!(of(&[]), Ok(vec![]));
        assert_eq!(
            of(&[("ACCESS_KEY_ID", ""), ("ACCESS_KEY_SECRET", "")]),
            Ok(vec![])
        );
    }

    #[test]
    fn half_a_pair_and_a_session_are_refused_by_variable() {
        let id = ("ALICLOUD_ACCESS_KEY", "LTAI1");
        let secret = ("ALICLOUD_SECRET_KEY", "s3cr3t");
        for (variables, why) in [
            (
                &[id][..],
                "`ALICLOUD_ACCESS_KEY` is set, and `ALICLOUD_SECRET_KEY` is not",
            ),
            (
                &[secret],
                "`ALICLOUD_SECRET_KEY` is set, and `ALICLOUD_ACCESS_KEY` is not",
            ),
            (
                &[id, secret, ("ALICLOUD_SECURITY_TOKEN", "s3cr3t")],
                "`ALICLOUD_ACCESS_KEY`: it is a session, which ends, and not an AccessKey pair: `ALICLOUD_SECURITY_TOKEN` is set",
            ),
            (
                &[("ALICLOUD_ACCESS_KEY", "STS.Nabc"), secret],
                "`ALICLOUD_ACCESS_KEY`: it is a session, which ends, and not an AccessKey pair: it begins with `STS.`",
            ),
            (
                &[("ALICLOUD_ACCESS_KEY", "s3cr3t!"), secret],
                "`ALICLOUD_ACCESS_KEY` and `ALICLOUD_SECRET_KEY`: not a valid AccessKey ID: character 7 is `!`, and letters and digits are expected",
            ),
            (
                &[id, ("OSS_ACCESS_KEY_SECRET", "s3cr3t")],
                "`ALICLOUD_ACCESS_KEY` is set, and `ALICLOUD_SECRET_KEY` is not; `OSS_ACCESS_KEY_SECRET` is set, and `OSS_ACCESS_KEY_ID` is not",
            ),
        ] {
            assert_eq!(of(variables).unwrap_err(), why);
        }
    }
}
