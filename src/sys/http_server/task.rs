//! How a [`super::Handler`] waits without keeping the server's other callers waiting.

use super::Dropped;
use std::future::Future;
use std::time::Duration;

/// Waits. The runtime's shortest wait is a millisecond, so none is waited where none is wanted.
pub(crate) async fn sleep(span: Duration) {
    if !span.is_zero() {
        tokio::time::sleep(span).await;
    }
}

/// Lets the work go on beside the answer.
pub(crate) fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    drop(tokio::spawn(work));
}

/// Does what waits for files and locks on another thread, of which there are four. [`Dropped`] where it panics.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Dropped> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Dropped)
}
