//! `akm comment`, and what a comment may be.

use super::{candidates, context::Context, escape::escape, selector::key_id, ui, words};
use crate::cli::failure::Failure;
use crate::core::access_key::AccessKeyId;
use crate::metadata::inventory::PairRecord;
use crate::ops::{Account, Kind, comment, session::no_such_pair};
use clap::Args;
use serde::Serialize;

/// Print or change the comment kept with an AccessKey pair
///
/// It is kept on this machine alone: the cloud has no comments of pairs. A rotation takes it over to the new pair.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm comment LTAI5tAbCdEfGhIjKlMnOp" => "print it; nothing where there is none",
    "akm comment LTAI5tAbCdEfGhIjKlMnOp 'build server'" => "change it",
    "akm comment LTAI5tAbCdEfGhIjKlMnOp ''" => "remove it",
])]
pub(crate) struct Comment {
    /// The pair's AccessKey ID
    #[arg(value_name = "KEY_ID", add = candidates::pairs(PairRecord::is_live))]
    id: String,
    /// The new comment, of at most 128 characters; an empty one removes it
    #[arg(value_name = "TEXT")]
    text: Option<String>,
}

impl Comment {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let id = key_id(&self.id)?;
        let Some(text) = &self.text else {
            let account = context.account()?.ok_or_else(|| no_such_pair(&id))?;
            return print(context, &id, comment::of(&account, &id)?.as_deref());
        };
        check(text)?;
        let text = kept(text);
        let account = context.changing_here()?.ok_or_else(|| no_such_pair(&id))?;
        change(context, &account, &id, text.as_deref())?;
        if context.ui.json() {
            return json(&id, text.as_deref());
        }
        Ok(())
    }
}

fn print(context: &Context, id: &AccessKeyId, comment: Option<&str>) -> Result<(), Failure> {
    if context.ui.json() {
        return json(id, comment);
    }
    let line = comment.map(|text| escape(text) + "\n");
    ui::print(line.unwrap_or_default().as_bytes())
}

fn json(id: &AccessKeyId, comment: Option<&str>) -> Result<(), Failure> {
    let access_key_id = id.as_str();
    ui::print_json(&View {
        access_key_id,
        comment,
    })
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct View<'a> {
    access_key_id: &'a str,
    comment: Option<&'a str>,
}

fn change(
    context: &Context,
    account: &Account,
    id: &AccessKeyId,
    text: Option<&str>,
) -> Result<(), Failure> {
    let owner = comment::set(account, id, text.map(str::to_owned))?;
    let did = if text.is_some() { "Saved" } else { "Removed" };
    let (whose, place) = (words::whose(&owner), words::place(account));
    let said = format!("{did} the comment of AccessKey {id} of {whose} in {place}.");
    context.ui.result(&said);
    Ok(())
}

const LONGEST: usize = 128;

/// `Usage` for a text that can be no comment.
pub(super) fn check(text: &str) -> Result<(), Failure> {
    let text = text.trim();
    if text.chars().count() <= LONGEST && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Failure::new(
        Kind::Usage,
        "a comment has at most 128 characters, none of them a control character",
    ))
}

/// Returns the comment as it is kept. An empty one is none, as a script gives it that has nothing to say.
pub(super) fn kept(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_kept_without_the_blanks_around_it() {
        for (text, comment) in [
            ("build server", Some("build server")),
            (" a b\r\n", Some("a b")),
            ("", None),
            (" \t", None),
        ] {
            assert!(check(text).is_ok(), "{text:?}");
            assert_eq!(kept(text).as_deref(), comment, "{text:?}");
        }
        // Characters are counted, not bytes.
        assert!(check(&format!(" {} ", "é".repeat(128))).is_ok());
        for bad in ["é".repeat(129), "a\nb".to_owned(), "\u{9b}m".to_owned()] {
            assert!(check(&bad).is_err(), "{bad:?}");
        }
    }
}
