//! Pairs as Windows, spreadsheets and clipboards give them: other encodings, unseen characters, columns of somebody else's.

use crate::commands::import::{SANDBOX, lost, write};
use crate::support::env::Env;

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn imported(env: &Env, file: &str) {
    let one = format!(
        "{SANDBOX}In the sandbox (account <ACCOUNT>): 1 pair imported.\nnote: `{file}` still has secrets in clear text\n"
    );
    env.akm(&["import", file]).said(&[], 0, "", &one);
}

/// Excel's "Unicode text" has a mark; a redirection of Windows PowerShell writes JSON so, too.
#[test]
fn files_in_utf_16_are_imported() {
    let (env, ids, csv) = lost(&["alice", "bob", "carol"], false);
    let rows: Vec<&str> = csv.lines().collect();
    let of = |row: &str| format!("\u{feff}{}\r\n{row}\r\n", rows[0].replace(',', "\t"));
    let tabs = utf16(&of(&rows[1].replace(',', "\t")));
    std::fs::write(env.path("marked.txt"), &tabs).unwrap();
    let unmarked = utf16(&format!("{}\n{}\n", rows[0], rows[2]));
    std::fs::write(env.path("unmarked.csv"), unmarked).unwrap();
    let (id, secret) = rows[3].split_once(',').unwrap();
    let json = format!(
        "\u{feff}{{\"AccessKey\": {{\"AccessKeyId\": \"{id}\", \"AccessKeySecret\": \"{secret}\"}}}}\r\n"
    );
    std::fs::write(env.path("key.json"), utf16(&json)).unwrap();
    for file in ["marked.txt", "unmarked.csv", "key.json"] {
        imported(&env, file);
    }
    for id in ids {
        assert_eq!(env.akm(&["verify", &id]).code, 0);
    }
}

/// As `cat AccessKey*.csv` gives them, where one was downloaded twice.
#[test]
fn files_of_the_console_put_together_are_imported() {
    let (env, ids, csv) = lost(&["alice", "bob"], false);
    let rows: Vec<&str> = csv.lines().collect();
    let file = |row: &str| format!("\u{feff}{}\r\n{row}\r\n", rows[0]);
    let all: String = [rows[1], rows[2], rows[1]].map(file).concat();
    let two = format!("{SANDBOX}In the sandbox (account <ACCOUNT>): 2 pairs imported.\n");
    env.akm_fed(&["import", "-"], &all).said(&[], 0, "", &two);
    for id in &ids {
        assert_eq!(env.akm(&["verify", id]).code, 0);
    }
    // One of them with another secret: which is right, a person must say.
    let other = file(&format!("{},another", ids[0]));
    env.akm_fed(&["import", "-"], &(all + &other)).said(
        &[],
        1,
        "",
        "error: the sources contradict each other: standard input, line 2 and standard input, line 6 and standard input, line 8 have the same AccessKey ID with different secrets\n\
         hint: nothing was imported; keep the one that is right\n",
    );
}

#[test]
fn a_column_of_owners_that_is_not_rams_is_no_claim() {
    let (env, _, csv) = lost(&["alice", "bob", "carol"], false);
    let rows = csv.lines().skip(1).zip(["", "team payments", "张三"]);
    let rows: Vec<String> = rows.map(|(row, owner)| format!("{row},{owner}")).collect();
    write(
        &env,
        "a.csv",
        &format!("AccessKey ID,AccessKey Secret,Owner\n{}\n", rows.join("\n")),
    );
    env.akm(&["import", "a.csv", "-q"])
        .said(&[], 0, "", SANDBOX);
    assert_eq!(env.pairs().len(), 3);
}

#[test]
fn blanks_around_an_id_or_a_secret_are_no_part_of_it() {
    let (env, ids, csv) = lost(&["alice", "bob"], false);
    let rows: Vec<(&str, &str)> = csv
        .lines()
        .skip(1)
        .map(|row| row.split_once(',').unwrap())
        .collect();
    // In a file of objects, and in variables that a script from Windows sets.
    let json = format!(
        "{{\"AccessKeyId\": \" {}\", \"AccessKeySecret\": \"{}\u{a0}\\r\\n\"}}",
        rows[0].0, rows[0].1
    );
    env.akm_fed(&["import", "-", "-q"], &json)
        .said(&[], 0, "", SANDBOX);
    let env = env
        .with("ALIBABA_CLOUD_ACCESS_KEY_ID", &format!("{}\r", rows[1].0))
        .with(
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            &format!(" {}\r", rows[1].1),
        );
    env.akm(&["import", "--from", "environment", "-q"])
        .said(&[], 0, "", SANDBOX);
    // On the command line.
    for around in ["\r", " ", "\u{a0}"] {
        let id = format!("{around}{}{around}", ids[0]);
        assert_eq!(env.akm(&["verify", &id]).code, 0);
        assert_eq!(env.akm(&["disable", &id, "--force"]).code, 0);
        assert_eq!(env.akm(&["enable", &id]).code, 0);
        let leaked = env.akm(&["rotate", "alice", "--dry-run", "--leaked", &id]);
        assert_eq!(leaked.code, 0, "{}", leaked.stderr);
    }
}

#[cfg(feature = "server")]
#[test]
fn a_profile_is_added_whatever_surrounds_what_is_piped() {
    use crate::support::serving::Serving;
    let env = Env::new();
    let serving = Serving::start(&env, &[]);
    let (id, secret) = (
        serving.field("access_key_id"),
        serving.field("access_key_secret"),
    );
    let padded = format!(" {id}\r");
    let add = |name| {
        let fixed = [
            "profile",
            "add",
            name,
            "--endpoint",
            serving.field("endpoint"),
        ];
        [&fixed[..], &["--access-key-id", &padded]].concat()
    };
    let ran = env.akm_fed(&add("one"), &format!("\u{feff}\t{secret} \u{a0}\r\n"));
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "one\n"),
        "{}",
        ran.stderr
    );
    // A character that cannot be in a secret is named, and nothing else of it.
    let ran = env.akm_fed(&add("two"), &format!("{secret}\u{a0}x\n"));
    let why = format!(
        "error: not a valid secret: character {} is U+00A0, and visible ASCII is expected\n",
        secret.len() + 1
    );
    ran.said(&[], 4, "", &why);
    let ran = env.akm_fed(&add("two"), " \r\n");
    let none = "error: no AccessKey secret was given: standard input is empty\n\
                hint: put it on standard input: one line\n";
    ran.said(&[], 9, "", none);
}
