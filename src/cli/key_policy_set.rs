//! `akm key-policy set`

use super::{candidates, context::Context, question, selector::key_id, ui, words};
use crate::cli::failure::Failure;
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    key_policy::{KeyPolicy, Statement},
};
use crate::metadata::inventory::PairRecord;
use crate::ops::{self, Kind, Session};
use clap::{ArgGroup, Args};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Set from which networks an AccessKey pair may be used
///
/// What is not allowed is shut out: a policy without `--allow` shuts out the internet, one without `--allow-vpc` every VPC. It takes
/// some minutes until the cloud applies it.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group = ArgGroup::new("networks").required(true).multiple(true))]
#[command(after_long_help = examples![
    "akm key-policy set LTAI5tAbCdEfGhIjKlMnOp --allow 203.0.113.0/24 2001:db8::/32 --yes" => "from these networks of the internet",
    "akm key-policy set LTAI5tAbCdEfGhIjKlMnOp --allow-vpc vpc-bp1234567890abcdef=172.16.0.0/16 --yes" => "from a part of one VPC",
    "akm key-policy set LTAI5tAbCdEfGhIjKlMnOp --off --yes" => "from everywhere again, as far as the account's policy allows",
])]
pub(crate) struct Set {
    /// The pair's AccessKey ID
    #[arg(value_name = "KEY_ID", add = candidates::pairs(PairRecord::is_live))]
    id: String,
    /// Addresses and networks of the internet, as 203.0.113.0/24
    #[arg(long, value_name = "CIDR", num_args = 1.., value_delimiter = ',', group = "networks")]
    allow: Vec<String>,
    /// A VPC, or a part of it; `AllowAllVPC` for every one
    #[arg(long, value_name = "VPC_ID[=CIDR,...]", group = "networks")]
    allow_vpc: Vec<String>,
    /// Remove the pair's own restriction
    #[arg(long, group = "networks", conflicts_with_all = ["allow", "allow_vpc", "file"])]
    off: bool,
    /// Take the policy from a file, as `show --json` writes it; `-` for standard input
    #[arg(long, value_name = "FILE", group = "networks", conflicts_with_all = ["allow", "allow_vpc"])]
    file: Option<PathBuf>,
}

impl Set {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let id = key_id(&self.id)?;
        let policy = self.policy()?;
        let session = context.changing()?;
        let owner = ops::key_policy::owner(&session, &id)?;
        let signs = ops::profile::signs(&session, &id)?;
        for text in warnings(signs, &id, &policy) {
            context.ui.warning("locks-out", &text);
        }
        let pair = || question::pair(&session, &owner, &id);
        let asked = || format!("set the network policy of {}?", pair());
        context.ui.insist_on(asked)?;
        ops::key_policy::set(&session, &owner, &id, &policy)?;
        say(context, &session, &owner, &id, &policy);
        if context.ui.json() {
            return ui::print_json(&policy);
        }
        Ok(())
    }

    fn policy(&self) -> Result<KeyPolicy, Failure> {
        if let Some(file) = &self.file {
            return read(file);
        }
        if self.off {
            return Ok(KeyPolicy::off());
        }
        let networks = self.allow.clone();
        let internet = (!networks.is_empty()).then_some(Statement::Internet { networks });
        let vpcs = self.allow_vpc.iter().map(|text| Statement::of_vpc(text));
        let statements = internet.into_iter().chain(vpcs).collect();
        Ok(KeyPolicy::new(Status::Active, statements)?)
    }
}

/// Longer than any policy that keeps the cloud's limits.
const LONGEST: u64 = 64 << 10;

fn read(path: &Path) -> Result<KeyPolicy, Failure> {
    let not_read = |error: io::Error| {
        Failure::new(Kind::Failed, "the policy's file cannot be read").because(error)
    };
    let mut input: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(not_read)?)
    };
    let mut text = Vec::new();
    let all = input.by_ref().take(LONGEST).read_to_end(&mut text);
    all.map_err(not_read)?;
    serde_json::from_slice(&text).map_err(|error| {
        Failure::new(Kind::BadName, "this is no network policy")
            .because(error)
            .hint("`akm key-policy show KEY_ID --json` shows one")
    })
}

/// What a person must know before it is done.
fn warnings(signs: bool, id: &AccessKeyId, policy: &KeyPolicy) -> Vec<String> {
    let (shut, mut warnings) = (policy.shuts_out(), Vec::new());
    if !shut.is_empty() {
        let shut = shut.join(" and ");
        warnings.push(format!(
            "this policy shuts out {shut}: `{id}` cannot be used from there"
        ));
    }
    if policy.status == Status::Active && signs {
        warnings.push(format!(
            "akm ITSELF signs with `{id}`: if the address that this machine shows is not allowed, akm is LOCKED OUT, and only the \
             console or another identity can undo that"
        ));
    }
    warnings
}

fn say(context: &Context, session: &Session, owner: &Owner, id: &AccessKeyId, policy: &KeyPolicy) {
    let (whose, place) = (words::whose(owner), words::place(session));
    let what = format!("The network policy of AccessKey {id} of {whose} in {place} is");
    match policy.status {
        Status::Active => {
            let text = format!("{what} Active, and applies everywhere in some minutes.");
            context.ui.result(&text);
            let off = format!("to remove it: akm key-policy set {id} --off");
            context.ui.hint(&off);
        }
        Status::Inactive => context.ui.result(&format!("{what} Inactive.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_signs_with_the_pair_is_warned_of_a_lock_out() {
        let id = AccessKeyId::parse("LTAI1").unwrap();
        let both = vec![
            Statement::of_vpc("AllowAllVPC"),
            Statement::Internet {
                networks: vec!["203.0.113.1".to_owned()],
            },
        ];
        let active = KeyPolicy::new(Status::Active, both).unwrap();
        assert_eq!(warnings(false, &id, &active), [""; 0]);
        let told = warnings(true, &id, &active);
        assert!(told.len() == 1 && told[0].contains("akm is LOCKED OUT"));
        assert_eq!(warnings(true, &id, &KeyPolicy::off()), [""; 0]);
    }
}
