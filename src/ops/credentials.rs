//! Which pair is handed out, and in which role: the one place that decides. It only reads: no journal, no lock of an owner.

use super::{Account, Failure, Kind, problem::Pair, session};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    role::SessionName,
};
use crate::metadata::{
    inventory::{OwnerRecord, PairRecord},
    profile::{Profile, Role},
};

/// What a command line selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selector {
    Id(AccessKeyId),
    CurrentOf(Owner),
    /// The pair that the profile signs with, in the profile's role.
    Own,
}

/// A pair that was selected, and the role in which it is handed out.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) owner: Owner,
    pub(crate) pair: PairRecord,
    pub(crate) role: Option<Role>,
}

/// Finds what was selected. `own` is the profile that signs; `None` in the sandbox. `NoSuchPair` when akm knows no such pair, when it
/// is deleted, and for [`Selector::Own`] in the sandbox.
pub(crate) fn choose(
    account: &Account,
    selector: &Selector,
    own: Option<&Profile>,
) -> Result<Chosen, Failure> {
    match selector {
        Selector::CurrentOf(owner) => current_of(account, owner),
        Selector::Id(id) => by_id(account, id)?.ok_or_else(|| session::no_such_pair(id)),
        Selector::Own => {
            let profile = own.ok_or(Pair::NoneOfSandbox)?;
            let known = by_id(account, &profile.access_key_id)?;
            let chosen = known.unwrap_or_else(|| unlisted(account, profile));
            Ok(Chosen {
                role: profile.role.clone(),
                ..chosen
            })
        }
    }
}

/// A pair that is known here; `None` where it is not, `NoSuchPair` where it is deleted.
fn by_id(account: &Account, id: &AccessKeyId) -> Result<Option<Chosen>, Failure> {
    let Some(record) = account.inventory.owner_of(id)? else {
        return Ok(None);
    };
    Ok(Some(Chosen {
        owner: record.owner(),
        pair: alive(&record, id)?.clone(),
        role: None,
    }))
}

/// The pair that signs, where it may not list itself and so is not among those that are known. Its age is not known either.
fn unlisted(account: &Account, profile: &Profile) -> Chosen {
    let key = AccessKey {
        id: profile.access_key_id.clone(),
        status: Status::Active,
        created_at: account.clock.now(),
    };
    let mut pair = PairRecord::new(&key);
    pair.secret_store = Some(profile.secret_store);
    Chosen {
        owner: Owner::of_arn(&profile.identity).unwrap_or(Owner::Account),
        pair,
        role: None,
    }
}

fn current_of(account: &Account, owner: &Owner) -> Result<Chosen, Failure> {
    let Some(record) = account.inventory.load(owner)? else {
        // An AccessKey ID of an old form reads like a name.
        return by_odd_id(account, owner);
    };
    Ok(Chosen {
        owner: owner.clone(),
        pair: current(&record)?.clone(),
        role: None,
    })
}

fn by_odd_id(account: &Account, owner: &Owner) -> Result<Chosen, Failure> {
    let id = odd_id(owner);
    let known = id.map(|id| by_id(account, &id)).transpose()?.flatten();
    known.ok_or_else(|| nothing_known(owner))
}

/// Returns the AccessKey ID that a RAM user's name can be, too.
pub(crate) fn odd_id(owner: &Owner) -> Option<AccessKeyId> {
    AccessKeyId::parse(owner.ram_user()?.as_str()).ok()
}

/// What was handed out.
pub(crate) struct HandedOut<T, E> {
    /// The pair that was.
    pub(crate) chosen: Chosen,
    pub(crate) given: T,
    /// The current pair, and why its secret cannot be read, where another one was handed out in its place.
    pub(crate) lost: Option<(AccessKeyId, E)>,
}

/// Hands out by `hand`. Where an owner was selected, and the secret of its current pair is gone from its store or damaged there, the next
/// one of the owner's Active pairs is handed out, and the caller warns of it: the pair that akm has is the current one, whatever metadata
/// claims. Errors are those of `hand`; of several pairs whose secret is lost, the first one's.
pub(crate) fn hand_out<T, E: From<Failure>>(
    account: &Account,
    selector: &Selector,
    chosen: Chosen,
    mut hand: impl FnMut(&Chosen) -> Result<T, E>,
) -> Result<HandedOut<T, E>, E>
where
    Kind: for<'a> From<&'a E>,
{
    let lost = match hand(&chosen) {
        Ok(given) => {
            return Ok(HandedOut {
                chosen,
                given,
                lost: None,
            });
        }
        Err(failure) => failure,
    };
    if !is_lost((&lost).into()) {
        return Err(lost);
    }
    for other in next_pairs(account, selector, &chosen)? {
        match hand(&other) {
            Ok(given) => {
                let lost = Some((chosen.pair.access_key_id, lost));
                return Ok(HandedOut {
                    chosen: other,
                    given,
                    lost,
                });
            }
            Err(failure) if is_lost((&failure).into()) => (),
            Err(failure) => return Err(failure),
        }
    }
    Err(lost)
}

/// Whether no waiting and no unlocking brings that secret.
fn is_lost(kind: Kind) -> bool {
    matches!(kind, Kind::SecretMissing | Kind::SecretUnreadable)
}

/// The owner's other pairs that may be handed out, if the owner was selected and not a pair by its id.
fn next_pairs(
    account: &Account,
    selector: &Selector,
    chosen: &Chosen,
) -> Result<Vec<Chosen>, Failure> {
    if *selector != Selector::CurrentOf(chosen.owner.clone()) {
        return Ok(Vec::new());
    }
    let record = account.record(&chosen.owner)?;
    let pairs = record.current_and_next().into_iter();
    let others = pairs.filter(|pair| pair.access_key_id != chosen.pair.access_key_id);
    let others = others.map(|pair| Chosen {
        pair: pair.clone(),
        ..chosen.clone()
    });
    Ok(others.collect())
}

/// `Refused` for a pair that leaked: it is not handed out, even by its id.
pub(crate) fn check_not_leaked(chosen: &Chosen) -> Result<(), Failure> {
    if !chosen.pair.leaked {
        return Ok(());
    }
    let id = &chosen.pair.access_key_id;
    Err(Pair::NotHandedOut(id.clone(), chosen.owner.clone()).into())
}

/// The role of an ARN that a command line names, in which akm's sessions are called `akm`.
pub(crate) fn role(arn: crate::core::role::RoleArn) -> Role {
    Role {
        arn,
        session_name: SessionName::akm(),
        external_id: None,
    }
}

/// Returns a pair that is known and not deleted. `NoSuchPair` otherwise, with the way back for a deleted one.
pub(crate) fn alive<'a>(
    record: &'a OwnerRecord,
    id: &AccessKeyId,
) -> Result<&'a PairRecord, Failure> {
    let pair = record.pair(id).ok_or_else(|| session::no_such_pair(id))?;
    if pair.is_deleted() {
        let (id, leaked) = (id.clone(), pair.leaked);
        return Err(Pair::Deleted { id, leaked }.into());
    }
    Ok(pair)
}

/// Returns the owner's current pair. `NoSuchPair` when it has no Active one.
pub(crate) fn current(record: &OwnerRecord) -> Result<&PairRecord, Failure> {
    let current = record.current();
    current.ok_or_else(|| Pair::NoneActive(record.owner()).into())
}

/// The failure where nothing is known of an owner.
pub(crate) fn nothing_known(owner: &Owner) -> Failure {
    Pair::NoneKnown(owner.clone()).into()
}
