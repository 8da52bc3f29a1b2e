//! HTTP as akm wants it: one request, one answer, and the truth about how far the request got.
//!
//! HTTPS alone but for loopback addresses; certificates judged by the platform (`SSL_CERT_FILE` and `SSL_CERT_DIR` too); no redirects, no cookies, no
//! proxy but the one that is given, no second try; every wait and every size has a limit.

mod distrust;
mod links;
mod why;

use crate::core::proxy::{Protocol, Proxy};
use links::{Names, Step};
use std::io::Read;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport as wire;
use ureq::{Agent, ProxyProtocol, http};
use zeroize::Zeroizing;

/// From the first look at the name to the last byte of the answer.
const WHOLE: Duration = Duration::from_secs(30);
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
    /// The proxy refuses to make a tunnel; not one byte of the request was sent.
    Refused(String),
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
    proxy: Option<Proxy>,
    kept: OnceLock<Agent>,
    fresh: OnceLock<Agent>,
}

impl Http {
    /// `plain` allows `http://`, for an address that never leaves the machine. Nothing is opened, no certificate read, before a request.
    pub(crate) fn new(plain: bool, proxy: Option<Proxy>) -> Self {
        Self {
            plain,
            proxy,
            kept: OnceLock::new(),
            fresh: OnceLock::new(),
        }
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
        links::begin();
        let agent = self.agent(fresh).map_err(Lost::NotSent)?;
        let mut request = agent.post(url);
        for (name, value) in headers.iter().filter(|(name, _)| name != "host") {
            request = request.header(name, value);
        }
        let begun = Instant::now();
        let answer = request.send(body);
        let answer = answer.map_err(|error| self.lost(&error, begun.elapsed()))?;
        read(answer, limit)
    }

    /// Whose fault it is hangs on how far the request got: the proxy's until its tunnel stands.
    fn lost(&self, error: &ureq::Error, passed: Duration) -> Lost {
        if let Some(proxy) = self.proxy.as_ref().filter(|_| links::is_at_proxy()) {
            return match why::refusal(proxy, error) {
                Some(why) => Lost::Refused(why),
                None => Lost::NotSent(why::of_proxy(proxy, error, passed)),
            };
        }
        if let Some(why) = distrust::distrust(error) {
            return Lost::Untrusted(why);
        }
        let why = why::of_host(error, passed);
        if links::is_sent() {
            Lost::NoAnswer(why)
        } else {
            Lost::NotSent(why)
        }
    }

    fn agent(&self, fresh: bool) -> Result<&Agent, String> {
        let (slot, kept) = if fresh {
            (&self.fresh, 0)
        } else {
            (&self.kept, KEPT)
        };
        if let Some(agent) = slot.get() {
            return Ok(agent);
        }
        let proxy = self.proxy.as_ref().map(|proxy| {
            let built = with_login(proxy).build();
            built.map_err(|_| format!("{} is no address of a proxy", proxy.name))
        });
        let proxy = proxy.transpose()?;
        Ok(slot.get_or_init(|| agent(self.plain, proxy, kept)))
    }
}

/// What the proxy's address says, and who asks it.
fn with_login(proxy: &Proxy) -> ureq::ProxyBuilder {
    let address = &proxy.address;
    let protocol = match address.protocol {
        Protocol::Http => ProxyProtocol::Http,
        Protocol::Socks5 => ProxyProtocol::Socks5,
        Protocol::Socks5h => ProxyProtocol::Socks5h,
    };
    let built = ureq::Proxy::builder(protocol);
    let built = built.host(&address.host).port(address.port);
    match &proxy.login {
        Some(login) => {
            let (user, password) = login.reveal();
            built.username(&user).password(&password)
        }
        None => built,
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
    let chain = wire::Connector::chain((), Step::ToProxy);
    let chain = wire::Connector::chain(chain, wire::ConnectProxyConnector::default());
    let chain = wire::Connector::chain(chain, wire::SocksConnector::default());
    let chain = wire::Connector::chain(chain, Step::ToHost);
    let chain = wire::Connector::chain(chain, wire::TcpConnector::default());
    let chain = wire::Connector::chain(chain, wire::RustlsConnector::default());
    let chain = wire::Connector::chain(chain, links::Marker { proxied });
    Agent::with_parts(config, chain, Names::default())
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
        .map_err(|error| lost(format!("it broke off: {}", why::in_words(&error))))?;
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
