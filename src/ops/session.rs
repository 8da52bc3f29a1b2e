//! One account, opened: as this machine knows it, and with its cloud. Every operation works in one of the two.

use super::{
    Failure, Kind,
    advice::Advice,
    problem::{Pair, Problem, Signer},
    remark::{Machine, Remark},
    this_run::ThisRun,
};
use crate::cloud::{self, Caller, Client, Fault};
use crate::core::{
    access_key::AccessKeyId,
    account::{AccountId, Owner},
    name::{ProfileName, UserName},
};
use crate::metadata::{
    Home,
    inventory::{Inventory, OwnerRecord},
    journal::Journal,
};
use crate::store::{self, Recipient, SecretStore, StoreKind};
use crate::sys::clock::Clock;
use chrono::TimeDelta;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

/// The stores of this install by kind, opened when first asked for.
pub(crate) trait Stores: Send + Sync {
    /// The store of that kind. Errors as [`SecretStore`] has them; `Absent` when this install never used it.
    fn open(&self, kind: StoreKind) -> Result<&dyn SecretStore, store::Error>;
}

/// Says something to the person, on standard error.
pub(crate) trait Tell: Send + Sync {
    /// A passing remark; left out under `--quiet`.
    fn note(&self, remark: Remark);
    /// What a person must know.
    fn warn(&self, remark: Remark);
    /// What is said under `--verbose` alone.
    fn detail(&self, _remark: Remark) {}
}

/// An account as this machine knows it: what is known of its pairs, and the stores that hold their secrets. No cloud.
pub(crate) struct Account {
    pub(crate) profile: ProfileName,
    pub(crate) id: AccountId,
    pub(crate) home: Home,
    pub(crate) inventory: Inventory,
    pub(crate) journal: Journal,
    pub(crate) stores: Box<dyn Stores>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tell: Arc<dyn Tell>,
}

/// An account with its cloud, and where new secrets go. Knows all that its [`Account`] knows.
pub(crate) struct Session {
    pub(crate) account: Account,
    pub(crate) cloud: Client,
    /// Where new secrets go.
    pub(crate) store: StoreKind,
    /// Whose identity, kept in that store, opens what the journal seals.
    pub(crate) recipient: Recipient,
    /// The least time between the two proofs that a new pair works.
    pub(crate) verify_pause: TimeDelta,
    pub(crate) this_run: ThisRun,
}

impl std::ops::Deref for Session {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.account
    }
}

/// How long another akm is waited for, and when that is said.
const LOCK_WAIT: Duration = Duration::from_mins(1);
const LOCK_SAID: Duration = Duration::from_secs(2);
const LOCK_POLL: Duration = Duration::from_millis(5);

impl Account {
    /// The lock of one owner, held until dropped. `Busy` when another akm holds it for a minute.
    pub(crate) fn lock(&self, owner: &Owner) -> Result<Box<dyn Any + Send>, Failure> {
        lock(
            &self.home,
            &format!("{}/{}", self.id, owner.key()),
            &*self.clock,
            &*self.tell,
        )
    }

    /// What is known of the owner, or the empty record.
    pub(crate) fn record(&self, owner: &Owner) -> Result<OwnerRecord, Failure> {
        let known = self.inventory.load(owner)?;
        Ok(known.unwrap_or_else(|| OwnerRecord::new(&self.id, &self.profile, owner)))
    }

    /// Nothing is changed for an owner while the file of a suspect that may be its own cannot be read.
    pub(crate) fn check_suspects(&self, owner: &Owner) -> Result<(), Failure> {
        self.check_suspects_among(&self.journal.names()?, owner)
    }

    pub(super) fn check_suspects_among(
        &self,
        names: &[String],
        owner: &Owner,
    ) -> Result<(), Failure> {
        for (id, error) in self.journal.unreadable_among(names) {
            if self.may_belong_to(owner, &id) {
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// Nor while the file of a pair that is being restored, and that may be its own, cannot be read.
    pub(crate) fn check_restoring(&self, owner: &Owner) -> Result<(), Failure> {
        for (id, error) in self.journal.unreadable_restoring()? {
            if self.may_belong_to(owner, &id) {
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// Where only the id of a pair is known: false if it is another owner's for sure.
    pub(super) fn may_belong_to(&self, owner: &Owner, id: &AccessKeyId) -> bool {
        match self.inventory.owner_of(id) {
            Ok(Some(record)) => record.owner().key() == owner.key(),
            _ => true,
        }
    }
}

impl Session {
    /// Whether the cloud has a user of that name, in any case of its letters.
    pub(crate) fn has_user(&self, name: &UserName) -> Result<bool, Failure> {
        match self.cloud.user(name) {
            Ok(_) => Ok(true),
            Err(error) if error.fault == Fault::NoSuchUser => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Asserts that the signer belongs to the account that this session is about: a profile may have been re-pointed.
    pub(crate) fn check_account(&self) -> Result<(), Failure> {
        self.caller().map(drop)
    }

    /// The same, for work on that owner's pairs. `Denied` for the account's own where a RAM user or a role signs: the cloud would take
    /// the signer's own pairs for meant.
    pub(crate) fn check_signer(&self, owner: &Owner) -> Result<(), Failure> {
        Self::check_caller(&self.caller()?, owner)
    }

    /// The same, of a caller that was asked for before the owner was known.
    pub(super) fn check_caller(caller: &Caller, owner: &Owner) -> Result<(), Failure> {
        if *owner != Owner::Account || caller.owner() == Some(Owner::Account) {
            return Ok(());
        }
        Err(Signer::NotTheAccount(caller.arn.clone()).into())
    }

    /// The signer, of this account for sure.
    pub(super) fn caller(&self) -> Result<Caller, Failure> {
        let caller = self.cloud.caller_identity().map_err(not_begun)?;
        self.tell_of_clock();
        if caller.account_id == self.id {
            return Ok(caller);
        }
        Err(Signer::OtherAccount(caller.account_id, self.id.clone()).into())
    }

    /// A clock that is off by more is refused, answer by answer.
    fn tell_of_clock(&self) {
        let skew = self.cloud.skew().unwrap_or_default();
        if skew.abs() > TimeDelta::seconds(30) {
            self.tell.warn(Machine::Clocks(skew).into());
        }
    }

    /// Whose pair this is: by metadata, by what is suspected, else by the cloud. `NoSuchPair` when none knows.
    pub(crate) fn owner_of(&self, id: &AccessKeyId) -> Result<Owner, Failure> {
        if let Some(record) = self.inventory.owner_of(id)? {
            return Ok(record.owner());
        }
        let suspects = self.journal.suspects()?;
        if let Some(suspect) = suspects.iter().find(|one| one.access_key_id == *id) {
            return Ok(suspect.owner());
        }
        let asked = match self.cloud.user_of(id) {
            Ok(user) => return Ok(Owner::RamUser(user.name)),
            Err(error) => Failure::from(error),
        };
        match self.cloud.pairs(&Owner::Account) {
            Ok(keys) if keys.iter().any(|key| key.id == *id) => {
                self.check_signer(&Owner::Account)?;
                Ok(Owner::Account)
            }
            _ if asked.kind == Kind::NoSuchPair || asked.kind == Kind::NoSuchUser => {
                Err(no_such_pair(id))
            }
            _ => Err(asked),
        }
    }
}

/// Who signs is asked for before anything else.
fn not_begun(error: cloud::Error) -> Failure {
    let off = error.fault == Fault::ClockOff;
    let failure = Failure::from(error);
    if off {
        return failure.advise([Advice::SetClock]);
    }
    failure
}

pub(crate) fn no_such_pair(id: &AccessKeyId) -> Failure {
    Pair::Unknown(id.clone()).into()
}

/// Waits for a lock by name. `Busy` after a minute.
pub(crate) fn lock(
    home: &Home,
    name: &str,
    clock: &dyn Clock,
    tell: &dyn Tell,
) -> Result<Box<dyn Any + Send>, Failure> {
    wait(|| Ok(home.try_lock(name)?), clock, tell)
}

/// The same, shared: all who take it by this hold it together.
pub(crate) fn share(
    home: &Home,
    name: &str,
    clock: &dyn Clock,
    tell: &dyn Tell,
) -> Result<Box<dyn Any + Send>, Failure> {
    wait(|| Ok(home.try_share(name)?), clock, tell)
}

fn wait(
    taken: impl Fn() -> Result<Option<Box<dyn Any + Send>>, Failure>,
    clock: &dyn Clock,
    tell: &dyn Tell,
) -> Result<Box<dyn Any + Send>, Failure> {
    let (mut waited, mut said) = (Duration::ZERO, false);
    loop {
        if let Some(lock) = taken()? {
            return Ok(lock);
        }
        if waited >= LOCK_WAIT {
            return Err(Problem::Busy.into());
        }
        if waited >= LOCK_SAID && !said {
            tell.note(Machine::Waiting.into());
            said = true;
        }
        clock.sleep(LOCK_POLL);
        waited += LOCK_POLL;
    }
}
