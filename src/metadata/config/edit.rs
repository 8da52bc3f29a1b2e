//! A TOML text with other values, in which everything else stays: comments, blank lines, the order.

use toml_edit::{DocumentMut, Item, TableLike};

/// Returns the text with the values of `wanted` and without the keys that are not in `wanted`, with their comments; the key `untouched`
/// stays as it is. `None` where one of them is no TOML.
pub(super) fn edited(text: &str, wanted: &str, untouched: &str) -> Option<String> {
    let mut text: DocumentMut = text.parse().ok()?;
    let mut wanted: DocumentMut = wanted.parse().ok()?;
    if let Some(item) = text.get(untouched) {
        wanted.insert(untouched, item.clone());
    }
    set_table(text.as_table_mut(), wanted.as_table());
    Some(text.to_string())
}

fn set_table(table: &mut dyn TableLike, wanted: &dyn TableLike) {
    let known = table.iter().map(|(key, _)| key.to_owned());
    let gone: Vec<String> = known.filter(|key| !wanted.contains_key(key)).collect();
    for key in gone {
        table.remove(&key);
    }
    for (key, item) in wanted.iter() {
        match table.get_mut(key) {
            Some(old) => set(old, item),
            None => drop(table.insert(key, item.clone())),
        }
    }
}

fn set(old: &mut Item, wanted: &Item) {
    if let (Some(old), Some(wanted)) = (old.as_table_like_mut(), wanted.as_table_like()) {
        set_table(old, wanted);
    } else if let (Some(old), Some(wanted)) = (old.as_value_mut(), wanted.as_value()) {
        // A text may be in other quotes than akm's.
        if old.as_str().is_none() || old.as_str() != wanted.as_str() {
            let around = old.decor().clone();
            *old = wanted.clone();
            *old.decor_mut() = around;
        }
    } else {
        *old = wanted.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Ours, since spring.
version = 1 # do not touch

store = 'age'
[policy] # of all rotations
  overlap = \"5d\"   # deploys are slow
[profiles.dev] # the small one
# who signs
access_key_id = \"LTAI1\" # alice's
region = \"cn-hangzhou\"

# the large one
[profiles.prod]
access_key_id = \"LTAI2\"
# the end
";

    #[test]
    fn only_what_differs_is_changed() {
        let wanted = "version = 2\nstore = \"age\"\ndefault_profile = \"new\"\n\
                      [profiles.dev]\naccess_key_id = \"LTAI3\"\n\
                      [profiles.new]\naccess_key_id = \"LTAI4\"\n";
        let expected = "\
# Ours, since spring.
version = 2 # do not touch

store = 'age'
default_profile = \"new\"
[policy] # of all rotations
  overlap = \"5d\"   # deploys are slow
[profiles.dev] # the small one
# who signs
access_key_id = \"LTAI3\" # alice's
[profiles.new]
access_key_id = \"LTAI4\"
# the end
";
        let edited = edited(TEXT, wanted, "policy").unwrap();
        assert_eq!(edited, expected);
    }

    #[test]
    fn what_is_no_toml_is_not_edited() {
        assert_eq!(edited("overlap = 2d", "version = 2\n", "policy"), None);
    }

    #[test]
    fn tables_in_one_line_are_changed_in_it() {
        let text = "recipients = {age = \"a\"} # both\n";
        let edited = edited(
            text,
            "[recipients]\nage = \"a\"\nkeyring = \"k\"\n",
            "policy",
        );
        let expected = "recipients = {age = \"a\", keyring = \"k\"} # both\n";
        assert_eq!(edited.unwrap(), expected);
    }
}
