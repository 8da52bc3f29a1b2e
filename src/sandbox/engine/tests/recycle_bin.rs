use super::ids;
use crate::cloud::transport::Service::{Ims, Ram, Sts};
use crate::sandbox::testing::{Bench, benches, credentials};
use chrono::TimeDelta;

#[test]
fn a_deleted_pair_rests_in_the_recycle_bin() {
    for bench in benches() {
        let (user_id, deleted) = four_deleted(&bench);
        assert_eq!(
            recycled(&bench, &user_id),
            deleted[1..],
            "the fourth pushes out the oldest"
        );
        let by = [("UserAccessKeyId", deleted[1].as_str())];
        let about = bench.done(&bench.console, Ims, "GetAccessKeyInfoInRecycleBin", &by);
        assert_eq!(about["AccessKey"]["UserId"], user_id);
        assert_eq!(about["AccessKey"]["RecycleDate"], "2026-11-24T01:00:00Z");
        assert_eq!(about["AccessKey"]["DeleteDate"], "2026-12-24T01:00:00Z");
        bench.turn(TimeDelta::days(30) - TimeDelta::hours(1));
        assert!(recycled(&bench, &user_id).is_empty(), "its time is over");
        let gone = bench.outcome(&bench.console, Ims, "GetAccessKeyInfoInRecycleBin", &by);
        assert_eq!(gone, (404, "EntityNotExist.User.AccessKey".into()));
    }
}

#[test]
fn a_recycled_pair_is_restored_or_purged() {
    for bench in benches() {
        let (user_id, deleted) = four_deleted(&bench);
        let lines = [
            "Ims GetAccessKeyInfoInRecycleBin UserAccessKeyId=K0 => 404 EntityNotExist.User.AccessKey",
            "Ims GetUser UserAccessKeyId=K1 => 404 EntityNotExist.User.AccessKey",
            "Ims RestoreAccessKeyFromRecycleBin UserAccessKeyId=K1 => 400 MissingParameter",
            "Ims RestoreAccessKeyFromRecycleBin UserAccessKeyId=K1&UserId=1 => 404 EntityNotExist.User",
            "Ims RestoreAccessKeyFromRecycleBin UserAccessKeyId=K0&UserId=ID => 404 EntityNotExist.User.AccessKey",
            "Ims RestoreAccessKeyFromRecycleBin UserAccessKeyId=K1&UserId=ID => 200",
            "Ims RestoreAccessKeyFromRecycleBin UserAccessKeyId=K1&UserId=ID => 404 EntityNotExist.User.AccessKey",
            "Ram CreateAccessKey UserName=alice => 200",
            "Ims RestoreAccessKeyFromRecycleBin UserAccessKeyId=K2&UserId=ID => 409 LimitExceeded.User.AccessKey",
            "Ims DeleteAccessKeyInRecycleBin UserAccessKeyId=K2&UserId=ID => 200",
            "Ims DeleteAccessKeyInRecycleBin UserAccessKeyId=K2&UserId=ID => 404 EntityNotExist.User.AccessKey",
            "Ims DeleteAccessKeyInRecycleBin UserAccessKeyId=K1&UserId=ID => 404 EntityNotExist.User.AccessKey",
            "Ims GetAccessKeyInfoInRecycleBin UserAccessKeyId=K3 => 200",
        ];
        let lines = lines.map(|line| {
            let line = line.replace("=ID", &format!("={user_id}"));
            (0..4).fold(line, |line, at| {
                line.replace(&format!("=K{at}"), &format!("={}", deleted[at]))
            })
        });
        bench.walk(&bench.console, &lines.each_ref().map(String::as_str));
        let restored = credentials(&deleted[1]);
        bench.done(&restored, Sts, "GetCallerIdentity", &[]);
        assert_eq!(recycled(&bench, &user_id), deleted[3..]);
    }
}

/// A user's id and its four pairs, deleted an hour apart.
fn four_deleted(bench: &Bench) -> (String, Vec<String>) {
    let made = bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "alice")]);
    let mut deleted = Vec::new();
    for _ in 0..4 {
        let id = bench.new_pair("alice").0;
        let parameters = [("UserName", "alice"), ("UserAccessKeyId", id.as_str())];
        bench.done(&bench.console, Ram, "DeleteAccessKey", &parameters);
        deleted.push(id);
        bench.turn(TimeDelta::hours(1));
    }
    (made["User"]["UserId"].as_str().unwrap().to_owned(), deleted)
}

fn recycled(bench: &Bench, user_id: &str) -> Vec<String> {
    let by = [("UserId", user_id)];
    ids(&bench.done(&bench.console, Ims, "ListAccessKeysInRecycleBin", &by))
}
