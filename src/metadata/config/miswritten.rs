//! The section `[policy]` of `config.toml`, which people write themselves: what is wrong there is said by its line.

use crate::core::policy::Policy;
use serde::Deserialize;

const HEADER: &str = "[policy]";
/// A longer value is not repeated.
const LONGEST_SAID: usize = 40;

/// The lines with their ends, each with whether it is in the section.
fn lines(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut inside = false;
    text.split_inclusive('\n').map(move |line| {
        if line.trim_start().starts_with('[') {
            inside = without_comment(line) == HEADER;
        }
        (line, inside)
    })
}

/// Returns the section `[policy]`, and the text without it. Lines of the other are empty in each, so that lines keep their numbers.
pub(super) fn split(text: &str) -> (String, String) {
    let (mut policy, mut rest) = (String::new(), String::new());
    for (line, inside) in lines(text) {
        let (to, other) = if inside {
            (&mut policy, &mut rest)
        } else {
            (&mut rest, &mut policy)
        };
        to.push_str(line);
        other.push('\n');
    }
    (policy, rest)
}

/// Lines of `[policy]`, each with its stand-in.
pub(super) struct Hidden<'a>(Vec<(String, &'a str)>);

/// Returns the text with stand-ins for what `[policy]` holds: the text can be edited even where that is no TOML.
pub(super) fn hide(text: &str) -> (String, Hidden<'_>) {
    let (mut shown, mut hidden) = (String::new(), Vec::new());
    for (number, (line, inside)) in lines(text).enumerate() {
        let content = without_comment(line);
        if !inside || content.is_empty() || content == HEADER {
            shown.push_str(line);
            continue;
        }
        let stand_in = format!("akm-line-{number} = 0");
        shown.push_str(&stand_in);
        shown.push('\n');
        hidden.push((stand_in, line.strip_suffix('\n').unwrap_or(line)));
    }
    (shown, Hidden(hidden))
}

impl Hidden<'_> {
    /// Returns the text with the lines in the place of their stand-ins.
    pub(super) fn put_back(self, text: String) -> String {
        self.0.iter().fold(text, |text, (stand_in, line)| {
            text.replacen(stand_in, line, 1)
        })
    }
}

/// Says what is wrong with the section, and in which line; `None` where nothing is.
pub(super) fn wrong_policy(section: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct File {
        #[serde(default, rename = "policy")]
        _policy: Policy,
    }
    let error = toml::from_str::<File>(section).err()?;
    let before = section.get(..error.span()?.start)?;
    let lines: Vec<&str> = section.lines().map(without_comment).collect();
    // What is not closed is found out after its line.
    let last = before.matches('\n').count().min(lines.len() - 1);
    let at = (0..=last).rfind(|at| !lines[*at].is_empty())?;
    Some(format!("line {}: {}", at + 1, wrong_line(lines[at])))
}

fn wrong_line(line: &str) -> String {
    let (key, value) = line.split_once('=').unwrap_or((line, ""));
    let (key, value) = (key.trim(), value.trim());
    if !["overlap", "grace", "max_age"].contains(&key) {
        let known = "`[policy]` has `overlap`, `grace` and `max_age`";
        return format!("`{}` is no key of it: {known}", shortened(key));
    }
    if toml::from_str::<Policy>(line).is_ok() {
        return format!("`{key}` is given twice");
    }
    let form = format!("a duration in quotes is expected, as `{key} = \"2d\"`");
    match value {
        "" => format!("`{key}` has no value, and {form}"),
        _ => format!("`{key}` is {}, and {form}", shortened(value)),
    }
}

fn without_comment(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SAID) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_policy_is_said_by_its_line() {
        let form = "a duration in quotes is expected, as `grace = \"2d\"`";
        for (line, why) in [
            ("grace = \"2x\"", format!("`grace` is \"2x\", and {form}")),
            ("grace = 5", format!("`grace` is 5, and {form}")),
            ("grace=2d # two days", format!("`grace` is 2d, and {form}")),
            ("grace = \"-1d\"", format!("`grace` is \"-1d\", and {form}")),
            ("grace = [", format!("`grace` is [, and {form}")),
            ("grace = \"2d", format!("`grace` is \"2d, and {form}")),
            ("grace =", format!("`grace` has no value, and {form}")),
            ("overlap = \"1d\"", "`overlap` is given twice".to_owned()),
            (
                "grase = \"2d\"",
                "`grase` is no key of it: `[policy]` has `overlap`, `grace` and `max_age`"
                    .to_owned(),
            ),
        ] {
            let text = format!(
                "version = 2\n[policy] # mine\noverlap = \"1d\"\n\n{line}\n\n[recipients]\nage = 1\n"
            );
            let (policy, rest) = split(&text);
            assert_eq!(
                wrong_policy(&policy),
                Some(format!("line 5: {why}")),
                "{line}"
            );
            assert_eq!(rest, "version = 2\n\n\n\n\n\n[recipients]\nage = 1\n");
        }
    }

    #[test]
    fn what_is_hidden_is_put_back_as_it_was() {
        for text in [
            "a = 1\n[policy] # mine\n# slow\n\n  grace = 2d # two\r\nb = [\n[x]\nc = 1\n",
            "[policy]\ngrace = \"2d\"\n[policy]\ngrace = \"2d\"\n",
            "a = 1\n",
        ] {
            let (shown, hidden) = hide(text);
            assert!(
                !shown.contains("grace") && !shown.contains("b ="),
                "{shown}"
            );
            assert_eq!(hidden.put_back(shown), text);
        }
        // A last line that has no end has one when more follows it.
        let (shown, hidden) = hide("[policy]\ngrace = 2d");
        assert_eq!(
            hidden.put_back(shown + "[x]\n"),
            "[policy]\ngrace = 2d\n[x]\n"
        );
    }

    #[test]
    fn a_policy_that_is_right_is_not_blamed() {
        for text in [
            "",
            "version = 2\n",
            "[policy]\ngrace = \"2d\"\n[recipients]\nage = 5",
        ] {
            assert_eq!(wrong_policy(&split(text).0), None, "{text}");
        }
    }

    #[test]
    fn a_long_value_is_not_repeated_whole() {
        let policy = format!("[policy]\ngrace = \"{}\"\n", "é".repeat(1000));
        let why = wrong_policy(&policy).unwrap();
        assert!(
            why.contains(&format!("is \"{}…, and", "é".repeat(39))),
            "{why}"
        );
    }
}
