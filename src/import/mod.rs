//! Reading the AccessKey pairs that other programs and people keep: CSV and JSON files, the configuration of the `aliyun` CLI, the
//! SDKs' credentials files, environment variables.

pub(crate) mod aliyun_cli;
pub(crate) mod credentials_file;
mod csv;
pub(crate) mod environment;
mod format;
mod json;
mod merge;
mod object;
mod pair;
mod place;
mod refusal;
mod utf16;

pub(crate) use csv::{LONGEST, looks_like_id, read};
pub(crate) use format::Format;
pub(crate) use merge::merge;
pub(crate) use pair::{AssumedRole, FoundPair};
pub(crate) use place::{Place, joined, source_name};
pub(crate) use refusal::Refusal;
pub(crate) use utf16::in_utf8;

/// So many wrong rows of a file are said, and the others counted.
const SAID: usize = 20;

/// The first wrong rows, and how many more there are.
fn shortened(mut wrong: Vec<String>, rows: &str) -> Vec<String> {
    let more = wrong.len().saturating_sub(SAID);
    wrong.truncate(SAID);
    if more > 0 {
        wrong.push(format!("and {more} more {rows}"));
    }
    wrong
}
