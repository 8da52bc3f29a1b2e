//! Whether a pair works, asked of the cloud with the pair itself.

use crate::cloud::{Credentials, Error, Fault};
use crate::core::account::Owner;
use crate::ops::{Failure, Kind, Session};
use std::time::Duration;

/// How many in a row are asked for.
pub(super) const SUCCESSES: u32 = 3;
const VERIFY_LIMIT: Duration = Duration::from_secs(90);

/// A new pair works only after some seconds, and one success proves little: three in a row are asked for, with back-off.
/// `wrong_secret`, of a pair that was not made just now, is what a person does where its secret is not the one that is held.
pub(super) fn works(
    session: &Session,
    owner: &Owner,
    credentials: Credentials,
    wrong_secret: Option<&str>,
) -> Result<(), Failure> {
    let id = credentials.id.clone();
    let as_new = session.cloud.signing_as(credentials);
    let (mut row, mut waited, mut pause) = (0, Duration::ZERO, session.verify_pause);
    loop {
        match as_new.caller_identity() {
            Ok(caller)
                if caller.account_id == session.id && caller.owner().as_ref() == Some(owner) =>
            {
                row += 1;
            }
            Ok(caller) => {
                return Err(
                    Failure::new(Kind::OtherAccount, "the new pair is somebody else's")
                        .because(caller.arn),
                );
            }
            Err(error) if wrong_secret.is_some() && error.fault == Fault::BadSignature => {
                return Err(Failure::from(error).hint(wrong_secret.unwrap_or_default()));
            }
            Err(error) if waited >= VERIFY_LIMIT || !propagating(error.fault) => {
                return Err(not_yet(&id, error));
            }
            Err(_) => {
                (row, pause) = (
                    0,
                    (pause * 2).clamp(Duration::from_millis(200), Duration::from_secs(8)),
                );
            }
        }
        if row == SUCCESSES {
            return Ok(());
        }
        session.clock.sleep(pause);
        waited += pause;
    }
}

/// The pair that is asked with is the one that signs here, and it is listed.
fn not_yet(id: &str, error: Error) -> Failure {
    let unknown = error.fault == Fault::UnknownSigner;
    let failure = Failure::from(error);
    if !unknown {
        return failure;
    }
    let message = format!("the cloud does not know `{id}` yet");
    Failure { message, ..failure }.hint("the same command again in a minute")
}

fn propagating(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::UnknownSigner
            | Fault::DisabledSigner
            | Fault::BadSignature
            | Fault::Throttled
            | Fault::Unavailable
            | Fault::NotSent
            | Fault::NoAnswer
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::answering;

    #[test]
    fn a_pair_that_is_not_known_yet_is_not_called_deleted() {
        let told = |status, body: &str| {
            let error = answering::with(status, body).caller_identity().unwrap_err();
            let failure = not_yet("LTAI2", error);
            (failure.kind, failure.message, failure.hint.unwrap())
        };
        let unknown = r#"{"Code":"InvalidAccessKeyId.NotFound","Message":"not found"}"#;
        let (kind, message, hint) = told(404, unknown);
        assert_eq!(kind, Kind::BadCredentials);
        assert_eq!(message, "the cloud does not know `LTAI2` yet");
        assert_eq!(hint, "the same command again in a minute");
        let (_, message, _) = told(400, r#"{"Code":"SignatureDoesNotMatch"}"#);
        assert_eq!(message, "the cloud does not take the signature");
    }
}
