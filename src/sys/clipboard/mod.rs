//! The clipboard: the display's where one answers, else that of the terminal at the other end of SSH.

#[cfg(feature = "desktop")]
mod display;
#[cfg(not(feature = "desktop"))]
#[path = "no_display.rs"]
mod display;
#[cfg(feature = "desktop")]
mod holder;
mod terminal;

pub(crate) use display::Order;
pub(crate) use terminal::Missing;

use crate::core::secret::Secret;
use display::Display;
use std::ffi::OsString;
use std::time::Duration;
use terminal::Terminal;

/// A clipboard that can be reached.
pub(crate) enum Clipboard {
    /// The desktop's.
    Display(Display),
    /// A terminal that was asked over SSH.
    Terminal(Terminal),
}

/// Whether clipboard histories are asked to leave a text out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Secret,
    Plain,
}

impl Clipboard {
    /// Finds the clipboard of whoever sits there: over SSH that is the terminal's, unless a display was forwarded.
    /// `variable` is the environment. The error says why there is no display, and what is missing for the terminal's clipboard.
    pub(crate) fn reach(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, (&'static str, Missing)> {
        if cfg!(any(target_os = "macos", target_os = "windows"))
            && let Ok(terminal) = Terminal::reach(&variable)
        {
            return Ok(Self::Terminal(terminal));
        }
        match Display::reach(&variable) {
            Ok(display) => Ok(Self::Display(display)),
            Err(why) => Terminal::reach(&variable)
                .map(Self::Terminal)
                .map_err(|missing| (why, missing)),
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
            Self::Display(display) => display
                .put(text, mark, clear_after)
                .map(|()| Some(clear_after)),
            Self::Terminal(terminal) => terminal.put(text).map(|()| None),
        }
    }
}
