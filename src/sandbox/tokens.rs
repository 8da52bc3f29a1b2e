//! STS tokens. Nothing of them is kept: a token carries its grant, proven by an HMAC under the sandbox's seed, so that it holds
//! until its end over restarts and in every process of this sandbox.

use super::authentication::Claim;
use super::identifiers::{secret_of, token_proof};
use super::refusal::Refusal;
use crate::core::secret::Secret;
use crate::core::time::Timestamp;
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Serialize};

/// How tokens of STS begin.
const PREFIX: &str = "CAIS";
const PROOF_LENGTH: usize = 32;

/// What a role's session was granted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Grant {
    /// The session's id, as it signs.
    pub(super) id: String,
    pub(super) role: String,
    pub(super) session: String,
    /// When it ends, in seconds since 1970.
    pub(super) until: i64,
    /// The session policy, as it was given.
    pub(super) policy: Option<String>,
}

impl Grant {
    pub(super) fn token(&self, seed: &Secret) -> anyhow::Result<String> {
        let content = serde_json::to_vec(self)?;
        let mut token = token_proof(seed, &content)?.to_vec();
        token.extend(content);
        Ok(format!("{PREFIX}{}", BASE64_STANDARD.encode(token)))
    }

    /// The grant that a claim's token proves: `MissingSecurityToken`, and of `InvalidSecurityToken`, in this order, `.Malformed`,
    /// `.MismatchWithAccessKey`, `.Expired`. Then what the signature says.
    pub(super) fn of(claim: &Claim<'_>, seed: &Secret, now: Timestamp) -> Result<Self, Refusal> {
        let token = claim.token.as_deref().ok_or_else(|| {
            let message = "SecurityToken is mandatory for this action.";
            Refusal::new(400, "MissingSecurityToken", message)
        })?;
        let grant = Self::read(token, seed)?.ok_or_else(|| invalid("Malformed"))?;
        if grant.id != claim.access_key_id {
            return Err(mismatch());
        }
        if now.timestamp() >= grant.until {
            return Err(invalid("Expired"));
        }
        claim.check_signature(&secret_of(seed, &grant.id)?)?;
        Ok(grant)
    }

    /// `None` for a token that was not made here.
    fn read(token: &str, seed: &Secret) -> Result<Option<Self>, Refusal> {
        let bytes = token
            .strip_prefix(PREFIX)
            .and_then(|text| BASE64_STANDARD.decode(text).ok());
        let Some((proof, content)) = bytes
            .as_deref()
            .and_then(|it| it.split_at_checked(PROOF_LENGTH))
        else {
            return Ok(None);
        };
        let expected = token_proof(seed, content)?;
        let differing = |all, (a, b): (&u8, &u8)| all | (a ^ b);
        let same = proof.iter().zip(&expected).fold(0, differing) == 0;
        Ok(same.then(|| serde_json::from_slice(content).ok()).flatten())
    }
}

/// A token beside a pair of another session, or of none.
pub(super) fn mismatch() -> Refusal {
    invalid("MismatchWithAccessKey")
}

fn invalid(aspect: &str) -> Refusal {
    let message = match aspect {
        "Expired" => "Specified SecurityToken is expired.",
        "Malformed" => "Specified SecurityToken is malformed.",
        _ => "Specified SecurityToken mismatch with the AccessKey.",
    };
    Refusal::new(400, format!("InvalidSecurityToken.{aspect}"), message)
}
