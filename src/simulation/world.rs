//! A machine, a cloud, and the runs of akm between them.

use super::clock::TurnedClock;
use super::cloud::{self, ACCOUNT, Cloud};
use super::coverage::{self, Place};
use super::deeds::Deed;
use super::dice::Dice;
use super::disk::CutDisk;
use super::fate::{Course, Died, Fate, Plan};
use super::ledger::Ledger;
use super::vault::{Files, Keyring, Only};
use super::wire::Wire;
use crate::core::policy::PAIRS_PER_OWNER;
use crate::core::{access_key::AccessKeyId, account::AccountId, name::ProfileName};
use crate::metadata::journal::Journal;
use crate::metadata::{Home, inventory::Inventory};
use crate::ops::{Account, Failure, Session, Tell, remark::Remark};
use crate::store::{Recipient, SecretName, SecretStore, StoreKind};
use crate::sys::clock::Clock;
use chrono::TimeDelta;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What does not change in a world.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nature {
    pub(super) store: StoreKind,
    /// A network lies between: requests may be executed late.
    pub(super) network: bool,
    /// How often a call that may be repeated is tried.
    pub(super) tries: u32,
    /// The cloud's clock less this machine's, in seconds.
    pub(super) skew: i64,
    /// The signer belongs to another account than the one that is meant.
    pub(super) elsewhere: bool,
    /// How many pairs the account allows an owner.
    pub(super) quota: usize,
    /// By how many seconds a list may be late, as one in two is; 0 for lists that are not.
    pub(super) lag: usize,
}

pub(super) struct World {
    pub(super) nature: Nature,
    pub(super) fate: Arc<Fate>,
    pub(super) clock: Arc<TurnedClock>,
    pub(super) disk: CutDisk,
    pub(super) keyring: Keyring,
    pub(super) cloud: Arc<Cloud>,
    pub(super) ledger: Ledger,
    told: Arc<Told>,
    runs: AtomicU32,
}

/// All that was ever said.
#[derive(Default)]
pub(super) struct Told(Mutex<Vec<String>>);

impl Told {
    pub(super) fn say(&self, text: &str) {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.push(text.to_owned());
    }

    pub(super) fn all(&self) -> String {
        let said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.join("\n")
    }
}

impl Tell for Told {
    fn note(&self, remark: Remark) {
        self.say(&format!("{remark:?}"));
    }

    fn warn(&self, remark: Remark) {
        self.note(remark);
    }
}

/// How a run ended.
pub(super) enum End<T> {
    Done(T),
    Failed(Failure),
    Died,
}

/// A run that is over.
pub(super) struct Run<T> {
    pub(super) number: u32,
    pub(super) end: End<T>,
    pub(super) course: Course,
}

pub(super) fn home(disk: CutDisk) -> Home {
    Home {
        disk: Arc::new(disk),
        config: PathBuf::from("/akm"),
        data: PathBuf::from("/akm"),
    }
}

impl World {
    /// A fresh install, and an account with one RAM user.
    pub(super) fn new(store: StoreKind) -> Self {
        let fate = Arc::new(Fate::new(Dice::new(0), false));
        let clock = Arc::new(TurnedClock::at(TurnedClock::start()));
        Self {
            nature: Nature {
                store,
                network: true,
                tries: 1,
                skew: 0,
                elsewhere: false,
                quota: PAIRS_PER_OWNER,
                lag: 0,
            },
            disk: CutDisk::new(fate.clone()),
            keyring: Keyring::new(fate.clone()),
            cloud: Cloud::new(&clock),
            fate,
            clock,
            ledger: Ledger::default(),
            told: Arc::default(),
            runs: AtomicU32::new(1),
        }
    }

    /// Another world like this one, with another fate.
    pub(super) fn copy(&self, nature: Nature, fate: Fate) -> Arc<Self> {
        let fate = Arc::new(fate);
        let clock = Arc::new(TurnedClock::at(self.clock.now()));
        let cloud = self.cloud.copy(&clock, TimeDelta::seconds(nature.skew));
        cloud.allow(nature.quota);
        Arc::new(Self {
            nature,
            disk: self.disk.copy(fate.clone()),
            keyring: self.keyring.copy(fate.clone()),
            cloud: Arc::new(cloud),
            ledger: self.ledger.copy(),
            told: Arc::default(),
            runs: AtomicU32::new(self.runs.load(Ordering::Relaxed)),
            fate,
            clock,
        })
    }

    pub(super) fn told(&self) -> &Told {
        &self.told
    }

    fn home(&self) -> Home {
        home(self.disk.clone())
    }

    pub(super) fn id() -> AccountId {
        AccountId::parse(ACCOUNT).unwrap()
    }

    pub(super) fn recipient() -> Recipient {
        Recipient::parse("age1simulation").unwrap()
    }

    pub(super) fn inventory(&self) -> Inventory {
        Inventory::new(self.home(), Self::id())
    }

    pub(super) fn journal(&self) -> Journal {
        Journal::new(self.home(), Self::id())
    }

    fn files(&self) -> Files {
        Files {
            disk: self.disk.clone(),
            folder: PathBuf::from("/akm/secrets"),
            recipient: Self::recipient(),
        }
    }

    fn store(&self, run: u32) -> Box<dyn SecretStore> {
        match self.nature.store {
            StoreKind::Age => Box::new(self.files()),
            StoreKind::Keyring => Box::new(self.keyring.of_run(run)),
        }
    }

    /// What the store has under that id, without touching anything.
    pub(super) fn stored(&self, id: &AccessKeyId) -> Option<String> {
        let name = SecretName::pair(id);
        match self.nature.store {
            StoreKind::Age => {
                let found = self.files().get(&name).ok().flatten();
                found.map(|secret| secret.expose().to_owned())
            }
            StoreKind::Keyring => self.keyring.peek(&name),
        }
    }

    pub(super) fn session(self: &Arc<Self>) -> (u32, Session) {
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let wire = Wire {
            world: self.clone(),
            run,
        };
        let account = Account {
            profile: ProfileName::sandbox(),
            id: Self::id(),
            home: self.home(),
            inventory: self.inventory(),
            journal: self.journal(),
            stores: Box::new(Only(self.nature.store, self.store(run))),
            clock: self.clock.clone(),
            tell: self.told.clone(),
        };
        let session = Session {
            account,
            cloud: cloud::client(Arc::new(wire), self.clock.clone()),
            store: self.nature.store,
            recipient: Self::recipient(),
            verify_pause: if self.nature.network {
                TimeDelta::seconds(2)
            } else {
                TimeDelta::zero()
            },
            this_run: crate::ops::this_run::ThisRun::default(),
        };
        (run, session)
    }

    /// One run of akm: a process that may be killed.
    pub(super) fn run<T>(
        self: &Arc<Self>,
        plan: Plan,
        act: impl FnOnce(&Session) -> Result<T, Failure>,
    ) -> Run<T> {
        let (number, session) = self.session();
        self.fate.take(Course::new(plan));
        let outer = coverage::take(Place::default());
        let end = catch_unwind(AssertUnwindSafe(|| act(&session)));
        let course = self.fate.take(Course::default());
        coverage::take(outer);
        let end = match end {
            Ok(Ok(value)) => End::Done(value),
            Ok(Err(failure)) => {
                let text = format!("{failure:?}");
                self.fate.tell(|| format!("  failed: {text}"));
                self.told.say(&text);
                End::Failed(failure)
            }
            Err(payload) if payload.is::<Died>() => End::Died,
            Err(payload) => resume_unwind(payload),
        };
        Run {
            number,
            end,
            course,
        }
    }

    /// The power fails, with everything that was not written.
    pub(super) fn cut_power(&self) {
        self.fate.tell(|| "  the power is cut".to_owned());
        self.disk.cut_power(|count| self.fate.below(count));
        self.keyring.cut_power(|| self.fate.one_in(2));
    }

    /// Another akm wants to do the same at the same time.
    pub(super) fn rival(self: &Arc<Self>) {
        let before = self.fate.take(Course::default());
        self.fate.tell(|| "       another akm:".to_owned());
        let book = self.ledger.book();
        let before_it = (
            book.typed.clone(),
            book.open_leaks.clone(),
            book.out_of_use.clone(),
        );
        drop(book);
        Deed::Create.perform(self, Plan::default());
        let mut book = self.ledger.book();
        (book.typed, book.open_leaks, book.out_of_use) = before_it;
        drop(book);
        self.fate.tell(|| "       goes on".to_owned());
        self.fate.take(before);
    }
}
