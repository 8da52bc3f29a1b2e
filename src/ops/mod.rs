//! What akm does: the order of calls, the journal, recovery. Sees the cloud, the stores and the files through their traits.

mod action;
pub(crate) mod advice;
pub(crate) mod comment;
pub(crate) mod connect;
pub(crate) mod create;
pub(crate) mod credentials;
mod drive;
pub(crate) mod drop_secret;
pub(crate) mod export;
pub(crate) mod forget;
mod forget_pair;
pub(crate) mod hand_out;
pub(crate) mod import;
mod issue;
pub(crate) mod key_policy;
mod kind;
mod leak;
mod live;
pub(crate) mod move_secrets;
mod pair_secret;
pub(crate) mod problem;
pub(crate) mod profile;
mod record;
pub(crate) mod recover;
pub(crate) mod refresh;
pub(crate) mod remark;
pub(crate) mod restore;
pub(crate) mod retire;
pub(crate) mod role_session;
pub(crate) mod role_trial;
mod rollback;
pub(crate) mod rotate;
pub(crate) mod scrub;
#[cfg(feature = "server")]
pub(crate) mod serve;
pub(crate) mod session;
mod standing;
mod stop;
pub(crate) mod this_run;
mod thread_pool;
mod two_pairs;
pub(crate) mod user;
pub(crate) mod verify;
#[cfg(test)]
pub(crate) mod watch;
mod work;

#[cfg(test)]
pub(crate) use live::{EXPIRY, LAG};

pub(crate) use drive::Ending;
pub(crate) use kind::Kind;
pub(crate) use problem::Failure;
pub(crate) use record::unreadable;
pub(crate) use session::{Account, Session, Stores, Tell};
