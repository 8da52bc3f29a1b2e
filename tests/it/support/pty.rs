//! A command on a pseudo-terminal, as a person meets it: what is on the screen, what is typed, whether typing shows. Every wait
//! has its end.

use crate::support::env::Env;
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// For whatever is waited for. Generous: a passphrase costs a second, and the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running command whose controlling terminal is ours.
pub(crate) struct Pty {
    child: Child,
    /// Our end of the terminal, until it hangs up.
    terminal: Option<File>,
    screen: Vec<u8>,
    /// How much of the screen has been seen.
    seen: usize,
}

impl Pty {
    /// Runs akm on a terminal.
    pub(crate) fn akm<S: AsRef<OsStr>>(env: &Env, args: &[S]) -> Self {
        Self::start(env, env!("CARGO_BIN_EXE_akm"), args, None)
    }

    /// Runs akm on a terminal, its standard output in a file.
    pub(crate) fn akm_into<S: AsRef<OsStr>>(env: &Env, args: &[S], output: File) -> Self {
        Self::start(env, env!("CARGO_BIN_EXE_akm"), args, Some(output))
    }

    /// Runs any program in the test's environment and folder.
    pub(crate) fn run<S: AsRef<OsStr>>(env: &Env, program: &str, args: &[S]) -> Self {
        Self::start(env, program, args, None)
    }

    fn start<S: AsRef<OsStr>>(env: &Env, program: &str, args: &[S], output: Option<File>) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let theirs = File::from(ioctl_tiocgptpeer(&ours, flags).unwrap());
        // Each becomes the next: whoever runs the tests may have signals ignored; `setsid` makes the terminal the controlling one.
        let mut command = Command::new("env");
        command.args(["--default-signal", "setsid", "--ctty", program]);
        command.args(args);
        env.dress(&mut command);
        command.stdin(theirs.try_clone().unwrap());
        command.stderr(theirs.try_clone().unwrap());
        command.stdout(output.map_or_else(|| Stdio::from(theirs), Stdio::from));
        let child = command.spawn().unwrap();
        drop(command);
        fcntl_setfl(&ours, OFlags::RDWR | OFlags::NONBLOCK).unwrap();
        Self {
            child,
            terminal: Some(File::from(ours)),
            screen: Vec::new(),
            seen: 0,
        }
    }

    /// Waits until the text appears after what has been seen before.
    #[track_caller]
    pub(crate) fn see(&mut self, text: &str) -> &mut Self {
        self.until(&format!("`{text}` does not appear"), |pty| {
            let at = pty.screen()[pty.seen..].find(text)?;
            pty.seen += at + text.len();
            Some(())
        });
        self
    }

    /// Types.
    pub(crate) fn send(&mut self, text: &str) -> &mut Self {
        let terminal = self.terminal.as_mut().unwrap();
        terminal.write_all(text.as_bytes()).unwrap();
        self
    }

    /// Whether the terminal shows what is typed.
    pub(crate) fn echoes(&self) -> bool {
        let modes = tcgetattr(self.terminal.as_ref().unwrap()).unwrap();
        modes.local_modes.contains(LocalModes::ECHO)
    }

    /// Waits until the terminal hides what is typed: a prompt is shown a moment before or after that.
    pub(crate) fn hides(&mut self) -> &mut Self {
        self.until("the terminal shows what is typed", |pty| {
            (!pty.echoes()).then_some(())
        });
        self
    }

    /// Everything that was on the screen so far.
    pub(crate) fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen).into_owned()
    }

    /// The process, for signals.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the command's end. The terminal stays.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> Ended {
        let status = self.until("it does not end", |pty| pty.child.try_wait().unwrap());
        self.read();
        Ended(status)
    }

    /// Takes the terminal away, as closing its window does.
    pub(crate) fn hang_up(&mut self) -> &mut Self {
        self.terminal = None;
        self
    }

    /// Asks again and again, reading the screen meanwhile, and fails with `complaint` when patience is over.
    #[track_caller]
    fn until<T>(&mut self, complaint: &str, mut ask: impl FnMut(&mut Self) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            self.read();
            if let Some(answer) = ask(self) {
                return answer;
            }
            let screen = self.screen();
            assert!(
                Instant::now() < until,
                "{complaint}; on the screen: {screen}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn read(&mut self) {
        let mut some = [0; 4096];
        let Some(terminal) = &mut self.terminal else {
            return;
        };
        while let Ok(length @ 1..) = terminal.read(&mut some) {
            self.screen.extend_from_slice(&some[..length]);
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a command ended.
pub(crate) struct Ended(ExitStatus);

impl Ended {
    /// The exit code as a shell tells it: 128 and the signal's number for one that a signal ended.
    pub(crate) fn code(&self) -> i32 {
        self.0
            .code()
            .or(self.0.signal().map(|signal| 128 + signal))
            .unwrap()
    }
}
