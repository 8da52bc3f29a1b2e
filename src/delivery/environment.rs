//! Names the environment variables that hand credentials out, and those that must not stay beside them.

use crate::core::credentials::Credentials;

/// A variable's name and its value.
pub(crate) type Assignment<'a> = (&'static str, &'a str);

/// The names of AccessKey ID, secret and security token, in the three families that readers look for. Each of these
/// readers finds its pair in one of them:
///
/// - `ALIBABA_CLOUD_…`: the V2.0 SDKs' default chains, the `aliyun` CLI, Terraform since 1.228.0.
/// - `ALICLOUD_…`: Terraform. Deprecated since 1.228.0, but its code still reads these names first.
/// - `OSS_…`: ossutil 2 and the OSS SDKs, which read no other family.
///
/// `ALIYUN_…` is left out on purpose: aliyun-python-sdk-core prefers it to the credentials that a program gives it.
const PAIR: [[&str; 3]; 3] = [
    [
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABA_CLOUD_SECURITY_TOKEN",
    ],
    [
        "ALICLOUD_ACCESS_KEY",
        "ALICLOUD_SECRET_KEY",
        "ALICLOUD_SECURITY_TOKEN",
    ],
    [
        "OSS_ACCESS_KEY_ID",
        "OSS_ACCESS_KEY_SECRET",
        "OSS_SESSION_TOKEN",
    ],
];

/// Makes the `aliyun` CLI forget its `config.json`, whose pair would win. The CLI compares with `TRUE` to the letter.
const IGNORE_PROFILE: Assignment = ("ALIBABA_CLOUD_IGNORE_PROFILE", "TRUE");

/// The names that a region is set under: Terraform's new and old one, the CLI's, ossutil's.
const REGION: [&str; 4] = [
    "ALIBABA_CLOUD_REGION",
    "ALIBABA_CLOUD_REGION_ID",
    "ALICLOUD_REGION",
    "OSS_REGION",
];

/// Further names of a region that a reader may know. A caller who has set any of them, or of [`REGION`], keeps its choice.
const OTHER_REGION: [&str; 2] = ["ALIBABACLOUD_REGION_ID", "ALICLOUD_REGION_ID"];

/// Lists each suffix under the three prefixes that the CLI and Terraform accept.
macro_rules! under_each_prefix {
    ($($suffix:literal),* $(,)?) => {
        [$(
            concat!("ALIBABA_CLOUD_", $suffix),
            concat!("ALIBABACLOUD_", $suffix),
            concat!("ALICLOUD_", $suffix),
        )*]
    };
}

/// What carries or chooses credentials (the sources of the SDKs, the CLI and Terraform). Each of them, left over from the caller, can win over the pair, turn
/// it into a role's session, or leave requests unsigned.
const PREFIXED: [&str; 48] = under_each_prefix![
    "ACCESS_KEY_ID",
    "ACCESS_KEY_SECRET",
    "SECURITY_TOKEN",
    "PROFILE",
    "PROFILE_MODE",
    "ROLE_ARN",
    "ROLE_SESSION_NAME",
    "OIDC_PROVIDER_ARN",
    "OIDC_TOKEN_FILE",
    "EXTERNAL_ID",
    "BEARER_TOKEN",
    "BEARER_TOKEN_HEADER_KEY",
    "CREDENTIALS_URI",
    "ECS_METADATA",
    "CREDENTIALS_FILE",
    "CONFIG_FILE",
];

/// Names of credentials that follow no prefix and suffix above.
const IRREGULAR: [&str; 13] = [
    "ALICLOUD_ACCESS_KEY",
    "ALICLOUD_SECRET_KEY",
    // Terraform's own names of ECS_METADATA and CREDENTIALS_FILE.
    "ALICLOUD_ECS_ROLE_NAME",
    "ALICLOUD_SHARED_CREDENTIALS_FILE",
    "OSS_ACCESS_KEY_ID",
    "OSS_ACCESS_KEY_SECRET",
    "OSS_SESSION_TOKEN",
    // The CLI hands a whole configuration to ossutil in this one, secrets included.
    "OSSUTIL_CONFIG_VALUE",
    "ALIYUN_ACCESS_KEY_ID",
    "ALIYUN_ACCESS_KEY_SECRET",
    // The CLI reads these last, so a bare token would join a pair that has none.
    "ACCESS_KEY_ID",
    "ACCESS_KEY_SECRET",
    "SECURITY_TOKEN",
];

/// Returns what to set, so that every reader signs with these credentials. The values are secret.
///
/// `region` is set under all its names; pass it only where [`region_names`] are all absent from the caller's environment.
pub(crate) fn assignments<'a>(
    credentials: &'a Credentials,
    region: Option<&'a str>,
) -> Vec<Assignment<'a>> {
    let secret = credentials.secret.expose();
    let token = credentials.session.as_ref().map(|s| s.token.expose());
    let mut set: Vec<Assignment> = Vec::new();
    for [id_name, secret_name, token_name] in PAIR {
        set.extend([(id_name, credentials.id.as_str()), (secret_name, secret)]);
        set.extend(token.map(|token| (token_name, token)));
    }
    set.push(IGNORE_PROFILE);
    set.extend(region.into_iter().flat_map(region_assignments));
    set
}

/// Returns what to set, so that every reader works in this region. Pass one only where [`region_names`] are all absent.
pub(crate) fn region_assignments(region: &str) -> [Assignment<'_>; 4] {
    REGION.map(|name| (name, region))
}

/// Returns every variable that carries or chooses credentials and is not in `set`: these are unset, so that what is set wins.
///
/// Of an empty `set` it returns them all. Without a session the names of a security token are among them: an SDK would send
/// a stale token with the pair, and the cloud would refuse both (measured with Go, Java and the CLI).
pub(crate) fn stale(set: &[Assignment]) -> Vec<&'static str> {
    let names = PREFIXED.into_iter().chain(IRREGULAR);
    names
        .filter(|name| !set.iter().any(|(known, _)| known == name))
        .collect()
}

/// Returns every name that a region may have. A caller who has one of them set chose a region, and akm sets none.
pub(crate) fn region_names() -> impl Iterator<Item = &'static str> {
    REGION.into_iter().chain(OTHER_REGION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{credentials::StsSession, secret::Secret, time::Timestamp};

    fn credentials(token: Option<&str>) -> Credentials {
        let session = token.map(|token| StsSession {
            token: Secret::new(token.to_owned()).unwrap(),
            until: Timestamp::UNIX_EPOCH,
        });
        Credentials {
            id: "LTAI5tMADEUP".to_owned(),
            secret: Secret::new("made-up".to_owned()).unwrap(),
            session,
        }
    }

    fn names(set: &[Assignment]) -> Vec<&'static str> {
        set.iter().map(|(name, _)| *name).collect()
    }

    #[test]
    fn a_pair_is_set_in_three_families_and_nothing_else() {
        let credentials = credentials(None);
        assert_eq!(
            assignments(&credentials, None),
            [
                ("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5tMADEUP"),
                ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "made-up"),
                ("ALICLOUD_ACCESS_KEY", "LTAI5tMADEUP"),
                ("ALICLOUD_SECRET_KEY", "made-up"),
                ("OSS_ACCESS_KEY_ID", "LTAI5tMADEUP"),
                ("OSS_ACCESS_KEY_SECRET", "made-up"),
                ("ALIBABA_CLOUD_IGNORE_PROFILE", "TRUE"),
            ]
        );
    }

    #[test]
    fn a_session_sets_its_token_in_each_family() {
        let credentials = credentials(Some("token+/="));
        let set = assignments(&credentials, None);
        for name in [
            "ALIBABA_CLOUD_SECURITY_TOKEN",
            "ALICLOUD_SECURITY_TOKEN",
            "OSS_SESSION_TOKEN",
        ] {
            assert!(set.contains(&(name, "token+/=")), "{name}");
        }
        assert_eq!(set.len(), 10);
    }

    #[test]
    fn a_region_is_set_under_each_name_that_is_read_first() {
        let credentials = credentials(None);
        let set = assignments(&credentials, Some("cn-hangzhou"));
        let region: Vec<_> = set.iter().filter(|(_, v)| *v == "cn-hangzhou").collect();
        assert_eq!(region.len(), REGION.len());
        let known: Vec<_> = region_names().collect();
        assert!(region.iter().all(|(name, _)| known.contains(name)));
        assert!(known.contains(&"ALICLOUD_REGION_ID"));
    }

    #[test]
    fn what_is_set_is_never_unset_and_all_else_that_carries_credentials_is() {
        for token in [None, Some("token")] {
            let credentials = credentials(token);
            let set = assignments(&credentials, Some("cn-hangzhou"));
            let unset = stale(&set);
            assert!(names(&set).iter().all(|name| !unset.contains(name)));
            let tokens = [
                "ALIBABA_CLOUD_SECURITY_TOKEN",
                "ALICLOUD_SECURITY_TOKEN",
                "OSS_SESSION_TOKEN",
            ];
            for name in tokens {
                assert_eq!(unset.contains(&name), token.is_none(), "{name}");
            }
        }
    }

    #[test]
    fn every_name_of_the_facts_is_unset_once() {
        let all = stale(&[]);
        for name in [
            "ALIBABACLOUD_ACCESS_KEY_ID",
            "ALICLOUD_ACCESS_KEY_SECRET",
            "ALIYUN_ACCESS_KEY_ID",
            "ACCESS_KEY_ID",
            "SECURITY_TOKEN",
            "ALIBABA_CLOUD_PROFILE",
            "ALIBABACLOUD_PROFILE",
            "ALICLOUD_PROFILE",
            "ALIBABA_CLOUD_PROFILE_MODE",
            "ALIBABACLOUD_ROLE_ARN",
            "ALIBABA_CLOUD_ROLE_SESSION_NAME",
            "ALIBABACLOUD_OIDC_PROVIDER_ARN",
            "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
            "ALIBABACLOUD_EXTERNAL_ID",
            "ALIBABA_CLOUD_BEARER_TOKEN",
            "ALIBABA_CLOUD_BEARER_TOKEN_HEADER_KEY",
            "ALICLOUD_CREDENTIALS_URI",
            "ALIBABA_CLOUD_ECS_METADATA",
            "ALICLOUD_ECS_ROLE_NAME",
            "ALIBABA_CLOUD_CREDENTIALS_FILE",
            "ALICLOUD_SHARED_CREDENTIALS_FILE",
            "ALIBABA_CLOUD_CONFIG_FILE",
        ] {
            assert!(all.contains(&name), "{name}");
        }
        for name in PAIR.iter().flatten() {
            assert!(all.contains(name), "{name}");
        }
        let mut once = all.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), all.len());
    }

    #[test]
    fn what_concerns_no_credentials_stays() {
        let all = stale(&[]);
        for name in [
            "ALIBABA_CLOUD_ENDPOINT",
            "ALIBABA_CLOUD_REGION_ID",
            "OSS_ENDPOINT",
            "HTTPS_PROXY",
        ] {
            assert!(!all.contains(&name), "{name}");
        }
    }
}
