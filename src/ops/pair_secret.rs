//! The secret of a pair, from the store that its metadata names.

use super::{Account, Failure, Kind, Stores};
use crate::core::secret::Secret;
use crate::metadata::inventory::PairRecord;
use crate::store::{SecretName, StoreKind};

impl Account {
    /// The secret of a pair that metadata says is held.
    pub(crate) fn secret(&self, pair: &PairRecord) -> Result<Secret, Failure> {
        secret(&*self.stores, pair).map_err(|failure| self.replacing(failure, pair))
    }

    /// The failure with the command that makes a new pair in the place of one whose secret is lost. Its owner is looked up only now: most
    /// secrets are there.
    fn replacing(&self, failure: Failure, pair: &PairRecord) -> Failure {
        let known = self.inventory.owner_of(&pair.access_key_id).ok().flatten();
        let rotate = known.map(|record| format!("akm rotate {}", record.owner().argument()));
        let Some(rotate) = rotate else {
            return failure;
        };
        let of_file = failure.hint.as_deref() == Some(DAMAGED);
        match failure.kind {
            Kind::SecretMissing if pair.secret_store.is_none() => failure.hint(format!(
                "the cloud shows a secret once, at creation; make a new pair: {rotate}"
            )),
            Kind::SecretMissing => failure.hint(format!("make a new pair: {rotate}")),
            Kind::SecretUnreadable if of_file => failure.hint(format!(
                "bring that file back from a backup, or make a new pair: {rotate}"
            )),
            _ => failure,
        }
    }
}

/// The secret of a pair, from the store that its metadata names. `SecretMissing` when akm never held it or the store lacks it.
fn secret(stores: &dyn Stores, pair: &PairRecord) -> Result<Secret, Failure> {
    let id = &pair.access_key_id;
    let Some(kind) = pair.secret_store else {
        return Err(Failure::new(
            Kind::SecretMissing,
            format!("akm does not hold the secret of `{id}`"),
        )
        .hint(
            "the cloud shows a secret once, at creation; rotate its owner: `akm rotate --ram-user NAME` or `--account`",
        ));
    };
    let found = stores
        .open(kind)
        .and_then(|store| store.get(&SecretName::pair(id)))
        .map_err(|error| unreadable(Failure::of_store(kind, error), kind))?;
    found.ok_or_else(|| {
        Failure::new(
            Kind::SecretMissing,
            format!("the secret store `{kind}` lacks the secret of `{id}`"),
        )
        .hint("rotate its owner: `akm rotate --ram-user NAME` or `--account`")
    })
}

const DAMAGED: &str =
    "bring that file back from a backup, or rotate its owner, which does without it";

/// In an `age` store it may be the secret's own file, of which the cause says nothing about an identity.
fn unreadable(failure: Failure, kind: StoreKind) -> Failure {
    let of_identity = failure
        .cause
        .as_ref()
        .is_some_and(|cause| cause.contains("identity"));
    if of_identity || (kind, failure.kind) != (StoreKind::Age, Kind::SecretUnreadable) {
        return failure;
    }
    failure.hint(DAMAGED)
}
