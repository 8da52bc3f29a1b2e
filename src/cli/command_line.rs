//! The command line as clap parses it: every command, and what runs it.

#[cfg(feature = "server")]
use super::serve;
use super::{
    command_groups::grouped, comment, completions, connect, context::Context, copy, create,
    credential_process, env, exec, export, global::Global, help, import, key_policy, leak, list,
    log, man, pair, profile, read, recover, rollback, rotate, sandbox, show, show_id, status,
    store, ui::Ui, user, verify,
};
use crate::cli::failure::Failure;
use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

/// Create, keep, rotate and hand out Alibaba Cloud AccessKey pairs
#[derive(Debug, Parser)]
#[command(
    name = "akm",
    version,
    disable_help_subcommand = true,
    propagate_version = true,
    after_long_help = examples![
        "akm create --ram-user alice" => "make an AccessKey pair for a RAM user and save its secret",
        "akm list" => "show the pairs that akm knows",
        "akm rotate --ram-user alice" => "replace the pair, and retire the old one",
    ]
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Returns the tree of all commands.
pub(super) fn tree() -> clap::Command {
    grouped(Cli::command())
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Create(create::Create),
    List(list::List),
    Show(show::Show),
    ShowId(show_id::ShowId),
    Rotate(rotate::Rotate),
    Leak(leak::Leak),
    Rollback(rollback::Rollback),
    Disable(status::Disable),
    Enable(status::Enable),
    Delete(pair::Delete),
    Restore(status::Restore),
    Comment(comment::Comment),
    Export(export::Export),
    Import(import::Import),
    Copy(copy::Copy),
    Exec(exec::Exec),
    Env(env::Env),
    Read(read::Read),
    CredentialProcess(credential_process::CredentialProcess),
    #[cfg(feature = "server")]
    Serve(serve::Serve),
    Verify(verify::Verify),
    #[command(subcommand)]
    Connect(connect::Connect),
    #[command(subcommand)]
    User(user::User),
    #[command(subcommand)]
    Profile(profile::Profile),
    #[command(subcommand)]
    KeyPolicy(key_policy::Policy),
    #[command(subcommand)]
    Store(store::Store),
    Recover(recover::Recover),
    Log(log::Log),
    #[command(subcommand)]
    Sandbox(sandbox::Sandbox),
    Completions(completions::Completions),
    Man(man::Man),
    Help(help::Help),
}

impl Command {
    pub(super) fn run(self, context: Context) -> Result<ExitCode, Failure> {
        match self {
            Self::Exec(args) => args.run(&context),
            Self::CredentialProcess(args) => args.run(context).map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "server")]
            Self::Serve(args) => args.run(context),
            other => other.finish(&context).map(|()| ExitCode::SUCCESS),
        }
    }

    fn finish(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(args) => args.run(context),
            Self::List(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::ShowId(args) => args.run(context),
            Self::Rotate(args) => args.run(context),
            Self::Leak(args) => args.run(context),
            Self::Rollback(args) => args.run(context),
            Self::Disable(args) => args.run(context),
            Self::Enable(args) => args.run(context),
            Self::Delete(args) => args.run(context),
            Self::Restore(args) => args.run(context),
            Self::Comment(args) => args.run(context),
            Self::Export(args) => args.run(context),
            Self::Import(args) => args.run(context),
            Self::Copy(args) => args.run(context),
            Self::Env(args) => args.run(context),
            Self::Read(args) => args.run(context),
            Self::Verify(args) => args.run(context),
            Self::Connect(args) => args.run(context),
            Self::User(args) => args.run(context),
            Self::Profile(args) => args.run(context),
            Self::KeyPolicy(args) => args.run(context),
            Self::Store(args) => args.run(context),
            Self::Recover(args) => args.run(context),
            Self::Log(args) => args.run(context),
            Self::Sandbox(args) => args.run(context),
            Self::Exec(_) | Self::CredentialProcess(_) => Ok(()),
            #[cfg(feature = "server")]
            Self::Serve(_) => Ok(()),
            Self::Completions(_) | Self::Man(_) | Self::Help(_) => {
                self.explain(&context.ui).unwrap_or(Ok(()))
            }
        }
    }

    /// Whether nobody is ever asked by it, terminal or not.
    pub(super) fn never_asks(&self) -> bool {
        matches!(self, Self::CredentialProcess(_))
    }

    /// What is told of the command line itself, whatever the account; `None` for all else.
    pub(super) fn explain(&self, ui: &Ui) -> Option<Result<(), Failure>> {
        match self {
            Self::Completions(args) => Some(args.run()),
            Self::Man(args) => Some(args.run(tree(), ui)),
            Self::Help(args) => Some(args.run(tree())),
            _ => None,
        }
    }
}
