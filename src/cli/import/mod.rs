//! `akm import`

mod contents;
mod files;
mod scrub;
mod source;

pub(super) use contents::{contents, contents_of_regular};
pub(super) use source::{aliyun_config, aliyun_profile, no_pair_in, unreadable};

use super::{context::Context, ui, words};
use crate::cli::failure::Failure;
use crate::import::{FoundPair, merge};
use crate::ops::import::Imported;
use crate::ops::{self, Kind};
use clap::{ArgGroup, Args};
use scrub::{ScrubArgs, Scrubs};
use serde::Serialize;
use source::Source;
use std::path::{Path, PathBuf};

/// Take over pairs with their secrets: from CSV and JSON files, or from where other programs have them
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("pairs").required(true))]
#[command(after_long_help = examples![
    "akm import AccessKey.csv" => "the file that the console let you download",
    "akm import AccessKey.csv key.json" => "JSON as `aliyun ram CreateAccessKey` and Terraform write it",
    "akm import - < AccessKey.csv" => "from standard input, as from another program",
    "akm import --from aliyun-cli" => "the profile that `aliyun` uses",
    "akm import --from aliyun-cli --scrub --role-arn acs:ram::1234567890123456:role/deploy" => "`aliyun` gets sessions of this role from akm then, and its file has no secret",
])]
pub(crate) struct Import {
    /// CSV or JSON files, or `-` for standard input
    #[arg(value_name = "FILE", group = "pairs")]
    files: Vec<PathBuf>,
    /// Take the pairs from where other programs have them
    #[arg(long, value_name = "SOURCE", group = "pairs")]
    from: Option<Source>,
    #[command(flatten)]
    scrub: ScrubArgs,
}

/// How many pairs were imported, and what `--scrub` took out.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Answer {
    already_held: usize,
    imported: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    scrubbed: Option<Vec<Scrubbed>>,
}

/// A pair that was taken out of a file.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Scrubbed {
    access_key_id: String,
    backup: String,
    file: String,
}

impl Import {
    /// Errors: those of the readers, by file, and those of [`ops::import::import`]; in both cases nothing was imported. Those of
    /// `--scrub`, which say whether the pair is saved by then.
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let scrubs = self.scrub.wanted(self.from)?;
        if let Some(wanted) = &scrubs
            && scrub::is_done(context, self.from, wanted)?
        {
            return Ok(());
        }
        let found = match self.from {
            Some(source) => source.read()?,
            None => files::read(&self.files)?,
        };
        let pairs = merge(found).map_err(|wrong| {
            Failure::new(Kind::BadFile, "the sources contradict each other")
                .because(wrong.join("; "))
                .hint("nothing was imported; keep the one that is right")
        })?;
        let notes = self.from.map(|_| origins(&pairs)).unwrap_or_default();
        let scrubs = scrubs
            .map(|wanted| Scrubs::plan(&wanted, &pairs))
            .transpose()?;
        let files = files_of(&pairs);
        let session = context.changing()?;
        let imported = ops::import::import(&session, pairs)?;
        let place = words::place(&session);
        context
            .ui
            .result(&format!("In {place}: {}.", summary(&imported)));
        for note in &notes {
            context.ui.note("clear-text", note);
        }
        let mut scrubbed = None;
        match scrubs {
            Some(scrubs) => scrubbed = Some(scrubs.run(context, &session)?),
            None => {
                for note in &files {
                    context.ui.note("clear-text", note);
                }
            }
        }
        if context.ui.json() {
            return ui::print_json(&Answer {
                already_held: imported.held,
                imported: imported.new,
                scrubbed,
            });
        }
        Ok(())
    }
}

fn summary(imported: &Imported) -> String {
    let pairs = |count| match count {
        1 => "1 pair".to_owned(),
        count => format!("{count} pairs"),
    };
    let was = |count| if count == 1 { "was" } else { "were" };
    match (imported.new, imported.held) {
        (new, 0) => format!("{} imported", pairs(new)),
        (0, held) => format!(
            "no pair imported: {} {} saved already",
            pairs(held),
            was(held)
        ),
        (new, held) => format!(
            "{} imported, {held} {} saved already",
            pairs(new),
            was(held)
        ),
    }
}

/// Where each pair is, and the role that its source assumes with it.
fn origins(pairs: &[FoundPair]) -> Vec<String> {
    let origin = |pair: &FoundPair| {
        let (id, places) = (&pair.id, pair.places());
        match &pair.role {
            None => format!("`{id}` is from {places}"),
            Some(role) => format!(
                "`{id}` is from {places}, which assumes the role `{}`",
                role.arn
            ),
        }
    };
    pairs.iter().map(origin).collect()
}

/// A note for each file that still has what was imported.
fn files_of(pairs: &[FoundPair]) -> Vec<String> {
    let places = pairs.iter().flat_map(|pair| &pair.places);
    let mut files: Vec<&Path> = places.filter_map(crate::import::Place::file).collect();
    files.retain(|file| *file != Path::new("-"));
    files.dedup();
    files.sort_unstable();
    files.dedup();
    files.into_iter().map(still_has_secrets).collect()
}

fn still_has_secrets(file: &Path) -> String {
    format!("`{}` still has secrets in clear text", file.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_agrees_with_its_numbers() {
        for (new, held, text) in [
            (1, 0, "1 pair imported"),
            (2, 0, "2 pairs imported"),
            (0, 1, "no pair imported: 1 pair was saved already"),
            (0, 2, "no pair imported: 2 pairs were saved already"),
            (1, 1, "1 pair imported, 1 was saved already"),
            (2, 3, "2 pairs imported, 3 were saved already"),
        ] {
            assert_eq!(summary(&Imported { new, held }), text);
        }
    }
}
