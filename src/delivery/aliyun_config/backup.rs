//! The file without its secrets, to be kept beside the edited one.

use super::AliyunConfig;
use super::fields::is_secret;
use super::json::{Kind, Part};
use std::ops::Range;
use zeroize::Zeroizing;

impl AliyunConfig<'_> {
    /// Returns the text with an empty text in the place of each secret, at any depth.
    pub(crate) fn without_secrets(&self) -> Zeroizing<String> {
        let edits: Vec<_> = self
            .secrets()
            .into_iter()
            .map(|place| (place, "\"\"".to_owned()))
            .collect();
        self.spliced(&edits)
    }

    /// Tells whether a field that is named like a secret is not empty.
    pub(crate) fn has_secrets(&self) -> bool {
        !self.secrets().is_empty()
    }

    fn secrets(&self) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        secrets(&self.root, &mut places);
        places
    }
}

fn secrets(part: &Part, places: &mut Vec<Range<usize>>) {
    match &part.kind {
        Kind::Object(members) => {
            for member in members {
                if is_secret(&member.name) && !member.value.is_empty() {
                    places.push(member.value.range());
                } else {
                    secrets(&member.value, places);
                }
            }
        }
        Kind::List(parts) => parts.iter().for_each(|part| secrets(part, places)),
        Kind::Scalar => (),
    }
}
