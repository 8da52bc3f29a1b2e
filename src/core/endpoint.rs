//! Where a profile reaches a cloud other than Alibaba's own hosts.

use super::{Invalid, validated_text};
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// `https://HOST[:PORT]`, or `http://` and a loopback address: what is signed must not be read on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint(String);

impl Endpoint {
    /// [`Invalid`] for any other scheme, for plain HTTP that leaves the machine, and for a path, a query, a user or a blank.
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let invalid = |why| Err(Invalid::new("endpoint", why));
        let text = text.strip_suffix('/').unwrap_or(text);
        let Some((scheme, host)) = text.split_once("://") else {
            return invalid("`https://HOST[:PORT]` is expected");
        };
        let Some(name) = host_name(host) else {
            return invalid(
                "a host's name or address, and perhaps a port, is expected after `://`",
            );
        };
        match scheme {
            "https" => Ok(Self(text.to_owned())),
            "http" if is_loopback(name) => Ok(Self(text.to_owned())),
            "http" => {
                invalid("plain http is for a loopback address alone; use `https://HOST[:PORT]`")
            }
            _ => invalid("`https://HOST[:PORT]` is expected"),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Host and port, as they are signed.
    pub(crate) fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, host)| host)
    }

    /// The host without brackets, and the port.
    pub(crate) fn host_and_port(&self) -> (&str, u16) {
        let (host, port) = split_port(self.authority()).unwrap_or_default();
        let usual = if self.is_plain() { 80 } else { 443 };
        (host.trim_matches(['[', ']']), port.unwrap_or(usual))
    }

    /// Whether it is on this machine, where no proxy leads.
    pub(crate) fn is_local(&self) -> bool {
        let (host, _) = self.host_and_port();
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        is_loopback(host) || name == "localhost" || name.ends_with(".localhost")
    }

    pub(crate) fn is_plain(&self) -> bool {
        self.0.starts_with("http://")
    }
}

validated_text!(Endpoint);

/// The host of `HOST[:PORT]`, if it is nothing else.
fn host_name(text: &str) -> Option<&str> {
    let (host, rest) = if let Some(inner) = text.strip_prefix('[') {
        let (address, rest) = inner.split_once(']')?;
        Ipv6Addr::from_str(address).ok()?;
        (address, rest)
    } else {
        let end = text.find(':').unwrap_or(text.len());
        (&text[..end], &text[end..])
    };
    let named = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
    let right = (1..=253).contains(&host.len()) && host.bytes().all(named);
    let port = match rest.strip_prefix(':') {
        Some(port) => {
            port.bytes().all(|byte| byte.is_ascii_digit())
                && u16::from_str(port).is_ok_and(|port| port > 0)
        }
        None => rest.is_empty(),
    };
    (right && port).then_some(host)
}

/// Parts `HOST[:PORT]`, which is nothing else; the brackets of an address of IPv6 stay.
pub(super) fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    let host = host_name(text)?.len() + if text.starts_with('[') { 2 } else { 0 };
    let (host, rest) = text.split_at(host);
    Some((
        host,
        rest.strip_prefix(':').and_then(|port| port.parse().ok()),
    ))
}

fn is_loopback(host: &str) -> bool {
    IpAddr::from_str(host).is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_never_leaves_the_machine() {
        for good in [
            "https://ram.example.com",
            "https://ram.example.com:8443/",
            "https://192.0.2.7",
            "https://[2001:db8::1]:8443",
            "http://127.0.0.1:80",
            "http://127.9.9.9",
            "http://[::1]:1",
        ] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ram.example.com",
            "https://",
            "https:///",
            "http://ram.example.com",
            // A name may be made to point anywhere.
            "http://localhost:80",
            "http://127.0.0.1.example.com",
            "http://[2001:db8::1]",
            "http://192.0.2.7",
            "ftp://127.0.0.1",
            "https://a/b",
            "https://a?b",
            "https://a#b",
            "https://u@a",
            "https://u:p@a",
            "https://a b",
            "https://a:0",
            "https://a:65536",
            "https://a:",
            "https://a:+80",
            "https://[::1",
            "https://é.example",
            "https://a\n",
        ] {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
        let endpoint = Endpoint::parse("https://a.example:8443/").unwrap();
        assert_eq!(endpoint.authority(), "a.example:8443");
    }

    #[test]
    fn this_machine_is_told_from_others() {
        for (text, local) in [
            ("https://localhost:8443", true),
            ("https://a.LOCALHOST", true),
            ("https://127.0.0.2", true),
            ("https://[::1]:1", true),
            ("https://localhost.example", false),
            ("https://[2001:db8::1]", false),
        ] {
            assert_eq!(Endpoint::parse(text).unwrap().is_local(), local, "{text}");
        }
        let endpoint = Endpoint::parse("https://[2001:db8::1]:8443").unwrap();
        assert_eq!(endpoint.host_and_port(), ("2001:db8::1", 8443));
    }
}
