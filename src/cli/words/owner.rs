//! How an account is named, and how a command line names the owner of a pair.

use crate::core::{access_key::AccessKeyId, account::Owner, name::UserName};
use crate::ops::Account;

/// Returns the owner as a sentence names it: `RAM user alice`.
pub(in crate::cli) fn whose(owner: &Owner) -> String {
    match owner {
        Owner::Account => "the account itself".to_owned(),
        Owner::RamUser(name) => format!("RAM user {name}"),
    }
}

/// Returns the profile and the account that a command acts in: `prod (account 5123…)`.
pub(in crate::cli) fn place(account: &Account) -> String {
    let profile = if account.profile.is_sandbox() {
        "the sandbox"
    } else {
        account.profile.as_str()
    };
    format!("{profile} (account {})", account.id)
}

/// Returns what a person must know of a RAM user that was just made: it has no permissions yet, and where it gets some.
pub(in crate::cli) fn may_do_nothing(account: &Account, name: &UserName) -> String {
    let begin = "a new RAM user may do nothing until a policy is attached to it";
    if account.profile.is_sandbox() {
        return format!("{begin}; in your own account, that is done in the RAM console");
    }
    format!("{begin}: in the RAM console under Identities > Users > {name} > Permissions")
}

/// Returns the option that selects this owner.
pub(in crate::cli) fn selector(owner: &Owner) -> String {
    match owner {
        Owner::Account => "--account".to_owned(),
        // A name that looks like an option.
        Owner::RamUser(name) if name.as_str().starts_with('-') => format!("--ram-user={name}"),
        Owner::RamUser(name) => format!("--ram-user {name}"),
    }
}

/// Returns the argument that selects this owner, as a person types it: `alice`, or `--account`.
pub(in crate::cli) fn argument(owner: &Owner) -> String {
    let name = owner.ram_user().map(UserName::as_str);
    let is_plain = |name: &&str| !name.starts_with('-') && !AccessKeyId::has_usual_form(name);
    let plain = name.filter(is_plain);
    plain.map_or_else(|| selector(owner), str::to_owned)
}
