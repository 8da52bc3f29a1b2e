//! A region of Alibaba Cloud, as `cn-hangzhou`.

use super::{Invalid, validated_text};

/// The id of a region: 2 to 64 lower-case letters, digits and `-`. Which regions exist is the cloud's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegionId(String);

impl RegionId {
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (2..=64).contains(&text.len()) && text.bytes().all(sound) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new("region", "an id as `cn-hangzhou` is expected"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

validated_text!(RegionId);
