//! Where the pair that a profile is to sign with comes from: a prompt, standard input, a CSV, the environment, the `aliyun` CLI.

use super::context::{Context, variable};
use super::import::{aliyun_config, aliyun_profile, contents, no_pair_in, unreadable};
use super::selector::key_id;
use crate::cli::failure::Failure;
use crate::core::access_key::AccessKeyId;
use crate::core::pasted::trimmed;
use crate::core::role::SessionName;
use crate::core::secret::{LONGEST, Secret};
use crate::import::{self, aliyun_cli, environment};
use crate::metadata::profile::Role;
use crate::ops::Kind;
use crate::sys::{first_line, terminal};
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Another program's keeping of pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Keeper {
    Environment,
    AliyunCli,
}

/// The pair to sign with. Its secret is no option: it is asked for, or read from standard input.
#[derive(Debug, Args)]
pub(crate) struct SignerArgs {
    /// The AccessKey ID; its secret is asked for, or is the first line of standard input
    #[arg(long, value_name = "KEY_ID", group = "signer")]
    access_key_id: Option<String>,
    /// The console's CSV of one pair, or `-` for standard input
    #[arg(long, value_name = "FILE", group = "signer")]
    csv: Option<PathBuf>,
    /// Take the pair from where other programs have it
    #[arg(long, value_name = "KEEPER", group = "signer")]
    from: Option<Keeper>,
    /// Which profile of the `aliyun` CLI [default: the one that `aliyun` uses]
    #[arg(long, value_name = "NAME", requires = "from")]
    cli_profile: Option<String>,
}

/// A pair, and the role that it was meant to assume where it came from.
pub(crate) struct Signer {
    pub(crate) id: AccessKeyId,
    pub(crate) secret: Secret,
    pub(crate) role: Option<Role>,
}

impl Signer {
    fn new(id: AccessKeyId, secret: Secret) -> Self {
        Self {
            id,
            secret,
            role: None,
        }
    }

    /// A copy of the secret, for a client that asks whose the pair is before the store holds it.
    pub(crate) fn secret_to_sign_with(&self) -> Result<Secret, Failure> {
        Ok(Secret::from_bytes(self.secret.expose().as_bytes())?)
    }
}

impl SignerArgs {
    /// `NeedsAnswer` with nobody to ask, `BadFile` for a file that does not serve, `Usage` for an environment without a pair.
    pub(crate) fn signer(&self, context: &Context) -> Result<Signer, Failure> {
        if self.cli_profile.is_some() && self.from != Some(Keeper::AliyunCli) {
            return Err(Failure::new(
                Kind::Usage,
                "`--cli-profile` names a profile of the `aliyun` CLI",
            )
            .hint("add `--from aliyun-cli`"));
        }
        match (&self.csv, self.from) {
            (Some(file), _) => from_csv(file),
            (None, Some(Keeper::Environment)) => from_environment(variable),
            (None, Some(Keeper::AliyunCli)) => from_cli(self.cli_profile.as_deref()),
            (None, None) => self.asked(context),
        }
    }

    fn asked(&self, context: &Context) -> Result<Signer, Failure> {
        let may_ask = context.ui.may_ask();
        let id = match &self.access_key_id {
            Some(id) => key_id(id)?,
            None if may_ask => key_id(&super::ui::line("AccessKey ID: ")?.unwrap_or_default())?,
            None => {
                return Err(Failure::new(Kind::NeedsAnswer, "no pair to sign with was named")
                    .because("there is nobody to ask")
                    .hint("add `--access-key-id KEY_ID` with the secret on standard input, `--csv FILE` or `--from environment`"));
            }
        };
        let line = secret_line(context, "AccessKey secret")?;
        Ok(Signer::new(id, secret(&line)?))
    }
}

/// One secret: asked for, hidden, or the next line of standard input. `NeedsAnswer` where neither gives one.
pub(super) fn secret_line(context: &Context, what: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let unread = |why: String| {
        Failure::new(Kind::NeedsAnswer, format!("no {what} was given"))
            .because(why)
            .hint("put it on standard input: one line")
    };
    let may_ask = context.ui.may_ask();
    if !may_ask && io::stdin().is_terminal() {
        return Err(unread("nobody may be asked".to_owned()));
    }
    let line = if may_ask {
        terminal::hidden_line(&format!("{what}: "), LONGEST)
    } else {
        first_line::of_stdin(LONGEST).map(Some)
    };
    let line = line.map_err(|error| unread(error.to_string()))?;
    let line = line.filter(|line| !line.trim_ascii().is_empty());
    line.ok_or_else(|| unread("standard input is empty".to_owned()))
}

/// A secret without the blanks around it: a line of a file from Windows ends in CR.
fn secret(text: &[u8]) -> Result<Secret, Failure> {
    let trimmed = std::str::from_utf8(text).map_or(text, |text| trimmed(text).as_bytes());
    Ok(Secret::from_bytes(trimmed)?)
}

/// The pair of a profile of the `aliyun` CLI: the one that was named, else the one that `aliyun` uses.
fn from_cli(named: Option<&str>) -> Result<Signer, Failure> {
    let (path, content) = aliyun_config()?;
    let selected = aliyun_profile().map(|(_, name)| name);
    let profile = named.or(selected.as_deref());
    let found = aliyun_cli::read(&path, &content, profile).map_err(|refusal| {
        no_pair_in(
            &path,
            ["configuration of the `aliyun` CLI", "profile"],
            refusal,
        )
    })?;
    let role = found.role.map(|role| Role {
        arn: role.arn,
        session_name: role.session_name.unwrap_or_else(SessionName::akm),
        external_id: role.external_id,
    });
    Ok(Signer {
        id: found.id,
        secret: found.secret,
        role,
    })
}

fn from_csv(file: &Path) -> Result<Signer, Failure> {
    let name = file.display();
    let text = contents(file, import::LONGEST).map_err(|error| unreadable(file, &error))?;
    let bad = |why: String| {
        Failure::new(Kind::BadFile, format!("`{name}` is no CSV of one pair")).because(why)
    };
    let rows = import::read(&import::in_utf8(text)).map_err(|wrong| bad(wrong.join("; ")))?;
    let count = rows.len();
    let mut rows = rows.into_iter();
    match (rows.next(), count) {
        (Some(row), 1) => Ok(Signer::new(row.id, row.secret)),
        _ => Err(bad(format!("it has {count} pairs"))),
    }
}

fn from_environment(set: impl Fn(&str) -> Option<OsString>) -> Result<Signer, Failure> {
    for family in &environment::FAMILIES {
        let (Some(key), Some(text)) = (set(family.id), set(family.secret)) else {
            continue;
        };
        if let Some(token) = family.tokens.iter().find(|token| set(token).is_some()) {
            return Err(Failure::new(
                Kind::Usage,
                "the pair in the environment is a temporary one",
            )
            .because(format!("`{token}` is set"))
            .hint(
                "a profile signs with a pair that lasts; it may assume a role: `--role-arn ARN`",
            ));
        }
        let key = key_id(&key.to_string_lossy())?;
        let text = Zeroizing::new(text.into_encoded_bytes());
        return Ok(Signer::new(key, secret(&text)?));
    }
    Err(
        Failure::new(Kind::Usage, "the environment has no pair").because(
            "neither `ALIBABA_CLOUD_ACCESS_KEY_ID` with `ALIBABA_CLOUD_ACCESS_KEY_SECRET` nor their like are set",
        ),
    )
}
