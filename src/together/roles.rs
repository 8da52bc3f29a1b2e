//! Roles on one wire: sessions that are lent, narrowed, and followed by the next.

use super::*;
use crate::cloud::transport::{Request, Response, Service, Undelivered};
use crate::sandbox::testing::TurnedClock;
use chrono::TimeDelta;
use std::sync::atomic::{AtomicU8, Ordering};

/// A RAM user with every permission, and a role that it may assume.
fn administrator() -> (Client, RoleArn) {
    administrator_over(Arc::new(SystemClock), |embedded| Arc::new(embedded))
}

fn administrator_over(
    clock: Arc<dyn Clock>,
    wrap: impl Fn(Embedded) -> Arc<dyn Transport>,
) -> (Client, RoleArn) {
    let seed = || Secret::new("a-seed-for-tests".to_owned()).unwrap();
    let account = Account::new(AccountId::parse(ACCOUNT).unwrap(), clock.now(), "age");
    let memory = Memory::new(account);
    let settled = sandbox::Administrator::settle(&memory, &seed(), &*clock).unwrap();
    let gateway = Gateway::new(Box::new(memory), seed(), clock.clone(), false);
    let credentials = Credentials {
        id: settled.access_key_id,
        secret: settled.access_key_secret,
        token: None,
    };
    let client = Client::new(wrap(Embedded::new(gateway)), credentials, clock);
    (client, RoleArn::parse(&settled.role_arn).unwrap())
}

#[test]
fn a_role_lends_a_session() {
    let (cloud, role) = administrator();
    let session = SessionName::parse("akm@host-1").unwrap();
    let external_id = ExternalId::parse("ticket:42").unwrap();
    let mut wanted = Assume {
        role: &role,
        session: &session,
        duration: Span::parse("15m").ok(),
        external_id: Some(&external_id),
        policy: None,
    };
    let assumed = cloud.assume_role(&wanted).unwrap();
    assert_eq!(assumed.arn, format!("{}/akm@host-1", role.as_str()));
    let left = (assumed.until - cloud.now()).num_seconds();
    assert!((890..=900).contains(&left), "{left}");
    assert!(assumed.credentials.id.starts_with("STS."));
    let as_role = cloud.signing_as(assumed.credentials);
    let caller = as_role.caller_identity().unwrap();
    assert_eq!(
        (caller.identity_type.as_str(), caller.owner()),
        ("AssumedRoleUser", None)
    );
    as_role.create_user(&name("alice"), "Alice", "").unwrap();
    assert_eq!(fault(as_role.assume_role(&wanted)), Fault::Denied);

    wanted.policy = Some(
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:GetUser","Resource":"*"}]}"#,
    );
    let narrowed = cloud.signing_as(cloud.assume_role(&wanted).unwrap().credentials);
    assert_eq!(narrowed.user(&name("alice")).unwrap().name, name("alice"));
    assert_eq!(fault(narrowed.delete_user(&name("alice"))), Fault::Denied);

    wanted.duration = Span::parse("13h").ok();
    assert_eq!(fault(cloud.assume_role(&wanted)), Fault::BadParameter);
    let absent = RoleArn::parse(&format!("acs:ram::{ACCOUNT}:role/absent")).unwrap();
    wanted.duration = None;
    wanted.role = &absent;
    assert_eq!(fault(cloud.assume_role(&wanted)), Fault::NoSuchEntity);
    // The account itself may not.
    assert_eq!(fault(client().assume_role(&wanted)), Fault::Denied);
}

/// Counts the sessions that are opened.
struct Opened(Embedded, Arc<AtomicU8>);

impl Transport for Opened {
    fn send(
        &self,
        service: Service,
        request: &Request,
        limit: usize,
        fresh: bool,
    ) -> Result<Response, Undelivered> {
        let action = ("x-acs-action".to_owned(), "AssumeRole".to_owned());
        let opens = u8::from(request.headers.contains(&action));
        self.1.fetch_add(opens, Ordering::Relaxed);
        self.0.send(service, request, limit, fresh)
    }

    fn host(&self, service: Service) -> String {
        self.0.host(service)
    }

    fn tries(&self) -> u32 {
        1
    }

    fn may_execute_late(&self) -> bool {
        false
    }
}

#[test]
fn a_session_is_followed_by_another_before_it_ends() {
    let (clock, opened) = (Arc::new(TurnedClock::new()), Arc::new(AtomicU8::new(0)));
    let count = opened.clone();
    let (pair, role) = administrator_over(clock.clone(), |embedded| {
        Arc::new(Opened(embedded, count.clone()))
    });
    let session = SessionName::parse("akm").unwrap();
    let cloud = pair.in_role(role, session, None).unwrap();
    let after = |minutes| {
        clock.turn(TimeDelta::minutes(minutes));
        let caller = cloud.caller_identity();
        (
            caller.map_err(|error| error.fault).map(drop),
            opened.load(Ordering::Relaxed),
        )
    };
    assert_eq!(cloud.signer(), pair.signer());
    assert_eq!(after(54), (Ok(()), 1));
    assert_eq!(after(2), (Ok(()), 2));
    // The signer's place is taken by what the cloud refuses: the session lasts while it lasts.
    let wrong = Secret::new("not-the-secret".to_owned()).unwrap();
    cloud.switch(&AccessKeyId::parse(&pair.signer()).unwrap(), wrong);
    assert_eq!(after(57), (Ok(()), 3));
    assert_eq!(after(5), (Err(Fault::BadSignature), 4));
}
