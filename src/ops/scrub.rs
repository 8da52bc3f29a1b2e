//! `import --scrub`: takes a pair that akm has saved out of the file that it was imported from.

use super::credentials::{self, Selector};
use super::{
    Account, Failure, Kind, advice::Advice, connect, connect::Before, problem::ClientFile,
};
use crate::core::access_key::AccessKeyId;
use crate::core::secret::Secret;
use crate::delivery::aliyun_config::{AliyunConfig, External, LONGEST};
use crate::delivery::credentials_file as ini;
use crate::import::{AssumedRole, FoundPair, aliyun_cli, credentials_file};
use crate::sys::shared_file::SharedFile;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Where a pair was imported from.
pub(crate) struct Origin<'a> {
    pub(crate) file: &'a Path,
    /// The profile of the `aliyun` CLI, or the section of the credentials file.
    pub(crate) name: &'a str,
    pub(crate) id: &'a AccessKeyId,
}

/// What a file is once the pair is out of it.
pub(crate) struct Scrubbed {
    /// The file's content before, without its secrets.
    pub(crate) backup: PathBuf,
    /// The other profiles that had the pair and have none now.
    pub(crate) others: Vec<String>,
    /// Whether the imported secret is still in the file, in another section.
    pub(crate) has_secret: bool,
    /// Whether other secrets are in the file.
    pub(crate) has_others: bool,
    /// Files that other programs left beside it, and that have the imported secret.
    pub(crate) leftovers: Vec<PathBuf>,
}

/// Takes the pair out of every profile of the `aliyun` CLI, and puts `external` in the place of the profile that was imported. Errors,
/// before anything is written: `Busy` where the profile is not what was imported any more, `BadFile` for a file that is no
/// configuration, `Refused` where the file has another name, the profile another secret, or the pair's is inside another value, `Failed` for a file that cannot be
/// read or written, and what the store says that is asked for the secret.
pub(crate) fn profile(
    account: &Account,
    origin: &Origin,
    role: Option<&AssumedRole>,
    external: &External,
) -> Result<Scrubbed, Failure> {
    let _lock = connect::lock(account)?;
    let file = read(origin.file)?;
    check_one_name(&file, origin.file)?;
    let found = aliyun_cli::read(origin.file, file.content(), Some(origin.name));
    let found = found.ok().filter(|found| found.role.as_ref() == role);
    let secret = saved(account, origin, found)?;
    let bad = |problem| connect::bad_file(origin.file, problem);
    let config = AliyunConfig::parse(file.content()).map_err(bad)?;
    let held = config.held(origin.name).map_err(bad)?;
    let others = connect::check_saved(account, origin.file, origin.name, held);
    others.map_err(with_way_out)?;
    // The copy first: its lines are those of the file, and an error names them.
    let copy = without_pair(origin, &config.without_secrets(), &secret)?;
    let connected = config.with_external(external).map_err(bad)?;
    let clean = without_pair(origin, &connected, &secret)?;
    let backup = replace(account, origin, &file, [&copy, &clean])?;
    let clean = AliyunConfig::parse(clean.as_bytes()).map_err(bad)?;
    Ok(Scrubbed {
        backup,
        others: config.others_with(origin.name, origin.id, &secret),
        has_secret: false,
        has_others: clean.has_secrets(),
        leftovers: leftovers(&file, &secret),
    })
}

/// Takes the section out of a credentials file. Errors as [`profile`] has them.
pub(crate) fn section(account: &Account, origin: &Origin) -> Result<Scrubbed, Failure> {
    let _lock = connect::lock(account)?;
    let file = read(origin.file)?;
    check_one_name(&file, origin.file)?;
    let found = credentials_file::read(origin.file, file.content(), origin.name);
    let secret = saved(account, origin, found.ok())?;
    let text = std::str::from_utf8(file.content()).map_err(|_| connect::changed(origin.file))?;
    if ini::has_other_secrets(text, origin.name, &secret) {
        let (file, section) = (origin.file.to_owned(), origin.name.to_owned());
        return Err(ClientFile::OtherSecrets { file, section }.into());
    }
    let clean = ini::without_section(text, origin.name);
    let copy = ini::without_secrets(text, &secret);
    let backup = replace(account, origin, &file, [&copy, &clean])?;
    let has_secret = secret.is_in(&clean);
    Ok(Scrubbed {
        backup,
        others: Vec::new(),
        has_secret,
        has_others: !has_secret && *ini::without_secrets(&clean, &secret) != *clean,
        leftovers: leftovers(&file, &secret),
    })
}

/// Takes out what clients wrote into a profile that is akm's already, as [`connect::connect`] does. Errors as that has them, and `Refused`
/// where the file is to be changed and has another name.
pub(crate) fn again(
    account: &Account,
    path: &Path,
    external: &External,
) -> Result<Before, Failure> {
    let file = read(path)?;
    let bad = |problem| connect::bad_file(path, problem);
    let config = AliyunConfig::parse(file.content()).map_err(bad)?;
    let clean = config.with_external(external).map_err(bad)?;
    if clean.as_bytes() != file.content() {
        check_one_name(&file, path)?;
    }
    connect::connect(account, path, external)
}

/// `Refused` for a file that has another name: under that one its content, secret and all, would stay.
fn check_one_name(file: &SharedFile, path: &Path) -> Result<(), Failure> {
    if !file.has_other_names() {
        return Ok(());
    }
    Err(ClientFile::HardLink(path.to_owned()).into())
}

/// The advice of `connect`, another profile, is of no use here.
fn with_way_out(failure: Failure) -> Failure {
    match failure.kind {
        Kind::Refused => failure.advise([Advice::RemoveOtherSecrets]),
        _ => failure,
    }
}

/// Puts a clean file in the place of the file at once, after a copy without secrets; returns where the copy is.
fn replace(
    account: &Account,
    origin: &Origin,
    file: &SharedFile,
    [copy, clean]: [&str; 2],
) -> Result<PathBuf, Failure> {
    let backup = connect::keep(account, origin.file, copy)?;
    let replaced = file.replace(clean.as_bytes());
    replaced.map_err(|error| connect::unusable(origin.file, error))?;
    Ok(backup)
}

fn leftovers(file: &SharedFile, secret: &Secret) -> Vec<PathBuf> {
    let has = |left: &SharedFile| {
        let text = std::str::from_utf8(left.content());
        text.is_ok_and(|text| secret.is_in(text))
    };
    let having = file.leftovers().into_iter().filter(has);
    having.map(|left| left.path().to_owned()).collect()
}

/// `Busy` where the file is gone.
fn read(path: &Path) -> Result<SharedFile, Failure> {
    let file = SharedFile::read(path, LONGEST);
    let file = file.map_err(|error| connect::unusable(path, error))?;
    file.ok_or_else(|| connect::changed(path))
}

/// Returns the secret as the store gives it back, which must be the one that the file has.
fn saved(account: &Account, origin: &Origin, found: Option<FoundPair>) -> Result<Secret, Failure> {
    let found = found.filter(|found| found.id == *origin.id);
    let found = found.ok_or_else(|| connect::changed(origin.file))?;
    let selector = Selector::Id(origin.id.clone());
    let saved = account.secret(&credentials::choose(account, &selector, None)?.pair)?;
    if saved.same_as(&found.secret) {
        return Ok(saved);
    }
    Err(connect::changed(origin.file))
}

/// `Refused` where the secret is part of a longer value: what that is for, nobody knows.
fn without_pair(
    origin: &Origin,
    text: &str,
    secret: &Secret,
) -> Result<Zeroizing<String>, Failure> {
    let bad = |problem| connect::bad_file(origin.file, problem);
    let config = AliyunConfig::parse(text.as_bytes()).map_err(bad)?;
    let clean = config.without_pair(origin.id, secret);
    let Some(line) = clean.lines().position(|line| secret.is_in(line)) else {
        return Ok(clean);
    };
    let (file, line) = (origin.file.to_owned(), line + 1);
    Err(ClientFile::LongerValue { file, line }.into())
}
