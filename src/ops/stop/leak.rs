//! Why a pair that leaked is not replaced, and what a person does about it.

use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    open_work::OpenWork,
    seen::{Seen, Sight},
};
use crate::ops::{Failure, Kind, Session, create, work::Went};

/// How a run leaves a leaked pair that it does not bring to its end.
pub(in crate::ops) fn leak_left(open: &OpenWork, seen: &Seen, id: &AccessKeyId) -> String {
    match (&seen.list, seen.sight(open, id)) {
        (_, Sight::Gone) => format!("`{id}` is gone, and its leak is not over yet"),
        (None, _) => format!("`{id}` is disabled, and its leak is not over yet"),
        (Some(_), _) => waits(id),
    }
}

/// How a leaked pair is left until something takes its place.
pub(super) fn waits(id: &AccessKeyId) -> String {
    format!("`{id}` is disabled, and nothing has taken its place yet")
}

/// Nothing can take the place of a pair that leaked. It was deleted to make room, and the others leave none.
pub(super) fn no_room(
    session: &Session,
    owner: &Owner,
    open: &OpenWork,
    (went, is_planned): (&Went, bool),
) -> Failure {
    let Some(id) = open.leaked.first() else {
        return create::two_pairs(session, owner, &went.pairs);
    };
    let is = if is_planned { "would be" } else { "is" };
    let message = format!("`{id}` {is} gone, and nothing can take its place");
    Failure::new(Kind::HalfDone, message)
        .because("none of the other pairs is Active with its secret saved")
        .hint(making_room(session, owner, open, went))
}

fn making_room(session: &Session, owner: &Owner, open: &OpenWork, went: &Went) -> String {
    let pairs = went.pairs.iter();
    let others: Vec<&AccessKey> = pairs.filter(|key| !open.leaked.contains(&key.id)).collect();
    let readable = &went.seen.readable;
    let unused = |key: &&&AccessKey| key.status == Status::Inactive && readable.contains(&key.id);
    let suspects = session.journal.suspects().unwrap_or_default();
    let is_suspect = |key: &&&AccessKey| suspects.iter().any(|one| one.access_key_id == key.id);
    let by_unused = others.iter().rev().find(unused).map(|key| {
        let (id, selector) = (&key.id, owner.selector());
        format!(
            "`akm enable {id}`, then the same command again; if that leaked too, `akm rotate {selector} --leaked {id}`"
        )
    });
    let by_suspect = others.iter().find(is_suspect).map(|key| {
        let id = &key.id;
        format!("if nobody else made it, `akm delete {id} --force`, then the same command again")
    });
    let by_other = others.first().map(|key| {
        let id = &key.id;
        format!(
            "if nothing needs it, `akm delete {id} --force` makes room, then `akm recover` makes a new pair"
        )
    });
    let hint = by_unused.or(by_suspect).or(by_other);
    hint.unwrap_or_else(|| "`akm recover` makes a new pair".to_owned())
}
