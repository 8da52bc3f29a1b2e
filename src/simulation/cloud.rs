//! The cloud of a simulation: a real gateway over records in memory, and the truth about every pair that it ever made.

use super::clock::{Skewed, TurnedClock};
use super::faults::{action, parameter};
use crate::cloud::transport::{Request, Response, Service, Transport, Undelivered};
use crate::cloud::{Client, Credentials};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::{AccountId, Owner},
    name::UserName,
    secret::Secret,
    time::Timestamp,
};
use crate::sandbox::{self, Account, Gateway, Memory, Records};
use crate::sys::clock::Clock;
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) const ACCOUNT: &str = "1234567890123456";

const USER: &str = "alice";

pub(super) fn owner() -> Owner {
    Owner::RamUser(UserName::parse(USER).unwrap())
}

/// Who asked for a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    /// The run of akm of that number.
    Run(u32),
    Stranger,
}

/// A pair that the cloud made.
#[derive(Debug, Clone)]
pub(super) struct Born {
    pub(super) secret: Arc<str>,
    pub(super) by: Maker,
}

/// What an owner's list showed from a moment on.
#[derive(Clone)]
struct Past {
    from: Timestamp,
    shown: Vec<AccessKey>,
}

#[derive(Clone, Default)]
struct Truth {
    born: BTreeMap<AccessKeyId, Born>,
    past: Vec<Past>,
    /// Requests that are still under way.
    late: Vec<Late>,
    /// Whether one of them that a person had asked for took a pair out of use, since that was last asked.
    harmed: bool,
}

/// A request that is still under way.
#[derive(Clone)]
pub(super) struct Late {
    /// When it arrives.
    pub(super) until: Timestamp,
    pub(super) request: Request,
    pub(super) by: Maker,
    /// A person asked for what it does to a pair.
    pub(super) typed: bool,
}

pub(super) struct Cloud {
    records: Arc<Memory>,
    gateway: Gateway,
    pub(super) clock: Arc<Skewed>,
    truth: Mutex<Truth>,
}

/// The second actor's way to it: nothing goes wrong there.
pub(super) struct Direct(pub(super) Arc<Cloud>);

impl Transport for Direct {
    fn send(
        &self,
        _service: Service,
        request: &Request,
        _limit: usize,
        _fresh: bool,
    ) -> Result<Response, Undelivered> {
        Ok(self.0.execute(request, Maker::Stranger))
    }

    fn host(&self, _service: Service) -> String {
        "sandbox.akm".to_owned()
    }

    fn tries(&self) -> u32 {
        1
    }

    fn may_execute_late(&self) -> bool {
        false
    }
}

/// The gateway has its records for itself; these are looked into from outside.
struct Shared(Arc<Memory>);

impl Records for Shared {
    fn open(&self, clock: &dyn Clock) -> Result<Box<dyn sandbox::Session + '_>, sandbox::Error> {
        self.0.open(clock)
    }
}

pub(super) fn seed() -> Secret {
    Secret::new("a-seed-for-simulations".to_owned()).unwrap()
}

impl Cloud {
    /// An account with one RAM user and no pairs.
    pub(super) fn new(clock: &Arc<TurnedClock>) -> Arc<Self> {
        let account = Account::new(AccountId::parse(ACCOUNT).unwrap(), clock.now(), "age");
        let cloud = Arc::new(Self::over(Memory::new(account), clock, TimeDelta::zero()));
        let name = UserName::parse(USER).unwrap();
        let console = client(Arc::new(Direct(cloud.clone())), clock.clone());
        console.create_user(&name, "Alice", "").unwrap();
        cloud
    }

    fn over(records: Memory, clock: &Arc<TurnedClock>, skew: TimeDelta) -> Self {
        let records = Arc::new(records);
        let clock = Arc::new(Skewed(clock.clone(), skew));
        let shared = Box::new(Shared(records.clone()));
        Self {
            gateway: Gateway::new(shared, seed(), clock.clone(), true),
            records,
            clock,
            truth: Mutex::default(),
        }
    }

    /// Another cloud in the same state, whose clock differs from this machine's by `skew`.
    pub(super) fn copy(&self, clock: &Arc<TurnedClock>, skew: TimeDelta) -> Self {
        let copy = Self::over(self.records.copy(), clock, skew);
        *copy.truth() = self.truth().clone();
        copy
    }

    /// An owner may have so many pairs from here on.
    pub(super) fn allow(&self, pairs: usize) {
        let mut records = self.records.open(&*self.clock).unwrap();
        let mut account = records.account().unwrap();
        account.access_keys_per_user_quota = Some(pairs);
        records.put_account(&account).unwrap();
    }

    fn truth(&self) -> MutexGuard<'_, Truth> {
        self.truth.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what a request asks for, and remembers what came of it.
    pub(super) fn execute(&self, request: &Request, by: Maker) -> Response {
        let response = self.gateway.answer(request);
        if response.status != 200 || !changes(request) {
            return response;
        }
        if action(request) == "CreateAccessKey" {
            let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
            let text = |name: &str| body["AccessKey"][name].as_str().unwrap().to_owned();
            let id = AccessKeyId::parse(&text("AccessKeyId")).unwrap();
            let secret = text("AccessKeySecret").into();
            self.truth().born.insert(id, Born { secret, by });
        }
        let shown = self.live();
        let from = self.clock.now();
        self.truth().past.push(Past { from, shown });
        response
    }

    /// The request arrives later, whoever waits for it or not.
    pub(super) fn delay(&self, late: Late) {
        self.truth().late.push(late);
    }

    /// Whether a person's word took a pair out of use late, since this was last asked.
    pub(super) fn was_harmed_late(&self) -> bool {
        std::mem::take(&mut self.truth().harmed)
    }

    /// How long it is until the next of them arrives.
    pub(super) fn next_arrival(&self) -> Option<TimeDelta> {
        let truth = self.truth();
        let next = truth.late.iter().map(|late| late.until).min();
        next.map(|at| (at - self.clock.now()).max(TimeDelta::zero()))
    }

    /// What was under way and has come by now is done.
    pub(super) fn arrive(&self) {
        if self.truth().late.is_empty() {
            return;
        }
        let now = self.clock.now();
        let due: Vec<_> = {
            let mut truth = self.truth();
            let (due, late) = std::mem::take(&mut truth.late)
                .into_iter()
                .partition(|late| late.until <= now);
            truth.late = late;
            due
        };
        for late in due {
            self.execute(&late.request, late.by);
            self.truth().harmed |= late.typed;
        }
    }

    /// The owner's pairs, oldest first.
    pub(super) fn live(&self) -> Vec<AccessKey> {
        let mut records = self.records.open(&*self.clock).unwrap();
        let user = records.user(USER).unwrap().unwrap();
        let pairs = user.access_keys.live().map(|pair| AccessKey {
            id: pair.id.clone(),
            status: pair.status,
            created_at: pair.created_at,
        });
        pairs.collect()
    }

    pub(super) fn recycled(&self) -> Vec<AccessKeyId> {
        let mut records = self.records.open(&*self.clock).unwrap();
        let user = records.user(USER).unwrap().unwrap();
        user.access_keys
            .recycled()
            .map(|pair| pair.id.clone())
            .collect()
    }

    /// What a list that lags shows: how it was some seconds ago.
    pub(super) fn lagging(&self, span: TimeDelta) -> Vec<AccessKey> {
        let at = self.clock.now() - span;
        let truth = self.truth();
        let past = truth.past.iter().rev().find(|past| past.from <= at);
        past.map(|past| past.shown.clone()).unwrap_or_default()
    }

    pub(super) fn status(&self, id: &AccessKeyId) -> Option<Status> {
        let live = self.live();
        live.iter().find(|key| key.id == *id).map(|key| key.status)
    }

    pub(super) fn born(&self) -> BTreeMap<AccessKeyId, Born> {
        self.truth().born.clone()
    }

    /// Whether a request of a run of akm made the pair.
    pub(super) fn is_made_by_us(&self, id: &AccessKeyId) -> bool {
        let born = self.born();
        born.iter()
            .any(|(of, born)| of == id && matches!(born.by, Maker::Run(_)))
    }

    pub(super) fn secret(&self, id: &AccessKeyId) -> Option<Arc<str>> {
        self.truth().born.get(id).map(|born| born.secret.clone())
    }
}

pub(super) fn changes(request: &Request) -> bool {
    let reads = ["Get", "List"];
    !reads.iter().any(|start| action(request).starts_with(start))
}

/// Who signs for akm and for the second actor: the console's session.
pub(super) fn client(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Client {
    let (id, secret) = sandbox::console_credentials(&seed()).unwrap();
    let credentials = Credentials {
        id,
        secret,
        token: None,
    };
    Client::new(transport, credentials, clock)
}

/// The pair that a request is about.
pub(super) fn about(request: &Request) -> Option<AccessKeyId> {
    AccessKeyId::parse(parameter(request, "UserAccessKeyId")?).ok()
}

/// The pair that signed.
pub(super) fn signer(request: &Request) -> &str {
    let authorization = request.header("authorization").unwrap_or_default();
    let from = authorization.split_once("Credential=");
    let id = from.and_then(|(_, rest)| rest.split(',').next());
    id.unwrap_or_default()
}

pub(super) fn signed_by_console(request: &Request) -> bool {
    signer(request).ends_with("console0000")
}
