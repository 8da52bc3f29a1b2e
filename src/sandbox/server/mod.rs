//! The sandbox behind a port of this machine, for official SDKs. What it takes of a request is bounded by [`http_server`].

mod control;
mod faults;
mod wire;

use super::Gateway;
use super::refusal::Refusal;
use crate::cloud::transport::{Request, Response};
use crate::sys::http_server::{self, Answer, Dropped, Handler, Malformed, task};
use faults::{Effect, Faults};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// How the server is to be.
pub(crate) struct Settings {
    /// Every answer comes that much later.
    pub(crate) latency: Duration,
    /// Requests a second for each API; any number when it is `None`.
    pub(crate) rate: Option<u32>,
    /// How long a new pair is not found.
    pub(crate) propagation: Duration,
    /// Whether records wait for files and locks, so that requests must not be answered where all others wait for them.
    pub(crate) blocking: bool,
    /// What `POST /_control` must bear; without it there is no such path.
    pub(crate) control_token: Option<String>,
}

/// Serves until SIGINT or SIGTERM. `listening` is told the address as soon as requests are taken, and says whether to go on.
/// Errors are those of taking the address and of the runtime.
pub(crate) fn serve(
    address: SocketAddr,
    mut gateway: Gateway,
    settings: Settings,
    listening: impl FnOnce(SocketAddr) -> bool,
) -> io::Result<()> {
    gateway.conditions.rate = settings.rate;
    gateway.conditions.propagation =
        chrono::TimeDelta::from_std(settings.propagation).map_err(io::Error::other)?;
    let server = http_server::Server::bind(address)?;
    let address = server.address()?;
    server.run_until_signal(Sandbox::new(gateway, settings), || listening(address))
}

struct Sandbox {
    gateway: Arc<Gateway>,
    settings: Settings,
    faults: Faults,
}

impl Handler for Sandbox {
    async fn answer(self: Arc<Self>, request: http_server::Request) -> Result<Answer, Dropped> {
        let request = wire::read(request);
        if let Some(answer) = self.control(&request) {
            return Ok(wire::write(answer, false));
        }
        task::sleep(self.settings.latency).await;
        self.under_fault(request).await
    }

    fn refuse(&self, why: Malformed) -> Answer {
        wire::malformed(why)
    }
}

impl Sandbox {
    fn new(gateway: Gateway, settings: Settings) -> Self {
        Self {
            gateway: Arc::new(gateway),
            settings,
            faults: Faults::default(),
        }
    }

    /// The answer, or what the next fault makes of it.
    async fn under_fault(self: Arc<Self>, request: Request) -> Result<Answer, Dropped> {
        let refuse = |refusal| Ok(wire::write(wire::refused(refusal), false));
        match self.faults.next(&request) {
            None => Ok(wire::write(self.execute(request).await?, false)),
            Some(Effect::LoseRequest) => Err(Dropped),
            Some(Effect::LoseAnswer) => self.execute(request).await.and(Err(Dropped)),
            Some(Effect::CutBody) => Ok(wire::write(self.execute(request).await?, true)),
            Some(Effect::FailBefore(status)) => refuse(failure(status)),
            Some(Effect::FailAfter(status)) => {
                self.execute(request).await?;
                refuse(failure(status))
            }
            Some(Effect::Throttle(retry_after)) => refuse(Refusal::throttled(retry_after)),
            Some(Effect::ExecuteLate(delay)) => {
                task::spawn(async move {
                    task::sleep(delay).await;
                    let _ = self.execute(request).await;
                });
                Err(Dropped)
            }
        }
    }

    async fn execute(&self, request: Request) -> Result<Response, Dropped> {
        if !self.settings.blocking {
            return Ok(self.gateway.answer(&request));
        }
        let gateway = self.gateway.clone();
        task::blocking(move || gateway.answer(&request)).await
    }
}

fn failure(status: u16) -> Refusal {
    let (code, message) = if status == 503 {
        ("ServiceUnavailable", "a temporary failure of the server")
    } else {
        ("InternalError", "some unknown error")
    };
    let message = format!("The request processing has failed due to {message}.");
    Refusal::new(status, code, message)
}
