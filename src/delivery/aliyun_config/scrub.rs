//! One pair taken out of the file, wherever it is.

use super::json::{Kind, Part};
use super::{AliyunConfig, text_of};
use crate::core::access_key::AccessKeyId;
use crate::core::secret::Secret;
use std::ops::Range;
use zeroize::Zeroizing;

impl AliyunConfig<'_> {
    /// Returns the text with an empty text in the place of each value that is this secret, at any depth and of any name, and of the
    /// pair's id beside it, in a field whose name ends in `id`. The text is the same where the secret is nowhere.
    pub(crate) fn without_pair(&self, id: &AccessKeyId, secret: &Secret) -> Zeroizing<String> {
        let mut places = Vec::new();
        find(&self.root, (id, secret), &mut places);
        let edits: Vec<_> = places
            .into_iter()
            .map(|place| (place, "\"\"".to_owned()))
            .collect();
        self.spliced(&edits)
    }

    /// Returns the names of the profiles that have the secret, but for the profile `name`.
    pub(crate) fn others_with(&self, name: &str, id: &AccessKeyId, secret: &Secret) -> Vec<String> {
        let has = |profile: &&Part| {
            let mut places = Vec::new();
            find(profile, (id, secret), &mut places);
            !places.is_empty()
        };
        let having = self.profiles().iter().filter(has);
        let names = having.map(|profile| text_of(profile, "name").to_string());
        names.filter(|other| other != name).collect()
    }
}

fn find(part: &Part, pair: (&AccessKeyId, &Secret), places: &mut Vec<Range<usize>>) {
    match &part.kind {
        Kind::Object(members) => {
            let beside = members
                .iter()
                .any(|member| is_secret(&member.value, pair.1));
            for member in members {
                // A profile may be named by the id.
                let names_id = member.name.to_ascii_lowercase().ends_with("id");
                if beside && names_id && is_id(&member.value, pair.0) {
                    places.push(member.value.range());
                } else {
                    find(&member.value, pair, places);
                }
            }
        }
        Kind::List(parts) => parts.iter().for_each(|part| find(part, pair, places)),
        Kind::Scalar if is_secret(part, pair.1) => places.push(part.range()),
        Kind::Scalar => (),
    }
}

fn is_secret(part: &Part, secret: &Secret) -> bool {
    let decoded = part.decoded().and_then(|text| Secret::new(text).ok());
    decoded.is_some_and(|found| found.same_as(secret))
}

fn is_id(part: &Part, id: &AccessKeyId) -> bool {
    part.decoded().is_some_and(|text| *text == *id.as_str())
}
