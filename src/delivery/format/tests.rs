//! Each format against its own reader: the program itself where the machine has it, its documented grammar elsewhere.

use super::*;
use std::io::Write;
use std::process::{Command, Stdio};

/// A name that every reader takes, systemd's reader of os-release included.
const NAME: &str = "BUILD_ID";

/// Values that a wrong quoting would change, end or run.
const NASTY: [&str; 34] = [
    "plain+/=",
    "'",
    "''",
    "'''",
    "'quoted'",
    "it's",
    "ends'",
    "\"",
    "\"quoted\"",
    "\\",
    "\\\\",
    "ends\\",
    "\\'",
    "'\\",
    "\\\"",
    "\\n\\u0041\\x41",
    "$HOME",
    "${HOME}",
    "$(touch pwned)",
    "`touch pwned`",
    "a;touch pwned",
    "a&touch pwned&",
    "!!",
    "a!b",
    "#comment",
    "a#b",
    "%PATH%",
    "%B%%",
    "=",
    "a=b=",
    "{a,b}*?[x]~",
    "~/x",
    "-n<>|()",
    "!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~",
];

/// Values that are no secrets, but that a region of any text would be.
const TEXTS: [&str; 4] = ["a b", " blanks ", "é 漢", "‘typographic’ ‚quotes‛"];

fn written(format: Format, value: &str, unset: &[&str]) -> String {
    write(format, &[(NAME, value)], unset).unwrap().to_string()
}

fn all_values() -> impl Iterator<Item = &'static str> {
    NASTY.into_iter().chain(TEXTS)
}

/// Returns what `program` printed that read `input`; `None`, said aloud, where the machine does not have it.
fn ran(program: &str, arguments: &[&str], input: &str) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).env("STALE", "stale");
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut child) = pipes.spawn() else {
        let required = std::env::var_os("AKM_TESTS_REQUIRED").is_some();
        assert!(!required, "{program} is missing, and this run requires it");
        let line = format!("skipped: a test of the formats needs `{program}`\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
        return None;
    };
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(input.as_bytes()).unwrap();
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program}: {input}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Returns the value of a variable in what `env -0` printed.
fn value_of<'a>(environment: &'a str, name: &str) -> Option<&'a str> {
    let mut variables = environment.split('\0').filter_map(|v| v.split_once('='));
    variables.find(|(known, _)| *known == name).map(|(_, v)| v)
}

/// Holds a shell to every value, and to a variable that is unset.
fn check_shell(format: Format, program: &str, arguments: &[&str]) {
    for value in all_values() {
        let text = written(format, value, &["STALE", "NEVER_SET"]);
        let Some(environment) = ran(program, arguments, &text) else {
            return;
        };
        assert_eq!(value_of(&environment, NAME), Some(value), "{program}");
        assert_eq!(value_of(&environment, "STALE"), None, "{program}");
    }
}

#[test]
fn posix_shells_read_every_value_back() {
    let script = "set -eu; eval \"$(cat)\"; exec env -0";
    check_shell(Format::Shell, "bash", &["--norc", "-c", script]);
    check_shell(Format::Shell, "dash", &["-c", script]);
    check_shell(Format::Shell, "sh", &["-c", script]);
}

#[test]
fn zsh_reads_every_value_back_whatever_two_quotes_mean_to_it() {
    let script = "set -eu; eval \"$(cat)\"; exec env -0";
    check_shell(Format::Shell, "zsh", &["-f", "-c", script]);
    check_shell(
        Format::Shell,
        "zsh",
        &["-f", "-o", "rcquotes", "-c", script],
    );
}

#[test]
fn fish_reads_every_value_back_and_ends_well() {
    let script = "source; or exit 9; exec env -0";
    check_shell(Format::Fish, "fish", &["--no-config", "-c", script]);
}

#[test]
fn python_reads_every_value_of_the_object_back() {
    let object = |value| write(Format::Json, &[("A", "1"), (NAME, value)], &["STALE"]).unwrap();
    let lines: String = all_values()
        .map(|value| object(value).to_string())
        .collect();
    let script = "import json,sys\nfor line in sys.stdin: print(json.loads(line)['BUILD_ID'])";
    if let Some(read) = ran("python3", &["-X", "utf8", "-c", script], &lines) {
        assert!(read.lines().eq(all_values()), "{read}");
    }
}

/// `systemd-tmpfiles` reads os-release by the parser that reads an environment file, and writes `BUILD_ID` where `%B` is.
#[test]
fn the_parser_of_systemd_reads_every_value_back() {
    let root = std::env::temp_dir().join(format!("akm-formats-{}", std::process::id()));
    std::fs::create_dir_all(root.join("etc")).unwrap();
    let option = format!("--root={}", root.display());
    for value in all_values() {
        let text = written(Format::Systemd, value, &[]);
        std::fs::write(root.join("etc/os-release"), text).unwrap();
        let _ = std::fs::remove_file(root.join("out"));
        let arguments = [&option, "--create", "-"];
        if ran("systemd-tmpfiles", &arguments, "f /out - - - - %B\n").is_none() {
            break;
        }
        assert_eq!(std::fs::read_to_string(root.join("out")).unwrap(), value);
    }
    std::fs::remove_dir_all(root).unwrap();
}

/// Reads one double-quoted assignment as systemd.exec(5) says of `EnvironmentFile=`; `None` of any other line.
fn by_the_manual_of_systemd(line: &str) -> Option<(String, String)> {
    let (name, quoted) = line.split_once('=')?;
    let mut inside = quoted.strip_prefix('"')?.chars();
    let mut value = String::new();
    loop {
        match inside.next()? {
            '"' => break,
            '\\' => match inside.next()? {
                escaped @ ('"' | '\\' | '`' | '$') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            other => value.push(other),
        }
    }
    inside
        .all(|c| " \t\r".contains(c))
        .then(|| (name.to_owned(), value))
}

#[test]
fn the_grammar_of_systemd_reads_every_value_back() {
    for value in all_values() {
        let text = written(Format::Systemd, value, &["STALE"]);
        let read = by_the_manual_of_systemd(text.strip_suffix('\n').unwrap());
        assert_eq!(read, Some((NAME.to_owned(), value.to_owned())));
    }
}

/// Reads an environment file as `docker run --env-file` does (docker/cli, `opts/file.go`): blanks before the name go, a line
/// that begins with `#` is skipped, all behind the first `=` is the value, a name with a blank is an error.
fn by_docker(text: &str) -> Option<Vec<(&str, &str)>> {
    let lines = text.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_once('='))
        .map(|pair| pair.filter(|(name, _)| !name.is_empty() && !name.contains([' ', '\t'])))
        .collect()
}

#[test]
fn docker_reads_every_value_back() {
    for value in all_values() {
        let text = write(Format::Dotenv, &[(NAME, value), ("B", "2")], &["STALE"]).unwrap();
        assert_eq!(by_docker(&text), Some(vec![(NAME, value), ("B", "2")]));
    }
}

#[test]
fn each_format_looks_as_its_reader_documents_it() {
    let value = "a'b\"c$d`e\\f";
    for (format, expected) in [
        (Format::Dotenv, "BUILD_ID=a'b\"c$d`e\\f\n"),
        (
            Format::Shell,
            "unset X Y\nexport BUILD_ID='a'\\''b\"c$d`e\\f'\n",
        ),
        (
            Format::Fish,
            "set -eg X; set -qU X; and set -gx X ''\nset -eg Y; set -qU Y; and set -gx Y ''\nset -gx BUILD_ID 'a\\'b\"c$d`e\\\\f'\ntrue\n",
        ),
        (
            Format::Powershell,
            "Remove-Item Env:X -ErrorAction SilentlyContinue\nRemove-Item Env:Y -ErrorAction SilentlyContinue\n$env:BUILD_ID = 'a''b\"c$d`e\\f'\n",
        ),
        (Format::Systemd, "BUILD_ID=\"a'b\\\"c\\$d\\`e\\\\f\"\n"),
        (Format::Json, "{\"BUILD_ID\":\"a'b\\\"c$d`e\\\\f\"}\n"),
    ] {
        assert_eq!(written(format, value, &["X", "Y"]), expected);
    }
}

#[test]
fn powershell_sees_a_quote_in_typographic_quotes_too() {
    for (value, expected) in [
        ("'", "''''"),
        ("‘a’", "'‘‘a’’'"),
        ("‚a‛", "'‚‚a‛‛'"),
        ("$x`n\"", "'$x`n\"'"),
    ] {
        let text = written(Format::Powershell, value, &[]);
        assert_eq!(text, format!("$env:BUILD_ID = {expected}\n"));
    }
}

#[test]
fn nothing_to_unset_is_no_line() {
    assert_eq!(written(Format::Shell, "x", &[]), "export BUILD_ID='x'\n");
    assert_eq!(
        written(Format::Fish, "x", &[]),
        "set -gx BUILD_ID 'x'\ntrue\n"
    );
}

#[test]
fn a_control_character_is_refused_by_every_format_and_not_repeated() {
    for format in EVERY {
        for bad in ["a\nPATH=/tmp", "a\r", "a\0", "a\u{1b}[31m", "a\u{9b}"] {
            let refused = write(format, &[("GOOD", "x"), (NAME, bad)], &[]).unwrap_err();
            let said =
                "not a valid environment variable: `BUILD_ID` would have a control character";
            assert_eq!(refused.to_string(), said);
        }
    }
}

const EVERY: [Format; 6] = [
    Format::Dotenv,
    Format::Shell,
    Format::Fish,
    Format::Powershell,
    Format::Systemd,
    Format::Json,
];

/// A text that grows is copied, and its old place is not wiped.
#[test]
fn the_text_never_grows_beyond_its_first_place() {
    let unset = super::super::environment::stale(&[]);
    for format in EVERY {
        for character in ["'", "\"", "\\", "`", "‘", "x"] {
            let value = character.repeat(8192);
            for value in [value.as_str(), ""] {
                for (set, unset) in [
                    (&[("N", value); 20][..], &unset[..]),
                    (&[("N", value)][..], &[][..]),
                    (&[][..], &["N"][..]),
                    (&[][..], &[][..]),
                ] {
                    let length = write(format, set, unset).unwrap().len();
                    assert!(
                        length <= room(set, unset),
                        "{format:?} {character} {length}"
                    );
                }
            }
        }
    }
}
