//! The only place that names a concrete transport or store: from the environment and the configuration to a session.

use super::passphrase::{Given, Source};
use super::{Global, traced::Traced, ui::Ui};
use crate::cloud::{Client, Credentials, transport::Transport};
use crate::core::{account::AccountId, name::ProfileName, secret::Secret};
use crate::metadata::{Home, config::Config, inventory::Inventory, journal::Journal};
use crate::ops::{self, Account, Failure, Kind, Session, Stores, Tell};
use crate::sandbox;
use crate::store::{
    self, Recipient, SecretName, SecretStore, StoreKind,
    age::{AgeStore, Protection, Unlock},
    keyring::{Dialog, KeyringStore},
};
use crate::sys::{
    clipboard::Clipboard,
    clock::{Clock, SystemClock},
    fs::{LocalDisk, check_ours},
    random,
};
use std::any::Any;
use std::env;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The variables that akm looks at, read once.
pub(crate) struct Environment {
    home: Option<OsString>,
    store: Option<OsString>,
    profile: Option<OsString>,
    passphrase_file: Option<OsString>,
    passphrase: Option<OsString>,
    pub(crate) no_input: bool,
}

impl Environment {
    pub(crate) fn read() -> Self {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        Self {
            home: set("AKM_HOME"),
            store: set("AKM_STORE"),
            profile: set("AKM_PROFILE"),
            // Empty is an error and not the same as absent.
            passphrase_file: env::var_os("AKM_PASSPHRASE_FILE"),
            passphrase: env::var_os("AKM_PASSPHRASE"),
            no_input: set("AKM_NO_INPUT").is_some_and(|value| value != "0"),
        }
    }
}

/// What this machine knows of a profile's account, for completion and spelling: nothing is opened, said or made, and what cannot
/// be had is `None`.
pub(crate) fn glance(profile: Option<String>) -> Option<Account> {
    let global = Global {
        profile,
        ..Global::default()
    };
    let ui = Ui::new(&global, true);
    let context = Context::new(&global, Environment::read(), ui).ok()?;
    context.known().ok()?
}

/// The profiles there are.
pub(crate) fn profile_names() -> Vec<String> {
    vec![ProfileName::sandbox().as_str().to_owned()]
}

/// What every command starts from.
pub(crate) struct Context {
    pub(crate) ui: Ui,
    pub(crate) profile: ProfileName,
    pub(crate) home: Home,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) passphrases: Arc<Source>,
    pub(crate) unlock: Arc<Unlock>,
    store: Option<StoreKind>,
    /// The sandbox is not reset while this command uses it.
    sandbox_in_use: OnceLock<Box<dyn Any + Send>>,
}

impl Context {
    /// `NoSuchProfile` for a profile that does not exist; `Usage` for a variable that makes no sense.
    pub(crate) fn new(global: &Global, environment: Environment, ui: Ui) -> Result<Self, Failure> {
        let wanted = global.profile.clone().or_else(|| {
            environment
                .profile
                .map(|name| name.to_string_lossy().into_owned())
        });
        let profile = wanted.map_or_else(
            || Ok(ProfileName::sandbox()),
            |name| ProfileName::parse(&name),
        )?;
        if !profile.is_sandbox() {
            let message = format!("there is no profile `{profile}`");
            return Err(Failure::new(Kind::NoSuchProfile, message)
                .hint("the profile `sandbox` always exists"));
        }
        let store = environment
            .store
            .map(|kind| kind.to_string_lossy().parse::<StoreKind>())
            .transpose();
        let store =
            store.map_err(|error| Failure::new(Kind::Usage, format!("`AKM_STORE` is {error}")))?;
        let given = Given::new(environment.passphrase_file, environment.passphrase)?;
        let passphrases = Arc::new(Source::new(given, ui.clone()));
        let clock = Arc::new(SystemClock);
        Ok(Self {
            ui,
            profile,
            home: ours(home(environment.home)?)?,
            clock: clock.clone(),
            unlock: Arc::new(Unlock::new(passphrases.clone(), clock)),
            passphrases,
            store,
            sandbox_in_use: OnceLock::new(),
        })
    }

    /// The account as this machine knows it; `None` while there is none yet. Opens no store and no network.
    pub(crate) fn account(&self) -> Result<Option<Account>, Failure> {
        let account = self.known()?;
        if let Some(account) = &account {
            self.mention_suspects(&account.journal)?;
        }
        Ok(account)
    }

    pub(crate) fn known(&self) -> Result<Option<Account>, Failure> {
        let Some(sandbox) = self.sandbox()? else {
            return Ok(None);
        };
        let config = Config::load(&self.home)?;
        Ok(Some(self.account_of(sandbox.account_id(), config)))
    }

    pub(crate) fn account_of(&self, id: &AccountId, config: Config) -> Account {
        Account {
            profile: self.profile.clone(),
            id: id.clone(),
            home: self.home.clone(),
            inventory: Inventory::new(self.home.clone(), id.clone()),
            journal: Journal::new(self.home.clone(), id.clone()),
            stores: Box::new(self.opened(config, self.ui.may_ask())),
            clock: self.clock.clone(),
            tell: Arc::new(self.ui.clone()),
        }
    }

    /// A session for a command that asks the cloud and changes nothing there.
    pub(crate) fn session(&self) -> Result<Session, Failure> {
        let session = self.open()?;
        self.mention_suspects(&session.journal)?;
        Ok(session)
    }

    /// A session for a command that changes something: in the sandbox it says so, `--quiet` or not.
    pub(crate) fn changing(&self) -> Result<Session, Failure> {
        let session = self.session()?;
        self.ui.warn(&format!(
            "this is the sandbox, account {} on this machine",
            session.id
        ));
        Ok(session)
    }

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

    fn opened(&self, config: Config, may_ask: bool) -> Opened {
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

    fn age_recipient(&self) -> Result<Recipient, Failure> {
        let config = Config::load(&self.home)?;
        if let Some(recipient) = config.recipients.of(StoreKind::Age) {
            return Ok(recipient.clone());
        }
        Err(match self.chosen(&config) {
            Some(kind) if kind != StoreKind::Age => {
                let message =
                    format!("secrets rest in the store `{kind}`, which has no passphrase of akm's");
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

    pub(crate) fn sandbox(&self) -> Result<Option<sandbox::Folder>, Failure> {
        sandbox::Folder::open(self.home.disk.clone(), self.home.sandbox()).map_err(broken_sandbox)
    }

    fn mention_suspects(&self, journal: &Journal) -> Result<(), Failure> {
        for suspect in journal.suspects()? {
            let (id, owner) = (&suspect.access_key_id, suspect.owner());
            self.ui.warn(&format!(
                "`{id}` of {owner} is a suspect: it appeared around a create whose answer was lost; \
                 `akm delete {id}` or `akm recover --dismiss {id}` resolves it"
            ));
        }
        Ok(())
    }

    /// A session, and not a word on suspects.
    pub(crate) fn open(&self) -> Result<Session, Failure> {
        let settled = self.settle()?;
        let (id, secret) = sandbox::console_credentials(&settled.seed)?;
        let gateway = sandbox::Gateway::new(
            Box::new(settled.folder),
            settled.seed,
            self.clock.clone(),
            true,
        );
        let mut transport: Arc<dyn Transport> = Arc::new(sandbox::Embedded::new(gateway));
        if self.ui.verbose {
            transport = Arc::new(Traced::new(transport, self.ui.clone()));
        }
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
            verify_pause: Duration::ZERO,
        })
    }

    /// The built-in account with its seed, made on first use.
    fn settle(&self) -> Result<Settled, Failure> {
        let used = ops::session::share(&self.home, "sandbox", &*self.clock, &self.ui)?;
        let _ = self.sandbox_in_use.set(used);
        let (store, recipient, config) = self.settled_store()?;
        let stores = self.opened(config.clone(), self.ui.may_ask());
        let folder = self.settled_sandbox(&stores, store)?;
        let account = self.account_of(folder.account_id(), config);
        let seed_in = folder.secret_store().parse::<StoreKind>()?;
        let seed = stores
            .open(seed_in)
            .and_then(|store| store.get(&SecretName::sandbox(&account.id)))
            .map_err(|error| Failure::of_store(seed_in, error))?;
        Ok(Settled {
            seed: seed.ok_or_else(|| seed_lost(seed_in))?,
            account,
            folder,
            store,
            recipient,
        })
    }

    /// What `sandbox serve` serves, and its seed: this machine's sandbox, or one that lasts as long as the process.
    #[cfg(feature = "sandbox-server")]
    pub(crate) fn served(
        &self,
        persist: bool,
    ) -> Result<(Box<dyn sandbox::Records>, Secret), Failure> {
        if persist {
            let settled = self.settle()?;
            return Ok((Box::new(settled.folder), settled.seed));
        }
        let id = sandbox::new_account_id().map_err(no_random)?;
        let account = sandbox::Account::new(id, self.clock.now(), "");
        Ok((Box::new(sandbox::Memory::new(account)), new_seed()?))
    }

    /// The store for new secrets and its recipient; chosen, said and written down on first use.
    fn settled_store(&self) -> Result<(StoreKind, Recipient, Config), Failure> {
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
                let recipient = keyring.create_identity()?;
                self.ui.note("secrets rest in the OS keyring from now on");
                Ok((StoreKind::Keyring, recipient))
            }
            Err(error @ store::Error::Locked(_)) => Err(error.into()),
            Err(error) => {
                let recipient = self.identity(StoreKind::Age)?;
                self.ui.note(&format!(
                    "secrets rest in encrypted files (`age`) from now on: {error}"
                ));
                Ok((StoreKind::Age, recipient))
            }
        }
    }

    /// The identity of a store that is used for the first time. One that is there already is taken, never replaced.
    fn identity(&self, kind: StoreKind) -> Result<Recipient, Failure> {
        let folder = self.home.secrets();
        match kind {
            StoreKind::Keyring => Ok(keyring(self.ui.may_ask()).create_identity()?),
            StoreKind::Age => match AgeStore::recipient_of(&*self.home.disk, &folder, &self.unlock)
            {
                Err(store::Error::Absent(_)) => {
                    Ok(AgeStore::create_identity(&*self.home.disk, &folder)?)
                }
                found => Ok(found?),
            },
        }
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

/// The clipboard, found before anything is made for it. `Failed` where there is none.
pub(crate) fn clipboard() -> Result<Clipboard, Failure> {
    Clipboard::reach(|name| env::var_os(name)).map_err(|error| {
        Failure::new(Kind::Failed, "there is no clipboard to copy to")
            .because(error)
            .hint("run it in a graphical session, or over SSH on a terminal")
    })
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

pub(super) fn broken_sandbox(error: sandbox::Error) -> Failure {
    let kind = match error {
        sandbox::Error::Busy => Kind::Busy,
        sandbox::Error::Unusable(_) => Kind::Failed,
    };
    Failure::new(kind, "the sandbox cannot be used").because(error)
}

fn seed_lost(kind: StoreKind) -> Failure {
    Failure::new(Kind::SecretMissing, format!("the secret store `{kind}` lacks the sandbox's seed"))
        .hint("bring the store back; `akm sandbox reset` starts a new sandbox without the pairs of this one")
}

/// Refuses a home where another user could take files away or put his own.
fn ours(home: Home) -> Result<Home, Failure> {
    for folder in [&home.config, &home.data] {
        check_ours(folder).map_err(|error| {
            let message = format!("`{}` cannot be used", folder.display());
            Failure::new(Kind::Failed, message).because(error)
        })?;
    }
    Ok(home)
}

/// `AKM_HOME`, else the platform's folders for configuration and data.
fn home(one: Option<OsString>) -> Result<Home, Failure> {
    let disk = Arc::new(LocalDisk);
    if let Some(folder) = one {
        let folder = PathBuf::from(folder);
        return Ok(Home {
            disk,
            config: folder.clone(),
            data: folder,
        });
    }
    match (dirs::config_dir(), dirs::data_dir()) {
        (Some(config), Some(data)) => Ok(Home {
            disk,
            config: config.join("akm"),
            data: data.join("akm"),
        }),
        _ => Err(
            Failure::new(Kind::Failed, "this system names no folder for akm's files")
                .hint("set `AKM_HOME`"),
        ),
    }
}

/// On a terminal the system's dialog may ask for the keyring's password; that is said first.
fn keyring(may_ask: bool) -> KeyringStore {
    let dialog = if may_ask && std::io::stderr().is_terminal() {
        Dialog::Announced(Box::new(|| {
            super::ui::say("akm: waiting up to 60 s for the keyring to be unlocked\n");
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
