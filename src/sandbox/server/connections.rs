//! Callers at the port, each bounded in what it may take.

use super::{Server, wire};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

const HEAD_TIME: Duration = Duration::from_secs(5);
const HEAD_SIZE: usize = 16 << 10;
const CONNECTIONS: usize = 256;

/// Takes callers in for as long as it is polled.
pub(super) async fn accept(listener: TcpListener, server: Arc<Server>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(connection(stream, server.clone()))),
            // Too many open files, most likely: others must close theirs first.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

/// One caller, for as many requests as it likes.
async fn connection(stream: TcpStream, server: Arc<Server>) {
    let _counted = Counted::new(&server.connections);
    if server.connections.load(Ordering::Relaxed) > CONNECTIONS {
        return wire::turn_away(&stream).await;
    }
    // Without it small answers wait for the caller's acknowledgements.
    let _ = stream.set_nodelay(true);
    let answer = service_fn(|request| server.clone().answer(request));
    // What ends a connection early is the caller's affair, or an injected fault.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_SIZE)
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}

/// One more of something, until it is dropped.
pub(super) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    pub(super) fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
