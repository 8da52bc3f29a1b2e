//! The client and the sandbox on one wire: what each test below calls is signed, checked, executed and read back.

mod lost;
#[cfg(feature = "server")]
mod roles;

use crate::cloud::{Assume, Client, Credentials, Error, Fault, answering, transport::Transport};
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::{AccountId, Owner},
    name::UserName,
    role::{ExternalId, RoleArn, SessionName},
    secret::Secret,
    time::{self, Span},
};
use crate::sandbox::{self, Account, Embedded, Gateway, Memory};
use crate::sys::clock::{Clock, SystemClock};
use std::sync::Arc;

const ACCOUNT: &str = "1234567890123456";

fn client() -> Client {
    client_over(|embedded| Arc::new(embedded))
}

fn client_over(wrap: impl Fn(Embedded) -> Arc<dyn Transport>) -> Client {
    let clock = Arc::new(SystemClock);
    let seed = || Secret::new("a-seed-for-tests".to_owned()).unwrap();
    let account = Account::new(AccountId::parse(ACCOUNT).unwrap(), clock.now(), "age");
    let gateway = Gateway::new(Box::new(Memory::new(account)), seed(), clock.clone(), true);
    let (id, secret) = sandbox::console_credentials(&seed()).unwrap();
    Client::new(
        wrap(Embedded::new(gateway)),
        Credentials {
            id,
            secret,
            token: None,
        },
        clock,
    )
}

fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

fn fault<T: std::fmt::Debug>(answer: Result<T, Error>) -> Fault {
    answer.unwrap_err().fault
}

#[test]
fn users_live_and_die() {
    let cloud = client();
    let made = cloud
        .create_user(&name("Alice"), "Alice A.", "first")
        .unwrap();
    assert_eq!(
        (
            made.name.as_str(),
            made.display_name.as_str(),
            made.comments.as_str()
        ),
        ("Alice", "Alice A.", "first")
    );
    assert_eq!(
        fault(cloud.create_user(&name("alice"), "x", "")),
        Fault::Exists
    );
    assert_eq!(cloud.user(&name("ALICE")).unwrap().user_id, made.user_id);
    let renamed = cloud
        .update_user(&name("alice"), Some(&name("bob")), Some("Bob"), None)
        .unwrap();
    assert_eq!(
        (renamed.name.as_str(), renamed.display_name.as_str()),
        ("bob", "Bob")
    );
    assert_eq!(fault(cloud.user(&name("alice"))), Fault::NoSuchUser);
    assert_eq!(cloud.user_by_id(&made.user_id).unwrap().name, name("bob"));
    cloud.delete_user(&name("bob")).unwrap();
    assert_eq!(fault(cloud.delete_user(&name("bob"))), Fault::NoSuchUser);
}

#[test]
fn a_list_of_users_is_read_to_its_last_page() {
    let cloud = client();
    for number in 0..250 {
        cloud
            .create_user(&name(&format!("user-{number:03}")), "u", "")
            .unwrap();
    }
    let users = cloud.users().unwrap();
    assert_eq!(users.len(), 250);
    assert_eq!(users[249].name.as_str(), "user-249");
    assert_eq!(
        cloud.default_domain().unwrap(),
        format!("{ACCOUNT}.onaliyun.com")
    );
}

#[test]
fn pairs_of_a_user_and_of_the_account() {
    let cloud = client();
    cloud.create_user(&name("alice"), "Alice", "").unwrap();
    for owner in [Owner::RamUser(name("alice")), Owner::Account] {
        let first = cloud
            .create_pair(&cloud.prepare_pair(&owner).unwrap())
            .unwrap();
        let as_first = cloud.signing_as(Credentials {
            id: first.id.to_string(),
            secret: first.secret,
            token: None,
        });
        let caller = as_first.caller_identity().unwrap();
        assert_eq!(
            (caller.owner(), caller.account_id.as_str()),
            (Some(owner.clone()), ACCOUNT)
        );
        assert!(cloud.last_used(&owner, &first.id).unwrap().is_some());
        cloud
            .create_pair(&cloud.prepare_pair(&owner).unwrap())
            .unwrap();
        assert_eq!(
            fault(cloud.create_pair(&cloud.prepare_pair(&owner).unwrap())),
            Fault::PairLimit
        );
        cloud
            .set_status(&owner, &first.id, Status::Inactive)
            .unwrap();
        assert_eq!(fault(as_first.caller_identity()), Fault::DisabledSigner);
        cloud.delete_pair(&owner, &first.id).unwrap();
        assert_eq!(fault(as_first.caller_identity()), Fault::UnknownSigner);
        assert_eq!(
            fault(cloud.delete_pair(&owner, &first.id)),
            Fault::NoSuchPair
        );
        assert_eq!(cloud.pairs(&owner).unwrap().len(), 1);
    }
}

#[test]
fn the_recycle_bin_gives_a_pair_back() {
    let cloud = client();
    let user = cloud.create_user(&name("alice"), "Alice", "").unwrap();
    let owner = Owner::RamUser(name("alice"));
    let pair = cloud
        .create_pair(&cloud.prepare_pair(&owner).unwrap())
        .unwrap();
    assert_eq!(cloud.user_of(&pair.id).unwrap().name, name("alice"));
    cloud.delete_pair(&owner, &pair.id).unwrap();
    assert_eq!(cloud.recycled(&user.user_id).unwrap().len(), 1);
    let recycled = cloud.recycled_pair(&pair.id).unwrap();
    assert_eq!(recycled.user_id.as_deref(), Some(user.user_id.as_str()));
    assert!(recycled.until.unwrap() > cloud.now());
    cloud.restore(&pair.id, &user.user_id).unwrap();
    assert_eq!(cloud.pairs(&owner).unwrap()[0].status, Status::Active);
    cloud.delete_pair(&owner, &pair.id).unwrap();
    cloud.purge(&pair.id, &user.user_id).unwrap();
    assert_eq!(fault(cloud.recycled_pair(&pair.id)), Fault::NoSuchPair);
}

#[test]
fn a_strangers_signature_is_refused() {
    let cloud = client();
    let wrong = |id: &str| {
        let secret = Secret::new("not-the-secret".to_owned()).unwrap();
        cloud.signing_as(Credentials {
            id: id.to_owned(),
            secret,
            token: None,
        })
    };
    assert_eq!(
        fault(wrong("LTAI5tSANDBOXnobody00000").caller_identity()),
        Fault::UnknownSigner
    );
    let error = wrong(&cloud.signer()).caller_identity().unwrap_err();
    assert_eq!(
        (error.fault, error.message.as_str()),
        (Fault::BadSignature, "")
    );
    let absent = AccessKeyId::parse("LTAI5tSANDBOXnobody00000").unwrap();
    assert_eq!(fault(cloud.user_of(&absent)), Fault::NoSuchPair);
}

#[test]
fn the_report_tells_of_everybody() {
    let cloud = client();
    for user in ["alice", "bob"] {
        cloud.create_user(&name(user), user, "").unwrap();
    }
    let owner = Owner::RamUser(name("alice"));
    let pair = cloud
        .create_pair(&cloud.prepare_pair(&owner).unwrap())
        .unwrap();
    cloud
        .set_status(&owner, &pair.id, Status::Inactive)
        .unwrap();
    let report = cloud.credential_report().unwrap();
    assert!(cloud.now() - report.generated_at < Span::days(1).delta());
    let rows = report
        .rows
        .iter()
        .map(|row| (row.owner.clone(), row.pairs.len()));
    assert_eq!(
        rows.collect::<Vec<_>>(),
        [
            (Owner::Account, 0),
            (owner, 1),
            (Owner::RamUser(name("bob")), 0)
        ]
    );
    let used = &report.rows[1].pairs[0];
    assert_eq!((used.active, used.last_used), (false, None));
    let preference = cloud.security_preference().unwrap();
    assert_eq!(
        (preference.users_manage_own_pairs, preference.idle_days),
        (false, Some(730))
    );
}

#[test]
fn half_a_session_is_none() {
    let role = RoleArn::parse("acs:ram::1:role/deployer").unwrap();
    let session = SessionName::parse("akm").unwrap();
    let external_id = ExternalId::parse("ticket:42").unwrap();
    let wanted = Assume {
        role: &role,
        session: &session,
        duration: Span::parse("1h").ok(),
        external_id: Some(&external_id),
        policy: None,
    };
    let whole = r#"{"AssumedRoleUser":{"Arn":"acs:ram::1:role/deployer/akm"},"Credentials":{"AccessKeyId":"STS.1","AccessKeySecret":"s3cr3t","SecurityToken":"t0k3n","Expiration":"2026-11-24T12:00:00Z"}}"#;
    let assumed = answering::with(200, whole).assume_role(&wanted).unwrap();
    assert_eq!(
        (assumed.credentials.id.as_str(), assumed.arn.as_str()),
        ("STS.1", "acs:ram::1:role/deployer/akm")
    );
    assert_eq!(time::format(assumed.until), "2026-11-24T12:00:00Z");
    for (part, instead) in [
        ("\"STS.1\"", "\"\""),
        ("\"STS.1\"", "\"../x\""),
        ("s3cr3t", ""),
        ("t0k3n", "a b"),
        (",\"SecurityToken\":\"t0k3n\"", ""),
        ("2026-11-24T12:00:00Z", "soon"),
    ] {
        let error = answering::with(200, &whole.replace(part, instead))
            .assume_role(&wanted)
            .unwrap_err();
        assert_eq!(error.fault, Fault::BadAnswer, "{part}");
        assert!(!error.to_string().contains("t0k3n"), "{error}");
    }
}
