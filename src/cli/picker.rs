//! A list on the terminal, of which a person picks one row.

use super::context::variable;
use crate::cli::failure::Failure;
use crate::ops::Kind;
use crate::sys::terminal;
use crossterm::event;
use inquire::ui::{Attributes, RenderConfig, StyleSheet};
use inquire::{InquireError, Select};
use std::fmt::Display;
use std::time::Duration;

/// Lines of a list that are shown at once.
const PAGE: usize = 12;

/// Whether the terminal shows the moves of a list as garbage. Then a question is asked in a line.
pub(crate) fn is_dumb() -> bool {
    variable("TERM").is_some_and(|terminal| terminal == "dumb")
}

/// Asks for one of a few rows, the row of that number selected at first.
pub(crate) fn pick<T: Display>(question: &str, rows: Vec<T>, first: usize) -> Result<T, Failure> {
    let list = Select::new(question, rows);
    let list = list.without_filtering().with_starting_cursor(first);
    answered(list.with_help_message("↑↓ to move, enter to select, esc to leave"))
}

/// Asks for one of many rows, the first selected at first. Typing narrows them down to those whose name has these letters.
pub(crate) fn search<T: Display>(
    question: &str,
    rows: Vec<T>,
    name: impl Fn(&T) -> &str,
) -> Result<T, Failure> {
    let score = |typed: &str, row: &T, _: &str, at: usize| {
        Select::<T>::DEFAULT_SCORER(typed, row, name(row), at)
    };
    answered(
        Select::new(question, rows)
            .with_page_size(PAGE)
            .with_scorer(&score),
    )
}

fn answered<T: Display>(list: Select<T>) -> Result<T, Failure> {
    forget_typed();
    let list = list.with_render_config(look());
    terminal::put_back_after(|| list.prompt()).map_err(|error| {
        let unanswered = || "the question was not answered".to_owned();
        let (kind, why) = match error {
            InquireError::OperationCanceled => (Kind::Cancelled, unanswered()),
            InquireError::OperationInterrupted => (Kind::Interrupted, unanswered()),
            error => (Kind::Failed, error.to_string()),
        };
        Failure::new(kind, "nothing was changed").because(why)
    })
}

/// An early Enter picks nothing: what was typed before the list was there is thrown away, in the terminal and where the list before
/// this one has read it already.
fn forget_typed() {
    terminal::forget_typed();
    while event::poll(Duration::ZERO).is_ok_and(|is_typed| is_typed) {
        if event::read().is_err() {
            break;
        }
    }
}

/// Bold, and no colour: what the crate has by default cannot be read on white.
fn look() -> RenderConfig<'static> {
    let bold = StyleSheet::new().with_attr(Attributes::BOLD);
    RenderConfig::empty()
        .with_selected_option(Some(bold))
        .with_answer(bold)
}
