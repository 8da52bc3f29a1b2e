//! A program that runs beside akm: akm waits for its end, and passes on what signals akm gets meanwhile.

use super::harden;
use std::io;
use std::process::{Command, ExitCode, ExitStatus};

/// Starts the program with the caller's limits, and returns its exit code when it ends: 128+n where a signal n ended it. Its group and its
/// terminal are akm's own. Errors are those of starting it.
#[cfg(unix)]
pub(crate) fn run(mut command: Command) -> io::Result<ExitCode> {
    // Before the program starts: a signal that comes while it does is passed on, too.
    let signals = unix::Signals::new()?;
    let mut child = harden::with_the_callers_limits(|| command.spawn())?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(exit_code(status));
        }
        for signal in signals.wait()? {
            unix::pass_on(&child, signal);
        }
    }
}

#[cfg(not(unix))]
pub(crate) fn run(mut command: Command) -> io::Result<ExitCode> {
    harden::with_the_callers_limits(|| command.status()).map(exit_code)
}

fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let code = status.code().or(signal.map(|signal| 128 + signal));
    let code = code.and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(1))
}

#[cfg(unix)]
mod unix {
    use super::super::signals;
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::process::{Pid, Signal, getpgid, getpgrp, kill_process};
    use rustix::termios::tcgetpgrp;
    use signal_hook::low_level::pipe;
    use std::fs::File;
    use std::io::{self, Read};
    use std::os::unix::net::UnixStream;
    use std::process::Child;

    const PASSED_ON: [Signal; 7] = [
        Signal::TERM,
        Signal::HUP,
        Signal::INT,
        Signal::QUIT,
        Signal::USR1,
        Signal::USR2,
        Signal::WINCH,
    ];

    /// What a terminal sends to all programs of the group in its foreground.
    const OF_TERMINALS: [Signal; 3] = [Signal::INT, Signal::QUIT, Signal::WINCH];

    /// Signals that are caught, as bytes on a pipe each. The end of a child is one of them.
    pub(super) struct Signals(Vec<(Signal, UnixStream)>);

    impl Signals {
        /// Catches them. One that was ignored when akm was started, as under `nohup`, stays ignored, by the program too.
        pub(super) fn new() -> io::Result<Self> {
            let mut caught = Vec::new();
            let passed_on = PASSED_ON.into_iter();
            let heeded = passed_on.filter(|signal| !signals::is_ignored(signal.as_raw()));
            signals::hand_over(&PASSED_ON.map(Signal::as_raw));
            for signal in heeded.chain([Signal::CHILD]) {
                let (from, to) = UnixStream::pair()?;
                from.set_nonblocking(true)?;
                pipe::register(signal.as_raw(), to)?;
                caught.push((signal, from));
            }
            Ok(Self(caught))
        }

        /// Waits for signals, and returns those that came.
        pub(super) fn wait(&self) -> io::Result<Vec<Signal>> {
            let pipes = self.0.iter();
            let mut pipes: Vec<_> = pipes
                .map(|(_, pipe)| PollFd::new(pipe, PollFlags::IN))
                .collect();
            match poll(&mut pipes, None) {
                Err(rustix::io::Errno::INTR) | Ok(_) => (),
                Err(error) => return Err(error.into()),
            }
            let came = self.0.iter().filter(|(_, pipe)| came(pipe));
            Ok(came.map(|(signal, _)| *signal).collect())
        }
    }

    fn came(mut pipe: &UnixStream) -> bool {
        pipe.read(&mut [0; 64]).is_ok_and(|length| length > 0)
    }

    /// Sends the signal on to the program, unless it got it itself. A program that has ended keeps its id until it is waited for, so that
    /// no other process is hit.
    pub(super) fn pass_on(child: &Child, signal: Signal) {
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let Some(pid) = pid.filter(|_| signal != Signal::CHILD) else {
            return;
        };
        if OF_TERMINALS.contains(&signal) && shares_terminal(pid) {
            return;
        }
        // Fails where the program is another user's by now, as `sudo` is.
        let _ = kill_process(pid, signal);
    }

    /// Returns whether akm and the program are both in the foreground of a terminal, which then sends what is typed to both.
    fn shares_terminal(program: Pid) -> bool {
        let own = getpgrp();
        let foreground = File::open("/dev/tty").and_then(|tty| Ok(tcgetpgrp(&tty)?));
        foreground.is_ok_and(|foreground| foreground == own) && getpgid(Some(program)) == Ok(own)
    }
}
