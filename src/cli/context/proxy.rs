//! The proxy by which the cloud is reached: the profile's own, else what the environment says, as curl reads it.

use super::environment::variable;
use super::profile::Way;
use crate::cli::failure::Failure;
use crate::cloud::https::Https;
use crate::core::Invalid;
use crate::core::endpoint::Endpoint;
use crate::core::no_proxy::NoProxy;
use crate::core::proxy::{Address, Login, Proxy, without_login};
use crate::core::secret::Secret;
use crate::ops::Kind;
use std::sync::Arc;

/// In curl's order.
const VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const EXEMPT: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// The way over HTTPS. `Usage` for a proxy that akm cannot ask, unless it is not needed: a host of this machine has none.
pub(super) fn https(way: Way<'_>) -> Result<Https, Failure> {
    let endpoint = way.endpoint.cloned();
    if way.endpoint.is_some_and(Endpoint::is_local) {
        return Ok(Https::new(endpoint, None, NoProxy::default()));
    }
    let Some(setting) = way.proxy else {
        let exempt = first(&EXEMPT).map(|(_, list)| NoProxy::parse(&list));
        let proxy = of_environment()?;
        return Ok(Https::new(endpoint, proxy, exempt.unwrap_or_default()));
    };
    let address = setting.address();
    let address = address.map_err(|why| unusable(&format!("the proxy {setting}"), &why))?;
    let proxy = address.map(|address| Proxy {
        address,
        login: way.login,
        name: format!("the proxy {setting}"),
    });
    Ok(Https::new(endpoint, proxy, NoProxy::default()))
}

/// Whether the environment names a proxy.
fn of_environment() -> Result<Option<Proxy>, Failure> {
    let Some((variable, value)) = first(&VARIABLES) else {
        return Ok(None);
    };
    let (login, bare) = without_login(&value);
    let name = format!("{variable}={bare}");
    let address = Address::parse(&bare).map_err(|why| unusable(&name, &why))?;
    let login = login.filter(|login| !login.is_empty()).map(|login| {
        let secret = Secret::from_bytes(login.as_bytes())?;
        Login::new(secret).map(Arc::new)
    });
    let login = login.transpose().map_err(|why| unusable(&name, &why))?;
    Ok(Some(Proxy {
        address,
        login,
        name,
    }))
}

fn first(names: &[&'static str]) -> Option<(&'static str, String)> {
    names.iter().find_map(|name| {
        let value = variable(name)?;
        Some((*name, value.to_string_lossy().into_owned()))
    })
}

fn unusable(name: &str, why: &Invalid) -> Failure {
    let failure = Failure::new(Kind::Usage, format!("{name} cannot be used"));
    failure.because(&why.why)
}
