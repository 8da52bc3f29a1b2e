//! What is read of a `config.json`, case by case.

use super::*;

const FILE: &str = r#"{
	"current": "prod",
	"profiles": [
		{"name": "default", "mode": "AK", "access_key_id": "LTAI5tONE", "access_key_secret": "one", "region_id": "cn-hangzhou", "retry_count": 0},
		{"name": "prod", "mode": "RamRoleArn", "access_key_id": "LTAI5tTWO", "access_key_secret": "two", "sts_token": "",
		 "ram_role_arn": "acs:ram::1:role/admin", "ram_session_name": "me", "expired_seconds": 900},
		{"name": "sso", "mode": "CloudSSO", "access_key_secret": "three"},
		{"name": "empty", "mode": "AK", "access_key_id": "", "access_key_secret": ""},
		{"name": "half", "mode": "AK", "access_key_id": "LTAI5tONE", "access_key_secret": ""},
		{"name": "odd", "mode": "RamRoleArn", "access_key_id": "LTAI5tTWO", "access_key_secret": "two", "ram_role_arn": "x"},
		null,
		{"name": null, "mode": null, "access_key_id": null, "sts_token": null, "profiles": [null]},
		{"name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "default", "ram_role_arn": "acs:ram::1:role/b", "external_id": "xx"},
		{"name": "loop", "mode": "ChainableRamRoleArn", "source_profile": "loop", "ram_role_arn": "acs:ram::1:role/b"},
		{"name": "lost", "mode": "ChainableRamRoleArn", "source_profile": "ghost", "ram_role_arn": "acs:ram::1:role/b"},
		{"name": "sourceless", "mode": "ChainableRamRoleArn", "ram_role_arn": "acs:ram::1:role/b"},
		{"name": "sts", "mode": "StsToken", "access_key_id": "STS.N", "access_key_secret": "three", "sts_token": "three"},
		{"name": "stale", "mode": "AK", "access_key_id": "STS.N", "access_key_secret": "three"},
		{"name": "case", "mode": "ak", "access_key_id": "LTAI5tONE", "access_key_secret": "one"},
		{"name": "moded", "access_key_id": "LTAI5tONE", "access_key_secret": "one"},
		{"name": "unmoded", "access_key_id": "STS.N", "access_key_secret": "three", "sts_token": "three"},
		{"name": "nothing"},
		{"name": "three", "mode": "three"},
		{"name": "default", "mode": "CloudSSO"}
	],
	"meta_path": ""
}"#;

fn found(content: &str, name: Option<&str>) -> Result<FoundPair, Refusal> {
    read(Path::new("c.json"), content.as_bytes(), name)
}

#[test]
fn the_modes_that_have_a_pair_give_it_with_place_and_role() {
    let marked = format!("\u{feff}{FILE}");
    for (name, id, role, place) in [
        (
            None,
            "LTAI5tTWO",
            Some("acs:ram::1:role/admin"),
            "profile `prod` of `c.json`",
        ),
        (
            Some("default"),
            "LTAI5tONE",
            None,
            "profile `default` of `c.json`",
        ),
        (
            Some("chain"),
            "LTAI5tONE",
            Some("acs:ram::1:role/b"),
            "profile `default`, the source of profile `chain` of `c.json`",
        ),
        (
            Some("case"),
            "LTAI5tONE",
            None,
            "profile `case` of `c.json`",
        ),
        (
            Some("moded"),
            "LTAI5tONE",
            None,
            "profile `moded` of `c.json`",
        ),
    ] {
        for content in [FILE, &marked] {
            let pair = found(content, name).unwrap();
            let arn = pair.role.as_ref().map(|role| role.arn.as_str());
            assert_eq!(
                (pair.id.as_str(), arn, pair.places().as_str()),
                (id, role, place)
            );
        }
    }
    let role = found(FILE, None).unwrap().role.unwrap();
    assert_eq!(role.session_name.unwrap().as_str(), "me");
    assert!(role.external_id.is_none());
}

#[test]
fn a_profile_without_a_pair_is_refused_with_the_reason_and_no_secret() {
    for (name, why) in [
        (
            "sso",
            "it is of the mode `CloudSSO`, and signs with the sessions of a login to CloudSSO",
        ),
        ("empty", "the AccessKey ID is empty"),
        ("half", "the AccessKey secret is empty"),
        ("odd", "role ARN"),
        (
            "loop",
            "its `source_profile` `loop` is not of the mode `AK`",
        ),
        ("lost", "its `source_profile` `ghost` does not exist"),
        ("sourceless", "it has no `source_profile`"),
        (
            "sts",
            "it is of the mode `StsToken`, and signs with a session",
        ),
        (
            "stale",
            "it is a session, which ends, and not an AccessKey pair",
        ),
        (
            "unmoded",
            "it is of the mode `StsToken`, and signs with a session",
        ),
        ("nothing", "it has no mode"),
        ("three", "it has a mode that the `aliyun` CLI lacks"),
    ] {
        let error = found(FILE, Some(name)).unwrap_err();
        let Refusal::Unusable {
            why: said, usable, ..
        } = &error
        else {
            panic!("{name}: {error:?}")
        };
        assert!(said.contains(why), "{said}");
        assert!(!said.contains("two") && !said.contains("three"), "{said}");
        assert!(usable.contains(&"prod".to_owned()) && !usable.contains(&name.to_owned()));
    }
}

#[test]
fn a_missing_profile_names_the_ones_there_are() {
    let error = found(FILE, Some("no")).unwrap_err();
    let Refusal::Missing { name, known } = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (name.as_str(), &known[..3]),
        ("no", &["default", "prod", "sso"].map(str::to_owned)[..])
    );
    for content in ["{}", "{\"current\": null, \"profiles\": null}"] {
        let name = "default".to_owned();
        let known = Vec::new();
        assert_eq!(
            found(content, None).unwrap_err(),
            Refusal::Missing { name, known }
        );
    }
}

#[test]
fn what_the_cli_does_not_write_is_refused_by_line_and_column() {
    let half = &FILE[..FILE.len() / 2];
    for (content, why) in [
        ("{\"profiles\": 3}", "is not of the expected kind"),
        (
            "[\"default\", [[\"default\", \"AK\", \"LTAI5tONE\", \"two\"]]]",
            "is not of the expected kind",
        ),
        (
            "{\"profiles\": [[\"default\", \"AK\", \"LTAI5tONE\", \"two\"]]}",
            "is not of the expected kind",
        ),
        ("\"two", "the JSON ends too early"),
        ("", "line 1, column 0: the JSON ends too early"),
        (half, "the JSON ends too early"),
        (
            "{\"profiles\": [{\"access_key_secret\": two}]}",
            "is not JSON",
        ),
        (
            "{\"profiles\": [{\"access_key_secret\": {\"two\": 2}}]}",
            "is not of the expected kind",
        ),
    ] {
        let error = found(content, None).unwrap_err();
        let Refusal::Malformed(said) = error else {
            panic!("{error:?}")
        };
        assert!(said.contains(why), "{content}: {said}");
        assert!(!said.contains("two"), "{said}");
    }
}
