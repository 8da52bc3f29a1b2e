//! `disable`, `enable`, `delete`: a pair whose id was typed.

mod delete;
mod listed;
mod status;

pub(in crate::ops) use delete::delete_inactive;
pub(crate) use delete::{Allowed, about_to_delete, delete};
pub(in crate::ops) use listed::{find, not_the_signer};
pub(in crate::ops) use status::is_last;
pub(crate) use status::{disable, enable};
