//! What is printed, compared with the JSON Schema that is checked in beside the help: the part of JSON Schema that these files use.

use serde_json::{Map, Value};
use std::path::Path;

type Checked = Result<(), String>;

/// Returns the schema of a command's output, by the file that is named like the command; `None` where there is none.
pub(crate) fn of(command: &str) -> Option<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/schemas");
    let file = folder.join(format!("{}.json", command.replace(' ', "-")));
    let text = std::fs::read_to_string(file).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

/// Says why the value is not what the schema, a part of `root`, wants. No object may have a member that its schema does not name.
pub(crate) fn check(root: &Value, schema: &Value, value: &Value) -> Checked {
    let rules = schema.as_object().unwrap();
    for (rule, said) in rules {
        let mut list = said.as_array().into_iter().flatten();
        let is_kept = match rule.as_str() {
            "type" if said.is_string() => is_of(said, value),
            "type" => list.any(|kind| is_of(kind, value)),
            "enum" => list.any(|it| it == value),
            "const" => said == value,
            "anyOf" | "oneOf" => list.any(|it| check(root, it, value).is_ok()),
            "required" => list.all(|name| value.get(name.as_str().unwrap()).is_some()),
            "$ref" => {
                let place = said.as_str().unwrap().trim_start_matches('#');
                check(root, root.pointer(place).unwrap(), value)?;
                true
            }
            "items" => {
                let mut items = value.as_array().into_iter().flatten();
                items.try_for_each(|item| check(root, said, item))?;
                true
            }
            "properties" | "additionalProperties" => {
                let mut members = value.as_object().into_iter().flatten();
                members.try_for_each(|(name, value)| member(root, rules, name, value))?;
                true
            }
            "$schema" | "$defs" | "title" | "description" | "format" | "minimum" | "maximum" => {
                true
            }
            _ => return Err(format!("the rule `{rule}` is not known here")),
        };
        if !is_kept {
            return Err(format!("{value} is not: {rule} {said}"));
        }
    }
    Ok(())
}

fn member(root: &Value, rules: &Map<String, Value>, name: &str, value: &Value) -> Checked {
    let named = rules.get("properties").and_then(|all| all.get(name));
    let rule = named.or(rules.get("additionalProperties"));
    let rule = rule.ok_or_else(|| format!("`{name}` is not in the schema"))?;
    check(root, rule, value).map_err(|why| format!("{name}: {why}"))
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        kind => panic!("the type `{kind}` is not known here"),
    }
}
