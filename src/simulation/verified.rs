//! What a rotation makes of the cloud's word when the new pair asks who it is.

use super::cloud::{ACCOUNT, client, owner, signed_by_console};
use super::deeds::Deed;
use super::dice::Dice;
use super::fate::Fate;
use super::faults::{Fault, action};
use super::starts::Starts;
use super::wire::Wire;
use super::world::World;
use crate::cloud::transport::{Request, Response, Service, Transport, Undelivered};
use crate::core::{access_key::Status, plan::Wait, time::Span};
use crate::ops::{
    Kind,
    problem::{Half, PairsLeft, Problem, Rotation},
    rotate,
};
use crate::store::StoreKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Clone, Copy)]
enum Says {
    /// Another than the one that it is.
    Account,
    User,
    /// Nothing but that.
    Only(Fault),
}

struct Asked {
    wire: Wire,
    says: Says,
    times: AtomicU32,
}

impl Transport for Asked {
    fn send(
        &self,
        service: Service,
        request: &Request,
        limit: usize,
        fresh: bool,
    ) -> Result<Response, Undelivered> {
        let told = self.wire.send(service, request, limit, fresh);
        if action(request) != "GetCallerIdentity" || signed_by_console(request) {
            return told;
        }
        self.times.fetch_add(1, Ordering::Relaxed);
        let mut told = told?;
        let body = String::from_utf8_lossy(&told.body);
        told.body = match self.says {
            Says::Account => body.replace(ACCOUNT, "6543210987654321").into_bytes(),
            Says::User => body.replace("user/alice", "user/mallory").into_bytes(),
            Says::Only(fault) => return fault.answer(Some(&told), self.wire.world.now()),
        };
        Ok(told)
    }

    fn host(&self, service: Service) -> String {
        self.wire.host(service)
    }

    fn tries(&self) -> u32 {
        self.wire.tries()
    }

    fn may_execute_late(&self) -> bool {
        self.wire.may_execute_late()
    }
}

/// How a rotation ends, and how often the new pair asked.
fn ends(says: Says) -> (Kind, u32) {
    let plain = Starts::new().plain(&Deed::Rotate(0, 0), StoreKind::Age);
    let world: Arc<World> = plain[0].copy(plain[0].nature, Fate::new(Dice::new(0), true));
    let old = world.cloud.live()[0].id.clone();
    let (run, mut session) = world.session();
    let wire = Wire {
        world: world.clone(),
        run,
    };
    let asked = Arc::new(Asked {
        wire,
        says,
        times: AtomicU32::new(0),
    });
    session.cloud = client(asked.clone(), world.clock.clone());
    let wish = rotate::Wish {
        overlap: Span::ZERO,
        grace: Span::days(0),
        finish_only: false,
        older_than: None,
        replace: None,
        said: rotate::Said::default(),
    };
    let failure = rotate::rotate(&session, &owner(), &wish).err().unwrap();
    assert_eq!(world.cloud.status(&old), Some(Status::Active));
    assert_eq!(world.cloud.live().len(), 2);
    let is_told = match &*failure.problem {
        Problem::HalfDone(Half::Rotation { left, .. }, _) => *left == PairsLeft::Both,
        Problem::Rotation(Rotation::Waits(it)) => it.wait == Wait::Lag,
        _ => false,
    };
    assert!(is_told, "{:?}", failure.problem);
    (failure.kind, asked.times.load(Ordering::Relaxed))
}

#[test]
fn the_new_pair_is_somebody_elses() {
    for says in [Says::Account, Says::User] {
        assert_eq!(ends(says), (Kind::HalfDone, 1));
    }
}

#[test]
fn the_new_pair_is_not_known_for_a_minute_and_a_half() {
    let (kind, times) = ends(Says::Only(Fault::Lagging));
    assert_eq!(kind, Kind::HalfDone);
    // From a fifth of a second on, each pause twice as long as the one before, up to eight seconds.
    assert_eq!(times, 17);
}

#[test]
fn what_no_waiting_helps_is_asked_once() {
    assert_eq!(ends(Says::Only(Fault::Forbidden)), (Kind::HalfDone, 1));
}
