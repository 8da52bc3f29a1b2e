//! `akm create`

use crate::env::Env;

#[test]
fn a_pair_for_a_ram_user_from_nothing() {
    let env = Env::new();
    let ran = env.akm(&["create", "--ram-user", "alice"]);
    let id = ran.stdout.trim().to_owned();
    ran.said(
        &[&id],
        0,
        "<ID1>\n",
        "akm: this is the sandbox, account <ACCOUNT> on this machine\n\
         akm: RAM user `alice` was made\n\
         akm: `<ID1>` is a pair of RAM user `alice`; its secret is held in the store `age`\n",
    );
    assert!(id.starts_with("LTAI5tSANDBOX") && id.len() == 24, "{id}");
}

#[test]
fn a_third_pair_is_refused_and_both_are_shown() {
    let env = Env::new();
    let (one, two) = (env.create("alice"), env.create("alice"));
    env.akm(&["create", "--ram-user", "alice"]).said(
        &[&one, &two],
        4,
        "",
        "akm: this is the sandbox, account <ACCOUNT> on this machine\n\
         akm: RAM user `alice` has two AccessKey pairs, which is as many as it may: \
         `<ID1>` Active, created <TIME>, use unknown, secret held; `<ID2>` Active, created <TIME>, use unknown, secret held\n\
         hint: `akm list --ram-user alice --refresh` shows when each was used; then `akm disable <ID1>` and `akm delete <ID1>` make room\n",
    );
}
