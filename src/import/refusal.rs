//! Why a file of profiles or sections gives no pair.

/// No text in here repeats what may be a secret: of the file come names of profiles and sections alone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The file is not what it is taken for.
    Malformed(String),
    /// The selected profile or section is not there; `known` are those that are.
    Missing { name: String, known: Vec<String> },
    /// The selected profile or section has no pair to take; `usable` are those that look as if they had.
    Unusable {
        name: String,
        why: String,
        usable: Vec<String>,
    },
}
