//! What making a pair needs: a store that works, room, and the sealed copy of a secret.

use super::{
    Failure, Session, Stores,
    problem::{self, Problem},
};
use crate::cloud::{Client, Fault};
use crate::core::{account::Owner, open_work::Made, policy, secret::Secret};
use crate::store::{self, SecretName, StoreKind};
use crate::sys::random;
use base64::prelude::{BASE64_STANDARD, Engine};

/// Finds out what can be found on this machine before anything irreversible: the owner's file can be read and written, and the store takes
/// a canary and opens a seal.
pub(in crate::ops) fn ready(session: &Session, owner: &Owner) -> Result<(), Failure> {
    session.record(owner)?;
    session.inventory.check_writable(owner)?;
    let random = random::nonce().map_err(|error| Problem::NoRandom(error.to_string()))?;
    let tried = session.stores.open(session.store).and_then(|store| {
        store::canary(store, &random)?;
        store::sealed_canary(store, &session.recipient, &random)
    });
    tried.map_err(|error| not_for_new(session.store, error))
}

/// Returns how many pairs the owner may have. Where the signer may not ask for the account's quota, the usual one holds.
pub(in crate::ops) fn most_pairs(cloud: &Client, owner: &Owner) -> Result<usize, Failure> {
    let quota = match cloud.quota(owner) {
        Err(error) if error.fault == Fault::Denied => None,
        quota => quota?,
    };
    Ok(quota.unwrap_or(policy::PAIRS_PER_OWNER))
}

/// A store that does not take a secret is the trouble; an `age` store, that what it is made of is not there.
pub(in crate::ops) fn not_for_new(kind: StoreKind, error: store::Error) -> Failure {
    match kind {
        StoreKind::Keyring => Failure::of(Problem::StoreForNew(error)),
        StoreKind::Age => Failure::of_store(kind, error),
    }
}

/// Stores a secret that another store could take as well, reads it back and compares.
pub(in crate::ops) fn store_new(
    stores: &dyn Stores,
    kind: StoreKind,
    name: &SecretName,
    secret: &Secret,
) -> Result<(), Failure> {
    let opened = stores.open(kind).map_err(Failure::from);
    let answer = opened.and_then(|store| store_and_check(store, name, secret));
    answer.map_err(|failure| match *failure.problem {
        Problem::Store(_, error) => not_for_new(kind, error),
        problem => problem.into(),
    })
}

/// Stores a secret, reads it back and compares.
pub(in crate::ops) fn store_and_check(
    store: &dyn store::SecretStore,
    name: &SecretName,
    secret: &Secret,
) -> Result<(), Failure> {
    store.put(name, secret)?;
    match store.get(name)? {
        Some(read) if read.same_as(secret) => Ok(()),
        _ => Err(problem::Secret::Swapped.into()),
    }
}

/// Returns the secret of the sealed copy, opened with the identity of the store that it was made for.
pub(in crate::ops) fn unseal(session: &Session, made: &Made) -> Result<Secret, Failure> {
    let sealed = BASE64_STANDARD.decode(&made.sealed);
    let sealed = sealed.map_err(|_| problem::Secret::NoBase64)?;
    let store = session.stores.open(made.keeping.store)?;
    Ok(store.open(&made.keeping.recipient, &sealed)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::answering;
    use crate::core::place::Recipient;
    use crate::ops::Kind;
    use crate::store::{Error, SecretStore};

    /// Gives back something else than it was given.
    struct Swapping;

    impl SecretStore for Swapping {
        fn put(&self, _: &SecretName, _: &Secret) -> Result<(), Error> {
            Ok(())
        }

        fn get(&self, _: &SecretName) -> Result<Option<Secret>, Error> {
            Ok(Some(Secret::new("another".to_owned()).unwrap()))
        }

        fn delete(&self, _: &SecretName) -> Result<bool, Error> {
            Ok(true)
        }

        fn durable(&self) -> bool {
            true
        }

        fn open(&self, _: &Recipient, _: &[u8]) -> Result<Secret, Error> {
            Err(Error::Absent(String::new()))
        }
    }

    #[test]
    fn what_is_read_back_is_compared() {
        let name = SecretName::canary("LTAI1");
        let stored = |secret: &str| {
            store_and_check(&Swapping, &name, &Secret::new(secret.to_owned()).unwrap())
        };
        assert!(stored("another").is_ok());
        assert_eq!(stored("one").unwrap_err().kind, Kind::StoreFailed);
    }

    #[test]
    fn the_usual_quota_holds_where_the_accounts_is_not_told() {
        let most = |status, body: &str, owner| {
            let most = most_pairs(&answering::with(status, body), &owner);
            most.map_err(|failure| failure.kind)
        };
        let user = || Owner::RamUser("alice".parse().unwrap());
        let both =
            r#"{"SummaryMap":{"AccessKeysPerUserQuota":3,"AccountAccessKeysPerAccountQuota":5}}"#;
        assert_eq!(most(200, both, user()), Ok(3));
        assert_eq!(most(200, both, Owner::Account), Ok(5));
        assert_eq!(most(200, r#"{"SummaryMap":{}}"#, user()), Ok(2));
        let denied = r#"{"Code":"NoPermission","Message":"no"}"#;
        assert_eq!(most(403, denied, user()), Ok(2));
        let odd = r#"{"SummaryMap":{"AccessKeysPerUserQuota":-1}}"#;
        assert_eq!(most(200, odd, user()), Err(Kind::Failed));
        let busy = r#"{"Code":"Throttling.User","Message":"slow"}"#;
        assert_eq!(most(400, busy, user()), Err(Kind::Unavailable));
    }
}
