//! Each change and each question says in which account, by which profile, and of which owner; and the sandbox is taken for the account
//! that is meant only where that is plain.

use crate::support::env::Env;

const UNNAMED: &str = "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n";

#[test]
fn the_sandbox_warns_unless_it_was_named() {
    let env = Env::new();
    let id = env.create("alice");
    let done = "AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Active.\n";
    let unnamed = format!("{UNNAMED}{done}");
    env.akm(&["enable", &id]).said(&[&id], 0, "", &unnamed);
    env.akm(&["-q", "enable", &id]).said(&[&id], 0, "", UNNAMED);
    let named = env.akm(&["-p", "sandbox", "enable", &id]);
    named.said(&[&id], 0, "", done);
    let by_variable = env.bystander().with("AKM_PROFILE", "sandbox");
    by_variable.akm(&["enable", &id]).said(&[&id], 0, "", done);
}

/// A home that has lost its `config.toml` would else create its pairs in the sandbox.
#[test]
fn a_lost_configuration_is_not_taken_for_the_sandbox() {
    let env = Env::new();
    env.create("alice");
    let lost = env.bystander();
    let config = lost.home().join("config.toml");
    std::fs::remove_file(&config).unwrap();
    // The sandbox is the only account here.
    assert_eq!(lost.akm(&["list"]).code, 0);
    let accounts = lost.home().join("accounts");
    std::fs::create_dir(accounts.join("5123456789012345")).unwrap();
    let refusal = format!(
        "error: `config.toml` is missing in `{}`, and no profile is known: there are records of account <ACCOUNT>\n\
         hint: `akm profile add NAME` adds the account again; `-p sandbox` works in the sandbox\n",
        lost.home().display()
    );
    for args in [
        &["list"][..],
        &["create", "bob"],
        &["rotate", "alice"],
        &["show-id", "alice"],
        &["user", "list"],
    ] {
        lost.refused(args, 3).said(&[], 3, "", &refusal);
    }
    assert_eq!(lost.akm(&["-p", "sandbox", "list"]).code, 0);
    assert_eq!(lost.akm(&["profile", "list"]).code, 0);
}

#[cfg(feature = "server")]
#[test]
fn a_profile_is_named_in_what_is_done_and_asked() {
    use crate::support::served::Served;
    let served = Served::start();
    let env = &served.env;
    let place = "dev (account <ACCOUNT>)";
    let endpoint = |ran: &crate::support::env::Ran| {
        let said = ran.stderr.lines();
        let said = said.filter(|line| !line.contains("the endpoint is"));
        crate::support::env::named(
            &said.fold(String::new(), |all, line| all + line + "\n"),
            &[],
        )
    };
    let made = env.akm(&["create", "alice"]);
    assert_eq!(
        endpoint(&made),
        format!(
            "Created AccessKey <ID> for RAM user alice in {place}. Secret saved in encrypted files.\n\
             next: akm exec alice -- COMMAND\n"
        )
    );
    let id = made.stdout.trim();
    assert_eq!(env.akm(&["list", "--refresh"]).code, 0);
    // As if it had been made three days ago.
    let text = std::fs::read_to_string(env.record_of("alice")).unwrap();
    let line = text.lines().find(|line| line.starts_with("created_at"));
    let ago = chrono::Utc::now() - chrono::TimeDelta::days(3);
    let ago = ago.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    crate::support::env::edit(
        &env.record_of("alice"),
        line.unwrap(),
        &format!("created_at = \"{ago}\""),
    );
    let asked = env.akm(&["delete", id, "--force"]);
    assert_eq!(asked.code, 9);
    let said = endpoint(&asked);
    let start =
        format!("error: delete AccessKey <ID> of RAM user alice in {place}, created 3 days ago, ");
    assert!(said.starts_with(&start) && said.contains("used"), "{said}");
    let gone = endpoint(&env.akm(&["delete", id, "--force", "-y"]));
    let start = format!(
        "Deleted AccessKey <ID> of RAM user alice in {place}. The recycle bin keeps it until "
    );
    assert!(gone.starts_with(&start), "{gone}");
    let deleted = endpoint(&env.akm(&["user", "delete", "alice", "-y"]));
    assert_eq!(deleted, format!("Deleted RAM user alice in {place}.\n"));
}
