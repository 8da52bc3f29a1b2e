//! What an owner's file says: its pairs, as the cloud last showed them and as akm holds them.

use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::{AccountId, Owner},
    name::{ProfileName, UserName},
    place::StoreKind,
    time::{self, Timestamp},
};
use crate::metadata::Version;
use serde::{Deserialize, Serialize};

/// One pair, as the cloud last showed it and as akm holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a mark of its own in the file"
)]
pub(crate) struct PairRecord {
    pub(crate) access_key_id: AccessKeyId,
    pub(crate) status: Status,
    #[serde(with = "time::text")]
    pub(crate) created_at: Timestamp,
    #[serde(
        with = "time::text_option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) last_used_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) comment: Option<String>,
    /// Where its secret rests; absent when akm does not hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret_store: Option<StoreKind>,
    /// The store that its secret was moved out of, until that store has forgotten it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) moved_from: Option<StoreKind>,
    /// Whether it was made elsewhere, and came with its secret. Version 1 said so in a list, `left_by`.
    #[serde(
        default,
        alias = "left_by",
        deserialize_with = "imported",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub(crate) imported: bool,
    /// Whether a rotation has still to deliver it, or took it back: another pair of the owner is handed out before it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) undelivered: bool,
    /// Whether its secret is in wrong hands: it is never handed out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) leaked: bool,
    /// Whether akm gave it a network policy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) bound_to_networks: bool,
    #[serde(
        with = "time::text_option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) disable_after: Option<Timestamp>,
    #[serde(
        with = "time::text_option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) retired_at: Option<Timestamp>,
    #[serde(
        with = "time::text_option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) delete_after: Option<Timestamp>,
    #[serde(
        with = "time::text_option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) deleted_at: Option<Timestamp>,
}

impl PairRecord {
    pub(crate) fn new(key: &AccessKey) -> Self {
        Self {
            access_key_id: key.id.clone(),
            status: key.status,
            created_at: key.created_at,
            last_used_at: None,
            comment: None,
            secret_store: None,
            moved_from: None,
            imported: false,
            undelivered: false,
            leaked: false,
            bound_to_networks: false,
            disable_after: None,
            retired_at: None,
            delete_after: None,
            deleted_at: None,
        }
    }

    /// No rotation is to disable or delete it any more.
    pub(crate) fn nothing_due(&mut self) {
        (self.disable_after, self.delete_after) = (None, None);
    }

    /// Names the store that has its secret from now on. The one before may have it, too.
    pub(crate) fn save_in(&mut self, kind: StoreKind) {
        let before = [self.secret_store.replace(kind), self.moved_from];
        self.moved_from = before.into_iter().flatten().find(|store| *store != kind);
    }

    /// Whether it is there and its secret is held.
    pub(crate) fn is_held(&self) -> bool {
        !self.is_deleted() && self.secret_store.is_some()
    }

    pub(crate) fn is_live(&self) -> bool {
        !self.is_deleted()
    }

    /// Whether it is there in that status.
    pub(crate) fn is(&self, status: Status) -> bool {
        self.is_live() && self.status == status
    }

    pub(crate) fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }
}

/// Reads `imported`, or what version 1 had in its place: the ways by which the secret had left akm.
fn imported<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Imported {
        Known(bool),
        LeftBy(Vec<String>),
    }
    Ok(match Imported::deserialize(from)? {
        Imported::Known(imported) => imported,
        Imported::LeftBy(ways) => ways.iter().any(|way| way == "import"),
    })
}

/// All that is known of one owner's pairs, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnerRecord {
    version: Version<2>,
    pub(crate) account_id: AccountId,
    pub(crate) profile: ProfileName,
    /// Absent: the pairs are the account's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ram_user: Option<UserName>,
    /// When the cloud last showed these pairs.
    #[serde(
        with = "time::text_option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) refreshed_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) access_keys: Vec<PairRecord>,
}

impl OwnerRecord {
    pub(crate) fn new(account: &AccountId, profile: &ProfileName, owner: &Owner) -> Self {
        Self {
            version: Version,
            account_id: account.clone(),
            profile: profile.clone(),
            ram_user: owner.ram_user().cloned(),
            refreshed_at: None,
            access_keys: Vec::new(),
        }
    }

    pub(crate) fn owner(&self) -> Owner {
        self.ram_user.clone().map_or(Owner::Account, Owner::RamUser)
    }

    /// The pairs that the cloud still lists.
    pub(crate) fn live(&self) -> impl Iterator<Item = &PairRecord> {
        self.access_keys.iter().filter(|pair| !pair.is_deleted())
    }

    pub(crate) fn pair(&self, id: &AccessKeyId) -> Option<&PairRecord> {
        self.access_keys
            .iter()
            .find(|pair| pair.access_key_id == *id)
    }

    pub(crate) fn pair_mut(&mut self, id: &AccessKeyId) -> Option<&mut PairRecord> {
        self.access_keys
            .iter_mut()
            .find(|pair| pair.access_key_id == *id)
    }

    /// Returns the pair that every selector of an owner means: the newest Active one whose secret akm has, else the newest Active one.
    /// A pair that leaked is never meant, and one that a rotation has not delivered only where there is no other.
    pub(crate) fn current(&self) -> Option<&PairRecord> {
        self.usable().max_by_key(|pair| rank(pair))
    }

    /// Returns the pairs whose secret akm has and that may be handed out, the current one first.
    pub(crate) fn current_and_next(&self) -> Vec<&PairRecord> {
        let mut pairs: Vec<&PairRecord> = self.usable().filter(|pair| pair.is_held()).collect();
        pairs.sort_by_key(|pair| rank(pair));
        // Of two that were made in one second, the one learnt of later is the newer.
        pairs.reverse();
        pairs
    }

    /// The Active pairs but those that leaked.
    fn usable(&self) -> impl Iterator<Item = &PairRecord> {
        let usable = |pair: &&PairRecord| pair.status == Status::Active && !pair.leaked;
        self.live().filter(usable)
    }

    /// Takes over what the cloud shows: unknown pairs come in without a secret, vanished ones count as deleted now.
    pub(crate) fn take_over(&mut self, shown: &[AccessKey], now: Timestamp) {
        for key in shown {
            match self.pair_mut(&key.id) {
                Some(pair) => {
                    pair.status = key.status;
                    pair.created_at = key.created_at;
                    pair.deleted_at = None;
                }
                None => self.access_keys.push(PairRecord::new(key)),
            }
        }
        for pair in &mut self.access_keys {
            if pair.deleted_at.is_none() && !shown.iter().any(|key| key.id == pair.access_key_id) {
                pair.deleted_at = Some(now);
            }
        }
        // Times are to the second: of two in one second, the one learnt of later is the newer, which a stable sort keeps.
        self.access_keys.sort_by_key(|pair| pair.created_at);
        self.refreshed_at = Some(now);
    }
}

/// What makes one usable pair of an owner go before another.
fn rank(pair: &PairRecord) -> (bool, bool, Timestamp) {
    (pair.is_held(), !pair.undelivered, pair.created_at)
}
