//! Callers at the port, each bounded in what it may take.

use super::message::{self, Dropped, Malformed};
use super::{Handler, body::Body};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// For the first head of a caller, and for the time between two heads. OkHttp looks whether a connection is open still only after 10 s
/// without use: a server that closes it earlier fails the next call.
const FIRST_HEAD_TIME: Duration = Duration::from_secs(5);
const HEAD_TIME: Duration = Duration::from_secs(75);
const HEAD_SIZE: usize = 16 << 10;
const CONNECTIONS: usize = 256;

/// What answers, and how many are connected and being answered.
pub(super) struct Callers<H> {
    handler: Arc<H>,
    connected: AtomicUsize,
    busy: AtomicUsize,
}

impl<H: Handler> Callers<H> {
    pub(super) fn new(handler: H) -> Self {
        Self {
            handler: Arc::new(handler),
            connected: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
        }
    }

    /// Returns whether anybody is being answered.
    pub(super) fn are_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed) > 0
    }

    async fn answer(
        self: Arc<Self>,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<Body>, Dropped> {
        let _counted = Counted::new(&self.busy);
        match message::read(request).await {
            Ok(request) => message::write(self.handler.clone().answer(request).await?),
            Err(why) => message::write(self.handler.refuse(why)),
        }
    }
}

/// Takes callers in for as long as it is polled.
pub(super) async fn accept<H: Handler>(listener: TcpListener, callers: Arc<Callers<H>>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(connection(stream, callers.clone()))),
            // Too many open files, most likely: others must close theirs first.
            Err(_) => super::task::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Serves one caller, for as many requests as it likes.
async fn connection<H: Handler>(stream: TcpStream, callers: Arc<Callers<H>>) {
    let _counted = Counted::new(&callers.connected);
    if callers.connected.load(Ordering::Relaxed) > CONNECTIONS {
        let refusal = callers.handler.refuse(Malformed::NoRoom);
        return message::turn_away(&stream, &refusal).await;
    }
    // Without it small answers wait for the caller's acknowledgements.
    let _ = stream.set_nodelay(true);
    let has_asked = AtomicBool::new(false);
    let answer = service_fn(|request| {
        has_asked.store(true, Ordering::Relaxed);
        callers.clone().answer(request)
    });
    let serve = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_SIZE)
        .serve_connection(TokioIo::new(stream), answer);
    let mut serve = pin!(serve);
    let is_slow = timeout(FIRST_HEAD_TIME, &mut serve).await.is_err();
    if is_slow && has_asked.load(Ordering::Relaxed) {
        // What ends a connection early is the caller's affair, or the handler's wish.
        let _ = serve.await;
    }
}

/// One more of something, until it is dropped.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
