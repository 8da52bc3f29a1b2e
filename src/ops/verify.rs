//! `verify`: whose pair it is, asked with the pair itself.

use super::{Failure, Session};
use crate::cloud::{Caller, Credentials};
use crate::metadata::inventory::PairRecord;

/// Signs `GetCallerIdentity` with the pair.
pub(crate) fn pair(session: &Session, pair: &PairRecord) -> Result<Caller, Failure> {
    let secret = session.secret(pair)?;
    let credentials = Credentials {
        id: pair.access_key_id.to_string(),
        secret,
        token: None,
    };
    Ok(session.cloud.signing_as(credentials).caller_identity()?)
}

/// The same with what the profile signs with.
pub(crate) fn signer(session: &Session) -> Result<Caller, Failure> {
    Ok(session.cloud.caller_identity()?)
}
