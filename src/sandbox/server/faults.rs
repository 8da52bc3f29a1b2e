//! What goes wrong on the way, by order: a queue of faults, each for the next requests that it is about.

use crate::cloud::transport::Request;
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Orders that wait at once.
const MOST: usize = 1000;

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Effect {
    /// Not executed, the connection dropped.
    LoseRequest,
    /// Executed, the connection dropped.
    LoseAnswer,
    /// Executed, and the connection dropped in the midst of the answer.
    CutBody,
    /// Not executed; the status is the answer's.
    FailBefore(u16),
    /// Executed, and answered as if it had failed.
    FailAfter(u16),
    /// Not executed; `x-acs-retry-after` in milliseconds, if any.
    Throttle(Option<u64>),
    /// The connection dropped, and executed that much later.
    ExecuteLate(Duration),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    LoseRequest,
    LoseAnswer,
    CutBody,
    FailBefore,
    FailAfter,
    Throttle,
    ExecuteLate,
}

/// An order as `POST /_control` takes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    fault: Kind,
    /// The API's name; every request when it is absent.
    action: Option<String>,
    /// For how many requests.
    #[serde(default = "one")]
    count: u32,
    #[serde(default = "unavailable")]
    status: u16,
    #[serde(default)]
    delay_ms: u32,
    retry_after_ms: Option<u64>,
}

fn one() -> u32 {
    1
}

fn unavailable() -> u16 {
    503
}

impl Order {
    /// Whether it can be carried out: a failure is a 5xx.
    fn is_sound(&self) -> bool {
        self.count > 0 && (500..600).contains(&self.status)
    }

    fn effect(&self) -> Effect {
        match self.fault {
            Kind::LoseRequest => Effect::LoseRequest,
            Kind::LoseAnswer => Effect::LoseAnswer,
            Kind::CutBody => Effect::CutBody,
            Kind::FailBefore => Effect::FailBefore(self.status),
            Kind::FailAfter => Effect::FailAfter(self.status),
            Kind::Throttle => Effect::Throttle(self.retry_after_ms),
            Kind::ExecuteLate => Effect::ExecuteLate(Duration::from_millis(self.delay_ms.into())),
        }
    }
}

#[derive(Default)]
pub(super) struct Faults(Mutex<Vec<Order>>);

impl Faults {
    /// False for an order that makes no sense, or when too many wait.
    pub(super) fn add(&self, order: Order) -> bool {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = order.is_sound() && orders.len() < MOST;
        if taken {
            orders.push(order);
        }
        taken
    }

    pub(super) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// What the oldest order that is about this request wants of it.
    pub(super) fn next(&self, request: &Request) -> Option<Effect> {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if orders.is_empty() {
            return None;
        }
        let action = action_of(request);
        let about = |order: &Order| {
            order
                .action
                .as_deref()
                .is_none_or(|name| Some(name) == action)
        };
        let at = orders.iter().position(about)?;
        let effect = orders[at].effect();
        orders[at].count -= 1;
        if orders[at].count == 0 {
            orders.remove(at);
        }
        Some(effect)
    }
}

/// The API that the request names, in a header (V3, V4) or in the query (V1).
fn action_of(request: &Request) -> Option<&str> {
    request.header("x-acs-action").or_else(|| {
        let mut named = request.query.iter().filter(|(name, _)| name == "Action");
        named.next().map(|(_, action)| action.as_str())
    })
}
