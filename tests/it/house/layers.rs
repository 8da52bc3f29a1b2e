//! The house rules, held against the source: who may know whom. `src/lib.rs` has the picture.

use crate::house::source::{self, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What each room may name besides itself.
const ROOMS: [(&str, &[&str]); 11] = [
    ("core", &[]),
    ("sys", &["core"]),
    ("cloud", &["core", "sys"]),
    ("store", &["core", "sys"]),
    ("metadata", &["core", "sys"]),
    ("delivery", &["core", "sys"]),
    ("export", &["core", "sys"]),
    ("import", &["core", "sys"]),
    (
        "sandbox",
        &["core", "sys", "cloud::signature", "cloud::transport"],
    ),
    (
        "ops",
        &[
            "core", "sys", "cloud", "store", "metadata", "delivery", "export", "import",
        ],
    ),
    (
        "cli",
        &[
            "core", "sys", "cloud", "store", "metadata", "delivery", "export", "import", "ops",
            "sandbox",
        ],
    ),
];

/// What a few files alone may name.
const RESERVED: [(&str, &[&str]); 4] = [
    ("store::age", &["cli/context/"]),
    ("store::keyring", &["cli/context/"]),
    ("cloud::https", &["cli/context/"]),
    (
        "sandbox",
        &["cli/context/", "cli/sandbox.rs", "cli/sandbox_serve.rs"],
    ),
];

/// What `core` may draw on, and what it may not even of that. `schemars` is there for tests alone.
const CORE_CRATES: [&str; 5] = ["std", "serde", "chrono", "zeroize", "schemars"];
const CORE_NEVER: [&[&str]; 13] = [
    &["std", "::", "fs"],
    &["std", "::", "env"],
    // Addresses may be read there; what connects may not be named.
    &["TcpStream"],
    &["TcpListener"],
    &["UdpSocket"],
    &["ToSocketAddrs"],
    &["std", "::", "io"],
    &["std", "::", "process"],
    &["std", "::", "thread"],
    &["Utc", "::", "now"],
    &["Local", "::", "now"],
    &["SystemTime"],
    &["Instant"],
];

fn begins_with(path: &[String], prefix: &str) -> bool {
    let mut parts = path.iter();
    prefix
        .split("::")
        .all(|part| parts.next().is_some_and(|found| found == part))
}

/// The breaches of one file, a line each.
fn breaches(source: &Source) -> String {
    let file = source.file.as_str();
    let mut told = String::new();
    if ["lib.rs", "main.rs"].contains(&file) {
        return told;
    }
    let room = file.split(['/', '.']).next().unwrap();
    let Some((_, may)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return format!("{file}: the room `{room}` has no rule\n");
    };
    for path in source.paths() {
        let own = path.is_empty() || path[0] == room;
        let reserved = RESERVED.iter().find(|(what, files)| {
            room != what.split("::").next().unwrap()
                && begins_with(&path, what)
                && !files.iter().any(|allowed| file.starts_with(allowed))
        });
        if !own && !may.iter().any(|allowed| begins_with(&path, allowed)) || reserved.is_some() {
            let _ = writeln!(told, "{file} names {}", path.join("::"));
        }
    }
    if room == "core" {
        told.push_str(&impure(source));
    }
    told
}

/// `core` is pure: a few crates, and no machine.
fn impure(source: &Source) -> String {
    let mut told = String::new();
    let modules = [
        "access_key",
        "account",
        "credentials",
        "endpoint",
        "event",
        "key_policy",
        "name",
        "no_proxy",
        "open_work",
        "pasted",
        "place",
        "plan",
        "policy",
        "proxy",
        "region",
        "role",
        "secret",
        "seen",
        "step",
        "time",
    ];
    let words = [
        "crate", "super", "self", "u8", "u16", "u32", "u64", "u128", "i64", "str", "char", "text",
        "clippy",
    ];
    for root in source.roots() {
        let known = [&CORE_CRATES[..], &modules, &words];
        if !known.iter().any(|list| list.contains(&root.as_str())) {
            let _ = writeln!(told, "{} names {root}", source.file);
        }
    }
    for never in CORE_NEVER {
        if source.count(never) > 0 {
            let _ = writeln!(told, "{} names {}", source.file, never.concat());
        }
    }
    told
}

#[test]
fn arrows_go_down_only() {
    let sources = source::all();
    assert!(sources.len() > 60, "{} files were read", sources.len());
    let told: String = sources.iter().map(breaches).collect();
    assert_eq!(told, "");
}

/// What is said is worded by `cli`: no command line is in a text of the rooms that act and decide.
#[test]
fn no_command_is_advised_below_cli() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = source::all().into_iter().map(|source| source.file);
    for file in files.filter(|file| file.starts_with("ops/") || file.starts_with("core/")) {
        let text = std::fs::read_to_string(root.join(&file)).unwrap();
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let advises = |line: &&str| line.contains("`akm ") || line.contains("\"akm ");
        assert_eq!(code.clone().find(advises), None, "{file}");
    }
}

type Names = BTreeMap<String, BTreeSet<String>>;

/// Which files each file names. A file and what lies in its folder are one thing: they may name each other.
fn names(sources: &[Source]) -> Names {
    let modules: BTreeSet<String> = sources.iter().map(|it| it.module().join("::")).collect();
    let is_within = |one: &str, other: &str| {
        let rest = one.strip_prefix(other);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    let module_of = |path: &[String]| {
        let prefixes = (1..=path.len())
            .rev()
            .map(|length| path[..length].join("::"));
        prefixes.into_iter().find(|prefix| modules.contains(prefix))
    };
    let arrows = sources.iter().map(|source| {
        let own = source.module().join("::");
        let paths = source.paths();
        let found = paths.iter().filter_map(|path| module_of(path));
        let apart = found.filter(|it| !is_within(it, &own) && !is_within(&own, it));
        (own.clone(), apart.collect())
    });
    arrows.collect()
}

/// All that is named by the file, by what it names, and so on.
fn reached<'a>(names: &'a Names, file: &'a str) -> BTreeSet<&'a str> {
    let (mut found, mut open) = (BTreeSet::new(), vec![file]);
    while let Some(file) = open.pop() {
        let next = names.get(file).into_iter().flatten();
        open.extend(
            next.filter(|it| found.insert(it.as_str()))
                .map(String::as_str),
        );
    }
    found
}

/// The files that name each other in a circle.
fn circles(names: &Names) -> BTreeSet<BTreeSet<&str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = names
        .keys()
        .map(|file| (file.as_str(), reached(names, file)))
        .collect();
    let circle = |file: &str| {
        let back = |it: &&str| reached[it].contains(file);
        reached[file].iter().copied().filter(back).collect()
    };
    let all = names.keys().map(|file| circle(file));
    all.filter(|circle: &BTreeSet<&str>| !circle.is_empty())
        .collect()
}

/// Whoever reads a file need not read in circles: none in `ops`, and elsewhere none of more than three files.
#[test]
fn files_name_each_other_in_no_large_circle() {
    let names = names(&source::all());
    assert!(names.len() > 250, "{}", names.len());
    let is_of_ops = |circle: &BTreeSet<&str>| circle.iter().any(|it| it.starts_with("ops"));
    for circle in circles(&names) {
        assert!(circle.len() <= 3 && !is_of_ops(&circle), "{circle:?}");
    }
}

#[test]
fn a_circle_is_found_and_a_folder_is_none() {
    let sources = [
        ("core/a.rs", "use super::b::B;"),
        ("core/b.rs", "use super::c::C;"),
        ("core/c.rs", "use crate::core::a; use super::d;"),
        ("core/d/mod.rs", "mod e; use e::E;"),
        ("core/d/e.rs", "use super::F;"),
    ];
    let names = names(&sources.map(|(file, text)| Source::new(file, text)));
    let circle = ["core::a", "core::b", "core::c"].into();
    assert_eq!(circles(&names), [circle].into());
}

/// A file is read at one go.
#[test]
fn no_file_has_more_than_300_lines() {
    for source in source::with_tests() {
        let (file, lines) = (source.file, source.lines);
        assert!(lines <= 300, "{file}: {lines}");
    }
}

#[test]
fn the_tests_own_modules_are_left_out_and_no_others() {
    let files: Vec<String> = source::all()
        .into_iter()
        .map(|source| source.file)
        .collect();
    for test in [
        "together.rs",
        "store/contract.rs",
        "store/age/tests.rs",
        "store/keyring/tests/desktop.rs",
        "sandbox/testing.rs",
    ] {
        assert!(!files.iter().any(|file| file == test), "{test}");
    }
    for file in [
        "ops/create.rs",
        "store/age/mod.rs",
        "sandbox/gateway.rs",
        "cli/context/mod.rs",
        "main.rs",
    ] {
        assert!(files.iter().any(|found| found == file), "{file}");
    }
}

#[test]
fn a_planted_breach_is_caught() {
    let told = |file: &str, text: &str| breaches(&Source::new(file, text));
    let caught = [
        (
            "core/name.rs",
            "use crate::sys::clock;",
            "core/name.rs names sys::clock\n",
        ),
        (
            "core/name.rs",
            "use std::fs::File;",
            "core/name.rs names std::fs\n",
        ),
        (
            "core/name.rs",
            "fn now() { chrono::Utc::now() }",
            "core/name.rs names Utc::now\n",
        ),
        (
            "core/name.rs",
            "use toml::Table;",
            "core/name.rs names toml\n",
        ),
        (
            "sys/fs.rs",
            "fn f() { crate::ops::create::create() }",
            "sys/fs.rs names ops::create::create\n",
        ),
        (
            "store/mod.rs",
            "use crate::metadata::Home;",
            "store/mod.rs names metadata::Home\n",
        ),
        (
            "store/age/mod.rs",
            "use super::super::cloud;",
            "store/age/mod.rs names cloud\n",
        ),
        (
            "sandbox/gateway.rs",
            "use crate::cloud::{transport::Request, wire};",
            "sandbox/gateway.rs names cloud::wire\n",
        ),
        (
            "ops/create.rs",
            "use crate::{core::name, store::{SecretName, age::AgeStore}};",
            "ops/create.rs names store::age::AgeStore\n",
        ),
        (
            "ops/create.rs",
            "fn f(x: super::super::cli::ui::Ui) {}",
            "ops/create.rs names cli::ui::Ui\n",
        ),
        (
            "cli/list.rs",
            "use crate::sandbox;",
            "cli/list.rs names sandbox\n",
        ),
        (
            "cli/sandbox.rs",
            "use crate::store::keyring::Dialog;",
            "cli/sandbox.rs names store::keyring::Dialog\n",
        ),
        (
            "core/time.rs",
            "mod text { fn f() { super::super::super::sys::fs() } }",
            "core/time.rs names sys::fs\n",
        ),
        (
            "kitchen/mod.rs",
            "",
            "kitchen/mod.rs: the room `kitchen` has no rule\n",
        ),
    ];
    for (file, text, expected) in caught {
        assert_eq!(told(file, text), expected, "{text}");
    }
}

#[test]
fn what_is_no_breach_is_let_be() {
    let told = |file: &str, text: &str| breaches(&Source::new(file, text));
    let allowed = [
        (
            "core/name.rs",
            "// use crate::sys;\n#[cfg(test)]\nmod tests { use crate::sys; }",
        ),
        (
            "core/name.rs",
            "const A: &str = \"crate::sys::fs\"; const B: char = '\"'; const C: &str = r#\"crate::sys\"#;",
        ),
        (
            "core/time.rs",
            "mod text { fn f() { super::super::name::parse() } }",
        ),
        (
            "cli/context/stores.rs",
            "use crate::{sandbox, store::{age::AgeStore, keyring::Dialog}};",
        ),
        (
            "sandbox/engine/mod.rs",
            "use super::super::core; use crate::cloud::signature; pub(crate) struct A;",
        ),
        (
            "store/age/mod.rs",
            "use super::identity; use crate::store::age::x;",
        ),
        (
            "ops/create.rs",
            "#[cfg(test)] use crate::cli::ui; #[cfg(all(test, unix))] mod tests; use crate::store;",
        ),
    ];
    for (file, text) in allowed {
        assert_eq!(told(file, text), "", "{text}");
    }
}
