//! Where a pair was found, for errors and for whoever takes the pair out of there.

use std::fmt;
use std::path::{Path, PathBuf};

/// One place that has a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A line of a CSV file, the header being line 1.
    Line { file: PathBuf, line: u64 },
    /// An object of a JSON file, the first being 1.
    Object { file: PathBuf, number: usize },
    /// A profile of the `aliyun` CLI. `source` is the profile that has the pair, where the selected one takes it from another.
    Profile {
        file: PathBuf,
        name: String,
        source: Option<String>,
    },
    /// A section of an SDK's credentials file.
    Section { file: PathBuf, name: String },
    /// The environment variable of the AccessKey ID; its family says the one of the secret.
    Variable { id: &'static str },
}

impl Place {
    /// The file, or `None` for the environment. Standard input is the file `-`.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::Line { file, .. }
            | Self::Object { file, .. }
            | Self::Profile { file, .. }
            | Self::Section { file, .. } => Some(file),
            Self::Variable { .. } => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { file, line } => write!(f, "{}, line {line}", source_name(file)),
            Self::Object { file, number } => write!(f, "{}, object {number}", source_name(file)),
            Self::Profile { file, name, source } => {
                if let Some(source) = source {
                    write!(f, "profile `{source}`, the source of ")?;
                }
                write!(f, "profile `{name}` of {}", source_name(file))
            }
            Self::Section { file, name } => write!(f, "section `{name}` of {}", source_name(file)),
            Self::Variable { id } => write!(f, "`{id}`"),
        }
    }
}

/// All places in one text, such as two sections of two files.
pub(crate) fn joined(places: &[Place]) -> String {
    let places: Vec<String> = places.iter().map(Place::to_string).collect();
    places.join(" and ")
}

/// A file as a message names it.
pub(crate) fn source_name(file: &Path) -> String {
    if file == Path::new("-") {
        return "standard input".to_owned();
    }
    format!("`{}`", file.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_named_as_a_person_finds_it() {
        let file = PathBuf::from("/h/x");
        let name = "prod".to_owned();
        for (place, text) in [
            (
                Place::Line {
                    file: "-".into(),
                    line: 3,
                },
                "standard input, line 3",
            ),
            (
                Place::Object {
                    file: file.clone(),
                    number: 2,
                },
                "`/h/x`, object 2",
            ),
            (
                Place::Profile {
                    file: file.clone(),
                    name: name.clone(),
                    source: None,
                },
                "profile `prod` of `/h/x`",
            ),
            (
                Place::Profile {
                    file: file.clone(),
                    name: name.clone(),
                    source: Some("base".to_owned()),
                },
                "profile `base`, the source of profile `prod` of `/h/x`",
            ),
            (Place::Section { file, name }, "section `prod` of `/h/x`"),
            (Place::Variable { id: "A" }, "`A`"),
        ] {
            assert_eq!(place.to_string(), text);
        }
    }
}
