//! What is done when nobody says otherwise.

use super::time::Span;
use serde::Deserialize;

/// RAM's usual limit on the pairs of one owner; what holds for an account is its quota `AccessKeysPerUserQuota`.
pub(crate) const PAIRS_PER_OWNER: usize = 2;

/// How long a retired pair stays Inactive before it is deleted.
pub(crate) fn grace() -> Span {
    Span::days(2)
}

/// How long the old pair of a rotation stays Active beside the new one. Nobody can know who still uses it.
pub(crate) fn overlap() -> Span {
    Span::days(2)
}

/// How long a deleted pair's secret is kept: as long as the cloud's recycle bin keeps the pair.
pub(crate) fn recycle_span() -> Span {
    Span::days(30)
}

/// What a person has said once for all rotations, in place of what is above.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// How long the old pair stays Active beside the new one.
    #[serde(default)]
    pub(crate) overlap: Option<Span>,
    /// How long the old pair then stays Inactive before it may be deleted.
    #[serde(default)]
    pub(crate) grace: Option<Span>,
    /// How old a pair may be before akm warns where it hands the pair out.
    #[serde(default)]
    pub(crate) max_age: Option<Span>,
}
