//! HTTP as akm wants it: one request, one answer, and the truth about how far the request got.
//!
//! HTTPS alone but for loopback addresses; certificates judged by the platform (`SSL_CERT_FILE` too); no redirects, no cookies, no
//! proxy from the environment, no second try; every wait and every size has a limit.

use std::cell::Cell;
use std::fmt::Write;
use std::io::{self, Read};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport as wire;
use ureq::{Agent, http};
use zeroize::Zeroizing;

/// From the first look at the name to the last byte of the answer.
const WHOLE: Duration = Duration::from_secs(30);
/// A wait may be told as over by so much too early.
const SLACK: Duration = Duration::from_secs(1);
const CONNECT: Duration = Duration::from_secs(5);
const HEADER: usize = 16 << 10;
/// Connections kept open for the next call: as many as a fleet's threads.
const KEPT: usize = 8;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Lost {
    /// Not one byte of the request was sent.
    NotSent(String),
    /// The other side could not show that it is who it should be; not one byte of the request was sent.
    Untrusted(String),
    /// Some of the request was sent.
    NoAnswer(String),
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Lower-case names.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A client for one host.
pub(crate) struct Http {
    plain: bool,
    proxy: Option<ureq::Proxy>,
    kept: OnceLock<Agent>,
    fresh: OnceLock<Agent>,
}

impl Http {
    /// `plain` allows `http://`, for an address that never leaves the machine. Nothing is opened, no certificate read, before a request.
    /// The error says why the proxy's address does not serve.
    pub(crate) fn new(plain: bool, proxy: Option<&str>) -> Result<Self, String> {
        let proxy = proxy.map(ureq::Proxy::new).transpose();
        Ok(Self {
            plain,
            proxy: proxy.map_err(|error| error.to_string())?,
            kept: OnceLock::new(),
            fresh: OnceLock::new(),
        })
    }

    /// Posts once. `fresh` opens a connection for this request and closes it after; otherwise one is used again. A body of more than
    /// `limit` bytes is [`Lost::NoAnswer`].
    pub(crate) fn post(
        &self,
        url: &str,
        headers: &[(String, String)],
        body: &[u8],
        limit: usize,
        fresh: bool,
    ) -> Result<Answer, Lost> {
        SENT.set(false);
        let mut request = self.agent(fresh).post(url);
        for (name, value) in headers.iter().filter(|(name, _)| name != "host") {
            request = request.header(name, value);
        }
        let begun = Instant::now();
        let answer = request.send(body);
        let answer = answer.map_err(|error| lost(&error, begun.elapsed()))?;
        read(answer, limit)
    }

    fn agent(&self, fresh: bool) -> &Agent {
        let (slot, kept) = if fresh {
            (&self.fresh, 0)
        } else {
            (&self.kept, KEPT)
        };
        slot.get_or_init(|| agent(self.plain, self.proxy.clone(), kept))
    }
}

fn agent(plain: bool, proxy: Option<ureq::Proxy>, kept: usize) -> Agent {
    let proxied = proxy.is_some();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let config = Agent::config_builder()
        .https_only(!plain)
        .proxy(proxy)
        .tls_config(tls)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent("")
        .accept("")
        .accept_encoding("")
        .timeout_global(Some(WHOLE))
        .timeout_connect(Some(CONNECT))
        .timeout_resolve(Some(CONNECT))
        .max_response_header_size(HEADER)
        .max_idle_connections(kept)
        .max_idle_connections_per_host(kept)
        .build();
    let chain = wire::Connector::chain((), wire::ConnectProxyConnector::default());
    let chain = wire::Connector::chain(chain, wire::TcpConnector::default());
    let chain = wire::Connector::chain(chain, wire::RustlsConnector::default());
    let chain = wire::Connector::chain(chain, Marker { proxied });
    Agent::with_parts(config, chain, DefaultResolver::default())
}

thread_local! {
    /// Whether the request of this thread has begun to leave. A call stays on its thread.
    static SENT: Cell<bool> = const { Cell::new(false) };
}

/// The last link of the chain, above TLS: what passes here is the request itself and no handshake.
#[derive(Debug)]
struct Marker {
    proxied: bool,
}

#[derive(Debug)]
struct Marked<T> {
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

fn read(mut answer: http::Response<ureq::Body>, limit: usize) -> Result<Answer, Lost> {
    let lost = |why: String| Lost::NoAnswer(why);
    let body = answer.body_mut();
    let said = body.content_length();
    let room = said.map_or(limit, |said| usize::try_from(said).unwrap_or(usize::MAX));
    if room > limit {
        return Err(lost(format!("it is longer than {limit} bytes")));
    }
    // Sized at once: a buffer that grows leaves copies of a secret behind. Wiped, should it break off.
    let mut content = Zeroizing::new(Vec::with_capacity(room + 1));
    let reader = body.with_config().limit(u64::MAX).reader();
    reader
        .take(limit as u64 + 1)
        .read_to_end(&mut content)
        .map_err(|error| lost(format!("it broke off: {}", in_words(&error))))?;
    if content.len() > limit {
        return Err(lost(format!("it is longer than {limit} bytes")));
    }
    let headers = answer.headers().iter();
    let text = |value: &http::HeaderValue| value.to_str().ok().map(str::to_owned);
    Ok(Answer {
        status: answer.status().as_u16(),
        headers: headers
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)))
            .collect(),
        body: std::mem::take(&mut *content),
    })
}

/// A system that gives a connection up is told like a time limit of ours: only the time that has passed tells them apart.
fn lost(error: &ureq::Error, passed: Duration) -> Lost {
    if let Some(why) = distrust(error) {
        return Lost::Untrusted(why);
    }
    let why = match error {
        ureq::Error::Io(error) => in_words(error),
        ureq::Error::Timeout(ureq::Timeout::Resolve) => {
            "its name could not be resolved in time".into()
        }
        ureq::Error::Timeout(ureq::Timeout::Connect) => "it did not take the call in time".into(),
        ureq::Error::Timeout(_) if passed + SLACK < WHOLE => "the connection was given up".into(),
        ureq::Error::Timeout(_) => format!("it did not answer within {} s", WHOLE.as_secs()),
        ureq::Error::HostNotFound => NO_NAME.into(),
        ureq::Error::ConnectProxyFailed(_) => "the proxy does not let the call through".into(),
        ureq::Error::RequireHttpsOnly(_) => "https alone is used".into(),
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => {
            "what it says is no HTTP".into()
        }
        _ => "the call failed".into(),
    };
    if SENT.get() {
        Lost::NoAnswer(why)
    } else {
        Lost::NotSent(why)
    }
}

/// An error of the system in its words; of a library that sits in one, in ours.
fn in_words(error: &io::Error) -> String {
    match error.get_ref() {
        None => error.to_string(),
        Some(_) if error.kind() == io::ErrorKind::TimedOut => "it took too long".to_owned(),
        Some(inner) if inner.is::<rustls::Error>() => "what it says is no TLS".to_owned(),
        Some(_) if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the connection was closed".to_owned()
        }
        // So the standard library says it, by an error that has no kind.
        Some(inner) if inner.to_string().starts_with("failed to lookup address") => {
            NO_NAME.to_owned()
        }
        Some(_) => error.kind().to_string(),
    }
}

const NO_NAME: &str = "the name could not be resolved";

/// Why the certificate was not taken, if that is it.
fn distrust(error: &ureq::Error) -> Option<String> {
    use rustls::CertificateError as C;
    let inner = match error {
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref::<rustls::Error>()?,
        ureq::Error::Rustls(inner) => inner,
        _ => return None,
    };
    let why = match inner {
        rustls::Error::InvalidCertificate(C::UnknownIssuer) => unknown_issuer(),
        rustls::Error::InvalidCertificate(
            C::NotValidForName | C::NotValidForNameContext { .. },
        ) => "its certificate is for another name".to_owned(),
        rustls::Error::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => {
            "its certificate has expired".to_owned()
        }
        rustls::Error::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. }) => {
            "its certificate is not valid yet".to_owned()
        }
        rustls::Error::InvalidCertificate(_) => "its certificate cannot be trusted".to_owned(),
        rustls::Error::General(why) if why.contains("cert") => {
            let mut told = "no certificates to trust were found".to_owned();
            let _ = write!(told, "{}", roots().unwrap_or_default());
            told
        }
        _ => return None,
    };
    Some(why)
}

fn unknown_issuer() -> String {
    let why = "its certificate is signed by nobody that this system trusts";
    roots().map_or_else(|| why.to_owned(), |file| format!("{why}{file}"))
}

/// A file of roots that is named and does not serve shows only as an unknown issuer.
fn roots() -> Option<String> {
    let file = std::env::var_os("SSL_CERT_FILE")?;
    let held = std::fs::read(&file);
    let name = std::path::Path::new(&file).display();
    match held {
        Err(error) => Some(format!("; `SSL_CERT_FILE` names `{name}`: {error}")),
        Ok(text) if !text.windows(10).any(|window| window == b"BEGIN CERT") => Some(format!(
            "; `SSL_CERT_FILE` names `{name}`, which holds no certificate"
        )),
        Ok(_) => None,
    }
}
