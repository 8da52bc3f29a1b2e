//! `akm rotate`

use super::{context::Context, pair::PairView, selector::OwnerArgs, ui};
use crate::core::{
    account::Owner,
    policy,
    time::{self, Span},
};
use crate::ops::{Failure, Session, Tell, rotate};
use clap::Args;
use serde::Serialize;

/// Replace an owner's AccessKey pair by a new one, verified, and retire the old one in steps
#[derive(Debug, Args)]
#[command(after_help = examples![
    "akm rotate --ram-user alice" => "a new pair, verified; the old one is disabled at once if only akm hands it out",
    "akm rotate --ram-user alice --overlap 2d --grace 7d" => "both Active for two days, then a week in which `akm enable` undoes it",
    "akm rotate --ram-user alice --finish" => "later, from cron: do what is due",
])]
pub(crate) struct Rotate {
    #[command(flatten)]
    owner: OwnerArgs,
    /// How long the old pair stays Active beside the new one [default: 0s, or 2d when its secret may be in use outside akm]
    #[arg(long, value_name = "SPAN")]
    overlap: Option<Span>,
    /// How long the old pair then stays Inactive before it may be deleted
    #[arg(long, value_name = "SPAN", default_value_t = policy::grace())]
    grace: Span,
    /// Delete the old pair as soon as it is disabled
    #[arg(long, conflicts_with = "grace")]
    delete_old: bool,
    /// Do what is due and start nothing
    #[arg(long)]
    finish: bool,
}

#[derive(Serialize)]
struct View<'a> {
    #[serde(flatten)]
    pair: PairView<'a>,
    old_access_key_id: Option<&'a str>,
    old_status: Option<&'a str>,
    disable_old_after: Option<String>,
    delete_old_after: Option<String>,
    state: &'a str,
}

impl Rotate {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let owner = self.owner.required()?;
        let session = context.changing()?;
        if owner == Owner::Account && !self.finish {
            context.ui.insist("rotate the account's own pair?")?;
        }
        let grace = if self.delete_old {
            Span::ZERO
        } else {
            self.grace
        };
        let began = session
            .journal
            .read(&owner)?
            .is_some_and(|entry| entry.intent.rotation.is_some());
        if began && (self.overlap.is_some() || self.delete_old) {
            session
                .tell
                .warn("a rotation is open and keeps the spans that it began with");
        }
        let wish = rotate::Wish {
            overlap: self.overlap,
            grace,
            finish_only: self.finish,
        };
        let standing = rotate::rotate(&session, &owner, &wish)?;
        say(context, &owner, &standing);
        print(context, &session, &owner, &standing)
    }
}

fn say(context: &Context, owner: &Owner, standing: &rotate::Standing) {
    let Some(old) = &standing.old else { return };
    let text = match (standing.disable_after, standing.delete_after) {
        (Some(at), _) => format!(
            "`{old}` stays Active until {}, then `akm rotate {} --finish` disables it",
            time::format(at),
            owner.selector()
        ),
        (_, Some(at)) => format!(
            "`{old}` is Inactive (`akm enable {old}` undoes that) and may be deleted after {}",
            time::format(at)
        ),
        _ if standing.state == "undone" => {
            format!(
                "`{old}` was enabled again: its rotation is over, and both pairs are left as they are"
            )
        }
        _ => format!("`{old}` is deleted"),
    };
    context.ui.note(&text);
}

fn print(
    context: &Context,
    session: &Session,
    owner: &Owner,
    standing: &rotate::Standing,
) -> Result<(), Failure> {
    if !context.ui.json() {
        return ui::print(format!("{}\n", standing.new.access_key_id).as_bytes());
    }
    ui::print_json(&View {
        pair: PairView::new(session, owner, &standing.new),
        old_access_key_id: standing
            .old
            .as_ref()
            .map(super::super::core::access_key::AccessKeyId::as_str),
        old_status: standing
            .old_status
            .map(super::super::core::access_key::Status::as_str),
        disable_old_after: standing.disable_after.map(time::format),
        delete_old_after: standing.delete_after.map(time::format),
        state: standing.state,
    })
}
