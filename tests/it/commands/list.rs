//! `akm list` and `akm show-id`

use crate::support::env::{Env, edit};
use crate::support::pty::Pty;

const HEAD: &str = "ACCESSKEY ID              OWNER      STATUS    CREATED               LAST USED  SECRET  NOTE\n";
const EMPTY: &str = "ACCESSKEY ID  OWNER  STATUS  CREATED  LAST USED  SECRET  NOTE\n";

/// alice has two pairs, the first Inactive; the account has one.
fn three(env: &Env) -> [String; 3] {
    let (one, two) = (env.create("alice"), env.create("alice"));
    assert_eq!(env.akm(&["disable", &one]).code, 0);
    let own = env.akm(&["create", "--account", "-y"]).stdout;
    [own.trim().to_owned(), one, two]
}

#[test]
fn an_empty_home_stays_empty() {
    let env = Env::new();
    let no_data = format!("no akm data in `{}`", env.home().display());
    let noted = format!("note: {no_data}\n");
    let empty =
        format!("{noted}note: akm knows no AccessKey pair in the sandbox\nnext: akm create NAME\n");
    env.akm(&["list"]).said(&[], 0, EMPTY, &empty);
    env.akm(&["list", "--account"]).said(
        &[],
        0,
        EMPTY,
        &format!(
            "{noted}note: akm knows no AccessKey pair of the account in the sandbox\nnext: akm create --account\n"
        ),
    );
    env.akm(&["list", "--json"]).said(
        &[],
        0,
        "{\"access_keys\":[],\"refreshed_at\":null}\n",
        &format!("{{\"note\":{{\"code\":\"no-data\",\"message\":\"{no_data}\"}}}}\n{{\"note\":{{\"code\":\"empty\",\"message\":\"akm knows no AccessKey pair in the sandbox\"}}}}\n"),
    );
    env.akm(&["list", "-o", "plain"]).said(&[], 0, "", &empty);
    for command in ["list", "show-id"] {
        env.akm(&[command, "--ram-user", "alice"]).said(
            &[],
            3,
            "",
            &format!(
                "error: akm knows no AccessKey pair of RAM user `alice`: {no_data}\n\
                 hint: `akm create --ram-user alice` makes one; `akm list --ram-user alice --refresh` asks the cloud\n"
            ),
        );
    }
    env.akm(&["recover"])
        .said(&[], 0, "", "Nothing is unfinished.\n");
    env.akm(&["recover", "--list"])
        .said(&[], 0, "WHAT  OWNER  ACCESSKEY ID  NOT BEFORE\n", &noted);
    env.akm(&["store", "status"])
        .said(
            &[],
            0,
            "STORE  STATE   SECRETS  RECIPIENT\nage    unused  0        -          new secrets go here\n",
            "",
        );
    env.akm(&["sandbox", "reset"])
        .said(&[], 0, "", "note: there is no sandbox yet\n");
    env.akm(&["export", "--all", "--csv", "-"]).said(
        &[],
        5,
        "",
        &format!(
            "error: akm has saved no secret yet: {no_data}\nhint: `akm create` makes a pair\n"
        ),
    );
    assert!(!env.home().exists());
}

#[test]
fn a_table() {
    let env = Env::new();
    let ids = three(&env);
    let ids = ids.each_ref().map(String::as_str);
    env.akm(&["list"]).said(
        &ids,
        0,
        &format!(
            "{HEAD}\
             <ID1>  (account)  Active    <TIME>  -          age     current\n\
             <ID2>  alice      Inactive  <TIME>  -          age\n\
             <ID3>  alice      Active    <TIME>  -          age     current\n"
        ),
        "",
    );
}

#[test]
fn json_and_plain() {
    let env = Env::new();
    let ids = three(&env);
    let ids = ids.each_ref().map(String::as_str);
    let row = |id: &str, owner: &str, user: &str, status: &str| {
        let current = status == "Active";
        format!(
            "{{\"access_key_id\":\"{id}\",\"owner\":\"{owner}\",\"ram_user\":{user},\"account_id\":\"<ACCOUNT>\",\
             \"profile\":\"sandbox\",\"status\":\"{status}\",\"created_at\":\"<TIME>\",\"last_used_at\":null,\"comment\":null,\
             \"secret\":\"stored\",\"secret_store\":\"age\",\"suspect\":false,\"leaked\":false,\"current\":{current},\"disable_after\":null,\"delete_after\":null,\"signs_for\":[],\"state\":\"none\"}}"
        )
    };
    let rows = [
        row("<ID1>", "account", "null", "Active"),
        row("<ID2>", "ram-user", "\"alice\"", "Inactive"),
        row("<ID3>", "ram-user", "\"alice\"", "Active"),
    ];
    let expected = format!(
        "{{\"access_keys\":[{}],\"refreshed_at\":\"<TIME>\"}}\n",
        rows.join(",")
    );
    for form in [&["--json"][..], &["-o", "json"]] {
        env.akm(&[&["list"], form].concat())
            .said(&ids, 0, &expected, "");
    }
    env.akm(&["list", "-o", "plain"])
        .said(&ids, 0, "<ID1>\n<ID2>\n<ID3>\n", "");
}

#[test]
fn filters() {
    let env = Env::new();
    let ids = three(&env);
    let ids = ids.each_ref().map(String::as_str);
    let listed = |filter: &[&str], expected: &str| {
        let args = [&["list", "-o", "plain"], filter].concat();
        env.akm(&args).said(&ids, 0, expected, "");
    };
    let matched = |filter: &[&str], said: &str| {
        let args = [&["list", "-o", "plain"], filter].concat();
        env.akm(&args).said(&ids, 0, "", said);
    };
    listed(&["--account"], "<ID1>\n");
    listed(&["--ram-user", "ALICE"], "<ID2>\n<ID3>\n");
    listed(&["--status", "active"], "<ID1>\n<ID3>\n");
    listed(&["--status", "inactive"], "<ID2>\n");
    // As the console and `list` itself write it.
    listed(&["--status", "Active"], "<ID1>\n<ID3>\n");
    listed(&["--status", "INACTIVE"], "<ID2>\n");
    listed(&["--ram-user", "alice", "--status", "active"], "<ID3>\n");
    matched(
        &["--older-than", "1d"],
        "note: akm knows 3 AccessKey pairs in the sandbox (account <ACCOUNT>), and none matches\n",
    );
    matched(
        &["--account", "--status", "inactive"],
        "note: akm knows 1 AccessKey pair of the account in the sandbox (account <ACCOUNT>), and it does not match\n",
    );
    for status in ["both", ""] {
        env.refused(&["list", "--status", status], 2);
    }
    for age in ["90", "-1d", "1y", ""] {
        env.refused(&["list", &format!("--older-than={age}")], 2);
    }
    let record = env.record_of("alice");
    let text = std::fs::read_to_string(&record).unwrap();
    let made = text
        .lines()
        .find(|line| line.starts_with("created_at"))
        .unwrap();
    edit(&record, made, "created_at = \"2020-01-01T00:00:00Z\"");
    let old = env
        .akm(&["list", "-o", "plain", "--older-than", "1d"])
        .stdout;
    assert!(old.starts_with(ids[1]), "{old}");
}

#[test]
fn a_misspelt_owner_is_not_an_empty_list() {
    let env = Env::new();
    env.create("alice");
    env.akm(&["list", "alcie"]).said(
        &[],
        3,
        "",
        "error: akm knows no AccessKey pair of RAM user `alcie`\n\
         hint: did you mean `alice`? `akm create --ram-user alcie` makes one; `akm list --ram-user alcie --refresh` asks the cloud\n",
    );
}

#[test]
fn a_list_asks_neither_store_nor_cloud() {
    let env = Env::new();
    let id = env.create("alice");
    std::fs::remove_dir_all(env.home().join("secrets")).unwrap();
    std::fs::remove_dir_all(env.home().join("sandbox/users")).unwrap();
    let before = env.files();
    env.akm(&["list", "-o", "plain"])
        .said(&[&id], 0, "<ID1>\n", "");
    env.akm(&["show-id", "--ram-user", "alice"])
        .said(&[&id], 0, "<ID1>\n", "");
    assert!(env.files() == before);
}

#[test]
fn a_refresh_tells_what_was_changed_elsewhere() {
    let env = Env::new();
    let (one, two) = (env.create("alice"), env.create("bob"));
    env.akm(&["list", "--refresh", "-o", "plain"])
        .said(&[&one, &two], 0, "<ID1>\n<ID2>\n", "");
    edit(&env.cloud_of("alice"), "\"Active\"", "\"Inactive\"");
    let stranger = "LTAI5tSANDBOXstranger000";
    let pair = format!(
        "\n[[access_keys]]\nid = \"{stranger}\"\nstatus = \"Active\"\ncreated_at = \"2026-01-01T00:00:00Z\"\nupdated_at = \"2026-01-01T00:00:00Z\"\n"
    );
    let bob = std::fs::read_to_string(env.cloud_of("bob")).unwrap();
    std::fs::write(env.cloud_of("bob"), bob + &pair).unwrap();
    let ids = [one.as_str(), &two, stranger];
    let told = "note: `<ID1>` of RAM user `alice` was disabled elsewhere\n\
                note: `<ID3>` of RAM user `bob` was not known here; akm does not have its secret\n";
    env.akm(&["list", "--refresh"]).said(
        &ids,
        0,
        "ACCESSKEY ID              OWNER  STATUS    CREATED               LAST USED  SECRET   NOTE\n\
         <ID1>  alice  Inactive  <TIME>  -          age\n\
         <ID3>  bob    Active    <TIME>  -          missing\n\
         <ID2>  bob    Active    <TIME>  -          age      current\n",
        told,
    );
    edit(&env.cloud_of("alice"), "\"Inactive\"", "\"Active\"");
    edit(&env.cloud_of("bob"), &pair, "");
    env.akm(&["list", "--refresh", "-o", "plain"]).said(
        &ids,
        0,
        "<ID1>\n<ID2>\n",
        "note: `<ID1>` of RAM user `alice` was enabled elsewhere\n\
         note: `<ID3>` of RAM user `bob` is gone from the cloud\n",
    );
}

#[test]
fn a_user_that_was_deleted_elsewhere_takes_its_pairs_along() {
    for filter in [&[][..], &["--ram-user", "alice"]] {
        let env = Env::new();
        let id = env.create("alice");
        std::fs::remove_file(env.cloud_of("alice")).unwrap();
        let ran = env.akm(&[&["list", "--refresh"], filter].concat());
        let user = if filter.is_empty() {
            ""
        } else {
            "note: RAM user `alice` is gone from the cloud\n"
        };
        let (of, next) = if filter.is_empty() {
            ("", "NAME")
        } else {
            (" of RAM user `alice`", "alice")
        };
        let gone = format!(
            "{user}note: `<ID1>` of RAM user `alice` is gone from the cloud\n\
             note: akm knows no AccessKey pair{of} in the sandbox (account <ACCOUNT>)\n\
             next: akm create {next}\n"
        );
        ran.said(&[&id], 0, EMPTY, &gone);
        env.akm(&["show-id", "--ram-user", "alice"]).said(
            &[],
            3,
            "",
            "error: akm knows no AccessKey pair of RAM user `alice`\n\
             hint: `akm create --ram-user alice` makes one; `akm list --ram-user alice --refresh` asks the cloud\n",
        );
    }
    let env = Env::new();
    env.create("alice");
    let ran = env.refused(&["list", "--refresh", "--ram-user", "nobody"], 3);
    assert!(
        ran.stderr.starts_with("error: there is no such RAM user: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_last_use_is_shown_after_a_refresh() {
    let env = Env::new();
    let id = env.create("alice");
    assert_eq!(env.akm(&["verify", &id]).code, 0);
    assert!(env.pairs()[0]["last_used_at"].is_null());
    assert_eq!(env.akm(&["list", "--refresh"]).code, 0);
    assert!(env.pairs()[0]["last_used_at"].is_string());
}

#[test]
fn show_id_gives_the_current_pair() {
    let env = Env::new();
    let (one, two) = (env.create("alice"), env.create("alice"));
    let ids = [one.as_str(), &two];
    let show = |more: &[&str]| env.akm(&[&["show-id", "--ram-user", "alice"], more].concat());
    show(&[]).said(&ids, 0, "<ID2>\n", "");
    show(&["--all"]).said(&ids, 0, "<ID1>\n<ID2>\n", "");
    show(&["--json"]).said(&ids, 0, "{\"access_key_ids\":[\"<ID2>\"]}\n", "");
    show(&["--json", "--all"]).said(&ids, 0, "{\"access_key_ids\":[\"<ID1>\",\"<ID2>\"]}\n", "");
    assert_eq!(env.akm(&["disable", &two]).code, 0);
    show(&[]).said(&ids, 0, "<ID1>\n", "");
    assert_eq!(env.akm(&["disable", &one, "--force"]).code, 0);
    show(&[]).said(
        &ids,
        3,
        "",
        "error: RAM user `alice` has no Active AccessKey pair that akm knows of\n\
         hint: `akm list --ram-user alice --refresh` asks the cloud\n",
    );
    show(&["--all"]).said(&ids, 0, "<ID1>\n<ID2>\n", "");
    env.refused(&["show-id"], 2);
    env.refused(&["show-id", "--account"], 3);
}

#[test]
fn show_id_prefers_a_pair_that_is_held_and_says_when_it_is_not() {
    let env = Env::new();
    let (one, two) = (env.create("alice"), env.create("alice"));
    let ids = [one.as_str(), &two];
    let record = env.record_of("alice");
    let text = std::fs::read_to_string(&record).unwrap();
    let last = text.rfind("secret_store = \"age\"\n").unwrap();
    let without_last = format!(
        "{}{}",
        &text[..last],
        &text[last..].replace("secret_store = \"age\"\n", "")
    );
    std::fs::write(&record, &without_last).unwrap();
    let show = || env.akm(&["show-id", "--ram-user", "alice"]);
    show().said(&ids, 0, "<ID1>\n", "");
    std::fs::write(
        &record,
        without_last.replace("secret_store = \"age\"\n", ""),
    )
    .unwrap();
    show().said(
        &ids,
        0,
        "<ID2>\n",
        "warning: akm has the secret of no Active AccessKey pair of RAM user `alice`\n",
    );
}

/// On a terminal: ages in words, one line a pair in the width there is, colour by meaning.
#[test]
fn a_table_on_a_terminal() {
    let env = Env::new();
    let old = env.create("alice");
    let rotated = env.akm(&["rotate", "--ram-user", "alice", "--overlap", "0s"]);
    assert_eq!(rotated.code, 0);
    let comment =
        "a remark that is far too long for a terminal of eighty columns, whatever it says";
    let args = ["create", "--ram-user", "bob", "--comment", comment];
    assert_eq!(env.akm(&args).code, 0);
    let screen = |env: &Env, columns: u16| {
        let line = format!(
            "stty cols {columns}; {} list; echo done",
            env!("CARGO_BIN_EXE_akm")
        );
        let mut pty = Pty::run(env, "bash", &["-c", &line]);
        pty.see("done");
        pty.wait();
        pty.screen()
    };
    let narrow = screen(&env, 80);
    assert!(
        narrow.contains("ACCESSKEY ID              OWNER  STATUS    AGE"),
        "{narrow}"
    );
    assert!(narrow.contains("\u{1b}[38;5;28mcurrent"), "{narrow}");
    assert!(
        narrow.contains("\u{1b}[38;5;130mcan be deleted in 47 h"),
        "{narrow}"
    );
    assert!(
        narrow.contains(&old) && !narrow.contains("columns"),
        "{narrow}"
    );
    // A line for the header, one a pair, and the end.
    assert_eq!(narrow.trim().lines().count(), 5, "{narrow}");
    assert!(screen(&env, 200).contains(comment));
    let plain = screen(&env.with("NO_COLOR", "1"), 80);
    assert!(
        !plain.contains('\u{1b}') && plain.contains("current"),
        "{plain}"
    );
}

/// What stands between a person and the end of a line of 80 columns: words stay whole, and so do commands to copy.
#[test]
fn nothing_is_torn_on_a_terminal_of_eighty_columns() {
    let env = Env::new().with("NO_COLOR", "1");
    let long = "a-rather-long-name-of-a-ram-user-that-is-nearly-64-characters-lo";
    env.create(long);
    let rotated = env.akm(&["rotate", "--ram-user", long, "--overlap", "0s"]);
    assert_eq!(rotated.code, 0);
    let screen = |command: &str| {
        let akm = env!("CARGO_BIN_EXE_akm");
        let line = format!("stty cols 80; {akm} {command}; echo done");
        let mut pty = Pty::run(&env, "bash", &["-c", &line]);
        pty.see("done");
        pty.wait();
        let screen = pty.screen().replace('\r', "");
        for line in screen.lines() {
            let copied = line.contains(" --force`")
                || line.starts_with("`akm rollback ")
                || line.trim_start().starts_with("akm ");
            assert!(line.chars().count() <= 80 || copied, "{command}: {line}");
        }
        screen
    };
    let list = screen("list");
    assert!(
        list.contains("  current\n") && list.contains("  can be deleted in 47 h\n"),
        "{list}"
    );
    screen("user list");
    let told = screen(&format!("delete {} -y", rotated.stdout.trim()));
    assert!(
        told.contains("`akm rollback --ram-user ") && told.contains("goes back to the old pair"),
        "{told}"
    );
    for command in crate::support::command_tree::all_commands() {
        screen(&format!("{} --help", command.join(" ")));
    }
    let help = screen("--help");
    assert!(
        help.contains("                      and retire the old one in steps\n"),
        "{help}"
    );
    for topic in ["exit-codes", "environment"] {
        screen(&format!("help {topic}"));
    }
    // A message for a script is one line.
    assert_eq!(env.akm(&["show-id", "--json"]).stderr.lines().count(), 1);
}
