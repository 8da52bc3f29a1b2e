use super::*;
use crate::core::{credentials::StsSession, secret::Secret};
use chrono::TimeDelta;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Instant;

/// A clock that the test turns, and the failures that were said, each with the time until which the old session is valid.
#[derive(Default)]
struct World {
    minutes: AtomicI64,
    said: Mutex<Vec<(&'static str, Option<Timestamp>)>>,
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::minutes(self.minutes.load(SeqCst))
    }

    fn sleep(&self, _: Duration) {}
}

fn session(id: &str, until: i64) -> Credentials {
    let secret = |text: &str| Secret::new(text.to_owned()).unwrap();
    Credentials {
        id: id.to_owned(),
        secret: secret("made-up"),
        session: Some(StsSession {
            token: secret("token"),
            until: Timestamp::UNIX_EPOCH + TimeDelta::minutes(until),
        }),
    }
}

/// A session that is valid until minute 30, renewed by `open`, whose thread looks at the clock all the time.
fn served(
    world: &Arc<World>,
    open: impl Fn() -> Result<Credentials, &'static str> + Send + 'static,
) -> Arc<SharedSession> {
    let shared = Arc::new(SharedSession {
        state: Mutex::new(State {
            session: Arc::new(session("STS.OLD", 30)),
            is_wanted: false,
            begun: 0,
            ended: 0,
        }),
        changed: Condvar::new(),
        clock: world.clone(),
    });
    let world = world.clone();
    let provider = Provider {
        open: Box::new(open),
        warn: Box::new(move |failure, until| world.said.lock().unwrap().push((failure, until))),
    };
    let look = Duration::from_millis(5);
    shared.clone().renew_on_a_thread(provider, look).unwrap();
    shared
}

fn id(shared: &SharedSession) -> Option<String> {
    shared.valid().map(|session| session.id.clone())
}

#[track_caller]
fn comes(condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_session_is_renewed_while_more_than_fifteen_minutes_are_left() {
    let world = Arc::new(World::default());
    let shared = served(&world, || Ok(session("STS.NEW", 60)));
    world.minutes.store(12, SeqCst);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(id(&shared).as_deref(), Some("STS.OLD"));
    world.minutes.store(14, SeqCst);
    comes(|| id(&shared).as_deref() == Some("STS.NEW"));
    assert!(world.said.lock().unwrap().is_empty());
}

#[test]
fn an_old_session_is_served_to_its_end_and_no_longer_and_a_failure_is_said_once() {
    let world = Arc::new(World::default());
    let shared = served(&world, || Err("denied"));
    world.minutes.store(29, SeqCst);
    comes(|| shared.lock().ended > 2);
    assert_eq!(id(&shared).as_deref(), Some("STS.OLD"));
    assert_eq!(
        shared.valid().unwrap().session.as_ref().unwrap().until,
        session("", 30).session.unwrap().until
    );
    world.minutes.store(30, SeqCst);
    assert!(id(&shared).is_none());
    let renewal = shared.ask();
    comes(|| shared.has_ended(renewal));
    let said = world.said.lock().unwrap();
    let until = Timestamp::UNIX_EPOCH + TimeDelta::minutes(30);
    assert_eq!(*said, [("denied", Some(until))]);
}

#[test]
fn who_asks_and_gets_none_causes_a_renewal_that_is_not_the_failed_one() {
    let world = Arc::new(World::default());
    let works = Arc::new(AtomicI64::new(0));
    let answers = works.clone();
    let shared = served(&world, move || match answers.load(SeqCst) {
        0 => Err("unavailable"),
        _ => Ok(session("STS.NEW", 90)),
    });
    world.minutes.store(31, SeqCst);
    let failed = shared.ask();
    comes(|| shared.has_ended(failed));
    assert!(id(&shared).is_none());
    works.store(1, SeqCst);
    shared.ask();
    comes(|| id(&shared).as_deref() == Some("STS.NEW"));
}

#[test]
fn a_session_that_is_renewed_is_handed_out_meanwhile() {
    let world = Arc::new(World::default());
    let (begun, is_begun) = std::sync::mpsc::channel();
    let (go_on, may_go_on) = std::sync::mpsc::channel();
    let shared = served(&world, move || {
        begun.send(()).unwrap();
        may_go_on.recv().unwrap();
        Ok(session("STS.NEW", 60))
    });
    world.minutes.store(20, SeqCst);
    is_begun.recv().unwrap();
    assert_eq!(id(&shared).as_deref(), Some("STS.OLD"));
    go_on.send(()).unwrap();
    comes(|| id(&shared).as_deref() == Some("STS.NEW"));
}
