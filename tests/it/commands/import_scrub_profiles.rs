//! `akm import --scrub` beside roles, akm's own profiles and other names of a file: what the programs get then is known to work.

use crate::commands::import_scrub::{
    AK, BACKUP, CONFIG, CREDENTIALS, INI, clean, config, given, profile, put, refused_at_once,
    said, saved_and_untouched, saved_and_untouched_by, section, text, without_alice, write_back,
};
use crate::support::env::{Env, Ran};
use crate::support::served::Served;
use std::process::Command;

/// Lets alice assume the sandbox's role, or not.
fn allow_roles(env: &Env, allowed: bool) {
    let cloud = env.cloud_of("alice");
    let text = std::fs::read_to_string(&cloud).unwrap();
    let text = text.replace("assumes_roles = true\n", "");
    let line = if allowed {
        "assumes_roles = true\n"
    } else {
        ""
    };
    std::fs::write(&cloud, line.to_owned() + &text).unwrap();
}

fn role(env: &Env) -> String {
    format!("acs:ram::{}:role/sandbox-role", env.account())
}

#[test]
fn a_role_that_the_pair_may_not_assume_leaves_the_file_as_it_is() {
    let (env, id, secret) = without_alice();
    put(&env, CONFIG, &config(&id, &secret));
    allow_roles(&env, true);
    let none = role(&env) + "-2";
    let why = format!(
        "`{id}` gets no session of the role `{none}`: the cloud does not know what was asked for: AssumeRole: EntityNotExist.Role: \
         The specified role not exists : sandbox-role-2.\n\
         hint: look at the name: the cause says of what kind it is"
    );
    let with = |role| [&AK[..4], &["--role-arn", role]].concat();
    saved_and_untouched_by(&env, &with(&none), &id, 3, &why);
    assert!(!env.path(BACKUP).exists());
    let role = role(&env);
    allow_roles(&env, false);
    let refused = env.akm(&with(&role));
    assert_eq!(refused.code, 6, "{}", refused.stderr);
    assert_eq!(text(&env, CONFIG), config(&id, &secret));
    allow_roles(&env, true);
    let done = env.akm(&with(&role));
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(given(&env, "prod")["mode"], "StsToken");
    clean(&env, ".aliyun", &secret);
}

#[test]
fn a_section_stays_where_the_sdks_would_get_another_power_of_its_pair() {
    let (env, id, secret) = without_alice();
    allow_roles(&env, true);
    let role = role(&env);
    let bare = section("default", &id, &secret);
    let in_role = bare.replace(
        "access_key\n",
        &format!("ram_role_arn\nrole_arn = {role}\n"),
    );
    put(&env, CREDENTIALS, &in_role);
    assert_eq!(env.akm(&INI[..3]).code, 0);
    let fixed = [
        "connect",
        "aliyun-cli",
        "-u",
        "alice",
        "--as",
        "akm",
        "--static",
    ];
    let sessions = [
        "connect",
        "aliyun-cli",
        "-u",
        "alice",
        "--as",
        "akm",
        "--role-arn",
        &role,
    ];
    let static_scrub = [&INI[..], &["--static"]].concat();
    for (connect, scrub, given, wanted, hint) in [
        (
            &fixed[..],
            &INI[..],
            "the pair itself".to_owned(),
            format!("sessions of the role `{role}`"),
            &sessions[..],
        ),
        (
            &sessions,
            &static_scrub,
            format!("sessions of the role `{role}`"),
            "the pair itself".to_owned(),
            &fixed,
        ),
    ] {
        assert_eq!(env.akm(connect).code, 0);
        let ran = env.akm(scrub);
        let end = format!(
            ": the SDKs would get {given} in the place of {wanted}: the current profile of `~/.aliyun/config.json` gives that\n\
             hint: `akm {}` first\n",
            hint.join(" ")
        );
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        assert!(ran.stderr.ends_with(&end), "{}", ran.stderr);
        assert_eq!(text(&env, CREDENTIALS), in_role);
    }
    // By a role that is refused by now, the SDKs would get nothing.
    allow_roles(&env, false);
    assert_eq!(env.akm(&INI).code, 6);
    assert_eq!(text(&env, CREDENTIALS), in_role);
    allow_roles(&env, true);
    assert_eq!(env.akm(&INI).code, 0);
    assert_eq!(text(&env, CREDENTIALS), "");
    // Whoever connected a role chose it for a section without one.
    put(&env, CREDENTIALS, &bare);
    assert_eq!(env.akm(&INI).code, 0);
}

#[test]
fn a_file_with_another_name_keeps_the_pair_which_is_saved() {
    let (env, id, secret) = without_alice();
    let other = env.path("other-name");
    let why = |file: &str| {
        format!(
            "`ROOT/{file}` has another name, a hard link, under which the secret would stay\n\
             hint: remove the other name, which `find` with `-samefile` finds, then run the same command again"
        )
    };
    put(&env, CONFIG, &config(&id, &secret));
    std::fs::hard_link(env.path(CONFIG), &other).unwrap();
    saved_and_untouched(&env, &id, 4, &why(CONFIG));
    assert!(!env.path(BACKUP).exists());
    std::fs::remove_file(&other).unwrap();
    assert_eq!(env.akm(&AK).code, 0);
    // What clients wrote into akm's own profile.
    std::fs::hard_link(env.path(CONFIG), &other).unwrap();
    assert_eq!(env.akm(&AK).code, 0, "there is nothing to scrub");
    write_back(&env, &id, &secret);
    std::fs::remove_file(&other).unwrap();
    std::fs::hard_link(env.path(CONFIG), &other).unwrap();
    let again = env.akm(&AK);
    assert_eq!(again.code, 4, "{}", again.stderr);
    assert!(text(&env, CONFIG).contains(&secret));
    std::fs::remove_file(&other).unwrap();
    assert_eq!(env.akm(&AK).code, 0);
    put(&env, CREDENTIALS, &section("default", &id, &secret));
    std::fs::hard_link(env.path(CREDENTIALS), &other).unwrap();
    let ini = env.akm(&INI);
    assert_eq!(ini.code, 4, "{}", ini.stderr);
    let root = env.path("");
    let said = ini.stderr.replace(root.to_str().unwrap(), "ROOT/");
    assert!(said.ends_with(&format!("{}\n", why(CREDENTIALS))), "{said}");
    assert_eq!(text(&env, CREDENTIALS), section("default", &id, &secret));
}

#[test]
fn options_that_differ_from_those_of_a_scrubbed_profile_are_refused() {
    let (env, id, secret) = without_alice();
    put(&env, CONFIG, &config(&id, &secret));
    allow_roles(&env, true);
    let role = role(&env);
    assert_eq!(env.akm(&AK).code, 0);
    let shown = "acs:ram::<ACCOUNT>:role/sandbox-role";
    let sessions = [&AK[..4], &["--role-arn", &role]].concat();
    let written = text(&env, CONFIG);
    let begin = "error: the profile `prod` in `ROOT/.aliyun/config.json` gets its credentials from akm already: ";
    let line = [
        "-p",
        "sandbox",
        "connect",
        "aliyun-cli",
        "-u",
        "alice",
        "--as",
        "prod",
    ];
    let hint = |options: &[&str]| {
        let line = [&line[..], options].concat().join(" ");
        format!("hint: `akm {line}` changes that\n")
    };
    said(
        &env,
        &env.akm(&sessions),
        &id,
        4,
        &format!(
            "{begin}the pair itself, and not sessions of the role `{shown}`\n{}",
            hint(&["--role-arn", shown])
        ),
    );
    assert_eq!(text(&env, CONFIG), written);
    let connect = [&line[..], &["--role-arn", &role]].concat();
    assert_eq!(env.akm(&connect).code, 0);
    assert_eq!(env.akm(&sessions).code, 0);
    assert_eq!(env.akm(&AK[..4]).code, 0);
    said(
        &env,
        &env.akm(&AK),
        &id,
        4,
        &format!(
            "{begin}sessions of the role `{shown}`, and not the pair itself\n{}",
            hint(&["--static"])
        ),
    );
    assert_eq!(given(&env, "prod")["mode"], "StsToken");
}

#[test]
fn a_pair_that_a_person_put_into_akms_profile_is_imported_before_it_is_removed() {
    let (env, id, secret) = without_alice();
    let bob = env.create("bob");
    put(&env, CONFIG, "{\"current\": \"other\"}");
    assert_eq!(
        env.akm(&["connect", "aliyun-cli", "bob", "--static"]).code,
        0
    );
    write_back(&env, &id, &secret);
    let by_hand = text(&env, CONFIG);
    let connect = ["connect", "aliyun-cli", &bob, "--static"];
    let refused = "error: the profile `akm` in `ROOT/.aliyun/config.json` has a secret that akm has not saved\n\
                   hint: `ALIBABACLOUD_PROFILE=akm akm import --from aliyun-cli` saves it first; `--as NAME` writes another profile\n";
    said(&env, &env.akm(&connect), &id, 4, refused);
    let selected = |args: &[&str]| {
        let mut command = env.command(args);
        Ran::from(command.env("ALIBABACLOUD_PROFILE", "akm").output().unwrap())
    };
    said(&env, &selected(&AK), &id, 4, refused);
    assert_eq!(text(&env, CONFIG), by_hand);
    let imported = selected(&AK[..3]);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    assert_eq!(text(&env, CONFIG), by_hand);
    assert_eq!(env.akm(&["read", &id]).stdout.trim(), secret);
    assert_eq!(env.akm(&connect).code, 0);
    clean(&env, ".aliyun", &secret);
    // What a client wrote before the pair was rotated away is of no use any more.
    write_back(&env, &id, &secret);
    assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    env.lose_secret(&id);
    assert_eq!(env.akm(&connect).code, 0);
    clean(&env, ".aliyun", &secret);
}

#[test]
fn the_profile_of_another_program_is_not_scrubbed() {
    let (env, id, secret) = without_alice();
    let external = "\"External\", \"process_command\": \"saml get\"";
    let file = config(&id, &secret).replacen("\"AK\"", external, 1);
    put(&env, CONFIG, &file);
    refused_at_once(
        &env,
        &AK,
        4,
        "error: the profile `prod` in `ROOT/.aliyun/config.json` gets its credentials from another program\n\
         hint: `akm import --from aliyun-cli` saves the pair that is in it and leaves the profile as it is\n",
    );
    assert_eq!(env.akm(&AK[..3]).code, 0);
    assert_eq!(text(&env, CONFIG), file);
    assert_eq!(env.akm(&["read", &id]).stdout.trim(), secret);
}

/// As `akm-1.2`: the profile that it wrote is known by the path of the program that runs.
#[test]
fn akm_under_another_file_name_knows_its_own_profile() {
    let (env, id, secret) = without_alice();
    put(&env, CONFIG, &config(&id, &secret));
    let akm = env.path("akm 1.2");
    let mut copy = Command::new("cp");
    copy.arg(env!("CARGO_BIN_EXE_akm")).arg(&akm);
    assert!(copy.status().unwrap().success());
    let run = |args: &[&str]| {
        let mut command = Command::new(&akm);
        env.dress(&mut command);
        Ran::from(command.args(args).output().unwrap())
    };
    assert_eq!(run(&AK).code, 0);
    let again = run(&AK);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(
        again.stderr.ends_with("; there is nothing to scrub.\n"),
        "{}",
        again.stderr
    );
}

/// Two profiles of one account: what is advised by a command of the second acts in that one, and works as it is typed.
#[test]
fn advised_commands_name_the_profile_in_use_where_it_is_not_the_default() {
    let served = Served::start();
    served.serving.add_profile(&served.env, "two");
    let env = &served.env;
    let (id, secret) = env.create_shown("alice");
    put(env, CREDENTIALS, &section("default", &id, &secret));
    // The words of the command behind this mark, up to this end.
    let advised = |ran: &Ran, mark: &str, end: char| -> Vec<String> {
        let (_, rest) = ran.stderr.split_once(mark).unwrap();
        let (line, _) = rest.split_once(end).unwrap();
        line.split(' ').skip(1).map(str::to_owned).collect()
    };
    let refused = env.akm(&[&["-p", "two"], &INI[..]].concat());
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    let connect = advised(&refused, "hint: `", '`');
    assert_eq!(connect[..3], ["-p", "two", "connect"]);
    assert_eq!(env.akm(&connect).code, 0);
    let command = profile(env, "akm")["process_command"].to_string();
    assert!(
        command.contains(" -p two credential-process -u alice "),
        "{command}"
    );
    let done = env.akm(&[&["-p", "two"], &INI[..]].concat());
    let verify = advised(&done, "next: ", '\n');
    assert_eq!(verify, ["-p", "two", "verify", &id], "{}", done.stderr);
    assert_eq!(env.akm(&verify).code, 0);
    for args in [
        &["exec", "bob", "--", "true"][..],
        &["env", "bob"],
        &["read", "bob"],
        &["credential-process", "bob"],
    ] {
        let of = |profile| env.akm(&[&["-p", profile], args].concat());
        let list = advised(&of("two"), "makes one; `", '`');
        assert_eq!(
            list,
            ["-p", "two", "list", "--ram-user", "bob", "--refresh"]
        );
        // The default profile needs no naming.
        let list = advised(&of("dev"), "makes one; `", '`');
        assert_eq!(list, ["list", "--ram-user", "bob", "--refresh"]);
    }
}
