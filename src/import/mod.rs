//! Reading pairs that other programs and people keep: CSV files, and what the `aliyun` CLI is configured with.

pub(crate) mod aliyun_cli;
mod csv;

pub(crate) use csv::{LONGEST, Row, looks_like_id, read};
