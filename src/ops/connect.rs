//! `connect`: lets the `aliyun` CLI and the SDKs run akm for their credentials, by a profile in their file.

use super::{Account, Failure, problem::ClientFile, session};
use crate::core::access_key::AccessKeyId;
use crate::core::place::StoreKind;
use crate::core::secret::Secret;
use crate::delivery::aliyun_config::{AliyunConfig, External, Held, LONGEST, Problem, new_file};
use crate::metadata::{config::Config, inventory::PairRecord};
use crate::store::SecretName;
use crate::sys::shared_file::{self, SharedFile};
use std::any::Any;
use std::io;
use std::path::{Path, PathBuf};

/// What the file of the `aliyun` CLI was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Before {
    Missing,
    /// It has the profile already, as akm would write it.
    Connected,
    /// Changed; its content without secrets is in that file.
    Kept(PathBuf),
}

/// Puts the profile into the file at `path`, which is made where it is missing. Nothing is written if it fails: `BadFile` for a file
/// that is no configuration of the CLI, `Refused` for a profile whose secret no store of akm's has, `Failed` for a file that cannot be
/// read or written, `Busy` for one that changes meanwhile, and what stores say that are asked for that secret.
pub(crate) fn connect(
    account: &Account,
    path: &Path,
    external: &External,
) -> Result<Before, Failure> {
    let _lock = lock(account)?;
    let file = SharedFile::read(path, LONGEST).map_err(|error| unusable(path, error))?;
    let Some(file) = file else {
        let text = new_file(external);
        let made = shared_file::create(path, text.as_bytes());
        made.map_err(|error| unusable(path, error))?;
        return Ok(Before::Missing);
    };
    let bad = |problem| bad_file(path, problem);
    let config = AliyunConfig::parse(file.content()).map_err(bad)?;
    let held = config.held(&external.name).map_err(bad)?;
    let is_akms = config.akms_command(&external.name).map_err(bad)?.is_some();
    if !(is_akms && is_of_deleted_pair(account, &held)?) {
        check_saved(account, path, &external.name, held)?;
    }
    let edited = config.with_external(external).map_err(bad)?;
    if edited.as_bytes() == file.content() {
        return Ok(Before::Connected);
    }
    let backup = keep(account, path, &config.without_secrets())?;
    let replaced = file.replace(edited.as_bytes());
    replaced.map_err(|error| unusable(path, error))?;
    Ok(Before::Kept(backup))
}

/// The lock of the files that akm shares with the `aliyun` CLI and the SDKs. `Busy` when another akm has it for a minute.
pub(super) fn lock(account: &Account) -> Result<Box<dyn Any + Send>, Failure> {
    let (clock, tell) = (&*account.clock, &*account.tell);
    session::lock(&account.home, "aliyun-config", clock, tell)
}

/// Writes what the file at `path` was, without its secrets, beside it, and returns where that is. `Failed` where it cannot be written.
pub(super) fn keep(account: &Account, path: &Path, text: &str) -> Result<PathBuf, Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".akm-backup");
    let backup = path.with_file_name(name);
    let written = account.home.disk.replace(&backup, text.as_bytes());
    written.map_err(|error| unusable(&backup, error))?;
    Ok(backup)
}

/// Refuses to overwrite a secret that may be nowhere else.
pub(super) fn check_saved(
    account: &Account,
    path: &Path,
    name: &str,
    held: Held,
) -> Result<(), Failure> {
    let is_pair = match held {
        Held::Nothing => return Ok(()),
        Held::Pair(id, secret) if is_saved(account, &id, &secret)? => return Ok(()),
        Held::Pair(..) => true,
        Held::Other => false,
    };
    let (file, profile) = (path.to_owned(), name.to_owned());
    Err(ClientFile::HoldsSecret {
        file,
        profile,
        is_pair,
    }
    .into())
}

/// Tells whether akm knows the pair as deleted. What a client wrote of it into akm's own profile is of no use any more, and the stores
/// have forgotten it.
fn is_of_deleted_pair(account: &Account, held: &Held) -> Result<bool, Failure> {
    let Held::Pair(id, _) = held else {
        return Ok(false);
    };
    let record = account.inventory.owner_of(id)?;
    let pair = record.as_ref().and_then(|record| record.pair(id));
    Ok(pair.is_some_and(PairRecord::is_deleted))
}

/// Tells whether a store of this install has this very secret under that id, of whatever account. A store that cannot be asked is an
/// error only where no other one has it.
fn is_saved(account: &Account, id: &AccessKeyId, secret: &Secret) -> Result<bool, Failure> {
    let config = Config::load(&account.home)?;
    let mut unasked = None;
    for kind in [StoreKind::Age, StoreKind::Keyring] {
        if config.recipients.of(kind).is_none() {
            continue;
        }
        let store = account.stores.open(kind);
        match store.and_then(|store| store.get(&SecretName::pair(id))) {
            Ok(Some(saved)) if saved.same_as(secret) => return Ok(true),
            Ok(_) => (),
            Err(error) => unasked = Some(Failure::of_store(kind, error)),
        }
    }
    unasked.map_or(Ok(false), Err)
}

pub(super) fn bad_file(path: &Path, problem: Problem) -> Failure {
    ClientFile::Malformed(path.to_owned(), problem).into()
}

pub(super) fn unusable(path: &Path, error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::ResourceBusy {
        return changed(path);
    }
    ClientFile::Unusable(path.to_owned(), error).into()
}

/// The failure where the file is not what it was before.
pub(super) fn changed(path: &Path) -> Failure {
    ClientFile::Changed(path.to_owned()).into()
}
