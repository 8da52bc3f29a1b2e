//! `akm rotate`

mod age;
pub(super) mod all;
pub(super) mod plan;
mod signer;
mod summary;
pub(super) mod told;

pub(super) use signer::owner_of_signer;

use super::{
    candidates,
    context::Context,
    selector::{OwnerArgs, key_id},
};
use crate::cli::failure::Failure;
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    name::UserName,
    policy::{self, Policy},
    time::Span,
};
use crate::metadata::{config::Config, inventory::PairRecord};
use crate::ops::{
    Kind,
    rotate::{self, plan::Asked},
};
use clap::Args;

/// Replace an owner's AccessKey pair by a new one, verified, and retire the old one in steps
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm rotate --ram-user alice" => "a new pair, verified; the old one stays Active until `--finish` disables it, in two days or later",
    "akm rotate --ram-user alice --overlap 2d --grace 7d" => "`--finish` disables the old one after two days, and deletes it after a week more: until then `akm enable` takes it back",
    "akm rotate --ram-user alice --finish" => "later, from cron: do what is due",
    "akm rotate --ram-user grace --replace LTAI5tAbCdEfGhIjKlMnOp" => "of two pairs, delete the Inactive one and rotate the other",
    "akm rotate --ram-user alice --leaked" => "the secret is in the wrong hands: the pair is disabled before all else",
    "akm rotate --ram-user alice --dry-run" => "what would be done to which pair, and when",
    "akm rotate --all --older-than 90d --match 'ci-*' --yes" => "every RAM user whose pair is that old; again from cron, it does what is due",
    "akm rotate alice --older-than 90d" => "from cron: nothing is done while the pair is younger",
    "akm rotate --ram-user frank --rollback" => "something still needs the old pair: back to it",
])]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct Rotate {
    #[command(flatten)]
    owner: OwnerArgs,
    /// The pair that the profile signs with: once the new one is verified, the profile signs with that
    #[arg(long = "self", conflicts_with_all = ["name", "ram_user", "account", "all"])]
    own: bool,
    #[command(flatten)]
    fleet: all::FleetArgs,
    /// How long the old pair stays Active at least beside the new one [default: 2d, or `overlap` under `[policy]` in config.toml]
    #[arg(long, value_name = "SPAN")]
    overlap: Option<Span>,
    /// How long the old pair then stays Inactive at least before `--finish` deletes it [default: 2d, or `grace` under `[policy]`]
    #[arg(long, value_name = "SPAN")]
    grace: Option<Span>,
    /// Delete the old pair as soon as it is disabled
    #[arg(long, conflicts_with = "grace")]
    delete_old: bool,
    /// Delete this pair first, which must be Inactive: for an owner of two, or before its grace is over
    #[arg(long, value_name = "KEY_ID", conflicts_with = "finish", add = candidates::pairs(|pair| pair.is(Status::Inactive)))]
    replace: Option<String>,
    /// Strangers may have this pair (without KEY_ID: the owner's only one): disable it first, then replace and delete it
    #[arg(long, value_name = "KEY_ID", num_args = 0..=1, conflicts_with_all = ["overlap", "grace", "delete_old", "replace", "finish"], add = candidates::pairs(PairRecord::is_live))]
    #[expect(clippy::option_option, reason = "absent, alone, or with an id")]
    leaked: Option<Option<String>>,
    /// Do what is due and start nothing
    #[arg(long)]
    finish: bool,
    /// Put the old pair back into use, and take the new one out of it: until the old one is deleted
    #[arg(long, conflicts_with_all = ["overlap", "grace", "delete_old", "finish", "replace", "leaked"])]
    rollback: bool,
    /// Print what would be done to which pair and when, and change nothing; with `-v` each call to the cloud, too
    #[arg(long)]
    dry_run: bool,
}

impl Rotate {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let asked = self.asked(context)?;
        if self.fleet.all {
            return self.fleet.run(context, &asked, self.dry_run);
        }
        let owner = self.owner(context)?;
        if let Some(age) = self.age()?
            && age::is_younger(context, &owner, age, self.dry_run)?
        {
            return Ok(());
        }
        if self.dry_run {
            return plan::print(context, &owner, &asked);
        }
        let session = context.changing()?;
        signer::ask(context, &session, &owner, &asked)?;
        let standing = match &asked {
            Asked::RollBack => rotate::roll_back(&session, &owner)?,
            Asked::Leaked(named) => rotate::leaked(&session, &owner, named.as_ref())?,
            Asked::Rotate(wish) => rotate::rotate(&session, &owner, wish)?,
        };
        if matches!(&asked, Asked::Rotate(wish) if !wish.finish_only && wish.replace.is_none()) {
            told::warn_of_no_new_pair(&context.ui, &owner, &standing);
        }
        told::say(&context.ui, &session, &owner, &standing);
        told::print(&context.ui, &session, &owner, &standing)
    }

    /// Returns how old the pair of one owner must be. `Usage` beside `--finish`, which takes what is due whatever the age.
    fn age(&self) -> Result<Option<Span>, Failure> {
        let age = self.fleet.older_than;
        if age.is_some() && self.finish {
            let message = "`--finish` begins no rotation, and `--older-than` says when one begins";
            return Err(Failure::new(Kind::Usage, message).hint("leave one of them out"));
        }
        Ok(age)
    }

    fn owner(&self, context: &Context) -> Result<Owner, Failure> {
        if let Some(name) = self.name_behind_leaked() {
            return Ok(Owner::RamUser(UserName::parse(name)?));
        }
        if !self.own {
            return self.named();
        }
        owner_of_signer(context)
    }

    /// In `--leaked alice` it is the owner that is named, since that has not the form of an id.
    fn name_behind_leaked(&self) -> Option<&str> {
        let text = self.leaked.as_ref()?.as_deref()?;
        let alone = !self.own && !self.owner.is_named();
        (alone && !AccessKeyId::has_usual_form(text)).then_some(text)
    }

    fn named(&self) -> Result<Owner, Failure> {
        let owner = self.owner.owner()?;
        owner.ok_or_else(|| {
            Failure::new(Kind::Usage, "no owner was named")
                .hint("add a RAM user's NAME, `--account`, `--self` or `--all`")
        })
    }

    fn asked(&self, context: &Context) -> Result<Asked, Failure> {
        if self.rollback {
            return Ok(Asked::RollBack);
        }
        if let Some(named) = &self.leaked {
            let id = named
                .as_deref()
                .filter(|_| self.name_behind_leaked().is_none());
            return Ok(Asked::Leaked(id.map(key_id).transpose()?));
        }
        let config = Config::load(&context.home)?;
        Ok(Asked::Rotate(self.wish(config.policy(&context.home)?)?))
    }

    fn wish(&self, policy: &Policy) -> Result<rotate::Wish, Failure> {
        Ok(rotate::Wish {
            overlap: self
                .overlap
                .or(policy.overlap)
                .unwrap_or_else(policy::overlap),
            grace: match self.grace.or(policy.grace) {
                _ if self.delete_old => Span::ZERO,
                said => said.unwrap_or_else(policy::grace),
            },
            finish_only: self.finish,
            older_than: self.fleet.older_than,
            replace: self.replace.as_deref().map(key_id).transpose()?,
            said: rotate::Said {
                overlap: self.overlap,
                grace: if self.delete_old {
                    Some(Span::ZERO)
                } else {
                    self.grace
                },
            },
        })
    }
}
