//! `POST /_control`, where the server was started with it: faults for tests. The body is one JSON object.
//!
//! ```text
//! {"fault": "lose-request" | "lose-answer" | "cut-body" | "fail-before" | "fail-after" | "throttle" | "execute-late",
//!  "action"?: "CreateAccessKey", "count"?: 1, "status"?: 503, "retry_after_ms"?: 500, "delay_ms"?: 200}
//! {"leaked": "<AccessKey ID>"}
//! {"clear": true}
//! ```

use super::Sandbox;
use super::faults::Order;
use super::wire;
use crate::cloud::transport::{Request, Response};
use crate::core::secret::Secret;
use crate::sandbox::refusal::Refusal;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(untagged)]
enum Wish {
    Fault(Order),
    Leaked(Leaked),
    Clear(Clear),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Leaked {
    leaked: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clear {
    clear: bool,
}

impl Sandbox {
    /// The answer to an order; `None` for any other request, and for all where the server has no control.
    pub(super) fn control(&self, request: &Request) -> Option<Response> {
        let token = self.settings.control_token.as_deref()?;
        if request.path != "/_control" {
            return None;
        }
        let done = if request.method == "POST" && bears(request, token) {
            self.obey(&request.body)
        } else {
            Err(Refusal::no_permission("The control token is wanted."))
        };
        Some(match done {
            Ok(()) => Response {
                status: 200,
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: b"{}".to_vec(),
                date: None,
            },
            Err(refusal) => wire::refused(refusal),
        })
    }

    fn obey(&self, body: &[u8]) -> Result<(), Refusal> {
        let invalid = || Refusal::new(400, "InvalidParameter", "The order is not understood.");
        match serde_json::from_slice(body).map_err(|_| invalid())? {
            Wish::Fault(order) => {
                let taken = self.faults.add(order);
                taken.then_some(()).ok_or_else(invalid)
            }
            Wish::Leaked(Leaked { leaked }) => {
                self.gateway.conditions.mark_leaked(&leaked);
                Ok(())
            }
            Wish::Clear(Clear { clear }) => {
                if clear {
                    self.faults.clear();
                }
                Ok(())
            }
        }
    }
}

fn bears(request: &Request, token: &str) -> bool {
    let given = request
        .header("authorization")
        .and_then(|it| it.strip_prefix("Bearer "));
    let secret = |text: &str| Secret::new(text.to_owned()).ok();
    match (given.and_then(secret), secret(token)) {
        (Some(given), Some(token)) => given.same_as(&token),
        _ => false,
    }
}
