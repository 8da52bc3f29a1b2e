//! A profile of the `aliyun` CLI, out of its `config.json`: the modes `AK` and `RamRoleArn`, which hold a pair.

use crate::core::access_key::AccessKeyId;
use crate::core::role::{ExternalId, RoleArn, SessionName};
use crate::core::secret::Secret;
use serde::Deserialize;
use zeroize::Zeroizing;

/// The longest file taken, in bytes.
pub(crate) const LONGEST: u64 = 1 << 20;

/// What a profile there signs with.
#[derive(Debug)]
pub(crate) struct Signer {
    pub(crate) id: AccessKeyId,
    pub(crate) secret: Secret,
    pub(crate) role: Option<(RoleArn, Option<SessionName>, Option<ExternalId>)>,
}

/// As the CLI writes it; what else is in there is nothing to us.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    current: String,
    #[serde(default)]
    profiles: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    name: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    access_key_id: String,
    #[serde(default)]
    access_key_secret: Zeroizing<String>,
    #[serde(default)]
    ram_role_arn: String,
    #[serde(default)]
    ram_session_name: String,
    #[serde(default)]
    external_id: String,
}

/// The profile of that name, or the file's current one. The error says what does not serve and repeats nothing that may be a secret.
pub(crate) fn read(content: &[u8], name: Option<&str>) -> Result<Signer, String> {
    let file: File = serde_json::from_slice(content)
        .map_err(|_| "it is not what the `aliyun` CLI writes".to_owned())?;
    let name = name.unwrap_or(if file.current.is_empty() {
        "default"
    } else {
        &file.current
    });
    let mut found = file.profiles.into_iter().filter(|entry| entry.name == name);
    let entry = found
        .next()
        .ok_or_else(|| format!("it has no profile `{name}`"))?;
    let mode = entry.mode.as_str();
    let role = match mode {
        "AK" => None,
        "RamRoleArn" => Some(role(&entry)?),
        _ => {
            return Err(format!(
                "its profile `{name}` is of the mode `{mode}`, and `AK` and `RamRoleArn` alone hold a pair of one's own"
            ));
        }
    };
    Ok(Signer {
        id: AccessKeyId::parse(&entry.access_key_id).map_err(|error| error.to_string())?,
        secret: Secret::new(entry.access_key_secret).map_err(|error| error.to_string())?,
        role,
    })
}

fn role(entry: &Entry) -> Result<(RoleArn, Option<SessionName>, Option<ExternalId>), String> {
    fn given<T: std::str::FromStr<Err = crate::core::Invalid>>(
        text: &str,
    ) -> Result<Option<T>, String> {
        let text = Some(text).filter(|text| !text.is_empty());
        let parsed = text.map(str::parse).transpose();
        parsed.map_err(|error: crate::core::Invalid| error.to_string())
    }
    let arn = RoleArn::parse(&entry.ram_role_arn).map_err(|error| error.to_string())?;
    Ok((
        arn,
        given(&entry.ram_session_name)?,
        given(&entry.external_id)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{
	"current": "prod",
	"profiles": [
		{"name": "default", "mode": "AK", "access_key_id": "LTAI5tONE", "access_key_secret": "one", "region_id": "cn-hangzhou", "retry_count": 0},
		{"name": "prod", "mode": "RamRoleArn", "access_key_id": "LTAI5tTWO", "access_key_secret": "two", "sts_token": "",
		 "ram_role_arn": "acs:ram::1:role/admin", "ram_session_name": "me", "expired_seconds": 900},
		{"name": "sso", "mode": "CloudSSO", "access_key_secret": "three"},
		{"name": "empty", "mode": "AK", "access_key_id": "", "access_key_secret": ""},
		{"name": "odd", "mode": "RamRoleArn", "access_key_id": "LTAI5tTWO", "access_key_secret": "two", "ram_role_arn": "x"}
	],
	"meta_path": ""
}"#;

    #[test]
    fn takes_the_two_modes_that_hold_a_pair() {
        let current = read(FILE.as_bytes(), None).unwrap();
        assert_eq!(current.id.as_str(), "LTAI5tTWO");
        let (arn, session, external) = current.role.unwrap();
        assert_eq!(arn.as_str(), "acs:ram::1:role/admin");
        assert_eq!(session.unwrap().as_str(), "me");
        assert!(external.is_none());
        let named = read(FILE.as_bytes(), Some("default")).unwrap();
        assert_eq!(named.id.as_str(), "LTAI5tONE");
        assert!(named.role.is_none());
    }

    #[test]
    fn tells_what_does_not_serve_and_no_secret() {
        for (content, name, why) in [
            (FILE, Some("sso"), "of the mode `CloudSSO`"),
            (FILE, Some("no"), "it has no profile `no`"),
            (FILE, Some("empty"), "AccessKey ID"),
            (FILE, Some("odd"), "role ARN"),
            ("{}", None, "it has no profile `default`"),
            ("{\"profiles\": 3}", None, "it is not what"),
            ("\"two", None, "it is not what"),
        ] {
            let error = read(content.as_bytes(), name).unwrap_err();
            assert!(error.contains(why), "{error}");
            for secret in ["two", "three"] {
                assert!(!error.contains(secret), "{error}");
            }
        }
    }
}
