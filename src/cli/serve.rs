//! `akm serve`

use super::{
    context::{Context, Reading},
    exec::{MARK, OWN, has_region, not_started},
    hand_out::{self, Asked, SessionArgs},
    selector::PairArgs,
    ui::Ui,
};
use crate::cli::failure::Failure;
use crate::core::{
    credentials::Credentials,
    time::{self, Span, Timestamp},
};
use crate::delivery::{credentials_uri, environment};
use crate::metadata::log::Action;
use crate::ops::{
    Kind, hand_out as log,
    role_session::Freshness,
    serve::{Endpoint, Provider, SharedSession},
};
use crate::sys::{child, exec, http_server::Server};
use clap::Args;
use std::env;
use std::ffi::{OsStr, OsString};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

/// Run a command that gets sessions of a role at a credentials URI
///
/// For commands that run for long: the SDKs of Go, Java, Node and Python ask at the URI whenever a session runs short, and akm renews it.
/// The URI leads to a port of 127.0.0.1, its path is random, and only the command's environment names it. Every other source of
/// credentials that an SDK knows is switched off. A session lasts 30 minutes or more.
///
/// The URI works until the command ends: a program that the command leaves running gets no credentials any more. Signals that akm gets
/// are passed on to the command, and its exit status is akm's.
///
/// The aliyun CLI does not read the URI from the environment: run it with `akm exec` and the same role.
///
/// The command runs as you, so it could also run akm. To keep it from the pair itself, let it run as another user or in a container.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm serve alice --role-arn acs:ram::1234567890123456:role/deploy -- ./server" => "a session, renewed for as long as the server runs",
    "akm serve alice --role-arn acs:ram::1234567890123456:role/backup --duration 12h -- ./backup" => "one that lasts longer",
])]
pub(crate) struct Serve {
    #[command(flatten)]
    pair: PairArgs,
    #[command(flatten)]
    session: SessionArgs,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Serve {
    /// Runs the command to its end. `Usage` without a role and for a session under 30 minutes; nothing is started where no session can
    /// be had.
    pub(crate) fn run(self, context: Context) -> Result<ExitCode, Failure> {
        self.check_duration()?;
        let reading = context.reading()?;
        let mut asked = self.session.asked(&reading, &self.pair)?;
        hand_out::warn_of_inactive(&context, &asked.chosen);
        hand_out::warn_of_age(&context, &reading, &asked.chosen);
        let session = opened(&mut asked, &context, &reading)?;
        log::logged(&reading.account, &asked.chosen, Action::Serve);
        let server = Server::on_loopback().map_err(no_server)?;
        let address = server.address().map_err(no_server)?;
        let ui = context.ui.clone();
        let words = self.command.clone();
        let shared = self.renewed(context, &asked, session)?;
        let endpoint = Endpoint::new(address, shared).map_err(no_server)?;
        let command = command(&words, &endpoint.uri(), &asked, &reading);
        let command = command.ok_or_else(|| Failure::new(Kind::Usage, "no command was named"))?;
        server.run_in_background(endpoint).map_err(no_server)?;
        ui.note(
            "serving",
            &format!(
                "the credentials URI works until this command ends: {}",
                words[0].to_string_lossy()
            ),
        );
        note_proxy(&ui);
        child::run(command).map_err(|error| not_started(&words[0], &error))
    }

    fn check_duration(&self) -> Result<(), Failure> {
        match self.session.duration {
            // Less would leave no time between two renewals.
            Some(duration) if duration < Span::seconds(1800) => {
                let message = format!("`--duration {duration}` is too short to be served");
                Err(Failure::new(Kind::Usage, message).hint("30m or more is possible"))
            }
            _ => Ok(()),
        }
    }

    /// Serves the session, and renews it with what is selected by then. The policy is read once: it may come through a pipe.
    fn renewed(
        mut self,
        context: Context,
        asked: &Asked,
        session: Credentials,
    ) -> Result<Arc<SharedSession>, Failure> {
        let (clock, ui) = (context.clock.clone(), context.ui.clone());
        let context = context.silent();
        let (policy, served) = (asked.policy.clone(), Mutex::new(session.id.clone()));
        self.session.policy = None;
        let open = move || {
            let reading = context.reading()?;
            let mut asked = self.session.asked(&reading, &self.pair)?;
            asked.policy.clone_from(&policy);
            let session = opened(&mut asked, &context, &reading)?;
            let mut served = served.lock().unwrap_or_else(PoisonError::into_inner);
            if *served != session.id {
                served.clone_from(&session.id);
                log::logged(&reading.account, &asked.chosen, Action::Serve);
            }
            Ok(session)
        };
        let provider = Provider {
            open: Box::new(open),
            warn: Box::new(move |failure, until| {
                ui.warning("not-renewed", &not_renewed(&failure, until));
            }),
        };
        let shared = SharedSession::start(session, provider, clock);
        shared.map_err(no_server)
    }
}

fn not_renewed(failure: &Failure, until: Option<Timestamp>) -> String {
    let until = until.map_or_else(String::new, time::format);
    format!(
        "the session could not be renewed: {}; akm tries again, and the old one is valid until {until}",
        failure.whole()
    )
}

fn opened(asked: &mut Asked, context: &Context, reading: &Reading) -> Result<Credentials, Failure> {
    asked.hand_out(context, reading, |asked| {
        asked.session(context, reading, Freshness::Served)
    })
}

/// The command, with the URI in its environment and nothing that could win over it.
fn command(
    words: &[OsString],
    uri: &str,
    asked: &Asked,
    reading: &Reading,
) -> Option<std::process::Command> {
    let region = hand_out::region(reading).filter(|_| !has_region());
    let mark = asked.chosen.pair.access_key_id.as_str();
    let proxies = ["no_proxy", "NO_PROXY"].map(|name| (name, past_proxies(name)));
    let set = credentials_uri::assignments(uri).into_iter();
    let region = region
        .iter()
        .flat_map(|region| environment::region_assignments(region));
    let text = set.chain(region).chain([(MARK, mark)]);
    let text = text.map(|(name, value)| (name, OsStr::new(value)));
    let lists = proxies.iter().map(|(name, list)| (*name, list.as_os_str()));
    let mut unset = credentials_uri::stale();
    unset.extend(OWN);
    let environment = exec::Environment {
        set: text.chain(lists).collect(),
        unset,
        only: None,
    };
    exec::command(words, &environment)
}

/// The hosts that are reached past a proxy. Where one of the two names is absent, the other one's hosts count for both.
fn past_proxies(name: &str) -> OsString {
    let own = env::var_os(name);
    let listed = own.or_else(|| env::var_os("no_proxy").or_else(|| env::var_os("NO_PROXY")));
    credentials_uri::past_proxies(listed.as_deref())
}

/// The SDK for Python (alibabacloud-tea 0.4.3) reads these two, and no `NO_PROXY`.
fn note_proxy(ui: &Ui) {
    let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    if let Some(name) = ["HTTP_PROXY", "http_proxy"].into_iter().find(is_set) {
        ui.note("proxy", &format!(
            "`{name}` is set, and the SDK for Python asks that proxy for the credentials URI: run the command without it"
        ));
    }
}

fn no_server(error: impl ToString) -> Failure {
    Failure::new(Kind::Failed, "no credentials can be served on 127.0.0.1").because(error)
}
