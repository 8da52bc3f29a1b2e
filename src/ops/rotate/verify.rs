//! Whether a pair works, asked of the cloud with the pair itself.

use crate::cloud::{Credentials, Fault};
use crate::core::account::Owner;
use crate::ops::{Failure, Kind, Session};
use std::time::Duration;

/// How many in a row are asked for.
pub(super) const SUCCESSES: u32 = 3;
const VERIFY_LIMIT: Duration = Duration::from_secs(90);

/// A new pair works only after some seconds, and one success proves little: three in a row are asked for, with back-off.
pub(super) fn works(
    session: &Session,
    owner: &Owner,
    credentials: Credentials,
) -> Result<(), Failure> {
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
            Err(error) if waited >= VERIFY_LIMIT || !propagating(error.fault) => {
                return Err(error.into());
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
