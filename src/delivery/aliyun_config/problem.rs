//! Why a file of the `aliyun` CLI cannot be edited. Repeats nothing of the file.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    TooLong,
    NotText,
    Empty,
    CutShort,
    /// By its line.
    NotJson(usize),
    /// A name that an object has already, by its line.
    Twice(usize),
    TooDeep,
    NoObject,
    /// `profiles` is something else than a list of objects that have a name.
    OddProfiles,
    /// Two profiles have the name that is asked for.
    SameName,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("it is longer than 1 MiB"),
            Self::NotText => f.write_str("it is not UTF-8 text"),
            Self::Empty => f.write_str("it is empty"),
            Self::CutShort => f.write_str("it ends in the middle of a value"),
            Self::NotJson(line) => write!(f, "line {line} is not JSON"),
            Self::Twice(line) => write!(f, "line {line} has a name that its object has already"),
            Self::TooDeep => f.write_str("it is nested too deep"),
            Self::NoObject => f.write_str("it is JSON, but not an object"),
            Self::OddProfiles => f.write_str("its `profiles` are not a list of named objects"),
            Self::SameName => f.write_str("two of its profiles have this name"),
        }
    }
}

impl std::error::Error for Problem {}
