//! The RAM user that the server's caller is given to begin with.

use super::engine::role_arn;
use super::identifiers::{new_access_key_id, new_user_id, secret_of};
use super::state::{Pair, Pairs, User};
use super::{Error, Records};
use crate::core::access_key::{AccessKeyId, Status};
use crate::core::name::UserName;
use crate::core::policy::PAIRS_PER_OWNER;
use crate::core::secret::Secret;
use crate::core::time::Timestamp;
use crate::sys::clock::Clock;

const NAME: &str = "sandbox-administrator";

/// An Active pair of a user with every permission, and where it is good for.
pub(crate) struct Administrator {
    pub(crate) account_id: String,
    pub(crate) default_domain: String,
    pub(crate) access_key_id: String,
    pub(crate) access_key_secret: Secret,
    pub(crate) role_arn: String,
}

impl Administrator {
    /// Finds or makes them: the user, its permission, its pair. A pair that is there is taken, and one made only where none is
    /// Active; two Inactive ones leave no room, and the first becomes Active. Errors are those of [`Records`].
    pub(crate) fn settle(
        records: &dyn Records,
        seed: &Secret,
        clock: &dyn Clock,
    ) -> Result<Self, Error> {
        let (mut session, now) = (records.open(clock)?, clock.now());
        let name = UserName::parse(NAME).map_err(unusable)?;
        let mut user = match session.user(&name.key())? {
            Some(user) => user,
            None => User::new(name, new_user_id().map_err(unusable)?, now),
        };
        user.administrator = true;
        let id = active_pair(&mut user.access_keys, now)?;
        session.put_user(&user)?;
        let account = session.account()?;
        Ok(Self {
            role_arn: role_arn(&account.account_id),
            account_id: account.account_id.to_string(),
            default_domain: account.default_domain,
            access_key_secret: secret_of(seed, id.as_str()).map_err(unusable)?,
            access_key_id: id.to_string(),
        })
    }
}

fn active_pair(pairs: &mut Pairs, now: Timestamp) -> Result<AccessKeyId, Error> {
    let active = pairs.live().find(|pair| pair.status == Status::Active);
    if let Some(pair) = active {
        return Ok(pair.id.clone());
    }
    let first = pairs.live().next().map(|pair| pair.id.clone());
    match first {
        Some(id) if pairs.live().count() >= PAIRS_PER_OWNER => {
            if let Some(pair) = pairs.live_pair(id.as_str()) {
                pair.status = Status::Active;
                pair.updated_at = now;
            }
            Ok(id)
        }
        _ => {
            let id = new_access_key_id(NAME).map_err(unusable)?;
            pairs.add(Pair::new(id.clone(), now));
            Ok(id)
        }
    }
}

fn unusable(error: impl std::fmt::Display) -> Error {
    Error::Unusable(error.to_string())
}
