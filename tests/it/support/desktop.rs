//! A desktop session of its own: a bus and a keyring.

use crate::support::env::{Env, Ran, have};
use dbus::Path;
use dbus::blocking::Connection;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) const TOOLS: [&str; 3] = ["dbus-daemon", "gnome-keyring-daemon", "secret-tool"];

/// Above all that a busy machine may take; what a test waits for comes sooner.
pub(crate) const AMPLE: Duration = Duration::from_secs(20);

pub(crate) const CONFIG: &str = r#"<busconfig><type>session</type><listen>unix:path=FOLDER/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#;

/// A home whose session has a bus, and on it an open keyring. All gone when dropped.
pub(crate) struct Desktop {
    pub(crate) env: Env,
    pub(crate) children: Vec<Child>,
}

impl Desktop {
    /// `None`, said aloud, where a tool is missing.
    pub(crate) fn open() -> Option<Self> {
        let mut desktop = Self::without_keyring()?;
        desktop.start_keyring();
        Some(desktop)
    }

    /// The home, for one who holds the session open as long as it is used.
    #[cfg(feature = "server")]
    pub(crate) fn take_home(&mut self) -> Env {
        std::mem::replace(&mut self.env, Env::bare())
    }

    /// With a bus that nobody is on.
    pub(crate) fn without_keyring() -> Option<Self> {
        if !TOOLS.iter().all(|tool| have(tool)) {
            return None;
        }
        let env = Env::bare();
        let bus = env.path("bus");
        let address = format!("unix:path={}", bus.display());
        let env = env.with("DBUS_SESSION_BUS_ADDRESS", &address);
        let run = env.path("run");
        std::fs::create_dir(&run).unwrap();
        let env = env.with("XDG_RUNTIME_DIR", run.to_str().unwrap());
        let mut desktop = Self {
            env,
            children: Vec::new(),
        };
        desktop.start_bus(&bus);
        Some(desktop)
    }

    pub(crate) fn start_bus(&mut self, bus: &std::path::Path) {
        let folder = bus.parent().unwrap();
        let config = folder.join("bus.conf");
        std::fs::write(&config, CONFIG.replace("FOLDER", folder.to_str().unwrap())).unwrap();
        let mut daemon = self.command("dbus-daemon");
        daemon.arg(format!("--config-file={}", config.display()));
        daemon.args(["--nofork", "--nopidfile"]);
        self.children.push(daemon.spawn().unwrap());
        wait_until("the bus", || self.connect().is_some());
    }

    pub(crate) fn start_keyring(&mut self) {
        let mut daemon = self.command("gnome-keyring-daemon");
        daemon.args(["--foreground", "--components=secrets", "--unlock"]);
        let mut child = daemon.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"password").unwrap();
        self.children.push(child);
        wait_until("the keyring", || {
            self.tool(&["store", "--label", "probe", "probe", "1"], "probe")
                .is_some()
        });
        assert!(self.tool(&["clear", "probe", "1"], "").is_some());
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        self.env.dress(&mut command);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    pub(crate) fn connect(&self) -> Option<Connection> {
        let address = format!("unix:path={}", self.env.path("bus").display());
        Connection::new_address(&address).ok()
    }

    pub(crate) fn lock(&self) {
        let bus = self.connect().unwrap();
        let collection = Path::from("/org/freedesktop/secrets/collection/login");
        let service = bus.with_proxy("org.freedesktop.secrets", "/org/freedesktop/secrets", AMPLE);
        let _: (Vec<Path<'static>>, Path<'static>) = service
            .method_call(
                "org.freedesktop.Secret.Service",
                "Lock",
                (vec![collection],),
            )
            .unwrap();
    }

    /// What `secret-tool` prints, or `None` when it fails.
    pub(crate) fn tool(&self, arguments: &[&str], input: &str) -> Option<String> {
        let mut command = self.command("secret-tool");
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A tool that asks for nothing may be gone before it is told.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        output.status.success().then_some(text)
    }

    pub(crate) fn lookup(&self, name: &str) -> Option<String> {
        self.tool(&["lookup", "service", "akm", "username", name], "")
    }

    pub(crate) fn end_children(&mut self) {
        for mut child in self.children.drain(..).rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(crate) fn create(&self, user: &str) -> Ran {
        self.env
            .akm(&["create", "--ram-user", user, "--show-secret"])
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.end_children();
    }
}

pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + AMPLE;
    while !is_so() {
        assert!(Instant::now() < until, "{what} did not come up");
        std::thread::sleep(Duration::from_millis(20));
    }
}
