//! A profile of the `aliyun` CLI, which gets its credentials from akm once its pair is saved.

use super::{Scrub, Wanted, section::connect_line};
use crate::cli::connect::{self, ClientCredentials};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::core::access_key::AccessKeyId;
use crate::delivery::aliyun_config::External;
use crate::import::FoundPair;
use crate::ops::credentials::{Selector, choose};
use crate::ops::scrub::{self, Scrubbed};
use crate::ops::{Account, Kind};

/// Returns what the profile gets: what the command line says, else sessions of the profile's role. `NeedsAnswer` where there is neither,
/// `Refused` where the profile assumes its role with an external id, which `credential-process` does not send.
pub(super) fn credentials(
    wanted: &Wanted,
    pair: &FoundPair,
    name: &str,
) -> Result<ClientCredentials, Failure> {
    if let Some(credentials) = &wanted.credentials {
        return Ok(credentials.clone());
    }
    let Some(role) = &pair.role else {
        let message = format!("nothing says which credentials the profile `{name}` gets from akm");
        return Err(Failure::new(Kind::NeedsAnswer, message)
            .because("it signs with the pair itself; nothing was imported")
            .hint(
                "add `--role-arn ARN` for sessions of a role, or `--static` for the pair itself",
            ));
    };
    if role.external_id.is_some() {
        let message = format!("the profile `{name}` assumes its role with an external id");
        return Err(Failure::new(Kind::Refused, message)
            .because("`akm credential-process` sends none; nothing was imported")
            .hint("add `--role-arn ARN` for another role, or `--static` for the pair itself"));
    }
    if role.is_narrowed {
        let message = format!("the profile `{name}` narrows its role by a policy");
        return Err(Failure::new(Kind::Refused, message)
            .because("the profile that akm writes has none; nothing was imported")
            .hint("add `--role-arn ARN` to have the role without that policy"));
    }
    Ok(ClientCredentials::Sessions(role.arn.clone()))
}

/// Takes the pair out of the file and says so. Errors as [`scrub::profile`] has them.
pub(super) fn scrub(
    context: &Context,
    account: &Account,
    scrub: &Scrub,
    credentials: &ClientCredentials,
) -> Result<Scrubbed, Failure> {
    let selector = selector(account, &scrub.id)?;
    let external = External {
        name: scrub.name.clone(),
        process_command: connect::command(account, &selector, credentials)?,
        region: None,
    };
    let scrubbed = scrub::profile(account, &scrub.origin(), scrub.role.as_ref(), &external)?;
    say(context, account, scrub, &scrubbed, (&selector, credentials));
    connect::warn_of_dangers(context, account, &external, credentials);
    Ok(scrubbed)
}

/// The owner, so that the profile follows its rotations; the id of a pair that is not the owner's current one.
fn selector(account: &Account, id: &AccessKeyId) -> Result<Selector, Failure> {
    let by_id = Selector::Id(id.clone());
    let by_owner = Selector::CurrentOf(choose(account, &by_id, None)?.owner);
    let current = choose(account, &by_owner, None);
    let is_current = current.is_ok_and(|chosen| chosen.pair.access_key_id == *id);
    Ok(if is_current { by_owner } else { by_id })
}

fn say(
    context: &Context,
    account: &Account,
    scrub: &Scrub,
    scrubbed: &Scrubbed,
    (selector, credentials): (&Selector, &ClientCredentials),
) {
    let (id, name, file) = (&scrub.id, &scrub.name, scrub.file.display());
    context.ui.result(&format!(
        "Removed the secret of {id} from {file}. The profile {name} now gets its credentials from akm: account {} (profile {}).",
        account.id, account.profile
    ));
    for other in &scrubbed.others {
        let line = connect_line(selector, Some(other), Some(credentials));
        context.ui.warning(
            "disconnected",
            &format!("the profile {other} had this pair too and has no credentials now"),
        );
        context.ui.hint(&format!("to connect it, too: {line}"));
    }
}
