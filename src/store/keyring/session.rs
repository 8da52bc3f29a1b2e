//! One session with the Secret Service: its objects, its dialogs, and what its errors mean.

use super::secret_service::Patience;
use super::{Dialog, Error, SERVICE};
use crate::store::SecretName;
use dbus::arg::{AppendAll, PropMap, ReadAll, RefArg, Variant};
use dbus::blocking::{Connection, Proxy};
use dbus::channel::Channel;
use dbus::message::MatchRule;
use dbus::strings::Path;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

const BUS: (&str, &str) = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
const SECRETS: (&str, &str) = ("org.freedesktop.secrets", "/org/freedesktop/secrets");
const SERVICES: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const ITEM: &str = "org.freedesktop.Secret.Item";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";

/// What the service answers in place of an object: there is none, or no dialog is needed.
const NOTHING: &str = "/";

pub(super) type Object = Path<'static>;
/// Session, parameters of its cipher, value, content type.
type WireSecret = (Object, Vec<u8>, Vec<u8>, String);

/// The bus and an open session on it. Errors: `Absent`. May wait for ever for a bus that accepts and says nothing.
pub(super) fn connect(address: &str, until: Instant) -> Result<(Connection, Object), Error> {
    let absent = |error: dbus::Error| Error::Absent(reason(&error));
    let bus = Connection::from(Channel::open_private(address).map_err(absent)?);
    let proxy = |(name, path)| Proxy::new(name, path, time_left(until), &bus);
    // Not `Channel::register`: it holds a lock of the whole process while it waits for the bus.
    let (_,): (String,) = proxy(BUS).method_call(BUS.0, "Hello", ()).map_err(absent)?;
    // A gnome-keyring may not know yet who asks it first, and dies of opening that one's session. What alias is none it can tell
    // anybody; whatever it answers, it knows us then.
    let _: Result<(Object,), _> = proxy(SECRETS).method_call(SERVICES, "ReadAlias", ("none",));
    let (_, path): (Variant<Box<dyn RefArg>>, Object) = proxy(SECRETS)
        .method_call(SERVICES, "OpenSession", ("plain", Variant("")))
        .map_err(absent)?;
    Ok((bus, path))
}

/// An open session with the service; every call ends in time.
pub(super) struct Session<'a> {
    bus: Connection,
    path: Object,
    until: Cell<Instant>,
    dialog: &'a Dialog,
    patience: Patience,
}

impl<'a> Session<'a> {
    /// On what [`connect`] opened; everything together ends at `until`, but for a dialog, after which the time begins anew.
    pub(super) fn new(
        bus: Connection,
        path: Object,
        until: Instant,
        dialog: &'a Dialog,
        patience: Patience,
    ) -> Self {
        Self {
            bus,
            path,
            until: Cell::new(until),
            dialog,
            patience,
        }
    }

    /// The one item of this name, unlocked. `None` only where the default collection is there, open, and has none: some
    /// services find nothing while they are locked.
    pub(super) fn item(&self, name: &SecretName) -> Result<Option<Object>, Error> {
        match self.search(name)? {
            Some((item, Lock::Open)) => return Ok(Some(item)),
            Some((item, Lock::Closed)) => return self.unlock(item.clone()).map(|()| Some(item)),
            None => (),
        }
        let collection = self.collection()?;
        if !self.is_locked(&collection)? {
            return Ok(None);
        }
        self.unlock(collection)?;
        Ok(self.search(name)?.map(|(item, _)| item))
    }

    /// `Unreadable` when several items have the name: which one is meant, nobody can tell.
    fn search(&self, name: &SecretName) -> Result<Option<(Object, Lock)>, Error> {
        let (mut open, mut locked): (Vec<Object>, Vec<Object>) =
            self.ask(SECRETS.1, SERVICES, "SearchItems", (attributes(name),))?;
        match (open.len(), locked.len()) {
            (0, 0) => Ok(None),
            (1, 0) => Ok(open.pop().map(|item| (item, Lock::Open))),
            (0, 1) => Ok(locked.pop().map(|item| (item, Lock::Closed))),
            _ => Err(Error::Unreadable(format!(
                "several items are named `{name}`"
            ))),
        }
    }

    /// Where new items go. `Absent` where no keyring was ever made.
    fn collection(&self) -> Result<Object, Error> {
        let (collection,): (Object,) = self.ask(SECRETS.1, SERVICES, "ReadAlias", ("default",))?;
        if &*collection == NOTHING {
            let why = "the service has no default keyring";
            return Err(Error::Absent(why.to_owned()));
        }
        Ok(collection)
    }

    fn is_locked(&self, collection: &Object) -> Result<bool, Error> {
        let property = (COLLECTION, "Locked");
        let interface = "org.freedesktop.DBus.Properties";
        let (locked,): (Variant<bool>,) = self.ask(collection, interface, "Get", property)?;
        Ok(locked.0)
    }

    pub(super) fn secret(&self, item: &Object) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (secret,): (WireSecret,) = self.ask(item, ITEM, "GetSecret", (&self.path,))?;
        Ok(Zeroizing::new(secret.2))
    }

    pub(super) fn replace(&self, item: &Object, value: &[u8]) -> Result<(), Error> {
        self.change(item, ITEM, "SetSecret", (self.sealed(value),))
    }

    pub(super) fn create(&self, name: &SecretName, value: &[u8]) -> Result<(), Error> {
        let collection = self.collection()?;
        let label = format!("{SERVICE} {name}");
        let properties = PropMap::from([
            (
                format!("{ITEM}.Label"),
                Variant(Box::new(label) as Box<dyn RefArg>),
            ),
            (
                format!("{ITEM}.Attributes"),
                Variant(Box::new(attributes(name))),
            ),
        ]);
        let new = (properties, self.sealed(value), true);
        let (_, prompt): (Object, Object) =
            self.change(&collection, COLLECTION, "CreateItem", new)?;
        self.settle(&prompt).map_err(perhaps_done)
    }

    pub(super) fn delete(&self, item: &Object) -> Result<(), Error> {
        let (prompt,): (Object,) = self.change(item, ITEM, "Delete", ())?;
        self.settle(&prompt).map_err(perhaps_done)
    }

    fn unlock(&self, object: Object) -> Result<(), Error> {
        let (_, prompt): (Vec<Object>, Object) =
            self.ask(SECRETS.1, SERVICES, "Unlock", (vec![object],))?;
        self.settle(&prompt)
    }

    /// Lets the system ask where the service wants it to, and nothing where it does not. `Locked` unless a person agrees.
    fn settle(&self, prompt: &Object) -> Result<(), Error> {
        if &**prompt == NOTHING {
            return Ok(());
        }
        let Dialog::Announced(say) = self.dialog else {
            let why = "it wants to ask, and nobody is there";
            return Err(Error::Locked(why.to_owned()));
        };
        say();
        let agreed = self.show(prompt)?;
        self.until.set(Instant::now() + self.patience.call);
        match agreed {
            Some(true) => Ok(()),
            Some(false) => Err(Error::Locked("its dialog was dismissed".to_owned())),
            None => {
                // It must not stay on the screen; that it does is no reason to fail otherwise.
                let _: Result<(), Error> = self.ask(prompt, PROMPT, "Dismiss", ());
                Err(Error::Locked("nobody answered its dialog".to_owned()))
            }
        }
    }

    /// Shows a dialog and waits: whether a person agreed, `None` when the time was over.
    fn show(&self, prompt: &Object) -> Result<Option<bool>, Error> {
        let (to, from) = mpsc::channel();
        let completed = MatchRule::new_signal(PROMPT, "Completed").with_path(prompt.clone());
        let told = move |(dismissed,): (bool,), _: &Connection, _: &dbus::Message| {
            to.send(!dismissed).is_ok()
        };
        self.bus
            .add_match(completed, told)
            .map_err(|error| read_error(&error))?;
        let () = self.ask(prompt, PROMPT, "Prompt", ("",))?;
        let until = Instant::now() + self.patience.dialog;
        while Instant::now() < until {
            if let Ok(agreed) = from.try_recv() {
                return Ok(Some(agreed));
            }
            let waited = self.bus.process(time_left(until));
            waited.map_err(|error| read_error(&error))?;
        }
        Ok(None)
    }

    /// The secret as it crosses the bus.
    fn sealed<'v>(&'v self, value: &'v [u8]) -> (&'v Object, Vec<u8>, &'v [u8], &'static str) {
        (&self.path, Vec::new(), value, "text/plain")
    }

    /// A call that changes nothing: without an answer it `Failed`.
    fn ask<R: ReadAll>(
        &self,
        at: &str,
        interface: &str,
        method: &str,
        with: impl AppendAll,
    ) -> Result<R, Error> {
        self.call(at, interface, method, with)
            .map_err(|error| read_error(&error))
    }

    /// A call that changes something: without an answer it is `Unknown` whether it did.
    fn change<R: ReadAll>(
        &self,
        at: &str,
        interface: &str,
        method: &str,
        with: impl AppendAll,
    ) -> Result<R, Error> {
        if time_left(self.until.get()).is_zero() {
            return Err(Error::Failed("it is too slow".to_owned()));
        }
        self.call(at, interface, method, with)
            .map_err(|error| change_error(&error))
    }

    fn call<R: ReadAll>(
        &self,
        at: &str,
        interface: &str,
        method: &str,
        with: impl AppendAll,
    ) -> Result<R, dbus::Error> {
        let left = time_left(self.until.get());
        Proxy::new(SECRETS.0, at, left, &self.bus).method_call(interface, method, with)
    }
}

enum Lock {
    Open,
    Closed,
}

fn attributes(name: &SecretName) -> HashMap<String, String> {
    let both = [("service", SERVICE), ("username", name.as_str())];
    HashMap::from(both.map(|(key, value)| (key.to_owned(), value.to_owned())))
}

/// A dialog that broke off may have been agreed to.
fn perhaps_done(error: Error) -> Error {
    match error {
        Error::Failed(why) => Error::Unknown(why),
        other => other,
    }
}

fn change_error(error: &dbus::Error) -> Error {
    if is_silence(error) {
        return Error::Unknown(reason(error));
    }
    read_error(error)
}

fn read_error(error: &dbus::Error) -> Error {
    let name = error.name().unwrap_or_default();
    match name.rsplit('.').next().unwrap_or_default() {
        "IsLocked" => Error::Locked("it was locked just now".to_owned()),
        "ServiceUnknown" | "NameHasNoOwner" => Error::Absent(reason(error)),
        _ => Error::Failed(reason(error)),
    }
}

/// Whether the service may have done what it was asked, and only its answer is missing.
fn is_silence(error: &dbus::Error) -> bool {
    let names = ["NoReply", "Timeout", "TimedOut", "Disconnected"];
    let name = error.name().unwrap_or_default();
    names.contains(&name.rsplit('.').next().unwrap_or_default())
}

fn reason(error: &dbus::Error) -> String {
    match error.message() {
        Some(message) => message.trim_end_matches('.').to_owned(),
        None => "the bus gave no reason".to_owned(),
    }
}

fn time_left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}
