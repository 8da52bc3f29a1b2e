//! A pair that akm signs with: whose it is, and the question before it is replaced.

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::core::{access_key::AccessKeyId, account::Owner};
use crate::metadata::config::Config;
use crate::metadata::profile::Profile;
use crate::ops::{Kind, Session, profile, rotate::plan::Asked};

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

/// Asks before a rotation replaces a signer, however that was selected, or the account's own pair.
pub(super) fn ask(
    context: &Context,
    session: &Session,
    owner: &Owner,
    asked: &Asked,
) -> Result<(), Failure> {
    let mut signers = profile::signers_of(session, owner)?.into_iter();
    // What signs here cannot disable itself before all else: that is refused, and not asked.
    let is_refused = |id: &AccessKeyId| {
        matches!(asked, Asked::Leaked(_)) && session.cloud.signer() == id.as_str()
    };
    let found = signers.find(|(_, id)| replaces(asked, id) && !is_refused(id));
    if let Some((name, id)) = found {
        let account = &session.id;
        return context.ui.insist(&format!(
            "rotate the pair `{id}` of {owner} in account {account}, which the profile `{name}` signs with?"
        ));
    }
    let begins = match asked {
        Asked::RollBack => false,
        Asked::Leaked(_) => true,
        Asked::Rotate(wish) => !wish.finish_only,
    };
    if begins && *owner == Owner::Account {
        context.ui.insist("rotate the account's own pair?")?;
    }
    Ok(())
}

/// Whether another pair may come into the place of this one.
fn replaces(asked: &Asked, id: &AccessKeyId) -> bool {
    match asked {
        Asked::RollBack => false,
        Asked::Leaked(named) => named.as_ref().is_none_or(|named| named == id),
        Asked::Rotate(wish) => !wish.finish_only && wish.replace.as_ref() != Some(id),
    }
}
