//! `akm sandbox`

use super::context::Context;
#[cfg(feature = "sandbox-server")]
use super::sandbox_serve::Serve;
use crate::ops::{self, Failure, Kind, Stores, Tell};
use crate::store::SecretName;
use crate::sys::fs::remove_folder;
use clap::Subcommand;

/// The built-in account on this machine
#[derive(Debug, Subcommand)]
pub(crate) enum Sandbox {
    #[cfg(feature = "sandbox-server")]
    Serve(Serve),
    /// Forget the sandbox's account, its users, its pairs and their secrets
    Reset,
}

impl Sandbox {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            #[cfg(feature = "sandbox-server")]
            Self::Serve(args) => args.run(context),
            Self::Reset => reset(context),
        }
    }
}

fn reset(context: &Context) -> Result<(), Failure> {
    let Some(folder) = context.sandbox()? else {
        context.ui.note("there is no sandbox yet");
        return Ok(());
    };
    let account = folder.account_id().clone();
    context.ui.warn(&format!(
        "this is the sandbox, account {account} on this machine"
    ));
    context
        .ui
        .insist("forget the sandbox, its users, its pairs and their secrets?")?;
    let _lock = ops::session::lock(&context.home, "home", &*context.clock, &context.ui)?;
    let (config, stores) = context.stores()?;
    let known = context.account_of(&account, config);
    ops::forget::account(&known.inventory, &known.journal, &stores, &context.ui)?;
    let seed_in = folder.secret_store().parse()?;
    remove_folder(&context.home.sandbox()).map_err(|error| {
        Failure::new(Kind::Failed, "the sandbox's files stay behind").because(error)
    })?;
    if let Err(error) = stores
        .open(seed_in)
        .and_then(|store| store.delete(&SecretName::sandbox(&account)))
    {
        context
            .ui
            .warn(&format!("the sandbox's seed stays behind: {error}"));
    }
    context
        .ui
        .note("the sandbox is forgotten; the next command that needs one makes a new account");
    Ok(())
}
