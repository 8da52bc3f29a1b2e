//! Being asked to stop.

#[cfg(unix)]
use crate::sys::signals;
use std::io;

/// Takes the signals over when it is made: from then on none of them kills the process by itself.
#[cfg(unix)]
pub(super) struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    pub(super) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        signals::hand_over(&kinds.map(|kind| kind.as_raw_value()));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Returns at the first SIGINT or SIGTERM.
    pub(super) async fn asked(mut self) {
        std::future::poll_fn(|context| {
            let interrupted = self.interrupt.poll_recv(context);
            if interrupted.is_ready() {
                return interrupted;
            }
            self.terminate.poll_recv(context)
        })
        .await;
    }
}

#[cfg(not(unix))]
pub(super) struct Stop;

#[cfg(not(unix))]
impl Stop {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// Returns at the first Ctrl-C; where that cannot be waited for, never.
    pub(super) async fn asked(self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
