//! The JSON Schemas of what `--json` prints. They are generated from the types that are printed, and checked in.

#[cfg(test)]
mod generated;
#[cfg(test)]
pub(super) mod words;

use super::ui;
use crate::cli::failure::Failure;
use crate::ops::Kind;

/// A command's words, and the schema of a line that it prints; then the schema of a line on standard error.
const SCHEMAS: &[(&str, &str)] = &[
    ("comment", include_str!("schemas/comment.json")),
    (
        "connect aliyun-cli",
        include_str!("schemas/connect-aliyun-cli.json"),
    ),
    ("copy", include_str!("schemas/copy.json")),
    ("create", include_str!("schemas/create.json")),
    (
        "credential-process",
        include_str!("schemas/credential-process.json"),
    ),
    ("delete", include_str!("schemas/delete.json")),
    ("disable", include_str!("schemas/disable.json")),
    ("enable", include_str!("schemas/enable.json")),
    ("env", include_str!("schemas/env.json")),
    ("export", include_str!("schemas/export.json")),
    ("import", include_str!("schemas/import.json")),
    (
        "key-policy set",
        include_str!("schemas/key-policy-set.json"),
    ),
    (
        "key-policy show",
        include_str!("schemas/key-policy-show.json"),
    ),
    ("leak", include_str!("schemas/leak.json")),
    ("list", include_str!("schemas/list.json")),
    ("log", include_str!("schemas/log.json")),
    ("man", include_str!("schemas/man.json")),
    ("profile add", include_str!("schemas/profile-add.json")),
    ("profile edit", include_str!("schemas/profile-edit.json")),
    ("profile list", include_str!("schemas/profile-list.json")),
    (
        "profile remove",
        include_str!("schemas/profile-remove.json"),
    ),
    ("profile show", include_str!("schemas/profile-show.json")),
    ("profile use", include_str!("schemas/profile-use.json")),
    ("read", include_str!("schemas/read.json")),
    ("recover", include_str!("schemas/recover.json")),
    ("restore", include_str!("schemas/restore.json")),
    ("rollback", include_str!("schemas/rollback.json")),
    ("rotate", include_str!("schemas/rotate.json")),
    ("sandbox reset", include_str!("schemas/sandbox-reset.json")),
    #[cfg(feature = "server")]
    ("sandbox serve", include_str!("schemas/sandbox-serve.json")),
    ("show", include_str!("schemas/show.json")),
    ("show-id", include_str!("schemas/show-id.json")),
    ("store move", include_str!("schemas/store-move.json")),
    ("store protect", include_str!("schemas/store-protect.json")),
    ("store status", include_str!("schemas/store-status.json")),
    ("store use", include_str!("schemas/store-use.json")),
    ("user create", include_str!("schemas/user-create.json")),
    ("user delete", include_str!("schemas/user-delete.json")),
    ("user list", include_str!("schemas/user-list.json")),
    ("user show", include_str!("schemas/user-show.json")),
    ("verify", include_str!("schemas/verify.json")),
    (
        "standard-error",
        include_str!("schemas/standard-error.json"),
    ),
];

/// Prints the schema of the command of these words. `Usage` where there is none.
pub(super) fn print(words: &[String]) -> Result<(), Failure> {
    let wanted = words.join(" ");
    let found = SCHEMAS.iter().find(|(name, _)| *name == wanted);
    let (_, text) = found.ok_or_else(|| {
        let names: Vec<&str> = SCHEMAS.iter().map(|(name, _)| *name).collect();
        let message = format!("there is no schema of `{wanted}`");
        Failure::new(Kind::Usage, message).hint(format!("there are: {}", names.join(", ")))
    })?;
    ui::print(text.as_bytes())
}
