//! Journals of version 1: read and finished, never written.

use super::record::{Record, spans};
use crate::core::{
    access_key::AccessKeyId,
    account::AccountId,
    event::Event,
    name::{ProfileName, UserName},
    open_work::{Keeping, Made, OpenWork, Replaced, Request},
    place::{Recipient, StoreKind},
    time::{self, Timestamp},
};
use crate::metadata::Version;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// What was about to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Intent {
    version: Version,
    pub(super) account_id: AccountId,
    profile: ProfileName,
    pub(super) ram_user: Option<UserName>,
    before: Vec<AccessKeyId>,
    /// Empty where no request was signed.
    nonce: String,
    #[serde(with = "time::text")]
    signed_at: Timestamp,
    /// Whether the date was taken from a clock that nobody had compared with the cloud's.
    #[serde(default)]
    clock_unseen: bool,
    store: StoreKind,
    recipient: Recipient,
    comment: Option<String>,
    rotation: Option<Rotation>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    old: AccessKeyId,
    overlap_seconds: i64,
    grace_seconds: i64,
    #[serde(default)]
    leaked: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Got {
    access_key_id: AccessKeyId,
    #[serde(with = "time::text")]
    created_at: Timestamp,
    /// Empty for a pair that was not made then.
    sealed: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mark {
    state: Reached,
    #[serde(with = "time::text")]
    at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Reached {
    Intent,
    Got,
    Stored,
    Verified,
    Delivered,
    OldDisabled,
    RollBack,
    OldEnabled,
    OldVerified,
    OldDelivered,
    NewDisabled,
}

impl Intent {
    /// Takes into `work` what was about to be done: a leak, a request, or both.
    pub(super) fn begin(&self, work: &mut OpenWork) {
        let rotation = self.rotation.as_ref();
        if let Some(rotation) = rotation.filter(|rotation| rotation.leaked) {
            work.apply(Event::Leaked(rotation.old.clone()));
        }
        if !self.nonce.is_empty() {
            let replaced = rotation.filter(|rotation| !rotation.leaked);
            work.apply(Event::Requested(self.request(replaced)));
        }
    }

    fn request(&self, replaced: Option<&Rotation>) -> Request {
        let unseen = TimeDelta::minutes(if self.clock_unseen { 15 } else { 0 });
        Request {
            before: self.before.iter().cloned().collect(),
            signed_at: self.signed_at + unseen,
            replaces: replaced.map(|it| Replaced {
                old: it.old.clone(),
                spans: spans(it.overlap_seconds, it.grace_seconds),
            }),
            keeping: self.keeping(),
        }
    }

    fn keeping(&self) -> Keeping {
        Keeping {
            store: self.store,
            recipient: self.recipient.clone(),
            comment: self.comment.clone(),
        }
    }

    /// Takes one later record of this journal into `work`. Returns whether version 1 has such a record.
    pub(super) fn apply(&self, record: Record, work: &mut OpenWork) -> bool {
        match record {
            Record::Got(got) if got.sealed.is_empty() => work.request = None,
            Record::Got(got) => {
                let made = Made {
                    created_at: got.created_at,
                    sealed: got.sealed,
                    keeping: self.keeping(),
                    replaced: false,
                };
                work.apply(Event::Created(got.access_key_id, made));
            }
            Record::Reached(mark) => mark.apply(work),
            Record::Leaked(None) => self.forget_noted(work),
            Record::Intent(_) => return false,
            later => {
                if let Some(event) = later.event() {
                    work.apply(event);
                }
            }
        }
        true
    }

    /// Of the leaked pairs, the one that the journal was begun for stays.
    fn forget_noted(&self, work: &mut OpenWork) {
        let own = self
            .rotation
            .as_ref()
            .filter(|it| it.leaked)
            .map(|it| &it.old);
        work.leaked.retain(|id| Some(id) == own);
    }
}

impl Mark {
    fn apply(&self, work: &mut OpenWork) {
        let pairs = work.replacement.as_ref();
        let pairs = pairs.map(|it| (it.old.clone(), it.new.clone()));
        let event = match (self.state, pairs) {
            (Reached::RollBack, _) => Event::RolledBack,
            (Reached::Delivered | Reached::OldDelivered, Some((_, new))) => {
                Event::Delivered(new, self.at)
            }
            (Reached::OldDisabled | Reached::NewDisabled, Some((old, _))) => {
                Event::Disabled(old, self.at)
            }
            _ => return,
        };
        work.apply(event);
    }
}
