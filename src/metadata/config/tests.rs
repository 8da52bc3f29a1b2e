//! Reading and writing beside what a person wrote.

use super::*;
use crate::sys::fs::LocalDisk;
use std::sync::Arc;

fn home(name: &str, text: &str) -> Home {
    let folder = std::env::temp_dir().join(format!("akm-config-{name}-{}", std::process::id()));
    let home = Home {
        disk: Arc::new(LocalDisk),
        config: folder.clone(),
        data: folder,
    };
    home.replace(&home.config_file(), text).unwrap();
    home
}

fn text(home: &Home) -> String {
    String::from_utf8(home.bytes(&home.config_file()).unwrap().unwrap()).unwrap()
}

#[test]
fn a_wrong_policy_stops_only_what_asks_for_it() {
    let wrong = "version = 2\nstore = \"age\"\n# slow\n[policy]\ngrace = \"2x\"\n";
    let home = home("wrong", wrong);
    let mut config = Config::load(&home).unwrap();
    assert_eq!(config.store, Some(StoreKind::Age));
    assert!(
        matches!(config.policy(&home), Err(Error::Miswritten(_, why)) if why.starts_with("line 5: "))
    );
    // It is there after a write, with what was written about it.
    config.store = Some(StoreKind::Keyring);
    config.save(&home).unwrap();
    let saved = text(&home);
    assert!(
        saved.contains("store = \"keyring\"\n# slow\n[policy]\ngrace = \"2x\"\n"),
        "{saved}"
    );
    // Where it is no TOML, too.
    let wrong = wrong.replace("\"2x\"", "2d # two days");
    home.replace(&home.config_file(), &wrong).unwrap();
    let mut config = Config::load(&home).unwrap();
    config.store = Some(StoreKind::Keyring);
    config.save(&home).unwrap();
    let saved = text(&home);
    assert!(
        saved.starts_with(
            "version = 2\nstore = \"keyring\"\n# slow\n[policy]\ngrace = 2d # two days\n"
        ),
        "{saved}"
    );
    std::fs::remove_dir_all(&home.data).unwrap();
}

#[test]
fn what_is_wrong_elsewhere_is_not_blamed_on_the_policy() {
    let home = home(
        "elsewhere",
        "version = 2\nstore = 5\n[policy]\ngrace = \"2x\"\n",
    );
    assert!(matches!(Config::load(&home), Err(Error::Damaged(..))));
    home.replace(
        &home.config_file(),
        "version = 9\n[policy]\ngrace = \"2x\"\n",
    )
    .unwrap();
    assert!(matches!(Config::load(&home), Err(Error::Newer(..))));
    std::fs::remove_dir_all(&home.data).unwrap();
}
