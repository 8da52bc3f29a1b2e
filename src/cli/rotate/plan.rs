//! `akm rotate --dry-run`

use crate::cli::{
    context::Context,
    selector::nothing_known,
    ui::{self, Ui},
};
use crate::core::account::Owner;
use crate::ops::{
    Failure, Session, Tell,
    rotate::{
        self,
        plan::{self, Asked, Plan, Planned},
    },
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The calls that the command would make: one a line, under `--json` one object.
pub(super) fn print(context: &Context, owner: &Owner, asked: &Asked) -> Result<(), Failure> {
    // Opening the sandbox would make it.
    if context.account()?.is_none() {
        return Err(nothing_known(owner));
    }
    let session = context.open()?;
    show(context, &session, owner, asked, false)?;
    note(&context.ui);
    Ok(())
}

pub(super) fn note(ui: &Ui) {
    ui.note(&format!(
        "nothing was changed; `{}` stands for the id that the cloud will choose",
        plan::NEW
    ));
}

/// A plan of no call at all.
pub(super) fn print_empty(ui: &Ui, owner: &Owner, state: rotate::State) -> Result<(), Failure> {
    if !ui.json() {
        return Ok(());
    }
    let plan = Plan {
        calls: Vec::new(),
        state: Some(state),
        stops: None,
    };
    ui::print_json(&View::new(owner, &plan))
}

/// One owner's calls, after a remark whose they are if there are several owners.
pub(super) fn show(
    context: &Context,
    session: &Session,
    owner: &Owner,
    asked: &Asked,
    several: bool,
) -> Result<(), Failure> {
    let plan = plan::plan(session, owner, asked)?;
    if context.ui.json() {
        ui::print_json(&View::new(owner, &plan))?;
        return plan.stops.map_or(Ok(()), Err);
    }
    let mut text = match owner.ram_user() {
        Some(name) if several => format!("# {name}\n"),
        _ => String::new(),
    };
    text.extend(plan.calls.iter().map(|call| line(session, call)));
    ui::print(text.as_bytes())?;
    plan.stops.map_or(Ok(()), Err)
}

fn line(session: &Session, call: &Planned) -> String {
    let mut line = format!("{} {}", call.service, call.action);
    for (name, value) in &call.parameters {
        let _ = write!(line, " {name}={value}");
    }
    if call.signer != session.cloud.signer() {
        let _ = write!(line, " # signed with {}", call.signer);
    }
    line.push('\n');
    line
}

#[derive(Serialize)]
struct View<'a> {
    owner: &'a str,
    ram_user: Option<&'a str>,
    calls: Vec<CallView<'a>>,
    state: Option<&'a str>,
}

#[derive(Serialize)]
struct CallView<'a> {
    service: &'a str,
    action: &'a str,
    parameters: BTreeMap<&'a str, &'a str>,
    signer: &'a str,
}

impl<'a> View<'a> {
    fn new(owner: &'a Owner, plan: &'a Plan) -> Self {
        let name = owner.ram_user();
        Self {
            owner: owner.kind(),
            ram_user: name.map(crate::core::name::UserName::as_str),
            calls: plan.calls.iter().map(CallView::new).collect(),
            state: plan.state.map(rotate::State::as_str),
        }
    }
}

impl<'a> CallView<'a> {
    fn new(call: &'a Planned) -> Self {
        let parameters = call.parameters.iter();
        Self {
            service: call.service,
            action: call.action,
            parameters: parameters
                .map(|(name, value)| (*name, value.as_str()))
                .collect(),
            signer: &call.signer,
        }
    }
}
