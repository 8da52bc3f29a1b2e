//! Proxies on the way to the cloud: where one is, how it is asked for a tunnel, and who asks it.

use super::endpoint::split_port;
use super::secret::Secret;
use super::{Invalid, validated_text};
use std::fmt::Write;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The port of a proxy that names none, as curl has it.
const PORT: u16 = 1080;

/// How a proxy is asked for a tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// `CONNECT`.
    Http,
    /// SOCKS5, with an address that this machine looked up.
    Socks5,
    /// SOCKS5, with the host's name, which the proxy looks up.
    Socks5h,
}

/// Where a proxy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) protocol: Protocol,
    /// A name, or an address; one of IPv6 in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Address {
    /// Reads `[SCHEME://]HOST[:PORT]`. [`Invalid`] for a scheme that akm does not speak, `https` among them.
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let protocol = match scheme.to_ascii_lowercase().as_str() {
            "http" => Protocol::Http,
            "socks5" => Protocol::Socks5,
            "socks5h" => Protocol::Socks5h,
            "https" => {
                return invalid(
                    "a proxy is not spoken to over TLS: `http://` or `socks5h://` is expected",
                );
            }
            _ => return invalid("`http://`, `socks5://` or `socks5h://` is expected"),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let Some((host, port)) = split_port(rest) else {
            return invalid("HOST:PORT is expected, without a path");
        };
        Ok(Self {
            protocol,
            host: host.to_owned(),
            port: port.unwrap_or(PORT),
        })
    }
}

fn invalid<T>(why: &str) -> Result<T, Invalid> {
    Err(Invalid::new("proxy", why))
}

/// Parts `USER:PASSWORD`, where there is one, from an address: all before the last `@`, so that what is left never holds a password.
pub(crate) fn without_login(text: &str) -> (Option<&str>, String) {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            (format!("{scheme}://"), rest)
        }
        _ => (String::new(), text),
    };
    match rest.rsplit_once('@') {
        Some((login, rest)) => (Some(login), scheme + rest),
        None => (None, scheme + rest),
    }
}

/// Who asks a proxy: `USER:PASSWORD`, percent-encoded as in an address.
#[derive(Debug)]
pub(crate) struct Login(Secret);

impl Login {
    /// [`Invalid`] where it is no text once it is decoded.
    pub(crate) fn new(encoded: Secret) -> Result<Self, Invalid> {
        let this = Self(encoded);
        this.parts().map(|_| ())?;
        Ok(this)
    }

    /// `user` is percent-encoded already, as it stood in an address. [`Invalid`] for an empty password.
    pub(crate) fn of(user: &str, password: &[u8]) -> Result<Self, Invalid> {
        if password.is_empty() {
            return invalid("its password is empty");
        }
        let mut text = Zeroizing::new(String::with_capacity(user.len() + 1 + 3 * password.len()));
        text.push_str(user);
        text.push(':');
        for byte in password {
            if byte.is_ascii_alphanumeric() {
                text.push(char::from(*byte));
            } else {
                let _ = write!(text, "%{byte:02X}");
            }
        }
        Self::new(Secret::new(text)?)
    }

    /// The form that a secret store keeps.
    pub(crate) fn as_secret(&self) -> &Secret {
        &self.0
    }

    /// User and password, for the proxy.
    pub(crate) fn reveal(&self) -> (Zeroizing<String>, Zeroizing<String>) {
        self.parts().unwrap_or_default()
    }

    fn parts(&self) -> Result<(Zeroizing<String>, Zeroizing<String>), Invalid> {
        let text = self.0.expose();
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        Ok((decoded(user)?, decoded(password)?))
    }
}

fn decoded(text: &str) -> Result<Zeroizing<String>, Invalid> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => invalid("its user or password is no UTF-8"),
    }
}

/// A proxy that is used.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) address: Address,
    pub(crate) login: Option<Arc<Login>>,
    /// What a person knows it by, without user and password.
    pub(crate) name: String,
}

/// What a profile says of a proxy: `none`, or an address without a user. An `https://` address is read, too: an earlier akm may have
/// written one, which is to stop only the commands that need the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting(String);

impl Setting {
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.strip_suffix('/').unwrap_or(text);
        if text != "none" && !text.starts_with("https://") {
            Address::parse(text)?;
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// `None` where no proxy is to be used. [`Invalid`] for one that akm cannot ask.
    pub(crate) fn address(&self) -> Result<Option<Address>, Invalid> {
        let named = (self.0 != "none").then(|| Address::parse(&self.0));
        named.transpose()
    }
}

validated_text!(Setting);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_curl_reads_it() {
        use Protocol::{Http, Socks5, Socks5h};
        for (text, protocol, host, port) in [
            ("http://proxy:3128", Http, "proxy", 3128),
            ("HTTP://proxy:3128/", Http, "proxy", 3128),
            ("proxy:3128", Http, "proxy", 3128),
            ("proxy", Http, "proxy", 1080),
            ("socks5://10.0.0.1:9", Socks5, "10.0.0.1", 9),
            ("socks5h://[::1]:9050", Socks5h, "[::1]", 9050),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.protocol, protocol, "{text}");
            assert_eq!(
                (address.host.as_str(), address.port),
                (host, port),
                "{text}"
            );
        }
        for bad in [
            "",
            "https://proxy:3128",
            "ftp://proxy",
            "http://",
            "http://p/x",
            "http://p:0",
            "http://u:p@h",
            "a b",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_shown_of_a_proxy_holds_no_password() {
        for (text, login, rest) in [
            ("http://u:p@h:1", Some("u:p"), "http://h:1"),
            ("u:p@h:1", Some("u:p"), "h:1"),
            ("http://u:p@w@h:1", Some("u:p@w"), "http://h:1"),
            ("http:/u:p@h", Some("http:/u:p"), "h"),
            ("u:p://w@h", Some("u:p://w"), "h"),
            ("http://h:1", None, "http://h:1"),
        ] {
            assert_eq!(without_login(text), (login, rest.to_owned()), "{text}");
        }
    }

    #[test]
    fn user_and_password_are_decoded_once() {
        for (text, user, password) in [
            ("alice:p%40ss%3A%25", "alice", "p@ss:%"),
            ("alice", "alice", ""),
            ("a%3Ab:c:d", "a:b", "c:d"),
            ("a:%zz+%4", "a", "%zz+%4"),
        ] {
            let login = Login::new(Secret::new(text.to_owned()).unwrap()).unwrap();
            let (found, secret) = login.reveal();
            assert_eq!(
                (found.as_str(), secret.as_str()),
                (user, password),
                "{text}"
            );
        }
        let typed = Login::of("a%3Ab", "p@ß w".as_bytes()).unwrap();
        let (user, password) = typed.reveal();
        assert_eq!((user.as_str(), password.as_str()), ("a:b", "p@ß w"));
        assert!(Login::new(Secret::new("a:%ff".to_owned()).unwrap()).is_err());
    }

    #[test]
    fn an_https_proxy_of_an_older_akm_is_read_and_not_used() {
        let setting = Setting::parse("https://proxy.example").unwrap();
        assert!(setting.address().is_err());
        assert_eq!(Setting::parse("none").unwrap().address(), Ok(None));
        for bad in ["http://u:p@h", "ftp://h", ""] {
            assert!(Setting::parse(bad).is_err(), "{bad}");
        }
    }
}
