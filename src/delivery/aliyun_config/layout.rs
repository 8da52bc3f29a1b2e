//! How a file breaks and indents its lines, so that what is added looks like its neighbours.

use super::json::{Kind, Part};

/// The breaks inside an object, and the unit that its file indents by.
pub(super) struct Layout<'a> {
    /// The line's end and the indentation of the object's own closing brace; `None` where all is on one line.
    outer: Option<&'a str>,
    unit: &'a str,
}

impl<'a> Layout<'a> {
    /// As the CLI writes a whole file: a tab a level.
    pub(super) fn of_cli() -> Self {
        Self {
            outer: Some("\n"),
            unit: "\t",
        }
    }

    /// As this object of the file is laid out.
    pub(super) fn of_object(whole: &'a str, object: &Part) -> Self {
        let Kind::Object(members) = &object.kind else {
            return Self::on_one_line();
        };
        let first = members.first().map(|member| member.start);
        let inner = first.and_then(|start| Self::break_before(whole, start));
        let outer = Self::break_before(whole, object.end() - 1);
        match (inner, outer) {
            (Some(inner), Some(outer)) => Self {
                outer: Some(outer),
                unit: inner.strip_prefix(outer).unwrap_or("\t"),
            },
            _ => Self::on_one_line(),
        }
    }

    fn on_one_line() -> Self {
        Self {
            outer: None,
            unit: "",
        }
    }

    /// The blanks before that byte from the last line's end on, which is `\n` or `\r\n`; `None` where something else is on that line.
    pub(super) fn break_before(whole: &'a str, at: usize) -> Option<&'a str> {
        let before = &whole[..at];
        let blank = before.trim_end_matches([' ', '\t', '\r', '\n']).len();
        let blanks = &before[blank..];
        let newline = blanks.rfind('\n')?;
        let start = newline - usize::from(blanks[..newline].ends_with('\r'));
        Some(&blanks[start..])
    }

    /// An object of these members, whose closing brace is so many levels deeper than that of this layout's own object.
    pub(super) fn object(&self, members: &[String], level: usize) -> String {
        self.enclosed('{', members, '}', level)
    }

    /// A list of one value, likewise.
    pub(super) fn list(&self, value: &str, level: usize) -> String {
        self.enclosed('[', &[value.to_owned()], ']', level)
    }

    fn enclosed(&self, open: char, values: &[String], close: char, level: usize) -> String {
        let Some(outer) = self.outer else {
            return format!("{open}{}{close}", values.join(", "));
        };
        let end = format!("{outer}{}", self.unit.repeat(level));
        let begin = format!("{end}{}", self.unit);
        let values = values.join(&format!(",{begin}"));
        format!("{open}{begin}{values}{end}{close}")
    }
}
