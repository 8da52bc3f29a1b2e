use super::*;

fn akm() -> External {
    External {
        name: "akm".to_owned(),
        process_command: "/usr/bin/akm -p prod credential-process -u alice --static".to_owned(),
        region: None,
    }
}

const COMMAND: &str = "/usr/bin/akm -p prod credential-process -u alice --static";

/// The text with the profile in it; a second time changes nothing.
#[track_caller]
fn edited(text: &str) -> String {
    edited_by(text, &akm())
}

#[track_caller]
fn edited_by(text: &str, external: &External) -> String {
    let once = AliyunConfig::parse(text.as_bytes()).unwrap();
    let once = once.with_external(external).unwrap();
    let twice = AliyunConfig::parse(once.as_bytes()).unwrap();
    assert_eq!(*twice.with_external(external).unwrap(), *once);
    once.to_string()
}

#[test]
fn a_new_file_is_indented_as_the_cli_does() {
    let expected = format!(
        "{{\n\t\"current\": \"akm\",\n\t\"profiles\": [\n\t\t{{\n\t\t\t\"name\": \"akm\",\n\t\t\t\"mode\": \"External\",\n\
         \t\t\t\"process_command\": \"{COMMAND}\",\n\t\t\t\"region_id\": \"cn-hangzhou\"\n\t\t}}\n\t]\n}}"
    );
    assert_eq!(new_file(&akm()), expected);
    assert_eq!(edited(&expected), expected);
    assert_eq!(edited("{}"), expected);
}

#[test]
fn a_profile_is_added_behind_the_last_one_in_the_files_own_layout() {
    let fields = |between: &str| {
        format!(
            "\"name\": \"akm\",{between}\"mode\": \"External\",{between}\"process_command\": \"{COMMAND}\",{between}\"region_id\": \"cn-hangzhou\""
        )
    };
    // `@` stands for where it is added.
    for (text, new) in [
        // As the CLI writes it.
        (
            "{\n\t\"current\": \"a\",\n\t\"profiles\": [\n\t\t{\n\t\t\t\"name\": \"a\"\n\t\t}@\n\t],\n\t\"meta_path\": \"\"\n}",
            format!(",\n\t\t{{\n\t\t\t{}\n\t\t}}", fields("\n\t\t\t")),
        ),
        // As Go's SDK does, with CRLF, a mark, and a last line that ends.
        (
            "\u{feff}{\r\n    \"profiles\": [\r\n        {\r\n            \"name\": \"a\"\r\n        }@\r\n    ]\r\n}\r\n",
            format!(
                ",\r\n        {{\r\n            {}\r\n        }}",
                fields("\r\n            ")
            ),
        ),
        // Odd, and all on one line.
        (
            " {\"profiles\":[ {\"name\":\"a\" , \"x\":{\"y\":[1,{}]}}@ ],\"Current\":1e3}",
            format!(", {{{}}}", fields(" ")),
        ),
        // A profile a line.
        (
            "{\"profiles\": [\n  {\"name\": \"a\"},\n\n  {\"name\": \"\\u0062\\ud83d\\ude00\"}@\n]}",
            format!(",\n  {{{}}}", fields(" ")),
        ),
    ] {
        assert_eq!(edited(&text.replace('@', "")), text.replace('@', &new));
    }
}

#[test]
fn a_file_without_profiles_gets_a_list() {
    let object = format!(
        "{{\n      \"name\": \"akm\",\n      \"mode\": \"External\",\n      \"process_command\": \"{COMMAND}\",\n      \"region_id\": \"cn-hangzhou\"\n    }}"
    );
    let list = format!("[\n    {object}\n  ]");
    for (before, after) in [
        ("{\n  \"profiles\": []\n}", "{\n  \"profiles\": @\n}"),
        (
            "{\n  \"a\": 1,\n  \"profiles\": null,\n  \"b\": 2\n}",
            "{\n  \"a\": 1,\n  \"profiles\": @,\n  \"b\": 2\n}",
        ),
        (
            "{\n  \"current\": \"x\"\n}\n",
            "{\n  \"current\": \"x\",\n  \"profiles\": @\n}\n",
        ),
    ] {
        assert_eq!(edited(before), after.replace('@', &list));
    }
    let one_line = format!(
        "{{\"current\":\"x\", \"profiles\": [{{\"name\": \"akm\", \"mode\": \"External\", \"process_command\": \"{COMMAND}\", \"region_id\": \"cn-hangzhou\"}}]}}"
    );
    assert_eq!(edited("{\"current\":\"x\"}"), one_line);
}

#[test]
fn a_profile_in_the_middle_loses_its_credentials_and_nothing_else() {
    let before = "{\n  \"current\": \"b\",\n  \"profiles\": [\n    {\"name\":\"a\",\"access_key_secret\":\"keep\"},\n    {\n      \"mode\" : \"AK\",\n      \"name\" : \"akm\",\n\
                  \x20     \"access_key_id\": \"LTAI1\", \"access_key_secret\": \"s3\",\n      \"sts_token\": \"\",\n      \"oauth_access_token\": \"x\",\n      \"region_id\":  \"cn-beijing\",\n\
                  \x20     \"output_format\": \"json\",\n      \"odd\": {\"a\": [1, \"\\u00e9\"]}\n    },\n    { \"name\": \"c\" }\n  ],\n  \"z\": null\n}\n";
    let after = format!(
        "{{\n  \"current\": \"b\",\n  \"profiles\": [\n    {{\"name\":\"a\",\"access_key_secret\":\"keep\"}},\n    {{\n      \"mode\": \"External\",\n      \"name\" : \"akm\",\n\
         \x20     \"region_id\":  \"cn-beijing\",\n      \"output_format\": \"json\",\n      \"odd\": {{\"a\": [1, \"\\u00e9\"]}},\n      \"process_command\": \"{COMMAND}\"\n    }},\n    {{ \"name\": \"c\" }}\n  ],\n  \"z\": null\n}}\n"
    );
    assert_eq!(edited(before), after);
    let there = External {
        region: Some("cn-shanghai".to_owned()),
        ..akm()
    };
    let moved = after.replace(
        "\"region_id\":  \"cn-beijing\"",
        "\"region_id\": \"cn-shanghai\"",
    );
    assert_eq!(edited_by(before, &there), moved);
    // Nothing to say: not even the odd blanks go.
    assert_eq!(edited(&after), after);
}

#[test]
fn a_region_that_a_client_lost_comes_back() {
    let lost = format!(
        "{{\"profiles\": [{{\"name\": \"akm\", \"mode\": \"External\", \"process_command\": \"{COMMAND}\"}}]}}"
    );
    let back = lost.replace("--static\"", "--static\", \"region_id\": \"cn-hangzhou\"");
    assert_eq!(edited(&lost), back);
}

#[test]
fn what_is_no_such_file_is_refused_and_not_repeated() {
    let deep = format!("{{\"a\": {}1{}}}", "[".repeat(40), "]".repeat(40));
    let long = format!("{{\"a\": \"{}\"}}", "x".repeat(1 << 20));
    for (text, why) in [
        ("", "it is empty"),
        ("\u{feff} \n", "it is empty"),
        ("[]", "it is JSON, but not an object"),
        ("\"s3cret\"", "it is JSON, but not an object"),
        ("{\"a\": \"s3cret", "it ends in the middle of a value"),
        (
            "{\"profiles\": [{\"name\": \"a\"}",
            "it ends in the middle of a value",
        ),
        ("{\n\"a\": s3cret}", "line 2 is not JSON"),
        ("{} s3cret", "line 1 is not JSON"),
        ("{\"\\ud800\": 1}", "line 1 is not JSON"),
        ("{'a': 1}", "line 1 is not JSON"),
        (
            "{\"a\": 1,\n\"A\": 2}",
            "line 2 has a name that its object has already",
        ),
        (
            "{\"x\": [{\"s3cret\": 1, \"s3cret\": 1}]}",
            "line 1 has a name that its object has already",
        ),
        (
            "{\"profiles\": {}}",
            "its `profiles` are not a list of named objects",
        ),
        (
            "{\"profiles\": [\"a\"]}",
            "its `profiles` are not a list of named objects",
        ),
        (
            "{\"profiles\": [{\"mode\": \"AK\"}]}",
            "its `profiles` are not a list of named objects",
        ),
        (
            "{\"profiles\": [{\"name\": 1}]}",
            "its `profiles` are not a list of named objects",
        ),
        (&deep, "it is nested too deep"),
        (&long, "it is longer than 1 MiB"),
    ] {
        let problem = AliyunConfig::parse(text.as_bytes()).err().unwrap();
        assert_eq!(problem.to_string(), why, "{}", &text[..text.len().min(60)]);
    }
    let utf16 = [0xff, 0xfe, b'{', 0, b'}', 0];
    assert_eq!(AliyunConfig::parse(&utf16).err(), Some(Problem::NotText));
    let two = "{\"profiles\": [{\"name\": \"akm\"}, {\"name\": \"akm\"}]}";
    let two = AliyunConfig::parse(two.as_bytes()).unwrap();
    assert_eq!(two.with_external(&akm()).err(), Some(Problem::SameName));
    assert_eq!(two.held("akm").err(), Some(Problem::SameName));
    assert!(two.held("a").is_ok());
}

#[test]
fn a_hostile_file_costs_no_more_than_its_length() {
    let names: Vec<String> = (0..60_000)
        .map(|number| format!("\"{number}\":0"))
        .collect();
    let wide = format!("{{{}}}", names.join(","));
    assert!(AliyunConfig::parse(wide.as_bytes()).is_ok());
    let open = "[".repeat(1 << 20);
    assert_eq!(
        AliyunConfig::parse(open.as_bytes()).err(),
        Some(Problem::CutShort)
    );
}

#[test]
fn the_secrets_of_a_profile_are_known() {
    let held = |fields: &str| {
        let text = format!("{{\"profiles\": [{{\"name\": \"akm\", {fields}}}]}}");
        let config = AliyunConfig::parse(text.as_bytes()).unwrap();
        match config.held("akm").unwrap() {
            Held::Nothing => "nothing".to_owned(),
            Held::Pair(id, secret) => format!("{id} {}", secret.expose()),
            Held::Other => "other".to_owned(),
        }
    };
    let akms = format!("\"mode\": \"External\", \"process_command\": \"{COMMAND}\"");
    let pair = r#""access_key_id": "LTAI1", "access_key_secret": "s3""#;
    let session = r#""access_key_id": "STS.1", "access_key_secret": "s", "sts_token": "t""#;
    for (fields, expected) in [
        (
            "\"mode\": \"EcsRamRole\", \"ram_role_name\": \"r\"",
            "nothing",
        ),
        (
            "\"access_key_id\": \"LTAI1\", \"access_key_secret\": \"\", \"sts_token\": null",
            "nothing",
        ),
        (
            "\"access_key_id\": \"LTAI1\", \"access_key_secret\": \"s\\u0033\"",
            "LTAI1 s3",
        ),
        (
            "\"access_key_id\": \"LTAI1\", \"access_key_secret\": \"s3\", \"sts_token\": \"t\"",
            "other",
        ),
        ("\"access_key_secret\": \"s3\"", "other"),
        (
            "\"access_key_id\": \"LTAI1\", \"access_key_secret\": 7",
            "other",
        ),
        ("\"private_key\": \"k\"", "other"),
        ("\"oauth_refresh_token\": \"t\"", "other"),
        ("\"bearer_token\": \"t\"", "other"),
        (
            "\"mode\": \"External\", \"process_command\": \"x y\", \"sts_token\": \"t\"",
            "other",
        ),
        // A field that stays is not lost.
        ("\"own_secret\": \"s\"", "nothing"),
        // What clients wrote back: a session ends, a pair may be a person's.
        (&format!("{akms}, {session}"), "nothing"),
        (
            &format!("{akms}, {session}, \"private_key\": \"k\""),
            "other",
        ),
        (&format!("{akms}, {pair}, \"sts_token\": \"\""), "LTAI1 s3"),
        (&format!("{akms}, {pair}, \"sts_token\": \"t\""), "other"),
    ] {
        assert_eq!(held(fields), expected, "{fields}");
    }
}

#[test]
fn a_backup_has_every_byte_but_secrets() {
    let text = "\u{feff}{\"profiles\": [{\"name\": \"a\", \"access_key_secret\" : \"s1\", \"sts_token\": \"s2\",\r\n \"private_key\": [\"s3\"], \"oauth_access_token\": \"s4\",\
                \"oauth_refresh_token\": {\"x\": \"s5\"}, \"access_token\": 6, \"bearer_token\": \"\\u0073\", \"deep\": [{\"accessKeySecret\": \"s7\"}], \"sts_expiration\": 8, \"x_token\": \"\", \"y_token\": null}]}\n";
    let expected = "\u{feff}{\"profiles\": [{\"name\": \"a\", \"access_key_secret\" : \"\", \"sts_token\": \"\",\r\n \"private_key\": \"\", \"oauth_access_token\": \"\",\
                    \"oauth_refresh_token\": \"\", \"access_token\": \"\", \"bearer_token\": \"\", \"deep\": [{\"accessKeySecret\": \"\"}], \"sts_expiration\": 8, \"x_token\": \"\", \"y_token\": null}]}\n";
    let config = AliyunConfig::parse(text.as_bytes()).unwrap();
    assert_eq!(*config.without_secrets(), *expected);
}

#[test]
fn a_pair_is_taken_out_wherever_it_is() {
    let text = "{\"profiles\": [{\"name\": \"LTAI1\", \"mode\": \"AK\", \"access_key_id\": \"LTAI1\", \"access_key_secret\": \"s3\"},\n\
                {\"name\": \"b\", \"access_key_id\": \"LTAI1\", \"access_key_secret\": \"other\"},\n\
                {\"name\": \"c\", \"x\": [{\"id\": \"LTAI1\", \"odd\": \"\\u00733\"}, \"s3\"]}], \"note\": \"s3 \"}";
    let expected = text
        .replace(
            "\"access_key_id\": \"LTAI1\", \"access_key_secret\": \"s3\"",
            "\"access_key_id\": \"\", \"access_key_secret\": \"\"",
        )
        .replace(
            "{\"id\": \"LTAI1\", \"odd\": \"\\u00733\"}, \"s3\"",
            "{\"id\": \"\", \"odd\": \"\"}, \"\"",
        );
    let config = AliyunConfig::parse(text.as_bytes()).unwrap();
    let id = AccessKeyId::parse("LTAI1").unwrap();
    let taken = |secret: &str| {
        config
            .without_pair(&id, &Secret::new(secret.to_owned()).unwrap())
            .to_string()
    };
    assert_eq!(taken("s3"), expected);
    assert_eq!(taken("s4"), text);
}
