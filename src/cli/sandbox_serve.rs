//! `akm sandbox serve`

use super::context::{Context, broken_sandbox};
use super::ui;
use crate::cli::failure::Failure;
use crate::core::{Invalid, time};
use crate::ops::Kind;
use crate::sandbox::{self, Administrator, Gateway, Settings};
use crate::sys::random;
use clap::Args;
use serde::Serialize;
use std::net::SocketAddr;
use std::time::Duration;

/// Serve the sandbox on a port of this machine, for official SDKs
///
/// One JSON line on standard output tells where it listens and the AccessKey pair of an administrator. The account is a new one
/// that ends with the command, unless it is to persist. SIGINT and SIGTERM end it.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm sandbox serve" => "on a free port of 127.0.0.1, in memory; one line says where, and whose pair",
    "akm sandbox serve --listen 127.0.0.1:0 --persist --latency 20ms" => "this machine's own sandbox, a little slower",
])]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Let `--listen` name an address that other machines reach: whoever has the pair may use it, unencrypted
    #[arg(long)]
    listen_anywhere: bool,
    /// Answer that much later, as 200ms
    #[arg(long, value_name = "D", value_parser = wait, default_value = "0s", hide_default_value = true)]
    latency: Duration,
    /// Throttle each API above that many requests a second
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: Option<u32>,
    /// Let a new pair be unknown for that long, as 2s
    #[arg(long, value_name = "D", value_parser = wait, default_value = "0s", hide_default_value = true)]
    propagation: Duration,
    /// Serve this machine's own sandbox, as every other command sees it
    #[arg(long)]
    persist: bool,
    /// Take faults for tests by `POST /_control`, and print the token it wants
    #[arg(long)]
    control: bool,
}

impl Serve {
    /// `Usage` for an address beyond this machine, `Failed` where it cannot be had.
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        self.check_address(context)?;
        ui::check_open()?;
        let (records, seed) = context.served(self.persist)?;
        let settled = Administrator::settle(&*records, &seed, &*context.clock);
        let administrator = settled.map_err(broken_sandbox)?;
        let settings = self.settings()?;
        let mut line = Line::new(&administrator);
        if let Some(token) = &settings.control_token {
            line.control_token = Some(token.clone());
        }
        let gateway = Gateway::new(records, seed, context.clock.clone(), false);
        let mut printed = Ok(());
        let served = sandbox::serve(self.listen, gateway, settings, |address| {
            line.endpoint = format!("http://{address}");
            printed = ui::print_json(&line);
            printed.is_ok()
        });
        let message = format!("`{}` cannot be served", self.listen);
        served.map_err(|error| Failure::new(Kind::Failed, message).because(error))?;
        printed
    }

    fn check_address(&self, context: &Context) -> Result<(), Failure> {
        let address = self.listen;
        if address.ip().is_loopback() {
            return Ok(());
        }
        if !self.listen_anywhere {
            let message =
                format!("`{address}` is no loopback address: other machines could use the sandbox");
            return Err(Failure::new(Kind::Usage, message)
                .hint("`--listen 127.0.0.1:0`, or add `--listen-anywhere` if you mean it"));
        }
        context.ui.warning(
            "unencrypted",
            &format!(
                "the sandbox listens on `{address}`, unencrypted: other machines can reach it"
            ),
        );
        Ok(())
    }

    fn settings(&self) -> Result<Settings, Failure> {
        let token = self.control.then(random::nonce).transpose();
        let failed = |error: anyhow::Error| Failure::new(Kind::Failed, error.to_string());
        Ok(Settings {
            latency: self.latency,
            rate: self.rate,
            propagation: self.propagation,
            blocking: self.persist,
            control_token: token.map_err(failed)?,
        })
    }
}

/// Where the sandbox is and whose pair is to be used. This is what the command is for, so the secret is in it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Line<'a> {
    access_key_id: &'a str,
    access_key_secret: &'a str,
    account_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    control_token: Option<String>,
    default_domain: &'a str,
    endpoint: String,
    role_arn: &'a str,
}

impl<'a> Line<'a> {
    /// The line, but for the endpoint and the token.
    fn new(administrator: &'a Administrator) -> Self {
        Self {
            access_key_id: administrator.access_key_id.as_ref(),
            access_key_secret: administrator.access_key_secret.expose(),
            account_id: administrator.account_id.as_ref(),
            control_token: None,
            default_domain: administrator.default_domain.as_ref(),
            endpoint: String::new(),
            role_arn: administrator.role_arn.as_ref(),
        }
    }
}

fn wait(text: &str) -> Result<Duration, Invalid> {
    time::parse_wait(text)
}
