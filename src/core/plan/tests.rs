//! The planner as a table: what is unfinished, what this run has seen and what it is asked for, and the step that follows.

use super::scene::{self, Scene};
use super::{Ask, begin};

/// P0 to P3 are pairs. `P1 for P0` is a replacement: P1 is the new pair, P0 the old one, with an overlap of 2 days and a grace of 30.
/// `list P0 on P1 off` is a list that shows P0 Active and P1 Inactive; `saved P0` says that its secret is in the store and in metadata.
/// Two pairs are allowed. What was sent is executed within 15 minutes or not at all, and a list may lag 5 minutes.
const STEPS: &str = "
unfinished                         | seen                                                | ask       | step

# What leaked is disabled before anything else, once a run and without a look.
leaked P0; restoring P1 1m ago     |                                                     | continue  | disable P0
leaked P0                          | asked P0                                            | continue  | look
# What is being restored gets its status, once a run and without a look.
restoring P1 1m ago; P1 for P0     |                                                     | continue  | resume restore P1
restoring P1 1m ago                | resumed P1                                          | continue  | look
# What a rollback brings back is enabled, once a run and without a look.
P1 for P0; rolled back             |                                                     | continue  | enable P1
P1 for P0; rolled back             | asked P1                                            | continue  | look
P1 for P0; rolled back; delivered 1h ago |                                               | continue  | look
P1 for P0                          |                                                     | continue  | look

# A create without an answer is given up only by a list that was asked for once it had expired and no list could lack its pair.
create 16m ago                     | list                                                | continue  | wait for expiry 4m
create 20m ago                     | list 1s ago                                         | continue  | look
create 20m ago                     | list                                                | continue  | conclude
create 21m ago                     | list 1m ago                                         | continue  | conclude

# A pair that was made here is saved, until the store gives its secret back and metadata says so; but not if it leaked.
made P0                            | list P0 on                                          | continue  | store P0
made P0                            | list P0 on; readable P0                             | continue  | store P0
made P0                            | list P0 on; claimed P0                              | continue  | store P0
made P0; leaked P0                 | list P0 on; asked P0                                | continue  | request
made P0; leaked P0                 | asked P0; list P1 on; saved P1; put P0              | continue  | close
made P1; leaked P0                 | list P0 off P1 on; asked P0                         | continue  | store P1

# A leak: another pair is verified and handed out in the place of the leaked one, which is then deleted.
leaked P0                          | asked P0; list P0 off P1 on; saved P1; handed out P0 | continue | verify P1
leaked P0                          | asked P0; list P0 off P1 on; saved P1; handed out P0; verified P1 | continue | deliver P1
leaked P0                          | asked P0; list P0 off P1 on; saved P1; handed out P0; failed P1 | continue | wait for lag
leaked P0                          | asked P0; list P0 off P1 on; saved P1; handed out P1 | continue | verify P1
leaked P0                          | asked P0; list P0 off P1 on; saved P1; handed out P1; failed P1 | continue | wait for lag
leaked P0                          | asked P0; list P0 off P1 on; saved P1; handed out P1; verified P1 | continue | delete P0
leaked P0                          | asked P0; list P1 on; saved P1 P0; handed out P1    | continue  | drop secret P0
leaked P0                          | asked P0; list P1 on; saved P1; claimed P0          | continue  | drop secret P0
leaked P0                          | asked P0; list P1 on; saved P1                      | continue  | close
# The newest usable pair takes its place, but the new pair of a rotation comes first. Usable is what is Active, readable and not leaked.
leaked P0                          | asked P0; list P0 off P1 on P2 on; saved P1 P2; handed out P0; allowed 3 | continue | verify P2
leaked P0; P1 for P2               | asked P0; list P0 off P1 on P2 on; saved P1 P2; handed out P0; allowed 3 | continue | verify P1
leaked P0 P1                       | asked P0 P1; list P0 off P1 on; saved P0 P1         | continue  | delete P0
leaked P0                          | asked P0; list P0 off P1 off; saved P1              | continue  | delete P0
leaked P0                          | asked P0; list P0 off P1 on                         | continue  | delete P0
leaked P0 P1                       | asked P0 P1; list P0 off P1 on; saved P0 P1; handed out P0 | continue | delete P0
# A pair with another one's secret is not usable either.
leaked P0                          | asked P0; list P0 off P1 on; saved P1; handed out P0; wrong secret P1 | continue | delete P0
# Nothing is usable: a pair is made, once nothing is undecided and there is room.
leaked P0                          | asked P0; list P0 off; saved P0                     | continue  | request
leaked P0                          | asked P0; list                                      | continue  | request
leaked P0; create 1m ago           | asked P0; list P0 off                               | continue  | wait for expiry 19m
leaked P0; restoring P1 1m ago     | asked P0; resumed P1; list P0 off                   | continue  | wait for restore 14m
leaked P0                          | asked P0; list P1 on P2 on                          | continue  | stop: no room
# A rotation goes on only after that.
leaked P2; P1 for P0; delivered 1h ago | asked P2; list P0 on P1 on; saved P1 | continue | end leak P2
leaked P2; restoring P2 1m ago; P1 for P0; delivered 1h ago | asked P2; resumed P2; list P0 on P1 on; saved P1 | continue | wait for overlap 47h
leaked P2; P1 for P0; delivered 1h ago | asked P2; list P0 on P1 on P2 off; saved P1; verified P1; allowed 3 | continue | delete P2

# The new pair is verified and delivered.
P1 for P0                          | list P0 on P1 on; saved P0 P1                       | continue  | verify P1
P1 for P0                          | list P0 on P1 on; saved P0 P1; verified P1          | continue  | deliver P1
P1 for P0                          | list P0 on P1 on; saved P0                          | continue  | stop: secret not readable
P1 for P0                          | list P0 on P1 on; saved P0 P1; wrong secret P1      | continue  | stop: wrong secret
# A list only explains why the new pair does not work; it does not say that it does not.
P1 for P0                          | list P0 on P1 off; saved P0 P1                      | continue  | verify P1
P1 for P0                          | list P0 on; saved P0 P1                             | continue  | verify P1
P1 for P0                          | list P0 on; saved P0 P1; failed P1                  | continue  | stop: new pair gone
P1 for P0                          | list P0 on P1 off; saved P0 P1; failed P1           | continue  | stop: new pair Inactive
P1 for P0                          | list P0 on P1 on; saved P0 P1; failed P1            | continue  | wait for lag
P1 for P0                          | list P0 on P1 on; saved P0 P1; verified P1; answer P1 off | continue | stop: new pair Inactive
P1 for P0; rolled back             | asked P1; list P0 on P1 off; saved P1; answer P1 gone; failed P1 | continue | stop: new pair gone

# The old pair stays Active for the overlap and Inactive for the grace.
P1 for P0; delivered 1h ago        | list P0 on P1 on; saved P1                          | continue  | wait for overlap 47h
P1 for P0; delivered 1h ago        | list P0 on P1 on; saved P1                          | rotate    | wait for overlap 47h
P1 for P0; delivered 2d ago        | list P0 on P1 on; saved P1                          | continue  | verify P1 again
P1 for P0; delivered 2d ago        | list P0 on P1 on; saved P1; verified P1             | continue  | disable P0
P1 for P0; delivered 1h ago        | list P0 off P1 on; saved P1; verified P1            | continue  | disable P0
P1 for P0; delivered 3d ago; disabled 1d ago  | list P0 off P1 on; saved P1              | continue  | wait for grace 29d
P1 for P0; delivered 3d ago; disabled 1d ago  | list P0 off P1 on; saved P1; verified P1 | end grace | delete P0
P1 for P0; delivered 40d ago; disabled 30d ago | list P0 off P1 on; saved P1             | continue  | verify P1 again
P1 for P0; delivered 40d ago; disabled 30d ago | list P0 off P1 on; saved P1; verified P1 | continue | delete P0
# Before it is taken away, the new pair is verified once more, at least 2 seconds after its delivery.
P1 for P0; no overlap; delivered 0s ago | list P0 on P1 on; saved P1; verified P1        | continue  | verify P1 in 2s
P1 for P0; no overlap; delivered 2s ago | list P0 on P1 on; saved P1; verified P1        | continue  | disable P0
P1 for P0; delivered 3d ago        | list P0 on P1 on; saved P1; failed P1               | continue  | wait for lag
P1 for P0; delivered 3d ago        | list P0 on P1 on                                    | continue  | stop: secret not readable
P1 for P0; delivered 3d ago        | list P0 on P1 on; saved P1; wrong secret P1         | continue  | stop: wrong secret
P1 for P0; delivered 3d ago        | list P0 on; saved P1; failed P1                     | continue  | stop: new pair gone
# Nor is it waited for beside a new pair that does not work, as far as a list shows.
P1 for P0; delivered 3d ago; disabled 1d ago | list P0 off P1 off; saved P1              | continue  | verify P1
P1 for P0; delivered 3d ago; disabled 1d ago | list P0 off P1 off; saved P1; verified P1 | continue  | wait for grace 29d
P1 for P0; delivered 3d ago; disabled 1d ago | list P0 off P1 off; saved P1; failed P1   | continue  | stop: new pair Inactive
P1 for P0; delivered 1h ago        | list P0 on; saved P1; failed P1                     | continue  | stop: new pair gone
# It is gone, or somebody has enabled it: the replacement ends.
P1 for P0; delivered 1h ago        | list P1 on; saved P1                                | continue  | close
P1 for P0; delivered 1h ago; made P1 | list P1 on; saved P1; put P1                      | continue  | end replacement
P1 for P0; delivered 1h ago; restoring P2 1m ago | list P1 on; saved P1; resumed P2      | continue  | end replacement
P1 for P0; delivered 3d ago; disabled 1d ago | list P0 on P1 on; saved P1                | continue  | undone

# An answer counts more than a list that was asked for within 5 minutes after it; then the list does.
P1 for P0; delivered 3d ago; disabled 4m ago | list P0 on P1 on; saved P1                | end grace | verify P1 again
P1 for P0; delivered 3d ago; disabled 5m ago | list P0 on P1 on; saved P1                | end grace | undone
P1 for P0; delivered 3d ago; disabled 9m ago | list 5m ago P0 on P1 on; saved P1         | end grace | verify P1 again
P1 for P0; delivered 1h ago        | list P0 on P1 on; saved P1; answer P0 gone 4m ago   | continue  | close
P1 for P0; delivered 1h ago        | list P0 on P1 on; saved P1; answer P0 gone 5m ago   | continue  | wait for overlap 47h
# A pair that was made, restored or replaced within 5 minutes is there, even if a list lacks it.
made P0 4m ago                     | list; saved P0                                      | rotate    | request
made P0 5m ago                     | list; saved P0                                      | rotate    | stop: no pair
made P0 4m ago replaced            | list; saved P0                                      | rotate    | stop: no pair
leaked P0; restored P1 4m ago      | asked P0; list; saved P1                            | continue  | close
leaked P0; restored P1 5m ago      | asked P0; list; saved P1                            | continue  | request
made P1 4m ago; P1 for P0; delivered 1m ago | list P1 on; saved P1                       | continue  | wait for overlap 2879m
made P1 5m ago; P1 for P0; delivered 1m ago | list P1 on; saved P1                       | continue  | close

# Nothing is made, and nothing is closed, while something is undecided.
create 1m ago                      | list                                                | create    | wait for expiry 19m
restoring P0 1m ago                | list; resumed P0                                    | create    | wait for restore 14m

# What this run was asked to make.
                                   | list                                                | create    | request
                                   | list P0 on                                          | create    | request
                                   | list P0 on P1 off                                   | create    | stop: two pairs
                                   | list P0 on P1 off; allowed 3                        | create    | request
                                   | list P0 on                                          | rotate    | request
                                   | list                                                | rotate    | stop: no pair
                                   | list P0 on P1 off                                   | rotate    | stop: two pairs
                                   | list P0 on P1 off; allowed 3                        | rotate    | stop: two pairs
                                   | list P0 on; requested                               | rotate    | done
                                   | list P0 on; answer P1 on                            | create    | stop: two pairs
                                   | list P0 on; answer P0 gone                          | rotate    | stop: no pair

# The journal is closed, but not while it may have the only copy of a secret.
                                   | list                                                | continue  | done
made P0                            | list P0 on; saved P0                                | continue  | close
made P0                            | list P0 on; saved P0; put P0                        | continue  | wait for proof
made P0; leaked P2                 | asked P2; list P0 on; saved P0; put P0              | continue  | end leak P2
restored P0 1h ago                 | list P0 on                                          | continue  | close
";

/// A rotation that was cut short is finished by the next `rotate`, and no second one begins.
const BEGINNINGS: &str = "
unfinished                         | ask       | asked for

                                   | rotate    | rotate
made P0                            | rotate    | rotate
create 1m ago                      | rotate    | rotate
create 1m ago for P0               | rotate    | continue
P1 for P0                          | rotate    | continue
P1 for P0; delivered 3d ago        | rotate    | rotate
P1 for P0; delivered 3d ago; no overlap | rotate | continue
P1 for P0; delivered 3d ago; disabled 1d ago | rotate | rotate
P1 for P0; delivered 3d ago; disabled 1d ago; no grace | rotate | continue
leaked P0                          | rotate    | continue
leaked P0                          | create    | create
P1 for P0                          | end grace | end grace
";

/// What is unfinished before and after an event of this moment.
const EVENTS: &str = "
unfinished                         | event            | unfinished then

# A person's command on a pair ends what is unfinished about that pair, and nothing else.
P1 for P0; delivered 1h ago        | leaked P0        | leaked P0
P1 for P0                          | leaked P1        | leaked P1
P1 for P0                          | leaked P2        | leaked P2; P1 for P0
P1 for P0                          | withdrawn P0     |
P1 for P0                          | withdrawn P1     |
leaked P0 P2; P1 for P3            | withdrawn P0     | leaked P2; P1 for P3
P1 for P0; delivered 1h ago        | restoring P0     | restoring P0 0s ago
P1 for P0                          | restoring P2     | P1 for P0; restoring P2 0s ago
restored P0 1h ago                 | restoring P0     | restoring P0 0s ago

# A rollback swaps the pairs; it has no overlap, and a grace of its own.
P1 for P0                          | rolled back      | P0 for P1; rolled back; no overlap
P1 for P0; delivered 3d ago; disabled 1d ago | rolled back | P0 for P1; rolled back; no overlap

# The times can be changed, also before the pair is there.
P1 for P0; delivered 1h ago        | no overlap       | P1 for P0; delivered 1h ago; no overlap
create 1m ago for P0               | no overlap       | create 1m ago without overlap for P0
create 1m ago                      | no overlap       | create 1m ago

# A create that is answered begins its rotation, but a leaked pair is none to go back to.
create 1m ago                      | created P1       | made P1 0s ago
create 1m ago for P0               | created P1       | made P1 0s ago; P1 for P0
create 1m ago for P0; leaked P0    | created P1       | made P1 0s ago; leaked P0
create 1m ago for P0               | concluded        |

# Only the new pair is delivered, and only the old one disabled.
P1 for P0                          | delivered P1     | P1 for P0; delivered 0s ago
P1 for P0                          | delivered P2     | P1 for P0
P1 for P0; delivered 3d ago        | disabled P0      | P1 for P0; delivered 3d ago; disabled 0s ago
P1 for P0; delivered 3d ago        | disabled P2      | P1 for P0; delivered 3d ago
P1 for P0; made P1                 | ended            | made P1
P1 for P0; made P0 1m ago          | ended            | made P0 1m ago replaced

# A restore ends by its answer.
restoring P0 1m ago                | restored P0      | restored P0 0s ago
restoring P0 1m ago                | not restored P0  |
";

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    let rows = table.lines().skip(2).filter(|line| line.contains('|'));
    rows.map(|line| line.split('|').map(str::trim).collect())
}

#[test]
fn each_step_follows_from_what_is_unfinished_seen_and_asked_for() {
    for row in rows(STEPS) {
        let scene = Scene::read(row[0], row[1]);
        assert_eq!(scene.next(scene::ask(row[2])), row[3], "{row:?}");
    }
}

#[test]
fn each_event_leaves_unfinished_what_the_table_says() {
    for row in rows(EVENTS) {
        let mut open = Scene::read(row[0], "").open;
        open.apply(scene::event(row[1]));
        assert_eq!(open, Scene::read(row[2], "").open, "{row:?}");
    }
}

#[test]
fn an_unfinished_rotation_is_not_followed_by_another_one() {
    for row in rows(BEGINNINGS) {
        let scene = Scene::read(row[0], "");
        let asked: Ask = begin(&scene.open, scene::ask(row[1]));
        assert_eq!(asked, scene::ask(row[2]), "{row:?}");
    }
}
