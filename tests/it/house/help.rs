//! `--help`, `akm help`, `akm man`, and what is said of a word that is nearly right.

use crate::support::command_tree::all_commands;
use crate::support::env::{Env, Ran, have};
use std::path::Path;
use std::process::Command;

fn shell(env: &Env, line: &str) -> Ran {
    let mut command = Command::new("bash");
    command.arg("-c").arg(line);
    env.dress(&mut command);
    Env::with_akm(&mut command);
    Ran::from(command.output().unwrap())
}

/// A home in which every example makes sense, and the pairs that `LTAI5tAbCdEfGhIjKlMnOp` stands for: Active beside another
/// one, Inactive, deleted, Inactive beside another one, current.
fn prepared() -> (Env, [String; 5]) {
    let env = Env::new();
    let done = |args: &[&str]| assert_eq!(env.akm(args).code, 0, "{args:?}");
    let (beside, _) = (env.create("bob2"), env.create("bob2"));
    let (inactive, deleted) = (env.create("carol"), env.create("erin"));
    done(&["disable", &inactive, "--force"]);
    done(&["delete", &deleted, "--force", "--yes"]);
    done(&["user", "create", "dave"]);
    env.create("frank");
    done(&["rotate", "--ram-user", "frank"]);
    let spare = env.create("grace");
    env.create("grace");
    done(&["disable", &spare]);
    let (current, signer) = (env.create("alice"), env.create("heidi"));
    let config = env.home().join("config.toml");
    let prod = format!(
        "[profiles.prod]\naccount_id = \"1\"\nidentity = \"acs:ram::1:root\"\naccess_key_id = \"{signer}\"\nsecret_store = \"age\"\n"
    );
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text + &prod).unwrap();
    (env, [beside, inactive, deleted, spare, current])
}

/// Makes the files that the examples name: alice's pair as CSV, as JSON and in the configuration of `aliyun`.
const FILES: &str = r#"umask 077; mkdir .aliyun; echo word > passphrase
akm export --ram-user alice --csv AccessKey.csv -q
sed -n 's/^\(LTAI.*\),\(.*\)$/{"AccessKeyId":"\1","AccessKeySecret":"\2"}/p' AccessKey.csv > key.json
sed 's/.*/{"profiles":[{"name":"default","mode":"AK",&/; s/AccessKeyId/access_key_id/; s/AccessKeySecret/access_key_secret/; s/{"a/"a/; s/$/]}/' key.json > .aliyun/config.json
"#;

#[test]
fn every_example_is_true() {
    let (prepared, [beside, inactive, deleted, spare, current]) = prepared();
    let mut run = 0;
    for words in all_commands() {
        let id = match words.first().map_or("", String::as_str) {
            "disable" => &beside,
            "enable" | "delete" => &inactive,
            "restore" => &deleted,
            "rotate" => &spare,
            _ => &current,
        };
        for line in examples(&prepared, &words) {
            let expected = match line.as_str() {
                // It writes to the machine's own folders.
                "sudo akm man --dir /usr/local/share/man/man1" => continue,
                // They ask the cloud itself, which no test does.
                line if line.contains("akm profile add") => continue,
                line if line.contains("akm profile edit") && !line.contains("--region") => continue,
                // Nobody is there to be asked.
                "akm sandbox reset" | "akm store protect --for 15m" => 9,
                // No clipboard is there.
                line if line.starts_with("akm copy") => 1,
                // These programs may not be here, or be here. The README's recipes run them.
                line if line.contains("exec alice -- ") => continue,
                // A shell needs a terminal.
                "akm exec alice" => 2,
                // That pair did not leak.
                line if line.starts_with("akm recover --dismiss") && words == ["leak"] => 3,
                // Nothing is unfinished.
                "akm rollback alice" => 4,
                // A RAM user may assume no role of the sandbox.
                line if line.contains("--role-arn") && !line.starts_with("eval ") => 6,
                _ => 0,
            };
            let env = prepared.copied();
            // It serves until it is told to end.
            let end = if line.contains(" serve") {
                "timeout --preserve-status -s INT 1 "
            } else {
                ""
            };
            let line_of_id = line.replace("LTAI5tAbCdEfGhIjKlMnOp", id);
            let ran = shell(&env, &format!("{FILES}{end}{line_of_id}"));
            assert_eq!(ran.code, expected, "{line}: {}", ran.stderr);
            run += 1;
        }
    }
    assert!(run > 40, "{run}");
}

fn examples(env: &Env, words: &[String]) -> Vec<String> {
    let asked = env.akm(&[words, &["--help".to_owned()]].concat());
    assert_eq!(asked.code, 0, "{words:?}");
    let (_, text) = asked.stdout.split_once("\nExamples:\n").unwrap();
    let lines = text.lines().take_while(|line| line.starts_with("  "));
    let lines = lines.map(str::trim).filter(|line| !line.starts_with("# "));
    lines.map(str::to_owned).collect()
}

#[test]
fn help_says_the_same_as_the_option() {
    let env = Env::new();
    for words in all_commands().iter().skip(1) {
        let help = env.akm(&[&["help".to_owned()], &words[..]].concat());
        let option = env.akm(&[&words[..], &["--help".to_owned()]].concat());
        assert_eq!(help, option, "{words:?}");
    }
    assert!(!env.home().exists());
}

#[test]
fn every_command_has_a_man_page() {
    let env = Env::new();
    let folder = env.path("man/man1");
    std::fs::create_dir_all(&folder).unwrap();
    let target = env.path("elsewhere");
    std::fs::write(&target, "kept").unwrap();
    std::os::unix::fs::symlink(&target, folder.join("akm-list.1")).unwrap();
    let all = all_commands();
    let said = format!("Wrote {} man pages to man/man1.\n", all.len());
    env.akm(&["man", "--dir", "man/man1"])
        .said(&[], 0, "", &said);
    assert_eq!(std::fs::read(&target).unwrap(), b"kept");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), all.len());
    for words in &all {
        let name = [&["akm".to_owned()], &words[..]].concat().join("-");
        check_page(&folder.join(format!("{name}.1")));
    }
    let json = env.akm(&["man", "--dir", "man/man1", "--json"]).json();
    assert_eq!(json["man_pages"][0], "akm.1");
    assert!(!env.home().exists());
}

#[track_caller]
fn check_page(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let about = path.symlink_metadata().unwrap();
    assert!(about.is_file(), "{}", path.display());
    assert_eq!(about.permissions().mode() & 0o777, 0o644);
    let text = std::fs::read_to_string(path).unwrap();
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES"] {
        let heading = format!(".SH {section}\n");
        assert!(text.contains(&heading), "{}: {section}", path.display());
    }
    if have("groff") {
        let mut groff = Command::new("groff");
        groff.args(["-man", "-Tutf8", "-ww", "-z"]).arg(path);
        let told = groff.output().unwrap();
        assert_eq!(
            String::from_utf8(told.stderr).unwrap(),
            "",
            "{}",
            path.display()
        );
    }
}

#[test]
fn one_page_is_shown() {
    let env = Env::new();
    let page = env.akm(&["man", "user", "create"]);
    assert_eq!((page.code, page.stderr.as_str()), (0, ""));
    assert!(
        page.stdout.contains(".TH akm-user-create 1"),
        "{}",
        page.stdout
    );
    let said = "error: there is no help topic `creat`\nhint: did you mean `create`?\n";
    env.akm(&["man", "creat"]).said(&[], 2, "", said);
}

/// `-h` is a page, `--help` has the examples, too.
#[test]
fn the_short_help_is_shorter() {
    let env = Env::new();
    let (short, long) = (env.akm(&["rotate", "-h"]), env.akm(&["rotate", "--help"]));
    assert!(!short.stdout.contains("Examples:") && long.stdout.contains("Examples:"));
}

#[test]
fn the_first_page_has_the_exit_codes() {
    let env = Env::new();
    env.akm(&["man", "--dir", "."]);
    let page = std::fs::read_to_string(env.path("akm.1")).unwrap();
    for line in [
        "EXIT STATUS",
        "8   half done and recorded",
        "ENVIRONMENT",
        "AKM_STORE",
    ] {
        assert!(page.replace('\\', "").contains(line), "{line}");
    }
}

#[test]
fn man_pages_that_cannot_be_written_are_a_failure() {
    let env = Env::new();
    std::fs::write(env.path("file"), "").unwrap();
    let ran = env.akm(&["man", "--dir", "file"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(
        ran.stderr
            .starts_with("error: no man pages could be written to `file`: ")
    );
}

#[test]
fn a_name_that_is_nearly_right_is_named() {
    let env = Env::new();
    env.create("Alice");
    let hint = |args: &[&str]| {
        let ran = env.akm(&[args, &["--json"]].concat());
        let error = ran.error();
        (
            ran.code,
            error["hint"].as_str().unwrap_or_default().to_owned(),
        )
    };
    for (args, code) in [
        (&["show-id", "--ram-user", "alcie"][..], 3),
        (&["verify", "--ram-user", "alic"], 3),
        (&["export", "--ram-user", "alicee", "--csv", "a.csv"], 3),
        (&["rotate", "--ram-user", "alcie"], 3),
        (&["user", "show", "alcie"], 3),
        (&["user", "delete", "alcie"], 3),
    ] {
        let (got, hint) = hint(args);
        assert_eq!(got, code, "{args:?}");
        assert!(
            hint.starts_with("did you mean `Alice`?"),
            "{args:?}: {hint}"
        );
    }
    assert!(
        hint(&["list", "-p", "sandbx"])
            .1
            .starts_with("did you mean `sandbox`?")
    );
    assert!(
        !hint(&["show-id", "--ram-user", "zoe"])
            .1
            .contains("did you mean")
    );
}

#[test]
fn a_word_that_is_nearly_right_is_named() {
    let env = Env::new();
    for (args, word) in [
        (&["creat"][..], "'create'"),
        (&["list", "--refesh"], "'--refresh'"),
        (&["user", "sho"], "'show'"),
    ] {
        let ran = env.akm(args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(
            ran.stderr.contains("tip: ") && ran.stderr.contains(word),
            "{}",
            ran.stderr
        );
    }
    let ran = env.akm(&["--json", "creat"]);
    assert!(ran.error()["hint"].as_str().unwrap().contains("create"));
    env.akm(&["help", "creat"]).said(
        &[],
        2,
        "",
        "error: there is no help topic `creat`\nhint: did you mean `create`?\n",
    );
}
