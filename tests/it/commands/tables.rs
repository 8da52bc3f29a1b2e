//! Tables on a terminal: as wide as it is, with every id and name whole.

use crate::support::env::Env;
use crate::support::pty::Pty;

const OWNER: &str = "build-server-of-team-platform-9";
const ARN: &str = "acs:ram::5123456789012345:user/administrator-of-production";
const SIGNER: &str = "LTAI5tAbCdEfGhIjKlMnOpQr";

/// A home with an owner of a long name, two pairs of its own, and a profile.
fn home() -> (Env, [String; 2]) {
    let env = Env::new();
    let old = env.create(OWNER);
    let rotated = env.akm(&["rotate", OWNER, "--overlap", "0s"]);
    assert_eq!(rotated.code, 0, "{}", rotated.stderr);
    let config = env.home().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let profile = format!(
        "default_profile = \"sandbox\"\n{text}\n[profiles.production]\naccount_id = \"5123456789012345\"\n\
         identity = \"{ARN}\"\naccess_key_id = \"{SIGNER}\"\nsecret_store = \"age\"\n"
    );
    std::fs::write(&config, profile).unwrap();
    (env, [old, rotated.stdout.trim().to_owned()])
}

fn screen(env: &Env, command: &str, columns: u16) -> String {
    let akm = env!("CARGO_BIN_EXE_akm");
    let line = format!("stty cols {columns}; {akm} {command}; echo done");
    let mut pty = Pty::run(env, "bash", &["-c", &format!("export PAGER=cat; {line}")]);
    pty.see("done");
    pty.wait();
    pty.screen().replace('\r', "")
}

/// What is seen of a text once its colours are taken away.
fn bare(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |bare, part| bare + part.split_once('m').unwrap().1)
}

#[test]
fn ids_and_owners_are_whole_at_every_width() {
    let (env, [old, new]) = home();
    let dumb = env.bystander().with("TERM", "dumb");
    let colour = env.bystander().with("TERM", "xterm-256color");
    for columns in [30, 60, 80, 120] {
        for (command, whole) in [
            ("list", vec![OWNER, old.as_str(), &new]),
            ("log", vec![OWNER, &old, &new]),
            ("recover --list", vec![OWNER, &new]),
            ("profile list", vec!["production", "5123456789012345"]),
            ("user list", vec![OWNER]),
            (&format!("show {OWNER}"), vec![OWNER, &old, &new]),
            (&format!("show {new}"), vec![OWNER, &new]),
        ] {
            let plain = screen(&dumb, command, columns);
            assert!(!plain.contains('\u{1b}'), "{command}: {plain}");
            for text in [plain, bare(&screen(&colour, command, columns))] {
                for whole in &whole {
                    assert!(text.contains(whole), "{command} in {columns}:\n{text}");
                }
                let longest = text.lines().map(|line| line.chars().count()).max();
                // A block a row is shorter than the screen is, unless one name alone is longer than that.
                let fits = longest.is_some_and(|longest| longest <= usize::from(columns));
                assert!(fits || columns == 30, "{command} in {columns}:\n{text}");
            }
        }
    }
}

/// Sentences break between words: no id and no command is cut, and no line is longer than the screen is.
#[test]
fn what_a_change_says_fits_every_width() {
    for terminal in ["dumb", "xterm-256color"] {
        for columns in [60, 80, 120] {
            let env = Env::new().with("TERM", terminal);
            let (new, again) = ("create alice --comment none", "rotate alice");
            for command in [
                new,
                again,
                again,
                "leak alice",
                "rollback alice",
                "delete nobody",
            ] {
                let text = screen(&env, command, columns);
                let is_dumb = terminal == "dumb";
                assert!(!(is_dumb && text.contains('\u{1b}')), "{command}: {text}");
                let text = bare(&text);
                let longest = text.lines().map(|line| line.chars().count()).max();
                assert!(
                    longest <= Some(columns.into()),
                    "{command} in {columns}:\n{text}"
                );
            }
            for pair in env.pairs() {
                let id = pair["access_key_id"].as_str().unwrap();
                let asked = screen(&env, &format!("delete {id} --force --no-input"), columns);
                assert!(bare(&asked).contains(id), "{columns}: {asked}");
            }
        }
    }
}

#[test]
fn a_narrow_table_is_a_block_a_row() {
    let (env, [old, new]) = home();
    let env = env.with("TERM", "dumb");
    let list = screen(&env, "list", 40);
    let block = |id: &str, status: &str, note: &str| {
        format!("ACCESSKEY ID  {id}\nOWNER         {OWNER}\nSTATUS        {status}\nAGE           ")
            + note
    };
    assert!(list.starts_with(&block(&old, "Inactive", "")), "{list}");
    assert!(
        list.contains(&("\n\n".to_owned() + &block(&new, "Active", ""))),
        "{list}"
    );
    assert!(list.contains("\nNOTE          current\n"), "{list}");
}

#[test]
fn what_is_needed_least_is_left_out_first() {
    let (env, _) = home();
    let env = env.with("TERM", "dumb");
    let head = |command: &str, columns: u16| {
        let text = screen(&env, command, columns);
        let words: Vec<&str> = text.lines().next().unwrap().split("  ").collect();
        let words: Vec<&str> = words.into_iter().map(str::trim).collect();
        words
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(",")
    };
    assert_eq!(head("list", 120), "ACCESSKEY ID,OWNER,STATUS,AGE,NOTE");
    assert_eq!(head("list", 84), "ACCESSKEY ID,OWNER,NOTE");
    assert_eq!(
        head("log", 120),
        "TIME,ACTION,OUTCOME,ACCESSKEY ID,OWNER,SIGNED BY"
    );
    assert_eq!(head("log", 80), "TIME,ACTION,ACCESSKEY ID,OWNER");
    assert_eq!(
        head("profile list", 130),
        "NAME,ACCOUNT,IDENTITY,SIGNS WITH"
    );
    assert_eq!(head("profile list", 80), "NAME,ACCOUNT,SIGNS WITH");
}
