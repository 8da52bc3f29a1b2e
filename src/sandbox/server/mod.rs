//! The sandbox behind a port of this machine, for official SDKs: the one place with an async runtime, of one thread.
//!
//! Time and size are bounded before anything is believed: a request's head must be whole in 5 s and 16 KiB, its body in 10 s and
//! 1 MiB, and at most 256 callers are connected.

mod connections;
mod control;
mod faults;
mod stop;
mod wire;

use super::Gateway;
use super::refusal::Refusal;
use crate::cloud::transport::{Request, Response};
use connections::Counted;
use faults::{Effect, Faults};
use hyper::body::Incoming;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::sleep;
use wire::{Body, Gone};

/// How long a stop waits for requests that are being answered, and then for their last bytes to leave.
const FAREWELL: Duration = Duration::from_secs(1);
const LAST_BYTES: Duration = Duration::from_millis(20);

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
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(4)
        .build()?;
    runtime.block_on(async {
        let stop = stop::Stop::new()?;
        let listener = TcpListener::bind(address).await?;
        let server = Arc::new(Server::new(gateway, settings));
        if listening(listener.local_addr()?) {
            let accepting = tokio::spawn(connections::accept(listener, server.clone()));
            stop.asked().await;
            accepting.abort();
            server.finish().await;
        }
        Ok(())
    })
}

struct Server {
    gateway: Arc<Gateway>,
    settings: Settings,
    faults: Faults,
    connections: AtomicUsize,
    busy: AtomicUsize,
}

impl Server {
    fn new(gateway: Gateway, settings: Settings) -> Self {
        Self {
            gateway: Arc::new(gateway),
            settings,
            faults: Faults::default(),
            connections: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
        }
    }

    async fn answer(
        self: Arc<Self>,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<Body>, Gone> {
        let _counted = Counted::new(&self.busy);
        let request = match wire::read(request).await {
            Ok(request) => request,
            Err(refusal) => return wire::write(wire::refused(refusal), false),
        };
        if let Some(answer) = self.control(&request) {
            return wire::write(answer, false);
        }
        sleep_for(self.settings.latency).await;
        self.clone().under_fault(request).await
    }

    /// The answer, or what the next fault makes of it.
    async fn under_fault(self: Arc<Self>, request: Request) -> Result<hyper::Response<Body>, Gone> {
        let refuse = |refusal| wire::write(wire::refused(refusal), false);
        match self.faults.next(&request) {
            None => wire::write(self.execute(request).await?, false),
            Some(Effect::LoseRequest) => Err(Gone),
            Some(Effect::LoseAnswer) => self.execute(request).await.and(Err(Gone)),
            Some(Effect::CutBody) => wire::write(self.execute(request).await?, true),
            Some(Effect::FailBefore(status)) => refuse(failure(status)),
            Some(Effect::FailAfter(status)) => {
                self.execute(request).await?;
                refuse(failure(status))
            }
            Some(Effect::Throttle(retry_after)) => refuse(Refusal::throttled(retry_after)),
            Some(Effect::ExecuteLate(delay)) => {
                tokio::spawn(async move {
                    sleep(delay).await;
                    self.execute(request).await
                });
                Err(Gone)
            }
        }
    }

    async fn execute(&self, request: Request) -> Result<Response, Gone> {
        if !self.settings.blocking {
            return Ok(self.gateway.answer(&request));
        }
        let gateway = self.gateway.clone();
        let answered = tokio::task::spawn_blocking(move || gateway.answer(&request));
        answered.await.map_err(|_| Gone)
    }

    /// Waits, within reason, until nobody is being answered.
    async fn finish(&self) {
        let until = tokio::time::Instant::now() + FAREWELL;
        while self.busy.load(Ordering::Relaxed) > 0 && tokio::time::Instant::now() < until {
            sleep(Duration::from_millis(5)).await;
        }
        sleep(LAST_BYTES).await;
    }
}

/// The timer's shortest wait is a millisecond, so none is waited where none is wanted.
async fn sleep_for(span: Duration) {
    if !span.is_zero() {
        sleep(span).await;
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
