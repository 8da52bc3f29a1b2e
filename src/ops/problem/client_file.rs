//! Files that akm shares with the `aliyun` CLI and the SDKs.

use crate::delivery::aliyun_config;
use crate::ops::Kind;
use std::io;
use std::path::PathBuf;

#[derive(Debug)]
pub(crate) enum ClientFile {
    /// It is no configuration of the `aliyun` CLI.
    Malformed(PathBuf, aliyun_config::Problem),
    /// The system does not let akm change it.
    Unusable(PathBuf, io::Error),
    /// Another program changed it meanwhile.
    Changed(PathBuf),
    /// The profile has a secret that akm has not saved; whether that is a pair's, which can be imported.
    HoldsSecret {
        file: PathBuf,
        profile: String,
        is_pair: bool,
    },
    /// It has another name, a hard link, under which the secret would stay.
    HardLink(PathBuf),
    /// The section has other secrets.
    OtherSecrets { file: PathBuf, section: String },
    /// A longer value in that line contains the secret.
    LongerValue { file: PathBuf, line: usize },
}

impl ClientFile {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Malformed(..) => Kind::BadFile,
            Self::Unusable(..) => Kind::Failed,
            Self::Changed(_) => Kind::Busy,
            Self::HoldsSecret { .. }
            | Self::HardLink(_)
            | Self::OtherSecrets { .. }
            | Self::LongerValue { .. } => Kind::Refused,
        }
    }
}
