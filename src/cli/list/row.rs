//! A pair as `akm list` shows it.

use super::Marks;
use crate::cli::table::{Cell, Look, Tone};
use crate::core::{name::UserName, place::StoreKind, time};
use crate::metadata::inventory::{OwnerRecord, PairRecord};
use chrono::TimeDelta;
use serde::Serialize;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::cli) struct Row<'a> {
    pub(super) access_key_id: &'a str,
    #[cfg_attr(test, schemars(with = "crate::core::account::OwnerKind"))]
    owner: &'static str,
    ram_user: Option<&'a str>,
    account_id: &'a str,
    profile: &'a str,
    #[cfg_attr(test, schemars(with = "crate::core::access_key::Status"))]
    status: &'static str,
    created_at: String,
    pub(super) last_used_at: Option<String>,
    comment: Option<&'a str>,
    #[cfg_attr(test, schemars(extend("enum" = ["stored", "missing"])))]
    secret: &'static str,
    #[cfg_attr(test, schemars(with = "Option<StoreKind>"))]
    secret_store: Option<&'static str>,
    pub(in crate::cli) suspect: bool,
    leaked: bool,
    /// Whether it is the pair that `--ram-user` and `--account` mean.
    pub(in crate::cli) current: bool,
    disable_after: Option<String>,
    delete_after: Option<String>,
    /// The profiles that sign with it.
    pub(in crate::cli) signs_for: Vec<&'a str>,
    /// How far a rotation, rollback or leak of its owner has come; `None` where that cannot be read.
    #[cfg_attr(test, schemars(with = "Option<crate::cli::schema::words::OwnerState>"))]
    state: Option<&'static str>,
}

impl<'a> Row<'a> {
    pub(in crate::cli) fn new(
        record: &'a OwnerRecord,
        pair: &'a PairRecord,
        marks: &'a Marks,
    ) -> Self {
        Self {
            access_key_id: pair.access_key_id.as_str(),
            owner: if record.ram_user.is_some() {
                "ram-user"
            } else {
                "account"
            },
            ram_user: record.ram_user.as_ref().map(UserName::as_str),
            account_id: record.account_id.as_str(),
            profile: record.profile.as_str(),
            status: pair.status.as_str(),
            created_at: time::format(pair.created_at),
            last_used_at: pair.last_used_at.map(time::format),
            comment: pair.comment.as_deref(),
            secret: if pair.secret_store.is_some() {
                "stored"
            } else {
                "missing"
            },
            secret_store: pair.secret_store.map(StoreKind::as_str),
            suspect: marks.is_suspect(&pair.access_key_id),
            leaked: pair.leaked,
            current: record
                .current()
                .is_some_and(|current| current.access_key_id == pair.access_key_id),
            disable_after: pair.disable_after.map(time::format),
            delete_after: pair.delete_after.map(time::format),
            signs_for: marks.signing_with(&pair.access_key_id),
            state: marks.state(&record.owner()),
        }
    }

    /// A line of the table: on a terminal ages in words and colours, elsewhere the times themselves.
    pub(super) fn cells(&self, look: &Look) -> Vec<Cell> {
        let owner = self.ram_user.unwrap_or("(account)");
        let old = self
            .since(look)
            .is_some_and(|age| age > TimeDelta::days(90));
        let status = if self.status == "Active" {
            Tone::Plain
        } else {
            Tone::Faint
        };
        // On a terminal the remark says where a secret is missing, and `--json` where the others are.
        let secret = match self.secret_store {
            _ if look.is_terminal() => Cell::new("", Tone::Plain),
            Some(store) => Cell::new(store, Tone::Plain),
            None => Cell::new("missing", Tone::Bad),
        };
        let (note, tone) = self.note(look);
        vec![
            Cell::new(self.access_key_id, status),
            Cell::new(owner, Tone::Plain),
            Cell::new(self.status, status),
            Cell::new(
                look.time(&self.created_at),
                if old { Tone::Warn } else { Tone::Plain },
            ),
            Cell::new(
                self.last_used_at
                    .as_ref()
                    .map_or("-".to_owned(), |at| look.time(at)),
                Tone::Plain,
            ),
            secret,
            Cell::new(note, tone),
        ]
    }

    fn since(&self, look: &Look) -> Option<TimeDelta> {
        Some(look.now - time::parse(&self.created_at).ok()?)
    }

    /// What a person should see at a glance: the current pair, an old one and when it is due, a suspect, a pair that leaked, a secret
    /// that is not held, a signer; then the remark.
    fn note(&self, look: &Look) -> (String, Tone) {
        let (word, tone) = match (self.suspect, &self.disable_after, &self.delete_after) {
            (true, _, _) => ("suspect".to_owned(), Tone::Bad),
            _ if self.leaked => ("leaked".to_owned(), Tone::Bad),
            (_, Some(at), _) => (look.due("disabled", at), Tone::Warn),
            (_, _, Some(at)) => (look.due("deleted", at), Tone::Warn),
            _ if look.is_terminal() && self.secret_store.is_none() => {
                ("secret not saved here".to_owned(), Tone::Bad)
            }
            _ if self.current => ("current".to_owned(), Tone::Good),
            _ => (String::new(), Tone::Plain),
        };
        let signs = match &self.signs_for[..] {
            [] => String::new(),
            names => format!("signs for {}", names.join(", ")),
        };
        let parts = [&word, &signs, self.comment.unwrap_or_default()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        (parts.join("; "), tone)
    }
}
