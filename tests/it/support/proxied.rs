//! A cloud that a proxy alone knows, and what is said where there is no way to it.

use crate::support::env::{Env, Ran};
use crate::support::nginx::{Door, Nginx};
use crate::support::proxy::{Proxy, Spoken};
use crate::support::serving::Serving;
use std::net::TcpListener;

/// The proxy alone knows this host, whose certificate is nginx's.
pub(crate) const HOST: &str = "https://elsewhere.example";
pub(crate) const TARGET: &str = "elsewhere.example:443";
pub(crate) const PASSWORD: &str = "p@ss: 100%";
pub(crate) const ENCODED: &str = "p%40ss%3A%20100%25";

/// A served sandbox behind nginx, and proxies before that.
pub(crate) struct Scene {
    /// The home of the server.
    _env: Env,
    serving: Serving,
    pub(crate) nginx: Nginx,
}

impl Scene {
    /// `None` where nginx or openssl is not on the machine, which is said.
    pub(crate) fn start() -> Option<Self> {
        let env = Env::new();
        let serving = Serving::start(&env, &[]);
        let nginx = Nginx::start(&env, &serving)?;
        Some(Self {
            _env: env,
            serving,
            nginx,
        })
    }

    pub(crate) fn proxy(&self, spoken: Spoken, login: Option<(&str, &str)>) -> Proxy {
        Proxy::start(spoken, login, self.nginx.port(Door::OtherName))
    }

    /// An empty home with a variable.
    pub(crate) fn with(&self, name: &str, value: &str) -> Env {
        let env = Env::new().with("SSL_CERT_FILE", &self.nginx.roots());
        env.with(name, value)
    }

    pub(crate) fn add(&self, env: &Env, endpoint: &str, more: &[&str], input: &str) -> Ran {
        let id = self.serving.field("access_key_id");
        let args = ["profile", "add", "x", "--access-key-id", id];
        let args = [&args[..], &["--endpoint", endpoint], more].concat();
        let secret = self.serving.field("access_key_secret");
        env.akm_fed(&args, &format!("{secret}\n{input}"))
    }
}

/// A port that nobody listens on.
pub(crate) fn nobody() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A failure to reach an endpoint, whole.
#[track_caller]
pub(crate) fn unreached(ran: &Ran, endpoint: &str, why: &str) {
    failed(ran, endpoint, why, "try the same command again");
}

/// The same where the proxy refuses.
#[track_caller]
pub(crate) fn refused(ran: &Ran, endpoint: &str, why: &str) {
    let hint = "nothing was sent; check the proxy's address, user and password, and whether it allows this host";
    failed(ran, endpoint, why, hint);
}

#[track_caller]
fn failed(ran: &Ran, endpoint: &str, why: &str, hint: &str) {
    let host = endpoint.strip_prefix("https://").unwrap();
    let told = format!(
        "note: the endpoint is {endpoint}, which is not Alibaba Cloud's\n\
         error: cannot reach {host}: {why}\n\
         hint: {hint}\n"
    );
    ran.said(&[], 7, "", &told);
}
