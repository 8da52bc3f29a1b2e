//! What is printed, compared with the JSON Schema that is checked in beside the help: the part of JSON Schema that these files use.

use serde_json::{Map, Value};
use std::path::Path;

/// Returns the schema of a command's output, by the file that is named like the command; `None` where there is none.
pub(crate) fn of(command: &str) -> Option<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/schemas");
    let file = folder.join(format!("{}.json", command.replace(' ', "-")));
    let text = std::fs::read_to_string(file).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

/// Returns why the value is not what the schema says. An object may have no member that the schema does not name.
pub(crate) fn check(schema: &Value, value: &Value) -> Result<(), String> {
    checked(schema, schema, value)
}

fn checked(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let Some(rules) = schema.as_object() else {
        return Ok(());
    };
    for (rule, said) in rules {
        let kept = match rule.as_str() {
            "type" => is_of(said, value),
            "enum" => said.as_array().unwrap().contains(value),
            "const" => said == value,
            "minimum" => value.as_f64() >= said.as_f64(),
            "maximum" => value.as_f64() <= said.as_f64(),
            "$ref" => {
                let target = said.as_str().unwrap().trim_start_matches('#');
                checked(root, root.pointer(target).unwrap(), value)?;
                true
            }
            "anyOf" | "oneOf" => {
                let schemas = said.as_array().unwrap().iter();
                let tried: Vec<_> = schemas.map(|it| checked(root, it, value)).collect();
                let fitting = tried.iter().filter(|it| it.is_ok()).count();
                if fitting == 0 {
                    return Err(format!("none of {rule} fits: {tried:?}"));
                }
                rule == "anyOf" || fitting == 1
            }
            "items" => {
                let items = value.as_array().into_iter().flatten();
                items
                    .map(|item| checked(root, said, item))
                    .collect::<Result<(), _>>()?;
                true
            }
            "properties" | "additionalProperties" => {
                value
                    .as_object()
                    .map_or(Ok(()), |object| members(root, rules, object))?;
                true
            }
            "required" => {
                let mut names = said.as_array().unwrap().iter();
                names.all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "$schema" | "$defs" | "title" | "description" | "format" => true,
            _ => return Err(format!("the rule `{rule}` is not known here")),
        };
        if !kept {
            return Err(format!("{value} is not: {rule} {said}"));
        }
    }
    Ok(())
}

fn members(
    root: &Value,
    rules: &Map<String, Value>,
    object: &Map<String, Value>,
) -> Result<(), String> {
    for (name, value) in object {
        let named = rules.get("properties").and_then(|all| all.get(name));
        let rule = named.or(rules.get("additionalProperties"));
        let rule = rule.ok_or_else(|| format!("`{name}` is not in the schema"))?;
        checked(root, rule, value).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(())
}

fn is_of(types: &Value, value: &Value) -> bool {
    let is = |kind: &Value| match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        kind => panic!("the type `{kind}` is not known here"),
    };
    types
        .as_array()
        .map_or_else(|| is(types), |all| all.iter().any(is))
}
