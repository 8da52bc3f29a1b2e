//! Every command, as the program's help lists them.

use crate::support::env::Env;

/// All commands by their words, `akm` itself as none.
pub(crate) fn commands(env: &Env, words: &[String], all: &mut Vec<Vec<String>>) {
    let help = env.akm(&[&["help".to_owned()], words].concat()).stdout;
    all.push(words.to_vec());
    let (_, listed) = help.split_once("Commands:\n").unwrap_or_default();
    for line in listed.lines().take_while(|line| !line.is_empty()) {
        let name = line.split_whitespace().next().unwrap().to_owned();
        commands(env, &[words, &[name]].concat(), all);
    }
}

pub(crate) fn all_commands() -> Vec<Vec<String>> {
    let mut all = Vec::new();
    commands(&Env::new(), &[], &mut all);
    all
}
