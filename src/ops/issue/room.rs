//! Whether an owner may have one more pair.

use crate::cloud::{Client, Fault};
use crate::core::{access_key::AccessKey, account::Owner, policy};
use crate::ops::{Failure, Session, create};

/// `TwoPairs` when the owner has as many pairs as it may. The account's quota is asked for only where the usual one is reached.
pub(in crate::ops) fn room(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
) -> Result<(), Failure> {
    if shown.len() < policy::PAIRS_PER_OWNER {
        return Ok(());
    }
    if shown.len() < most_pairs(&session.cloud, owner)? {
        return Ok(());
    }
    Err(create::two_pairs(session, owner, shown))
}

/// Where the signer may not ask for the quota, the usual one holds.
fn most_pairs(cloud: &Client, owner: &Owner) -> Result<usize, Failure> {
    let quota = match cloud.quota(owner) {
        Err(error) if error.fault == Fault::Denied => None,
        quota => quota?,
    };
    Ok(quota.unwrap_or(policy::PAIRS_PER_OWNER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::answering;
    use crate::ops::Kind;

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
