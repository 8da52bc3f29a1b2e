//! The ids that the sandbox gives out, and the secrets that follow from them.

use crate::core::Invalid;
use crate::core::access_key::AccessKeyId;
use crate::core::account::AccountId;
use crate::core::secret::Secret;
use crate::sys::random;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The pair that stands for the console's logon session. It is no pair of the account and appears in no list.
pub(super) const CONSOLE_ID: &str = "LTAI5tSANDBOXconsole0000";

/// How every AccessKey ID here begins, so that none is ever taken for a real one.
const PREFIX: &str = "LTAI5tSANDBOX";
const DIGEST_LENGTH: usize = 3;
const RANDOM_LENGTH: usize = 8;
const SECRET_LENGTH: usize = 30;
/// How every id of a role's session begins.
pub(super) const SESSION_PREFIX: &str = "STS.";
const SESSION_RANDOM_LENGTH: usize = 13;
const SESSION_SECRET_LENGTH: usize = 44;
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The id and secret of the console's logon session, for the embedded transport. [`Invalid`] never happens.
pub(crate) fn console_credentials(seed: &Secret) -> Result<(String, Secret), Invalid> {
    Ok((CONSOLE_ID.to_owned(), secret_of(seed, CONSOLE_ID)?))
}

/// A random account id of 16 digits. Fails only where the system has no random bytes.
pub(crate) fn new_account_id() -> anyhow::Result<AccountId> {
    Ok(AccountId::parse(&digits(1_000_000_000_000_000)?)?)
}

/// A random user id of 18 digits.
pub(super) fn new_user_id() -> anyhow::Result<String> {
    digits(100_000_000_000_000_000)
}

/// A new AccessKey ID: the prefix, the digest of the owner's key, random characters (about 47 bits of them).
pub(super) fn new_access_key_id(owner_key: &str) -> anyhow::Result<AccessKeyId> {
    let start = format!("{PREFIX}{}", owner_digest(owner_key));
    Ok(AccessKeyId::parse(&with_random(start, RANDOM_LENGTH)?)?)
}

/// A new id for a role's session: 24 characters, again of no real make.
pub(super) fn new_session_id() -> anyhow::Result<String> {
    with_random(format!("{SESSION_PREFIX}SANDBOX"), SESSION_RANDOM_LENGTH)
}

fn with_random(mut text: String, count: usize) -> anyhow::Result<String> {
    let whole = text.len() + count;
    while text.len() < whole {
        let room = whole - text.len();
        text.extend(
            random::bytes::<16>()?
                .into_iter()
                .filter_map(alphanumeric)
                .take(room),
        );
    }
    Ok(text)
}

/// The part of an AccessKey ID that says to whom it was given; `None` for an id of another make.
pub(super) fn digest_in(access_key_id: &str) -> Option<&str> {
    access_key_id.strip_prefix(PREFIX)?.get(..DIGEST_LENGTH)
}

/// What [`digest_in`] gives for a pair of that owner: a user's lower-cased name, empty for the account.
pub(super) fn owner_digest(owner_key: &str) -> String {
    let hash = Sha256::digest(owner_key.as_bytes());
    let letters = hash.iter().take(DIGEST_LENGTH);
    letters
        .map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]))
        .collect()
}

/// The secret of a pair or a session: 30 or 44 letters and digits from HMAC-SHA256(seed, id and a counter). [`Invalid`] never
/// happens.
pub(super) fn secret_of(seed: &Secret, id: &str) -> Result<Secret, Invalid> {
    let length = if id.starts_with(SESSION_PREFIX) {
        SESSION_SECRET_LENGTH
    } else {
        SECRET_LENGTH
    };
    let mut secret = Zeroizing::new(String::with_capacity(length));
    for block in 0_u8.. {
        let room = length - secret.len();
        if room == 0 {
            break;
        }
        secret.extend(
            mac(seed, &[id.as_bytes(), &[block]])?
                .into_iter()
                .filter_map(alphanumeric)
                .take(room),
        );
    }
    Secret::new(secret)
}

/// What proves that a token was made here. No id begins as its message does. [`Invalid`] never happens.
pub(super) fn token_proof(seed: &Secret, content: &[u8]) -> Result<[u8; 32], Invalid> {
    mac(seed, &[b"\0token\0", content])
}

fn mac(seed: &Secret, message: &[&[u8]]) -> Result<[u8; 32], Invalid> {
    let mut mac = Hmac::<Sha256>::new_from_slice(seed.expose().as_bytes())
        .map_err(|_| Invalid::new("seed", "HMAC refuses it"))?;
    for part in message {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().into())
}

/// A byte as a letter or digit, or `None` where it would make some more likely than others.
fn alphanumeric(byte: u8) -> Option<char> {
    let byte = usize::from(byte);
    (byte < ALPHABET.len() * 4).then(|| char::from(ALPHABET[byte % ALPHABET.len()]))
}

/// A random number of as many digits as `lowest`, a power of ten, has.
fn digits(lowest: u64) -> anyhow::Result<String> {
    let random = u64::from_le_bytes(random::bytes()?);
    Ok((lowest + random % (lowest * 9)).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_their_owner_and_look_like_no_real_one() {
        let id = new_access_key_id("alice").unwrap();
        assert_eq!(id.as_str().len(), 24);
        assert!(id.as_str().starts_with("LTAI5tSANDBOX"));
        assert_eq!(digest_in(id.as_str()), Some(owner_digest("alice").as_str()));
        assert_ne!(owner_digest("alice"), owner_digest(""));
        for foreign in ["", "LTAI5tSANDBOX", "LTAI5tSANDBOXabé", "LTAI5tother"] {
            assert_eq!(digest_in(foreign), None, "{foreign}");
        }
        assert_eq!(CONSOLE_ID.len(), 24);
        assert_eq!(new_account_id().unwrap().as_str().len(), 16);
        assert_eq!(new_user_id().unwrap().len(), 18);
    }

    #[test]
    fn a_secret_follows_from_seed_and_id_alone() {
        let seed = |text: &str| Secret::new(text.to_owned()).unwrap();
        let one = secret_of(&seed("one"), "id").unwrap();
        assert!(one.same_as(&secret_of(&seed("one"), "id").unwrap()));
        assert!(!one.same_as(&secret_of(&seed("two"), "id").unwrap()));
        assert!(!one.same_as(&secret_of(&seed("one"), "ie").unwrap()));
        assert_eq!(one.expose().len(), 30);
        assert!(one.expose().bytes().all(|b| b.is_ascii_alphanumeric()));
    }
}
