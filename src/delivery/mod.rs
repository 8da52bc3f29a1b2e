//! How credentials are written for those who use them: the environment variables, and one file a format. Writes nothing by itself.

#[cfg(feature = "server")]
pub(crate) mod credentials_uri;
pub(crate) mod environment;
pub(crate) mod format;
