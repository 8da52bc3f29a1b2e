//! The RAM users of an account as rows of a list, with the pairs that this machine knows of each.

use crate::cli::failure::Failure;
use crate::cloud::User;
use crate::core::name::UserName;
use crate::metadata::inventory::PairRecord;
use crate::ops::Account;
use std::collections::BTreeMap;
use std::fmt;

pub(crate) enum UserRow {
    New,
    Known { name: UserName, pairs: usize },
}

impl UserRow {
    /// A new user first: that row is selected at first, and leads to another question before anything is made.
    pub(crate) fn all(account: &Account, users: Vec<User>) -> Result<Vec<Self>, Failure> {
        let known = pairs(account)?;
        let rows = users.into_iter().map(|user| Self::Known {
            pairs: known.get(&user.name.key()).copied().unwrap_or_default(),
            name: user.name,
        });
        Ok(std::iter::once(Self::New).chain(rows).collect())
    }

    /// The part of the row that is searched: letters of its remark must find no user.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::New => "a new RAM user",
            Self::Known { name, .. } => name.as_str(),
        }
    }
}

/// How many pairs each RAM user has, as far as metadata knows. What cannot be read is passed over.
fn pairs(account: &Account) -> Result<BTreeMap<String, usize>, Failure> {
    let records = account.inventory.all()?.records.into_iter();
    let counted = records.filter_map(|record| {
        let live = record
            .access_keys
            .iter()
            .filter(|pair| PairRecord::is_live(pair));
        Some((record.ram_user.as_ref()?.key(), live.count()))
    });
    Ok(counted.collect())
}

impl fmt::Display for UserRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("a new RAM user…"),
            Self::Known { name, pairs: 0 } => write!(f, "{name}"),
            Self::Known { name, pairs: 1 } => write!(f, "{name}  1 pair"),
            // Two are as many as the cloud takes, unless the account's quota was raised: only the cloud knows that.
            Self::Known { name, pairs } => write!(f, "{name}  {pairs} pairs (full)"),
        }
    }
}
