//! `akm rotate --dry-run`: who, what and when; with `-v` the exact calls, too.

use crate::cli::failure::Failure;
use crate::cli::{
    context::Context,
    selector::nothing_known,
    ui::{self, Ui},
    words::argument,
};
use crate::core::{
    account::Owner,
    time::{self, Timestamp},
};
use crate::ops::{
    Session,
    rotate::{
        self,
        plan::{self, Asked, Doing, Plan, Planned, What},
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
    ui.note(
        "dry-run",
        &format!(
            "nothing was changed; `{}` is in the place of the id that the cloud will choose",
            plan::NEW
        ),
    );
}

/// A plan of no call at all.
pub(super) fn print_empty(ui: &Ui, owner: &Owner, state: rotate::State) -> Result<(), Failure> {
    if !ui.json() {
        return Ok(());
    }
    let plan = Plan {
        doings: Vec::new(),
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
        return plan.stops.map_or(Ok(()), |failure| Err(failure.into()));
    }
    let mut text = match owner.ram_user() {
        Some(name) if several => format!("# {name}\n"),
        _ => String::new(),
    };
    let now = session.cloud.now();
    for doing in &plan.doings {
        text += &context.ui.advice.in_profile(&said(owner, doing, now));
    }
    if context.ui.verbose {
        text.extend(plan.calls.iter().map(|call| line(session, call)));
    }
    ui::print(text.as_bytes())?;
    plan.stops.map_or(Ok(()), |failure| Err(failure.into()))
}

/// What would be done, and from when on where it is left to a later command.
fn said(owner: &Owner, doing: &Doing, now: Timestamp) -> String {
    let id = doing.id.as_str();
    let pair = if id == plan::NEW { "the new pair" } else { id };
    let what = match doing.what {
        What::Create => format!("create a pair for {owner}"),
        What::HandOut => format!("hand out {pair} once it is verified"),
        What::Disable => format!("disable {pair}"),
        What::Enable => format!("enable {pair}"),
        What::Delete => format!("delete {pair}"),
    };
    let Some(from) = doing.from.map(|at| time::day(at, now)) else {
        return format!("{what}\n");
    };
    let owner = argument(owner);
    format!("later, from {from}, `akm rotate {owner} --finish` can {what}\n")
}

/// Indented: below what the calls are for.
fn line(session: &Session, call: &Planned) -> String {
    let mut line = format!("  {} {}", call.service, call.action);
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::cli) struct View<'a> {
    #[cfg_attr(test, schemars(with = "crate::core::account::OwnerKind"))]
    owner: &'a str,
    ram_user: Option<&'a str>,
    steps: Vec<StepView<'a>>,
    calls: Vec<CallView<'a>>,
    #[cfg_attr(test, schemars(with = "Option<rotate::State>"))]
    state: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct StepView<'a> {
    #[cfg_attr(test, schemars(with = "What"))]
    action: &'static str,
    access_key_id: &'a str,
    from: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
            steps: plan.doings.iter().map(StepView::new).collect(),
            calls: plan.calls.iter().map(CallView::new).collect(),
            state: plan.state.map(rotate::State::as_str),
        }
    }
}

impl<'a> StepView<'a> {
    fn new(doing: &'a Doing) -> Self {
        let action = match doing.what {
            What::Create => "create",
            What::HandOut => "hand-out",
            What::Disable => "disable",
            What::Enable => "enable",
            What::Delete => "delete",
        };
        Self {
            action,
            access_key_id: doing.id.as_str(),
            from: doing.from.map(time::format),
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
