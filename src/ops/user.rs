//! RAM users.

use super::{Failure, Kind, Session, problem, record};
use crate::cloud::{Fault, User};
use crate::core::{account::Owner, name::UserName};
use crate::metadata::log::Action;

/// `Exists` when there is one.
pub(crate) fn create(
    session: &Session,
    name: &UserName,
    display_name: &str,
    comments: &str,
) -> Result<User, Failure> {
    session.check_account()?;
    let owner = Owner::RamUser(name.clone());
    let answer = session.cloud.create_user(name, display_name, comments);
    let answer = record::change(session, Action::UserCreate, &owner, None, answer);
    answer.map_err(|error| match error.fault {
        Fault::Exists => problem::User::Exists(name.clone(), Box::new(error)).into(),
        _ => error.into(),
    })
}

/// Like [`create`], for a pair that is to follow: what stands against the pair is found before the user is made, and a user that
/// exists by now is no error. True if it was made.
pub(crate) fn ensure(session: &Session, name: &UserName) -> Result<bool, Failure> {
    let owner = Owner::RamUser(name.clone());
    // Another akm may be at work on the same files for a pair of the same new user.
    let _lock = session.lock(&owner)?;
    super::issue::ready(session, &owner)?;
    match create(session, name, name.as_str(), "") {
        Ok(_) => Ok(true),
        Err(failure) if failure.kind == Kind::Exists => Ok(false),
        Err(failure) => Err(failure),
    }
}

pub(crate) fn missing(name: &UserName) -> Failure {
    problem::User::Missing(name.clone()).into()
}

/// Refuses to delete a user that is not there, or has pairs: `NoSuchUser`, `Conflict`. Changes nothing.
pub(crate) fn check_deletable(session: &Session, name: &UserName) -> Result<(), Failure> {
    let owner = Owner::RamUser(name.clone());
    session.record(&owner)?;
    session.check_account()?;
    if !session.has_user(name)? {
        return Err(missing(name));
    }
    let pairs = session.cloud.pairs(&owner)?;
    if pairs.is_empty() {
        return Ok(());
    }
    Err(problem::User::HasPairs(name.clone(), pairs).into())
}

/// `Conflict` while the user has pairs, policies or groups: the cloud refuses, and so do we, with what to do.
pub(crate) fn delete(session: &Session, name: &UserName) -> Result<(), Failure> {
    let owner = Owner::RamUser(name.clone());
    let _lock = session.lock(&owner)?;
    check_deletable(session, name)?;
    let answer = session.cloud.delete_user(name);
    record::change(session, Action::UserDelete, &owner, None, answer)?;
    super::refresh::user_gone_now(session, &owner)
}
