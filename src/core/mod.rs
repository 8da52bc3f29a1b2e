//! Accounts, RAM users and AccessKey pairs, and the rules that need nothing but them: no I/O, no clock, no environment.

pub(crate) mod access_key;
pub(crate) mod account;
pub(crate) mod credentials;
pub(crate) mod endpoint;
pub(crate) mod event;
pub(crate) mod glob;
pub(crate) mod key_policy;
pub(crate) mod name;
pub(crate) mod no_proxy;
pub(crate) mod open_work;
pub(crate) mod passphrase;
pub(crate) mod pasted;
pub(crate) mod place;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod proxy;
pub(crate) mod region;
pub(crate) mod role;
pub(crate) mod secret;
pub(crate) mod seen;
pub(crate) mod time;

/// A value that breaks its rule: what it was meant to be and why it is not. Of the input it holds at most the one character that
/// does not belong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invalid {
    pub(crate) what: &'static str,
    pub(crate) why: String,
}

impl Invalid {
    pub(crate) fn new(what: &'static str, why: impl Into<String>) -> Self {
        Self {
            what,
            why: why.into(),
        }
    }
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not a valid {}: {}", self.what, self.why)
    }
}

impl std::error::Error for Invalid {}

/// Gives a validated text type its `Display`, `FromStr` and serde forms, so that no text enters a field unchecked.
macro_rules! validated_text {
    ($type:ty) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $type {
            type Err = crate::core::Invalid;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }
        #[cfg(test)]
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                String::json_schema(generator)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                Self::parse(&text).map_err(<D::Error as serde::de::Error>::custom)
            }
        }
    };
}
pub(crate) use validated_text;
