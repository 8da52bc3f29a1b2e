//! What can be done next, where the problem alone does not say it.

use crate::core::{access_key::AccessKeyId, account::Owner, time};
use crate::ops::advice::{Advice, Purpose};

pub(in crate::cli) fn advice(advice: &Advice) -> String {
    match advice {
        Advice::SetClock => "set the clock and try again; nothing was changed".to_owned(),
        Advice::GiveSecretOf(id) => format!("the secret that was given is not the one of `{id}`"),
        Advice::UseConsole(owner, id) => console(owner, id.as_ref()),
        Advice::FindUser(id, purpose) => {
            let forgets = match purpose {
                Purpose::RetireLeaked => "that it leaked",
                Purpose::Restore => "that it was to be restored",
            };
            format!(
                "`akm user list` shows who is there; `akm recover --dismiss {id}` forgets {forgets}"
            )
        }
        Advice::Export(id) => {
            format!("the pair is saved: `akm export {id} --csv FILE` tries again")
        }
        Advice::LookAtPair => "look whether it is yours".to_owned(),
        Advice::RecoverAfter(until) => recover_after(*until),
        Advice::Recover => "`akm recover` finds out".to_owned(),
        Advice::RemoveOtherSecrets => {
            "remove its other secrets, such as `sts_token`, then run the same command again"
                .to_owned()
        }
    }
}

pub(super) fn recover_after(until: time::Timestamp) -> String {
    format!("run `akm recover` after {}", time::format(until))
}

/// The way through the console, for a pair that akm cannot retire itself.
pub(super) fn console(owner: &Owner, id: Option<&AccessKeyId>) -> String {
    let page = match owner {
        Owner::RamUser(name) => {
            format!("the RAM console under Identities > Users > {name} > AccessKey")
        }
        Owner::Account => "the console under AccessKey in the menu of the account".to_owned(),
    };
    let pair = id.map_or_else(|| "the pair that leaked".to_owned(), |id| format!("`{id}`"));
    format!(
        "sign with another identity; or go to {page}: create a new pair and download its CSV, disable {pair}, delete it, \
         then `akm import` the CSV, or, where a profile signed with it, add that anew: `akm profile add NAME --csv FILE`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_is_described_by_its_owners_page() {
        let alice = Owner::RamUser("alice".parse().unwrap());
        let id = AccessKeyId::parse("LTAI1").unwrap();
        for (owner, page) in [
            (&alice, "Identities > Users > alice > AccessKey"),
            (&Owner::Account, "AccessKey in the menu of the account"),
        ] {
            let text = console(owner, Some(&id));
            assert!(
                text.contains(page) && text.contains("disable `LTAI1`"),
                "{text}"
            );
            let text = console(owner, None);
            assert!(text.contains("disable the pair that leaked"), "{text}");
        }
    }
}
