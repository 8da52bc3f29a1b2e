//! Pairs that appeared around a create whose answer was lost.

use crate::support::env::Env;

/// A home where a pair of alice's is a suspect; gives back its id.
pub(crate) fn with_suspect(env: &Env) -> String {
    let id = env.create("alice");
    suspect(env, &id);
    id
}

pub(crate) fn suspect(env: &Env, id: &str) {
    let folder = env.journal_of("alice").parent().unwrap().to_owned();
    let text = format!(
        "version = 1\naccess_key_id = \"{id}\"\nram_user = \"alice\"\nseen_at = \"2026-11-24T00:00:00Z\"\n"
    );
    let path = folder.join(format!("suspect-{id}.toml"));
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}
