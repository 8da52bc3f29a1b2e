//! The few times that a history knows: now, and each span ago. Spans are so far apart that no sum of some is another one.

use crate::core::{access_key::AccessKeyId, time::Timestamp};
use chrono::{DateTime, TimeDelta};
use std::sync::LazyLock;

/// The least time between the two proofs that an incoming pair works.
pub(super) const PROOF: TimeDelta = TimeDelta::seconds(2);
pub(super) const LAG: TimeDelta = TimeDelta::minutes(5);
pub(super) const EXPIRY: TimeDelta = TimeDelta::minutes(16);
pub(super) const OVERLAP: TimeDelta = TimeDelta::days(2);
/// The overlap after a person has made it longer.
pub(super) const LONGER: TimeDelta = TimeDelta::days(10);
pub(super) const GRACE: TimeDelta = TimeDelta::days(60);
/// Longer than anything waits.
pub(super) const AGES: TimeDelta = TimeDelta::days(4000);

pub(super) const NOW: Timestamp = DateTime::from_timestamp(2_000_000_000, 0).unwrap();

pub(super) fn ago(span: TimeDelta) -> Timestamp {
    NOW - span
}

static IDS: LazyLock<[AccessKeyId; 4]> =
    LazyLock::new(|| ["P0", "P1", "P2", "P3"].map(|text| AccessKeyId::parse(text).unwrap()));

pub(super) fn id(pair: usize) -> AccessKeyId {
    IDS[pair].clone()
}

/// Returns the number of the pair that has this id.
pub(super) fn number(id: &AccessKeyId) -> u8 {
    id.as_str().as_bytes()[1] - b'0'
}

pub(super) fn pair(id: &AccessKeyId) -> usize {
    number(id).into()
}
