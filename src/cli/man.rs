//! `akm man`: the command tree as man pages, out of the same texts as `--help`.

use super::{error, help, ui::Ui};
use crate::cli::failure::Failure;
use crate::ops::Kind;
use crate::sys::public_file;
use clap::{Args, Command};
use clap_mangen::roff::{Roff, bold, roman};
use std::io;
use std::path::PathBuf;

/// Write a man page for every command
#[derive(Debug, Args)]
#[command(after_help = examples![
    "akm man ~/.local/share/man/man1" => "for this user: `man akm`, `man akm-create`",
    "sudo akm man /usr/local/share/man/man1" => "for all users",
])]
pub(crate) struct Man {
    /// The folder, made where it is missing; pages that are there are replaced
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    folder: PathBuf,
}

impl Man {
    pub(crate) fn run(&self, tree: Command, ui: &Ui) -> Result<(), Failure> {
        let pages = pages(tree).map_err(|error| self.failed(error))?;
        for (name, page) in &pages {
            let path = self.folder.join(name);
            public_file::replace(&path, page).map_err(|error| self.failed(error))?;
        }
        let (count, folder) = (pages.len(), self.folder.display());
        ui.note(&format!("{count} man pages are in `{folder}`"));
        if ui.json() {
            let names: Vec<&String> = pages.iter().map(|(name, _)| name).collect();
            return super::ui::print_json(&serde_json::json!({ "man_pages": names }));
        }
        Ok(())
    }

    fn failed(&self, error: io::Error) -> Failure {
        let message = format!(
            "no man pages could be written to `{}`",
            self.folder.display()
        );
        Failure::new(Kind::Failed, message).because(error)
    }
}

/// Every command's page by its file's name, `akm` itself first.
fn pages(mut tree: Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    tree.build();
    let mut pages = Vec::new();
    add(&tree, &mut pages)?;
    Ok(pages)
}

fn add(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    pages.push(page(command)?);
    command
        .get_subcommands()
        .try_for_each(|inner| add(inner, pages))
}

fn page(command: &Command) -> io::Result<(String, Vec<u8>)> {
    let source = format!("akm {}", env!("CARGO_PKG_VERSION"));
    let man = clap_mangen::Man::new(command.clone())
        // No date, so that the same akm writes the same pages; a blank holds its place.
        .date(" ")
        .source(source)
        .manual("akm");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    rest(command).to_writer(&mut text)?;
    Ok((man.get_filename(), text))
}

/// The sections that clap knows nothing of.
fn rest(command: &Command) -> Roff {
    let mut roff = Roff::new();
    if let Some(text) = command.get_after_help() {
        examples(&mut roff, &text.to_string());
    }
    if command.get_name() == "akm" {
        verbatim(&mut roff, "EXIT STATUS", error::EXIT_CODES);
        verbatim(&mut roff, "ENVIRONMENT", help::ENVIRONMENT);
    } else {
        roff.control("SH", ["SEE ALSO"]);
        roff.text([bold("akm"), roman("(1)")]);
    }
    roff
}

/// What `examples!` wrote: remarks as text, lines as they are typed.
fn examples(roff: &mut Roff, text: &str) {
    roff.control("SH", ["EXAMPLES"]);
    for line in text.lines().skip(1).map(str::trim) {
        if let Some(remark) = line.strip_prefix("# ") {
            roff.control("PP", []);
            roff.text([roman(remark)]);
        } else {
            typed(roff, [line]);
        }
    }
}

fn verbatim(roff: &mut Roff, heading: &str, text: &str) {
    roff.control("SH", [heading]);
    typed(roff, text.lines());
}

fn typed<'a>(roff: &mut Roff, lines: impl IntoIterator<Item = &'a str>) {
    roff.control("RS", ["4"]);
    roff.control("nf", []);
    for line in lines {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff.control("RE", []);
}
