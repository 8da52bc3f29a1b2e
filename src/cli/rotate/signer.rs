//! A pair that akm signs with: whose it is, and the question before it is replaced.

use crate::cli::{
    context::Context,
    failure::Failure,
    question,
    words::{place, whose},
};
use crate::core::{access_key::AccessKeyId, account::Owner};
use crate::metadata::config::Config;
use crate::metadata::{inventory::OwnerRecord, profile::Profile};
use crate::ops::{
    Kind, Session, profile,
    rotate::{self, plan::Asked},
};

/// Returns whose pair the profile signs with. A pair that may not list itself is in no record: then the profile's identity says it. `Denied`
/// where that is a role.
pub(in crate::cli) fn owner_of_signer(context: &Context) -> Result<Owner, Failure> {
    let signer = context.own_profile(&Config::load(&context.home)?)?;
    let signer = signer.ok_or_else(|| {
        Failure::new(Kind::NoSuchPair, "the sandbox is signed for without a pair")
            .hint("name an owner: `--ram-user NAME` or `--account`")
    })?;
    let known = context
        .known()?
        .map(|account| account.inventory.owner_of(&signer.access_key_id));
    let record = known.transpose()?.flatten();
    let owner = record.map(|record| record.owner());
    owner
        .or_else(|| profile::owner_of(&signer))
        .ok_or_else(|| unknown(&signer))
}

fn unknown(signer: &Profile) -> Failure {
    let message = format!("akm cannot see whose pair `{}` is", signer.access_key_id);
    Failure::new(Kind::Denied, message)
        .because("it signs in a role, and may not list itself or belongs to another account")
        .hint("name its owner: `--ram-user NAME` or `--account`")
}

/// Asks before a rotation replaces a signer, however that was selected, or the account's own pair. What would be refused is refused
/// before that.
pub(super) fn ask(
    context: &Context,
    session: &Session,
    owner: &Owner,
    asked: &Asked,
) -> Result<(), Failure> {
    let mut signers = profile::signers_of(session, owner)?.into_iter();
    let signer = signers.find(|(_, id)| replaces(asked, id));
    let is_own = *owner == Owner::Account && begins(asked);
    if context.ui.agrees() || signer.is_none() && !is_own {
        return Ok(());
    }
    let plan = rotate::plan::plan(session, owner, asked)?;
    // Where nothing would be done, the command itself says why.
    if plan.stops.is_some() && plan.doings.is_empty() {
        return Ok(());
    }
    context.ui.insist_on(|| match &signer {
        Some((name, id)) => {
            let pair = question::pair(session, owner, id);
            format!("rotate {pair}, which the profile `{name}` signs with?")
        }
        None => format!("rotate {}?", current(session, owner)),
    })
}

fn current(session: &Session, owner: &Owner) -> String {
    let record = session.inventory.load(owner).ok().flatten();
    match record.as_ref().and_then(OwnerRecord::current) {
        Some(pair) => question::pair(session, owner, &pair.access_key_id),
        None => format!("the pair of {} in {}", whose(owner), place(session)),
    }
}

fn begins(asked: &Asked) -> bool {
    match asked {
        Asked::RollBack => false,
        Asked::Leaked(_) => true,
        Asked::Rotate(wish) => !wish.finish_only,
    }
}

/// Whether another pair may come into the place of this one.
fn replaces(asked: &Asked, id: &AccessKeyId) -> bool {
    match asked {
        Asked::RollBack => false,
        Asked::Leaked(named) => named.as_ref().is_none_or(|named| named == id),
        Asked::Rotate(wish) => !wish.finish_only && wish.replace.as_ref() != Some(id),
    }
}
