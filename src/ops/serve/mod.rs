//! Serving one session of a role to all who ask for it at a credentials URI.

mod endpoint;
mod renewal;

pub(crate) use endpoint::Endpoint;
pub(crate) use renewal::{Provider, SharedSession};
