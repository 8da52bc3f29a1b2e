//! `akm man`: the command tree as man pages, out of the same texts as `--help`.

use super::{error, help, ui::Ui};
use crate::cli::failure::Failure;
use crate::ops::Kind;
use crate::sys::{pager, public_file};
use clap::{Args, Command};
use clap_mangen::roff::{Roff, bold, roman};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

/// Show the man page of a command, or write all of them
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm man rotate" => "show the page of `akm rotate`",
    "akm man --dir ~/.local/share/man/man1" => "for this user: `man akm`, `man akm-create`",
    "sudo akm man --dir /usr/local/share/man/man1" => "for all users",
])]
pub(crate) struct Man {
    /// The command's words; `akm` itself where none are given
    #[arg(value_name = "COMMAND", conflicts_with = "folder")]
    command: Vec<String>,
    /// Write every page into this folder, which is made where it is missing
    #[arg(long = "dir", value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    folder: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(&self, mut tree: Command, ui: &Ui) -> Result<(), Failure> {
        tree.build();
        match &self.folder {
            Some(folder) => write(&tree, folder, ui),
            None => show(&tree, &self.command, ui),
        }
    }
}

#[derive(serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Shown<'a> {
    man_page: &'a str,
}

/// The names of the files.
#[derive(serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Written<'a> {
    man_pages: Vec<&'a str>,
}

/// Shows one page: by `man` on a terminal, as it is elsewhere.
fn show(tree: &Command, words: &[String], ui: &Ui) -> Result<(), Failure> {
    let mut found = tree;
    for word in words {
        let inner = found.find_subcommand(word);
        found = inner.ok_or_else(|| help::unknown(word, found))?;
    }
    let failed = |error| Failure::new(Kind::Failed, "the page cannot be shown").because(error);
    let (_, page) = page(found).map_err(failed)?;
    if ui.json() {
        let page = String::from_utf8_lossy(&page);
        return super::ui::print_json(&Shown { man_page: &page });
    }
    if !io::stdout().is_terminal() {
        return super::ui::print(&page);
    }
    pager::man(&page).map_err(|error| {
        let line = ["akm", "help"]
            .into_iter()
            .chain(words.iter().map(String::as_str));
        let line: Vec<&str> = line.collect();
        failed(error).hint(line.join(" "))
    })
}

fn write(tree: &Command, folder: &Path, ui: &Ui) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        let message = format!("no man pages could be written to `{}`", folder.display());
        Failure::new(Kind::Failed, message).because(error)
    };
    let mut pages = Vec::new();
    add(tree, &mut pages).map_err(failed)?;
    for (name, page) in &pages {
        public_file::replace(&folder.join(name), page).map_err(failed)?;
    }
    let (count, folder) = (pages.len(), folder.display());
    ui.result(&format!("Wrote {count} man pages to {folder}."));
    if ui.json() {
        let man_pages = pages.iter().map(|(name, _)| name.as_str()).collect();
        return super::ui::print_json(&Written { man_pages });
    }
    Ok(())
}

/// Adds the page of the command and of all below it, each by the name of its file.
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
    if let Some(text) = command.get_after_long_help() {
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
