//! Which fields of a profile are credentials, and which of them are secret.

/// The fields that say where a profile's credentials come from, as the CLI 3.5 and the SDKs write them, but `mode` and
/// `process_command`. A profile whose credentials come from elsewhere keeps none of them.
const CREDENTIALS: [&str; 21] = [
    "access_key_id",
    "access_key_secret",
    "sts_token",
    "sts_expiration",
    "ram_role_name",
    "ram_role_arn",
    "ram_session_name",
    "external_id",
    "source_profile",
    "private_key",
    "key_pair_name",
    "expired_seconds",
    "verified",
    "credentials_uri",
    "access_token",
    "external_account_type",
    "bearer_token",
    "bearer_token_header_key",
    "policy",
    "sts_region",
    "sts_endpoint",
];
const FAMILIES: [&str; 3] = ["oidc_", "cloud_sso_", "oauth_"];

/// Tells whether a profile that gets its credentials from akm must not have this field.
pub(super) fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    CREDENTIALS.contains(&name.as_str()) || FAMILIES.iter().any(|start| name.starts_with(start))
}

/// Tells whether a value of this name is a secret: `access_key_secret`, `sts_token`, `oauth_refresh_token`, `private_key` and their
/// like, in whatever spelling.
pub(in crate::delivery) fn is_secret(name: &str) -> bool {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let name: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    ["secret", "token", "privatekey", "password"]
        .iter()
        .any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_secrets_are_told_from_the_rest() {
        for (name, credential, secret) in [
            ("access_key_id", true, false),
            ("access_key_secret", true, true),
            ("Access_Key_Secret", true, true),
            ("accessKeySecret", false, true),
            ("sts_token", true, true),
            ("sts_expiration", true, false),
            ("private_key", true, true),
            ("oauth_refresh_token", true, true),
            ("oauth_refresh_token_expire", true, false),
            ("cloud_sso_account_id", true, false),
            ("access_token", true, true),
            ("bearer_token", true, true),
            ("bearer_token_header_key", true, false),
            ("oidc_token_file", true, false),
            ("name", false, false),
            ("region_id", false, false),
            ("output_format", false, false),
            ("endpoint", false, false),
        ] {
            let found = (is_credential(name), is_secret(name));
            assert_eq!(found, (credential, secret), "{name}");
        }
    }
}
