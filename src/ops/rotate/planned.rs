//! What a dry run plans: for a person what would be done to which pair and when, and the exact calls.

use crate::cloud::Call;
use crate::core::{access_key::AccessKeyId, open_work::OpenWork, time::Timestamp};

/// A call that would be made.
pub(crate) struct Planned {
    pub(crate) service: &'static str,
    pub(crate) action: &'static str,
    pub(crate) parameters: Vec<(&'static str, String)>,
    /// The pair that signs it.
    pub(crate) signer: String,
}

/// What would be done to a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename_all = "kebab-case")
)]
pub(crate) enum What {
    Create,
    HandOut,
    Disable,
    Enable,
    Delete,
}

/// One thing that would be done.
pub(crate) struct Doing {
    pub(crate) what: What,
    /// [`super::plan::NEW`] for a pair that is still to be made.
    pub(crate) id: AccessKeyId,
    /// When a later command may do it; absent for what this one does.
    pub(crate) from: Option<Timestamp>,
}

/// The calls so far, and what they do.
pub(super) struct Calls {
    pub(super) made: Vec<Planned>,
    pub(super) doings: Vec<Doing>,
    pub(super) signer: String,
}

impl Calls {
    pub(super) fn new(signer: String) -> Self {
        Self {
            made: Vec::new(),
            doings: Vec::new(),
            signer,
        }
    }

    pub(super) fn does(&mut self, what: What, id: &AccessKeyId) {
        let (id, from) = (id.clone(), None);
        self.doings.push(Doing { what, id, from });
    }

    /// What is left to later commands.
    pub(super) fn due(&mut self, open: &OpenWork) {
        let Some(it) = &open.replacement else { return };
        let (disable, delete) = it.due();
        let delete = delete.or(disable.map(|at| at + it.spans.grace));
        for (what, from) in [(What::Disable, disable), (What::Delete, delete)] {
            let (id, is_due) = (it.old.clone(), from.is_some());
            self.doings
                .extend(is_due.then_some(Doing { what, id, from }));
        }
    }

    pub(super) fn add(&mut self, call: &Call) {
        let signer = self.signer.clone();
        self.signed(call, signer);
    }

    pub(super) fn signed(&mut self, call: &Call, signer: String) {
        let parameters = call.parameters.iter();
        self.made.push(Planned {
            service: call.service.as_str(),
            action: call.action,
            parameters: parameters
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
            signer,
        });
    }
}
