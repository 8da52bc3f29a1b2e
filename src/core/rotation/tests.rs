use super::*;
use crate::core::time;

fn at(hour: u32) -> Timestamp {
    time::parse(&format!("2026-11-24T{hour:02}:00:00Z")).unwrap()
}

const GOOD: Shown = Shown {
    old: Some(Status::Active),
    new: Some(Status::Active),
    held: true,
    old_held: true,
    fresh: true,
};

fn recorded(reached: Reached, due: Option<Due>) -> Recorded {
    Recorded {
        reached,
        stored: !matches!(reached, Reached::Intent | Reached::Got),
        due,
        deleted: false,
        back: None,
    }
}

fn after(reached: Reached, due: Option<Due>, shown: Shown, now: Timestamp) -> Step {
    next(&recorded(reached, due), Some(shown), now)
}

/// To be disabled at ten; once it was, to be deleted at twelve.
fn due(disabled: Option<u32>) -> Due {
    Due {
        disable: at(10),
        disabled: disabled.map(at),
        delete: disabled.map(|_| at(12)),
    }
}

#[test]
fn steps_come_in_their_order() {
    let step = |reached| after(reached, None, GOOD, at(1));
    assert_eq!(step(Reached::Got), Step::Store);
    assert_eq!(step(Reached::Stored), Step::Verify);
    assert_eq!(step(Reached::Verified), Step::Deliver);
    let delivered = |now| after(Reached::Delivered, Some(due(None)), GOOD, now);
    assert_eq!(delivered(at(9)), Step::Overlap(at(10)));
    assert_eq!(delivered(at(10)), Step::DisableOld);
}

#[test]
fn the_old_pair_is_deleted_only_after_its_grace() {
    let step = |old, now| {
        let shown = Shown { old, ..GOOD };
        after(Reached::OldDisabled, Some(due(Some(10))), shown, now)
    };
    let (active, inactive) = (Some(Status::Active), Some(Status::Inactive));
    assert_eq!(step(inactive, at(11)), Step::Grace(at(12)));
    assert_eq!(step(inactive, at(12)), Step::DeleteOld);
    assert_eq!(step(None, at(11)), Step::Done);
    // Active again long after: a person's word. Shortly after: a list that lags.
    assert_eq!(step(active, at(11)), Step::Undone);
    assert_eq!(step(active, at(10)), Step::Grace(at(12)));
    let over = |old| {
        let due = Due {
            delete: Some(at(10)),
            ..due(Some(10))
        };
        after(
            Reached::OldDisabled,
            Some(due),
            Shown { old, ..GOOD },
            at(10),
        )
    };
    assert_eq!(over(active), Step::Stop(Stop::StillActive));
    assert_eq!(over(inactive), Step::DeleteOld);
}

#[test]
fn a_pair_that_is_not_there_is_not_asked_with() {
    let step = |new| {
        let shown = Shown { new, ..GOOD };
        after(Reached::Stored, None, shown, at(1))
    };
    assert_eq!(step(None), Step::Stop(Stop::Gone));
    let inactive = Some(Status::Inactive);
    assert_eq!(step(inactive), Step::Stop(Stop::Inactive));
    let lost = Shown {
        held: false,
        ..GOOD
    };
    let lost = after(Reached::Stored, None, lost, at(1));
    assert_eq!(lost, Step::Stop(Stop::NotHeld));
    let stored = recorded(Reached::Stored, None);
    assert_eq!(next(&stored, None, at(1)), Step::Look);
}

/// Asked again and again, a list that lags would be asked for ever.
#[test]
fn the_old_pair_is_deleted_once() {
    let (old, disabled) = (Some(Status::Inactive), Some(due(Some(10))));
    let recorded = Recorded {
        deleted: true,
        ..recorded(Reached::OldDisabled, disabled)
    };
    let step = |old| next(&recorded, Some(Shown { old, ..GOOD }), at(12));
    assert_eq!(step(old), Step::Stop(Stop::StillListed));
    assert_eq!(step(None), Step::Done);
}

#[test]
fn nothing_is_taken_away_unseen() {
    let stale = Shown {
        fresh: false,
        ..GOOD
    };
    let retired = Shown {
        old: Some(Status::Inactive),
        ..stale
    };
    let disabled = Some(due(Some(10)));
    assert_eq!(
        after(Reached::Delivered, Some(due(None)), stale, at(10)),
        Step::Look
    );
    assert_eq!(
        after(Reached::OldDisabled, disabled, retired, at(12)),
        Step::Look
    );
    for reached in [Reached::Delivered, Reached::OldDisabled] {
        assert_eq!(next(&recorded(reached, disabled), None, at(23)), Step::Look);
    }
    for reached in [Reached::RollBack, Reached::OldDelivered] {
        assert_eq!(back(reached, None, at(10)), Step::Look);
    }
    assert_eq!(back(Reached::RollBack, Some(stale), at(10)), Step::Look);
    assert_eq!(back(Reached::OldDelivered, Some(stale), at(10)), Step::Look);
}

/// Shown in turn: a new pair that is gone, Inactive, not held.
fn unfit() -> [(Shown, Stop); 3] {
    let new = |new| Shown { new, ..GOOD };
    let held = false;
    [
        (new(None), Stop::Gone),
        (new(Some(Status::Inactive)), Stop::Inactive),
        (Shown { held, ..GOOD }, Stop::NotHeld),
    ]
}

#[test]
fn nothing_is_retired_while_the_new_pair_cannot_stand_in() {
    for (shown, stop) in unfit() {
        for (old, due) in [
            (Some(Status::Active), Some(due(None))),
            (Some(Status::Inactive), Some(due(Some(10)))),
            (None, Some(due(Some(10)))),
        ] {
            let step = after(Reached::OldDisabled, due, Shown { old, ..shown }, at(23));
            assert_eq!(step, Step::Stop(stop));
        }
    }
}

/// The next step of a way back whose old pair was enabled at ten, once that is recorded.
fn back(reached: Reached, shown: Option<Shown>, now: Timestamp) -> Step {
    let enabled = (reached != Reached::RollBack && reached != Reached::Stored).then(|| at(10));
    let recorded = Recorded {
        back: Some(Back { enabled }),
        ..recorded(reached, None)
    };
    next(&recorded, shown, now)
}

#[test]
fn the_way_back_has_its_order_too() {
    let step = |reached| back(reached, Some(GOOD), at(10));
    assert_eq!(step(Reached::Got), Step::Store);
    assert_eq!(step(Reached::Stored), Step::EnableOld);
    assert_eq!(step(Reached::RollBack), Step::EnableOld);
    assert_eq!(step(Reached::OldEnabled), Step::VerifyOld);
    assert_eq!(step(Reached::OldVerified), Step::DeliverOld);
    assert_eq!(step(Reached::OldDelivered), Step::DisableNew);
    assert_eq!(step(Reached::NewDisabled), Step::RolledBack);
}

#[test]
fn the_new_pair_is_disabled_only_beside_an_old_one_that_is_active_and_held() {
    let old_held = false;
    let lost = Some(Shown { old_held, ..GOOD });
    assert_eq!(back(Reached::RollBack, lost, at(10)), Step::EnableOld);
    for reached in [
        Reached::OldEnabled,
        Reached::OldVerified,
        Reached::OldDelivered,
    ] {
        let stop = Step::Stop(Stop::OldNotHeld);
        assert_eq!(back(reached, lost, at(10)), stop);
    }
    let old = Some(Status::Inactive);
    let inactive = Some(Shown { old, ..GOOD });
    let stop = Step::Stop(Stop::OldInactive);
    assert_eq!(back(Reached::OldDelivered, inactive, at(10)), stop);
    // A list that lags, and the old pair verified next. Long after: a person's word.
    assert_eq!(back(Reached::OldEnabled, inactive, at(10)), Step::VerifyOld);
    assert_eq!(back(Reached::OldEnabled, inactive, at(11)), Step::Undone);
    let old = None;
    let gone = Some(Shown { old, ..GOOD });
    assert_eq!(back(Reached::RollBack, gone, at(10)), Step::Done);
    for (shown, _) in unfit() {
        let next = |old| back(Reached::OldEnabled, Some(Shown { old, ..shown }), at(11));
        assert_eq!(next(None), Step::Stop(Stop::OldGone));
        assert_eq!(next(Some(Status::Inactive)), stop);
    }
}

#[test]
fn a_new_pair_that_is_out_of_use_already_is_no_hindrance_on_the_way_back() {
    for (shown, _) in &unfit()[..2] {
        let step = back(Reached::OldDelivered, Some(*shown), at(10));
        assert_eq!(step, Step::RolledBack);
        let old_held = false;
        let lost = Some(Shown { old_held, ..*shown });
        assert_eq!(back(Reached::OldEnabled, lost, at(10)), Step::RolledBack);
    }
}

#[test]
fn the_old_pair_is_back_only_where_it_is_active() {
    let (old, new) = (Some(Status::Inactive), Some(Status::Inactive));
    let neither = Shown { old, new, ..GOOD };
    let old_held = false;
    let lost = Shown {
        old_held,
        ..neither
    };
    let stop = Step::Stop(Stop::OldInactive);
    for reached in [
        Reached::OldEnabled,
        Reached::OldVerified,
        Reached::OldDelivered,
        Reached::NewDisabled,
    ] {
        assert_eq!(back(reached, Some(lost), at(10)), stop);
        let beside = Shown {
            new: Some(Status::Active),
            ..lost
        };
        assert_eq!(back(reached, Some(beside), at(10)), stop);
    }
    for reached in [Reached::OldDelivered, Reached::NewDisabled] {
        assert_eq!(back(reached, Some(neither), at(10)), stop);
    }
}
