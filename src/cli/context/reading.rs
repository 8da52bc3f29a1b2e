//! What a command that only reads starts from: it makes nothing, chooses no store and takes no lock.

use super::{
    Context,
    profile::{Reach, Way},
    proxy,
};
use crate::cli::failure::Failure;
use crate::cloud::{Client, Credentials, transport::Transport};
use crate::metadata::{config::Config, profile::Profile};
use crate::ops::{
    self, Account, Kind,
    credentials::{self, Chosen, Selector},
};
use crate::sandbox;
use crate::store::{Recipient, SecretName, StoreKind};
use std::sync::Arc;

/// An account as this machine knows it, and how its cloud is reached.
pub(crate) struct Reading {
    pub(crate) account: Account,
    /// `None` for the sandbox.
    pub(crate) profile: Option<Box<Profile>>,
    pub(crate) config: Config,
}

impl Reading {
    /// See [`credentials::choose`].
    pub(crate) fn choose(&self, selector: &Selector) -> Result<Chosen, Failure> {
        let own = self.profile.as_deref();
        Ok(credentials::choose(&self.account, selector, own)?)
    }

    /// The recipient to whom the store of that kind seals, if this install uses it.
    pub(crate) fn recipient(&self, kind: StoreKind) -> Option<&Recipient> {
        self.config.recipients.of(kind)
    }
}

impl Context {
    /// Opens the account to read from. `NoSuchPair` while this machine knows no account.
    pub(crate) fn reading(&self) -> Result<Reading, Failure> {
        let config = Config::load(&self.home)?;
        let (account, profile) = match self.reach(&config)? {
            Reach::Sandbox => {
                let folder = self.sandbox()?.ok_or_else(nothing_yet)?;
                let account = self.sandbox_account(folder.account_id(), config.clone());
                (account, None)
            }
            Reach::Cloud(name, profile) => {
                let account = self.account_of(name, &profile.account_id, config.clone());
                (account, Some(profile))
            }
        };
        Ok(Reading {
            account,
            profile,
            config,
        })
    }

    /// Opens the account to read from, and names its suspects.
    pub(crate) fn reading_aloud(&self) -> Result<Reading, Failure> {
        let reading = self.reading()?;
        self.mention_suspects(&reading.account.journal)?;
        Ok(reading)
    }

    /// A client of the account's cloud that signs with these credentials.
    pub(crate) fn client_as(
        &self,
        reading: &Reading,
        credentials: Credentials,
    ) -> Result<Client, Failure> {
        let transport = match &reading.profile {
            Some(profile) => self.https(reading, profile)?,
            None => self.embedded(reading)?,
        };
        let transport = self.traced(transport);
        Ok(Client::new(transport, credentials, self.clock.clone()))
    }

    fn https(&self, reading: &Reading, profile: &Profile) -> Result<Arc<dyn Transport>, Failure> {
        self.warn_of_endpoint(profile.endpoint.as_ref());
        let account = &reading.account;
        let way = Way::of(&account.profile, profile, &*account.stores)?;
        Ok(Arc::new(proxy::https(way)?))
    }

    fn embedded(&self, reading: &Reading) -> Result<Arc<dyn Transport>, Failure> {
        let folder = self.sandbox()?.ok_or_else(nothing_yet)?;
        let kind = folder.secret_store().parse::<StoreKind>()?;
        let name = SecretName::sandbox(&reading.account.id);
        let stores = &reading.account.stores;
        let seed = stores.open(kind).and_then(|store| store.get(&name));
        let seed = seed.map_err(|error| ops::Failure::of_store(kind, error))?;
        let seed = seed.ok_or_else(|| super::sandbox::seed_lost(kind))?;
        let gateway = sandbox::Gateway::new(Box::new(folder), seed, self.clock.clone(), true);
        Ok(Arc::new(sandbox::Embedded::new(gateway)))
    }
}

fn nothing_yet() -> Failure {
    Failure::new(Kind::NoSuchPair, "akm knows no AccessKey pair yet")
        .hint("`akm create NAME` makes one")
}
