//! Random bytes from the operating system.

use anyhow::Context;
use std::fmt::Write;

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
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
