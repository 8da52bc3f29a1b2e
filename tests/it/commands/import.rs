//! `akm import`

use crate::support::env::Env;

pub(crate) const SANDBOX: &str = "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n";

/// A home whose metadata and secrets are lost, and the CSV of the pairs that it had.
pub(crate) fn lost(users: &[&str], with_owner: bool) -> (Env, Vec<String>, String) {
    let env = Env::new();
    let ids: Vec<String> = users.iter().map(|user| env.create(user)).collect();
    let mut export = vec!["export", "--all", "--csv", "-"];
    export.extend(with_owner.then_some("--with-owner"));
    let csv = env.akm(&export).stdout;
    std::fs::remove_dir_all(env.home().join("accounts")).unwrap();
    for id in &ids {
        std::fs::remove_file(env.home().join("secrets").join(format!("{id}.age"))).unwrap();
    }
    (env, ids, csv)
}

pub(crate) fn write(env: &Env, name: &str, text: &str) {
    std::fs::write(env.path(name), text).unwrap();
}

#[test]
fn lost_pairs_become_held_ones_again() {
    let (env, ids, csv) = lost(&["alice", "bob"], false);
    write(&env, "pairs.csv", &csv);
    env.akm(&["import", "pairs.csv"]).said(
        &[],
        0,
        "",
        &format!(
            "{SANDBOX}In the sandbox (account <ACCOUNT>): 2 pairs imported.\nnote: `pairs.csv` still has secrets in clear text\n"
        ),
    );
    for id in &ids {
        assert_eq!(env.akm(&["verify", id]).code, 0);
    }
    assert_eq!(env.akm(&["export", "--all", "--csv", "-"]).stdout, csv);
    env.akm(&["import", "pairs.csv"]).said(
        &[],
        0,
        "",
        &format!(
            "{SANDBOX}In the sandbox (account <ACCOUNT>): no pair imported: 2 pairs were saved already.\n\
             note: `pairs.csv` still has secrets in clear text\n"
        ),
    );
    // Imported: somebody else may have it, so the old pair stays for two days.
    assert_eq!(
        env.akm(&["rotate", "--ram-user", "alice", "--json"]).json()["state"],
        "overlap"
    );
}

/// More owners than are worked on at a time, two pairs each, in no order.
#[test]
fn many_owners_at_once() {
    let names: Vec<String> = (0..20).map(|number| format!("user-{number:02}")).collect();
    let users: Vec<&str> = names.iter().chain(&names).map(String::as_str).collect();
    let (env, ids, csv) = lost(&users, false);
    let (head, rows) = csv.split_once('\n').unwrap();
    let (even, odd): (Vec<_>, Vec<_>) = rows.lines().enumerate().partition(|(at, _)| at % 2 == 0);
    let mixed = even.into_iter().chain(odd.into_iter().rev());
    let mixed: Vec<&str> = mixed.map(|(_, row)| row).collect();
    write(
        &env,
        "pairs.csv",
        &format!("{head}\n{}\n", mixed.join("\n")),
    );
    let ran = env.akm(&["import", "pairs.csv"]);
    assert!(
        ran.stderr.contains(": 40 pairs imported.\n"),
        "{}",
        ran.stderr
    );
    let again = env.akm(&["export", "--all", "--csv", "-"]).stdout;
    let sorted = |csv: &str| {
        let mut rows: Vec<String> = csv.lines().map(str::to_owned).collect();
        rows.sort();
        rows
    };
    assert_eq!(sorted(&again), sorted(&csv));
    let log = env.akm(&["log"]).stdout;
    let told: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("  import  "))
        .collect();
    assert_eq!(told.len(), 40, "{log}");
    for id in ids {
        assert!(told.iter().any(|line| line.contains(&id)), "{id}");
    }
}

#[test]
fn from_standard_input_in_a_spreadsheets_shape() {
    let (env, ids, csv) = lost(&["alice"], true);
    let row = csv.lines().nth(1).unwrap();
    let cells: Vec<&str> = row.split(',').collect();
    let sheet = format!(
        "\u{feff}user name;note;\"AccessKey Secret\";accessKeyId\r\n{};\"a;b\";{};{}\r\n",
        cells[2], cells[1], cells[0]
    );
    let ran = env.akm_fed(&["import", "-", "--json"], &sheet);
    ran.said(
        &[],
        0,
        "{\"already_held\":0,\"imported\":1}\n",
        crate::support::env::SANDBOX_JSON,
    );
    assert_eq!(
        env.akm(&["show-id", "--ram-user", "alice"]).stdout,
        format!("{}\n", ids[0])
    );
}

#[test]
fn one_wrong_line_and_nothing_is_imported() {
    let (env, ids, csv) = lost(&["alice", "bob", "carol"], true);
    let secret = |line: usize| {
        csv.lines()
            .nth(line)
            .unwrap()
            .split(',')
            .nth(1)
            .unwrap()
            .to_owned()
    };
    env.akm(&["disable", &ids[2], "--force"]);
    let before = env.files();
    let refuse = |text: &str, code: i32, cause: &str| {
        let ran = env.akm_fed(&["import", "-"], text);
        let hint = "hint: remove or fix these lines, then import again\n";
        ran.said(
            &[&ids[0], &ids[1], &ids[2]],
            code,
            "",
            &format!("{SANDBOX}error: nothing was imported: {cause}\n{hint}"),
        );
        for index in 1..=3 {
            assert!(!ran.stderr.contains(&secret(index)), "a secret was printed");
        }
    };
    let stranger = "LTAI5tSANDBOXstranger000";
    let header = "AccessKey ID,AccessKey Secret,RAM User\n";
    let good = format!("{},{},alice\n", ids[0], secret(1));
    refuse(
        &format!("{header}{good}{stranger},x,\n"),
        3,
        "standard input, line 3: the cloud does not know `<ID>`",
    );
    refuse(
        &format!("{header}{good}{},{},\n", ids[1], secret(1)),
        6,
        "standard input, line 3: the secret is not the one of `<ID2>`",
    );
    refuse(
        &format!("{header}{good}{},{},alice\n", ids[1], secret(2)),
        4,
        "standard input, line 3: `<ID2>` is a pair of RAM user `bob`, and the file says otherwise",
    );
    refuse(
        &format!("{header}{good}{},{},carol\n", ids[2], secret(3)),
        4,
        "standard input, line 3: `<ID3>` is Inactive, so its secret cannot be checked; `akm enable <ID3>` first",
    );
    let unchanged = |files: &[(std::path::PathBuf, Vec<u8>)]| -> Vec<_> {
        files
            .iter()
            .filter(|(path, _)| !path.to_string_lossy().contains("/sandbox/users/"))
            .cloned()
            .collect()
    };
    // The sandbox notes when a pair last signed; nothing else may differ.
    assert_eq!(unchanged(&env.files()), unchanged(&before));
}

/// A pair that is good, 9 999 that the cloud does not know: the first lines are told, the others counted.
#[test]
fn ten_thousand_rows_and_nothing_is_imported() {
    let (env, ids, csv) = lost(&["alice"], false);
    let strangers =
        (1..10_000).map(|number| format!("LTAI5tSANDBOX{number:011},secret{number:024}\n"));
    let file = csv.clone() + &strangers.collect::<String>();
    let told = (3..23)
        .map(|line| format!("standard input, line {line}: the cloud does not know `<ID>`; "));
    env.akm_fed(&["import", "-"], &file).said(
        &[],
        3,
        "",
        &format!(
            "{SANDBOX}error: nothing was imported: {}and 9979 more pairs\n\
             hint: remove or fix these lines, then import again\n",
            told.collect::<String>()
        ),
    );
    assert!(env.pairs().is_empty());
    assert!(!env.home().join(format!("secrets/{}.age", ids[0])).exists());
    // One row of them all is broken: the cloud is not even asked.
    let broken = file.replacen("LTAI5tSANDBOX00000005000", "=5000", 1);
    env.akm_fed(&["import", "-", "-v"], &broken).said(
        &[],
        1,
        "",
        "error: standard input is not a CSV file of pairs: line 5002: not a valid AccessKey ID: character 1 is `=`, and letters and digits are expected\n\
         hint: nothing was imported; the console's header is `AccessKey ID,AccessKey Secret`\n",
    );
    assert!(env.pairs().is_empty());
}

#[test]
fn a_secret_in_the_ids_column_is_not_repeated() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let header = "AccessKey ID,AccessKey Secret\n";
    let hint =
        "hint: nothing was imported; the console's header is `AccessKey ID,AccessKey Secret`\n";
    env.akm_fed(&["import", "-"], &format!("{header}{secret},{id}\n"))
        .said(
            &[],
            1,
            "",
            &format!("error: standard input is not a CSV file of pairs: line 2: the columns look swapped\n{hint}"),
        );
    let ran = env.akm_fed(&["import", "-", "-v"], &format!("{header}{secret},x\n"));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let told =
        "standard input, line 2: the cloud does not know what is there as the AccessKey ID\n";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert!(!ran.stderr.contains(&secret), "a secret was printed");
}

#[test]
fn a_damaged_secret_is_healed() {
    let env = Env::new();
    let (id, _) = env.create_shown("alice");
    let csv = env.akm(&["export", "--all", "--csv", "-"]).stdout;
    std::fs::write(env.home().join(format!("secrets/{id}.age")), "broken").unwrap();
    assert_ne!(env.akm(&["verify", &id]).code, 0);
    let ran = env.akm_fed(&["import", "-"], &csv);
    ran.said(
        &[],
        0,
        "",
        &format!("{SANDBOX}In the sandbox (account <ACCOUNT>): 1 pair imported.\n"),
    );
    assert_eq!(env.akm(&["verify", &id]).code, 0);
}

#[test]
fn what_was_stored_before_a_row_that_fails_is_held() {
    let env = Env::new();
    let ids = [env.create("alice"), env.create("alice")];
    let csv = env.akm(&["export", "--all", "--csv", "-"]).stdout;
    std::fs::remove_dir_all(env.home().join("accounts")).unwrap();
    let secret = |id: &str| env.home().join(format!("secrets/{id}.age"));
    for id in &ids {
        std::fs::remove_file(secret(id)).unwrap();
    }
    // A folder stands where the second secret is to go.
    std::fs::create_dir_all(secret(&ids[1]).join("in the way")).unwrap();
    let ran = env.akm_fed(&["import", "-"], &csv);
    assert_ne!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(env.akm(&["verify", &ids[0]]).code, 0);
    let held: Vec<_> = env
        .pairs()
        .iter()
        .map(|pair| pair["secret_store"].clone())
        .collect();
    assert_eq!(held, ["age".into(), serde_json::Value::Null]);
}

#[test]
fn one_owners_damaged_record_and_no_owners_pair_is_stored() {
    let (env, ids, csv) = lost(&["alice", "bob"], false);
    let bob = env.record_of("bob");
    let folder = bob.parent().unwrap();
    std::fs::create_dir_all(folder).unwrap();
    for folder in [folder, folder.parent().unwrap()] {
        std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))
            .unwrap();
    }
    std::fs::write(&bob, "broken").unwrap();
    std::fs::set_permissions(&bob, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let ran = env.akm_fed(&["import", "-"], &csv);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("user-bob.toml` is damaged"),
        "{}",
        ran.stderr
    );
    assert!(!env.record_of("alice").exists());
    for id in &ids {
        assert!(!env.home().join(format!("secrets/{id}.age")).exists());
    }
}

#[test]
fn what_is_no_csv_of_pairs_is_told_by_line() {
    let env = Env::new();
    let refuse = |text: &str, cause: &str| {
        let hint =
            "hint: nothing was imported; the console's header is `AccessKey ID,AccessKey Secret`\n";
        env.akm_fed(&["import", "-"], text).said(
            &[],
            1,
            "",
            &format!("error: standard input is not a CSV file of pairs: {cause}\n{hint}"),
        );
    };
    refuse("", "the file is empty");
    refuse(
        "name,secret\na,b\n",
        "line 1: there is no column `AccessKey ID`",
    );
    refuse("AccessKey ID,AccessKey Secret\n", "the file has no pairs");
    refuse(
        "AccessKey ID,AccessKey Secret\n=HYPERLINK(1),x\nLTAI1,\nLTAI2,x\n",
        "line 2: not a valid AccessKey ID: character 1 is `=`, and letters and digits are expected; \
         line 3: the AccessKey secret is empty",
    );
    assert!(
        env.files().is_empty(),
        "an import that is refused for its file makes nothing"
    );
    let ran = env.akm(&["import", "absent.csv", "--json"]);
    assert_eq!(
        (ran.code, ran.error()["code"].as_str()),
        (1, Some("failed"))
    );
}
