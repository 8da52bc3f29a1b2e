//! `akm credential-process`

use super::{
    connect::ClientCredentials,
    context::Context,
    hand_out::{Door, HandedOut, SessionArgs, expiration},
    selector::PairArgs,
    ui,
};
use crate::cli::failure::Failure;
use crate::metadata::log::Action;
use crate::ops::{Kind, credentials::Selector, role_session::Freshness};
use clap::Args;
use serde::Serialize;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Print credentials as SDKs and the aliyun CLI ask for them (mode External)
///
/// One JSON object is printed, or nothing. akm never asks here; a keyring that is locked or a network that fails for a moment is waited
/// for, up to 45 seconds, since Go and Node programs remember one failed call until they end. SDKs write what they get into
/// ~/.aliyun/config.json in clear: give a role, so that this is a short session.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm credential-process alice --role-arn acs:ram::1234567890123456:role/deploy" => "a session of a role",
    "akm connect aliyun-cli alice --role-arn acs:ram::1234567890123456:role/deploy" => "writes the profile that runs this",
])]
pub(crate) struct CredentialProcess {
    #[command(flatten)]
    pair: PairArgs,
    #[command(flatten)]
    session: SessionArgs,
    /// Hand out the pair itself, without a warning
    #[arg(long, conflicts_with_all = ["role_arn", "duration", "policy"])]
    r#static: bool,
}

/// How long akm waits in all. Clients end the command after 60 s.
const WAIT: Duration = Duration::from_secs(45);
const PAUSE: Duration = Duration::from_millis(500);

/// The names of all readers: the CLI and the SDKs read the first ones, ossutil the others.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Answer<'a> {
    #[cfg_attr(test, schemars(extend("enum" = ["AK", "StsToken"])))]
    mode: &'static str,
    access_key_id: &'a str,
    access_key_secret: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sts_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<&'a str>,
    #[serde(rename = "Code")]
    code: &'static str,
    #[serde(rename = "AccessKeyId")]
    id: &'a str,
    #[serde(rename = "AccessKeySecret")]
    secret: &'a str,
    #[serde(rename = "SecurityToken", skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(rename = "Expiration", skip_serializing_if = "Option::is_none")]
    until: Option<&'a str>,
}

/// Above any answer.
const ROOM: usize = 40 << 10;

impl CredentialProcess {
    /// Nobody is asked, and nothing is said twice, however often it is tried. `Failed` where standard output is closed.
    pub(crate) fn run(self, context: Context) -> Result<(), Failure> {
        ui::check_open()?;
        let context = context.saying_once();
        let answer = patiently(WAIT, move || self.answer(&context));
        ui::print(&answer.map_err(without_terminal)?)
    }

    /// Returns what is selected. `BadName` when no RAM user can have that name.
    pub(crate) fn selected(&self) -> Result<Selector, Failure> {
        self.pair.selected()
    }

    /// Returns what the options say that a client gets; `None` where they leave it to the profile.
    pub(crate) fn given(&self) -> Option<ClientCredentials> {
        let role = self.session.role_arn.clone();
        let sessions = role.map(ClientCredentials::Sessions);
        sessions.or(self.r#static.then_some(ClientCredentials::Pair))
    }

    fn answer(&self, context: &Context) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let door = Door {
            action: Action::CredentialProcess,
            fresh: Freshness::Renewable,
        };
        let handed = self.session.hand_out(context, &self.pair, door)?;
        let is_pair = handed.credentials.session.is_none();
        if is_pair && !self.r#static {
            context.ui.warning("clear-text", 
                "this hands out the pair itself, and clients write it into ~/.aliyun/config.json in clear: add `--role-arn ARN`, or `--static` to accept that",
            );
        }
        object(&handed)
    }
}

/// Asks until there is an answer or a failure that does not pass. After `wait` in all it returns the last failure; the asking has a thread
/// of its own, so that a call which takes long does not hold that up.
fn patiently<T: Send + 'static>(
    wait: Duration,
    ask: impl Fn() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let until = Instant::now() + wait;
    let (sender, answers) = mpsc::channel();
    thread::spawn(move || {
        loop {
            let answer = ask();
            // An answer is asked for once, however long its reader takes.
            let ends = !matches!(&answer, Err(failure) if passes(failure.kind));
            if sender.send(answer).is_err() || ends {
                return;
            }
            thread::sleep(PAUSE);
        }
    });
    let mut last = None;
    loop {
        match answers.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Err(failure)) if passes(failure.kind) => last = Some(failure),
            Ok(answer) => return answer,
            Err(_) => return Err(last.unwrap_or_else(|| too_slow(wait))),
        }
    }
}

/// A client runs the command, and no person on a terminal.
fn without_terminal(failure: Failure) -> Failure {
    if failure.kind != Kind::PassphraseNeeded {
        return failure;
    }
    failure.hint("set `AKM_PASSPHRASE_FILE` to a private file with the passphrase")
}

/// A refusal, a missing passphrase and a name that does not exist are final; all else may pass.
fn passes(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::StoreLocked | Kind::StoreFailed | Kind::Unavailable | Kind::Busy
    )
}

/// The failure where not even the first try ended in time.
fn too_slow(wait: Duration) -> Failure {
    let seconds = wait.as_secs();
    Failure::new(
        Kind::Unavailable,
        format!("no credentials could be had within {seconds} seconds"),
    )
    .hint("run the same command by hand with -v to see where it waits")
}

fn object(handed: &HandedOut) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let credentials = &handed.credentials;
    let (id, secret) = (credentials.id.as_str(), credentials.secret.expose());
    let token = credentials
        .session
        .as_ref()
        .map(|session| session.token.expose());
    let until = expiration(credentials);
    let answer = Answer {
        mode: if token.is_some() { "StsToken" } else { "AK" },
        access_key_id: id,
        access_key_secret: secret,
        sts_token: token,
        expiration: until.as_deref(),
        code: "Success",
        id,
        secret,
        token,
        until: until.as_deref(),
    };
    let mut text = Zeroizing::new(Vec::with_capacity(ROOM));
    serde_json::to_writer(&mut *text, &answer)
        .map_err(|error| Failure::new(Kind::Failed, "no JSON could be made").because(error))?;
    text.push(b'\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_call_that_hangs_ends_with_the_cause_of_the_one_before() {
        let tried = AtomicU32::new(0);
        let begun = Instant::now();
        let answer: Result<(), _> = patiently(PAUSE * 2, move || {
            if tried.fetch_add(1, Ordering::Relaxed) > 0 {
                thread::sleep(Duration::from_mins(1));
            }
            Err(Failure::new(Kind::Unavailable, "the first"))
        });
        assert_eq!(answer.unwrap_err().message, "the first");
        assert!(begun.elapsed() < Duration::from_secs(30));
        let hangs = || -> Result<(), _> {
            thread::sleep(Duration::from_mins(1));
            Err(Failure::new(Kind::Unavailable, "none"))
        };
        let answer = patiently(Duration::from_millis(10), hangs);
        assert!(answer.unwrap_err().message.starts_with("no credentials"));
    }

    #[test]
    fn nothing_is_asked_again_after_an_answer() {
        let tried = std::sync::Arc::new(AtomicU32::new(0));
        let count = tried.clone();
        let answer = patiently(WAIT, move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        assert!(answer.is_ok());
        thread::sleep(PAUSE * 3);
        assert_eq!(tried.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn what_does_not_pass_is_final() {
        let tried = AtomicU32::new(0);
        let answer: Result<(), _> = patiently(WAIT, move || {
            Err(match tried.fetch_add(1, Ordering::Relaxed) {
                0 => Failure::new(Kind::StoreLocked, "passes"),
                1 => Failure::new(Kind::Denied, "final"),
                _ => Failure::new(Kind::Denied, "one too many"),
            })
        });
        assert_eq!(answer.unwrap_err().message, "final");
    }
}
