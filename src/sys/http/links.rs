//! Links of ureq's chain of connectors that see how far a request got.

use std::cell::Cell;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport as wire;

thread_local! {
    /// Whether the request of this thread has begun to leave. A call stays on its thread.
    static SENT: Cell<bool> = const { Cell::new(false) };
    /// Whether the proxy is at work on the tunnel.
    static AT_PROXY: Cell<bool> = const { Cell::new(false) };
}

/// Forgets how far the last request of this thread got.
pub(super) fn begin() {
    SENT.set(false);
    AT_PROXY.set(false);
}

pub(super) fn is_sent() -> bool {
    SENT.get()
}

pub(super) fn is_at_proxy() -> bool {
    AT_PROXY.get()
}

/// The system's names, where whatever goes wrong is that the name was not found: the system's error has no kind of its own.
#[derive(Debug, Default)]
pub(super) struct Names(DefaultResolver);

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: wire::NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout);
        found.map_err(|error| match error {
            ureq::Error::Io(_) => ureq::Error::HostNotFound,
            error => error,
        })
    }
}

/// Stands before and behind the links that ask a proxy for a tunnel.
#[derive(Debug)]
pub(super) enum Step {
    ToProxy,
    ToHost,
}

impl<T: wire::Transport> wire::Connector<T> for Step {
    type Out = T;

    fn connect(
        &self,
        details: &wire::ConnectionDetails,
        chained: Option<T>,
    ) -> Result<Option<T>, ureq::Error> {
        match self {
            // The connection to the proxy itself comes through here, too, without a proxy.
            Self::ToProxy if details.config.proxy().is_some() => AT_PROXY.set(true),
            Self::ToHost if chained.is_some() => AT_PROXY.set(false),
            _ => (),
        }
        Ok(chained)
    }
}

/// The last link of the chain, above TLS: what passes here is the request itself and no handshake.
#[derive(Debug)]
pub(super) struct Marker {
    pub(super) proxied: bool,
}

#[derive(Debug)]
pub(super) struct Marked<T> {
    inner: T,
    /// A proxy is asked for its tunnel through the same chain, and that is not the request.
    counts: bool,
}

impl<T: wire::Transport> wire::Connector<T> for Marker {
    type Out = Marked<T>;

    fn connect(
        &self,
        details: &wire::ConnectionDetails,
        chained: Option<T>,
    ) -> Result<Option<Marked<T>>, ureq::Error> {
        let counts = details.config.proxy().is_some() == self.proxied;
        Ok(chained.map(|inner| Marked { inner, counts }))
    }
}

impl<T: wire::Transport> wire::Transport for Marked<T> {
    fn buffers(&mut self) -> &mut dyn wire::Buffers {
        self.inner.buffers()
    }

    fn transmit_output(
        &mut self,
        amount: usize,
        timeout: wire::NextTimeout,
    ) -> Result<(), ureq::Error> {
        // Before the write: of one that fails, nobody knows how much left.
        SENT.set(SENT.get() || (self.counts && amount > 0));
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: wire::NextTimeout) -> Result<bool, ureq::Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
