//! How credentials are written for those who use them: the environment variables, and one file a format. Writes nothing by itself.

pub(crate) mod aliyun_config;
pub(crate) mod credentials_file;
#[cfg(feature = "server")]
pub(crate) mod credentials_uri;
pub(crate) mod environment;
pub(crate) mod format;
pub(crate) mod process_command;
