//! A section of the SDKs' credentials file, which the SDKs need no more once `config.json` gives its pair.
//!
//! The SDKs' default chain asks `~/.aliyun/config.json` before the credentials file.

use super::Scrub;
use crate::cli::connect::{self, ClientCredentials, option, written};
use crate::cli::context::{Context, Reading, variable};
use crate::cli::import::source::aliyun_config;
use crate::core::access_key::AccessKeyId;
use crate::delivery::{aliyun_config::AliyunConfig, process_command};
use crate::import::credentials_file::SELECTED_BY;
use crate::ops::credentials::Selector;
use crate::ops::scrub::{self, Scrubbed};
use crate::ops::{Account, Failure, Kind};

/// By this the SDKs pass `config.json` over.
const DISABLED_BY: &str = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED";

/// `Refused` unless the SDKs get this pair by the profile of `config.json` that they select. The hint is the command that lets them.
pub(super) fn check(
    context: &Context,
    id: &AccessKeyId,
    credentials: Option<&ClientCredentials>,
) -> Result<(), Failure> {
    let disabled = variable(DISABLED_BY);
    if disabled.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        let message = format!("`{DISABLED_BY}` keeps the SDKs from `~/.aliyun/config.json`");
        return Err(Failure::new(Kind::Refused, message).hint(format!("unset {DISABLED_BY}")));
    }
    let reading = context.reading()?;
    let (profile, command) = selected();
    let selector = selector(&reading, id);
    if command.is_some_and(|command| gives(&reading, id, &command)) {
        return Ok(());
    }
    let message = "the SDKs would have no pair any more: the current profile of `~/.aliyun/config.json` does not get it from akm";
    let mut words: Vec<String> = ["akm", "connect", "aliyun-cli"].map(str::to_owned).into();
    words.extend(written(&selector));
    words.extend(profile.iter().flat_map(|name| option("--as", "--as", name)));
    words.extend(credentials.unwrap_or(&ClientCredentials::Pair).written());
    if let Some(profile) = context.named_profile() {
        words.extend(option("-p", "--profile", profile.as_str()));
    }
    let line = process_command::joined(&words);
    Err(
        Failure::new(Kind::Refused, message).hint(match credentials {
            Some(_) => format!("`{line}` first"),
            None => format!("`{line}` first, or with `--role-arn ARN` in the place of `--static`"),
        }),
    )
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

/// Tells whether `connect` wrote this command, of this akm and profile, for the pair. Another akm's may be for a pair of that name elsewhere.
fn gives(reading: &Reading, id: &AccessKeyId, command: &str) -> bool {
    let account = &reading.account;
    let fixed = |selector: &Selector| connect::command(account, selector, &ClientCredentials::Pair);
    let is_for = |selector: &Selector| {
        let of_pair = fixed(selector).unwrap_or_default();
        let before_option = of_pair.strip_suffix("--static");
        let given = before_option.and_then(|before| command.strip_prefix(before));
        given.is_some_and(|given| given == "--static" || given.starts_with("--role-arn "))
    };
    selectors(reading, id).iter().any(is_for)
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

fn selector(reading: &Reading, id: &AccessKeyId) -> Selector {
    let first = selectors(reading, id).into_iter().next();
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
