//! A profile of the `aliyun` CLI that gets its credentials from akm already.

use super::{Wanted, say_backup};
use crate::cli::client_command::ClientCommand;
use crate::cli::connect::ClientCredentials;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::import::Answer;
use crate::cli::import::source::{Source, aliyun_config, aliyun_profile};
use crate::cli::ui::print_json;
use crate::delivery::aliyun_config::{AliyunConfig, External, Held};
use crate::ops::{Kind, connect::Before, scrub};
use std::path::Path;

/// Tells whether there is nothing to import, because the selected profile of the `aliyun` CLI gets its credentials from akm, and says so.
/// What clients wrote into that profile is taken out again. `Refused` where the command line wants other credentials than the profile
/// gets, and where another program gives the profile its credentials; errors as [`scrub::again`] has them.
pub(in crate::cli::import) fn is_done(
    context: &Context,
    from: Option<Source>,
    wanted: &Wanted,
) -> Result<bool, Failure> {
    // What is wrong with the file is said by its reader.
    let (Some(Source::AliyunCli), Ok((file, text))) = (from, aliyun_config()) else {
        return Ok(false);
    };
    let Ok(config) = AliyunConfig::parse(&text) else {
        return Ok(false);
    };
    let selected = aliyun_profile().map(|(_, name)| name);
    let name = selected.unwrap_or_else(|| config.current());
    let Ok(Some(process_command)) = config.akms_command(&name) else {
        return check_no_other_program(&config, &name, &file).map(|()| false);
    };
    if let Some(wanted) = &wanted.credentials {
        check_given(&process_command, &name, &file, wanted)?;
    }
    let external = External {
        name,
        process_command,
        region: None,
    };
    let before = scrub::again(&context.reading()?.account, &file, &external)?;
    say_done(context, &external.name, &file, &before);
    if context.ui.json() {
        let answer = Answer {
            already_held: 0,
            imported: 0,
            scrubbed: Some(Vec::new()),
        };
        print_json(&answer)?;
    }
    Ok(true)
}

/// `Refused` for a pair in a profile that runs another program: akm cannot know whether it gives what the program gave.
fn check_no_other_program(config: &AliyunConfig, name: &str, file: &Path) -> Result<(), Failure> {
    let has_pair = matches!(config.held(name), Ok(Held::Pair(..)));
    if !has_pair || !config.runs_another_program(name).unwrap_or(false) {
        return Ok(());
    }
    let message = format!(
        "the profile `{name}` in `{}` gets its credentials from another program",
        file.display()
    );
    Err(Failure::new(Kind::Refused, message).hint(
        "`akm import --from aliyun-cli` saves the pair that is in it and leaves the profile as it is",
    ))
}

/// `Refused` unless the profile's command gives the credentials that are wanted. The hint is the `connect` that writes such a command.
fn check_given(
    process_command: &str,
    name: &str,
    file: &Path,
    wanted: &ClientCredentials,
) -> Result<(), Failure> {
    let command = ClientCommand::read(process_command);
    let given = command.as_ref().and_then(ClientCommand::credentials);
    if given.as_ref() == Some(wanted) {
        return Ok(());
    }
    let given = given.map_or("other credentials".to_owned(), |given| given.to_string());
    let message = format!(
        "the profile `{name}` in `{}` gets its credentials from akm already: {given}, and not {wanted}",
        file.display()
    );
    let failure = Failure::new(Kind::Refused, message);
    Err(match command.and_then(|it| it.connect_line(name, wanted)) {
        Some(line) => failure.hint(format!("`{line}` changes that")),
        None => failure.hint("`akm connect aliyun-cli` with `--as` changes that"),
    })
}

fn say_done(context: &Context, name: &str, file: &Path, before: &Before) {
    let file = file.display();
    let already = format!("The profile {name} in {file} gets its credentials from akm already");
    match before {
        Before::Kept(backup) => {
            let what = "what clients wrote into it is removed";
            context.ui.result(&format!("{already}; {what}."));
            say_backup(context, backup);
        }
        Before::Connected | Before::Missing => {
            let what = "there is nothing to scrub";
            context.ui.result(&format!("{already}; {what}."));
        }
    }
}
