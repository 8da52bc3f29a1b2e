//! A JSON text by its parts, each with its place, so that one part can be replaced and every other byte stays.

use super::Problem;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::ops::Range;
use zeroize::Zeroizing;

/// The deepest nesting taken: each level is read once more for its parts.
const DEEPEST: usize = 32;

/// One value of the text.
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    /// The byte of the whole text where it begins.
    pub(super) start: usize,
    pub(super) kind: Kind<'a>,
}

pub(super) enum Kind<'a> {
    Object(Vec<Member<'a>>),
    List(Vec<Part<'a>>),
    /// A text, a number, `true`, `false` or `null`.
    Scalar,
}

/// A name and its value in an object.
pub(super) struct Member<'a> {
    pub(super) name: String,
    /// The byte of the whole text where the name's quote is.
    pub(super) start: usize,
    pub(super) value: Part<'a>,
}

impl<'a> Part<'a> {
    /// Reads a whole text. Errors: no JSON, a name twice in one object, nested too deep.
    pub(super) fn parse(whole: &'a str) -> Result<Self, Problem> {
        let raw: &RawValue = serde_json::from_str(whole).map_err(|error| {
            if error.is_eof() {
                Problem::CutShort
            } else {
                Problem::NotJson(error.line())
            }
        })?;
        Self::of(raw.get(), whole, 0)
    }

    /// `text` is a slice of `whole`, which was found to be JSON.
    fn of(text: &'a str, whole: &'a str, depth: usize) -> Result<Self, Problem> {
        if depth > DEEPEST {
            return Err(Problem::TooDeep);
        }
        let start = text.as_ptr().addr() - whole.as_ptr().addr();
        let odd = || Problem::NotJson(line(whole, start));
        let kind = match text.as_bytes().first() {
            Some(b'{') => {
                let names: Names = serde_json::from_str(text).map_err(|_| odd())?;
                Kind::Object(members(names, whole, start + 1, depth)?)
            }
            Some(b'[') => {
                let parts: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| odd())?;
                let parts = parts.into_iter();
                let parts = parts.map(|raw| Self::of(raw.get(), whole, depth + 1));
                Kind::List(parts.collect::<Result<_, _>>()?)
            }
            _ => Kind::Scalar,
        };
        Ok(Self { text, start, kind })
    }

    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end()
    }

    /// The text without quotes and escapes; `None` where the value is no text.
    pub(super) fn decoded(&self) -> Option<Zeroizing<String>> {
        serde_json::from_str(self.text).ok()
    }

    /// The value of that name; `None` in what is no object or has none. The case of letters does not count, as in the CLI's parser.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        let Kind::Object(members) = &self.kind else {
            return None;
        };
        let found = members.iter().find(|member| member.is(name));
        found.map(|member| &member.value)
    }

    /// Whether it says nothing: `null` or an empty text.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.text, "null" | "\"\"")
    }
}

impl Member<'_> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Name, colon and value as they are written in `whole`.
    pub(super) fn written<'w>(&self, whole: &'w str) -> &'w str {
        &whole[self.start..self.value.end()]
    }
}

fn members<'a>(
    names: Names<'a>,
    whole: &'a str,
    mut from: usize,
    depth: usize,
) -> Result<Vec<Member<'a>>, Problem> {
    let mut members: Vec<Member> = Vec::with_capacity(names.0.len());
    let mut known = HashSet::new();
    for (name, raw) in names.0 {
        let value = Part::of(raw.get(), whole, depth + 1)?;
        if !known.insert(name.to_ascii_lowercase()) {
            return Err(Problem::Twice(line(whole, value.start)));
        }
        // Before a name there are blanks and a comma, and no other quote.
        let start = from + whole[from..].find('"').unwrap_or(0);
        from = value.end();
        members.push(Member { name, start, value });
    }
    Ok(members)
}

/// The line of that byte, counted from 1.
fn line(whole: &str, at: usize) -> usize {
    whole[..at].matches('\n').count() + 1
}

/// The members of an object in their order, a name that comes twice included.
struct Names<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Names<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Names<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names<'de>, A::Error> {
                let mut names = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    names.push(entry);
                }
                Ok(Names(names))
            }
        }
        from.deserialize_map(InOrder)
    }
}
