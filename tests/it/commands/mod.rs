//! What each command does, prints and refuses.

#[cfg(all(unix, feature = "server"))]
pub(crate) mod clients;
#[cfg(all(unix, feature = "server"))]
pub(crate) mod clients_aliyun;
#[cfg(all(unix, feature = "server"))]
pub(crate) mod clients_aliyun_itself;
#[cfg(all(unix, feature = "server"))]
pub(crate) mod clients_built;
#[cfg(all(unix, feature = "server"))]
pub(crate) mod clients_rotation;
pub(crate) mod comment;
pub(crate) mod completions;
pub(crate) mod config_file;
pub(crate) mod connect;
pub(crate) mod copy;
pub(crate) mod create;
pub(crate) mod create_asking;
pub(crate) mod create_menu;
#[cfg(feature = "server")]
pub(crate) mod credential_process;
pub(crate) mod disable_enable_delete;
pub(crate) mod env;
pub(crate) mod exec;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod import_files;
pub(crate) mod import_from;
#[cfg(feature = "server")]
pub(crate) mod import_scrub;
#[cfg(feature = "server")]
pub(crate) mod import_scrub_profiles;
pub(crate) mod import_shapes;
pub(crate) mod key_policy;
pub(crate) mod leak;
pub(crate) mod list;
#[cfg(all(unix, feature = "server"))]
pub(crate) mod list_refresh;
pub(crate) mod log;
pub(crate) mod places;
#[cfg(feature = "server")]
pub(crate) mod profile;
#[cfg(feature = "server")]
pub(crate) mod profile_edit;
pub(crate) mod questions;
pub(crate) mod recipes;
pub(crate) mod recipes_tools;
pub(crate) mod recover;
#[cfg(feature = "server")]
pub(crate) mod restore;
pub(crate) mod rollback;
pub(crate) mod rotate;
pub(crate) mod rotate_all;
#[cfg(all(unix, feature = "server"))]
pub(crate) mod rotate_all_interrupted;
#[cfg(feature = "server")]
pub(crate) mod rotate_all_summary;
pub(crate) mod rotate_dry_run;
pub(crate) mod rotate_replace;
#[cfg(feature = "server")]
pub(crate) mod rotate_self;
#[cfg(feature = "server")]
pub(crate) mod sandbox_sdks;
#[cfg(feature = "server")]
pub(crate) mod sandbox_serve;
#[cfg(all(unix, feature = "server"))]
pub(crate) mod serve;
#[cfg(all(unix, feature = "server"))]
pub(crate) mod session_policy;
pub(crate) mod show;
pub(crate) mod show_unfinished;
pub(crate) mod spelling;
pub(crate) mod store;
#[cfg(target_os = "linux")]
pub(crate) mod store_keyring;
#[cfg(target_os = "linux")]
pub(crate) mod store_move;
pub(crate) mod store_protect;
pub(crate) mod tables;
pub(crate) mod user;
