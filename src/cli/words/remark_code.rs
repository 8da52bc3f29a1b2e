//! The words by which a script knows a remark. They are listed in `akm help json` and never renamed.

use crate::core::access_key::Status;
use crate::ops::remark::{Drift, Machine, Of, Remark, Rotation, Secret, Unfinished};

/// Returns the code of a remark.
pub(in crate::cli) fn code(remark: &Remark) -> &'static str {
    match remark {
        Remark::Drift(_, _, drift) => drifted(*drift),
        Remark::UserGone(_) => "user-gone",
        Remark::Machine(remark) => machine(remark),
        Remark::Pair(_, of) => pair(*of),
        Remark::Rotation(remark) => rotation(remark),
        Remark::Secret(remark) => secret(remark),
        Remark::Unfinished(remark) => unfinished(remark),
    }
}

fn drifted(drift: Drift) -> &'static str {
    match drift {
        Drift::New => "pair-appeared",
        Drift::Gone => "pair-gone",
        Drift::Back => "pair-back",
        Drift::Status(Status::Active) => "enabled-elsewhere",
        Drift::Status(Status::Inactive) => "disabled-elsewhere",
    }
}

fn machine(remark: &Machine) -> &'static str {
    match remark {
        Machine::Waiting => "waiting",
        Machine::Clocks(_) => "clock",
        Machine::Unreadable(_) => "unreadable",
        Machine::LogUnwritten(_) | Machine::RecordUnwritten(_) | Machine::JournalUnwritten(_) => {
            "not-written"
        }
        Machine::SessionUncached => "not-cached",
    }
}

fn pair(of: Of) -> &'static str {
    match of {
        Of::Disabled => "disabled",
        Of::Deleted | Of::DeletedBefore | Of::MadeRoom | Of::DeletedAfterRollback => "deleted",
        Of::HandedOutAgain => "leaked-in-use",
        Of::NotReplaced => "not-replaced",
        Of::BoundToNetworks => "key-policy",
        Of::Suspected => "suspect",
    }
}

fn rotation(remark: &Rotation) -> &'static str {
    match remark {
        Rotation::Over(..) | Rotation::Left(_) => "rotation-over",
        Rotation::GoesOn(..) => "rotation-continues",
        Rotation::Forgotten { .. } => "rotation-forgotten",
        Rotation::Switched(..) => "signer-switched",
        Rotation::NoneOpen(_) => "nothing-unfinished",
    }
}

fn secret(remark: &Secret) -> &'static str {
    match remark {
        Secret::PutBack => "secret-put-back",
        Secret::LeftOut(_) => "secret-missing",
        Secret::InPlaceOf(..) => "other-pair",
        Secret::Stays(..) | Secret::StayUnknown(_) => "secret-left",
    }
}

fn unfinished(remark: &Unfinished) -> &'static str {
    match remark {
        Unfinished::Finished(_) => "create-finished",
        Unfinished::DeletedByNow(..) => "deleted",
        Unfinished::Restored(..) | Unfinished::Signs(..) => "restore-finished",
        Unfinished::NotRestored(_) => "not-restored",
        Unfinished::NotMade(_) => "not-made",
    }
}
