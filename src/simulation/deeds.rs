//! What a person, or cron, has akm do.

use super::cloud::owner;
use super::fate::{Course, Plan};
use super::world::{End, Run, World};
use crate::core::{access_key::AccessKeyId, time::Span};
use crate::metadata::log::Action;
use crate::ops::{Kind, create, recover, refresh, restore, retire, rotate};
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    Create,
    CreateCsv,
    /// With days of overlap and of grace.
    Rotate(u16, u16),
    /// With the id of the pair that makes way, and days of grace.
    Replace(AccessKeyId, u16),
    Finish,
    RollBack,
    /// With the id of the pair that leaked.
    Leak(AccessKeyId),
    Disable(AccessKeyId),
    Enable(AccessKeyId),
    Delete(AccessKeyId),
    Purge(AccessKeyId),
    /// Active at once, or not.
    Restore(AccessKeyId, bool),
    Dismiss(AccessKeyId),
    Refresh,
    Recover,
}

/// How a deed ended, as its caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Failed(Kind),
    Died,
}

impl Deed {
    /// One that makes sense here, by chance.
    pub(super) fn draw(world: &World) -> Self {
        let mut ids: Vec<AccessKeyId> = world.cloud.live().into_iter().map(|key| key.id).collect();
        let live = ids.len();
        ids.extend(world.cloud.recycled());
        let fate = &world.fate;
        let span = |days: &[u16]| days[fate.below(days.len())];
        let about = |ids: &[AccessKeyId]| ids.get(fate.below(ids.len().max(1))).cloned();
        let rotate = || Self::Rotate(span(&[0, 0, 2]), span(&[0, 2]));
        let drawn = match fate.below(20) {
            0..3 => Some(Self::Create),
            3 => Some(Self::CreateCsv),
            4..8 => Some(rotate()),
            8 => Some(Self::Finish),
            9 => about(&ids[..live]).map(Self::Disable),
            10 => about(&ids[..live]).map(Self::Enable),
            11 => about(&ids[..live]).map(Self::Delete),
            12 => about(&ids).map(Self::Purge),
            13 => about(&ids[live..]).map(|id| Self::Restore(id, fate.one_in(2))),
            14 => about(&ids).map(Self::Dismiss),
            15 => Some(Self::RollBack),
            16 => about(&ids).map(|id| Self::Replace(id, span(&[0, 2]))),
            17 | 18 => about(&ids).map(Self::Leak),
            _ if fate.one_in(2) => Some(Self::Refresh),
            _ => Some(Self::Recover),
        };
        drawn.unwrap_or_else(rotate)
    }

    /// A pair that was deleted comes back before what went wrong, or a leak, is looked into; and while one comes back, a pair leaks.
    pub(super) fn draw_beside(world: &World, failed: bool) -> Option<Self> {
        let (open, fate) = (world.open_work(), &world.fate);
        let drawn = |ids: Vec<AccessKeyId>| ids.get(fate.below(ids.len().max(1))).cloned();
        if !open.restoring.is_empty() && fate.one_in(2) {
            let live = world.cloud.live().into_iter().map(|key| key.id);
            return drawn(live.chain(open.restoring.into_keys()).collect()).map(Self::Leak);
        }
        let retired = open.replacement.filter(|it| it.disabled_at.is_some());
        if let Some(it) = retired.filter(|_| fate.one_in(4)) {
            return Some(Self::Replace(it.old, 2));
        }
        let is_needed = failed || !open.leaked.is_empty() || fate.one_in(4);
        let id = drawn(world.cloud.recycled()).filter(|_| is_needed)?;
        Some(Self::Restore(id, fate.one_in(2)))
    }

    fn wish(&self) -> rotate::Wish {
        let (overlap, grace) = match self {
            Self::Rotate(overlap, grace) => (*overlap, *grace),
            Self::Replace(_, grace) => (0, *grace),
            _ => (0, 0),
        };
        let replace = match self {
            Self::Replace(id, _) => Some(id.clone()),
            _ => None,
        };
        rotate::Wish {
            overlap: Span::days(overlap),
            grace: Span::days(grace),
            finish_only: *self == Self::Finish,
            older_than: None,
            replace,
            said: rotate::Said::default(),
        }
    }

    /// Does it as one run of akm, and looks at what it left.
    #[expect(clippy::too_many_lines, reason = "one arm a deed")]
    pub(super) fn perform(&self, world: &Arc<World>, plan: Plan) -> (Outcome, Course) {
        world
            .fate
            .tell(|| format!("{}: {self:?}", crate::core::time::format(world.now())));
        let of = owner();
        match self {
            Self::Create | Self::CreateCsv => {
                let csv = (*self == Self::CreateCsv).then_some(Action::Export);
                let wish = create::Wish {
                    comment: None,
                    hand_outs: csv.into_iter().collect(),
                };
                let run = world.run(plan, |session| {
                    let created = create::create(session, &of, wish)?;
                    let id = created.pair.access_key_id.clone();
                    created.handed_out()?;
                    Ok(id)
                });
                over(world, run, |id| Some(id.clone()))
            }
            Self::Rotate(..) | Self::Replace(..) | Self::Finish => {
                let wish = self.wish();
                world.ledger.book().makes_way.clone_from(&wish.replace);
                let run = world.run(plan, |session| rotate::rotate(session, &of, &wish));
                over(world, run, rotated)
            }
            Self::RollBack => {
                let run = world.run(plan, |session| rotate::roll_back(session, &of));
                over(world, run, back_in_use)
            }
            Self::Leak(id) => {
                world.ledger.book().leaks(id);
                let run = world.run(plan, |session| rotate::leaked(session, &of, Some(id)));
                // A list that lags has it wait, as in a grace.
                let over_and_done = [rotate::State::Done, rotate::State::None];
                if let End::Done(standing) = &run.end
                    && over_and_done.contains(&standing.state)
                {
                    world.is_gone(id);
                }
                over(world, run, rotated)
            }
            Self::Disable(id) => {
                typed(world, id);
                let run = world.run(plan, |s| retire::disable(s, id, true));
                over(world, run, |_| None)
            }
            Self::Enable(id) => {
                typed(world, id);
                world.ledger.book().takes_back(id);
                over(
                    world,
                    world.run(plan, |s| retire::enable(s, id, true)),
                    |_| None,
                )
            }
            Self::Delete(id) | Self::Purge(id) => {
                typed(world, id);
                let purge = matches!(self, Self::Purge(_));
                let allowed = retire::Allowed {
                    active: true,
                    purge,
                };
                world.ledger.book().resolved.insert(id.clone());
                if purge {
                    world.ledger.book().settled.insert(id.clone());
                }
                let run = world.run(plan, |session| {
                    retire::about_to_delete(session, id, allowed)?;
                    retire::delete(session, id, allowed)
                });
                over(world, run, |_| None)
            }
            Self::Restore(id, active) => {
                world.ledger.book().resolved.insert(id.clone());
                let wanted = restore::Wanted {
                    active: *active,
                    force: world.fate.one_in(2),
                };
                if wanted.force {
                    world.ledger.book().takes_back(id);
                }
                if !world.ledger.book().out_of_use.contains(id) {
                    typed(world, id);
                }
                let run = world.run(plan, |s| restore::restore(s, id, wanted));
                over(world, run, |_| None)
            }
            Self::Dismiss(id) => {
                world.ledger.book().takes_back(id);
                let suspects = world.journal().suspects().unwrap_or_default();
                if suspects.iter().any(|one| one.access_key_id == *id) {
                    world.ledger.book().settled.insert(id.clone());
                }
                let run = world.run(plan, |session| recover::dismiss(session, id));
                over(world, run, |_| None)
            }
            Self::Refresh => {
                let run = world.run(plan, |session| refresh::one(session, &of));
                over(world, run, |()| None)
            }
            Self::Recover => {
                let run = world.run(plan, |session| {
                    let left = recover::all(session)?;
                    left.into_iter()
                        .next()
                        .map_or(Ok(()), |(_, failure)| Err(failure))
                });
                over(world, run, |()| None)
            }
        }
    }
}

/// The pair that a rotation of ours made, or that a rollback, which may be gone on with here, put back into use.
fn rotated(standing: &rotate::Standing) -> Option<AccessKeyId> {
    if standing.state == rotate::State::RolledBack {
        return back_in_use(standing);
    }
    let of_ours = standing.old.is_some();
    of_ours.then(|| standing.new.access_key_id.clone())
}

/// The pair that a rollback put back into use, if its secret is held.
fn back_in_use(standing: &rotate::Standing) -> Option<AccessKeyId> {
    let pair = &standing.new;
    pair.is_held().then(|| pair.access_key_id.clone())
}

fn typed(world: &World, id: &AccessKeyId) {
    world.ledger.book().types(id);
}

/// The run is over: what it said is remembered, and what it left looked at. `made` is the pair that it gave to its caller.
fn over<T>(
    world: &Arc<World>,
    run: Run<T>,
    made: impl Fn(&T) -> Option<AccessKeyId>,
) -> (Outcome, Course) {
    let outcome = match &run.end {
        End::Done(value) => {
            if let Some(id) = made(value) {
                world.fate.tell(|| format!("  made {id}"));
                world.promised(&id);
            }
            Outcome::Done
        }
        End::Failed(failure) => {
            if !matches!(failure.kind, Kind::HalfDone | Kind::Undecided) {
                world.denied(run.number);
            }
            if failure.kind == Kind::Undecided {
                world.ledger.judge_waiting(world);
            }
            Outcome::Failed(failure.kind)
        }
        End::Died => {
            world.fate.tell(|| "  died".to_owned());
            Outcome::Died
        }
    };
    world.look(outcome == Outcome::Done);
    world.ledger.book().typed.clear();
    (outcome, run.course)
}
