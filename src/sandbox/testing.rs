//! A sandbox on the bench: signed requests in, parsed answers out, over either kind of records, with a clock to turn.

mod clock;

pub(crate) use clock::TurnedClock;

use super::form;
use super::identifiers::secret_of;
use super::state::{Account, User};
use super::{Folder, Gateway, Memory, Records, console_credentials};
use crate::cloud::signature::{authorization, content_hash};
use crate::cloud::transport::{Request, Service};
use crate::core::account::AccountId;
use crate::core::secret::Secret;
use crate::core::time::{self, Timestamp};
use crate::sys::clock::Clock;
use crate::sys::fs::LocalDisk;
use crate::sys::new_folder::NewFolder;
use crate::sys::random;
use chrono::TimeDelta;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

pub(super) const ACCOUNT: &str = "1234567890123456";

pub(super) fn account() -> Account {
    Account::new(AccountId::parse(ACCOUNT).unwrap(), start(), "memory")
}

pub(super) fn start() -> Timestamp {
    time::parse("2026-11-24T00:00:00Z").unwrap()
}

pub(super) type Credentials = (String, Secret);

pub(super) struct Bench {
    gateway: Gateway,
    clock: Arc<TurnedClock>,
    pub(super) console: Credentials,
    folder: Option<NewFolder>,
}

/// One bench for each kind of records.
pub(super) fn benches() -> [Bench; 2] {
    [Bench::memory(), Bench::folder()]
}

impl Bench {
    pub(super) fn memory() -> Self {
        Self::over(Box::new(Memory::new(account())), true, None)
    }

    pub(super) fn folder() -> Self {
        let folder = NewFolder::new();
        let disk = Arc::new(LocalDisk);
        let records = Folder::create(
            disk,
            folder.to_path_buf(),
            account().account_id,
            "age",
            start(),
        )
        .unwrap();
        Self::over(Box::new(records), true, Some(folder))
    }

    /// One that lets the console's logon session not in.
    pub(super) fn without_console() -> Self {
        Self::over(Box::new(Memory::new(account())), false, None)
    }

    pub(super) fn over(
        records: Box<dyn Records>,
        console: bool,
        folder: Option<NewFolder>,
    ) -> Self {
        let clock = Arc::new(TurnedClock::new());
        Self {
            gateway: Gateway::new(records, seed(), clock.clone(), console),
            clock,
            console: console_credentials(&seed()).unwrap(),
            folder,
        }
    }

    /// Where a bench over a folder has it.
    pub(super) fn path(&self) -> &Path {
        self.folder.as_ref().unwrap()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn turn(&self, span: TimeDelta) {
        self.clock.turn(span);
    }

    pub(super) fn signed(
        &self,
        who: &Credentials,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Request {
        self.sign(who, None, service, action, parameters, "")
    }

    /// The call of a line as [`Bench::walk`] has them, signed with a session's token.
    pub(super) fn signed_with_token(&self, who: &Credentials, token: &str, line: &str) -> Request {
        let (service, action, parameters) = read(line);
        let parameters: Vec<_> = parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.sign(who, Some(token), service, action, &parameters, "")
    }

    pub(super) fn signed_form(
        &self,
        who: &Credentials,
        service: Service,
        action: &str,
        body: &str,
    ) -> Request {
        self.sign(who, None, service, action, &[], body)
    }

    fn sign(
        &self,
        who: &Credentials,
        token: Option<&str>,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
        body: &str,
    ) -> Request {
        let mut headers = vec![
            ("host", "sandbox.akm".to_owned()),
            ("x-acs-action", action.to_owned()),
            ("x-acs-version", service.version().to_owned()),
            ("x-acs-date", time::format(self.now())),
            ("x-acs-signature-nonce", random::nonce().unwrap()),
            ("x-acs-content-sha256", content_hash(body.as_bytes())),
        ];
        headers.extend(token.map(|token| ("x-acs-security-token", token.to_owned())));
        if !body.is_empty() {
            let form = "application/x-www-form-urlencoded";
            headers.push(("content-type", form.to_owned()));
        }
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut request = Request {
            method: "POST".into(),
            path: "/".into(),
            query: parameters.iter().map(own).collect(),
            headers: headers
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            body: body.as_bytes().to_vec(),
        };
        let signature = authorization(&request, &who.0, &who.1);
        request.headers.push(("authorization".into(), signature));
        request
    }

    pub(super) fn send(&self, request: &Request) -> Reply {
        let response = self.gateway.answer(request);
        Reply {
            status: response.status,
            headers: response.headers.clone(),
            body: serde_json::from_slice(&response.body).unwrap(),
            date: response.date,
        }
    }

    pub(super) fn call(
        &self,
        who: &Credentials,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Reply {
        self.send(&self.signed(who, service, action, parameters))
    }

    /// The body of a call that must succeed.
    pub(super) fn done(
        &self,
        who: &Credentials,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Value {
        let reply = self.call(who, service, action, parameters);
        assert_eq!(reply.status, 200, "{action}: {}", reply.body);
        reply.body
    }

    /// The status and code of a call.
    pub(super) fn outcome(
        &self,
        who: &Credentials,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> (u16, String) {
        let reply = self.call(who, service, action, parameters);
        (reply.status, reply.code().to_owned())
    }

    /// Calls line after line: `Ram GetUser UserName=bob => 404 EntityNotExist.User`, the parameters as in a query, no code where
    /// it must succeed.
    pub(super) fn walk(&self, who: &Credentials, lines: &[&str]) {
        for line in lines {
            let (call, expected) = line.split_once(" => ").unwrap();
            let (service, action, parameters) = read(call);
            let parameters: Vec<_> = parameters
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let (status, code) = self.outcome(who, service, action, &parameters);
            assert_eq!(format!("{status} {code}").trim(), expected, "{line}");
        }
    }

    /// A new pair of that user, as the console creates it.
    pub(super) fn new_pair(&self, user: &str) -> Credentials {
        let service = Service::Ram;
        let made = self.done(
            &self.console,
            service,
            "CreateAccessKey",
            &[("UserName", user)],
        );
        let text = |field: &str| made["AccessKey"][field].as_str().unwrap().to_owned();
        let secret = Secret::new(text("AccessKeySecret")).unwrap();
        (text("AccessKeyId"), secret)
    }
}

/// `Ram GetUser UserName=bob` in its parts.
fn read(call: &str) -> (Service, &str, Vec<(String, String)>) {
    let mut words = call.split(' ');
    let service = match words.next().unwrap() {
        "Ram" => Service::Ram,
        "Ims" => Service::Ims,
        _ => Service::Sts,
    };
    let action = words.next().unwrap();
    (
        service,
        action,
        form::decode(words.next().unwrap_or_default()),
    )
}

pub(super) struct Reply {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: Value,
    pub(super) date: Option<Timestamp>,
}

impl Reply {
    pub(super) fn code(&self) -> &str {
        self.text("Code")
    }

    pub(super) fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

/// The id with the secret that follows from it.
pub(super) fn credentials(id: &str) -> Credentials {
    (id.to_owned(), secret_of(&seed(), id).unwrap())
}

pub(super) fn seed() -> Secret {
    Secret::new("seed".to_owned()).unwrap()
}

pub(super) fn user(name: &str, user_id: &str) -> User {
    serde_json::from_value(serde_json::json!({
        "name": name,
        "user_id": user_id,
        "created_at": "2026-11-24T00:00:00Z",
        "updated_at": "2026-11-24T00:00:00Z",
    }))
    .unwrap()
}
