//! `verify`: whose pair it is, asked with the pair itself.

use super::{Failure, Session};
use crate::cloud::{Caller, Client};

/// Asks the cloud whose the pair is that this client signs with.
pub(crate) fn signer_of(client: &Client) -> Result<Caller, Failure> {
    Ok(client.caller_identity()?)
}

/// The same with what the profile signs with.
pub(crate) fn signer(session: &Session) -> Result<Caller, Failure> {
    signer_of(&session.cloud)
}
