//! A look: the owner's pairs, whose secrets can be read, and what a request without an answer made.

use super::Live;
use crate::cloud::Fault;
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    event::Event,
    open_work::{Made, OpenWork, Request},
    plan::Ask,
    policy,
    seen::{List, Listed},
};
use crate::ops::{
    Failure,
    drive::{EventLog, World},
    issue, leak, profile,
};
use crate::store::{self, SecretName};
use base64::prelude::{BASE64_STANDARD, Engine};
use chrono::TimeDelta;

impl Live<'_> {
    pub(super) fn look(&mut self, log: &mut impl EventLog) -> Result<(), Failure> {
        self.see_list(log)?;
        self.find_what_the_request_made(log)?;
        self.see_stores(log)?;
        self.know(log.open())
    }

    /// Looks and writes nothing down.
    pub(in crate::ops) fn see(&mut self, log: &impl EventLog) -> Result<(), Failure> {
        self.see_list(log)?;
        self.see_stores(log)
    }

    fn see_list(&mut self, log: &impl EventLog) -> Result<(), Failure> {
        let asked_at = self.now();
        let keys = self.list(log.open())?;
        self.seen.list = Some(List {
            asked_at,
            pairs: keys.iter().map(listed).collect(),
        });
        self.listed = keys;
        Ok(())
    }

    fn see_stores(&mut self, log: &impl EventLog) -> Result<(), Failure> {
        self.read_secrets(log)?;
        self.find_targets(log.open())?;
        self.find_room(log.open())
    }

    /// Of a RAM user that is gone nothing is listed. What leaked there is for a person to forget: the user may have another name by now.
    fn list(&self, open: &OpenWork) -> Result<Vec<AccessKey>, Failure> {
        match self.session.cloud.pairs(self.owner) {
            Err(error) if error.fault == Fault::NoSuchUser => match open.leaked.first() {
                Some(id) => Err(leak::no_such_user(error, id)),
                None if open.is_empty() => Err(error.into()),
                None => Ok(Vec::new()),
            },
            Err(error) if !open.leaked.is_empty() => Err(leak::protected(self.owner, error)),
            listed => Ok(listed?),
        }
    }

    /// A pair that appeared around the request is ours if a store that akm alone writes to has its secret; else it is a suspect.
    fn find_what_the_request_made(&mut self, log: &mut impl EventLog) -> Result<(), Failure> {
        let Some(request) = log.open().request.clone() else {
            return Ok(());
        };
        if let Some((id, made)) = self.adoptable(log.open(), &request)? {
            log.append(Event::Created(id.clone(), made))?;
            // An earlier look may have had to suspect it.
            self.session.journal.resolve(&id)?;
            return Ok(());
        }
        super::suspects::suspects(self.session, self.owner, log.open(), &request, &self.listed)
            .map(drop)
    }

    /// A keyring proves nothing: another home may use it too.
    fn adoptable(
        &self,
        open: &OpenWork,
        request: &Request,
    ) -> Result<Option<(AccessKeyId, Made)>, Failure> {
        let store = self.session.stores.open(request.keeping.store)?;
        if !store.durable() {
            return Ok(None);
        }
        let record = self.session.record(self.owner)?;
        let is_imported = |id: &AccessKeyId| record.pair(id).is_some_and(|pair| pair.imported);
        // The clocks may differ by five minutes.
        let since = request.signed_at - TimeDelta::minutes(5);
        for key in &self.listed {
            let is_known = request.before.contains(&key.id) || open.made.contains_key(&key.id);
            if is_known || key.created_at < since || is_imported(&key.id) {
                continue;
            }
            let Some(secret) = store.get(&SecretName::pair(&key.id))? else {
                continue;
            };
            let sealed = store.seal(&request.keeping.recipient, &secret)?;
            let made = Made {
                created_at: key.created_at,
                sealed: BASE64_STANDARD.encode(sealed),
                keeping: request.keeping.clone(),
                replaced: false,
            };
            return Ok(Some((key.id.clone(), made)));
        }
        Ok(None)
    }

    /// Only secrets on which a decision hangs are read: of made pairs, of the incoming one, and beside a leak of all that may stand in.
    fn read_secrets(&mut self, log: &impl EventLog) -> Result<(), Failure> {
        let open = log.open();
        let record = self.session.record(self.owner)?;
        let claimed = record
            .access_keys
            .iter()
            .filter(|pair| pair.secret_store.is_some());
        self.seen.claimed = claimed.map(|pair| pair.access_key_id.clone()).collect();
        let mut ids: Vec<AccessKeyId> = open.made.keys().cloned().collect();
        ids.extend(open.replacement.iter().map(|it| it.new.clone()));
        if !open.leaked.is_empty() {
            ids.extend(self.listed.iter().map(|key| key.id.clone()));
            ids.extend(open.leaked.iter().cloned());
        }
        (self.seen.readable, self.seen.stored) = Default::default();
        for id in ids {
            self.read_secret(log, &id)?;
        }
        Ok(())
    }

    fn read_secret(&mut self, log: &impl EventLog, id: &AccessKeyId) -> Result<(), Failure> {
        let leaked = log.open().leaked.contains(id);
        let store = self.session.stores.open(self.store_of(log, id)?);
        let secret = store.and_then(|store| store::or_lost(store.get(&SecretName::pair(id))));
        let secret = match secret {
            // The secret of what leaked is not needed, but for being dropped.
            Err(_) if leaked => None,
            secret => secret?,
        };
        let Some(secret) = secret else {
            if leaked && self.seen.claimed.contains(id) {
                self.seen.stored.insert(id.clone());
            }
            return Ok(());
        };
        self.seen.stored.insert(id.clone());
        let is_own = match log.open().made.get(id).filter(|_| !leaked) {
            // Another pair's secret in the place of this one's is as good as none.
            Some(made) => {
                issue::unseal(self.session, made).map_or(true, |sealed| sealed.same_as(&secret))
            }
            None => true,
        };
        if is_own {
            self.seen.readable.insert(id.clone());
        }
        Ok(())
    }

    fn find_targets(&mut self, open: &OpenWork) -> Result<(), Failure> {
        self.seen.targets.clear();
        for id in &open.leaked {
            if profile::signing_with(self.session, id)?.is_some() {
                self.seen.targets.insert(id.clone());
            }
        }
        Ok(())
    }

    /// The account's quota is asked for only where the usual one is reached and a pair may have to be made.
    pub(in crate::ops) fn asks_for_room(&self, open: &OpenWork) -> bool {
        let makes = self.ask == Ask::Create || !open.leaked.is_empty();
        makes && self.listed.len() >= policy::PAIRS_PER_OWNER
    }

    fn find_room(&mut self, open: &OpenWork) -> Result<(), Failure> {
        if self.asks_for_room(open) {
            self.seen.limits.pairs = issue::most_pairs(&self.session.cloud, self.owner)?;
        }
        Ok(())
    }
}

fn listed(key: &AccessKey) -> (AccessKeyId, Listed) {
    let listed = Listed {
        status: key.status,
        created_at: key.created_at,
    };
    (key.id.clone(), listed)
}
