//! The pair of a section of the SDKs' credentials file, an INI file.
//!
//! What the SDKs agree on is read: sections by their exact names, keys in any case, `=` or `:`, `#` and `;` begin a comment (also
//! behind a value). Sections that are not selected may hold anything.

use super::object::without_mark;
use super::pair::{self, AssumedRole, FoundPair};
use super::place::Place;
use super::refusal::Refusal;
use std::collections::HashMap;
use std::path::Path;

/// The longest file taken, in bytes.
pub(crate) const LONGEST: u64 = 1 << 20;
/// The variable that names the file.
pub(crate) const NAMED_BY: &str = "ALIBABA_CLOUD_CREDENTIALS_FILE";
/// The variable that selects the section.
pub(crate) const SELECTED_BY: &str = "ALIBABA_CLOUD_PROFILE";
/// The section that is taken where no variable selects one.
pub(crate) const DEFAULT_SECTION: &str = "default";
/// Where the file is without a variable: Go and Node read the first, Python and Java the second.
pub(crate) const DEFAULT_FILES: [&str; 2] =
    [".alibabacloud/credentials", ".alibabacloud/credentials.ini"];

/// The types that hold no pair, and what they are.
const OTHER_TYPES: [(&str, &str); 6] = [
    (
        "sts",
        "a session, which ends; import the pair that the session was taken with",
    ),
    ("ecs_ram_role", "the role of an ECS instance"),
    ("oidc_role_arn", "a role by an identity provider"),
    ("rsa_key_pair", "an RSA key, which is not an AccessKey pair"),
    ("credentials_uri", "the sessions that an address gives"),
    ("bearer", "a bearer token"),
];

/// Reads the pair of a section. `file` is the name in the place. The errors are those of [`Refusal`].
pub(crate) fn read(file: &Path, content: &[u8], section: &str) -> Result<FoundPair, Refusal> {
    let malformed = |why: &str| Refusal::Malformed(why.to_owned());
    let content = without_mark(content);
    let text = std::str::from_utf8(content).map_err(|_| malformed("it is not UTF-8 text"))?;
    if text.trim_start().starts_with('{') {
        return Err(malformed("it is JSON, and the SDKs read INI from it"));
    }
    let mut ini = Ini::default();
    for (number, line) in (1_u64..).zip(text.lines()) {
        ini.take(line, section)
            .map_err(|why| Refusal::Malformed(format!("line {number}: {why}")))?;
    }
    let name = section.to_owned();
    if !ini.sections.contains(&section) {
        let known = ini.sections.iter().map(ToString::to_string).collect();
        return Err(Refusal::Missing { name, known });
    }
    ini.found(file, section).map_err(|why| Refusal::Unusable {
        name,
        why,
        usable: Vec::new(),
    })
}

/// The names of all sections, and the keys of the selected one.
#[derive(Default)]
struct Ini<'a> {
    sections: Vec<&'a str>,
    in_selected: bool,
    keys: HashMap<String, &'a str>,
}

impl<'a> Ini<'a> {
    fn take(&mut self, line: &'a str, selected: &str) -> Result<(), String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            return Ok(());
        }
        if let Some(name) = header(line) {
            self.in_selected = name == selected;
            if !self.sections.contains(&name) {
                self.sections.push(name);
            }
            return Ok(());
        }
        if !self.in_selected {
            return Ok(());
        }
        let (key, value) = line
            .split_once(['=', ':'])
            .ok_or("it is neither a section nor `key = value`")?;
        let key = key.trim().to_ascii_lowercase();
        match self.keys.insert(key, value_of(value)) {
            Some(_) => Err(format!("a key of the section `{selected}` is given twice")),
            None => Ok(()),
        }
    }

    fn key(&self, name: &str) -> &'a str {
        self.keys.get(name).copied().unwrap_or_default()
    }

    fn found(&self, file: &Path, section: &str) -> Result<FoundPair, String> {
        let role = match self.key("type") {
            "access_key" => None,
            "ram_role_arn" => Some(AssumedRole::parse(
                self.key("role_arn"),
                self.key("role_session_name"),
                "",
            )?),
            other => return Err(no_pair(other)),
        };
        let parsed = pair::parse(self.key("access_key_id"), self.key("access_key_secret"))?;
        let (file, name) = (file.to_owned(), section.to_owned());
        let found = FoundPair::new(parsed, Place::Section { file, name });
        Ok(FoundPair { role, ..found })
    }
}

/// Why a type gives no pair. One that is not known is not repeated: it may be a secret in the wrong line.
fn no_pair(kind: &str) -> String {
    if kind.is_empty() {
        return "it has no `type`; `type = access_key` or `type = ram_role_arn` is expected"
            .to_owned();
    }
    match OTHER_TYPES.iter().find(|(name, _)| *name == kind) {
        Some((name, what)) => format!("it is of the type `{name}`: {what}"),
        None => "it has a type that the SDKs lack; `access_key` or `ram_role_arn` is expected"
            .to_owned(),
    }
}

fn header(line: &str) -> Option<&str> {
    let (name, _) = line.strip_prefix('[')?.split_once(']')?;
    Some(name.trim())
}

/// A value without the comment behind it and the quotes around it.
fn value_of(text: &str) -> &str {
    let text = text.split(['#', ';']).next().unwrap_or_default().trim();
    let quoted = |sign: char| text.strip_prefix(sign)?.strip_suffix(sign);
    quoted('"').or_else(|| quoted('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
; written by hand
stray = three
[default]
enable = true
type = access_key            # required
ACCESS_KEY_ID: LTAI5tONE
access_key_secret = one
[ role ]
type = ram_role_arn
access_key_id = 'LTAI5tTWO'
access_key_secret = \"two\";
role_arn = acs:ram::1:role/admin
role_session_name = me
policy = {\"Version\": \"1\"}
[broken]
three
three = three
[sts]
type = sts
access_key_id = STS.N
access_key_secret = three
security_token = three
[odd]
type = three
[untyped]
access_key_id = LTAI5tONE
[half]
type = access_key
access_key_id = LTAI5tONE
access_key_secret =
[session]
type = access_key
access_key_id = STS.N
access_key_secret = three
[roleless]
type = ram_role_arn
access_key_id = LTAI5tTWO
access_key_secret = three
[twice]
access_key_id = LTAI5tTWO
access_key_id = LTAI5tTWO
";

    fn found(content: &str, section: &str) -> Result<FoundPair, Refusal> {
        read(Path::new("c"), content.as_bytes(), section)
    }

    #[test]
    fn both_types_that_have_a_pair_give_it_with_place_and_role() {
        let dos = format!("\u{feff}{}", FILE.replace('\n', "\r\n"));
        for content in [FILE, &dos] {
            let plain = found(content, "default").unwrap();
            assert_eq!(
                (plain.id.as_str(), plain.secret.expose()),
                ("LTAI5tONE", "one")
            );
            assert_eq!(plain.places(), "section `default` of `c`");
            assert!(plain.role.is_none());
            let in_role = found(content, "role").unwrap();
            assert_eq!(
                (in_role.id.as_str(), in_role.secret.expose()),
                ("LTAI5tTWO", "two")
            );
            let role = in_role.role.unwrap();
            assert_eq!(role.arn.as_str(), "acs:ram::1:role/admin");
            assert_eq!(role.session_name.unwrap().as_str(), "me");
        }
    }

    #[test]
    fn a_section_without_a_pair_is_refused_with_the_reason_and_no_secret() {
        for (section, why) in [
            ("sts", "it is of the type `sts`: a session"),
            ("odd", "it has a type that the SDKs lack"),
            ("untyped", "it has no `type`"),
            ("half", "the AccessKey secret is empty"),
            (
                "session",
                "it is a session, which ends, and not an AccessKey pair",
            ),
            ("roleless", "role ARN"),
            (
                "broken",
                "line 16: it is neither a section nor `key = value`",
            ),
            (
                "twice",
                "line 41: a key of the section `twice` is given twice",
            ),
        ] {
            let said = format!("{:?}", found(FILE, section).unwrap_err());
            assert!(said.contains(why), "{said}");
            assert!(!said.contains("three"), "{said}");
        }
    }

    #[test]
    fn a_missing_section_names_the_ones_there_are_and_json_is_not_ini() {
        let known = vec!["a".to_owned(), "b".to_owned()];
        let name = "Default".to_owned();
        assert_eq!(
            found("[a]\n[b]\n[a]\n", "Default").unwrap_err(),
            Refusal::Missing { name, known }
        );
        for (content, why) in [
            (&b"\n{\"current\": \"two\"}"[..], "it is JSON"),
            (b"\xff\xfe[\0", "it is not UTF-8 text"),
        ] {
            let said = format!(
                "{:?}",
                read(Path::new("c"), content, "default").unwrap_err()
            );
            assert!(said.contains(why) && !said.contains("two"), "{said}");
        }
    }
}
