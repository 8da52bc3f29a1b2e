//! The records of a journal as they are written, one JSON value each.

use crate::core::{
    access_key::AccessKeyId,
    account::{AccountId, Owner},
    event::Event,
    name::UserName,
    open_work::{Keeping, Made, Replaced, Request, Restoring, Spans},
    place::{Recipient, StoreKind},
    time::{self, Timestamp},
};
use crate::metadata::Version;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// What each record says. The first of a journal is `Intent`; `Got`, `Reached` and `Leaked` without an id are of version 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Record {
    Intent(Box<Intent>),
    Leaked(Option<AccessKeyId>),
    Withdrawn(AccessKeyId),
    RolledBack,
    Spans(Seconds),
    Restoring(Wanted),
    Restored(Back),
    Requested(Box<Asked>),
    Created(Box<Pair>),
    Concluded,
    Delivered(Done),
    Disabled(Done),
    Ended,
    Forgotten(AccessKeyId),
    Got(super::version1::Got),
    Reached(super::version1::Mark),
}

/// The first record: whose journal it is. That of version 1 also says what was to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Intent {
    Now(Header),
    Version1(Box<super::version1::Intent>),
}

impl Intent {
    pub(super) fn account(&self) -> &AccountId {
        match self {
            Self::Now(header) => &header.account_id,
            Self::Version1(intent) => &intent.account_id,
        }
    }

    pub(super) fn owner(&self) -> Owner {
        let user = match self {
            Self::Now(header) => &header.ram_user,
            Self::Version1(intent) => &intent.ram_user,
        };
        user.clone().map_or(Owner::Account, Owner::RamUser)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) version: Version<2>,
    pub(super) account_id: AccountId,
    /// Absent: the account's own pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ram_user: Option<UserName>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seconds {
    overlap_seconds: i64,
    grace_seconds: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    access_key_id: AccessKeyId,
    active: bool,
    #[serde(with = "time::text")]
    asked_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Back {
    access_key_id: AccessKeyId,
    #[serde(
        with = "time::text_option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    at: Option<Timestamp>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    before: Vec<AccessKeyId>,
    #[serde(with = "time::text")]
    signed_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaces: Option<Old>,
    store: StoreKind,
    recipient: Recipient,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Old {
    access_key_id: AccessKeyId,
    overlap_seconds: i64,
    grace_seconds: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair {
    access_key_id: AccessKeyId,
    #[serde(with = "time::text")]
    created_at: Timestamp,
    /// Base64 of an `age` file for the recipient.
    sealed: String,
    store: StoreKind,
    recipient: Recipient,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Done {
    access_key_id: AccessKeyId,
    #[serde(with = "time::text")]
    at: Timestamp,
}

impl From<Spans> for Seconds {
    fn from(spans: Spans) -> Self {
        Self {
            overlap_seconds: spans.overlap.num_seconds(),
            grace_seconds: spans.grace.num_seconds(),
        }
    }
}

/// Seconds out of all bounds count as ten years, which is the longest that a person can give.
pub(super) fn spans(overlap_seconds: i64, grace_seconds: i64) -> Spans {
    let longest = TimeDelta::days(3653);
    let span = |seconds: i64| {
        let span = TimeDelta::try_seconds(seconds).unwrap_or(longest);
        span.clamp(TimeDelta::zero(), longest)
    };
    Spans {
        overlap: span(overlap_seconds),
        grace: span(grace_seconds),
    }
}

impl From<&Event> for Record {
    fn from(event: &Event) -> Self {
        let done = |id: &AccessKeyId, at: &Timestamp| Done {
            access_key_id: id.clone(),
            at: *at,
        };
        match event {
            Event::Leaked(id) => Self::Leaked(Some(id.clone())),
            Event::Withdrawn(id) => Self::Withdrawn(id.clone()),
            Event::RolledBack => Self::RolledBack,
            Event::Spans(spans) => Self::Spans((*spans).into()),
            Event::Restoring(id, restoring) => Self::Restoring(Wanted {
                access_key_id: id.clone(),
                active: restoring.active,
                asked_at: restoring.asked_at,
            }),
            Event::Restored(id, at) => Self::Restored(Back {
                access_key_id: id.clone(),
                at: *at,
            }),
            Event::Requested(request) => Self::Requested(Box::new(asked(request))),
            Event::Created(id, made) => Self::Created(Box::new(pair(id, made))),
            Event::Concluded => Self::Concluded,
            Event::Delivered(id, at) => Self::Delivered(done(id, at)),
            Event::Disabled(id, at) => Self::Disabled(done(id, at)),
            Event::Ended => Self::Ended,
            Event::Forgotten(id) => Self::Forgotten(id.clone()),
        }
    }
}

fn asked(request: &Request) -> Asked {
    let old = |it: &Replaced| {
        let Seconds {
            overlap_seconds,
            grace_seconds,
        } = it.spans.into();
        Old {
            access_key_id: it.old.clone(),
            overlap_seconds,
            grace_seconds,
        }
    };
    Asked {
        before: request.before.iter().cloned().collect(),
        signed_at: request.signed_at,
        replaces: request.replaces.as_ref().map(old),
        store: request.keeping.store,
        recipient: request.keeping.recipient.clone(),
        comment: request.keeping.comment.clone(),
    }
}

fn pair(id: &AccessKeyId, made: &Made) -> Pair {
    Pair {
        access_key_id: id.clone(),
        created_at: made.created_at,
        sealed: made.sealed.clone(),
        store: made.keeping.store,
        recipient: made.keeping.recipient.clone(),
        comment: made.keeping.comment.clone(),
    }
}

impl Record {
    /// Returns the event of a record of this version; `None` for those of version 1 that speak of what came before them.
    pub(super) fn event(self) -> Option<Event> {
        Some(match self {
            Self::Leaked(id) => Event::Leaked(id?),
            Self::Withdrawn(id) => Event::Withdrawn(id),
            Self::RolledBack => Event::RolledBack,
            Self::Spans(it) => Event::Spans(spans(it.overlap_seconds, it.grace_seconds)),
            Self::Restoring(it) => Event::Restoring(
                it.access_key_id,
                Restoring {
                    active: it.active,
                    asked_at: it.asked_at,
                },
            ),
            Self::Restored(it) => Event::Restored(it.access_key_id, it.at),
            Self::Requested(it) => Event::Requested((*it).into()),
            Self::Created(it) => {
                let (id, made) = (*it).into();
                Event::Created(id, made)
            }
            Self::Concluded => Event::Concluded,
            Self::Delivered(it) => Event::Delivered(it.access_key_id, it.at),
            Self::Disabled(it) => Event::Disabled(it.access_key_id, it.at),
            Self::Ended => Event::Ended,
            Self::Forgotten(id) => Event::Forgotten(id),
            Self::Intent(_) | Self::Got(_) | Self::Reached(_) => return None,
        })
    }
}

impl From<Asked> for Request {
    fn from(it: Asked) -> Self {
        let replaced = |old: Old| Replaced {
            old: old.access_key_id,
            spans: spans(old.overlap_seconds, old.grace_seconds),
        };
        Self {
            before: it.before.into_iter().collect(),
            signed_at: it.signed_at,
            replaces: it.replaces.map(replaced),
            keeping: Keeping {
                store: it.store,
                recipient: it.recipient,
                comment: it.comment,
            },
        }
    }
}

impl From<Pair> for (AccessKeyId, Made) {
    fn from(it: Pair) -> Self {
        let made = Made {
            created_at: it.created_at,
            sealed: it.sealed,
            keeping: Keeping {
                store: it.store,
                recipient: it.recipient,
                comment: it.comment,
            },
            replaced: false,
        };
        (it.access_key_id, made)
    }
}
