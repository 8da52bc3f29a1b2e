//! The desktop's clipboard, of whichever display answers.

pub(crate) use super::holder::Order;
use super::{Mark, holder};
use crate::core::secret::Secret;
use std::ffi::OsString;
use std::mem::ManuallyDrop;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// A display that answered.
pub(crate) struct Display {
    /// The variables by which it is found, and nothing else of the environment.
    environment: Vec<(&'static str, OsString)>,
    /// Kept open until this process ends, since an X server that its last client leaves may begin anew just when the child
    /// comes. Not dropped: the destructor waits for the server.
    _open: ManuallyDrop<arboard::Clipboard>,
}

/// How long a display may take to answer. A forwarded one is slow; one that is gone may not answer at all.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

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

impl Display {
    /// The error is akm's own: of a display that is not there, arboard says that it timed out.
    pub(super) fn reach(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, &'static str> {
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

    /// Starts the child that holds the text, and returns once it does.
    pub(super) fn put(
        &self,
        text: &Secret,
        mark: Mark,
        clear_after: Duration,
    ) -> anyhow::Result<()> {
        holder::hold(text, mark, clear_after, &self.environment)
    }
}
