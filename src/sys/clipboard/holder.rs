//! The child that owns a desktop's clipboard after the command has returned, and clears it: both ends of the pipe between.
//!
//! X11 and Wayland keep no copy: whoever copied serves every paste, until somebody else copies. So the same program runs on
//! as `akm clipboard-holder SECONDS MARK`. The text comes through its standard input; one line on its standard output says
//! `held`, or why not.

use super::{Mark, display::PATIENCE};
use crate::core::secret::{LONGEST, Secret};
use anyhow::{Context, bail, ensure};
use arboard::Clipboard;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::mem::ManuallyDrop;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

const NAME: &str = "clipboard-holder";
const HELD: &str = "held";

/// Starts the child, in the environment given, and waits until it owns the clipboard. Fails, with no child left, when it does not.
pub(super) fn hold(
    text: &Secret,
    mark: Mark,
    clear_after: Duration,
    environment: &[(&'static str, OsString)],
) -> anyhow::Result<()> {
    let mut child = command(mark, clear_after, environment)?
        .spawn()
        .context("no process could be started to keep it")?;
    let held = told(&mut child, text).and_then(|()| answered(&mut child));
    if held.is_err() {
        let _ = child.kill();
        let _ = child.wait();
    }
    held
}

/// The root is its folder, so that it keeps no file system busy.
fn command(
    mark: Mark,
    clear_after: Duration,
    environment: &[(&'static str, OsString)],
) -> anyhow::Result<Command> {
    let program = crate::sys::program::path().context("akm does not find its own program")?;
    let mut command = Command::new(program);
    command
        .args([NAME, &clear_after.as_secs().to_string(), mark.as_str()])
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    #[cfg(unix)]
    command.current_dir("/");
    #[cfg(windows)]
    {
        const DETACHED_PROCESS: u32 = 0x8;
        std::os::windows::process::CommandExt::creation_flags(&mut command, DETACHED_PROCESS);
    }
    Ok(command)
}

/// Dropping the pipe ends the text.
fn told(child: &mut Child, text: &Secret) -> anyhow::Result<()> {
    let mut pipe = child.stdin.take().context("it has no input")?;
    pipe.write_all(text.expose().as_bytes())
        .context("the process that was to keep it went away")
}

fn answered(child: &mut Child) -> anyhow::Result<()> {
    let pipe = child.stdout.take().context("it has no output")?;
    let (tell, answer) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(pipe).read_line(&mut line);
        tell.send(read.map(|_| line))
    });
    let line = answer
        .recv_timeout(PATIENCE)
        .context("the display does not answer")?
        .context("the process that was to keep it went away")?;
    match line.trim_end() {
        HELD => Ok(()),
        "" => bail!("the process that was to keep it ended"),
        why => bail!("{why}"),
    }
}

impl Mark {
    fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Plain => "plain",
        }
    }
}

/// What the child was started for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Order {
    clear_after: Duration,
    mark: Mark,
}

impl Order {
    /// Reads a whole command line; `None` for every other than the child's.
    pub(crate) fn read(args: &[OsString]) -> Option<Self> {
        let [_, name, seconds, mark] = args else {
            return None;
        };
        let marks = [Mark::Secret, Mark::Plain];
        let mark = marks.into_iter().find(|known| mark == known.as_str())?;
        let seconds = seconds.to_str()?.parse().ok()?;
        (name == OsStr::new(NAME)).then_some(Self {
            clear_after: Duration::from_secs(seconds),
            mark,
        })
    }

    /// The child's life: away from the terminal, so that closing that ends nothing; hold, say so, wait, clear.
    pub(crate) fn run(&self) -> ExitCode {
        #[cfg(unix)]
        let _ = rustix::process::setsid();
        match self.hold() {
            Ok(mut held) => {
                answer(HELD);
                let_go_of_streams();
                held.wait_and_clear();
                ExitCode::SUCCESS
            }
            Err(error) => {
                answer(&error.to_string());
                ExitCode::FAILURE
            }
        }
    }

    fn hold(&self) -> anyhow::Result<Held> {
        let text = read_text()?;
        let mut held = Held {
            clipboard: ManuallyDrop::new(
                Clipboard::new().context("the display cannot be reached")?,
            ),
            until: Instant::now() + self.clear_after,
            text,
        };
        held.set(self.mark)
            .context("the display refused the text")?;
        ensure!(
            held.is_there(),
            "another program took the clipboard at once"
        );
        Ok(held)
    }
}

/// A clipboard with a text of ours. It is not dropped: its destructor would offer the text to a clipboard manager, to be kept.
struct Held {
    clipboard: ManuallyDrop<Clipboard>,
    text: Secret,
    until: Instant,
}

impl Held {
    fn set(&mut self, mark: Mark) -> Result<(), arboard::Error> {
        let set = self.clipboard.set();
        let set = match mark {
            Mark::Secret => marked(set),
            Mark::Plain => set,
        };
        set.text(self.text.expose())
    }

    /// Whether the clipboard's text is ours, whoever serves it: a clipboard manager may have taken it over.
    fn is_there(&mut self) -> bool {
        let found = self.clipboard.get_text().map(Zeroizing::new);
        found.is_ok_and(|found| found.as_str() == self.text.expose())
    }

    fn wait_and_clear(&mut self) {
        thread::sleep(self.until.saturating_duration_since(Instant::now()));
        if self.is_there() {
            let _ = self.clipboard.clear();
            // A question, whose answer shows that the clearing was read before this process goes.
            self.is_there();
        }
    }
}

#[cfg(not(any(target_os = "macos", target_os = "windows")))]
fn marked(set: arboard::Set<'_>) -> arboard::Set<'_> {
    arboard::SetExtLinux::exclude_from_history(set)
}

#[cfg(target_os = "macos")]
fn marked(set: arboard::Set<'_>) -> arboard::Set<'_> {
    arboard::SetExtApple::exclude_from_history(set)
}

/// Out of what watches the clipboard, which is its history and the cloud that it is shared through.
#[cfg(target_os = "windows")]
fn marked(set: arboard::Set<'_>) -> arboard::Set<'_> {
    arboard::SetExtWindows::exclude_from_monitoring(set)
}

/// To the end at once and into room that does not grow: standard input's own buffer never holds it.
fn read_text() -> anyhow::Result<Secret> {
    let mut text = Zeroizing::new(Vec::with_capacity(LONGEST + 64));
    io::stdin()
        .lock()
        .read_to_end(&mut text)
        .context("no text came")?;
    Secret::from_bytes(&text).context("no text came")
}

fn answer(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// The command that started this one is gone, and so are the other ends of the pipes.
fn let_go_of_streams() {
    #[cfg(unix)]
    if let Ok(null) = std::fs::File::options()
        .read(true)
        .write(true)
        .open("/dev/null")
    {
        let _ = rustix::stdio::dup2_stdin(&null);
        let _ = rustix::stdio::dup2_stdout(&null);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(args: &[&str]) -> Option<Order> {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        Order::read(&args)
    }

    #[test]
    fn only_its_own_command_line_is_an_order() {
        let clear_after = Duration::from_secs(45);
        let mark = Mark::Secret;
        assert_eq!(
            order(&["akm", NAME, "45", "secret"]),
            Some(Order { clear_after, mark })
        );
        for other in [
            &["akm"][..],
            &["akm", "copy", "45", "secret"],
            &["akm", NAME, "-1", "secret"],
            &["akm", NAME, "45", "other"],
            &["akm", NAME, "45"],
        ] {
            assert_eq!(order(other), None);
        }
    }
}
