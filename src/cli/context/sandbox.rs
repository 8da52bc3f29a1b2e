//! The built-in account: made on first use, opened in this process, or handed to the server.

use super::{Context, profile::Reach, stores::Opened};
use crate::cli::failure::Failure;
use crate::cloud::{Client, Credentials};
use crate::core::{account::AccountId, name::ProfileName, secret::Secret};
use crate::metadata::config::Config;
use crate::ops::{self, Account, Kind, Session, Stores};
use crate::sandbox::{self, Records};
use crate::store::{Recipient, SecretName, StoreKind};
use crate::sys::random;
use chrono::TimeDelta;
use std::sync::Arc;

impl Context {
    pub(crate) fn sandbox(&self) -> Result<Option<sandbox::Folder>, Failure> {
        sandbox::Folder::open(self.home.disk.clone(), self.home.sandbox()).map_err(broken_sandbox)
    }

    pub(crate) fn sandbox_account(&self, id: &AccountId, config: Config) -> Account {
        self.account_of(ProfileName::sandbox(), id, config)
    }

    /// Tells whether the sandbox is meant and has a RAM user of that name: no pair of a user may be known, and the user be there.
    pub(crate) fn sandbox_has(&self, name: &str) -> bool {
        let config = Config::load(&self.home).ok();
        let is_meant =
            config.is_some_and(|config| matches!(self.reach(&config), Ok(Reach::Sandbox)));
        let folder = self.sandbox().ok().flatten().filter(|_| is_meant);
        folder.is_some_and(|folder| {
            let opened = Records::open(&folder, &*self.clock);
            let found = opened.and_then(|mut opened| opened.user(&name.to_ascii_lowercase()));
            found.is_ok_and(|user| user.is_some())
        })
    }

    pub(super) fn open_sandbox(&self) -> Result<Session, Failure> {
        let settled = self.settle()?;
        let (id, secret) = sandbox::console_credentials(&settled.seed)?;
        let gateway = sandbox::Gateway::new(
            Box::new(settled.folder),
            settled.seed,
            self.clock.clone(),
            true,
        );
        let transport = self.traced(Arc::new(sandbox::Embedded::new(gateway)));
        let credentials = Credentials {
            id,
            secret,
            token: None,
        };
        Ok(Session {
            account: settled.account,
            cloud: Client::new(transport, credentials, self.clock.clone()),
            store: settled.store,
            recipient: settled.recipient,
            verify_pause: TimeDelta::zero(),
            this_run: ops::this_run::ThisRun::default(),
        })
    }

    /// Keeps the sandbox from being reset until this command ends.
    pub(super) fn use_sandbox(&self) -> Result<(), Failure> {
        let used = ops::session::share(&self.home, "sandbox", &*self.clock, &self.ui)?;
        let _ = self.sandbox_in_use.set(used);
        Ok(())
    }

    /// The built-in account with its seed, made on first use.
    fn settle(&self) -> Result<Settled, Failure> {
        self.use_sandbox()?;
        let (store, recipient, config) = self.settled_store()?;
        let stores = self.opened(config.clone(), self.ui.may_ask());
        let folder = self.settled_sandbox(&stores, store)?;
        let account = self.sandbox_account(folder.account_id(), config);
        let seed_in = folder.secret_store().parse::<StoreKind>()?;
        let seed = stores
            .open(seed_in)
            .and_then(|store| store.get(&SecretName::sandbox(&account.id)))
            .map_err(|error| ops::Failure::of_store(seed_in, error))?;
        Ok(Settled {
            seed: seed.ok_or_else(|| seed_lost(seed_in))?,
            account,
            folder,
            store,
            recipient,
        })
    }

    /// What `sandbox serve` serves, and its seed: this machine's sandbox, or one that lasts as long as the process.
    #[cfg(feature = "server")]
    pub(crate) fn served(&self, persist: bool) -> Result<(Box<dyn Records>, Secret), Failure> {
        if persist {
            let settled = self.settle()?;
            return Ok((Box::new(settled.folder), settled.seed));
        }
        let id = sandbox::new_account_id().map_err(no_random)?;
        let account = sandbox::Account::new(id, self.clock.now(), "");
        Ok((Box::new(sandbox::Memory::new(account)), new_seed()?))
    }

    /// The built-in account, made on first use: the seed goes into the store before anything says that the account exists.
    fn settled_sandbox(
        &self,
        stores: &Opened,
        kind: StoreKind,
    ) -> Result<sandbox::Folder, Failure> {
        if let Some(folder) = self.sandbox()? {
            return Ok(folder);
        }
        let _lock = ops::session::lock(&self.home, "home", &*self.clock, &self.ui)?;
        if let Some(folder) = self.sandbox()? {
            return Ok(folder);
        }
        let account = sandbox::new_account_id().map_err(no_random)?;
        let seed = new_seed()?;
        stores
            .open(kind)?
            .put(&SecretName::sandbox(&account), &seed)?;
        let (disk, folder) = (self.home.disk.clone(), self.home.sandbox());
        sandbox::Folder::create(disk, folder, account, kind.as_str(), self.clock.now())
            .map_err(broken_sandbox)
    }
}

/// The built-in account, all that is needed to work in it.
struct Settled {
    account: Account,
    folder: sandbox::Folder,
    seed: Secret,
    store: StoreKind,
    recipient: Recipient,
}

fn new_seed() -> Result<Secret, Failure> {
    let half = || random::nonce().map_err(no_random);
    Ok(Secret::new(format!("{}{}", half()?, half()?))?)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn no_random(error: anyhow::Error) -> Failure {
    Failure::new(Kind::Failed, error.to_string())
}

pub(crate) fn broken_sandbox(error: sandbox::Error) -> Failure {
    let kind = match error {
        sandbox::Error::Busy => Kind::Busy,
        sandbox::Error::Unusable(_) => Kind::Failed,
    };
    Failure::new(kind, "the sandbox cannot be used").because(error)
}

pub(super) fn seed_lost(kind: StoreKind) -> Failure {
    Failure::new(Kind::SecretMissing, format!("the secret store `{kind}` lacks the sandbox's seed"))
        .hint("bring the store back; `akm sandbox reset` starts a new sandbox without the pairs of this one")
}
