//! A session bus of the test's own, with a real `gnome-keyring`, a scripted service, or none.

use super::super::secret_service::{Keyring, Patience};
use super::super::{Dialog, KeyringStore};
use dbus::Path;
use dbus::arg::Variant;
use dbus::blocking::Connection;
use dbus::blocking::stdintf::org_freedesktop_dbus::RequestNameReply;
use dbus::channel::{MatchingReceiver, Sender};
use dbus::message::{MatchRule, Message};
use std::collections::HashSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Above all that a busy machine may take; what a test waits for comes sooner.
const AMPLE: Duration = Duration::from_secs(20);
/// Just as long as it takes to see that there is no answer.
pub(super) const SHORT: Duration = Duration::from_millis(500);

pub(super) const SECRETS: &str = "org.freedesktop.secrets";
const CONFIG: &str = r#"<busconfig><type>session</type><listen>unix:path=FOLDER/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#;

/// A private folder, bus and keyring; all gone when dropped.
pub(super) struct Desktop {
    folder: PathBuf,
    children: Vec<Child>,
}

impl Desktop {
    /// With a bus that no service is on, and that starts none.
    pub(super) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("akm-bus-{}-{count}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        crate::sys::fs::create_folder(&folder.join("run")).unwrap();
        let config = CONFIG.replace("FOLDER", folder.to_str().unwrap());
        std::fs::write(folder.join("bus.conf"), config).unwrap();
        let mut desktop = Self {
            folder,
            children: Vec::new(),
        };
        let config = format!("--config-file={}/bus.conf", desktop.folder.display());
        let mut bus = desktop.command("dbus-daemon");
        bus.args([&config, "--nofork", "--nopidfile"]);
        desktop
            .children
            .push(bus.stdin(Stdio::null()).spawn().unwrap());
        wait_until("the bus", || {
            Connection::new_address(&desktop.address()).is_ok()
        });
        desktop
    }

    /// With a `gnome-keyring` that has no collection yet.
    pub(super) fn with_keyring() -> Self {
        let mut desktop = Self::new();
        desktop.start_keyring(&[], Stdio::null());
        wait_until("the service", || desktop.has(SECRETS));
        desktop
    }

    /// With a `gnome-keyring` whose default collection is open.
    pub(super) fn unlocked() -> Self {
        let mut desktop = Self::new();
        let password = desktop
            .start_keyring(&["--unlock"], Stdio::piped())
            .stdin
            .take();
        password.unwrap().write_all(b"password").unwrap();
        let missing = super::name("LTAI0");
        wait_until("the keyring", || {
            matches!(desktop.keyring(Dialog::Never).0.get(&missing), Ok(None))
        });
        desktop
    }

    fn start_keyring(&mut self, more: &[&str], stdin: Stdio) -> &mut Child {
        let mut command = self.command("gnome-keyring-daemon");
        command
            .args(["--foreground", "--components=secrets"])
            .args(more);
        self.children.push(command.stdin(stdin).spawn().unwrap());
        self.children.last_mut().unwrap()
    }

    /// A program that sees this desktop and nothing of the machine's.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        command
            .env_clear()
            .env("PATH", path)
            .env("HOME", &self.folder);
        command.env("XDG_RUNTIME_DIR", self.folder.join("run"));
        command.env("DBUS_SESSION_BUS_ADDRESS", self.address());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    pub(super) fn address(&self) -> String {
        format!("unix:path={}/bus", self.folder.display())
    }

    pub(super) fn keyring(&self, dialog: Dialog) -> KeyringStore {
        keyring(&self.address(), dialog, AMPLE, AMPLE)
    }

    pub(super) fn lock(&self) {
        let bus = self.connect();
        let collection = Path::from("/org/freedesktop/secrets/collection/login");
        let _: (Vec<Path<'static>>, Path<'static>) = bus
            .with_proxy(SECRETS, "/org/freedesktop/secrets", AMPLE)
            .method_call(
                "org.freedesktop.Secret.Service",
                "Lock",
                (vec![collection],),
            )
            .unwrap();
    }

    /// What `secret-tool` prints; the secret to store, if any, is given to it as its input.
    pub(super) fn secret_tool(&self, arguments: &[&str], input: &str) -> String {
        let mut command = self.command("secret-tool");
        command.stdout(Stdio::piped());
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "secret-tool {arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(super) fn connect(&self) -> Connection {
        Connection::new_address(&self.address()).unwrap()
    }

    fn has(&self, name: &str) -> bool {
        let bus = self.connect();
        let proxy = bus.with_proxy("org.freedesktop.DBus", "/", AMPLE);
        let owned = proxy.method_call("org.freedesktop.DBus", "NameHasOwner", (name,));
        owned.is_ok_and(|(owned,): (bool,)| owned)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(super) fn keyring(
    address: &str,
    dialog: Dialog,
    call: Duration,
    answer: Duration,
) -> KeyringStore {
    let patience = Patience {
        call,
        dialog: answer,
    };
    KeyringStore(Keyring::at(address, dialog, patience))
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + AMPLE;
    while !is_so() {
        assert!(Instant::now() < until, "{what} did not come up");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A service that answers as its script says, for what a real one does only with a person or by accident.
#[derive(Clone, Copy, Default)]
pub(super) struct Script {
    /// Answers these methods only.
    pub(super) answers: &'static [&'static str],
    /// Locked until its dialog is agreed to.
    pub(super) locked: bool,
    pub(super) agrees: bool,
}

/// The service at work, until dropped.
pub(super) struct Scripted {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Scripted {
    pub(super) fn on(desktop: &Desktop, name: &'static str, script: Script) -> Self {
        let (bus, stop) = (desktop.connect(), Arc::new(AtomicBool::new(false)));
        // The bus may take a moment to see that the last owner of the name is gone; until then it gives the name to nobody else.
        wait_until(name, || {
            let reply = bus.request_name(name, false, true, true);
            matches!(reply, Ok(RequestNameReply::PrimaryOwner))
        });
        let (locked, known) = (AtomicBool::new(script.locked), Mutex::new(HashSet::new()));
        let answer = move |call: Message, bus: &Connection| {
            let caller = call.sender().unwrap().to_string();
            let is_first = known.lock().unwrap().insert(caller);
            // A real one may die of this.
            if !is_first || call.member().as_deref() != Some("OpenSession") {
                script.answer(&call, bus, &locked);
            }
            true
        };
        bus.start_receive(MatchRule::new_method_call(), Box::new(answer));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let _ = bus.process(Duration::from_millis(20));
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(std::thread::JoinHandle::join);
    }
}

impl Script {
    fn answer(self, call: &Message, bus: &Connection, locked: &AtomicBool) {
        let method = call.member().unwrap().to_string();
        if !self.answers.contains(&&*method) {
            return;
        }
        let (reply, is_locked) = (call.method_return(), locked.load(Ordering::Relaxed));
        let (item, nothing) = (Path::from("/item"), Path::from("/"));
        let reply = match &*method {
            "OpenSession" => reply.append2(Variant(""), Path::from("/session")),
            "SearchItems" if is_locked => reply.append2(Vec::<Path<'_>>::new(), vec![item]),
            "SearchItems" => reply.append2(vec![item], Vec::<Path<'_>>::new()),
            "GetSecret" => {
                reply.append1((item, Vec::<u8>::new(), b"marker".to_vec(), "text/plain"))
            }
            "Unlock" => reply.append2(Vec::<Path<'_>>::new(), Path::from("/prompt")),
            "ReadAlias" | "Delete" => reply.append1(nothing),
            _ => reply,
        };
        bus.send(reply).unwrap();
        if method == "Prompt" {
            locked.store(!self.agrees, Ordering::Relaxed);
            let prompt = "org.freedesktop.Secret.Prompt";
            let signal = Message::new_signal("/prompt", prompt, "Completed").unwrap();
            bus.send(signal.append2(!self.agrees, Variant(""))).unwrap();
        }
    }
}
