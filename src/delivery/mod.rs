//! How credentials are written for those who use them: one file a format. Writes nothing by itself.

pub(crate) mod environment;
