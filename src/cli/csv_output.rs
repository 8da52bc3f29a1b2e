//! `-o csv`: the rows of `--json` as CSV. No secret is ever in it.

use super::ui;
use crate::cli::failure::Failure;
use crate::ops::Kind;
use serde::Serialize;
use serde_json::Value;

/// Prints the columns of that name, under a header.
pub(crate) fn print<T: Serialize>(columns: &[&str], rows: &[T]) -> Result<(), Failure> {
    let mut text = columns.join(",") + "\n";
    for row in rows {
        let row = serde_json::to_value(row)
            .map_err(|error| Failure::new(Kind::Failed, "no CSV could be made").because(error))?;
        let cells: Vec<String> = columns.iter().map(|name| cell(&row[*name])).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    ui::print(text.as_bytes())
}

/// Quoted where that is needed (RFC 4180); what a spreadsheet would take for a formula is prefixed.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let prefix = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{prefix}{}\"", text.replace('"', "\"\""));
    }
    format!("{prefix}{text}")
}

#[cfg(test)]
mod tests {
    use super::cell;
    use serde_json::json;

    #[test]
    fn cells() {
        for (value, expected) in [
            (json!(null), ""),
            (json!(true), "true"),
            (json!("a b"), "a b"),
            (json!("a,b"), "\"a,b\""),
            (json!("a\"b"), "\"a\"\"b\""),
            (json!("=1,2"), "\"'=1,2\""),
            (json!("-x"), "'-x"),
        ] {
            assert_eq!(cell(&value), expected, "{value}");
        }
    }
}
