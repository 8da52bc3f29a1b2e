//! Secret stores and akm's own files.

use super::Text;
use crate::core::place::StoreKind;
use crate::delivery::process_command::joined;
use crate::store::Error as E;
use crate::sys::fs::{Distrust, Incapable, kubernetes_volume};
use std::io;
use std::path::Path;

/// For a secret that is new; one that the keyring has is nowhere else.
pub(super) const FOR_NEW: &str =
    "unlock or start it; `AKM_STORE=age` stores new secrets in encrypted files instead";
const START: &str =
    "start the session bus and the OS keyring that has the secret, then the same command again";
const UNLOCK: &str = "unlock the OS keyring, which has the secret, then the same command again";
const LOOK: &str = "look whether the OS keyring waits for an answer, then the same command again";
/// An `age` store is not unlocked or started: its identity is a file.
const IDENTITY: &str =
    "bring the identity's file back from a backup: nothing else opens what was sealed for it";

pub(super) fn problem(kind: Option<StoreKind>, error: &E) -> Text {
    let of_age = kind == Some(StoreKind::Age);
    match error {
        E::Absent(why) => Text::new("the secret store is not there")
            .because(why)
            .hint(if of_age { IDENTITY } else { START }),
        E::Locked(why) => Text::new("the secret store is locked").because(why).hint(UNLOCK),
        E::Protected(why) => Text::new("the secret store is locked").because(why).hint(
            "set `AKM_PASSPHRASE_FILE` to a private file with the passphrase, or run akm on a terminal",
        ),
        E::NoPassphrase(why) => Text::new("the passphrase cannot be taken").because(why),
        E::Unreadable(why) => {
            let text = Text::new("the secret store cannot give the secret back").because(why);
            if of_age { text.hint(IDENTITY) } else { text }
        }
        E::Distrusted(path, why) => Text::new("the secret store cannot give the secret back")
            .because(format!("`{}`: {why}", path.display()))
            .hint(trusting(path, *why)),
        E::Failed(why) => Text::new("the secret store failed").because(why),
        E::Incapable(why) => Text::new("the secret store failed").because(why).hint(LOCAL_DISK),
        E::Unknown(why) => Text::new("the secret store did not answer").because(why).hint(LOOK),
    }
}

/// Returns where a store keeps secrets: `the OS keyring`.
pub(in crate::cli) fn kept_in(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::Keyring => "the OS keyring",
        StoreKind::Age => "encrypted files",
    }
}

/// What helps where a disk or a home folder does not serve.
pub(in crate::cli) const LOCAL_DISK: &str = "set `AKM_HOME` to a folder of yours on a local disk";

/// The system does not let akm use one of its own files.
pub(super) fn unusable(path: &Path, error: &io::Error) -> Text {
    let text = Text::new("a file of akm's could not be used");
    match Distrust::of(error) {
        Some(why) => text.hint(trusting(path, why)),
        None if Incapable::is(error) => text.hint(LOCAL_DISK),
        None => text,
    }
}

/// Returns what a person does so that akm trusts the file.
fn trusting(path: &Path, why: Distrust) -> String {
    match why {
        Distrust::Exposed => {
            let file = joined(&[path.display().to_string()]);
            format!("if you trust what is in it: chmod 600 {file}")
        }
        Distrust::Link => copying(path)
            .unwrap_or_else(|| "put the file itself in the place of the link".to_owned()),
    }
}

/// Returns how a Kubernetes volume is copied to a private folder, which akm takes; `None` where the file is in no such volume.
pub(in crate::cli) fn copying(path: &Path) -> Option<String> {
    let volume = joined(&[kubernetes_volume(path)?.display().to_string()]);
    Some(format!(
        "this is a Kubernetes volume; copy it first: (umask 077; cp -RL {volume} \"$HOME/akm\"), then AKM_HOME=\"$HOME/akm\""
    ))
}
