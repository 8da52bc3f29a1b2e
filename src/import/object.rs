//! What every JSON reader here needs: objects that are objects, and errors without the file's text.

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// A value that is read from a JSON object alone. A derived structure is read from a list, too, by position, which would take any two
/// texts for a pair.
pub(super) struct FromObject<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for FromObject<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = FromObject<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(FromObject)
    }
}

/// Reads `null` as an absent value, as Go does.
pub(super) fn or_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// The content without a UTF-8 byte order mark.
pub(super) fn without_mark(content: &[u8]) -> &[u8] {
    content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content)
}

/// Reads JSON. Errors: where the text stops being what was expected. The parser's own words may repeat a value, so they are not used.
pub(super) fn parse<'de, T: Deserialize<'de>>(content: &'de [u8]) -> Result<T, String> {
    use serde_json::error::Category;
    serde_json::from_slice(content).map_err(|error| {
        let what = match error.classify() {
            Category::Eof => "the JSON ends too early",
            Category::Data => "the value is not of the expected kind",
            Category::Syntax | Category::Io => "this is not JSON",
        };
        format!("line {}, column {}: {what}", error.line(), error.column())
    })
}
