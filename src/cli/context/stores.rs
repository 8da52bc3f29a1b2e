//! The secret stores of this install: which was chosen, and each opened when first asked for.

use super::Context;
use crate::cli::failure::Failure;
use crate::metadata::{Home, config::Config};
use crate::ops::{self, Kind, Stores, problem::Problem};
use crate::store::{
    self, Recipient, SecretStore, StoreKind,
    age::{AgeStore, Protection, Unlock},
    keyring::{Dialog, KeyringStore},
};
use crate::sys::random;
use std::env;
use std::io::IsTerminal;
use std::sync::{Arc, OnceLock};

impl Context {
    /// The stores as they are, none made or chosen by this. Reads the configuration.
    pub(crate) fn stores(&self) -> Result<(Config, Opened), Failure> {
        let config = Config::load(&self.home)?;
        let opened = self.opened(config.clone(), self.ui.may_ask());
        Ok((config, opened))
    }

    /// The same for a command that only looks: no dialog shows, whoever is there.
    pub(crate) fn stores_unasked(&self) -> Result<(Config, Opened), Failure> {
        let config = Config::load(&self.home)?;
        let opened = self.opened(config.clone(), false);
        Ok((config, opened))
    }

    /// The stores that a configuration names.
    pub(crate) fn stores_of(&self, config: Config) -> Opened {
        self.opened(config, self.ui.may_ask())
    }

    pub(super) fn opened(&self, config: Config, may_ask: bool) -> Opened {
        Opened {
            home: self.home.clone(),
            config,
            may_ask,
            unlock: self.unlock.clone(),
            keyring: OnceLock::new(),
            age: OnceLock::new(),
        }
    }

    /// Whether a passphrase protects the `age` identity. `Usage` where secrets rest elsewhere, `StoreAbsent` where there is none.
    pub(crate) fn is_protected(&self) -> Result<bool, Failure> {
        self.age_recipient()?;
        Ok(Protection::is_on(&*self.home.disk, &self.home.secrets())?)
    }

    /// The `age` identity, opened to change its protection: asks for its passphrase where it has one.
    pub(crate) fn protection(&self) -> Result<Protection<'_>, Failure> {
        let (recipient, folder) = (self.age_recipient()?, self.home.secrets());
        Ok(Protection::open(
            &*self.home.disk,
            &folder,
            &recipient,
            &self.unlock,
        )?)
    }

    /// Ends that the kernel keeps the `age` identity unlocked.
    pub(crate) fn lock_identity(&self) -> Result<(), Failure> {
        Ok(Protection::lock(&self.age_recipient()?)?)
    }

    fn age_recipient(&self) -> Result<Recipient, Failure> {
        let config = Config::load(&self.home)?;
        if let Some(recipient) = config.recipients.of(StoreKind::Age) {
            return Ok(recipient.clone());
        }
        Err(match self.chosen(&config) {
            Some(kind) if kind != StoreKind::Age => {
                let message = format!(
                    "secrets are saved in the store `{kind}`, which has no passphrase of akm's"
                );
                Failure::new(Kind::Usage, message)
                    .because("only the identity of the store `age` takes one")
            }
            _ => Failure::new(Kind::StoreAbsent, "there is no `age` identity yet")
                .hint("the first secret makes one: `AKM_STORE=age akm create --ram-user NAME`"),
        })
    }

    /// The store that a new secret would go to, if one was chosen.
    pub(crate) fn chosen(&self, config: &Config) -> Option<StoreKind> {
        self.store.or(config.store)
    }

    /// The store for new secrets; chosen, said and written down on first use.
    pub(crate) fn store_for_new(&self) -> Result<StoreKind, Failure> {
        Ok(self.settled_store()?.0)
    }

    /// The store for new secrets and its recipient; chosen, said and written down on first use.
    pub(super) fn settled_store(&self) -> Result<(StoreKind, Recipient, Config), Failure> {
        let config = Config::load(&self.home)?;
        if let Some(settled) = self.as_settled(&config) {
            return Ok((settled.0, settled.1, config));
        }
        let _lock = ops::session::lock(&self.home, "home", &*self.clock, &self.ui)?;
        let mut config = Config::load(&self.home)?;
        if let Some(settled) = self.as_settled(&config) {
            return Ok((settled.0, settled.1, config));
        }
        let (kind, recipient) = match self.chosen(&config) {
            Some(kind) => (kind, self.identity(kind)?),
            None => self.first_choice()?,
        };
        config.store.get_or_insert(kind);
        config.recipients.set(kind, recipient.clone());
        config.save(&self.home)?;
        Ok((kind, recipient, config))
    }

    /// Makes that store the one for new secrets, once it has shown that it works. Returns the configuration as it is then.
    pub(crate) fn use_store(&self, kind: StoreKind) -> Result<Config, Failure> {
        let _lock = ops::session::lock(&self.home, "home", &*self.clock, &self.ui)?;
        let mut config = Config::load(&self.home)?;
        if config.recipients.of(kind).is_none() {
            if kind == StoreKind::Keyring {
                let random = random::nonce();
                let random =
                    random.map_err(|error| Failure::new(Kind::Failed, error.to_string()))?;
                store::canary(&keyring(self.ui.may_ask()), &random)?;
            }
            config.recipients.set(kind, self.identity(kind)?);
        }
        config.store = Some(kind);
        config.save(&self.home)?;
        Ok(config)
    }

    fn as_settled(&self, config: &Config) -> Option<(StoreKind, Recipient)> {
        let kind = self.chosen(config)?;
        config.store?;
        Some((kind, config.recipients.of(kind)?.clone()))
    }

    /// The OS keyring if it works; no service means `age`; a locked one is never a reason for `age`.
    fn first_choice(&self) -> Result<(StoreKind, Recipient), Failure> {
        let keyring = keyring(self.ui.may_ask());
        let random =
            random::nonce().map_err(|error| Failure::new(Kind::Failed, error.to_string()))?;
        match store::canary(&keyring, &random) {
            Ok(()) => {
                let recipient = keyring.create_identity().map_err(not_for_new)?;
                self.ui
                    .note("store-chosen", "secrets are saved in the OS keyring");
                Ok((StoreKind::Keyring, recipient))
            }
            Err(error @ store::Error::Locked(_)) => Err(not_for_new(error).into()),
            Err(error) => {
                let recipient = self.identity(StoreKind::Age)?;
                let why = match error {
                    store::Error::Absent(_) => "no OS keyring found".to_owned(),
                    error => format!("the OS keyring cannot be used ({error})"),
                };
                self.ui.note("store-chosen", &format!(
                    "{why}, so secrets are saved in encrypted files under {}. Add a passphrase: akm store protect",
                    self.home.secrets().display()
                ));
                Ok((StoreKind::Age, recipient))
            }
        }
    }

    /// The identity of a store that is used for the first time. One that is there already is taken, never replaced.
    fn identity(&self, kind: StoreKind) -> Result<Recipient, Failure> {
        let folder = self.home.secrets();
        match kind {
            StoreKind::Keyring => {
                let keyring = keyring(self.ui.may_ask());
                Ok(keyring.create_identity().map_err(not_for_new)?)
            }
            StoreKind::Age => match AgeStore::recipient_of(&*self.home.disk, &folder, &self.unlock)
            {
                Err(store::Error::Absent(_)) => {
                    Ok(AgeStore::create_identity(&*self.home.disk, &folder)?)
                }
                found => Ok(found?),
            },
        }
    }
}

/// Nothing rests in the keyring yet: another store may be taken instead.
fn not_for_new(error: store::Error) -> ops::Failure {
    ops::Failure::of(Problem::StoreForNew(error))
}

/// On a terminal the system's dialog may ask for the keyring's password; that is said first.
fn keyring(may_ask: bool) -> KeyringStore {
    let dialog = if may_ask && std::io::stderr().is_terminal() {
        Dialog::Announced(Box::new(|| {
            crate::cli::ui::say("note: waiting up to 60 s for the keyring to be unlocked\n");
        }))
    } else {
        Dialog::Never
    };
    KeyringStore::new(|name| env::var_os(name), dialog)
}

/// The stores of this install, each made when first asked for.
pub(crate) struct Opened {
    home: Home,
    config: Config,
    may_ask: bool,
    unlock: Arc<Unlock>,
    keyring: OnceLock<KeyringStore>,
    age: OnceLock<AgeStore>,
}

impl Stores for Opened {
    fn open(&self, kind: StoreKind) -> Result<&dyn SecretStore, store::Error> {
        let unused = || store::Error::Absent(format!("`{kind}` was never used by this install"));
        let recipient = self.config.recipients.of(kind).ok_or_else(unused)?;
        Ok(match kind {
            StoreKind::Keyring => self.keyring.get_or_init(|| keyring(self.may_ask)),
            StoreKind::Age => self.age.get_or_init(|| {
                AgeStore::at(
                    self.home.disk.clone(),
                    self.home.secrets(),
                    recipient.clone(),
                    self.unlock.clone(),
                    self.config.unlock_for,
                )
            }),
        })
    }
}
