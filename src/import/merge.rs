//! One list out of the pairs of several sources.

use super::pair::FoundPair;
use std::collections::HashMap;

/// Makes one of the pairs that are the same in several places, in the order of their first places. Errors: each AccessKey ID that has
/// different secrets, or different owners, in two places; the places are named, the id is not.
pub(crate) fn merge(pairs: Vec<FoundPair>) -> Result<Vec<FoundPair>, Vec<String>> {
    let mut merged: Vec<FoundPair> = Vec::with_capacity(pairs.len());
    let (mut known, mut wrong) = (HashMap::<_, usize>::new(), Vec::new());
    for pair in pairs {
        let Some(at) = known.get(&pair.id).copied() else {
            known.insert(pair.id.clone(), merged.len());
            merged.push(pair);
            continue;
        };
        let first = &mut merged[at];
        if let Some(what) = difference(first, &pair) {
            wrong.push(format!(
                "{} and {} have the same AccessKey ID with different {what}",
                first.places(),
                pair.places()
            ));
            continue;
        }
        first.places.extend(pair.places);
        first.owner = first.owner.take().or(pair.owner);
        first.role = first.role.take().or(pair.role);
    }
    if wrong.is_empty() {
        return Ok(merged);
    }
    Err(super::shortened(wrong, "pairs"))
}

fn difference(first: &FoundPair, second: &FoundPair) -> Option<&'static str> {
    if !first.secret.same_as(&second.secret) {
        return Some("secrets");
    }
    match (&first.owner, &second.owner) {
        (Some(one), Some(other)) if one != other => Some("owners"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Place, pair};
    use super::*;
    use crate::core::account::Owner;

    fn pair(id: &str, secret: &str, line: u64, owner: Option<Owner>) -> FoundPair {
        let file = "a.csv".into();
        let parsed = pair::parse(id, secret).unwrap();
        let found = FoundPair::new(parsed, Place::Line { file, line });
        FoundPair { owner, ..found }
    }

    #[test]
    fn the_same_pair_in_two_places_is_one_and_keeps_both_places() {
        let merged = merge(vec![
            pair("LTAI1", "s3", 2, None),
            pair("LTAI2", "s3", 3, None),
            pair("LTAI1", "s3", 4, Some(Owner::Account)),
        ])
        .unwrap();
        let places: Vec<String> = merged.iter().map(FoundPair::places).collect();
        assert_eq!(
            places,
            ["`a.csv`, line 2 and `a.csv`, line 4", "`a.csv`, line 3"]
        );
        assert_eq!(merged[0].owner, Some(Owner::Account));
    }

    #[test]
    fn one_id_with_two_secrets_or_two_owners_is_refused() {
        let user = Owner::RamUser("alice".parse().unwrap());
        let wrong = merge(vec![
            pair("LTAI1", "s3", 2, Some(Owner::Account)),
            pair("LTAI1", "s4", 3, None),
            pair("LTAI1", "s3", 4, Some(user)),
        ])
        .unwrap_err();
        assert_eq!(
            wrong,
            [
                "`a.csv`, line 2 and `a.csv`, line 3 have the same AccessKey ID with different secrets",
                "`a.csv`, line 2 and `a.csv`, line 4 have the same AccessKey ID with different owners",
            ]
        );
    }
}
