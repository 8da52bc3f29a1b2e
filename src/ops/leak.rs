//! A pair that others may have: it is disabled first, then replaced, then deleted, its secret too.

use super::{
    Failure, Kind, Session,
    advice::{Advice, Purpose},
    live::{Deed, Order, Went},
    problem::{Crowd, FirstToGo, Pair},
    remark::{Of, Remark},
    session::no_such_pair,
    standing::{self, Standing, State},
    stop, two_pairs,
    work::Work,
};
use crate::cloud::{Error, Fault};
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    event::Event,
    open_work::OpenWork,
    plan::Ask,
};
use crate::metadata::inventory::OwnerRecord;

/// Takes the pair that leaked out of use at once, even if it is the owner's last: the one that is named, or its only one. Another pair takes
/// its place, if it is Active and held, else a new one. `Denied` when akm signs with it, or the cloud protects it; `HalfDone` when it is
/// disabled and nothing can take its place.
pub(crate) fn leaked(
    session: &Session,
    owner: &Owner,
    named: Option<&AccessKeyId>,
) -> Result<Standing, Failure> {
    let mut work = Work::begin(session, owner)?;
    if named.is_none() && !work.open().leaked.is_empty() {
        return go_on(&mut work);
    }
    if let Some(id) = named {
        not_the_signer(&session.cloud.signer(), owner, id)?;
    }
    work.check_signer()?;
    let id = which(session, owner, work.open(), named)?;
    not_the_signer(&session.cloud.signer(), owner, &id)?;
    mark(&mut work, &id)?;
    let standing = go_on(&mut work)?;
    if standing.state == State::None {
        session.tell.note(Remark::Pair(id, Of::DeletedBefore));
    }
    Ok(standing)
}

/// Written down before the cloud is asked for anything: whoever goes on disables the pair first, and it is not handed out any more. In that
/// order: marked and not in the journal, it could take the place of another pair, and nobody would hand it out.
fn mark(work: &mut Work, id: &AccessKeyId) -> Result<(), Failure> {
    if !work.open().leaked.contains(id) {
        work.append(Event::Leaked(id.clone()))?;
    }
    let mut record = work.session.record(&work.owner)?;
    if let Some(pair) = record.pair_mut(id).filter(|pair| !pair.leaked) {
        pair.leaked = true;
        work.session.inventory.save(&record)?;
    }
    // Who says that it leaked knows of it.
    work.session.journal.resolve(id)?;
    Ok(())
}

fn go_on(work: &mut Work) -> Result<Standing, Failure> {
    let went = work.go(Ask::Continue, Order::none())?;
    let standing =
        standing::of(work, &went).map_err(|failure| match work.open().leaked.first() {
            Some(id) if failure.kind != Kind::HalfDone => {
                failure.half_done(stop::leak(work.open(), &went.seen, id))
            }
            _ => failure,
        })?;
    tell_of_dropped(work, &went, &standing);
    Ok(standing)
}

/// Beside a rotation that goes on, or another leak, what is said at the end is of that.
fn tell_of_dropped(work: &Work, went: &Went, standing: &Standing) {
    for deed in &went.deeds {
        if let Deed::Dropped(id) = deed
            && standing.old.as_ref() != Some(id)
        {
            let deleted = Remark::Pair(id.clone(), Of::Deleted);
            work.session.tell.note(deleted);
        }
    }
}

pub(in crate::ops) fn is_known(record: &OwnerRecord, open: &OpenWork, id: &AccessKeyId) -> bool {
    record.pair(id).is_some() || open.made.contains_key(id)
}

/// Returns the pair that is meant. One that akm knows needs no list; without an id, the owner's only pair is.
pub(in crate::ops) fn which(
    session: &Session,
    owner: &Owner,
    open: &OpenWork,
    named: Option<&AccessKeyId>,
) -> Result<AccessKeyId, Failure> {
    let record = session.record(owner)?;
    if let Some(id) = named.filter(|id| is_known(&record, open, id)) {
        return Ok(id.clone());
    }
    let mut shown = session
        .cloud
        .pairs(owner)
        .map_err(|error| protected(owner, error))?;
    if named.is_none() {
        add_unlisted(&mut shown, &record);
    }
    match (named, shown.as_slice()) {
        (Some(id), shown) if shown.iter().any(|key| key.id == *id) => Ok(id.clone()),
        (Some(id), _) => Err(no_such_pair(id)),
        (None, []) => Err(Pair::NoneOf(owner.clone()).into()),
        (None, [only]) => Ok(only.id.clone()),
        (None, shown) => {
            let why = (Crowd::Leak, FirstToGo::Nothing);
            Err(two_pairs::too_many(owner, shown, Some(&record), why))
        }
    }
}

/// A list that lags may lack the very pair that leaked.
fn add_unlisted(shown: &mut Vec<AccessKey>, record: &OwnerRecord) {
    for pair in record.live() {
        if shown.iter().all(|key| key.id != pair.access_key_id) {
            shown.push(AccessKey {
                id: pair.access_key_id.clone(),
                status: pair.status,
                created_at: pair.created_at,
            });
        }
    }
    shown.sort_by_key(|key| key.created_at);
}

/// Of a RAM user that is gone, or has another name by now, nobody is to wait for ever.
pub(in crate::ops) fn no_such_user(error: Error, id: &AccessKeyId) -> Failure {
    Failure::from(error).advise([Advice::FindUser(id.clone(), Purpose::RetireLeaked)])
}

/// A pair under leak protection may call neither RAM nor IMS.
pub(in crate::ops) fn protected(owner: &Owner, error: Error) -> Failure {
    let protected = error.fault == Fault::LeakProtected;
    let failure = Failure::from(error);
    if protected {
        failure.advise([Advice::UseConsole(owner.clone(), None)])
    } else {
        failure
    }
}

/// `Denied` for the pair that akm signs with: what it may do, its finder may undo.
pub(in crate::ops) fn not_the_signer(
    signer: &str,
    owner: &Owner,
    id: &AccessKeyId,
) -> Result<(), Failure> {
    if signer != id.as_str() {
        return Ok(());
    }
    Err(Pair::CannotRetireItself(id.clone(), owner.clone()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::{
        Client, Credentials,
        transport::{Request, Response, Service, Transport, Undelivered},
    };
    use crate::core::{name::UserName, secret::Secret};
    use crate::ops::problem::Problem;
    use crate::sys::clock::SystemClock;
    use std::sync::Arc;

    /// A cloud that refuses everything with this code.
    struct Refusing(&'static str);

    impl Transport for Refusing {
        fn send(
            &self,
            _: Service,
            _: &Request,
            _: usize,
            _: bool,
        ) -> Result<Response, Undelivered> {
            Ok(Response {
                status: 403,
                headers: Vec::new(),
                body: format!("{{\"Code\":\"{}\"}}", self.0).into_bytes(),
                date: None,
            })
        }

        fn host(&self, _: Service) -> String {
            "localhost".to_owned()
        }

        fn tries(&self) -> u32 {
            1
        }

        fn may_execute_late(&self) -> bool {
            false
        }
    }

    fn alice() -> Owner {
        Owner::RamUser(UserName::parse("alice").unwrap())
    }

    fn refused(code: &'static str) -> Failure {
        let credentials = Credentials {
            id: "LTAI1".to_owned(),
            secret: Secret::new("a-secret".to_owned()).unwrap(),
            token: None,
        };
        let cloud = Client::new(Arc::new(Refusing(code)), credentials, Arc::new(SystemClock));
        protected(&alice(), cloud.pairs(&alice()).unwrap_err())
    }

    #[test]
    fn leak_protection_leads_to_the_console() {
        let failure = refused("Forbidden");
        assert_eq!(failure.kind, Kind::Denied);
        assert_eq!(failure.advice, [Advice::UseConsole(alice(), None)]);
        let other = refused("NoPermission");
        assert_eq!(other.kind, Kind::Denied);
        assert!(other.advice.is_empty());
    }

    #[test]
    fn so_does_the_pair_that_signs() {
        let id = AccessKeyId::parse("LTAI1").unwrap();
        assert!(not_the_signer("LTAI2", &alice(), &id).is_ok());
        for owner in [alice(), Owner::Account] {
            let failure = not_the_signer("LTAI1", &owner, &id).unwrap_err();
            let Problem::Pair(Pair::CannotRetireItself(signs, of)) = *failure.problem else {
                panic!("{failure:?}");
            };
            assert_eq!((failure.kind, signs, of), (Kind::Denied, id.clone(), owner));
        }
    }
}
