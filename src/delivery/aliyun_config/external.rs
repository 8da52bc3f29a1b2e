//! The profile that lets clients run a command for their credentials (mode `External`), put into the file.

use super::fields::is_credential;
use super::json::{Kind, Member, Part};
use super::layout::Layout;
use super::{AliyunConfig, Problem, text_of};
use crate::delivery::process_command::is_akm;
use zeroize::Zeroizing;

/// The CLI takes no profile without a region; this is the one that it takes where it has no file to read.
const USUAL_REGION: &str = "cn-hangzhou";

/// A profile of the mode `External`.
pub(crate) struct External {
    pub(crate) name: String,
    pub(crate) process_command: String,
    /// Absent: the one that the profile has already, else the usual one.
    pub(crate) region: Option<String>,
}

impl External {
    fn fields(&self, known: Option<&Part>) -> [(&'static str, String); 4] {
        let known = known.map(|profile| text_of(profile, "region_id"));
        let known = known.filter(|region| !region.is_empty());
        let region = self.region.clone();
        let region = region.or_else(|| known.map(|region| region.to_string()));
        [
            ("name", self.name.clone()),
            ("mode", "External".to_owned()),
            ("process_command", self.process_command.clone()),
            (
                "region_id",
                region.unwrap_or_else(|| USUAL_REGION.to_owned()),
            ),
        ]
    }
}

/// Returns a whole file with this one profile, which is its current one, as the CLI indents it.
pub(crate) fn new_file(external: &External) -> String {
    let layout = Layout::of_cli();
    let members = external
        .fields(None)
        .map(|(name, text)| member(name, &text));
    let current = member("current", &external.name);
    let profiles = format!(
        "\"profiles\": {}",
        layout.list(&layout.object(&members, 2), 1)
    );
    layout.object(&[current, profiles], 0)
}

impl AliyunConfig<'_> {
    /// Returns the text with this profile in it. A profile of that name keeps its place, and all of its fields but credentials; where it
    /// says all this already, the text is the same. `SameName` where two have the name.
    pub(crate) fn with_external(&self, external: &External) -> Result<Zeroizing<String>, Problem> {
        Ok(match self.profile(&external.name)? {
            Some(known) => self.replaced(known, external),
            None => self.added(external),
        })
    }

    fn replaced(&self, known: &Part, external: &External) -> Zeroizing<String> {
        let Kind::Object(members) = &known.kind else {
            return self.spliced(&[]);
        };
        let fields = external.fields(Some(known));
        let has = |(name, text): &(&str, String)| *text_of(known, name) == *text;
        let clean = !members.iter().any(|member| is_credential(&member.name));
        if clean && fields.iter().all(has) {
            return self.spliced(&[]);
        }
        let mut texts: Vec<String> = members
            .iter()
            .filter(|member| !is_credential(&member.name))
            .map(|member| self.kept_or_new(member, &fields))
            .collect();
        let missing = fields
            .iter()
            .filter(|(name, _)| known.member(name).is_none());
        texts.extend(missing.map(|(name, text)| member(name, text)));
        let layout = Layout::of_object(self.text, known);
        self.spliced(&[(known.range(), layout.object(&texts, 0))])
    }

    /// A member as it is written, unless the profile is to say something else there.
    fn kept_or_new(&self, known: &Member, fields: &[(&'static str, String)]) -> String {
        let wanted = fields.iter().find(|(name, _)| known.is(name));
        match wanted {
            Some((_, text)) if known.value.decoded().is_none_or(|now| *now != *text) => {
                member(&known.name, text)
            }
            _ => known.written(self.text).to_owned(),
        }
    }

    fn added(&self, external: &External) -> Zeroizing<String> {
        let members = external
            .fields(None)
            .map(|(name, text)| member(name, &text));
        if let Some(last) = self.profiles().last() {
            let layout = Layout::of_object(self.text, last);
            let between = Layout::break_before(self.text, last.start).unwrap_or(" ");
            let object = layout.object(&members, 0);
            let end = last.end();
            return self.spliced(&[(end..end, format!(",{between}{object}"))]);
        }
        let layout = Layout::of_object(self.text, &self.root);
        let list = layout.list(&layout.object(&members, 2), 1);
        match (self.root.member("profiles"), &self.root.kind) {
            (Some(empty), _) => self.spliced(&[(empty.range(), list)]),
            (None, Kind::Object(known)) if !known.is_empty() => {
                let end = known.last().map_or(0, |member| member.value.end());
                let first = known.first().map_or(0, |member| member.start);
                let between = Layout::break_before(self.text, first).unwrap_or(" ");
                self.spliced(&[(end..end, format!(",{between}\"profiles\": {list}"))])
            }
            (None, _) => self.spliced(&[(self.root.range(), new_file(external))]),
        }
    }
}

/// Tells whether the profile is one that akm wrote.
pub(super) fn is_akms(profile: &Part) -> bool {
    is_external(profile) && is_akm(&text_of(profile, "process_command"))
}

/// Tells whether the profile runs a program for its credentials.
pub(super) fn is_external(profile: &Part) -> bool {
    *text_of(profile, "mode") == *"External"
}

fn member(name: &str, text: &str) -> String {
    format!("{}: {}", quoted(name), quoted(text))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
