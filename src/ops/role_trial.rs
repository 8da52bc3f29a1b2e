//! A role that a client is to get sessions of: it is assumed once before the client's file is changed, so that no client is left with a
//! profile that gives nothing.

use super::role_session::{self, Freshness, Wanted};
use super::{Account, Failure, credentials::Chosen, problem::Problem};
use crate::cloud::{Client, Credentials};
use crate::core::time::Span;

/// Assumes the role that was chosen with the pair, as `credential-process` does by default, and lets the session end unused. Returns at
/// once where no role was chosen. Errors: those of the secret store and of `AssumeRole`, whose kind and hint stay.
pub(crate) fn check<E: From<Failure>>(
    account: &Account,
    chosen: &Chosen,
    client: impl FnOnce(Credentials) -> Result<Client, E>,
) -> Result<(), E> {
    let Some(role) = &chosen.role else {
        return Ok(());
    };
    let id = &chosen.pair.access_key_id;
    let client = client(Credentials {
        id: id.to_string(),
        secret: account.secret(&chosen.pair)?,
        token: None,
    })?;
    let wanted = Wanted {
        chosen,
        role,
        duration: Span::hour(),
        policy: None,
        fresh: Freshness::Renewable,
    };
    // Past the cache: a session from before says nothing about what the role allows now.
    let opened = role_session::open(&client, &wanted);
    let failed = opened.err().map(|failure| {
        Failure::of(Problem::NoSession(
            id.clone(),
            role.arn.clone(),
            Box::new(failure),
        ))
    });
    failed.map_or(Ok(()), |failure| Err(failure.into()))
}
