//! What a person is to know besides the outcome.

use super::{owner::selector, why_of};
use crate::cloud::clocks;
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
};
use crate::ops::{
    Ending,
    remark::{Drift, Machine, Of, Remark, Rotation, Secret, Unfinished},
};

pub(in crate::cli) fn remark(remark: &Remark) -> String {
    match remark {
        Remark::Drift(id, owner, drift) => drifted(id, owner, *drift),
        Remark::UserGone(owner) => format!("{owner} is gone from the cloud"),
        Remark::Machine(remark) => machine(remark),
        Remark::Pair(id, of) => pair(id, *of),
        Remark::Rotation(remark) => rotation(remark),
        Remark::Secret(remark) => secret(remark),
        Remark::Unfinished(remark) => unfinished(remark),
    }
}

fn drifted(id: &AccessKeyId, owner: &Owner, drift: Drift) -> String {
    match drift {
        Drift::New => format!("`{id}` of {owner} was not known here; akm does not have its secret"),
        Drift::Gone => format!("`{id}` of {owner} is gone from the cloud"),
        Drift::Back => format!("`{id}` of {owner} is back in the cloud"),
        Drift::Status(Status::Active) => format!("`{id}` of {owner} was enabled elsewhere"),
        Drift::Status(Status::Inactive) => format!("`{id}` of {owner} was disabled elsewhere"),
    }
}

fn machine(remark: &Machine) -> String {
    match remark {
        Machine::Waiting => "waiting for another akm that works on this owner or file".to_owned(),
        Machine::Clocks(skew) => clocks(*skew),
        Machine::Unreadable(error) => super::file(error).whole(),
        Machine::LogUnwritten(error) => format!("the log could not be written: {error}"),
        Machine::RecordUnwritten(error) => {
            format!("the change was made, but akm's own record of it could not be written: {error}")
        }
        Machine::JournalUnwritten(why) => format!(
            "the journal could not be written ({}); the secret is in the store",
            why_of(why)
        ),
        Machine::SessionUncached => {
            "this session is not cached: its folder cannot be written".to_owned()
        }
    }
}

fn pair(id: &AccessKeyId, of: Of) -> String {
    match of {
        Of::Disabled => format!("`{id}` is disabled"),
        Of::Deleted => format!("`{id}` is deleted"),
        Of::DeletedBefore => format!("`{id}` is deleted already"),
        Of::MadeRoom => format!("`{id}` is deleted to make room"),
        Of::DeletedAfterRollback => format!(
            "`{id}`, which the rollback took out of use, is deleted: `akm restore {id}` brings it back"
        ),
        Of::HandedOutAgain => {
            format!("`{id}` was reported as leaked, and is handed out again from now on")
        }
        Of::NotReplaced => format!("no pair will be made in the place of `{id}`"),
        Of::BoundToNetworks => format!(
            "`{id}` is bound to networks, and the pair that takes its place is NOT: `akm key-policy show {id} --json` writes the \
             policy, `akm key-policy set KEY_ID --file FILE` takes it"
        ),
        Of::Suspected => format!(
            "`{id}` appeared around a create, and akm cannot account for it: it is a suspect"
        ),
    }
}

fn rotation(remark: &Rotation) -> String {
    match remark {
        Rotation::Over(owner, old, ending) => {
            let why = match ending {
                Ending::Gone => "its old pair is deleted".to_owned(),
                Ending::Undone => format!("`{old}` was enabled again"),
            };
            format!("the rotation of {owner} before this one is over: {why}")
        }
        Rotation::GoesOn(id, owner) => format!(
            "the rotation that replaces `{id}` is unfinished: `akm rotate {}` finishes it",
            selector(owner)
        ),
        Rotation::Forgotten { new, rolled_back } => {
            let what = if *rolled_back { "rollback" } else { "rotation" };
            format!("the {what} to `{new}` is forgotten")
        }
        Rotation::Left(old) => {
            format!("the rotation that retires `{old}` is over; both pairs are left as they are")
        }
        Rotation::Switched(profiles, id) => {
            let names: Vec<String> = profiles.iter().map(|name| format!("`{name}`")).collect();
            let names = names.join(", ");
            match profiles.len() {
                1 => format!("from now on the profile {names} signs with `{id}`"),
                _ => format!("from now on the profiles {names} sign with `{id}`"),
            }
        }
        Rotation::NoneOpen(owner) => format!("nothing is unfinished for {owner}"),
    }
}

fn secret(remark: &Secret) -> String {
    match remark {
        Secret::PutBack => {
            "the secret store had lost a secret; it was put back from the journal".to_owned()
        }
        Secret::LeftOut(1) => "1 pair is left out: its secret is not saved here".to_owned(),
        Secret::LeftOut(count) => {
            format!("{count} pairs are left out: their secrets are not saved here")
        }
        Secret::InPlaceOf(id, owner, lost, why) => in_place_of(id, owner, lost, &why_of(why)),
        Secret::Stays(id, error) => {
            format!("the secret of `{id}` could not be deleted from its store: {error}")
        }
        Secret::StayUnknown(error) => {
            format!("{error}; the secrets that it names stay in their stores")
        }
    }
}

/// Says that a pair is handed out in the place of another one, whose secret cannot be read.
pub(in crate::cli) fn in_place_of(
    id: &AccessKeyId,
    owner: &Owner,
    lost: &AccessKeyId,
    why: &str,
) -> String {
    format!(
        "AccessKey {id} of {owner} is handed out in the place of {lost}, whose secret cannot be read: {why}"
    )
}

fn unfinished(remark: &Unfinished) -> String {
    match remark {
        Unfinished::Finished(id) => {
            format!("an earlier command's create is finished: AccessKey pair `{id}`")
        }
        Unfinished::DeletedByNow(id, owner) => {
            format!("`{id}` of {owner} was made by an earlier command and is deleted by now")
        }
        Unfinished::Restored(id, owner, status) => {
            format!("an earlier command's restore is finished: `{id}` of {owner} is {status}")
        }
        Unfinished::Signs(id, status) => {
            format!("`{id}` is back and stays {status}: a profile signs with it")
        }
        Unfinished::NotRestored(id) => {
            format!("an earlier restore of `{id}` is now known to have done nothing")
        }
        Unfinished::NotMade(owner) => {
            format!("an earlier create for {owner} is now known to have left nothing behind")
        }
    }
}
