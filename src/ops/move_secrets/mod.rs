//! Moving every saved secret into one store.
//!
//! A secret is in both stores before a file names the new one, and the file is durable before the old store forgets the secret. Cut short
//! anywhere, the same command goes on: what a store has still to forget is marked as `moved_from`. Where akm cannot see whether the new
//! store has it on the disk, as with a keyring, the old one forgets it in a later run, once the new one has given it back.

mod forget;

use super::{Failure, Stores, Tell, problem, session};
use crate::core::{
    access_key::AccessKeyId,
    account::{AccountId, Owner},
    name::ProfileName,
    place::StoreKind,
};
use crate::metadata::{
    self, Home,
    config::Config,
    inventory::{Inventory, OwnerRecord},
    journal::Journal,
    profile::Profile,
};
use crate::store::SecretName;
use crate::sys::clock::Clock;

/// What a move works with.
pub(crate) struct Move<'a> {
    pub(crate) home: &'a Home,
    pub(crate) stores: &'a dyn Stores,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) tell: &'a dyn Tell,
    pub(crate) to: StoreKind,
    /// Whether nothing is changed.
    pub(crate) is_dry: bool,
}

/// What became of one secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename_all = "kebab-case")
)]
pub(crate) enum State {
    /// It is in the new store alone; in a dry run: it would be.
    Moved,
    /// Unfinished work of its owner names the old store.
    Unfinished,
    /// The old store does not have it.
    Missing,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Unfinished => "unfinished",
            Self::Missing => "missing",
        }
    }
}

/// One secret that was in another store.
pub(crate) struct Row {
    pub(crate) account: AccountId,
    pub(crate) owner: Owner,
    pub(crate) id: AccessKeyId,
    pub(crate) from: StoreKind,
    pub(crate) state: State,
}

/// What was moved, and the files that could not be read, whose secrets stay where they are.
#[derive(Default)]
pub(crate) struct Moved {
    pub(crate) rows: Vec<Row>,
    pub(crate) unreadable: Vec<metadata::Error>,
    /// Whether the old store has the secrets, too, until the move is run again.
    pub(crate) is_kept_twice: bool,
}

impl Move<'_> {
    /// Moves all secrets of all accounts. Stops at the first store that fails; what was moved by then stays moved.
    pub(crate) fn run(&self) -> Result<Moved, Failure> {
        let mut moved = Moved::default();
        for account in Inventory::accounts(self.home)? {
            let inventory = Inventory::new(self.home.clone(), account.clone());
            let all = inventory.all()?;
            moved.unreadable.extend(all.unreadable);
            for record in all.records {
                self.owner(&account, &inventory, &record.owner(), &mut moved)?;
            }
        }
        self.profiles(&mut moved)?;
        if !self.is_dry {
            let fresh = moved.rows.iter().filter(|row| row.state == State::Moved);
            let fresh: Vec<AccessKeyId> = fresh.map(|row| row.id.clone()).collect();
            self.forget(&fresh)?;
            moved.is_kept_twice = !fresh.is_empty() && !self.is_durable()?;
        }
        Ok(moved)
    }

    pub(super) fn lock(&self, account: &AccountId, owner: &Owner) -> Result<impl Sized, Failure> {
        let name = format!("{account}/{}", owner.key());
        session::lock(self.home, &name, self.clock, self.tell)
    }

    /// One owner's secrets, all of them before its file is written.
    fn owner(
        &self,
        account: &AccountId,
        inventory: &Inventory,
        owner: &Owner,
        moved: &mut Moved,
    ) -> Result<(), Failure> {
        let _lock = self.lock(account, owner)?;
        let journal = Journal::new(self.home.clone(), account.clone());
        let is_unfinished = match journal.read(owner) {
            Ok(work) => !work.is_empty(),
            Err(error) => {
                moved.unreadable.push(error);
                return Ok(());
            }
        };
        let Some(mut record) = inventory.load(owner)? else {
            return Ok(());
        };
        let before = record.clone();
        for pair in &mut record.access_keys {
            let Some(from) = pair.secret_store.filter(|from| *from != self.to) else {
                continue;
            };
            let state = if is_unfinished {
                State::Unfinished
            } else {
                self.copy(from, &SecretName::pair(&pair.access_key_id))?
            };
            if state == State::Moved {
                (pair.secret_store, pair.moved_from) = (Some(self.to), Some(from));
            }
            moved.rows.push(Row {
                account: account.clone(),
                owner: owner.clone(),
                id: pair.access_key_id.clone(),
                from,
                state,
            });
        }
        self.save(inventory, &before, &record)
    }

    fn save(
        &self,
        inventory: &Inventory,
        before: &OwnerRecord,
        record: &OwnerRecord,
    ) -> Result<(), Failure> {
        if !self.is_dry && before != record {
            inventory.save(record)?;
        }
        Ok(())
    }

    /// Copies a secret, and compares what the new store gives back.
    pub(super) fn copy(&self, from: StoreKind, name: &SecretName) -> Result<State, Failure> {
        let of = |kind| move |error| Failure::of_store(kind, error);
        let old = self.stores.open(from).map_err(of(from))?;
        let Some(secret) = old.get(name).map_err(of(from))? else {
            return Ok(State::Missing);
        };
        if self.is_dry {
            return Ok(State::Moved);
        }
        let new = self.stores.open(self.to).map_err(of(self.to))?;
        let there = new.get(name).map_err(of(self.to))?;
        if there.is_some_and(|there| !there.same_as(&secret)) {
            return Err(problem::Secret::Swapped.into());
        }
        new.put(name, &secret).map_err(of(self.to))?;
        let back = new.get(name).map_err(of(self.to))?;
        if back.is_some_and(|back| back.same_as(&secret)) {
            return Ok(State::Moved);
        }
        Err(problem::Secret::Swapped.into())
    }

    /// The pairs that profiles sign with: where the owner's file says so, or where no file knows the pair.
    fn profiles(&self, moved: &mut Moved) -> Result<(), Failure> {
        let _lock = session::lock(self.home, "home", self.clock, self.tell)?;
        let mut config = Config::load(self.home)?;
        let before = config.clone();
        for profile in config.profiles.values_mut() {
            self.signer_of(profile, moved)?;
        }
        let mut logins = Vec::new();
        for (name, profile) in &mut config.profiles {
            logins.extend(self.proxy_login_of(name, profile)?);
        }
        if config.profiles != before.profiles {
            config.save(self.home)?;
        }
        // The old store keeps a copy of a login where it cannot be seen whether the new one has it for certain.
        if logins.is_empty() || !self.is_durable()? {
            return Ok(());
        }
        logins
            .iter()
            .try_for_each(|(from, name)| self.delete(*from, name))
    }

    fn signer_of(&self, profile: &mut Profile, moved: &mut Moved) -> Result<(), Failure> {
        let from = profile.secret_store;
        if from == self.to {
            return Ok(());
        }
        let state = match self.of_file(profile)? {
            Some(kind) if kind != self.to => return Ok(()),
            Some(_) => State::Moved,
            None => {
                let state = self.copy(from, &SecretName::pair(&profile.access_key_id))?;
                moved.rows.push(row(profile, state));
                state
            }
        };
        if state == State::Moved && !self.is_dry {
            (profile.secret_store, profile.moved_from) = (self.to, Some(from));
        }
        Ok(())
    }

    /// What the old store is to forget once the profile is saved. Cut short before, the old store keeps a copy.
    fn proxy_login_of(
        &self,
        name: &ProfileName,
        profile: &mut Profile,
    ) -> Result<Option<(StoreKind, SecretName)>, Failure> {
        let Some(from) = profile
            .proxy_login
            .filter(|from| *from != self.to && !self.is_dry)
        else {
            return Ok(None);
        };
        let name = SecretName::proxy_login(name);
        if self.copy(from, &name)? == State::Missing {
            return Ok(None);
        }
        profile.proxy_login = Some(self.to);
        Ok(Some((from, name)))
    }

    /// The store that the owner's file names for the profile's pair; `None` where no file knows the pair.
    pub(super) fn of_file(&self, profile: &Profile) -> Result<Option<StoreKind>, Failure> {
        let inventory = Inventory::new(self.home.clone(), profile.account_id.clone());
        let record = inventory.owner_of(&profile.access_key_id)?;
        let pair = record
            .as_ref()
            .and_then(|it| it.pair(&profile.access_key_id));
        Ok(pair.and_then(|pair| pair.secret_store))
    }

    /// Whether what the new store was given is on the disk for certain.
    pub(super) fn is_durable(&self) -> Result<bool, Failure> {
        let new = self.stores.open(self.to);
        let new = new.map_err(|error| Failure::of_store(self.to, error))?;
        Ok(new.durable())
    }

    pub(super) fn delete(&self, from: StoreKind, name: &SecretName) -> Result<(), Failure> {
        let store = self.stores.open(from);
        let gone = store.and_then(|store| store.delete(name));
        gone.map(drop)
            .map_err(|error| Failure::of_store(from, error))
    }
}

fn row(profile: &Profile, state: State) -> Row {
    Row {
        account: profile.account_id.clone(),
        owner: Owner::of_arn(&profile.identity).unwrap_or(Owner::Account),
        id: profile.access_key_id.clone(),
        from: profile.secret_store,
        state,
    }
}
