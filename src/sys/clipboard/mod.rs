//! The clipboard: the display's where one answers, else that of the terminal at the other end of SSH.

pub(crate) mod holder;
mod terminal;

use crate::core::secret::Secret;
use std::ffi::OsString;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use terminal::Terminal;

/// A clipboard that can be reached.
pub(crate) enum Clipboard {
    /// The desktop's. With the variables by which a display is found, and nothing else of the environment.
    Display(Vec<(&'static str, OsString)>),
    /// A terminal that was asked over SSH.
    Terminal(Terminal),
}

/// Whether clipboard histories are asked to leave a text out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Secret,
    Plain,
}

/// How long a display may take to answer. A forwarded one is slow; one that is gone may not answer at all.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a child needs to find the same display and its permission, and to log into nothing else.
const DISPLAY: [&str; 10] = [
    "DISPLAY",
    "XAUTHORITY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "HOME",
    "USERPROFILE",
    "SystemRoot",
    "SystemDrive",
    "TEMP",
    "__CF_USER_TEXT_ENCODING",
];

impl Clipboard {
    /// Finds the clipboard of whoever sits there: over SSH that is the terminal's, unless a display was forwarded.
    /// `variable` is the environment. The error says what there is not.
    pub(crate) fn reach(variable: impl Fn(&str) -> Option<OsString>) -> anyhow::Result<Self> {
        let over_ssh = ["SSH_CONNECTION", "SSH_TTY"]
            .iter()
            .any(|name| variable(name).is_some_and(|value| !value.is_empty()));
        let terminal = || over_ssh.then(Terminal::open).and_then(Result::ok);
        if cfg!(any(target_os = "macos", target_os = "windows"))
            && let Some(terminal) = terminal()
        {
            return Ok(Self::Terminal(terminal));
        }
        match display(&variable) {
            Ok(()) => Ok(Self::display(variable)),
            Err(why) => terminal()
                .map(Self::Terminal)
                .ok_or_else(|| anyhow::anyhow!("{why}, and no terminal over SSH")),
        }
    }

    fn display(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let found = DISPLAY
            .iter()
            .filter_map(|name| Some((*name, variable(name)?)));
        Self::Display(found.collect())
    }

    /// Puts a text there, and gives back after what time it is cleared unless something else was copied meanwhile; a
    /// terminal does not say what its clipboard holds, so that there it is left: `None`. Fails when it is not there.
    pub(crate) fn put(
        &mut self,
        text: &Secret,
        mark: Mark,
        clear_after: Duration,
    ) -> anyhow::Result<Option<Duration>> {
        match self {
            Self::Display(environment) => {
                holder::hold(text, mark, clear_after, environment).map(|()| Some(clear_after))
            }
            Self::Terminal(terminal) => terminal.put(text).map(|()| None),
        }
    }
}

/// Whether a display answers. The error is akm's own: of a display that is not there, arboard says that it timed out.
fn display(variable: impl Fn(&str) -> Option<OsString>) -> Result<(), &'static str> {
    let named = |name| variable(name).is_some_and(|value| !value.is_empty());
    if cfg!(not(any(target_os = "macos", target_os = "windows")))
        && !named("DISPLAY")
        && !named("WAYLAND_DISPLAY")
    {
        return Err("no display is named (`DISPLAY`, `WAYLAND_DISPLAY`)");
    }
    let (tell, answer) = mpsc::channel();
    thread::spawn(move || tell.send(arboard::Clipboard::new().is_ok()));
    match answer.recv_timeout(PATIENCE) {
        Ok(true) => Ok(()),
        Ok(false) => Err("the display cannot be reached"),
        Err(_) => Err("the display does not answer"),
    }
}
