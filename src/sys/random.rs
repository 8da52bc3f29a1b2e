//! Random bytes from the operating system.

use anyhow::Context;

/// `N` random bytes. Fails only where the system has none.
pub(crate) fn bytes<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).context("the system gave no random bytes")?;
    Ok(bytes)
}

/// 32 lower-case hexadecimal digits, as the SDKs make a signature nonce.
pub(crate) fn nonce() -> anyhow::Result<String> {
    Ok(hex(&bytes::<16>()?))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    let digits = |byte: &u8| [digit(byte >> 4), digit(byte & 15)];
    bytes.iter().flat_map(digits).collect()
}
