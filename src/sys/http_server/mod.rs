//! A small HTTP/1 server on a port of this machine: the one place with an async runtime, of one thread.
//!
//! Time and size are bounded before anything is believed: a caller's first head must be whole in 5 s, each later one 75 s after
//! the answer before it, a head in 16 KiB, a body in 10 s and 1 MiB, and at most 256 callers are connected. What a request means is the business of its [`Handler`].

mod body;
mod connections;
mod message;
mod stop;
pub(crate) mod task;

pub(crate) use message::{Answer, Dropped, Malformed, Request};

use connections::Callers;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// How long a stop waits for requests that are being answered, and then for their last bytes to leave.
const FAREWELL: Duration = Duration::from_secs(1);
const LAST_BYTES: Duration = Duration::from_millis(20);

/// What answers requests. Both functions run on the server's one thread, so that neither may wait but by [`task`].
pub(crate) trait Handler: Send + Sync + 'static {
    /// Returns the answer to one request that came whole; [`Dropped`] closes the connection instead.
    fn answer(
        self: Arc<Self>,
        request: Request,
    ) -> impl Future<Output = Result<Answer, Dropped>> + Send;

    /// Returns the answer to a request that did not come whole, or that has no room.
    fn refuse(&self, why: Malformed) -> Answer;
}

/// A port that is taken; callers queue there until the server runs.
pub(crate) struct Server {
    runtime: Runtime,
    listener: TcpListener,
}

impl Server {
    /// Takes that address; port 0 is a free one. Errors are those of taking the address and of the runtime.
    pub(crate) fn bind(address: SocketAddr) -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(4)
            .build()?;
        let listener = runtime.block_on(TcpListener::bind(address))?;
        Ok(Self { runtime, listener })
    }

    /// Takes a free port of 127.0.0.1, which no other machine reaches.
    pub(crate) fn on_loopback() -> io::Result<Self> {
        Self::bind((Ipv4Addr::LOCALHOST, 0).into())
    }

    /// Returns the address with the port that was taken.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until SIGINT or SIGTERM, neither of which kills the process by then. `ready` runs when a signal is safe, and says whether to go on.
    pub(crate) fn run_until_signal(
        self,
        handler: impl Handler,
        ready: impl FnOnce() -> bool,
    ) -> io::Result<()> {
        let callers = Arc::new(Callers::new(handler));
        self.runtime.block_on(async {
            let stop = stop::Stop::new()?;
            if ready() {
                let accepting = tokio::spawn(connections::accept(self.listener, callers.clone()));
                stop.asked().await;
                accepting.abort();
                finish(&callers).await;
            }
            Ok(())
        })
    }

    /// Serves on a thread of its own for as long as the process lives. Signals stay as they are.
    pub(crate) fn run_in_background(self, handler: impl Handler) -> io::Result<()> {
        let callers = Arc::new(Callers::new(handler));
        let serve = move || {
            self.runtime
                .block_on(connections::accept(self.listener, callers));
        };
        let thread = std::thread::Builder::new().name("http-server".to_owned());
        thread.spawn(serve).map(drop)
    }
}

/// Waits, within reason, until nobody is being answered.
async fn finish<H: Handler>(callers: &Callers<H>) {
    let until = tokio::time::Instant::now() + FAREWELL;
    while callers.are_busy() && tokio::time::Instant::now() < until {
        task::sleep(Duration::from_millis(5)).await;
    }
    task::sleep(LAST_BYTES).await;
}
