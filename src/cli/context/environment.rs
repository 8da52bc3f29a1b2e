//! What the environment says, read once: variables and folders.

use crate::cli::failure::Failure;
use crate::cli::words::{LOCAL_DISK, copying};
use crate::metadata::Home;
use crate::ops::Kind;
use crate::sys::fs::{LocalDisk, check_ours};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The variables that akm looks at, read once.
pub(crate) struct Environment {
    pub(super) home: Option<OsString>,
    pub(super) store: Option<OsString>,
    pub(super) profile: Option<OsString>,
    pub(super) passphrase_file: Option<OsString>,
    pub(super) passphrase: Option<OsString>,
    pub(crate) no_input: bool,
}

impl Environment {
    pub(crate) fn read() -> Self {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        Self {
            home: set("AKM_HOME"),
            store: set("AKM_STORE"),
            profile: set("AKM_PROFILE"),
            // Empty is an error and not the same as absent.
            passphrase_file: env::var_os("AKM_PASSPHRASE_FILE"),
            passphrase: env::var_os("AKM_PASSPHRASE"),
            no_input: set("AKM_NO_INPUT").is_some_and(|value| value != "0"),
        }
    }
}

/// The value of a variable of another program's; an empty one counts as unset, as those programs take it.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Refuses a home where another user could take files away or put his own.
pub(super) fn ours(home: Home) -> Result<Home, Failure> {
    for folder in [&home.config, &home.data] {
        check_ours(folder).map_err(|error| {
            let message = format!("`{}` cannot be used", folder.display());
            let failure = Failure::new(Kind::Failed, message).because(error);
            failure.hint(copying(folder).unwrap_or_else(|| LOCAL_DISK.to_owned()))
        })?;
    }
    Ok(home)
}

/// Returns the failure with the folder in which akm has no data at all, where that is why something was not found.
pub(crate) fn in_no_home(failure: Failure, home: &Home) -> Failure {
    let not_found = matches!(failure.kind, Kind::NoSuchPair | Kind::SecretMissing);
    match no_data(home).filter(|_| not_found && failure.cause.is_none()) {
        Some(why) => failure.because(why),
        None => failure,
    }
}

/// Says which folder has no data of akm's; `None` where there are any.
pub(super) fn no_data(home: &Home) -> Option<String> {
    let is_there = home.config.exists() || home.data.exists();
    (!is_there).then(|| format!("no akm data in `{}`", home.data.display()))
}

/// `Usage` for a folder that would be another one in each working directory, or one that is called `~`.
fn check_absolute(folder: &Path) -> Result<(), Failure> {
    if folder.is_absolute() {
        return Ok(());
    }
    let message = format!("`AKM_HOME` is `{}`, and no absolute path", folder.display());
    let failure = Failure::new(Kind::Usage, message);
    Err(match folder.strip_prefix("~") {
        Ok(below) => failure.hint(format!(
            "no shell has expanded the `~`: AKM_HOME=\"$HOME/{}\"",
            below.display()
        )),
        Err(_) => failure.hint("begin it with `/`"),
    })
}

/// `AKM_HOME`, else the platform's folders for configuration and data. `Usage` where `AKM_HOME` is not absolute.
pub(super) fn home(one: Option<OsString>) -> Result<Home, Failure> {
    let disk = Arc::new(LocalDisk);
    if let Some(folder) = one {
        let folder = PathBuf::from(folder);
        check_absolute(&folder)?;
        return Ok(Home {
            disk,
            config: folder.clone(),
            data: folder,
        });
    }
    // Below a home that is not absolute, they would be others in each working directory.
    let absolute = |folder: Option<PathBuf>| folder.filter(|folder| folder.is_absolute());
    match (absolute(dirs::config_dir()), absolute(dirs::data_dir())) {
        (Some(config), Some(data)) => Ok(Home {
            disk,
            config: config.join("akm"),
            data: data.join("akm"),
        }),
        _ => Err(
            Failure::new(Kind::Failed, "this system names no folder for akm's files")
                .hint(LOCAL_DISK),
        ),
    }
}
