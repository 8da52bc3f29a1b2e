//! The policy that an assumed role's session is narrowed to (STS `AssumeRole`, parameter `Policy`).
//!
//! Actions are judged; resources and conditions are not. What is not judged narrows: an `Allow` counts only for all resources
//! and without condition, a `Deny` whatever its resources and condition.

use crate::sandbox::refusal::Refusal;
use serde::Deserialize;
use serde_json::Value;

/// Characters ("1 to 2048" in the present document, 1024 in older ones).
const LONGEST: usize = 2048;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct SessionPolicy {
    version: String,
    statement: Vec<Statement>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    effect: Effect,
    #[serde(default)]
    action: Words,
    #[serde(default)]
    not_action: Words,
    #[serde(default)]
    resource: Words,
    #[serde(default)]
    not_resource: Words,
    condition: Option<Value>,
}

#[derive(Debug, Deserialize, PartialEq)]
enum Effect {
    Allow,
    Deny,
}

/// One or more.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    More(Vec<String>),
}

impl Default for Words {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl Words {
    fn all(&self) -> &[String] {
        match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::More(words) => words,
        }
    }

    fn is_empty(&self) -> bool {
        self.all().is_empty()
    }
}

impl SessionPolicy {
    /// `InvalidParameter.PolicySize`, `InvalidParameter.PolicyGrammar`.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        if text.chars().count() > LONGEST {
            let message = "The size of Policy must be smaller than 2048 bytes.";
            return Err(Refusal::new(400, "InvalidParameter.PolicySize", message));
        }
        let parsed = serde_json::from_str(text).ok();
        parsed.filter(Self::is_sound).ok_or_else(|| {
            let message = "The parameter Policy has not passed grammar check.";
            Refusal::new(400, "InvalidParameter.PolicyGrammar", message)
        })
    }

    fn is_sound(&self) -> bool {
        let sound = |one: &Statement| {
            one.action.is_empty() != one.not_action.is_empty()
                && one.resource.is_empty() != one.not_resource.is_empty()
        };
        self.version == "1" && !self.statement.is_empty() && self.statement.iter().all(sound)
    }

    /// Whether the session may do that, as `ram:GetUser`.
    pub(super) fn allows(&self, action: &str) -> bool {
        let has = |effect| {
            let mut all = self.statement.iter();
            all.any(|one| one.effect == effect && one.concerns(action))
        };
        has(Effect::Allow) && !has(Effect::Deny)
    }
}

impl Statement {
    fn concerns(&self, action: &str) -> bool {
        let named = |words: &Words| words.all().iter().any(|word| matches(word, action));
        let everywhere = self.resource.all().iter().any(|one| one == "*");
        (named(&self.action) || (!self.not_action.is_empty() && !named(&self.not_action)))
            && (self.effect == Effect::Deny || (everywhere && self.condition.is_none()))
    }
}

/// Whether a pattern with `*` and `?` fits the whole text; case does not matter.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    // Where the last `*` stood, and up to where it has been tried.
    let (mut star, mut tried) = (None, 0);
    let (mut at, mut to) = (0, 0);
    while to < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some(at);
                tried = to;
                at += 1;
            }
            Some(byte) if *byte == b'?' || byte.eq_ignore_ascii_case(&text[to]) => {
                at += 1;
                to += 1;
            }
            _ => {
                let Some(place) = star else { return false };
                tried += 1;
                (at, to) = (place + 1, tried);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(statements: &str) -> Result<SessionPolicy, Refusal> {
        SessionPolicy::parse(&format!(
            "{{\"Version\":\"1\",\"Statement\":[{statements}]}}"
        ))
    }

    #[test]
    fn actions_are_judged_and_what_is_not_judged_narrows() {
        let allow = r#"{"Effect":"Allow","Action":["ram:Get*","ram:ListUser?"],"Resource":"*"}"#;
        let judged = policy(allow).unwrap();
        assert!(judged.allows("ram:GetUser") && judged.allows("ram:listusers"));
        assert!(!judged.allows("ram:DeleteUser") && !judged.allows("ram:ListUser"));
        let deny = r#"{"Effect":"Deny","Action":"ram:GetUser","Resource":"acs:ram:*:*:user/a"}"#;
        assert!(
            !policy(&format!("{allow},{deny}"))
                .unwrap()
                .allows("ram:GetUser")
        );
        for narrower in [
            r#"{"Effect":"Allow","Action":"*","Resource":"acs:ram:*:*:user/a"}"#,
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}"#,
            r#"{"Effect":"Allow","NotAction":"ram:Get*","Resource":"*"}"#,
        ] {
            assert!(
                !policy(narrower).unwrap().allows("ram:GetUser"),
                "{narrower}"
            );
        }
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        let code = |text: &str| SessionPolicy::parse(text).unwrap_err().code;
        for text in ["", "{}", "[]", r#"{"Version":"2","Statement":[]}"#] {
            assert_eq!(code(text), "InvalidParameter.PolicyGrammar", "{text}");
        }
        assert!(policy(r#"{"Effect":"Allow","Action":"*"}"#).is_err());
        assert!(policy(r#"{"Effect":"Maybe","Action":"*","Resource":"*"}"#).is_err());
        assert_eq!(code(&" ".repeat(2049)), "InvalidParameter.PolicySize");
    }

    #[test]
    fn patterns_fit_whole_texts() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("a*c*e", "abcde", true),
            ("a*c", "abcd", false),
            ("**", "x", true),
            ("?", "", false),
            ("", "", true),
            ("a*ab", "aaab", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
