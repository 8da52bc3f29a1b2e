//! `akm import --scrub`: what is imported goes out of the file that it comes from.

mod connected;
mod profile;
mod section;

pub(super) use connected::is_done;

use super::source::Source;
use crate::cli::connect::ClientCredentials;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::core::access_key::AccessKeyId;
use crate::core::role::RoleArn;
use crate::import::{AssumedRole, FoundPair, Place};
use crate::ops::credentials::{Selector, check_not_leaked, choose};
use crate::ops::scrub::{Origin, Scrubbed};
use crate::ops::{Account, Kind, Session, role_trial};
use clap::Args;
use std::path::{Path, PathBuf};

/// Whether the source loses the pair, and what its programs get then.
#[derive(Debug, Args)]
pub(super) struct ScrubArgs {
    /// Take the pair out of that file once it is saved; its profile gets credentials from akm then
    #[arg(long)]
    scrub: bool,
    /// With --scrub: the profile gets sessions of this role, which the pair assumes [default: the role that the profile has]
    #[arg(long, value_name = "ARN", requires = "scrub", conflicts_with = "fixed")]
    role_arn: Option<RoleArn>,
    /// With --scrub: the profile gets the pair itself
    #[arg(long = "static", requires = "scrub")]
    fixed: bool,
}

/// What the command line says of `--scrub`.
#[derive(Debug)]
pub(super) struct Wanted {
    credentials: Option<ClientCredentials>,
}

impl ScrubArgs {
    /// Returns `None` without `--scrub`. `Usage` for the environment, which no program can take a pair out of, and for files that
    /// nobody reads but akm.
    pub(super) fn wanted(&self, from: Option<Source>) -> Result<Option<Wanted>, Failure> {
        if !self.scrub {
            return Ok(None);
        }
        if from.is_none() {
            let message = "`--scrub` is for `--from aliyun-cli` and `--from credentials-file`";
            return Err(Failure::new(Kind::Usage, message)
                .hint("import these files without `--scrub`, then delete them"));
        }
        if from == Some(Source::Environment) {
            let message = "`--scrub` cannot change the environment";
            return Err(Failure::new(Kind::Usage, message)
                .hint("import without `--scrub`, then unset these variables where they are set"));
        }
        let role = self.role_arn.clone().map(ClientCredentials::Sessions);
        let fixed = self.fixed.then_some(ClientCredentials::Pair);
        Ok(Some(Wanted {
            credentials: role.or(fixed),
        }))
    }
}

/// One pair in one place, to be taken out of there.
struct Scrub {
    id: AccessKeyId,
    role: Option<AssumedRole>,
    file: PathBuf,
    name: String,
    target: Target,
}

/// What the place is.
enum Target {
    /// A profile of the `aliyun` CLI, which gets these credentials then.
    Profile(ClientCredentials),
    /// A section of a credentials file. The credentials are for the hint alone: another file has to give them.
    Section(Option<ClientCredentials>),
}

/// Everything that is to be taken out.
pub(super) struct Scrubs(Vec<Scrub>);

impl Scrubs {
    /// Decides what is taken out of where, before anything is saved. `NeedsAnswer` where nothing says what a profile gets then,
    /// `Refused` for a role that akm cannot assume the way the profile does.
    pub(super) fn plan(wanted: &Wanted, pairs: &[FoundPair]) -> Result<Self, Failure> {
        let mut scrubs = Vec::new();
        for pair in pairs {
            for place in &pair.places {
                scrubs.extend(Scrub::of(wanted, pair, place)?);
            }
        }
        Ok(Self(scrubs))
    }

    /// Takes the pairs out, which are saved by now; returns what is printed of it as JSON. Every place is checked, and its role assumed
    /// once, before the first is changed. Errors: those of [`crate::ops::scrub`] and of `AssumeRole`, with the remark that the pair is
    /// saved.
    pub(super) fn run(
        &self,
        context: &Context,
        session: &Session,
    ) -> Result<Vec<super::Scrubbed>, Failure> {
        for scrub in &self.0 {
            let checked = scrub.check(context, session);
            checked.map_err(|failure| scrub.saved(failure))?;
        }
        let mut done = Vec::new();
        for scrub in &self.0 {
            let scrubbed = scrub.run(context, &session.account);
            done.push(scrubbed.map_err(|failure| scrub.saved(failure))?);
        }
        if let Some(first) = self.0.first() {
            context.ui.next(&format!("akm verify {}", first.id));
        }
        Ok(done)
    }
}

impl Scrub {
    fn of(wanted: &Wanted, pair: &FoundPair, place: &Place) -> Result<Option<Self>, Failure> {
        let (file, name, target) = match place {
            Place::Profile { file, name, .. } => {
                let credentials = profile::credentials(wanted, pair, name)?;
                (file, name, Target::Profile(credentials))
            }
            Place::Section { file, name } => {
                let role = pair.role.as_ref().map(|role| role.arn.clone());
                let of_role = role.map(ClientCredentials::Sessions);
                let credentials = wanted.credentials.clone().or(of_role);
                (file, name, Target::Section(credentials))
            }
            Place::Line { .. } | Place::Object { .. } | Place::Variable { .. } => return Ok(None),
        };
        Ok(Some(Self {
            id: pair.id.clone(),
            role: pair.role.clone(),
            file: file.clone(),
            name: name.clone(),
            target,
        }))
    }

    /// Checks that the programs go on working once the pair is out of the file. `Refused` for a pair that leaked, which
    /// `credential-process` does not hand out.
    fn check(&self, context: &Context, session: &Session) -> Result<(), Failure> {
        let credentials = match &self.target {
            Target::Profile(credentials) => credentials.clone(),
            Target::Section(credentials) => {
                section::check(context, &self.id, credentials.as_ref())?
            }
        };
        let by_id = Selector::Id(self.id.clone());
        let mut chosen = choose(&session.account, &by_id, None)?;
        check_not_leaked(&chosen)?;
        chosen.role = credentials.role();
        let client = |pair| Ok::<_, Failure>(session.cloud.signing_as(pair));
        role_trial::check(&session.account, &chosen, client)
    }

    fn run(&self, context: &Context, account: &Account) -> Result<super::Scrubbed, Failure> {
        let scrubbed = match &self.target {
            Target::Profile(credentials) => profile::scrub(context, account, self, credentials)?,
            Target::Section(_) => section::scrub(context, account, self)?,
        };
        say_left(context, &self.file, &scrubbed);
        Ok(super::Scrubbed {
            access_key_id: self.id.to_string(),
            backup: scrubbed.backup.display().to_string(),
            file: self.file.display().to_string(),
        })
    }

    fn origin(&self) -> Origin<'_> {
        Origin {
            file: &self.file,
            name: &self.name,
            id: &self.id,
        }
    }

    /// A failure after the pair was saved: its kind and hint stay.
    fn saved(&self, failure: Failure) -> Failure {
        failure.behind(format!(
            "the pair `{}` is saved, and `{}` still has it",
            self.id,
            self.file.display()
        ))
    }
}

/// Says where the copy is, and which secrets the file has nevertheless.
fn say_left(context: &Context, file: &Path, scrubbed: &Scrubbed) {
    say_backup(context, &scrubbed.backup);
    if scrubbed.has_secret {
        context.ui.warning(
            "secret-left",
            &format!(
                "another part of `{}` still has the imported secret",
                file.display()
            ),
        );
    }
    for left in &scrubbed.leftovers {
        context.ui.warning("secret-left", &format!(
            "`{}` has the imported secret, too: another program left it when it was interrupted; delete this file",
            left.display()
        ));
    }
    if scrubbed.has_others {
        context
            .ui
            .note("clear-text", &super::still_has_secrets(file));
    }
}

fn say_backup(context: &Context, backup: &Path) {
    context.ui.note(
        "backup",
        &format!(
            "what the file was before, without its secrets, is in `{}`",
            backup.display()
        ),
    );
}
