//! The schemas as the types give them, compared with the files. `AKM_WRITE_SCHEMAS=1` writes the files.

#![expect(dead_code, reason = "only their schemas are read")]

#[cfg(feature = "server")]
use crate::cli::sandbox_serve;
use crate::cli::{
    comment, connect, copy, credential_process, error_object, export, import, list,
    pair::{self, PairView},
    profile, profile_remove, protect, recover,
    rotate::{all, plan, told},
    sandbox, show, show_id, store, store_move, ui, user, verify,
};
use crate::core::key_policy::KeyPolicy;
use crate::metadata::log;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;
use std::collections::BTreeMap;

/// `env`: the names of the variables and their values.
type Variables = BTreeMap<String, String>;

#[derive(JsonSchema)]
struct Profiles {
    profiles: Vec<profile::View<'static>>,
}

#[derive(JsonSchema)]
struct Users {
    users: Vec<user::View<'static>>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Man {
    Shown(crate::cli::man::Shown<'static>),
    Written(crate::cli::man::Written<'static>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Read {
    Id { access_key_id: String },
    Secret { access_key_secret: String },
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Recover {
    Recovered(recover::Answer<'static>),
    List(recover::List<'static>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Rotate {
    Rotated(told::View<'static>),
    /// Of `--all`.
    Failed(all::FailedRow<'static>),
    /// Of `--dry-run`.
    Planned(plan::View<'static>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Show {
    Owner(show::View<'static>),
    Pair(list::Row<'static>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum StandardError {
    Said(ui::Line<'static>),
    Failed(error_object::Object<'static>),
}

fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("comment", schema::<comment::View>()),
        ("connect aliyun-cli", schema::<connect::View>()),
        ("copy", schema::<copy::View>()),
        ("create", schema::<PairView>()),
        ("credential-process", schema::<credential_process::Answer>()),
        ("delete", schema::<pair::Deleted>()),
        ("disable", schema::<PairView>()),
        ("enable", schema::<PairView>()),
        ("env", schema::<Variables>()),
        ("export", schema::<export::Ids>()),
        ("import", schema::<import::Answer>()),
        ("key-policy set", schema::<KeyPolicy>()),
        ("key-policy show", schema::<KeyPolicy>()),
        ("leak", schema::<told::View>()),
        ("list", schema::<list::View>()),
        ("log", schema::<log::Line>()),
        ("man", schema::<Man>()),
        ("profile add", schema::<profile::View>()),
        ("profile edit", schema::<profile::View>()),
        ("profile list", schema::<Profiles>()),
        ("profile remove", schema::<profile_remove::Removed>()),
        ("profile show", schema::<profile::View>()),
        ("profile use", schema::<profile::View>()),
        ("read", schema::<Read>()),
        ("recover", schema::<Recover>()),
        ("restore", schema::<PairView>()),
        ("rollback", schema::<told::View>()),
        ("rotate", schema::<Rotate>()),
        ("sandbox reset", schema::<sandbox::Forgotten>()),
        #[cfg(feature = "server")]
        ("sandbox serve", schema::<sandbox_serve::Line>()),
        ("show", schema::<Show>()),
        ("show-id", schema::<show_id::Ids>()),
        ("store move", schema::<store_move::View>()),
        ("store protect", schema::<protect::View>()),
        ("store status", schema::<store::Stated>()),
        ("store use", schema::<store_move::Used>()),
        ("user create", schema::<user::View>()),
        ("user delete", schema::<user::Deleted>()),
        ("user list", schema::<Users>()),
        ("user show", schema::<user::WithPairs>()),
        ("verify", schema::<verify::View>()),
        ("standard-error", schema::<StandardError>()),
    ]
}

fn schema<T: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize();
    let schema = generator.into_generator().into_root_schema_for::<T>();
    let mut schema = schema.to_value();
    open(&mut schema);
    schema
}

/// Lets objects have more members: a later akm adds some.
fn open(schema: &mut Value) {
    if let Some(object) = schema.as_object_mut() {
        if object.get("additionalProperties") == Some(&Value::Bool(false)) {
            object.remove("additionalProperties");
        }
        object.values_mut().for_each(open);
    } else if let Some(items) = schema.as_array_mut() {
        items.iter_mut().for_each(open);
    }
}

/// Returns the name of a command's file, from the root of the crate.
fn file(name: &str) -> String {
    format!("src/cli/schemas/{}.json", name.replace(' ', "-"))
}

#[test]
fn the_files_have_the_schemas_of_what_is_printed() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let writes = std::env::var_os("AKM_WRITE_SCHEMAS").is_some();
    let all = all();
    for (name, mut schema) in all.clone() {
        schema["title"] = format!("akm {name} --json").into();
        if name == "standard-error" {
            schema["title"] = "A line on standard error under --json".into();
        }
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let path = root.join(file(name));
        if writes {
            std::fs::write(&path, &text).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == text, "{name}: run this with AKM_WRITE_SCHEMAS=1");
    }
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    let embedded: Vec<&str> = super::SCHEMAS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, embedded);
}
