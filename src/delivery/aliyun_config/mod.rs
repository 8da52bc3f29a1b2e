//! The `aliyun` CLI's `~/.aliyun/config.json`, which the SDKs read and write, too: one profile of it edited, every other byte kept.

mod backup;
mod external;
mod fields;
mod json;
mod layout;
mod problem;
mod scrub;
#[cfg(test)]
mod tests;

pub(crate) use external::{External, new_file};
pub(crate) use problem::Problem;

use crate::core::access_key::AccessKeyId;
use crate::core::secret::Secret;
use fields::is_credential;
pub(super) use fields::is_secret;
use json::{Kind, Member, Part};
use std::ops::Range;
use zeroize::Zeroizing;

/// The longest file taken, in bytes.
pub(crate) const LONGEST: u64 = 1 << 20;

/// The mark that some editors put before the text. It stays where it is.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A file's text, read strictly.
pub(crate) struct AliyunConfig<'a> {
    mark: &'a str,
    text: &'a str,
    root: Part<'a>,
}

/// What a profile would lose with its credentials.
pub(crate) enum Held {
    /// No secret.
    Nothing,
    /// One AccessKey pair and no other secret.
    Pair(AccessKeyId, Secret),
    /// Secrets that are no AccessKey pair, such as the token of a session.
    Other,
}

impl<'a> AliyunConfig<'a> {
    /// Reads the file. Errors: it is too long, not UTF-8, empty, no JSON object, cut short, has a name twice in an object, is nested
    /// too deep, or has profiles that are no named objects.
    pub(crate) fn parse(content: &'a [u8]) -> Result<Self, Problem> {
        if content.len() as u64 > LONGEST {
            return Err(Problem::TooLong);
        }
        let whole = std::str::from_utf8(content).map_err(|_| Problem::NotText)?;
        let text = whole.strip_prefix(BYTE_ORDER_MARK).unwrap_or(whole);
        if text.trim_ascii().is_empty() {
            return Err(Problem::Empty);
        }
        let root = Part::parse(text)?;
        if !matches!(root.kind, Kind::Object(_)) {
            return Err(Problem::NoObject);
        }
        let mark = &whole[..whole.len() - text.len()];
        let config = Self { mark, text, root };
        config.check_profiles()?;
        Ok(config)
    }

    fn check_profiles(&self) -> Result<(), Problem> {
        let named = |part: &Part| {
            part.member("name")
                .is_some_and(|name| name.decoded().is_some())
        };
        match self.root.member("profiles") {
            None => Ok(()),
            Some(part) if part.text == "null" => Ok(()),
            Some(Part {
                kind: Kind::List(list),
                ..
            }) if list.iter().all(named) => Ok(()),
            Some(_) => Err(Problem::OddProfiles),
        }
    }

    fn profiles(&self) -> &[Part<'a>] {
        match self.root.member("profiles").map(|part| &part.kind) {
            Some(Kind::List(list)) => list,
            _ => &[],
        }
    }

    /// The profile of that name. `SameName` where there are two: clients differ in which one they take.
    fn profile(&self, name: &str) -> Result<Option<&Part<'a>>, Problem> {
        let is = |part: &&Part| text_of(part, "name").as_str() == name;
        let mut found = self.profiles().iter().filter(is);
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(Problem::SameName),
            (one, None) => Ok(one),
        }
    }

    /// Returns the name of the profile that clients take where nothing else names one.
    pub(crate) fn current(&self) -> String {
        let name = text_of(&self.root, "current");
        if name.is_empty() {
            return "default".to_owned();
        }
        name.to_string()
    }

    /// Returns the command of the profile of that name, if akm wrote it. `SameName` where two profiles have the name.
    pub(crate) fn akms_command(&self, name: &str) -> Result<Option<String>, Problem> {
        let profile = self.profile(name)?;
        let ours = profile.filter(|profile| external::is_akms(profile));
        Ok(ours.map(|profile| text_of(profile, "process_command").to_string()))
    }

    /// What the profile of that name would lose if akm's took its place. Of an earlier one of akm's not the session that a client wrote
    /// into it: it ends, and none reads it again. `SameName` as above.
    pub(crate) fn held(&self, name: &str) -> Result<Held, Problem> {
        Ok(self.profile(name)?.map_or(Held::Nothing, held))
    }

    /// Tells whether the profile of that name runs a program that is not akm for its credentials. `SameName` as above.
    pub(crate) fn runs_another_program(&self, name: &str) -> Result<bool, Problem> {
        let profile = self.profile(name)?;
        Ok(profile.is_some_and(|it| external::is_external(it) && !external::is_akms(it)))
    }

    /// The text with new texts in some places of it. The places are in order and apart.
    fn spliced(&self, edits: &[(Range<usize>, String)]) -> Zeroizing<String> {
        let more: usize = edits.iter().map(|(_, new)| new.len()).sum();
        // Sized at once: a text that grows leaves copies of the file's secrets behind.
        let room = self.mark.len() + self.text.len() + more;
        let mut whole = Zeroizing::new(String::with_capacity(room));
        whole.push_str(self.mark);
        let mut from = 0;
        for (place, new) in edits {
            whole.push_str(&self.text[from..place.start]);
            whole.push_str(new);
            from = place.end;
        }
        whole.push_str(&self.text[from..]);
        whole
    }
}

fn held(profile: &Part) -> Held {
    let Kind::Object(members) = &profile.kind else {
        return Held::Nothing;
    };
    let has_akms_session = external::is_akms(profile) && is_session(profile);
    let lost = |member: &&Member| {
        let of_session = member.is("access_key_secret") || member.is("sts_token");
        is_credential(&member.name)
            && is_secret(&member.name)
            && !member.value.is_empty()
            && !(has_akms_session && of_session)
    };
    let mut secrets = members.iter().filter(lost);
    match (secrets.next(), secrets.next()) {
        (None, _) => Held::Nothing,
        (Some(one), None) if one.is("access_key_secret") => pair(profile),
        _ => Held::Other,
    }
}

/// Tells whether the profile's credentials are a role's session, whose id begins so in every answer of `AssumeRole`.
fn is_session(profile: &Part) -> bool {
    text_of(profile, "access_key_id").starts_with("STS.")
        && !text_of(profile, "sts_token").is_empty()
}

fn pair(profile: &Part) -> Held {
    let id = AccessKeyId::parse(&text_of(profile, "access_key_id"));
    match (id, Secret::new(text_of(profile, "access_key_secret"))) {
        (Ok(id), Ok(secret)) => Held::Pair(id, secret),
        _ => Held::Other,
    }
}

/// A text of a profile; empty where it has none.
fn text_of(profile: &Part, name: &str) -> Zeroizing<String> {
    let value = profile.member(name).and_then(Part::decoded);
    value.unwrap_or_default()
}
