//! Sessions of roles that are handed out: opened with the pair that was selected, and shared by all who ask for the same.

use super::{Account, Failure, credentials::Chosen, problem::Problem, remark::Machine};
use crate::cloud::{self, Assume, Client};
use crate::core::{
    account::Owner,
    credentials::{Credentials, StsSession},
    time::{Span, Timestamp},
};
use crate::metadata::{
    profile::Role,
    session_cache::{SessionCache, SessionKey},
};
use crate::store::{Recipient, StoreKind};
use chrono::TimeDelta;
use std::any::Any;
use std::time::Duration;

/// The session that is asked for.
pub(crate) struct Wanted<'a> {
    pub(crate) chosen: &'a Chosen,
    pub(crate) role: &'a Role,
    pub(crate) duration: Span,
    /// A session policy as JSON, which narrows what the role may.
    pub(crate) policy: Option<&'a str>,
    pub(crate) fresh: Freshness,
}

/// How long before its end a session that is served is renewed: nobody gets one with less than 15 minutes, since Java asks again at each
/// signature then (measured with credentials-java 1.0.3). The rest is for the renewal itself.
#[cfg(feature = "server")]
pub(crate) const AHEAD: TimeDelta = TimeDelta::minutes(17);

/// How much of a cached session must be left for it to be handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// More than 15 minutes, or than half of a shorter duration: the client asks again later.
    Renewable,
    /// Nine tenths of its duration: the client cannot ask again.
    Whole,
    /// More than [`AHEAD`]: the session is served to many, who ask again at any time.
    #[cfg(feature = "server")]
    Served,
}

/// How long another process that opens the same session is waited for, and how often it is looked at.
const TURN: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(10);

/// Returns a session from the cache, or opens one and caches it. A cache that cannot be read or written is gone without. Errors are
/// those of `AssumeRole`.
pub(crate) fn session<E: From<Failure>>(
    account: &Account,
    wanted: &Wanted<'_>,
    seal_to: Option<(StoreKind, &Recipient)>,
    client: impl FnOnce() -> Result<Client, E>,
) -> Result<Credentials, E> {
    let cache = Cache {
        account,
        files: SessionCache::new(&account.home, wanted.key(account)),
        seal_to,
    };
    if let Some(cached) = cache.get(wanted) {
        return Ok(cached);
    }
    let turn = cache.turn(wanted);
    if let Turn::Cached(cached) = turn {
        return Ok(cached);
    }
    let client = client()?;
    let opened = open(&client, wanted)?;
    cache.put(&opened, account.clock.now());
    Ok(opened)
}

/// Opens a session of the role, past every cache. Errors are those of `AssumeRole`; `Failed` for one that has expired already.
pub(crate) fn open(client: &Client, wanted: &Wanted<'_>) -> Result<Credentials, Failure> {
    let assumed = client.assume_role(&Assume {
        role: &wanted.role.arn,
        session: &wanted.role.session_name,
        duration: Some(wanted.duration),
        external_id: wanted.role.external_id.as_ref(),
        policy: wanted.policy,
    });
    let assumed = assumed.map_err(|error| in_the_name_of(&wanted.chosen.owner, error))?;
    let until = assumed.until;
    if until <= client.now() {
        return Err(Problem::SessionExpired.into());
    }
    let session = assumed.credentials.token;
    Ok(Credentials {
        id: assumed.credentials.id,
        secret: assumed.credentials.secret,
        session: session.map(|token| StsSession { token, until }),
    })
}

/// Names the RAM user whose pair signed, where the cloud's refusal has the number that it knows the user by.
fn in_the_name_of(owner: &Owner, mut error: cloud::Error) -> cloud::Error {
    let denied = error.denied.as_mut();
    let of_user = denied.filter(|denied| denied.principal_type == "SubUser");
    if let (Some(denied), Some(name)) = (of_user, owner.ram_user()) {
        denied.principal = name.to_string();
    }
    error
}

impl Wanted<'_> {
    fn key(&self, account: &Account) -> SessionKey {
        let external = self.role.external_id.as_ref().map_or("", |id| id.as_str());
        SessionKey::of(&[
            account.id.as_str(),
            self.chosen.pair.access_key_id.as_str(),
            self.role.arn.as_str(),
            self.role.session_name.as_str(),
            external,
            &self.duration.delta().num_seconds().to_string(),
            self.policy.unwrap_or_default(),
        ])
    }

    /// The time that a cached session must outlast.
    fn needed(&self, now: Timestamp) -> Timestamp {
        let duration = self.duration.delta();
        now + match self.fresh {
            Freshness::Renewable => (duration / 2).min(TimeDelta::minutes(15)),
            Freshness::Whole => duration * 9 / 10,
            #[cfg(feature = "server")]
            Freshness::Served => AHEAD,
        }
    }
}

/// What came of waiting for those who open the same session.
enum Turn {
    Cached(Credentials),
    /// It is for this process to open one; the lock is held meanwhile, where there is a place for it.
    Ours {
        _lock: Option<Box<dyn Any + Send>>,
    },
}

struct Cache<'a> {
    account: &'a Account,
    files: SessionCache<'a>,
    seal_to: Option<(StoreKind, &'a Recipient)>,
}

impl Cache<'_> {
    fn get(&self, wanted: &Wanted<'_>) -> Option<Credentials> {
        let (kind, recipient) = self.seal_to?;
        let needed = wanted.needed(self.account.clock.now());
        let sealed = self.files.sealed(needed)?;
        let store = self.account.stores.open(kind).ok()?;
        self.files
            .opened(&store.open(recipient, &sealed).ok()?, needed)
    }

    fn put(&self, credentials: &Credentials, now: Timestamp) {
        let cached = self.seal_to.and_then(|(kind, recipient)| {
            let until = credentials.session.as_ref()?.until;
            let text = self.files.text(credentials)?;
            let store = self.account.stores.open(kind).ok()?;
            let sealed = store.seal(recipient, &text).ok()?;
            self.files.put(until, &sealed, now)
        });
        if cached.is_none() {
            self.account.tell.detail(Machine::SessionUncached.into());
        }
    }

    /// Waits until nobody else opens the same session. A process that was stopped while it does is not waited for for ever.
    fn turn(&self, wanted: &Wanted<'_>) -> Turn {
        let mut time = Duration::ZERO;
        loop {
            match self.files.try_lock() {
                Ok(Some(lock)) => {
                    let ours = Turn::Ours { _lock: Some(lock) };
                    return self.get(wanted).map_or(ours, Turn::Cached);
                }
                Ok(None) if time < TURN => (),
                Ok(None) | Err(_) => return Turn::Ours { _lock: None },
            }
            self.account.clock.sleep(POLL);
            time += POLL;
            if let Some(cached) = self.get(wanted) {
                return Turn::Cached(cached);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::answering;
    use crate::core::{
        access_key::{AccessKey, AccessKeyId, Status},
        account::Owner,
        role::{RoleArn, SessionName},
        time,
    };
    use crate::metadata::inventory::PairRecord;
    use crate::ops::Kind;

    fn opened(expiration: &str) -> Result<Credentials, Failure> {
        let body = format!(
            r#"{{"Credentials":{{"AccessKeyId":"STS.x","AccessKeySecret":"s","SecurityToken":"t","Expiration":"{expiration}"}},
            "AssumedRoleUser":{{"Arn":"acs:ram::1:assumed-role/r/akm"}}}}"#
        );
        let role = Role {
            arn: RoleArn::parse("acs:ram::1:role/r").unwrap(),
            session_name: SessionName::akm(),
            external_id: None,
        };
        let key = AccessKey {
            id: AccessKeyId::parse("LTAI1").unwrap(),
            status: Status::Active,
            created_at: time::parse("2026-11-01T00:00:00Z").unwrap(),
        };
        let chosen = Chosen {
            owner: Owner::Account,
            pair: PairRecord::new(&key),
            role: None,
        };
        let wanted = Wanted {
            chosen: &chosen,
            role: &role,
            duration: Span::hour(),
            policy: None,
            fresh: Freshness::Whole,
        };
        open(&answering::with(200, &body), &wanted)
    }

    #[test]
    fn a_session_that_has_expired_already_is_not_handed_out() {
        assert!(opened("2999-01-01T00:00:00Z").is_ok());
        let failure = opened("2001-01-01T00:00:00Z").err().unwrap();
        assert_eq!(failure.kind, Kind::Failed);
        assert!(opened("soon").is_err());
    }
}
