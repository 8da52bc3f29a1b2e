//! A tree of one command, for a line that names it first. Making the tree of all of them is half of what a short command costs,
//! and the parse is the same.

use super::{command_line::Cli, global::Global};
use super::{
    copy, create, credential_process, env, exec, export, import, list, pair, read, recover, rotate,
    show_id, status, verify,
};
use clap::{Args, Command, FromArgMatches};
use std::ffi::OsString;

/// The parsed line; `None` for all that is not plainly right, which the whole tree then says.
pub(super) fn parsed(args: &[OsString]) -> Option<Cli> {
    let mut tree = tree(args.get(1)?.to_str()?)?;
    let matches = tree.try_get_matches_from_mut(args);
    std::mem::forget(tree);
    Cli::from_arg_matches(&matches.ok()?).ok()
}

type Named = (&'static str, fn(Command) -> Command);
const COMMANDS: [Named; 17] = [
    ("create", create::Create::augment_args),
    ("list", list::List::augment_args),
    ("show-id", show_id::ShowId::augment_args),
    ("rotate", rotate::Rotate::augment_args),
    ("disable", status::Disable::augment_args),
    ("enable", status::Enable::augment_args),
    ("delete", pair::Delete::augment_args),
    ("restore", status::Restore::augment_args),
    ("export", export::Export::augment_args),
    ("import", import::Import::augment_args),
    ("copy", copy::Copy::augment_args),
    ("exec", exec::Exec::augment_args),
    ("env", env::Env::augment_args),
    ("read", read::Read::augment_args),
    (
        "credential-process",
        credential_process::CredentialProcess::augment_args,
    ),
    ("verify", verify::Verify::augment_args),
    ("recover", recover::Recover::augment_args),
];

/// Akm with the command of that name alone.
pub(super) fn tree(wanted: &str) -> Option<Command> {
    let (name, augment) = COMMANDS.iter().find(|(name, _)| *name == wanted)?;
    let akm = Command::new("akm")
        .version(env!("CARGO_PKG_VERSION"))
        .propagate_version(true);
    Some(Global::augment_args(akm).subcommand(augment(Command::new(*name))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn it_parses_as_the_whole_tree_does() {
        for line in [
            "akm create --ram-user a --csv - --json",
            "akm list --status active -o plain -q",
            "akm show-id --ram-user a --all -p sandbox",
            "akm rotate --account --overlap 2d --grace 1d -y",
            "akm disable ID --force -vv",
            "akm enable ID --no-input",
            "akm delete ID --purge",
            "akm restore ID --active",
            "akm export A B --csv x --with-owner",
            "akm import x y -",
            "akm import --from aliyun-cli",
            "akm copy --self --clear-after 3s",
            "akm exec alice --clean-env -- env --help -p x -- y",
            "akm env alice --format fish --role-arn acs:ram::1:role/r",
            "akm read --account --field id",
            "akm credential-process alice --role-arn acs:ram::1:role/r --duration 30m",
            "akm verify -- ID",
            "akm recover --dismiss ID",
        ] {
            let whole = Cli::from_arg_matches(&Cli::command().get_matches_from(words(line)));
            let alone = parsed(&words(line)).unwrap();
            assert_eq!(format!("{alone:?}"), format!("{:?}", whole.unwrap()));
        }
    }

    #[test]
    fn it_completes_as_the_whole_tree_does() {
        for (name, _) in COMMANDS {
            for typed in ["-", "--", "--p", "-o", "x", ""] {
                let offered = |mut tree: Command| {
                    let line = words(&format!("akm {name} {typed}"));
                    let offered = clap_complete::engine::complete(&mut tree, line, 2, None);
                    format!("{:#?}", offered.unwrap())
                };
                let alone = offered(tree(name).unwrap());
                assert_eq!(alone, offered(Cli::command()), "{name} {typed}");
            }
        }
    }

    #[test]
    fn the_whole_tree_speaks_of_everything_else() {
        for line in [
            "akm",
            "akm help",
            "akm user list",
            "akm -q list",
            "akm list --help",
            "akm list -V",
            "akm list --nonsense",
            "akm list --json -o table",
            "akm verify",
            "akm import",
            "akm import x --from environment",
        ] {
            assert!(parsed(&words(line)).is_none(), "{line}");
        }
    }
}
