//! The clipboard: the display's where one answers, else that of the terminal at the other end of SSH.

pub(crate) mod holder;
mod terminal;

use crate::core::secret::Secret;
use std::ffi::OsString;
use std::mem::ManuallyDrop;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use terminal::Terminal;

/// A clipboard that can be reached.
pub(crate) enum Clipboard {
    /// The desktop's.
    Display(Display),
    /// A terminal that was asked over SSH.
    Terminal(Terminal),
}

/// A display that answered.
pub(crate) struct Display {
    /// The variables by which it is found, and nothing else of the environment.
    environment: Vec<(&'static str, OsString)>,
    /// Kept open until this process ends, since an X server that its last client leaves may begin anew just when the child
    /// comes. Not dropped: the destructor waits for the server.
    _open: ManuallyDrop<arboard::Clipboard>,
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
const VARIABLES: [&str; 10] = [
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
        match Display::reach(variable) {
            Ok(display) => Ok(Self::Display(display)),
            Err(why) => terminal()
                .map(Self::Terminal)
                .ok_or_else(|| anyhow::anyhow!("{why}, and no terminal over SSH")),
        }
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
            Self::Display(Display { environment, .. }) => {
                holder::hold(text, mark, clear_after, environment).map(|()| Some(clear_after))
            }
            Self::Terminal(terminal) => terminal.put(text).map(|()| None),
        }
    }
}

impl Display {
    /// The error is akm's own: of a display that is not there, arboard says that it timed out.
    fn reach(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, &'static str> {
        let environment: Vec<_> = VARIABLES
            .iter()
            .filter_map(|name| Some((*name, variable(name).filter(|value| !value.is_empty())?)))
            .collect();
        let is_named = |(name, _): &(&str, _)| ["DISPLAY", "WAYLAND_DISPLAY"].contains(name);
        if cfg!(not(any(target_os = "macos", target_os = "windows")))
            && !environment.iter().any(is_named)
        {
            return Err("no display is named (`DISPLAY`, `WAYLAND_DISPLAY`)");
        }
        let (tell, answer) = mpsc::channel();
        thread::spawn(move || tell.send(arboard::Clipboard::new()));
        let open = answer
            .recv_timeout(PATIENCE)
            .map_err(|_| "the display does not answer")?
            .map_err(|_| "the display cannot be reached")?;
        Ok(Self {
            environment,
            _open: ManuallyDrop::new(open),
        })
    }
}
