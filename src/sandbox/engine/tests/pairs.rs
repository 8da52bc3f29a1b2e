use super::ids;
use crate::cloud::transport::Service::{Ims, Ram, Sts};
use crate::sandbox::testing::{ACCOUNT, benches, credentials};
use chrono::TimeDelta;
use serde_json::{Value, json};

#[test]
fn pairs_are_two_an_owner() {
    for bench in benches() {
        bench.walk(&bench.console, &["Ram CreateUser UserName=Alice => 200"]);
        let (one, two) = (bench.new_pair("alice").0, bench.new_pair("ALICE").0);
        let list = |service, parameters: &[_]| {
            ids(&bench.done(&bench.console, service, "ListAccessKeys", parameters))
        };
        let name = ("UserName", "alice");
        assert_eq!(list(Ram, &[name]), [one.clone(), two]);
        let lines = [
            "Ram CreateAccessKey UserName=alice => 409 LimitExceeded.User.AccessKey",
            "Ram CreateAccessKey UserName=bob => 404 EntityNotExist.User",
            "Ram CreateAccessKey => 400 MissingParameter",
            "Ram ListAccessKeys UserName=bob => 404 EntityNotExist.User",
            "Ram UpdateAccessKey UserName=alice&UserAccessKeyId=ONE => 400 MissingParameter",
            "Ram UpdateAccessKey UserName=alice&Status=Active => 400 MissingParameter",
            "Ram UpdateAccessKey UserName=alice&UserAccessKeyId=ONE&Status=active => 400 InvalidParameter.Status",
            "Ram UpdateAccessKey UserName=alice&UserAccessKeyId=x&Status=Active => 404 EntityNotExist.User.AccessKey",
            "Ims UpdateAccessKey UserAccessKeyId=ONE&Status=Active => 404 EntityNotExist.User.AccessKey",
            "Ram DeleteUser UserName=alice => 409 DeleteConflict.User.AccessKey",
            "Ram DeleteAccessKey UserName=alice&UserAccessKeyId=ONE => 200",
            "Ram DeleteAccessKey UserName=alice&UserAccessKeyId=ONE => 404 EntityNotExist.User.AccessKey",
            "Ram UpdateAccessKey UserName=alice&UserAccessKeyId=ONE&Status=Active => 404 EntityNotExist.User.AccessKey",
            "Ram GetAccessKeyLastUsed UserName=alice&UserAccessKeyId=ONE => 404 EntityNotExist.User.AccessKey",
            "Ram CreateAccessKey UserName=alice => 200",
        ];
        let lines = lines.map(|line| line.replace("ONE", &one));
        bench.walk(&bench.console, &lines.each_ref().map(String::as_str));
        assert_eq!(list(Ram, &[name]).len(), 2);
        assert_eq!(list(Ims, &[]), [""; 0]);
    }
}

#[test]
fn ims_shows_the_change_of_a_pair() {
    for bench in benches() {
        let made = bench.done(&bench.console, Ims, "CreateAccessKey", &[]);
        let id = made["AccessKey"]["AccessKeyId"].as_str().unwrap();
        bench.turn(TimeDelta::hours(2));
        let parameters = [("UserAccessKeyId", id), ("Status", "Inactive")];
        bench.done(&bench.console, Ims, "UpdateAccessKey", &parameters);
        let listed = bench.done(&bench.console, Ims, "ListAccessKeys", &[]);
        let expected = json!([{
            "AccessKeyId": id,
            "Status": "Inactive",
            "CreateDate": "2026-11-24T00:00:00Z",
            "UpdateDate": "2026-11-24T02:00:00Z",
        }]);
        assert_eq!(listed["AccessKeys"]["AccessKey"], expected);
    }
}

#[test]
fn the_use_of_a_pair_is_noted_once_an_hour() {
    for bench in benches() {
        bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "alice")]);
        let pair = bench.new_pair("alice");
        let upn = format!("alice@{ACCOUNT}.onaliyun.com");
        let used = || {
            let by = [
                ("UserPrincipalName", upn.as_str()),
                ("UserAccessKeyId", &pair.0),
            ];
            let used = bench.done(&bench.console, Ims, "GetAccessKeyLastUsed", &by);
            let text = |field: &str| {
                used["AccessKeyLastUsed"][field]
                    .as_str()
                    .unwrap()
                    .to_owned()
            };
            (text("LastUsedDate"), text("ServiceName"))
        };
        assert_eq!(used(), (String::new(), String::new()));
        let sign = || bench.done(&pair, Sts, "GetCallerIdentity", &[]);
        sign();
        assert_eq!(used(), ("2026-11-24T00:00:00Z".into(), "Sts".into()));
        bench.turn(TimeDelta::minutes(59));
        sign();
        assert_eq!(used().0, "2026-11-24T00:00:00Z");
        bench.turn(TimeDelta::minutes(1));
        sign();
        assert_eq!(used().0, "2026-11-24T01:00:00Z");
    }
}

#[test]
fn the_account_s_own_pairs_act_for_it_and_are_recycled() {
    for bench in benches() {
        let made = bench.done(&bench.console, Ims, "CreateAccessKey", &[]);
        let id = made["AccessKey"]["AccessKeyId"].as_str().unwrap();
        let root = credentials(id);
        let me = bench.done(&root, Sts, "GetCallerIdentity", &[]);
        assert_eq!(me["IdentityType"], "Account");
        assert_eq!(me["Arn"], format!("acs:ram::{ACCOUNT}:root"));
        assert_eq!(me["AccountId"], ACCOUNT);
        assert_eq!(me["UserId"], Value::Null);
        bench.walk(
            &root,
            &[
                "Ims CreateAccessKey => 200",
                "Ims CreateAccessKey => 409 LimitExceeded.User.AccessKey",
                &format!("Ims DeleteAccessKey UserAccessKeyId={id} => 200"),
            ],
        );
        bench.walk(&bench.console, &[
            &format!("Ims GetAccessKeyInfoInRecycleBin UserAccessKeyId={id} => 200"),
            &format!("Ims RestoreAccessKeyFromRecycleBin UserAccessKeyId={id}&UserId={ACCOUNT} => 200"),
        ]);
        bench.done(&root, Sts, "GetCallerIdentity", &[]);
    }
}

#[test]
fn many_at_once_get_two_pairs() {
    for bench in benches() {
        bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "alice")]);
        let create = || {
            bench
                .outcome(
                    &bench.console,
                    Ram,
                    "CreateAccessKey",
                    &[("UserName", "alice")],
                )
                .0
        };
        let mut statuses = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6).map(|_| scope.spawn(create)).collect();
            let join = |thread: std::thread::ScopedJoinHandle<'_, u16>| thread.join().unwrap();
            threads.into_iter().map(join).collect::<Vec<_>>()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 409, 409, 409, 409]);
    }
}
