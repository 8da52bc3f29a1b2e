//! A line typed on the terminal and not shown, what was typed too early, and how wide the terminal is.

#[cfg(not(unix))]
pub(crate) use none::{forget_typed, hidden_line, put_back_after, width};
#[cfg(unix)]
pub(crate) use unix::{forget_typed, hidden_line, put_back_after, width};

#[cfg(unix)]
mod unix {
    use crate::sys::signals::{self, Held};
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::termios::{
        InputModes, LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush,
        tcgetattr, tcsetattr,
    };
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::{SigId, low_level};
    use std::io::{self, Stdin, Write};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::thread::JoinHandle;
    use zeroize::Zeroizing;

    /// The columns of the terminal that `output` is; `None` where it is none, or does not say.
    pub(crate) fn width(output: impl AsFd) -> Option<usize> {
        let size = rustix::termios::tcgetwinsize(output).ok()?;
        Some(usize::from(size.ws_col)).filter(|width| *width > 0)
    }

    /// Throws away what was typed on standard input and is not read yet. Does nothing where standard input is no terminal.
    pub(crate) fn forget_typed() {
        let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    }

    /// What ends a program at a prompt, in the order in which each is written to the pipe.
    const ENDING: [i32; 4] = [SIGINT, SIGHUP, SIGTERM, SIGQUIT];

    /// Asks on the terminal that standard input and standard error are, and gives back the line without its end; `None` at the
    /// end of input. A signal that ends the program ends it still, after the terminal shows what is typed again.
    pub(crate) fn hidden_line(
        prompt: &str,
        limit: usize,
    ) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        // The prompt ends by a signal itself: the terminal is put right first, and by then nobody else may need the time.
        let interrupted = || io::Error::from(io::ErrorKind::Interrupted);
        let held = signals::try_hold().ok_or_else(interrupted)?;
        let signals = Signals::new()?;
        let hidden = Hidden::new(io::stdin())?;
        io::stderr().write_all(prompt.as_bytes())?;
        let line = hidden.read_line(&signals, limit);
        drop(hidden);
        // Fails where the terminal is gone, which the line tells too.
        let _ = io::stderr().write_all(b"\n");
        match line? {
            Typed::Line(line) => Ok(Some(line)),
            Typed::Nothing => Ok(None),
            Typed::Signal(signal) => {
                drop((signals, held));
                signals::raise(signal);
                Err(interrupted())
            }
        }
    }

    /// Asks in a way that changes the terminal. A signal that ends the program ends it still, after the terminal is as it was.
    pub(crate) fn put_back_after<T>(ask: impl FnOnce() -> T) -> T {
        let _guard = Guard::new();
        ask()
    }

    struct Guard {
        done: Option<UnixStream>,
        watch: Option<JoinHandle<()>>,
        _held: Held,
    }

    impl Guard {
        /// `None` where the system refuses, or standard input is no terminal.
        fn new() -> Option<Self> {
            let held = signals::try_hold()?;
            let before = tcgetattr(io::stdin()).ok()?;
            let signals = Signals::new().ok()?;
            let (done, stop) = UnixStream::pair().ok()?;
            let watch = std::thread::spawn(move || {
                if let Ok(Some(signal)) = signals.wait(&stop) {
                    let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
                    // What a list switches on: brackets round what is pasted, and a hidden cursor.
                    let _ = io::stderr().write_all(b"\x1b[?2004l\x1b[?25h\r\n");
                    let _ = low_level::emulate_default_handler(signal);
                }
            });
            Some(Self {
                done: Some(done),
                watch: Some(watch),
                _held: held,
            })
        }
    }

    impl Drop for Guard {
        fn drop(&mut self) {
            drop(self.done.take());
            let _ = self.watch.take().map(JoinHandle::join);
        }
    }

    enum Typed {
        Line(Zeroizing<Vec<u8>>),
        Nothing,
        Signal(i32),
    }

    /// The terminal while it shows nothing; as it was before when dropped.
    struct Hidden {
        terminal: Stdin,
        before: Termios,
    }

    impl Hidden {
        fn new(terminal: Stdin) -> io::Result<Self> {
            let before = tcgetattr(&terminal)?;
            let mut now = before.clone();
            now.local_modes -= LocalModes::ECHO | LocalModes::ECHONL;
            // One backspace takes one character, not one byte of it.
            now.input_modes |= InputModes::IUTF8;
            // Stopped here, it would leave a shell that shows nothing and come back to a terminal that shows everything.
            now.special_codes[SpecialCodeIndex::VSUSP] = 0;
            tcsetattr(&terminal, OptionalActions::Flush, &now)?;
            Ok(Self { terminal, before })
        }

        /// The terminal gives whole lines, so that it does the editing.
        fn read_line(&self, signals: &Signals, limit: usize) -> io::Result<Typed> {
            let mut room = Zeroizing::new(vec![0; limit + 2]);
            let mut length = 0;
            while length < room.len() {
                if let Some(signal) = signals.wait(&self.terminal)? {
                    return Ok(Typed::Signal(signal));
                }
                let read = match rustix::io::read(&self.terminal, &mut room[length..]) {
                    Err(rustix::io::Errno::INTR) => continue,
                    // The terminal may be seen to be gone before the signal that says so.
                    Err(rustix::io::Errno::IO) => return Ok(Typed::Signal(SIGHUP)),
                    Ok(0) if tcgetattr(&self.terminal).is_err() => {
                        return Ok(Typed::Signal(SIGHUP));
                    }
                    read => read?,
                };
                length += read;
                if room[..length].ends_with(b"\n") {
                    room.truncate(length - 1);
                    return Ok(Typed::Line(room));
                }
                if read == 0 {
                    return Ok(Typed::Nothing);
                }
            }
            Err(io::Error::from(io::ErrorKind::FileTooLarge))
        }
    }

    impl Drop for Hidden {
        fn drop(&mut self) {
            // What was typed beyond the line, as the rest of a long paste, is for no shell to run.
            let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
        }
    }

    /// Signals that end the program, caught as bytes on a pipe each.
    struct Signals(Vec<(i32, SigId, UnixStream)>);

    impl Signals {
        fn new() -> io::Result<Self> {
            let mut signals = Self(Vec::new());
            for signal in ENDING {
                let (from, to) = UnixStream::pair()?;
                signals
                    .0
                    .push((signal, low_level::pipe::register(signal, to)?, from));
            }
            Ok(signals)
        }

        /// Waits until there is something to read, or a signal, which is given back.
        fn wait(&self, terminal: &impl AsFd) -> io::Result<Option<i32>> {
            let pipes = self
                .0
                .iter()
                .map(|(_, _, pipe)| PollFd::new(pipe, PollFlags::IN));
            let mut all: Vec<_> = pipes
                .chain([PollFd::new(terminal, PollFlags::IN)])
                .collect();
            match poll(&mut all, None) {
                Err(rustix::io::Errno::INTR) | Ok(_) => (),
                Err(error) => return Err(error.into()),
            }
            let came = all
                .iter()
                .zip(&self.0)
                .find(|(pipe, _)| !pipe.revents().is_empty());
            if let Some((_, (signal, ..))) = came {
                return Ok(Some(*signal));
            }
            if all
                .last()
                .is_some_and(|terminal| terminal.revents().is_empty())
            {
                return self.wait(terminal);
            }
            Ok(None)
        }
    }

    impl Drop for Signals {
        fn drop(&mut self) {
            for (_, id, _) in &self.0 {
                low_level::unregister(*id);
            }
        }
    }
}

#[cfg(not(unix))]
mod none {
    use std::io;
    use zeroize::Zeroizing;

    pub(crate) fn width<T>(_: T) -> Option<usize> {
        None
    }

    pub(crate) fn forget_typed() {}

    pub(crate) fn put_back_after<T>(ask: impl FnOnce() -> T) -> T {
        ask()
    }

    pub(crate) fn hidden_line(_: &str, _: usize) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        Err(io::Error::other(
            "hidden input is not built for this system; use `AKM_PASSPHRASE_FILE`",
        ))
    }
}
