//! What a journal says: what was intended, what came of it, and which steps are done.

use crate::core::place::{Recipient, StoreKind};
use crate::core::{
    access_key::AccessKeyId,
    account::{AccountId, Owner},
    name::{ProfileName, UserName},
    rotation::Reached,
    time::{self, Span, Timestamp},
};
use crate::metadata::Version;
use serde::{Deserialize, Serialize};

/// What is about to be done: written and durable before the request that makes a pair is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Intent {
    pub(crate) version: Version,
    pub(crate) account_id: AccountId,
    pub(crate) profile: ProfileName,
    /// Absent: the account's own pair.
    pub(crate) ram_user: Option<UserName>,
    /// The pairs that were there before.
    pub(crate) before: Vec<AccessKeyId>,
    /// Empty where no such request is signed yet, so that nothing can have been made.
    pub(crate) nonce: String,
    /// The date that was signed: nothing can be executed 15 minutes after it.
    #[serde(with = "time::text")]
    pub(crate) signed_at: Timestamp,
    /// Whether no answer had shown the cloud's clock by then, which may be off from the one that was signed by.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) clock_unseen: bool,
    pub(crate) store: StoreKind,
    pub(crate) recipient: Recipient,
    pub(crate) comment: Option<String>,
    /// Present in a rotation.
    pub(crate) rotation: Option<RotationIntent>,
}

impl Intent {
    /// Whether a request that makes a pair was signed.
    pub(crate) fn is_signed(&self) -> bool {
        !self.nonce.is_empty()
    }

    /// Whether it is about a pair that leaked.
    pub(crate) fn is_of_leak(&self) -> bool {
        self.rotation
            .as_ref()
            .is_some_and(|rotation| rotation.leaked)
    }
}

/// What a rotation will do with the old pair. Spans are in seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotationIntent {
    pub(crate) old: AccessKeyId,
    pub(crate) overlap_seconds: i64,
    pub(crate) grace_seconds: i64,
    /// The old pair leaked: it is disabled before anything is made, and its secret is not kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) leaked: bool,
}

impl RotationIntent {
    pub(crate) fn new(old: AccessKeyId, overlap: Span, grace: Span) -> Self {
        Self {
            old,
            overlap_seconds: overlap.delta().num_seconds(),
            grace_seconds: grace.delta().num_seconds(),
            leaked: false,
        }
    }

    pub(crate) fn leaked(old: AccessKeyId) -> Self {
        Self {
            leaked: true,
            ..Self::new(old, Span::ZERO, Span::ZERO)
        }
    }
}

/// A step that is done for good.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Record {
    Intent(Intent),
    Got(Got),
    Reached(Mark),
    Leaked(Option<AccessKeyId>),
}

/// The new pair, its secret sealed to the intent's recipient.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Got {
    pub(crate) access_key_id: AccessKeyId,
    #[serde(with = "time::text")]
    pub(crate) created_at: Timestamp,
    /// Base64 of an `age` file; empty for a pair that was held before.
    pub(crate) sealed: String,
}

impl Got {
    pub(crate) fn has_seal(&self) -> bool {
        !self.sealed.is_empty()
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mark {
    pub(super) state: Reached,
    #[serde(with = "time::text")]
    pub(super) at: Timestamp,
}

/// All that a journal says.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) intent: Intent,
    pub(crate) got: Option<Got>,
    /// The last step done.
    pub(crate) reached: Reached,
    /// A pair that leaked while this was open: it is replaced as soon as what this holds is kept.
    pub(crate) leaked: Option<AccessKeyId>,
    /// When each step that was marked was done.
    pub(super) marks: Vec<Mark>,
}

impl Entry {
    pub(crate) fn owner(&self) -> Owner {
        self.intent
            .ram_user
            .clone()
            .map_or(Owner::Account, Owner::RamUser)
    }

    /// When a step was last done.
    pub(crate) fn when(&self, state: Reached) -> Option<Timestamp> {
        self.marks
            .iter()
            .rev()
            .find(|mark| mark.state == state)
            .map(|mark| mark.at)
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        self.reached = mark.state;
        self.marks.push(mark);
    }

    pub(super) fn from_records(records: Vec<Record>) -> Option<Self> {
        let mut records = records.into_iter();
        let Record::Intent(intent) = records.next()? else {
            return None;
        };
        let mut entry = Self {
            intent,
            got: None,
            reached: Reached::Intent,
            leaked: None,
            marks: Vec::new(),
        };
        for record in records {
            match record {
                Record::Intent(_) => return None,
                Record::Got(got) => (entry.got, entry.reached) = (Some(got), Reached::Got),
                Record::Reached(mark) => entry.mark(mark),
                Record::Leaked(id) => entry.leaked = id,
            }
        }
        (entry.reached == Reached::Intent || entry.got.is_some()).then_some(entry)
    }
}

#[cfg(test)]
impl Entry {
    /// A journal of the RAM user `alice` whose request was signed at `at`, with these steps marked then.
    pub(crate) fn sample(
        rotation: Option<RotationIntent>,
        at: Timestamp,
        marks: &[Reached],
    ) -> Self {
        let new = AccessKeyId::parse("LTAI2").unwrap();
        let intent = Intent {
            version: Version,
            account_id: AccountId::parse("1234567890123456").unwrap(),
            profile: "prod".parse().unwrap(),
            ram_user: Some(UserName::parse("alice").unwrap()),
            before: vec![AccessKeyId::parse("LTAI1").unwrap()],
            nonce: "n".to_owned(),
            signed_at: at,
            clock_unseen: false,
            store: StoreKind::Age,
            recipient: format!("age1{}", "q".repeat(58)).parse().unwrap(),
            comment: None,
            rotation,
        };
        let got = Got {
            access_key_id: new,
            created_at: at,
            sealed: String::new(),
        };
        let got = marks.first().map(|_| Record::Got(got));
        let done = marks.iter().filter(|state| **state != Reached::Got);
        let done = done.map(|state| Record::Reached(Mark { state: *state, at }));
        let records = [Record::Intent(intent)].into_iter().chain(got).chain(done);
        Self::from_records(records.collect()).unwrap()
    }
}
