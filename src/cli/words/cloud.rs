//! A failed call to the cloud: because of what, and what to do. The cloud's own text stays in the cause, but for a permission error, whose
//! detail says it better.

use super::Text;
use crate::cloud::{Denied, Error, Fault as F};

pub(super) fn problem(error: &Error) -> Text {
    if error.fault == F::ClockOff {
        return Text::new(&error.message)
            .because(format!("so says the answer to `{}`", error.action))
            .hint(advice(error));
    }
    if let Some(host) = &error.host {
        return undelivered(error, host).hint(advice(error));
    }
    let message = meaning(error.fault).replace("the signing pair", &signer(error));
    let text = Text::new(message);
    match error.denied.as_ref().filter(|_| error.fault == F::Denied) {
        Some(denied) => text
            .because(format!(
                "{}: {} may not `{}`",
                said(error),
                principal(denied),
                denied.action
            ))
            .hint(permission(denied)),
        None => text.because(error).hint(advice(error)),
    }
}

/// The host did not answer, or was not even asked.
fn undelivered(error: &Error, host: &str) -> Text {
    match error.fault {
        F::NotSent | F::ProxyRefused => {
            Text::new(format!("cannot reach {host}: {}", error.message))
        }
        F::Untrusted => Text::new(format!("cannot trust {host}: {}", error.message)),
        _ => Text::new(format!("no whole answer from {host}")).because(error),
    }
}

/// The operation and the code.
fn said(error: &Error) -> String {
    format!("{}: {}", error.action, error.code)
}

fn signer(error: &Error) -> String {
    let named = |id| format!("the signing pair `{id}`");
    error
        .signer
        .as_ref()
        .map_or_else(|| "the signing pair".to_owned(), named)
}

fn principal(denied: &Denied) -> String {
    let name = &denied.principal;
    match denied.principal_type.as_str() {
        "SubUser" => format!("RAM user `{name}`"),
        "RootUser" => format!("the account `{name}` itself"),
        "AssumedRoleUser" => format!("the role session `{name}`"),
        _ => format!("`{name}`"),
    }
}

fn permission(denied: &Denied) -> String {
    if denied.explicitly {
        let kind = denied.policy_type.as_deref().unwrap_or("policy");
        return format!(
            "it is denied explicitly ({kind}), so that no further permission helps: an administrator has to remove that denial"
        );
    }
    let statement = serde_json::json!({
        "Effect": "Allow",
        "Action": denied.action,
        "Resource": "*",
    });
    format!(
        "an administrator has to attach a policy with this statement to {}: {statement}",
        principal(denied)
    )
}

fn meaning(fault: F) -> &'static str {
    match fault {
        F::PairLimit => "the owner has as many AccessKey pairs as it may",
        F::OtherLimit => "a limit of the account is reached",
        F::NoSuchUser => "there is no such RAM user",
        F::NoSuchPair => "there is no such AccessKey pair",
        F::NoSuchEntity => "the cloud does not know what was asked for",
        F::Exists => "it exists already",
        F::Conflict => "something still belongs to the RAM user",
        F::BadParameter => "the cloud does not take this value",
        F::NoSuchOperation => "the cloud does not know this operation",
        F::Denied => "the cloud does not allow this",
        F::LeakProtected => {
            "the signing pair counts as leaked in the cloud, and may call neither RAM nor IMS; nothing undoes that"
        }
        F::UnknownSigner => "the cloud does not know the signing pair",
        F::DisabledSigner => "the signing pair is Inactive",
        F::NetworkDenied => "the signing pair may not be used from this address",
        F::BadSignature => "the cloud does not take the signature",
        F::BadToken => "the cloud does not take the security token",
        F::Skew | F::ClockOff => "this machine's clock differs from the cloud's",
        F::NotActivated => "the account has not activated RAM",
        F::Throttled => "the cloud asks for fewer calls",
        F::Unavailable | F::NotSent | F::NoAnswer | F::NonceUsed => {
            "the cloud is not available just now"
        }
        F::Untrusted => "the other side could not show that it is the cloud",
        F::ProxyRefused => "the proxy refuses the way to the cloud",
        F::SandboxBroken => "the sandbox cannot be used",
        F::BadAnswer => "the cloud's answer makes no sense",
        F::Other => "the cloud answers with an error that akm does not know",
    }
}

fn advice(error: &Error) -> String {
    let id = error.signer.as_deref().unwrap_or("KEY_ID");
    match error.fault {
        F::PairLimit | F::NoSuchPair => "`akm list --refresh` shows them".to_owned(),
        F::OtherLimit => {
            "delete what is not needed, or have the quota raised in the console".to_owned()
        }
        F::NoSuchUser => "`akm user list` shows them".to_owned(),
        F::NoSuchEntity => "look at the name: the cause says of what kind it is".to_owned(),
        F::Exists => "choose another name, or use what is there".to_owned(),
        F::Conflict => conflict(&error.code).to_owned(),
        F::BadParameter => {
            "the code in the cause names the parameter, and what it lacks".to_owned()
        }
        F::NoSuchOperation => {
            "look whether the profile's endpoint is the right one; else akm is too old or too new"
                .to_owned()
        }
        F::Denied => "give the signing identity the RAM action that the cause names".to_owned(),
        F::LeakProtected => format!(
            "sign in to the RAM console as an administrator, make a new pair for its owner and put it in place, then disable and delete `{id}`"
        ),
        F::UnknownSigner => {
            "it may have been deleted; `akm list --refresh` shows the pairs there are".to_owned()
        }
        F::DisabledSigner => {
            format!("`akm enable {id}`; if the profile signs with it, by another profile")
        }
        F::NetworkDenied => format!(
            "go there from an address that its policy allows, or have an administrator change it: `akm key-policy show {id}`"
        ),
        F::BadSignature => "the secret saved is not this pair's".to_owned(),
        F::BadToken => {
            "a session ends after its time: the same command asks for a new one".to_owned()
        }
        F::Skew | F::ClockOff => "set the clock and try again".to_owned(),
        F::NotActivated => "activate it once in the console".to_owned(),
        F::Throttled => "try again in a moment".to_owned(),
        F::Unavailable | F::NotSent | F::NoAnswer | F::NonceUsed => {
            "try the same command again".to_owned()
        }
        F::ProxyRefused => {
            "nothing was sent; check the proxy's address, user and password, and whether it allows this host"
                .to_owned()
        }
        F::Untrusted => {
            "nothing was sent; check the profile's endpoint and this system's certificates"
                .to_owned()
        }
        F::SandboxBroken => {
            "look at the file that the cause names, or restore it from a backup".to_owned()
        }
        F::BadAnswer => {
            "try again; if that lasts, something on the way answers in the cloud's place".to_owned()
        }
        F::Other => troubleshooting(&error.code),
    }
}

/// `DeleteConflict.User.…`.
fn conflict(code: &str) -> &'static str {
    match code.rsplit('.').next() {
        Some("AccessKey") => "delete its AccessKey pairs first: `akm user show NAME` lists them",
        Some("Policy") => "detach its policies first, in the RAM console",
        Some("Group") => "take it out of its groups first, in the RAM console",
        Some("LoginProfile") => "turn its console logon off first, in the RAM console",
        Some("MFADevice") => "unbind its MFA device first, in the RAM console",
        _ => "take away what the cause names first, in the RAM console",
    }
}

/// The cloud's own page on a code.
fn troubleshooting(code: &str) -> String {
    let word = |b: u8| b.is_ascii_alphanumeric() || b".-_".contains(&b);
    if code.is_empty() || !code.bytes().all(word) {
        return "try again; if that lasts, something on the way answers in the cloud's place"
            .to_owned();
    }
    format!("the cloud explains the code at https://api.aliyun.com/troubleshoot?q={code}")
}
