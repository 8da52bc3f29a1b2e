//! A section of the SDKs' credentials file, which the SDKs need no more once `config.json` gives its pair.
//!
//! The SDKs' default chain asks `~/.aliyun/config.json` before the credentials file.

use super::Scrub;
use crate::cli::advice::option;
use crate::cli::connect::{self, ClientCredentials, written};
use crate::cli::context::{Context, Reading, variable};
use crate::cli::failure::Failure;
use crate::cli::import::source::aliyun_config;
use crate::core::access_key::AccessKeyId;
use crate::core::role::RoleArn;
use crate::delivery::{aliyun_config::AliyunConfig, process_command};
use crate::import::credentials_file::SELECTED_BY;
use crate::ops::credentials::Selector;
use crate::ops::scrub::{self, Scrubbed};
use crate::ops::{Account, Kind};

/// By this the SDKs pass `config.json` over.
const DISABLED_BY: &str = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED";

/// Returns what the SDKs get of this pair by the profile of `config.json` that they select. `Refused` where they do not get the pair, or
/// get other credentials of it than `wanted`, if that is given: a role's sessions and the pair itself have different powers. The hint is
/// the command that lets them.
pub(super) fn check(
    context: &Context,
    id: &AccessKeyId,
    wanted: Option<&ClientCredentials>,
) -> Result<ClientCredentials, Failure> {
    let disabled = variable(DISABLED_BY);
    if disabled.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        let message = format!("`{DISABLED_BY}` keeps the SDKs from `~/.aliyun/config.json`");
        return Err(Failure::new(Kind::Refused, message).hint(format!("unset {DISABLED_BY}")));
    }
    let reading = context.reading()?;
    let (profile, command) = selected();
    let given = command.and_then(|command| given(&reading, id, &command));
    let is_other = given.is_none() && profile.is_some();
    let message = match (given, wanted) {
        (Some(given), None) => return Ok(given),
        (Some(given), Some(wanted)) if given == *wanted => return Ok(given),
        (Some(given), Some(wanted)) => format!(
            "the SDKs would get {given} in the place of {wanted}: the current profile of `~/.aliyun/config.json` gives that"
        ),
        (None, _) => match &profile {
            Some(name) => format!(
                "the SDKs ask the profile `{name}` of `~/.aliyun/config.json` first, and akm does not give them this pair there"
            ),
            None => "the SDKs would have no pair any more: no profile of `~/.aliyun/config.json` gets it from akm".to_owned(),
        },
    };
    let line = connect_line(&selector(&reading, id), profile.as_deref(), wanted);
    let instead = if is_other {
        "; the profile then gives this pair in the place of what it gives now"
    } else {
        ""
    };
    Err(Failure::new(Kind::Refused, message).hint(match wanted {
        Some(_) => format!("`{line}` first{instead}"),
        None => {
            format!("`{line}` first, or with `--role-arn ARN` in the place of `--static`{instead}")
        }
    }))
}

/// The command that lets the profile get these credentials, the pair itself unless something else is wanted.
pub(super) fn connect_line(
    selector: &Selector,
    profile: Option<&str>,
    wanted: Option<&ClientCredentials>,
) -> String {
    let mut words: Vec<String> = ["akm", "connect", "aliyun-cli"].map(str::to_owned).into();
    words.extend(written(selector));
    words.extend(profile.iter().flat_map(|name| option("--as", "--as", name)));
    words.extend(wanted.unwrap_or(&ClientCredentials::Pair).written());
    process_command::joined(&words)
}

/// The profile that the SDKs select, if there is a file or a variable names one, and its command, if akm wrote it.
fn selected() -> (Option<String>, Option<String>) {
    let named = variable(SELECTED_BY).map(|name| name.to_string_lossy().into_owned());
    let Ok((_, content)) = aliyun_config() else {
        return (named, None);
    };
    let Ok(config) = AliyunConfig::parse(&content) else {
        return (named, None);
    };
    let name = named.unwrap_or_else(|| config.current());
    let command = config.akms_command(&name).ok().flatten();
    (Some(name), command)
}

/// Returns what a command gives of the pair, if `connect` wrote it, of this akm and profile. Another akm's may be for a pair of that name
/// elsewhere.
fn given(reading: &Reading, id: &AccessKeyId, command: &str) -> Option<ClientCredentials> {
    let by = |selector: &Selector| {
        let fixed = connect::command(&reading.account, selector, &ClientCredentials::Pair).ok()?;
        let option = command.strip_prefix(fixed.strip_suffix("--static")?)?;
        if option == "--static" {
            // A pair that the profile signs with in a role is handed out in that role.
            let role = reading.choose(selector).ok()?.role;
            let sessions = role.map(|role| ClientCredentials::Sessions(role.arn));
            return Some(sessions.unwrap_or(ClientCredentials::Pair));
        }
        let arn = option.strip_prefix("--role-arn ")?.split(' ').next()?;
        RoleArn::parse(arn).ok().map(ClientCredentials::Sessions)
    };
    selectors(reading, id).iter().find_map(by)
}

/// What a command line may say for the pair now: its id, its owner if it is the owner's current pair, the signer if it signs.
fn selectors(reading: &Reading, id: &AccessKeyId) -> Vec<Selector> {
    let by_id = Selector::Id(id.clone());
    let owner = reading.choose(&by_id).ok();
    let owner = owner.map(|chosen| Selector::CurrentOf(chosen.owner));
    let mut selectors: Vec<Selector> = owner.into_iter().chain([Selector::Own, by_id]).collect();
    selectors.retain(|selector| {
        let chosen = reading.choose(selector);
        chosen.is_ok_and(|chosen| chosen.pair.access_key_id == *id)
    });
    selectors
}

/// The first of them by which the pair itself is handed out, and not a session.
fn selector(reading: &Reading, id: &AccessKeyId) -> Selector {
    let is_pair = |selector: &Selector| reading.choose(selector).is_ok_and(|it| it.role.is_none());
    let first = selectors(reading, id).into_iter().find(is_pair);
    first.unwrap_or_else(|| Selector::Id(id.clone()))
}

/// Takes the section out of the file and says so. Errors as [`scrub::section`] has them.
pub(super) fn scrub(
    context: &Context,
    account: &Account,
    scrub: &Scrub,
) -> Result<Scrubbed, Failure> {
    let scrubbed = scrub::section(account, &scrub.origin())?;
    let (id, name, file) = (&scrub.id, &scrub.name, scrub.file.display());
    context.ui.result(&format!(
        "Removed the section {name} with the secret of {id} from {file}. The SDKs get the pair from akm by ~/.aliyun/config.json: account {} (profile {}).",
        account.id, account.profile
    ));
    Ok(scrubbed)
}
