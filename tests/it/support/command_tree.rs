//! Every command, as the program's help lists them.

use crate::support::env::Env;

/// All commands by their words, `akm` itself as none.
pub(crate) fn commands(env: &Env, words: &[String], all: &mut Vec<Vec<String>>) {
    let help = env.akm(&[&["help".to_owned()], words].concat()).stdout;
    all.push(words.to_vec());
    // `akm` itself lists them in groups, from the first to the options.
    let first = if words.is_empty() {
        "Pairs:\n"
    } else {
        "Commands:\n"
    };
    let (_, listed) = help.split_once(first).unwrap_or_default();
    let end = |line: &&str| {
        if words.is_empty() {
            line.starts_with("Options:")
        } else {
            line.is_empty()
        }
    };
    let lines = listed.lines().take_while(|line| !end(line));
    for line in lines.filter(|line| line.starts_with("  ")) {
        let name = line.split_whitespace().next().unwrap().to_owned();
        commands(env, &[words, &[name]].concat(), all);
    }
}

pub(crate) fn all_commands() -> Vec<Vec<String>> {
    let mut all = Vec::new();
    commands(&Env::new(), &[], &mut all);
    all
}
