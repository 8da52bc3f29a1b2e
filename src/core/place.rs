//! Where a secret rests, and for whom it is sealed: what files say of it.

use super::{Invalid, validated_text};
use serde::{Deserialize, Serialize};

/// The kinds of store there are, as `AKM_STORE`, `config.toml` and metadata write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum StoreKind {
    Keyring,
    Age,
}

impl StoreKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::Age => "age",
        }
    }
}

impl std::str::FromStr for StoreKind {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "keyring" => Ok(Self::Keyring),
            "age" => Ok(Self::Age),
            _ => Err(Invalid::new(
                "secret store",
                "`keyring` and `age` are the ones there are",
            )),
        }
    }
}

impl std::fmt::Display for StoreKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The public half of an install's `age` identity, `age1…`: whoever has it can seal, nobody can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recipient(String);

impl Recipient {
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let wrong = || {
            Invalid::new(
                "age recipient",
                "`age1` and letters and digits are expected",
            )
        };
        let right = text.starts_with("age1")
            && text.len() <= 128
            && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if right {
            Ok(Self(text.to_owned()))
        } else {
            Err(wrong())
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

validated_text!(Recipient);
