//! Many akm at once on one home: each gets its turn, nobody gets more than there is, nothing is lost.

use crate::support::concurrent::{Dice, ends, start};
use crate::support::env::{Env, Ran};
use crate::support::truth;

#[test]
fn sixteen_first_creates_make_two_pairs() {
    for round in 0..6 {
        let env = Env::light().without_overlap();
        let args = ["create", "--ram-user", "new"];
        let ran = ends((0..16).map(|_| start(&env, &args)).collect());
        let point = format!("round {round}: {ran:?}");
        let (made, refused): (Vec<_>, Vec<_>) = ran.iter().partition(|ran| ran.code == 0);
        assert_eq!(made.len(), 2, "{point}");
        assert!(
            refused
                .iter()
                .all(|ran| ran.code == 4 && ran.stdout.is_empty()),
            "{point}"
        );
        let state = truth::check(&env, &point);
        state.settled(2, &point);
        for ran in made {
            assert!(
                state.live.iter().any(|pair| pair.id == ran.stdout.trim()),
                "{point}"
            );
        }
        assert!(state.open.is_empty(), "{point}");
        only(
            &env,
            &[
                "akm-sandbox-",
                "identity.",
                &state.live[0].id,
                &state.live[1].id,
            ],
            &point,
        );
    }
}

/// The store holds nothing else: no canary, no seed or identity of one who came second.
#[track_caller]
fn only(env: &Env, expected: &[&str], point: &str) {
    let names = std::fs::read_dir(env.home().join("secrets")).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| name != "identity.lock");
    assert_eq!(names.len(), expected.len(), "{point}: {names:?}");
    for start in expected {
        assert!(
            names.iter().any(|name| name.starts_with(start)),
            "{point}: {names:?}"
        );
    }
}

#[test]
fn eight_at_work_on_three_users() {
    let (env, mut dice) = (Env::light().without_overlap(), Dice(1));
    for user in ["anna", "bert", "carl"] {
        env.create(user);
    }
    for round in 0..25 {
        let known = truth::live(&env);
        let children = (0..8).map(|_| {
            let user = ["anna", "bert", "carl"][usize::try_from(dice.throw(3)).unwrap()];
            let some = usize::try_from(dice.throw(known.len().max(1) as u64)).unwrap();
            let some = known
                .get(some)
                .map_or("LTAI5tSANDBOXnone", |pair| pair.id.as_str());
            match dice.throw(8) {
                0 | 1 => start(&env, &["create", "--ram-user", user]),
                2 => start(&env, &["rotate", "--ram-user", user, "--overlap", "0s"]),
                3 => start(
                    &env,
                    &[
                        "rotate",
                        "--ram-user",
                        user,
                        "--overlap",
                        "0s",
                        "--delete-old",
                    ],
                ),
                4 => start(&env, &["delete", some, "--force", "-y"]),
                5 => start(&env, &["recover"]),
                6 => start(&env, &["list", "--json"]),
                _ => start(&env, &["export", "--all", "--csv", "-"]),
            }
        });
        let ran = ends(children.collect());
        let point = format!("round {round}: {ran:?}");
        // Not there (any more), two pairs, none to export: all else is done. A rotation whose new pair somebody deletes stops.
        let fine =
            |ran: &Ran| [0, 3, 4, 5].contains(&ran.code) || ran.stderr.contains("no longer exists");
        assert!(ran.iter().all(fine), "{point}");
        assert!(!point.contains("defect"), "{point}");
    }
    let point = "at the end";
    let state = truth::check(&env, point);
    state.agreed(point);
    assert!(
        state.suspects.is_empty() && state.rows.iter().all(|row| row["secret"] == "stored"),
        "{state:?}"
    );
}
