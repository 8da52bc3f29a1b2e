//! The cloud's weather: how often it may be asked, how long it takes a new pair to be known everywhere, and pairs that it holds
//! for leaked. Fair unless the server was told otherwise.

use super::engine::{Operation, unknown_pair};
use super::refusal::Refusal;
use crate::cloud::transport::Service;
use crate::core::time::Timestamp;
use chrono::TimeDelta;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A bucket counts in millionths of a request, so that a microsecond at one request a second fills it by one.
const REQUEST: i64 = 1_000_000;

#[derive(Default)]
pub(super) struct Conditions {
    /// Requests a second for each API; any number when it is `None`.
    pub(super) rate: Option<u32>,
    /// How long a new pair is not found.
    pub(super) propagation: TimeDelta,
    changing: Mutex<Changing>,
}

#[derive(Default)]
struct Changing {
    buckets: HashMap<String, Bucket>,
    /// New pairs, and when they are known everywhere.
    unsettled: HashMap<String, Timestamp>,
    leaked: HashSet<String>,
}

struct Bucket {
    level: i64,
    at: Timestamp,
}

impl Conditions {
    /// From now on the pair is refused by RAM and IMS ("restrictive protection" of a leaked pair).
    #[cfg(feature = "server")]
    pub(super) fn mark_leaked(&self, id: &str) {
        self.changing().leaked.insert(id.to_owned());
    }

    /// `InvalidAccessKeyId.NotFound` for a pair that is too new.
    pub(super) fn check_settled(&self, id: &str, now: Timestamp) -> Result<(), Refusal> {
        if self.propagation <= TimeDelta::zero() {
            return Ok(());
        }
        let settled_at = self.changing().unsettled.get(id).copied();
        settled_at.map_or(Ok(()), |at| {
            if now < at {
                Err(unknown_pair())
            } else {
                Ok(())
            }
        })
    }

    pub(super) fn note_new(&self, id: &str, now: Timestamp) {
        if self.propagation > TimeDelta::zero() {
            let mut changing = self.changing();
            changing.unsettled.retain(|_, at| now < *at);
            changing
                .unsettled
                .insert(id.to_owned(), now + self.propagation);
        }
    }

    /// Of a request whose signature holds: `Forbidden` for a leaked pair in RAM and IMS, `Throttling.User`.
    pub(super) fn check(
        &self,
        id: &str,
        operation: &Operation<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let mut changing = self.changing();
        if operation.service != Service::Sts && changing.leaked.contains(id) {
            let message = "There is a risk of leakage of this AccessKey.";
            return Err(Refusal::new(403, "Forbidden", message));
        }
        let Some(rate) = self.rate else {
            return Ok(());
        };
        let api = format!("{:?} {}", operation.service, operation.action);
        let bucket = changing
            .buckets
            .entry(api)
            .or_insert_with(|| Bucket::full(rate, now));
        bucket
            .take(i64::from(rate), now)
            .map_err(|wait| Refusal::throttled(Some(wait)))
    }

    fn changing(&self) -> MutexGuard<'_, Changing> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn full(rate: u32, now: Timestamp) -> Self {
        Self {
            level: i64::from(rate) * REQUEST,
            at: now,
        }
    }

    /// Takes one request out; else says in how many milliseconds there will be one.
    fn take(&mut self, rate: i64, now: Timestamp) -> Result<(), u64> {
        let passed = (now - self.at)
            .num_microseconds()
            .unwrap_or(i64::MAX)
            .max(0);
        let filled = self.level.saturating_add(passed.saturating_mul(rate));
        self.level = filled.min(rate * REQUEST);
        self.at = now;
        if self.level >= REQUEST {
            self.level -= REQUEST;
            return Ok(());
        }
        let wait = (REQUEST - self.level) / (rate * 1000) + 1;
        Err(wait.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::time::parse;

    #[test]
    fn a_bucket_gives_its_rate_and_says_how_long_to_wait() {
        let start = parse("2026-11-24T00:00:00Z").unwrap();
        let mut bucket = Bucket::full(2, start);
        let mut take = |milliseconds| bucket.take(2, start + TimeDelta::milliseconds(milliseconds));
        assert_eq!(take(0), Ok(()));
        assert_eq!(take(0), Ok(()));
        assert_eq!(take(0), Err(501));
        assert_eq!(take(400), Err(101));
        assert_eq!(take(502), Ok(()));
        assert_eq!((take(60_000), take(60_000)), (Ok(()), Ok(())));
        assert!(
            take(60_000).is_err(),
            "no more than a second's worth is kept"
        );
    }
}
