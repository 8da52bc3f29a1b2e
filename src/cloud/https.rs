//! The way to the cloud over HTTPS: Alibaba's own hosts, or the one that a profile names.

use super::signature::query_string;
use super::transport::{Request, Response, Service, Transport, Undelivered};
use crate::core::endpoint::Endpoint;
use crate::core::no_proxy::NoProxy;
use crate::core::proxy::Proxy;
use crate::core::time::{self, Timestamp};
use crate::sys::http::{Http, Lost};
use chrono::DateTime;

/// How often a call that may be repeated is tried.
const TRIES: u32 = 4;

/// Alibaba Cloud, or a stand-in for it.
pub(crate) struct Https {
    direct: Http,
    proxied: Option<Http>,
    /// The hosts that the proxy is not asked for.
    without_proxy: NoProxy,
    endpoint: Option<Endpoint>,
}

impl Https {
    /// Without an endpoint, each service has the host of Alibaba's own (`ram.aliyuncs.com`, …). No proxy is asked for this machine.
    pub(crate) fn new(
        endpoint: Option<Endpoint>,
        proxy: Option<Proxy>,
        without_proxy: NoProxy,
    ) -> Self {
        let plain = endpoint.as_ref().is_some_and(Endpoint::is_plain);
        let local = endpoint.as_ref().is_some_and(Endpoint::is_local);
        let proxy = proxy.filter(|_| !local);
        Self {
            direct: Http::new(plain, None),
            proxied: proxy.map(|proxy| Http::new(plain, Some(proxy))),
            without_proxy,
            endpoint,
        }
    }

    fn http(&self, service: Service) -> &Http {
        let (host, port) = match &self.endpoint {
            Some(endpoint) => endpoint.host_and_port(),
            None => (official(service), 443),
        };
        let proxied = self.proxied.as_ref();
        let proxied = proxied.filter(|_| !self.without_proxy.names(host, port));
        proxied.unwrap_or(&self.direct)
    }
}

fn official(service: Service) -> &'static str {
    match service {
        Service::Ram => "ram.aliyuncs.com",
        Service::Ims => "ims.aliyuncs.com",
        Service::Sts => "sts.aliyuncs.com",
    }
}

impl Transport for Https {
    fn send(
        &self,
        service: Service,
        request: &Request,
        limit: usize,
        fresh: bool,
    ) -> Result<Response, Undelivered> {
        let base = self.endpoint.as_ref().map_or_else(
            || format!("https://{}", official(service)),
            |endpoint| endpoint.as_str().to_owned(),
        );
        let url = format!("{base}{}?{}", request.path, query_string(&request.query));
        let answer = self
            .http(service)
            .post(&url, &request.headers, &request.body, limit, fresh)
            .map_err(|lost| match lost {
                Lost::NotSent(why) => Undelivered::NotSent(why),
                Lost::Untrusted(why) => Undelivered::Untrusted(why),
                Lost::Refused(why) => Undelivered::Refused(why),
                Lost::NoAnswer(why) => Undelivered::NoAnswer(why),
            })?;
        let mut response = Response {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            date: None,
        };
        response.date = response.header("date").and_then(date);
        Ok(response)
    }

    fn host(&self, service: Service) -> String {
        self.endpoint.as_ref().map_or_else(
            || official(service).to_owned(),
            |endpoint| endpoint.authority().to_owned(),
        )
    }

    fn tries(&self) -> u32 {
        TRIES
    }

    fn may_execute_late(&self) -> bool {
        true
    }
}

/// An HTTP date, as `Tue, 24 Nov 2026 16:00:00 GMT`; one that is none counts as absent.
fn date(text: &str) -> Option<Timestamp> {
    time::usable(DateTime::parse_from_rfc2822(text).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_a_year_that_nobody_means_is_none() {
        let read = |text| date(text).map(time::format);
        let good = read("Tue, 24 Nov 2026 16:00:00 GMT");
        assert_eq!(good.as_deref(), Some("2026-11-24T16:00:00Z"));
        for bad in [
            "Fri, 31 Dec 9999 23:59:59 -2359",
            "Fri, 31 Dec 99999 23:59:59 GMT",
            "Thu, 01 Jan 1970 00:00:00 +0001",
            "yesterday",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
