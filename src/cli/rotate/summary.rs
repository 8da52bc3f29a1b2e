//! What a run of `akm rotate --all` came to.

use crate::cli::ui::Ui;
use crate::core::{account::Owner, name::UserName};
use crate::ops::{
    Kind,
    rotate::{Action, all::Selection},
};

/// Numbers of RAM users.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary {
    rotated: usize,
    continued: usize,
    not_due: usize,
    unsaved: usize,
    signing: usize,
    pub(super) failed: usize,
}

impl Summary {
    /// Those that are passed over before anything is done.
    pub(super) fn new(selection: &Selection) -> Self {
        Self {
            unsaved: selection.unsaved,
            signing: selection.signing,
            ..Self::default()
        }
    }

    pub(super) fn count(&mut self, done: Result<Action, Kind>) {
        let number = match done {
            Ok(Action::Created) => &mut self.rotated,
            Ok(Action::None) => &mut self.not_due,
            Ok(_) => &mut self.continued,
            Err(_) => &mut self.failed,
        };
        *number += 1;
    }

    pub(super) fn passed_over(&self) -> usize {
        self.not_due + self.unsaved + self.signing
    }

    /// `Rotated 12 RAM users in prod (account 5123…), continued earlier rotations of 3, passed over 1 (1 has nothing due), 1 failed.`
    pub(super) fn sentence(&self, place: &str) -> String {
        let rotated = match self.rotated {
            0 => "Rotated no RAM user".to_owned(),
            some => format!("Rotated {}", counted(some)),
        };
        let continued = match self.continued {
            0 => String::new(),
            1 => ", continued an earlier rotation of 1".to_owned(),
            some => format!(", continued earlier rotations of {some}"),
        };
        let passed_over = match self.passed_over() {
            0 => String::new(),
            some => format!(", passed over {some} ({})", self.reasons()),
        };
        let failed = match self.failed {
            0 => String::new(),
            some => format!(", {some} failed"),
        };
        format!("{rotated} in {place}{continued}{passed_over}{failed}.")
    }

    fn reasons(&self) -> String {
        let reasons = [
            (
                self.unsaved,
                "has no secret saved here",
                "have no secret saved here",
            ),
            (
                self.signing,
                "signs for this profile",
                "sign for this profile",
            ),
            (self.not_due, "has nothing due", "have nothing due"),
        ];
        let said = reasons.into_iter().filter(|(count, ..)| *count > 0);
        let said = said.map(|(count, one, several)| {
            let verb = if count == 1 { one } else { several };
            format!("{count} {verb}")
        });
        said.collect::<Vec<_>>().join(", ")
    }
}

/// How many RAM users a warning names.
const NAMED: usize = 5;

/// Says for whom an earlier rotation was continued and no new pair was made: run once a month, this would else rotate every second
/// month.
pub(super) fn warn_of_no_new_pairs(to: &Ui, owners: &[Owner]) {
    let names = owners.iter().filter_map(Owner::ram_user);
    let mut names: Vec<&str> = names.map(UserName::as_str).collect();
    names.sort_unstable();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let rest = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let whose = match owners.len() {
        0 => return,
        1 => "whose earlier rotation is not finished",
        _ => "whose earlier rotations are not finished",
    };
    let (count, names) = (counted(owners.len()), names.join(", "));
    to.warning(
        "no-new-pair",
        &format!("no new pair was made for {count} {whose}: {names}{rest}"),
    );
}

pub(super) fn counted(count: usize) -> String {
    match count {
        1 => "1 RAM user".to_owned(),
        count => format!("{count} RAM users"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Summary = Summary {
        rotated: 0,
        continued: 0,
        not_due: 0,
        unsaved: 0,
        signing: 0,
        failed: 0,
    };

    #[test]
    fn a_summary_counts_what_became_of_each_and_agrees_with_its_numbers() {
        let all = Summary {
            rotated: 12,
            continued: 3,
            not_due: 2,
            unsaved: 1,
            signing: 1,
            failed: 1,
        };
        let one = Summary {
            rotated: 1,
            continued: 1,
            ..NONE
        };
        let passed_over = Summary {
            not_due: 1,
            unsaved: 2,
            signing: 2,
            ..NONE
        };
        let failed = Summary { failed: 2, ..NONE };
        for (summary, sentence) in [
            (
                all,
                "Rotated 12 RAM users in PLACE, continued earlier rotations of 3, passed over 4 (1 has no secret saved here, 1 signs for this profile, 2 have nothing due), 1 failed.",
            ),
            (
                one,
                "Rotated 1 RAM user in PLACE, continued an earlier rotation of 1.",
            ),
            (
                passed_over,
                "Rotated no RAM user in PLACE, passed over 5 (2 have no secret saved here, 2 sign for this profile, 1 has nothing due).",
            ),
            (failed, "Rotated no RAM user in PLACE, 2 failed."),
        ] {
            assert_eq!(summary.sentence("PLACE"), sentence);
        }
    }

    #[test]
    fn only_a_pair_that_was_made_counts_as_a_rotation() {
        let counted = |done| {
            let mut summary = NONE;
            summary.count(done);
            let numbers = (summary.rotated, summary.continued);
            (numbers, summary.not_due, summary.failed)
        };
        assert_eq!(counted(Ok(Action::Created)), ((1, 0), 0, 0));
        for step in [Action::Continued, Action::DisabledOld, Action::DeletedOld] {
            assert_eq!(counted(Ok(step)), ((0, 1), 0, 0));
        }
        assert_eq!(counted(Ok(Action::None)), ((0, 0), 1, 0));
        assert_eq!(counted(Err(Kind::Denied)), ((0, 0), 0, 1));
    }
}
