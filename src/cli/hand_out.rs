//! What the commands share that hand credentials out: which session, and how it is had.

use super::{
    context::{Context, Reading},
    selector::PairArgs,
    words::{argument, in_place_of},
};
use crate::cli::failure::Failure;
use crate::cloud;
use crate::core::{
    Invalid,
    access_key::Status,
    credentials::Credentials,
    role::RoleArn,
    time::{self, Span},
};
use crate::metadata::{log::Action, profile::Role};
use crate::ops::{
    Kind,
    credentials::{self, Chosen, Selector},
    hand_out,
    role_session::{self, Freshness, Wanted},
};
use clap::Args;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

/// A role's session in place of the pair.
#[derive(Debug, Args)]
pub(crate) struct SessionArgs {
    /// Hand out a session of this role, opened with the pair
    #[arg(long, value_name = "ARN")]
    pub(crate) role_arn: Option<RoleArn>,
    /// How long the session lasts, from 15m to what the role allows [default: 1h]
    #[arg(long, value_name = "SPAN", value_parser = duration)]
    pub(crate) duration: Option<Span>,
    /// A session policy (JSON), which narrows what the role may do
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}

/// Credentials, and the pair that they come from.
pub(crate) struct HandedOut {
    pub(crate) credentials: Credentials,
    pub(crate) chosen: Chosen,
    /// The region of the profile, if it has one.
    pub(crate) region: Option<String>,
}

/// How a command hands out.
#[derive(Clone, Copy)]
pub(crate) struct Door {
    pub(crate) action: Action,
    pub(crate) fresh: Freshness,
}

/// The most that STS takes, in characters (`AssumeRole`, `Policy`).
const LONGEST_POLICY: u64 = 2048;

impl SessionArgs {
    /// Returns what the command hands out: the selected pair, or a session of the role. `Usage` for options of a session without a role.
    pub(crate) fn hand_out(
        &self,
        context: &Context,
        pair: &PairArgs,
        door: Door,
    ) -> Result<HandedOut, Failure> {
        let reading = context.reading()?;
        let mut asked = self.asked(&reading, pair)?;
        warn_of_inactive(context, &asked.chosen);
        if door.fresh == Freshness::Whole || context.ui.verbose {
            warn_of_age(context, &reading, &asked.chosen);
        }
        let credentials = asked.hand_out(context, &reading, |asked| match asked.role {
            None => pair_itself(&reading, &asked.chosen),
            Some(_) => asked.session(context, &reading, door.fresh),
        })?;
        if door.fresh == Freshness::Renewable {
            let role = asked.role.as_ref().map_or("", |role| role.arn.as_str());
            hand_out::logged_hourly(&reading.account, &asked.chosen, role, door.action);
        } else {
            hand_out::logged(&reading.account, &asked.chosen, door.action);
        }
        Ok(HandedOut {
            credentials,
            chosen: asked.chosen,
            region: region(&reading),
        })
    }

    /// Returns which pair and which role are asked for. Asks nobody.
    pub(crate) fn asked(&self, reading: &Reading, pair: &PairArgs) -> Result<Asked, Failure> {
        let selector = pair.selected()?;
        let chosen = reading.choose(&selector)?;
        credentials::check_not_leaked(&chosen)?;
        let named = self.role_arn.clone().map(credentials::role);
        let role = named.or_else(|| chosen.role.clone());
        if role.is_none() && (self.duration.is_some() || self.policy.is_some()) {
            let message = "`--duration` and `--policy` are about a role's session";
            return Err(Failure::new(Kind::Usage, message).hint("add `--role-arn ARN`"));
        }
        Ok(Asked {
            selector,
            chosen,
            role,
            duration: self.duration.unwrap_or(Span::hour()),
            policy: self.policy.as_deref().map(policy).transpose()?,
        })
    }
}

/// A pair, and the session that is opened with it.
pub(crate) struct Asked {
    selector: Selector,
    pub(crate) chosen: Chosen,
    pub(crate) role: Option<Role>,
    pub(crate) duration: Span,
    pub(crate) policy: Option<String>,
}

impl Asked {
    /// Hands out by `hand`, and chooses another pair of the owner where the secret of the one that was chosen is lost: see
    /// [`credentials::hand_out`].
    pub(crate) fn hand_out<T>(
        &mut self,
        context: &Context,
        reading: &Reading,
        hand: impl Fn(&Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (selector, chosen) = (self.selector.clone(), self.chosen.clone());
        let tried = |chosen: &Chosen| {
            self.chosen = chosen.clone();
            hand(self)
        };
        let handed = credentials::hand_out(&reading.account, &selector, chosen, tried)?;
        if let Some((lost, why)) = handed.lost {
            let (id, owner) = (&handed.chosen.pair.access_key_id, &handed.chosen.owner);
            context
                .ui
                .warning("other-pair", &in_place_of(id, owner, &lost, &why.why()));
        }
        Ok(handed.given)
    }

    /// Returns a session of the role, cached or new. `Usage` where no role was named.
    pub(crate) fn session(
        &self,
        context: &Context,
        reading: &Reading,
        fresh: Freshness,
    ) -> Result<Credentials, Failure> {
        let wanted = self.wanted(fresh)?;
        let kind = self.chosen.pair.secret_store;
        let seal_to = kind.and_then(|kind| Some((kind, reading.recipient(kind)?)));
        role_session::session(&reading.account, &wanted, seal_to, || {
            self.client(context, reading)
        })
    }

    /// Returns what the session is opened by. `Usage` where no role was named.
    pub(crate) fn wanted(&self, fresh: Freshness) -> Result<Wanted<'_>, Failure> {
        let role = self.role.as_ref().ok_or_else(|| {
            Failure::new(Kind::Usage, "no role was named").hint("add `--role-arn ARN`")
        })?;
        Ok(Wanted {
            chosen: &self.chosen,
            role,
            duration: self.duration,
            policy: self.policy.as_deref(),
            fresh,
        })
    }

    /// Returns a client that signs with the pair.
    pub(crate) fn client(
        &self,
        context: &Context,
        reading: &Reading,
    ) -> Result<cloud::Client, Failure> {
        let credentials = cloud::Credentials {
            id: self.chosen.pair.access_key_id.to_string(),
            secret: reading.account.secret(&self.chosen.pair)?,
            token: None,
        };
        context.client_as(reading, credentials)
    }
}

fn pair_itself(reading: &Reading, chosen: &Chosen) -> Result<Credentials, Failure> {
    Ok(Credentials {
        id: chosen.pair.access_key_id.to_string(),
        secret: reading.account.secret(&chosen.pair)?,
        session: None,
    })
}

pub(crate) fn region(reading: &Reading) -> Option<String> {
    let region = reading.profile.as_ref()?.region.as_ref()?;
    Some(region.as_str().to_owned())
}

/// Warns of a pair that is handed out and cannot work.
pub(crate) fn warn_of_inactive(context: &Context, chosen: &Chosen) {
    let id = &chosen.pair.access_key_id;
    if chosen.pair.status == Status::Inactive {
        context.ui.warning(
            "inactive",
            &format!(
                "AccessKey {id} of {} is Inactive, and the cloud refuses it: akm enable {id}",
                chosen.owner
            ),
        );
    }
}

/// Where `[policy] max_age` is set, an older pair is a warning with the command that rotates it; so is a policy that cannot be read.
pub(crate) fn warn_of_age(context: &Context, reading: &Reading, chosen: &Chosen) {
    let age = context.clock.now() - chosen.pair.created_at;
    let max_age = match reading.config.policy(&context.home) {
        Ok(policy) => policy.max_age,
        Err(error) => return context.ui.warning("wrong-policy", &error.to_string()),
    };
    if let Some(max_age) = max_age.filter(|max_age| age > max_age.delta()) {
        context.ui.warning(
            "too-old",
            &format!(
                "AccessKey {} of {} is {} old, and `max_age` is {max_age}: akm rotate {}",
                chosen.pair.access_key_id,
                chosen.owner,
                time::in_days(age),
                argument(&chosen.owner),
            ),
        );
    }
}

/// On a terminal, warns that a secret was printed there.
pub(crate) fn warn_of_scrollback(context: &Context) {
    if io::stdout().is_terminal() {
        context.ui.warning("on-screen", "the secret is on this screen now, and in what the terminal remembers: clear both when you no longer need it",
        );
    }
}

fn duration(text: &str) -> Result<Span, Invalid> {
    let span = Span::parse(text)?;
    if span < Span::seconds(900) {
        return Err(Invalid::new(
            "session's duration",
            "15m or more is expected",
        ));
    }
    Ok(span)
}

fn policy(file: &Path) -> Result<String, Failure> {
    let refused = |why: String| {
        let message = format!("`{}` is no session policy", file.display());
        Failure::new(Kind::BadName, message).because(why)
    };
    let mut text = String::new();
    let read =
        File::open(file).and_then(|input| input.take(LONGEST_POLICY + 1).read_to_string(&mut text));
    read.map_err(|error| {
        let message = format!("`{}` cannot be read", file.display());
        Failure::new(Kind::Failed, message).because(error)
    })?;
    if text.len() as u64 > LONGEST_POLICY {
        let why = format!("it has more than {LONGEST_POLICY} bytes, which is as many as STS takes");
        return Err(refused(why));
    }
    match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text) {
        Ok(_) => Ok(text),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            Err(refused(format!(
                "it is no JSON object: line {line}, column {column}"
            )))
        }
    }
}

/// Times in whole seconds, as clients parse them.
pub(crate) fn expiration(credentials: &Credentials) -> Option<String> {
    let session = credentials.session.as_ref()?;
    Some(time::format(session.until))
}
