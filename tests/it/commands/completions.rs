//! Completion, by the shells themselves.

use crate::support::env::{Env, have};
use std::process::Command;

/// Runs a shell's own script where `akm` is found.
fn run(env: &Env, shell: &str, args: &[&str]) -> String {
    let mut command = Command::new(shell);
    command.args(args);
    env.dress(&mut command);
    Env::with_akm(&mut command);
    command.env("TERM", "dumb");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shell}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// What bash offers for the last of the words, which are as bash takes them apart.
fn bash(env: &Env, words: &[&str]) -> Vec<String> {
    let script = r#"source <(akm completions bash)
        complete -p akm >/dev/null || exit 1
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        typed=${COMP_WORDS[COMP_CWORD]}; [[ $typed == = ]] && typed=
        _akm akm "$typed" "${COMP_WORDS[COMP_CWORD - 1]}" || true
        for word in "${COMPREPLY[@]}"; do echo "$word"; done"#;
    let told = run(env, "bash", &[&["-c", script, "bash"], words].concat());
    told.lines().map(str::to_owned).collect()
}

fn fish(env: &Env, line: &str) -> Vec<String> {
    let script = format!("akm completions fish | source; complete -C '{line}'");
    let told = run(env, "fish", &["--no-config", "-c", &script]);
    told.lines().map(str::to_owned).collect()
}

/// What zsh shows when `setup` was done and keys were typed, up to `until`; a zsh that does not get there is stopped.
fn zsh(env: &Env, setup: &str, keys: &str, until: &str) -> String {
    let script = r#"zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z "PS1=; fpath=(~ \$fpath); autoload -Uz compinit; compinit -D -u; $1"
        zpty -w z 'told() { print -r -- "<$BUFFER>"; BUFFER=; zle accept-line }; zle -N told; bindkey "^X" told; print ready'
        zpty -r z shown '*ready*ready*'
        zpty -w -n z ${(g::)2}
        zpty -r z shown $3
        print -r -- "$shown"
        zpty -d z"#;
    run(
        env,
        "timeout",
        &["60", "zsh", "-f", "-c", script, "zsh", setup, keys, until],
    )
}

const SOURCED: &str = "source <(akm completions zsh)";

/// What zsh makes of a line with a TAB at its end.
#[track_caller]
fn zsh_makes(env: &Env, setup: &str, line: &str, expected: &str) {
    let told = zsh(env, setup, &format!("{line}\\t\\x18"), "*<*>*");
    assert!(told.contains(&format!("<{expected}>")), "{told}");
}

#[test]
fn bash_completes_commands_names_and_ids() {
    let env = Env::new();
    let (one, two) = (env.create("Alice"), env.create("bob"));
    assert_eq!(bash(&env, &["akm", "rest"]), ["restore"]);
    assert_eq!(bash(&env, &["akm", "user", "sh"]), ["show"]);
    assert_eq!(bash(&env, &["akm", "list", "--sta"]), ["--status"]);
    assert_eq!(bash(&env, &["akm", "list", "--status", "i"]), ["inactive"]);
    assert_eq!(
        bash(&env, &["akm", "show-id", "--ram-user", ""]),
        ["Alice", "bob"]
    );
    assert_eq!(
        bash(&env, &["akm", "show-id", "--ram-user", "al"]),
        ["Alice"]
    );
    assert_eq!(bash(&env, &["akm", "user", "delete", "bo"]), ["bob"]);
    let ids = bash(&env, &["akm", "delete", "LTAI"]);
    assert!(
        ids.len() == 2 && ids.contains(&one) && ids.contains(&two),
        "{ids:?}"
    );
    assert_eq!(bash(&env, &["akm", "delete", &two[..22]]), [two.as_str()]);
    assert_eq!(
        bash(&env, &["akm", "verify", "--ram-user", "bob", "LTAI"]),
        [two]
    );
    assert_eq!(bash(&env, &["akm", "--profile", ""]), ["sandbox"]);
    assert_eq!(bash(&env, &["akm", "help", "exi"]), ["exit-codes"]);
}

#[test]
fn bash_completes_what_it_takes_apart_and_what_has_blanks() {
    let env = Env::new();
    env.create("alice");
    std::fs::write(env.path("a file; here"), "").unwrap();
    std::fs::create_dir(env.path("folder")).unwrap();
    assert_eq!(
        bash(&env, &["akm", "show-id", "--ram-user", "=", "al"]),
        ["alice"]
    );
    assert_eq!(
        bash(&env, &["akm", "show-id", "--ram-user", "="]),
        ["alice"]
    );
    assert_eq!(bash(&env, &["akm", "list", "--output", "=", "j"]), ["json"]);
    let csv = |typed| bash(&env, &["akm", "export", "--csv", typed]);
    assert_eq!(csv("a f"), [r"a\ file\;\ here"]);
    assert_eq!(csv("fol"), ["folder/"]);
}

#[test]
fn only_pairs_that_fit_the_command_are_offered() {
    let env = Env::new();
    let [active, inactive, deleted] = ["alice", "bob", "carol"].map(|user| env.create(user));
    assert_eq!(env.akm(&["disable", &inactive, "--force"]).code, 0);
    assert_eq!(env.akm(&["delete", &deleted, "--force", "--yes"]).code, 0);
    assert_eq!(bash(&env, &["akm", "disable", "LTAI"]), [active.as_str()]);
    assert_eq!(bash(&env, &["akm", "enable", "LTAI"]), [inactive.as_str()]);
    assert_eq!(bash(&env, &["akm", "restore", "LTAI"]), [deleted]);
    for command in ["delete", "verify", "export", "show", "comment"] {
        let mut ids = bash(&env, &["akm", command, "LTAI"]);
        let mut expected = [active.clone(), inactive.clone()];
        ids.sort();
        expected.sort();
        assert_eq!(ids, expected, "{command}");
    }
    assert!(bash(&env, &["akm", "recover", "--dismiss", "LTAI"]).is_empty());
}

#[test]
fn fish_shows_whose_pairs_they_are() {
    if !have("fish") {
        return;
    }
    let env = Env::new();
    let id = env.create("Alice");
    assert_eq!(
        fish(&env, "akm delete LTAI"),
        [format!("{id}\tAlice, Active")]
    );
    assert_eq!(
        fish(&env, "akm show-id --ram-user=al"),
        ["--ram-user=Alice"]
    );
    assert_eq!(fish(&env, "akm show-id --ram-user "), ["Alice"]);
    let commands = fish(&env, "akm crea");
    assert_eq!(
        commands,
        ["create\tMake an AccessKey pair and save its secret"]
    );
}

#[test]
fn zsh_completes_and_shows_whose_pairs_they_are() {
    if !have("zsh") {
        return;
    }
    let env = Env::new();
    let id = env.create("alice");
    let delete = format!("akm delete {id} ");
    zsh_makes(&env, SOURCED, "akm delete LTAI", &delete);
    zsh_makes(
        &env,
        SOURCED,
        "akm show-id --ram-user al",
        "akm show-id --ram-user alice ",
    );
    zsh_makes(
        &env,
        SOURCED,
        "akm show-id --ram-user=al",
        "akm show-id --ram-user=alice ",
    );
    env.create("bob");
    let told = zsh(&env, SOURCED, "akm delete LTAI\\t\\t", "*bob, Active*");
    assert!(told.contains("alice, Active"), "{told}");
}

#[test]
fn zsh_completes_from_a_file_of_its_path_at_the_first_tab() {
    if !have("zsh") {
        return;
    }
    let env = Env::new();
    env.create("alice");
    std::fs::write(env.path("_akm"), env.akm(&["completions", "zsh"]).stdout).unwrap();
    zsh_makes(&env, "", "akm user show al", "akm user show alice ");
}

#[test]
fn powershell_and_elvish_get_a_script_and_an_answer() {
    let env = Env::new();
    let id = env.create("alice");
    for (shell, registers) in [
        (
            "powershell",
            "Register-ArgumentCompleter -Native -CommandName akm",
        ),
        ("elvish", "set edit:completion:arg-completer[akm]"),
    ] {
        let script = env.akm(&["completions", shell]);
        assert_eq!((script.code, script.stderr.as_str()), (0, ""));
        assert!(script.stdout.contains(registers), "{}", script.stdout);
        let mut asked = env.command(&["--", "akm", "delete", "LTAI"]);
        asked
            .env("AKM_COMPLETE", shell)
            .env("_CLAP_COMPLETE_INDEX", "2");
        let answer = String::from_utf8(asked.output().unwrap().stdout).unwrap();
        assert!(answer.starts_with(&id), "{answer}");
    }
    assert_eq!(env.akm(&["completions", "csh"]).code, 2);
}

/// A shell that asks on a machine where nothing is yet, where the profile is wrong, or the files are damaged, hears nothing.
#[test]
fn what_is_not_known_is_not_offered_and_nothing_is_made() {
    let env = Env::new();
    assert!(bash(&env, &["akm", "delete", "LTAI"]).is_empty());
    assert!(bash(&env, &["akm", "show-id", "--ram-user", ""]).is_empty());
    assert!(bash(&env, &["akm", "recover", "--dismiss", ""]).is_empty());
    assert!(!env.home().exists());
    env.create("alice");
    assert!(bash(&env, &["akm", "-p", "other", "delete", "LTAI"]).is_empty());
    assert_eq!(
        bash(&env, &["akm", "-p", "sandbox", "delete", "LTAI"]).len(),
        1
    );
    for (path, _) in env.files() {
        if path.extension().is_some_and(|kind| kind == "toml") {
            std::fs::write(path, "version = 1\n[[").unwrap();
        }
    }
    assert!(bash(&env, &["akm", "delete", "LTAI"]).is_empty());
}

/// Neither keyring nor network, and no file opened for writing: seen from below.
#[test]
fn completing_only_reads() {
    if !have("strace") {
        return;
    }
    let env = Env::bare();
    env.create("alice");
    let before = env.files();
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-e",
        "trace=network,openat,mkdir,unlink,rename,execve",
        "-o",
    ]);
    strace.arg(env.path("trace")).arg(env!("CARGO_BIN_EXE_akm"));
    strace.args(["--", "akm", "delete", "LTAI"]);
    env.dress(&mut strace);
    strace
        .env("AKM_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", "2");
    let told = strace.output().unwrap();
    assert!(told.stdout.starts_with(b"LTAI"), "{told:?}");
    let trace = std::fs::read_to_string(env.path("trace")).unwrap();
    for call in [
        "socket(", "connect(", "O_CREAT", "O_WRONLY", "O_RDWR", "mkdir(", "rename(", "unlink(",
        ".age\"",
    ] {
        assert!(!trace.contains(call), "{call}: {trace}");
    }
    assert_eq!(env.files(), before);
}

/// Another program's completer may run akm: its variable, and even ours without our way of asking, change nothing.
#[test]
fn only_our_own_scripts_are_answered() {
    let env = Env::new();
    let id = env.create("alice");
    for variable in ["COMPLETE", "AKM_COMPLETE"] {
        let mut command = env.command(&["show-id", "--ram-user", "alice"]);
        let output = command.env(variable, "bash").output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), id);
    }
}
