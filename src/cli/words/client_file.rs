//! Files that akm shares with the `aliyun` CLI and the SDKs.

use super::Text;
use crate::delivery::process_command;
use crate::import::aliyun_cli;
use crate::ops::problem::ClientFile;

pub(super) fn problem(problem: &ClientFile) -> Text {
    match problem {
        ClientFile::Malformed(file, problem) => Text::new(format!(
            "`{}` is not a configuration of the `aliyun` CLI",
            file.display()
        ))
        .because(problem),
        ClientFile::Unusable(file, error) => {
            Text::new(format!("`{}` cannot be changed", file.display())).because(error)
        }
        ClientFile::Changed(file) => Text::new(format!(
            "another program changed `{}` meanwhile",
            file.display()
        ))
        .hint("run the same command again"),
        ClientFile::HoldsSecret {
            file,
            profile,
            is_pair,
        } => Text::new(format!(
            "the profile `{profile}` in `{}` has a secret that akm has not saved",
            file.display()
        ))
        .hint(saving(profile, *is_pair)),
        ClientFile::HardLink(file) => Text::new(format!(
            "`{}` has another name, a hard link, under which the secret would stay",
            file.display()
        ))
        .hint(
            "remove the other name, which `find` with `-samefile` finds, then run the same command again",
        ),
        ClientFile::OtherSecrets { file, section } => Text::new(format!(
            "the section `{section}` of `{}` has other secrets",
            file.display()
        ))
        .because("akm has not saved them; the imported pair is saved, and the file is as it was")
        .hint("save or remove the other secrets of that section, then run the same command again"),
        ClientFile::LongerValue { file, line } => Text::new(format!(
            "a longer value in line {line} of `{}` contains the secret",
            file.display()
        ))
        .hint("remove it from that value, then run the same command again"),
    }
}

fn saving(profile: &str, is_pair: bool) -> String {
    let first = if is_pair {
        format!("`{}` saves it first; ", import_of(profile))
    } else {
        String::new()
    };
    format!("{first}`--as NAME` writes another profile")
}

/// The command that imports the pair of a profile, whichever profile is the current one.
fn import_of(profile: &str) -> String {
    let selects = format!("{}={profile}", aliyun_cli::SELECTED_BY[0]);
    let words = [&selects, "akm", "import", "--from", "aliyun-cli"].map(str::to_owned);
    let line = process_command::joined(&words);
    if process_command::is_plain(&line) {
        return line;
    }
    // A shell takes a quoted word for a program, and not for a variable.
    format!("env {line}")
}
