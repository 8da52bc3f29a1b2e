//! `--proxy` of `profile add` and `profile edit`.

use super::{context::Context, signer::secret_line};
use crate::cli::failure::Failure;
use crate::core::endpoint::Endpoint;
use crate::core::proxy::{Login, Setting, without_login};
use crate::ops::Kind;
use std::sync::Arc;

/// A proxy as the command line names it. It is no type of clap's: clap repeats what is wrong, and that may hold a password.
pub(super) struct ProxyOption {
    pub(super) setting: Setting,
    /// Percent-encoded, as it was written.
    user: Option<String>,
}

impl ProxyOption {
    /// `Usage` for an address that akm cannot use, one with a password, and one for an endpoint on this machine.
    pub(super) fn parse(
        text: Option<&str>,
        endpoint: Option<&Endpoint>,
    ) -> Result<Option<Self>, Failure> {
        let Some(text) = text else { return Ok(None) };
        let (login, bare) = without_login(text);
        let wrong = |why: String| {
            let message = format!("--proxy {bare} cannot be used");
            Failure::new(Kind::Usage, message).because(why)
        };
        if login.is_some_and(|login| login.contains(':')) {
            let failure = wrong("a password is never an argument: others can read it".to_owned());
            return Err(failure.hint("leave the password out; akm asks for it"));
        }
        let setting = Setting::parse(&bare).map_err(|error| wrong(error.why))?;
        let address = setting.address().map_err(|error| wrong(error.why))?;
        if address.is_some() && endpoint.is_some_and(Endpoint::is_local) {
            return Err(wrong("the endpoint is on this machine".to_owned()));
        }
        let user = login.filter(|user| !user.is_empty() && address.is_some());
        let user = user.map(str::to_owned);
        Ok(Some(Self { setting, user }))
    }
}

/// Asks for the password of the user that the option names; nothing is asked without one. `NeedsAnswer` where nobody gives it.
pub(super) fn ask_login(
    context: &Context,
    option: Option<&ProxyOption>,
) -> Result<Option<Arc<Login>>, Failure> {
    let Some(user) = option.and_then(|option| option.user.as_deref()) else {
        return Ok(None);
    };
    let password = secret_line(context, "password of the proxy")?;
    Ok(Some(Arc::new(Login::of(user, &password)?)))
}
