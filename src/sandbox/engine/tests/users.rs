use crate::cloud::transport::Service::{Ims, Ram, Sts};
use crate::sandbox::testing::{ACCOUNT, Bench, TurnedClock, account, benches, user};
use crate::sandbox::{Memory, Records};
use serde_json::{Value, json};

#[test]
fn users_are_checked_and_told_apart_without_case() {
    let long = "x".repeat(129);
    let create = |parameters: &str, outcome: &str| {
        format!("Ram CreateUser {parameters} => {outcome}").replace("LONG", &long)
    };
    for bench in benches() {
        bench.walk(&bench.console, &[
            "Ram CreateUser => 400 MissingParameter",
            "Ram CreateUser UserName= => 400 InvalidParameter.UserName.Length",
            "Ram CreateUser UserName=a+b => 400 InvalidParameter.UserName.InvalidChars",
            "Ram CreateUser UserName=a&DisplayName=%1b => 400 InvalidParameter.DisplayName.InvalidChars",
            &create("UserName=LONG", "400 InvalidParameter.UserName.Length"),
            &create("UserName=a&DisplayName=LONG", "400 InvalidParameter.DisplayName.Length"),
            &create("UserName=a&Comments=LONG", "400 InvalidParameter.Comments.Length"),
            "Ram CreateUser UserName=Alice&Comments=c%0ad => 200",
            "Ram CreateUser UserName=aLICE => 409 EntityAlreadyExists.User",
            "Ram GetUser UserName=alice => 200",
            "Ram GetUser UserName=bob => 404 EntityNotExist.User",
            "Ram DeleteUser UserName=ALICE => 200",
            "Ram DeleteUser UserName=ALICE => 404 EntityNotExist.User",
        ]);
    }
}

#[test]
fn ims_names_users_by_their_principal_name() {
    let lines = [
        "Ims CreateUser UserPrincipalName=BOB => 400 MissingParameter",
        "Ims CreateUser UserPrincipalName=BOB&DisplayName=1234567890123456789012345 => 400 InvalidParameter.DisplayName.Length",
        "Ims CreateUser UserPrincipalName=bob@elsewhere&DisplayName=b => 404 EntityNotExist.Domain",
        "Ims CreateUser UserPrincipalName=bob&DisplayName=b => 400 InvalidParameter.UserPrincipalName.InvalidChars",
        "Ims CreateUser UserPrincipalName=BOB&DisplayName=b => 200",
        "Ims CreateUser UserPrincipalName=BOB&DisplayName=b => 409 EntityAlreadyExists.User",
        "Ims CreateAccessKey UserPrincipalName=BOB => 200",
        "Ims DeleteUser UserPrincipalName=BOB => 409 DeleteConflict.User.AccessKey",
        "Ims DeleteUser => 400 InvalidParameter.UserPrincipalName",
    ];
    let lines = lines.map(|line| line.replace("BOB", &format!("Bob@{ACCOUNT}.onaliyun.com")));
    for bench in benches() {
        bench.walk(&bench.console, &lines.each_ref().map(String::as_str));
        bench.walk(&bench.console, &["Ram GetUser UserName=bob => 200"]);
    }
}

#[test]
fn users_are_renamed_to_names_that_are_free() {
    let long = format!(
        "Ram UpdateUser UserName=bob&NewComments={} => 400 InvalidParameter.NewComments.Length",
        "x".repeat(129)
    );
    for bench in benches() {
        bench.walk(&bench.console, &[
            "Ram CreateUser UserName=alice => 200",
            "Ram CreateUser UserName=bob => 200",
            "Ram UpdateUser UserName=nobody&NewUserName=a => 404 EntityNotExist.User",
            "Ram UpdateUser UserName=bob&NewUserName=ALICE => 409 EntityAlreadyExists.User",
            "Ram UpdateUser UserName=bob&NewUserName=a/b => 400 InvalidParameter.NewUserName.InvalidChars",
            &long,
            "Ram UpdateUser UserName=bob&NewUserName=BOB => 200",
            "Ram UpdateUser UserName=bob&NewUserName=carol => 200",
            "Ram GetUser UserName=bob => 404 EntityNotExist.User",
            "Ram GetUser UserName=carol => 200",
        ]);
    }
}

#[test]
fn users_are_shown_as_each_service_shows_them() {
    for bench in benches() {
        let call = |service, action, parameters: &[_]| {
            bench.done(&bench.console, service, action, parameters)
        };
        let made = call(
            Ram,
            "CreateUser",
            &[("UserName", "Alice"), ("DisplayName", "A")],
        );
        let user = &made["User"];
        assert_eq!(user["UserName"], "Alice");
        assert_eq!(user["DisplayName"], "A");
        assert_eq!(user["CreateDate"], "2026-11-24T00:00:00Z");
        let id = user["UserId"].as_str().unwrap();
        assert_eq!(id.len(), 18);
        let pair = bench.new_pair("alice");
        let upn = format!("Alice@{ACCOUNT}.onaliyun.com");
        let by = [
            ("UserPrincipalName", upn.as_str()),
            ("UserId", id),
            ("UserAccessKeyId", &pair.0),
        ];
        for parameter in by {
            let found = call(Ims, "GetUser", &[parameter]);
            assert_eq!(found["User"]["UserName"], "Alice", "{parameter:?}");
            assert_eq!(found["User"]["UserPrincipalName"], upn.as_str());
        }
        let outcome = |by: &[_]| bench.outcome(&bench.console, Ims, "GetUser", by).1;
        assert_eq!(outcome(&[]), "InvalidParameter.UserPrincipalName");
        assert_eq!(outcome(&by[..2]), "InvalidParameter.UserPrincipalName");
        assert_eq!(outcome(&[("UserId", "1")]), "EntityNotExist.User");
        assert_eq!(
            outcome(&[("UserAccessKeyId", "x")]),
            "EntityNotExist.User.AccessKey"
        );
        let listed = call(Ims, "ListUsers", &[]);
        assert_eq!(
            listed["Users"]["User"][0]["UserPrincipalName"],
            upn.as_str()
        );
        assert_eq!(listed["Users"]["User"][0]["UserName"], Value::Null);
    }
}

#[test]
fn lists_of_users_come_in_pages() {
    for bench in benches() {
        for name in ["b", "a.b", "C", "a", "a-b"] {
            bench.done(&bench.console, Ram, "CreateUser", &[("UserName", name)]);
        }
        let mut seen = Vec::new();
        let mut marker = String::new();
        loop {
            let parameters = [("MaxItems", "2"), ("Marker", marker.as_str())];
            let page = bench.done(&bench.console, Ram, "ListUsers", &parameters);
            for user in page["Users"]["User"].as_array().unwrap() {
                seen.push(user["UserName"].as_str().unwrap().to_owned());
            }
            if page["IsTruncated"] == json!(false) {
                assert_eq!(page["Marker"], Value::Null);
                break;
            }
            page["Marker"].as_str().unwrap().clone_into(&mut marker);
        }
        assert_eq!(seen, ["a", "a-b", "a.b", "b", "C"]);
        for bad in ["0", "1001", "-1", "x"] {
            let outcome = bench.outcome(&bench.console, Ram, "ListUsers", &[("MaxItems", bad)]);
            assert_eq!(outcome, (400, "InvalidParameter.MaxItems".into()), "{bad}");
        }
    }
}

#[test]
fn an_account_has_5000_users() {
    let records = Box::new(Memory::new(account()));
    let mut open = records.open(&TurnedClock::new()).unwrap();
    for number in 1..5000 {
        let user = user(&format!("u{number}"), &number.to_string());
        open.put_user(&user).unwrap();
    }
    drop(open);
    let bench = Bench::over(records, true, None);
    bench.walk(
        &bench.console,
        &[
            "Ram CreateUser UserName=alice => 200",
            "Ram CreateUser UserName=bob => 409 LimitExceeded.User",
            "Ram DeleteUser UserName=U1 => 200",
            "Ram CreateUser UserName=bob => 200",
        ],
    );
}

#[test]
fn a_renamed_user_keeps_its_pairs() {
    for bench in benches() {
        bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "alice")]);
        bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "zoe")]);
        let pair = bench.new_pair("alice");
        let rename = [("UserName", "alice"), ("NewUserName", "Bob")];
        bench.done(&bench.console, Ram, "UpdateUser", &rename);
        let me = bench.done(&pair, Sts, "GetCallerIdentity", &[]);
        assert_eq!(me["Arn"], format!("acs:ram::{ACCOUNT}:user/Bob"));
        bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "alice")]);
        let fresh = bench.new_pair("alice");
        let me = bench.done(&fresh, Sts, "GetCallerIdentity", &[]);
        assert_eq!(me["Arn"], format!("acs:ram::{ACCOUNT}:user/alice"));
    }
}
