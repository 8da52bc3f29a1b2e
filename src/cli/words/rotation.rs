//! Rotations, rollbacks and leaks that do not go on.

mod stopped;
mod wait;

use super::{Text, owner::selector};
use crate::ops::problem::{NoRoom, Room, Rotation};

pub(super) fn problem(problem: &Rotation) -> Text {
    match problem {
        Rotation::Stopped(it) => stopped::problem(it),
        Rotation::Waits(it) => wait::problem(it),
        Rotation::NoRoom(it) => no_room(it),
        Rotation::Nothing => Text::new("there is nothing to continue"),
        Rotation::Incoming(owner, it) if it.rolled_back => Text::new(format!(
            "`{}` is the old pair of a rollback that is not over",
            it.new
        ))
        .hint(format!(
            "`akm rotate {} --finish` ends it once it is due; with `--force` it ends now, and `{}` is left as it is",
            selector(owner),
            it.old
        )),
        Rotation::Incoming(owner, it) => Text::new(format!(
            "`{}` is the new pair of a rotation that is not over",
            it.new
        ))
        .hint(format!(
            "`akm rollback {}` goes back to the old pair `{}`",
            selector(owner),
            it.old
        )),
        Rotation::ReplacesNew(id, owner) => {
            Text::new(format!("`{id}` is the new pair of an unfinished rotation")).hint(format!(
                "`akm rollback {}` takes it out of use",
                selector(owner)
            ))
        }
        Rotation::ReplacesOnly(id, owner) => Text::new(format!(
            "`{id}` is the only pair of {owner}: there is room for another"
        ))
        .hint(format!("`akm rotate {} --delete-old`", selector(owner))),
        Rotation::OverlapIsOver(id) => {
            Text::new(format!("`{id}` is disabled by now: its overlap is over"))
                .hint(format!("`akm enable {id}` puts it back into use"))
        }
        Rotation::NotOpen(owner, restorable) => Text::new(format!(
            "{owner} has no unfinished rotation that could be rolled back"
        ))
        .hint(match restorable {
            Some(id) => format!(
                "`akm restore {id}` brings back what was deleted, `akm enable {id}` puts it into use"
            ),
            None => format!("`akm list {}` shows the pairs there are", selector(owner)),
        }),
        Rotation::OfLeaked(owner) => Text::new("a pair that leaked is not brought back")
            .hint(format!("`akm rotate {}` continues without it", selector(owner))),
    }
}

fn no_room(it: &NoRoom) -> Text {
    let is = if it.is_planned { "would be" } else { "is" };
    Text::new(format!(
        "`{}` {is} gone, and nothing can take its place",
        it.leaked
    ))
    .because("none of the other pairs is Active with its secret saved")
    .hint(making_room(it))
}

fn making_room(it: &NoRoom) -> String {
    match &it.room {
        Room::Enable(id) => format!(
            "`akm enable {id}`, then the same command again; if that leaked too, `akm rotate {} --leaked {id}`",
            selector(&it.owner)
        ),
        Room::DeleteSuspect(id) => {
            format!(
                "if nobody else made it, `akm delete {id} --force`, then the same command again"
            )
        }
        Room::Delete(id) => format!(
            "if nothing needs it, `akm delete {id} --force` makes room, then `akm recover` makes a new pair"
        ),
        Room::IsThere => "`akm recover` makes a new pair".to_owned(),
    }
}
