//! How a role's session is handed out by a credentials URI: the answer, and the environment of a program that is to ask there.

use super::environment;
use crate::core::{credentials::Credentials, time};
use serde::Serialize;
use std::ffi::{OsStr, OsString};
use zeroize::Zeroizing;

/// Above any answer: id, secret and token have 8 192 bytes each at most.
const ROOM: usize = 40 << 10;

/// What every reader of a credentials URI asks for (measured with the official clients): Python, Java and the CLI want
/// `Code`, all SDKs want `Expiration`, and Java parses whole seconds only.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    code: &'static str,
    access_key_id: &'a str,
    access_key_secret: &'a str,
    security_token: &'a str,
    expiration: &'a str,
}

/// Returns the answer to one who asks for the session, as JSON; `None` for a pair that is no session, which Node and the CLI refuse.
pub(crate) fn answer(credentials: &Credentials) -> Option<Zeroizing<Vec<u8>>> {
    let session = credentials.session.as_ref()?;
    let answer = Answer {
        code: "Success",
        access_key_id: &credentials.id,
        access_key_secret: credentials.secret.expose(),
        security_token: session.token.expose(),
        expiration: &time::format(session.until),
    };
    let mut text = Zeroizing::new(Vec::with_capacity(ROOM));
    serde_json::to_writer(&mut *text, &answer).ok()?;
    Some(text)
}

/// The file of the operating system that is always there and always empty.
const EMPTY: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// Returns what to set, so that every SDK asks at the URI. It comes last in each default chain, so that every earlier source is switched
/// off: `config.json`, the INI (an empty file in its place), and the metadata service, whose absence would cost a second.
pub(crate) fn assignments(uri: &str) -> [(&'static str, &str); 4] {
    [
        ("ALIBABA_CLOUD_CREDENTIALS_URI", uri),
        ("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true"),
        ("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true"),
        ("ALIBABA_CLOUD_CREDENTIALS_FILE", EMPTY),
    ]
}

/// Returns what to unset: all that carries or chooses credentials, and what makes the CLI forget the profile that could ask at the URI.
pub(crate) fn stale() -> Vec<&'static str> {
    let mut stale = environment::stale(&[]);
    stale.push("ALIBABA_CLOUD_IGNORE_PROFILE");
    stale
}

/// Returns the list of hosts that are reached past a proxy, 127.0.0.1 among them. `listed` is the list so far.
pub(crate) fn past_proxies(listed: Option<&OsStr>) -> OsString {
    const HOST: &str = "127.0.0.1";
    let mut list = listed.unwrap_or_default().to_owned();
    let text = list.to_string_lossy();
    // A lone `*` means every host to curl, and nothing in a longer list.
    if text.trim() == "*" || text.split(',').any(|host| host.trim() == HOST) {
        return list;
    }
    if !list.is_empty() {
        list.push(",");
    }
    list.push(HOST);
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{credentials::StsSession, secret::Secret};

    #[test]
    fn an_answer_has_whole_seconds_and_a_pair_has_none() {
        let secret = |text: &str| Secret::new(text.to_owned()).unwrap();
        let mut credentials = Credentials {
            id: "STS.MADEUP".to_owned(),
            secret: secret("made-up"),
            session: Some(StsSession {
                token: secret("token+/="),
                until: time::parse("2026-11-24T05:00:00.5Z").unwrap(),
            }),
        };
        let text = answer(&credentials).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&text),
            r#"{"Code":"Success","AccessKeyId":"STS.MADEUP","AccessKeySecret":"made-up","SecurityToken":"token+/=","Expiration":"2026-11-24T05:00:00Z"}"#
        );
        credentials.session = None;
        assert!(answer(&credentials).is_none());
    }

    #[test]
    fn what_exec_sets_or_unsets_is_unset() {
        let stale = stale();
        let set = ["ALIBABA_CLOUD_ACCESS_KEY_ID", "OSS_SESSION_TOKEN"];
        let unset = ["ALIBABA_CLOUD_PROFILE", "ALIBABA_CLOUD_IGNORE_PROFILE"];
        for name in set.into_iter().chain(unset) {
            assert!(stale.contains(&name), "{name}");
        }
    }

    #[test]
    fn loopback_joins_the_hosts_past_a_proxy_once() {
        for (listed, list) in [
            (None, "127.0.0.1"),
            (Some(""), "127.0.0.1"),
            (Some("a.example"), "a.example,127.0.0.1"),
            (Some("127.0.0.1, b"), "127.0.0.1, b"),
            (Some("*"), "*"),
        ] {
            assert_eq!(past_proxies(listed.map(OsStr::new)), list);
        }
    }
}
