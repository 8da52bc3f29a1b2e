//! The only place that names a concrete transport or store: from the environment and the configuration to a session.

mod environment;
mod profile;
mod proxy;
mod reading;
mod sandbox;
mod stores;

pub(crate) use environment::{Environment, in_no_home, variable};
pub(crate) use profile::{Way, in_role, no_such_profile, own_secret, profile_names};
pub(crate) use reading::Reading;
#[cfg(feature = "server")]
pub(super) use sandbox::broken_sandbox;

use super::advice::ProfileOption;
use super::passphrase::{Given, Source};
use super::{global::Global, trace_transport::TraceTransport, ui::Ui};
use crate::cli::failure::Failure;
use crate::cloud::transport::Transport;
use crate::core::{account::AccountId, name::ProfileName};
use crate::metadata::{Home, config::Config, inventory::Inventory, journal::Journal};
use crate::ops::{Account, Kind, Session};
use crate::store::{StoreKind, age::Unlock};
use crate::sys::{
    clipboard::{Clipboard, Missing},
    clock::{Clock, SystemClock},
};
use profile::Reach;
use std::any::Any;
use std::env;
use std::sync::{Arc, OnceLock};

/// What this machine knows of a profile's account, for completion: nothing is opened, said or made, and what cannot be had is `None`.
pub(crate) fn glance(profile: Option<String>) -> Option<Account> {
    quiet(profile)?.known().ok()?
}

/// A context in which nobody is asked.
pub(crate) fn quiet(profile: Option<String>) -> Option<Context> {
    let global = Global {
        profile,
        ..Global::default()
    };
    let ui = Ui::new(&global, true);
    Context::new(&global, Environment::read(), ui).ok()
}

/// What every command starts from.
pub(crate) struct Context {
    pub(crate) ui: Ui,
    pub(crate) home: Home,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) passphrases: Arc<Source>,
    pub(crate) unlock: Arc<Unlock>,
    /// The profile that was named, if one was.
    wanted: Option<ProfileName>,
    store: Option<StoreKind>,
    /// The sandbox is not reset while this command uses it.
    sandbox_in_use: OnceLock<Box<dyn Any + Send>>,
}

impl Context {
    /// `BadName` for a profile's name that can be none; `Usage` for a variable that makes no sense.
    pub(crate) fn new(global: &Global, environment: Environment, ui: Ui) -> Result<Self, Failure> {
        let wanted = global.profile.clone().or_else(|| {
            environment
                .profile
                .map(|name| name.to_string_lossy().into_owned())
        });
        let wanted = wanted.map(|name| ProfileName::parse(&name)).transpose()?;
        let store = environment
            .store
            .map(|kind| kind.to_string_lossy().parse::<StoreKind>())
            .transpose();
        let store =
            store.map_err(|error| Failure::new(Kind::Usage, format!("`AKM_STORE` is {error}")))?;
        let home = environment::ours(environment::home(environment.home)?)?;
        let advice = ProfileOption::new(wanted.as_ref(), &home);
        let ui = ui.advising(advice);
        let given = Given::new(environment.passphrase_file, environment.passphrase)?;
        let passphrases = Arc::new(Source::new(given, ui.clone()));
        let clock = Arc::new(SystemClock);
        Ok(Self {
            ui,
            home,
            clock: clock.clone(),
            unlock: Arc::new(Unlock::new(passphrases.clone(), clock)),
            passphrases,
            wanted,
            store,
            sandbox_in_use: OnceLock::new(),
        })
    }

    /// The same for work that goes on while another program has the terminal: nobody is asked, and nothing is said.
    #[cfg(feature = "server")]
    pub(crate) fn silent(self) -> Self {
        self.passphrases.ask_no_more();
        Self {
            ui: self.ui.silent(),
            ..self
        }
    }

    /// The same for work that is tried again and again: each remark is made once.
    pub(crate) fn saying_once(self) -> Self {
        Self {
            ui: self.ui.once(),
            ..self
        }
    }

    /// Notes which folder was looked in, where akm has no data there: it may be the wrong one.
    pub(crate) fn note_missing_home(&self) {
        if let Some(why) = environment::no_data(&self.home) {
            self.ui.note("no-data", &why);
        }
    }

    /// The account as this machine knows it; `None` while there is none yet. Opens no store and no network.
    pub(crate) fn account(&self) -> Result<Option<Account>, Failure> {
        let account = self.known()?;
        if let Some(account) = &account {
            self.mention_suspects(&account.journal)?;
        }
        Ok(account)
    }

    /// The same, and not a word on suspects.
    pub(crate) fn known(&self) -> Result<Option<Account>, Failure> {
        let config = Config::load(&self.home)?;
        match self.reach(&config)? {
            Reach::Sandbox => Ok(self
                .sandbox()?
                .map(|folder| self.sandbox_account(folder.account_id(), config))),
            Reach::Cloud(name, profile) => {
                Ok(Some(self.account_of(name, &profile.account_id, config)))
            }
        }
    }

    pub(crate) fn account_of(
        &self,
        profile: ProfileName,
        id: &AccountId,
        config: Config,
    ) -> Account {
        Account {
            profile,
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

    /// A session for a command that changes something: in the sandbox that nobody named it says so, `--quiet` or not.
    pub(crate) fn changing(&self) -> Result<Session, Failure> {
        let session = self.session()?;
        self.warn_of_sandbox(&session);
        Ok(session)
    }

    /// The account for a command that changes what this machine knows of it, and asks no cloud. Says of the sandbox what
    /// [`Context::changing`] says.
    pub(crate) fn changing_here(&self) -> Result<Option<Account>, Failure> {
        let account = self.account()?;
        if let Some(account) = &account {
            self.warn_of_sandbox(account);
            if account.profile.is_sandbox() {
                self.use_sandbox()?;
            }
        }
        Ok(account)
    }

    fn warn_of_sandbox(&self, account: &Account) {
        if account.profile.is_sandbox() && self.wanted.is_none() {
            self.ui.warning("sandbox", &format!(
                "this is the sandbox, account {} on this machine. To work in your own account: akm profile add NAME",
                account.id
            ));
        }
    }

    /// A session, and not a word on suspects.
    pub(crate) fn open(&self) -> Result<Session, Failure> {
        match self.reach(&Config::load(&self.home)?)? {
            Reach::Sandbox => self.open_sandbox(),
            Reach::Cloud(name, profile) => self.open_cloud(name, &profile),
        }
    }

    /// Each call told, under `--verbose`.
    fn traced(&self, transport: Arc<dyn Transport>) -> Arc<dyn Transport> {
        if self.ui.verbose {
            return Arc::new(TraceTransport::new(transport, self.ui.clone()));
        }
        transport
    }

    fn mention_suspects(&self, journal: &Journal) -> Result<(), Failure> {
        for (_, suspect) in journal.all_suspects()? {
            let suspect = match suspect {
                Ok(suspect) => suspect,
                Err(error) => {
                    self.ui.warning(
                        "unreadable",
                        &format!("{error}; it is about a suspect, and is left as it is"),
                    );
                    continue;
                }
            };
            let (id, owner) = (&suspect.access_key_id, suspect.owner());
            self.ui.warning("suspect", &format!(
                "`{id}` of {owner} is a suspect: it appeared around a create, and akm cannot account for it; \
                 `akm delete {id} --force` or `akm recover --dismiss {id}` resolves it"
            ));
        }
        Ok(())
    }
}

/// The clipboard, found before anything is made for it. `Failed` where there is none.
pub(crate) fn clipboard() -> Result<Clipboard, Failure> {
    Clipboard::reach(|name| env::var_os(name)).map_err(|(why, missing)| {
        let elsewhere = "run it in a graphical session, or over SSH on a terminal";
        let (terminal, hint) = match missing {
            Missing::Terminal => ("no terminal over SSH".to_owned(), elsewhere),
            Missing::Sequences => ("the terminal (`TERM=dumb`) has none".to_owned(), elsewhere),
            Missing::Tmux(value) => (
                format!("tmux drops what it is sent: its option `set-clipboard` is `{value}`"),
                "tmux set-option -s set-clipboard on",
            ),
        };
        Failure::new(Kind::Failed, "there is no clipboard to copy to")
            .because(format!("{why}, and {terminal}"))
            .hint(hint)
    })
}
