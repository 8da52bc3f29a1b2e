//! `akm list --refresh` of a whole account: several RAM users at a time, and how far it is.

use crate::support::env::{Env, edit};
use crate::support::pty::Pty;
use crate::support::serving::Serving;
use serde_json::json;
use std::time::{Duration, Instant};

const REFRESH: [&str; 4] = ["list", "--refresh", "-o", "plain"];

/// So many RAM users with a pair each, and the one that signs, behind a server whose answers take a tenth of a second.
fn slow(users: usize) -> (Env, Serving) {
    let env = Env::light();
    for number in 1..=users {
        env.create(&format!("user-{number:02}"));
    }
    let options = ["--persist", "--control", "--latency", "100ms"];
    let serving = Serving::start(&env, &options);
    serving.add_profile(&env, "dev");
    (env, serving)
}

#[test]
fn the_cloud_is_asked_about_eight_ram_users_at_a_time() {
    let (env, _serving) = slow(24);
    let begun = Instant::now();
    let ran = env.akm(&REFRESH);
    let took = begun.elapsed();
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 25));
    // Two answers a RAM user, one after the other, would take five seconds.
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[test]
fn a_call_that_the_cloud_throttles_is_made_again() {
    let (env, serving) = slow(8);
    let throttled = |action| json!({ "fault": "throttle", "action": action, "count": 3, "retry_after_ms": 100 });
    serving.order(&throttled("ListAccessKeys"));
    let ran = env.akm(&REFRESH);
    assert_eq!(
        (ran.code, ran.stdout.lines().count()),
        (0, 9),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_was_changed_elsewhere_is_said_in_the_order_of_the_owners() {
    let env = Env::new();
    let users: Vec<String> = (1..=20).map(|number| format!("user-{number:02}")).collect();
    for user in &users {
        env.create(user);
        edit(&env.cloud_of(user), "\"Active\"", "\"Inactive\"");
    }
    let ran = env.akm(&REFRESH);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let whose = |line: &str| line.split('`').nth(3).map(str::to_owned);
    let said: Vec<String> = ran.stderr.lines().filter_map(whose).collect();
    assert_eq!(said, users);
}

#[test]
fn the_first_owner_that_fails_ends_it_and_what_was_learnt_is_said() {
    let env = Env::new();
    for user in ["alice", "bob", "carol"] {
        env.create(user);
        edit(&env.cloud_of(user), "\"Active\"", "\"Inactive\"");
    }
    std::fs::create_dir_all(env.journal_of("bob")).unwrap();
    let ran = env.akm(&REFRESH);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    let mut lines = ran.stderr.lines();
    let first = lines.next().unwrap();
    assert!(
        first.ends_with("of RAM user `alice` was disabled elsewhere"),
        "{first}"
    );
    assert_eq!(
        ran.stderr.matches("user-bob.journal").count(),
        1,
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("`bob` was disabled"), "{}", ran.stderr);
}

#[test]
fn a_terminal_shows_how_far_it_is_and_nothing_of_it_stays() {
    let (env, _serving) = slow(24);
    let on_a_terminal = |term: &str, args: &[&str]| {
        let variable = format!("TERM={term}");
        let akm = env!("CARGO_BIN_EXE_akm");
        let mut pty = Pty::run(&env, "env", &[&[&variable, akm], args].concat());
        assert_eq!(pty.wait().code(), 0, "{}", pty.screen());
        pty.screen()
    };
    let shown = on_a_terminal("xterm", &REFRESH);
    let texts: Vec<&str> = shown.split("Asking about RAM user ").skip(1).collect();
    let (last, texts) = texts.split_last().unwrap_or_else(|| panic!("{shown:?}"));
    for text in texts {
        assert!(text.ends_with(" of 25…\r\x1b[K"), "{shown:?}");
    }
    let (text, rows) = last.split_once("\r\x1b[K").unwrap();
    assert!(text.ends_with(" of 25…"), "{shown:?}");
    assert_eq!(rows.lines().count(), 25, "{shown:?}");
    for (term, more) in [("dumb", "-v"), ("xterm", "-q"), ("xterm", "--json")] {
        let shown = on_a_terminal(term, &["list", "--refresh", more]);
        assert!(!shown.contains("Asking"), "{shown:?}");
    }
}
