//! `akm sandbox`

#[cfg(feature = "server")]
use super::sandbox_serve::Serve;
use super::{context::Context, ui};
use crate::cli::failure::Failure;
use crate::core::account::AccountId;
use crate::ops::{self, Kind, Stores};
use crate::store::SecretName;
use crate::sys::fs::remove_folder;
use clap::Subcommand;
use serde::Serialize;

/// The built-in account on this machine
#[derive(Debug, Subcommand)]
#[command(after_long_help = examples!["akm sandbox reset" => "begin again with an empty account (asks)"])]
pub(crate) enum Sandbox {
    #[cfg(feature = "server")]
    Serve(Serve),
    /// Forget the sandbox's account, its users, its pairs and their secrets
    #[command(after_long_help = examples!["akm sandbox reset --yes" => "without being asked"])]
    Reset,
}

impl Sandbox {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            #[cfg(feature = "server")]
            Self::Serve(args) => args.run(context),
            Self::Reset => reset(context),
        }
    }
}

fn reset(context: &Context) -> Result<(), Failure> {
    let found = match context.sandbox() {
        Ok(None) => {
            context.ui.note("no-sandbox", "there is no sandbox yet");
            return show(context, None);
        }
        Ok(Some(folder)) => Some((
            folder.account_id().clone(),
            folder.secret_store().to_owned(),
        )),
        Err(failure) => {
            let cause = failure.cause.unwrap_or(failure.message);
            context.ui.warning(
                "unknown-pairs",
                &format!(
                    "{cause}; nobody can say which pairs were its own, so what akm knows of them stays"
                ),
            );
            None
        }
    };
    let account = found
        .as_ref()
        .map_or_else(String::new, |(account, _)| format!(" (account {account})"));
    context.ui.insist(&format!(
        "forget the sandbox{account}: its RAM users, its pairs and their secrets?"
    ))?;
    // Every command that uses the sandbox holds a share of this one until its end.
    let _alone = ops::session::lock(&context.home, "sandbox", &*context.clock, &context.ui)?;
    let _lock = ops::session::lock(&context.home, "home", &*context.clock, &context.ui)?;
    if let Some((account, seed_in)) = &found {
        forget(context, account, seed_in)?;
    }
    remove_folder(&context.home.sandbox()).map_err(|error| {
        Failure::new(Kind::Failed, "the sandbox's files stay behind").because(error)
    })?;
    context
        .ui
        .result("Removed the sandbox. The next command that needs one makes a new account.");
    show(context, found.map(|(account, _)| account).as_ref())
}

/// Which account is forgotten, for a script; none where there was none, or nobody can say.
fn show(context: &Context, forgotten: Option<&AccountId>) -> Result<(), Failure> {
    if !context.ui.json() {
        return Ok(());
    }
    let account = forgotten.map(AccountId::as_str);
    ui::print_json(&Forgotten {
        forgotten_account_id: account,
    })
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Forgotten<'a> {
    forgotten_account_id: Option<&'a str>,
}

fn forget(context: &Context, account: &AccountId, seed_in: &str) -> Result<(), Failure> {
    let (config, stores) = context.stores()?;
    ops::forget::account(&context.sandbox_account(account, config))?;
    let gone = stores
        .open(seed_in.parse()?)
        .and_then(|store| store.delete(&SecretName::sandbox(account)));
    if let Err(error) = gone {
        context.ui.warning(
            "seed-left",
            &format!("the sandbox's seed stays behind: {error}"),
        );
    }
    Ok(())
}
