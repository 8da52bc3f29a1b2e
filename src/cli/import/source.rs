//! `akm import --from`: what other programs are configured with.

use super::contents_of_regular;
use crate::cli::context::variable;
use crate::cli::failure::Failure;
use crate::import::{FoundPair, Refusal, aliyun_cli, credentials_file, environment, source_name};
use crate::ops::Kind;
use clap::ValueEnum;
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Where other programs have pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Source {
    /// The profile that `aliyun` uses, in `~/.aliyun/config.json`
    AliyunCli,
    /// A section of `~/.alibabacloud/credentials` and `credentials.ini`, which the SDKs read
    CredentialsFile,
    /// The variables that `aliyun`, the SDKs and Terraform read
    Environment,
}

impl Source {
    /// Errors: `Failed` for a file that is missing or cannot be read, `BadFile` for one that is not what it is taken for or whose
    /// selected profile has no pair, `NoSuchProfile` for a profile or section that does not exist, `Usage` for the environment.
    pub(super) fn read(self) -> Result<Vec<FoundPair>, Failure> {
        match self {
            Self::AliyunCli => from_aliyun_cli().map(|pair| vec![pair]),
            Self::CredentialsFile => from_credentials_files(),
            Self::Environment => from_environment(),
        }
    }
}

/// The first of the variables that is set, and its value.
fn first_set(names: &[&'static str]) -> Option<(&'static str, String)> {
    names.iter().find_map(|name| {
        let value = variable(name)?;
        Some((*name, value.to_string_lossy().into_owned()))
    })
}

/// The variable that selects a profile of the `aliyun` CLI, and the profile.
pub(crate) fn aliyun_profile() -> Option<(&'static str, String)> {
    first_set(&aliyun_cli::SELECTED_BY)
}

/// The path of the CLI's configuration, and its content.
pub(crate) fn aliyun_config() -> Result<(PathBuf, Zeroizing<Vec<u8>>), Failure> {
    let path = home()?.join(".aliyun").join("config.json");
    let content = contents_of_regular(&path, aliyun_cli::LONGEST)
        .map_err(|error| unreadable(&path, &error))?;
    Ok((path, content))
}

/// Without a home folder, the current folder would be read, which may be a stranger's.
fn home() -> Result<PathBuf, Failure> {
    let home = dirs::home_dir().filter(|home| home.is_absolute());
    home.ok_or_else(|| {
        Failure::new(Kind::Usage, "this system names no home folder").hint("set `HOME`")
    })
}

fn from_aliyun_cli() -> Result<FoundPair, Failure> {
    let (path, content) = aliyun_config()?;
    let selected = aliyun_profile();
    let name = selected.as_ref().map(|(_, name)| name.as_str());
    aliyun_cli::read(&path, &content, name).map_err(|refusal| {
        let other = other(&refusal);
        let failure = no_pair_in(
            &path,
            ["configuration of the `aliyun` CLI", "profile"],
            refusal,
        );
        let failure = selected_by(failure, selected.as_ref());
        match other {
            Some(name) => failure.hint(format!(
                "`{}={name} akm import --from aliyun-cli` takes another profile",
                aliyun_cli::SELECTED_BY[0]
            )),
            None => failure,
        }
    })
}

/// Another profile or section that can be named on a command line as it is.
fn other(refusal: &Refusal) -> Option<String> {
    let plain = |name: &&String| {
        let mut bytes = name.bytes();
        !name.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    match refusal {
        Refusal::Malformed(_) => None,
        Refusal::Missing { known, .. } => known.iter().find(plain).cloned(),
        Refusal::Unusable { usable, .. } => usable.iter().find(plain).cloned(),
    }
}

/// The cause, and which variable selected what is not there.
fn selected_by(failure: Failure, selected: Option<&(&'static str, String)>) -> Failure {
    match (&failure.cause, selected) {
        (Some(cause), Some((variable, _))) if failure.kind != Kind::BadFile => {
            let cause = format!("`{variable}` selects it, and {cause}");
            failure.because(cause)
        }
        _ => failure,
    }
}

/// The SDKs' files, by the variable that names one, or those of the default paths that exist.
fn from_credentials_files() -> Result<Vec<FoundPair>, Failure> {
    let selected = first_set(&[credentials_file::SELECTED_BY]);
    let section = selected.as_ref().map(|(_, name)| name.as_str());
    let section = section.unwrap_or(credentials_file::DEFAULT_SECTION);
    let (mut pairs, mut missing) = (Vec::new(), None);
    for (path, content) in credentials_files()? {
        match credentials_file::read(&path, &content, section) {
            Ok(pair) => pairs.push(pair),
            // Each SDK reads one of two files: a section need not be in both.
            Err(refusal @ Refusal::Missing { .. }) => {
                missing.get_or_insert((path, refusal));
            }
            Err(refusal) => return Err(not_in_section(&path, refusal)),
        }
    }
    match missing {
        Some((path, refusal)) if pairs.is_empty() => {
            let other = other(&refusal);
            let failure = selected_by(not_in_section(&path, refusal), selected.as_ref());
            Err(match other {
                Some(name) => failure.hint(format!(
                    "`{}={name} akm import --from credentials-file` takes another section",
                    credentials_file::SELECTED_BY
                )),
                None => failure,
            })
        }
        _ => Ok(pairs),
    }
}

fn not_in_section(path: &Path, refusal: Refusal) -> Failure {
    no_pair_in(path, ["credentials file of the SDKs", "section"], refusal)
}

type Content = Zeroizing<Vec<u8>>;

fn credentials_files() -> Result<Vec<(PathBuf, Content)>, Failure> {
    let longest = credentials_file::LONGEST;
    if let Some(path) = variable(credentials_file::NAMED_BY).map(PathBuf::from) {
        // It may be a pipe, which the SDKs take, too.
        let content = super::contents(&path, longest).map_err(|error| {
            let hint = format!("`{}` names this file", credentials_file::NAMED_BY);
            unreadable(&path, &error).hint(hint)
        })?;
        return Ok(vec![(path, content)]);
    }
    let mut files = Vec::new();
    for name in credentials_file::DEFAULT_FILES {
        let path = home()?.join(name);
        match contents_of_regular(&path, longest) {
            Ok(content) => files.push((path, content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (),
            Err(error) => return Err(unreadable(&path, &error)),
        }
    }
    if files.is_empty() {
        let home = home()?;
        let [one, other] = credentials_file::DEFAULT_FILES.map(|name| home.join(name));
        let (one, other) = (one.display(), other.display());
        return Err(Failure::new(Kind::Failed, "there is no credentials file")
            .because(format!("neither `{one}` nor `{other}` exists"))
            .hint(format!("set `{}` to its path", credentials_file::NAMED_BY)));
    }
    Ok(files)
}

fn from_environment() -> Result<Vec<FoundPair>, Failure> {
    let pairs = environment::read(variable).map_err(|wrong| {
        Failure::new(Kind::Usage, "the environment cannot be imported")
            .because(wrong.join("; "))
            .hint("nothing was imported; unset or correct these variables, then import again")
    })?;
    if pairs.is_empty() {
        let family = &environment::FAMILIES[0];
        let (id, secret) = (family.id, family.secret);
        return Err(
            Failure::new(Kind::Usage, "the environment has no pair").because(format!(
                "neither `{id}` with `{secret}` nor another client's variables are set"
            )),
        );
    }
    Ok(pairs)
}

/// Says why a file of profiles or sections gives no pair. `what` names the file and its parts, such as `profile`.
pub(crate) fn no_pair_in(path: &Path, what: [&str; 2], refusal: Refusal) -> Failure {
    let ([file, part], path) = (what, path.display());
    match refusal {
        Refusal::Malformed(why) => {
            Failure::new(Kind::BadFile, format!("`{path}` is not a {file}")).because(why)
        }
        Refusal::Missing { name, known } => Failure::new(
            Kind::NoSuchProfile,
            format!("there is no {part} `{name}` in `{path}`"),
        )
        .because(listed(part, &known)),
        Refusal::Unusable { name, why, .. } => Failure::new(
            Kind::BadFile,
            format!("{part} `{name}` of `{path}` has no pair to take"),
        )
        .because(why),
    }
}

/// A text of the profiles or sections that there are, the first twenty of them.
fn listed(part: &str, known: &[String]) -> String {
    const SAID: usize = 20;
    let mut names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(SAID);
    names.truncate(SAID);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    match names.len() {
        0 => format!("the file has no {part}"),
        1 => format!("the file has the {part} {}", names[0]),
        _ => format!("the file has the {part}s {}", names.join(", ")),
    }
}

/// A file that cannot be read, for the system's reason.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("{} cannot be read", source_name(path));
    Failure::new(Kind::Failed, message).because(error)
}
