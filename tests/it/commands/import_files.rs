//! `akm import FILE…`: several files, CSV and JSON.

use crate::commands::import::{SANDBOX, lost, write};
use crate::support::env::Env;

/// The pairs of a home that lost them: id and secret, by user.
fn pairs(csv: &str) -> Vec<(String, String)> {
    let rows = csv.lines().skip(1);
    rows.map(|row| row.split_once(',').unwrap())
        .map(|(id, secret)| (id.to_owned(), secret.to_owned()))
        .collect()
}

/// What `aliyun ram CreateAccessKey` prints.
fn answer((id, secret): &(String, String)) -> String {
    format!(
        "{{\n\t\"AccessKey\": {{\n\t\t\"AccessKeyId\": \"{id}\",\n\t\t\"AccessKeySecret\": \"{secret}\",\n\t\t\"CreateDate\": \"2026-01-01T00:00:00Z\",\n\t\t\"Status\": \"Active\"\n\t}},\n\t\"RequestId\": \"R\"\n}}\n"
    )
}

/// What Terraform writes into `secret_file`, and one element of a list.
fn inner((id, secret): &(String, String)) -> String {
    format!(
        "{{\"AccessKeyId\": \"{id}\", \"Status\": \"Active\", \"AccessKeySecret\": \"{secret}\"}}"
    )
}

#[test]
fn csv_and_json_files_are_imported_together_whatever_their_names() {
    let (env, ids, csv) = lost(&["alice", "bob", "carol", "dave", "erin"], false);
    let rows = pairs(&csv);
    let lines: Vec<&str> = csv.lines().collect();
    write(&env, "pair.json", &format!("{}\n{}\n", lines[0], lines[1]));
    write(&env, "answer.csv", &format!("\u{feff}{}", answer(&rows[1])));
    write(&env, "secret.txt", &inner(&rows[2]));
    let list = format!("[{}, {}]", inner(&rows[3]), inner(&rows[2]));
    write(&env, "list", &list);
    let fed = format!("{}\n{}\n", lines[0], lines[5]);
    let files = [
        "import",
        "pair.json",
        "answer.csv",
        "secret.txt",
        "list",
        "-",
    ];
    env.akm_fed(&files, &fed).said(
        &[],
        0,
        "",
        &format!(
            "{SANDBOX}In the sandbox (account <ACCOUNT>): 5 pairs imported.\n\
             note: `answer.csv` still has secrets in clear text\n\
             note: `list` still has secrets in clear text\n\
             note: `pair.json` still has secrets in clear text\n\
             note: `secret.txt` still has secrets in clear text\n"
        ),
    );
    assert_eq!(env.akm(&["export", "--all", "--csv", "-"]).stdout, csv);
    assert_eq!(env.akm(&["verify", &ids[2]]).code, 0);
    let ran = env.akm(&["import", "list", "secret.txt", "--json", "-q"]);
    ran.said(
        &[],
        0,
        "{\"already_held\":2,\"imported\":0}\n",
        crate::support::env::SANDBOX_JSON,
    );
}

#[test]
fn one_bad_file_and_nothing_of_the_others_is_imported() {
    let (env, _, csv) = lost(&["alice", "bob"], false);
    let rows = pairs(&csv);
    write(&env, "good.csv", &csv);
    let refuse = |text: &str, code: i32, stderr: &str| {
        write(&env, "bad", text);
        let ran = env.akm(&["import", "good.csv", "bad"]);
        ran.said(&[], code, "", stderr);
        for (_, secret) in &rows {
            assert!(!ran.stderr.contains(secret), "a secret was printed");
        }
        assert!(env.pairs().is_empty());
        assert_eq!(std::fs::read_to_string(env.path("bad")).unwrap(), text);
    };
    let hint = "hint: nothing was imported; an object with `AccessKeyId` and `AccessKeySecret` is expected, or a list of them\n";
    let not_json = |why: &str| format!("error: `bad` is not a JSON file of pairs: {why}\n{hint}");
    let whole = answer(&rows[0]);
    refuse(
        &whole[..whole.len() / 2],
        1,
        &not_json("line 4, column 38: the JSON ends too early"),
    );
    refuse("[]", 1, &not_json("the file has no pairs"));
    refuse(
        "{\"current\": \"default\"}",
        1,
        &not_json("object 1: there is no `AccessKeyId`"),
    );
    let session = inner(&("STS.Nabc".to_owned(), rows[0].1.clone()));
    refuse(
        &format!("[{}, {session}]", inner(&rows[0])),
        1,
        &not_json("object 2: it is a session, which ends, and not an AccessKey pair"),
    );
    refuse(
        "",
        1,
        "error: `bad` is not a CSV file of pairs: the file is empty\n\
         hint: nothing was imported; the console's header is `AccessKey ID,AccessKey Secret`\n",
    );
    let crossed = inner(&(rows[0].0.clone(), rows[1].1.clone()));
    refuse(
        &crossed,
        1,
        "error: the sources contradict each other: `good.csv`, line 2 and `bad`, object 1 have the same AccessKey ID with different secrets\n\
         hint: nothing was imported; keep the one that is right\n",
    );
    let stranger = inner(&("LTAI5tSANDBOXstranger000".to_owned(), rows[0].1.clone()));
    refuse(
        &format!("[{}, {stranger}]", inner(&rows[1])),
        3,
        &format!(
            "{SANDBOX}error: nothing was imported: `bad`, object 2: the cloud does not know `<ID>`\n\
             hint: remove or fix these lines, then import again\n"
        ),
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let env = Env::new();
    write(
        &env,
        "good.csv",
        "AccessKey ID,AccessKey Secret\nLTAI1,s3\n",
    );
    std::fs::create_dir(env.path("folder")).unwrap();
    std::os::unix::fs::symlink("loop", env.path("loop")).unwrap();
    let large = std::fs::File::create(env.path("large.json")).unwrap();
    large.set_len(100 << 20).unwrap();
    for (name, why) in [
        ("absent", "No such file or directory (os error 2)"),
        ("folder", "Is a directory (os error 21)"),
        ("loop", "Too many levels of symbolic links (os error 40)"),
        ("large.json", "it is longer than 16777216 bytes"),
    ] {
        env.refused(&["import", "good.csv", name], 1).said(
            &[],
            1,
            "",
            &format!("error: `{name}` cannot be read: {why}\n"),
        );
    }
}

#[test]
fn files_or_a_source_are_named_and_not_both() {
    let env = Env::new();
    for args in [
        &["import"][..],
        &["import", "a.csv", "--from", "environment"],
        &["import", "--from", "nothing"],
        &["import", "--from"],
    ] {
        let ran = env.refused(args, 2);
        assert!(ran.stderr.contains("--from"), "{}", ran.stderr);
    }
}
