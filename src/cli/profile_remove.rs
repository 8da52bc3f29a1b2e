//! `akm profile remove`

use super::context::{Context, no_such_profile};
use super::ui;
use crate::cli::failure::Failure;
use crate::core::access_key::AccessKeyId;
use crate::core::name::ProfileName;
use crate::metadata::config::Config;
use crate::metadata::log::Action;
use crate::metadata::profile::Profile;
use crate::ops::{
    self, Account, Kind,
    recover::{self, Open, What},
};

pub(super) fn remove(
    context: &Context,
    name: &ProfileName,
    drop_secret: bool,
) -> Result<(), Failure> {
    if name.is_sandbox() {
        return Err(
            Failure::new(Kind::Refused, "the profile `sandbox` always exists")
                .hint("`akm sandbox reset` forgets its account"),
        );
    }
    let config = Config::load(&context.home)?;
    let entry = config.profiles.get(name).cloned();
    let entry = entry.ok_or_else(|| no_such_profile(name))?;
    let id = &entry.access_key_id;
    if drop_secret {
        signs_alone(&config, name, id)?;
    }
    let last = is_last(&config, name, &entry);
    let account = context.account_of(name.clone(), &entry.account_id, config);
    if last {
        tell_what_is_open(context, &account)?;
    }
    ask(context, name, &entry, drop_secret)?;
    let after = forget(context, &account, name, &entry, drop_secret)?;
    drop_login(context, &account, &entry);
    ops::profile::written_down(&account, Action::ProfileRemove, &entry);
    told(context, name, &entry, drop_secret, &after);
    if context.ui.json() {
        return ui::print_json(&Removed {
            name: name.as_str(),
        });
    }
    Ok(())
}

#[derive(serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Removed<'a> {
    name: &'a str,
}

fn ask(
    context: &Context,
    name: &ProfileName,
    entry: &Profile,
    drop_secret: bool,
) -> Result<(), Failure> {
    let secret = if drop_secret {
        format!(" and the secret of `{}`", entry.access_key_id)
    } else {
        String::new()
    };
    let (account, identity) = (&entry.account_id, &entry.identity);
    context.ui.insist(&format!(
        "remove the profile {name} (account {account}, signs as {identity}){secret}?"
    ))
}

/// `Refused` where another profile signs with the pair.
fn signs_alone(config: &Config, name: &ProfileName, id: &AccessKeyId) -> Result<(), Failure> {
    let mut profiles = config.profiles.iter();
    let shared = profiles.find(|(other, known)| *other != name && known.access_key_id == *id);
    shared.map_or(Ok(()), |(other, _)| {
        let message = format!("the profile `{other}` signs with `{id}`, too");
        Err(Failure::new(Kind::Refused, message))
    })
}

/// `Conflict` where the profile was switched meanwhile.
fn signs_still(name: &ProfileName, known: &Profile, id: &AccessKeyId) -> Result<(), Failure> {
    if known.access_key_id == *id {
        return Ok(());
    }
    let message = format!("`{name}` signs with another pair by now");
    Err(Failure::new(Kind::Conflict, message).hint("the same command again"))
}

/// Whether no other profile leads to the account.
fn is_last(config: &Config, name: &ProfileName, entry: &Profile) -> bool {
    let mut others = config.profiles.iter().filter(|(other, _)| *other != name);
    others.all(|(_, other)| other.account_id != entry.account_id)
}

/// Once the profile is gone, no command comes upon it.
fn tell_what_is_open(context: &Context, account: &Account) -> Result<(), Failure> {
    let (open, unreadable) = recover::list(&account.journal)?;
    let is_rotation = |open: &Open| matches!(open.what, What::Rotation(_));
    let what = match (open.len() + unreadable.len(), open.iter().all(is_rotation)) {
        (0, _) => return Ok(()),
        (1, true) => "1 unfinished rotation".to_owned(),
        (1, false) => "1 unfinished operation".to_owned(),
        (count, true) => format!("{count} unfinished rotations"),
        (count, false) => format!("{count} unfinished operations"),
    };
    let (id, profile) = (&account.id, &account.profile);
    context.ui.warning(
        "unfinished",
        &format!("{what} in account {id}, and no other profile for that account"),
    );
    // Without a question the profile is about to go.
    if !context.ui.agrees() {
        context.ui.hint(&format!("akm -p {profile} recover --list"));
    }
    Ok(())
}

/// First the secret: cut short in between, the same command goes on. It goes only once it is certain that no profile needs it: one may
/// have been added, and this one may sign with another pair, since the question.
fn forget(
    context: &Context,
    account: &Account,
    name: &ProfileName,
    entry: &Profile,
    drop_secret: bool,
) -> Result<Config, Failure> {
    let id = &entry.access_key_id;
    let droppable = drop_secret.then(|| ops::drop_secret::droppable(account, entry));
    let droppable = droppable.transpose()?;
    context.change_config(|config| {
        let gone = || no_such_profile(name);
        let known = config.profiles.get(name).ok_or_else(gone)?;
        if let Some(secret) = &droppable {
            signs_still(name, known, id)?;
            signs_alone(config, name, id)?;
            ops::drop_secret::drop_secret(account, secret)?;
        }
        config.remove(name).map(drop).ok_or_else(gone)
    })
}

/// The proxy's password is nobody's any more. Where the store does not delete it, that is a warning: the profile is gone.
pub(super) fn drop_login(context: &Context, account: &Account, before: &Profile) {
    let Some(kind) = before.proxy_login else {
        return;
    };
    if let Err(failure) = ops::profile::drop_login(account, kind).map_err(Failure::from) {
        let why = failure.whole();
        context.ui.warning(
            "password-left",
            &format!("the password of the proxy stays in the store `{kind}`: {why}"),
        );
    }
}

fn told(context: &Context, name: &ProfileName, entry: &Profile, drop_secret: bool, after: &Config) {
    if !drop_secret {
        context.ui.note(
            "secret-left",
            &format!(
                "the secret of `{}` stays in the store `{}`",
                entry.access_key_id, entry.secret_store
            ),
        );
    }
    context.ui.result(&format!("Removed the profile {name}."));
    if after.default_profile().is_none() {
        context.ui.note("no-default", "no profile is the default now: name one with `-p`, or choose one: `akm profile use NAME`",
        );
    }
}
