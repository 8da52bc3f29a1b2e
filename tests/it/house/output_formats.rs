//! `-o table|json|csv|plain`: each command prints the form that was asked for, or refuses it before it does anything.

use crate::support::command_tree::all_commands;
use crate::support::env::Env;

const FORMS: [&str; 4] = ["table", "json", "csv", "plain"];

/// A command's words, what else it needs, and the forms that it has.
type Case = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const DATA: &[&str] = &["json", "plain"];
const ROWS: &[&str] = &FORMS;
const LOOK: &[&str] = &["table", "json"];
const CASES: [Case; 44] = [
    ("create", &["--ram-user", "alice"], DATA),
    ("list", &[], ROWS),
    ("show", &["alice"], LOOK),
    ("show-id", &["--ram-user", "alice"], DATA),
    ("rotate", &["--ram-user", "alice"], DATA),
    ("leak", &["ID"], DATA),
    ("rollback", &["--ram-user", "bob"], DATA),
    ("disable", &["ID", "--force"], DATA),
    ("enable", &["ID"], DATA),
    ("delete", &["ID", "--force", "-y"], DATA),
    ("restore", &["GONE"], DATA),
    ("comment", &["ID"], DATA),
    (
        "export",
        &["--all", "--csv", "new.csv"],
        &["json", "csv", "plain"],
    ),
    ("import", &["pairs.csv"], DATA),
    // There is no clipboard.
    ("copy", &["ID"], DATA),
    ("env", &["ID"], DATA),
    ("read", &["ID"], DATA),
    ("verify", &["ID"], DATA),
    ("connect aliyun-cli", &["ID", "--static"], DATA),
    ("log", &[], &["table", "json", "plain"]),
    ("user create", &["zoe"], DATA),
    ("user list", &[], ROWS),
    ("user show", &["alice"], LOOK),
    ("user delete", &["erin", "-y"], DATA),
    ("profile list", &[], ROWS),
    ("profile show", &[], LOOK),
    ("profile add", &["x"], DATA),
    ("credential-process", &["ID", "--static"], &["json"]),
    ("profile edit", &["x", "--region", "cn-beijing"], DATA),
    ("profile use", &["sandbox"], DATA),
    ("profile remove", &["x", "-y"], DATA),
    ("key-policy show", &["ID"], LOOK),
    ("key-policy set", &["ID", "--off", "-y"], DATA),
    ("store status", &[], LOOK),
    ("store use", &["age"], DATA),
    ("store move", &["--to", "age"], LOOK),
    ("store protect", &["--new-passphrase-file", "word"], DATA),
    ("recover", &[], DATA),
    ("recover --list", &[], LOOK),
    ("sandbox reset", &["-y"], DATA),
    ("sandbox serve", &["--listen", "192.0.2.1:0"], DATA),
    ("completions", &["bash"], &["plain"]),
    ("man", &["--dir", "."], DATA),
    ("help", &[], &["plain"]),
];

/// alice has a pair, erin has none any more; gives back both ids.
fn prepared() -> (Env, String, String) {
    let env = Env::new();
    env.create("bob");
    let rotate = ["rotate", "--ram-user", "bob", "--overlap", "0s"];
    assert_eq!(env.akm(&rotate).code, 0);
    let (id, gone) = (env.create("alice"), env.create("erin"));
    assert_eq!(env.akm(&["delete", &gone, "--force", "-y"]).code, 0);
    let csv = ["export", "--ram-user", "alice", "--csv", "pairs.csv"];
    assert_eq!(env.akm(&csv).code, 0);
    std::fs::write(env.path("word"), "a passphrase\n").unwrap();
    std::fs::set_permissions(
        env.path("word"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    (env, id, gone)
}

fn line(case: &Case, form: &str, (id, gone): (&str, &str)) -> Vec<String> {
    let given = case.1.iter().map(|word| match *word {
        "ID" => id,
        "GONE" => gone,
        word => word,
    });
    let words = case.0.split(' ').chain(given).chain(["-o", form]);
    words.map(str::to_owned).collect()
}

#[test]
fn every_command_is_in_the_list() {
    let all = all_commands();
    let leaves = all.iter().filter(|words| {
        let inner = |other: &&Vec<String>| other.len() > words.len() && other.starts_with(words);
        !words.is_empty() && !all.iter().any(|other| inner(&other))
    });
    for words in leaves {
        let name = words.join(" ");
        // Their standard output is the command's.
        if !["exec", "serve"].contains(&name.as_str()) {
            assert!(CASES.iter().any(|case| case.0 == name), "{name}");
        }
    }
}

#[test]
fn a_form_that_a_command_has_not_is_refused_before_it_does_anything() {
    let (env, id, gone) = prepared();
    let built = |case: &&Case| cfg!(feature = "server") || case.0 != "sandbox serve";
    for case in CASES.iter().filter(built) {
        for form in FORMS.iter().filter(|form| !case.2.contains(form)) {
            let args = line(case, form, (&id, &gone));
            let ran = env.refused(&args, 2);
            let told = if *form == "json" {
                ran.error()["message"].as_str().unwrap().to_owned()
            } else {
                ran.stderr.clone()
            };
            assert!(
                told.contains(&format!("`{}` has no form `{form}`", case.0)),
                "{args:?}: {told}"
            );
        }
    }
    env.akm(&["create", "--ram-user", "bob", "-o", "csv"]).said(
        &[],
        2,
        "",
        "error: `create` has no form `csv`\nhint: `--csv FILE` writes the pair, `--csv -` prints it\n",
    );
    env.akm(&["store", "status", "-o", "csv"]).said(
        &[],
        2,
        "",
        "error: `store status` has no form `csv`\nhint: it has `-o table`, `-o json`\n",
    );
}

#[test]
fn a_form_that_a_command_has_is_printed() {
    let (prepared, id, gone) = prepared();
    for case in CASES.iter().filter(|case| {
        !matches!(
            case.0,
            "copy"
                | "sandbox serve"
                | "store move"
                | "profile add"
                | "profile edit"
                | "profile remove"
        )
    }) {
        for form in case.2 {
            let env = prepared.copied();
            for file in ["pairs.csv", "word"] {
                std::fs::copy(prepared.path(file), env.path(file)).unwrap();
            }
            if case.0 == "enable" {
                assert_eq!(env.akm(&["disable", &id, "--force"]).code, 0);
            }
            let args = line(case, form, (&id, &gone));
            let ran = env.akm(&args);
            assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
            match *form {
                // One object a line.
                "json" if case.0 == "log" => assert!(ran.stdout.starts_with("{\"time\":")),
                "json" => assert!(ran.json().is_object(), "{args:?}: {}", ran.stdout),
                "csv" if case.0 == "profile list" => {
                    assert!(ran.stdout.starts_with("name,default,"), "{}", ran.stdout);
                }
                "csv" if case.0 != "export" => {
                    assert!(ran.stdout.contains(",created_at,"), "{}", ran.stdout);
                }
                "table" => assert!(ran.stdout.contains("  "), "{args:?}: {}", ran.stdout),
                _ => assert!(!ran.stdout.starts_with('{'), "{args:?}: {}", ran.stdout),
            }
        }
    }
}

#[test]
fn rows_as_a_sheet() {
    let env = Env::new();
    let args = ["create", "--ram-user", "alice", "--comment", "=a,\"b\""];
    let id = env.akm(&args).stdout;
    env.akm(&["list", "-o", "csv"]).said(
        &[id.trim()],
        0,
        "access_key_id,owner,ram_user,account_id,profile,status,created_at,last_used_at,comment,secret_store,suspect,\
         disable_after,delete_after\n\
         <ID1>,ram-user,alice,<ACCOUNT>,sandbox,Active,<TIME>,,\"'=a,\"\"b\"\"\",age,false,,\n",
        "",
    );
    env.akm(&["user", "list", "-o", "csv"]).said(
        &[],
        0,
        "name,user_id,created_at,display_name,comment\nalice,<USER>,<TIME>,alice,\n",
        "",
    );
}

#[test]
fn what_a_script_is_told_of_recovery_and_of_a_reset() {
    let env = Env::new();
    let reset = |env: &Env| env.akm(&["sandbox", "reset", "-y", "--json"]);
    env.akm(&["recover", "--json"]).said(
        &[],
        0,
        "{\"dismissed\":null,\"open\":[],\"recovered\":[]}\n",
        "",
    );
    assert!(reset(&env).json()["forgotten_account_id"].is_null());
    env.create("alice");
    assert_eq!(env.akm(&["rotate", "--ram-user", "alice"]).code, 0);
    let open = env.akm(&["recover", "--json"]).json();
    assert_eq!(open["open"][0]["ram_user"], "alice");
    let account = env.account();
    assert_eq!(reset(&env).json()["forgotten_account_id"], account);
}

#[test]
fn each_command_that_prints_json_has_a_schema_that_help_prints() {
    let env = Env::new();
    let built = |case: &&Case| cfg!(feature = "server") || case.0 != "sandbox serve";
    for (name, _, _) in CASES
        .iter()
        .filter(|case| case.2.contains(&"json"))
        .filter(built)
    {
        let name = name.trim_end_matches(" --list");
        let words = ["help json --schema ", name].concat();
        let ran = env.akm(&words.split(' ').collect::<Vec<_>>());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{name}");
        assert_eq!(ran.json()["title"], format!("akm {name} --json"));
    }
}

#[test]
fn a_schema_that_there_is_not_is_refused_with_those_there_are() {
    let env = Env::new();
    let ran = env.refused(&["help", "json", "--schema", "exec"], 2);
    let (first, hint) = ran.stderr.split_once('\n').unwrap();
    assert_eq!(first, "error: there is no schema of `exec`");
    assert!(hint.starts_with("hint: there are: comment, connect aliyun-cli, copy,"));
    let ran = env.refused(&["help", "files", "--schema", "list"], 2);
    let told = "error: `--schema` is for the topic `json`\nhint: akm help json --schema COMMAND\n";
    assert_eq!(ran.stderr, told);
}
