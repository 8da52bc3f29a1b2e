//! Why a request has no answer, in words.

use super::WHOLE;
use crate::core::proxy::Proxy;
use std::io::{self, ErrorKind};
use std::time::Duration;
use ureq::{Error as E, Timeout};

/// A wait may be told as over by so much too early.
const SLACK: Duration = Duration::from_secs(1);

/// A system that gives a connection up is told like a time limit of ours: only the time that has passed tells them apart.
pub(super) fn of_host(error: &E, passed: Duration) -> String {
    match error {
        E::Io(error) => in_words(error),
        E::HostNotFound => "the name could not be resolved".into(),
        E::Timeout(Timeout::Resolve) => "the name was not resolved in time".into(),
        E::Timeout(Timeout::Connect) => "it did not take the connection in time".into(),
        E::Timeout(_) if passed + SLACK < WHOLE => "the connection was given up".into(),
        E::Timeout(_) => format!("it did not answer within {} s", WHOLE.as_secs()),
        E::RequireHttpsOnly(_) => "https alone is used".into(),
        E::Rustls(_) | E::Tls(_) => "it does not speak TLS as akm does".into(),
        E::Protocol(_) | E::LargeResponseHeader(..) => "what it says is no HTTP".into(),
        _ => "the connection failed".into(),
    }
}

/// The proxy is named as the person named it, without its user and password.
pub(super) fn of_proxy(proxy: &Proxy, error: &E, passed: Duration) -> String {
    let name = &proxy.name;
    match said_by_proxy(error) {
        Some(Said::Unreached(code)) => format!("{name} cannot reach it ({code})"),
        _ => format!("{name} does not answer: {}", of_host(error, passed)),
    }
}

/// What the proxy refuses, if it does: that is no trouble that passes.
pub(super) fn refusal(proxy: &Proxy, error: &E) -> Option<String> {
    let name = &proxy.name;
    Some(match said_by_proxy(error)? {
        Said::Login if proxy.login.is_none() => format!("{name} asks for a user and a password"),
        Said::Login => format!("{name} does not take the user and password that it was given"),
        Said::Rule => format!("{name} does not let akm through"),
        Said::Nonsense => format!("{name} does not speak as a proxy of its kind does"),
        Said::Unreached(_) => return None,
    })
}

/// What a proxy that answers says instead of giving a tunnel.
enum Said {
    Login,
    Rule,
    Nonsense,
    /// With the proxy's own code or words.
    Unreached(String),
}

fn said_by_proxy(error: &E) -> Option<Said> {
    match error {
        E::ConnectProxyFailed(text) => of_status(text),
        E::Protocol(_) => Some(Said::Nonsense),
        E::Io(error) => of_socks(&error.get_ref()?.to_string()),
        _ => None,
    }
}

/// ureq tells the status in a text alone, which ends in it.
fn of_status(text: &str) -> Option<Said> {
    let status: u16 = text.rsplit('/').next()?.parse().ok()?;
    Some(match status {
        407 => Said::Login,
        500..600 => Said::Unreached(status.to_string()),
        _ => Said::Rule,
    })
}

/// The texts of ureq for what a SOCKS proxy answers.
fn of_socks(text: &str) -> Option<Said> {
    Some(match text {
        "no acceptable auth methods" | "password authentication failed" => Said::Login,
        "connection not allowed by ruleset" => Said::Rule,
        "general SOCKS server failure"
        | "network unreachable"
        | "host unreachable"
        | "connection refused"
        | "TTL expired" => Said::Unreached(text.to_owned()),
        "invalid response version"
        | "unknown auth method"
        | "invalid reserved byte"
        | "unsupported address type"
        | "command not supported"
        | "address kind not supported" => Said::Nonsense,
        _ => return None,
    })
}

/// An error of the system in plain words; of a library that sits in one, in ours.
pub(super) fn in_words(error: &io::Error) -> String {
    if error
        .get_ref()
        .is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
    {
        return "it does not speak TLS as akm does".to_owned();
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => {
            "the connection was cut".to_owned()
        }
        ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe => "the connection was closed".to_owned(),
        ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            "the network is unreachable".to_owned()
        }
        ErrorKind::HostUnreachable => "there is no route to it".to_owned(),
        ErrorKind::TimedOut => "it took too long".to_owned(),
        _ if error.get_ref().is_none() => error.to_string(),
        _ => "the connection failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_on_the_way_has_plain_words() {
        let of = |error: &E| of_host(error, Duration::from_secs(5));
        for (error, words) in [
            (E::HostNotFound, "the name could not be resolved"),
            (
                E::Timeout(Timeout::Resolve),
                "the name was not resolved in time",
            ),
            (
                E::Timeout(Timeout::Connect),
                "it did not take the connection in time",
            ),
            (E::Timeout(Timeout::Global), "the connection was given up"),
            (E::Tls("no TLS"), "it does not speak TLS as akm does"),
            (E::ConnectionFailed, "the connection failed"),
        ] {
            assert_eq!(of(&error), words);
        }
        for (kind, words) in [
            (ErrorKind::ConnectionRefused, "the connection was refused"),
            (ErrorKind::ConnectionReset, "the connection was cut"),
            (ErrorKind::UnexpectedEof, "the connection was closed"),
            (ErrorKind::NetworkUnreachable, "the network is unreachable"),
            (ErrorKind::HostUnreachable, "there is no route to it"),
            (ErrorKind::TimedOut, "it took too long"),
            (ErrorKind::Other, "the connection failed"),
        ] {
            let with_cause = io::Error::new(kind, "uncategorized error");
            assert_eq!(of(&E::Io(with_cause)), words);
        }
        let late = of_host(&E::Timeout(Timeout::Global), WHOLE);
        assert_eq!(late, "it did not answer within 30 s");
    }
}
