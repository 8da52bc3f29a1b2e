//! Lines that fit a terminal: broken at blanks, never in what stands between backticks, which people copy.

/// Text of lines, each at most `width` characters wide where its words allow that. What goes on does so under its beginning: the
/// text of an option under the text, a paragraph under its indentation.
pub(crate) fn wrap(text: &str, width: usize) -> String {
    let mut wrapped = String::with_capacity(text.len());
    let mut examples = false;
    for line in text.split_inclusive('\n') {
        examples |= line == "Examples:\n";
        if examples && !line.trim_start().starts_with("# ") {
            wrapped.push_str(line);
        } else {
            fold(line, width, &mut wrapped);
        }
    }
    wrapped
}

fn fold(line: &str, width: usize, wrapped: &mut String) {
    let indent = indent(line).min(width / 2);
    let mut column = 0;
    for word in words(line) {
        let length = word.trim_end().chars().count();
        if column > indent && column + length > width {
            wrapped.truncate(wrapped.trim_end_matches(' ').len());
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        }
        wrapped.push_str(word);
        column += word.chars().count();
    }
}

/// Where the text begins: behind the blanks that stand between a name and what is said of it, else behind those at the start.
fn indent(line: &str) -> usize {
    let start = line.len() - line.trim_start_matches(' ').len();
    let Some(gap) = line[start..].rfind("  ") else {
        return start;
    };
    line[..start + gap].chars().count() + 2
}

/// Words with the blanks behind them.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    line.split_inclusive(move |c| {
        quoted ^= c == '`';
        c == ' ' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn words_stay_whole_and_so_do_commands() {
        for (text, expected) in [
            ("note: one two three\n", "note: one\ntwo three\n"),
            (
                "note: `one two three` four\n",
                "note:\n`one two three`\nfour\n",
            ),
            ("  o  one two three\n", "  o  one\n     two\n     three\n"),
            ("  one two three\n", "  one two\n  three\n"),
            ("one? [y/N] ", "one? [y/N] "),
            ("one two? [y/N] ", "one two?\n[y/N] "),
            ("unbreakable-word\n", "unbreakable-word\n"),
            ("a\n\nb\n", "a\n\nb\n"),
            (
                "Examples:\n  # one two three\n  akm one two three\n",
                "Examples:\n  # one\n  two\n  three\n  akm one two three\n",
            ),
        ] {
            assert_eq!(wrap(text, 10), expected, "{text}");
        }
    }
}
