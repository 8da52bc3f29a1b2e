//! The one place that picks an exit code, and how a failure is said.

use super::escape::escape;
use crate::cli::failure::Failure;
use crate::ops::Kind;
use std::fmt::Write;

/// The exit codes of the interface; never renumbered.
pub(crate) const EXIT_CODES: &str = "\
0   done
1   failed in a way not listed here
2   wrong usage
3   not found: profile, RAM user, AccessKey pair
4   refused by a rule: two-key limit, deleting an Active pair or disabling the
    last Active one without --force, disabling or deleting the signing pair,
    name invalid, exists already, file exists
5   the secret store is absent, locked, or lacks this secret
6   the cloud refused these credentials or this action
7   unavailable just now: network, throttled, 5xx, another akm at work
8   half done and recorded: the same command again, or `akm recover`
9   needs an answer and may not ask
10  `audit` or `doctor` found something
11  cancelled: a question was answered with no (Ctrl-C at a question is 130)
";

/// A kind's name for scripts, and its exit code.
pub(crate) fn code(kind: Kind) -> (&'static str, u8) {
    match kind {
        Kind::Failed => ("failed", 1),
        Kind::Usage => ("usage", 2),
        Kind::NoSuchUser => ("user-not-found", 3),
        Kind::NoSuchPair | Kind::NoPairYet => ("access-key-not-found", 3),
        Kind::NoSuchEntity => ("not-found", 3),
        Kind::NoSuchProfile => ("profile-not-found", 3),
        Kind::TwoPairs => ("two-key-limit", 4),
        Kind::ActivePair => ("active-pair", 4),
        Kind::LastActivePair => ("last-active-pair", 4),
        Kind::SigningPair => ("signing-pair", 4),
        Kind::BadFile => ("bad-file", 1),
        Kind::Refused => ("refused", 4),
        Kind::BadName => ("invalid-name", 4),
        Kind::Exists => ("exists", 4),
        Kind::FileExists => ("file-exists", 4),
        Kind::Conflict => ("conflict", 4),
        Kind::Limit => ("limit", 4),
        Kind::StoreAbsent => ("store-absent", 5),
        Kind::StoreLocked | Kind::PassphraseNeeded => ("store-locked", 5),
        Kind::SecretMissing => ("secret-missing", 5),
        Kind::SecretUnreadable | Kind::SecretDistrusted => ("secret-unreadable", 5),
        Kind::StoreFailed => ("store-failed", 5),
        Kind::Denied => ("denied", 6),
        Kind::BadCredentials => ("bad-credentials", 6),
        Kind::OtherAccount => ("other-account", 6),
        Kind::Unavailable => ("unavailable", 7),
        Kind::Undecided => ("undecided", 7),
        Kind::Busy => ("busy", 7),
        Kind::HalfDone => ("half-done", 8),
        Kind::NeedsAnswer => ("needs-answer", 9),
        Kind::Cancelled => ("cancelled", 11),
        Kind::Interrupted => ("interrupted", 130),
        Kind::NoSuchProgram => ("program-not-found", 127),
        Kind::NotExecutable => ("program-not-executable", 126),
    }
}

/// For a person: what, because of what, and what to run next.
pub(crate) fn text(failure: &Failure) -> String {
    let mut text = format!("error: {}", escape(&failure.message));
    if let Some(cause) = &failure.cause {
        // A question has its mark already.
        let mark = if failure.message.ends_with('?') {
            " "
        } else {
            ": "
        };
        text.push_str(mark);
        text.push_str(&escape(cause));
    }
    text.push('\n');
    if let Some(id) = &failure.request_id {
        let _ = writeln!(text, "request id: {}", escape(id));
    }
    if let Some(hint) = &failure.hint {
        let _ = writeln!(text, "hint: {}", escape(hint));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::answering;

    /// The codes of the RAM, STS and gateway references, each with its status, and what a script sees of it.
    const CODES: [(u16, &str, u8, &str); 54] = [
        (409, "LimitExceeded.User.AccessKey", 4, "two-key-limit"),
        (409, "LimitExceeded.User", 4, "limit"),
        (404, "EntityNotExist.User", 3, "user-not-found"),
        (
            404,
            "EntityNotExist.User.AccessKey",
            3,
            "access-key-not-found",
        ),
        (404, "EntityNotExist.Policy", 3, "not-found"),
        (404, "EntityNotExist.User.Policy", 3, "not-found"),
        (404, "EntityNotExist.User.LoginProfile", 3, "not-found"),
        (404, "EntityNotExist.Role", 3, "not-found"),
        (409, "EntityAlreadyExists.User", 4, "exists"),
        (409, "EntityAlreadyExists.User.Policy", 4, "exists"),
        (409, "DeleteConflict.User.AccessKey", 4, "conflict"),
        (409, "DeleteConflict.User.Policy", 4, "conflict"),
        (409, "DeleteConflict.User.Group", 4, "conflict"),
        (409, "DeleteConflict.User.LoginProfile", 4, "conflict"),
        (409, "DeleteConflict.User.MFADevice", 4, "conflict"),
        (
            400,
            "InvalidParameter.UserName.InvalidChars",
            4,
            "invalid-name",
        ),
        (400, "InvalidParameter.UserName.Length", 4, "invalid-name"),
        (
            400,
            "InvalidParameter.NewUserName.Length",
            4,
            "invalid-name",
        ),
        (
            400,
            "InvalidParameter.DisplayName.Length",
            4,
            "invalid-name",
        ),
        (400, "InvalidParameter.Comments.Length", 4, "invalid-name"),
        (400, "InvalidParameter.PolicyType", 4, "invalid-name"),
        (400, "InvalidParameter.RoleArn", 4, "invalid-name"),
        (400, "InvalidParameter.RoleSessionName", 4, "invalid-name"),
        (400, "InvalidParameter.DurationSeconds", 4, "invalid-name"),
        (400, "InvalidParameter.PolicyGrammar", 4, "invalid-name"),
        (400, "InvalidParameter.PolicySize", 4, "invalid-name"),
        (400, "InvalidParameter", 4, "invalid-name"),
        (400, "MissingParameter", 4, "invalid-name"),
        (403, "NoPermission", 6, "denied"),
        (403, "Forbidden.RAM", 6, "denied"),
        (403, "Inactive", 6, "denied"),
        (404, "Inactive", 6, "denied"),
        (404, "InvalidAccessKeyId.NotFound", 6, "bad-credentials"),
        (404, "InvalidAccessKeyId", 6, "bad-credentials"),
        (400, "InvalidAccessKeyId.Inactive", 6, "bad-credentials"),
        (403, "Forbidden.AccessKeyDisabled", 6, "bad-credentials"),
        (400, "InvalidAccessKeyId.AccessPolicyDenied", 6, "denied"),
        (403, "Forbidden", 6, "denied"),
        (400, "SignatureDoesNotMatch", 6, "bad-credentials"),
        (400, "IncompleteSignature", 6, "bad-credentials"),
        (400, "InvalidTimeStamp.Expired", 1, "failed"),
        (400, "InvalidTimeStamp.Format", 1, "failed"),
        (400, "SignatureNonceUsed", 7, "unavailable"),
        (400, "MissingSecurityToken", 6, "bad-credentials"),
        (400, "InvalidSecurityToken.Expired", 6, "bad-credentials"),
        (400, "InvalidSecurityToken.Malformed", 6, "bad-credentials"),
        (
            400,
            "InvalidSecurityToken.MismatchWithAccessKey",
            6,
            "bad-credentials",
        ),
        (404, "InvalidAction.NotFound", 1, "failed"),
        (400, "InvalidVersion", 1, "failed"),
        (400, "Throttling", 7, "unavailable"),
        (429, "Throttling.User", 7, "unavailable"),
        (503, "Throttling.Api", 7, "unavailable"),
        (500, "InternalError", 7, "unavailable"),
        (503, "ServiceUnavailable", 7, "unavailable"),
    ];

    fn refused(status: u16, code: &str, rest: &str) -> Failure {
        let body = format!(r#"{{"Code":"{code}","Message":"As told.","RequestId":"R-1"{rest}}}"#);
        let cloud = answering::with(status, &body);
        cloud.users().unwrap_err().into()
    }

    #[test]
    fn every_code_has_its_exit_its_hint_and_its_request_id() {
        for (status, name, exit, word) in CODES {
            let failure = refused(status, name, "");
            assert_eq!(code(failure.kind), (word, exit), "{name}");
            let said = text(&failure);
            let lines: Vec<&str> = said.lines().collect();
            assert_eq!(lines.len(), 3, "{said}");
            assert!(lines[0].contains(&format!(": ListUsers: {name}")), "{said}");
            assert_eq!(lines[1], "request id: R-1", "{name}");
            assert!(lines[2].len() > "hint: ".len(), "{name}");
        }
    }

    #[test]
    fn a_permission_error_names_who_lacks_what() {
        let detail = |kind, no| {
            format!(
                r#","AccessDeniedDetail":{{"AuthAction":"ram:ListUsers","AuthPrincipalType":"{kind}","AuthPrincipalOwnerId":"1","AuthPrincipalDisplayName":"28877","NoPermissionType":"{no}","PolicyType":"ControlPolicy"}}"#
            )
        };
        assert_eq!(
            text(&refused(
                403,
                "NoPermission",
                &detail("SubUser", "ImplicitDeny")
            )),
            "error: the cloud does not allow this: ListUsers: NoPermission: RAM user `28877` may not `ram:ListUsers`\n\
             request id: R-1\n\
             hint: an administrator has to attach a policy with this statement to RAM user `28877`: \
             {\"Action\":\"ram:ListUsers\",\"Effect\":\"Allow\",\"Resource\":\"*\"}\n"
        );
        assert_eq!(
            text(&refused(
                403,
                "NoPermission",
                &detail("AssumedRoleUser", "ExplicitDeny")
            )),
            "error: the cloud does not allow this: ListUsers: NoPermission: the role session `28877` may not `ram:ListUsers`\n\
             request id: R-1\n\
             hint: it is denied explicitly (ControlPolicy), so that no further permission helps: \
             an administrator has to remove that denial\n"
        );
        assert_eq!(
            text(&refused(403, "NoPermission", "")),
            "error: the cloud does not allow this: ListUsers: NoPermission: As told.\n\
             request id: R-1\n\
             hint: give the signing identity the RAM action that the cause names\n"
        );
        // The texts are foreign.
        let foreign = r#","AccessDeniedDetail":{"AuthAction":"ram:\u001b[2J","AuthPrincipalDisplayName":"a\u202eb"}"#;
        let said = text(&refused(403, "NoPermission", foreign));
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
    }

    #[test]
    fn a_leak_is_explained() {
        assert_eq!(
            text(&refused(403, "Forbidden", "")),
            "error: the signing pair `LTAI1` counts as leaked in the cloud, and may call neither RAM nor IMS; nothing undoes that: \
             ListUsers: Forbidden: As told.\n\
             request id: R-1\n\
             hint: sign in to the RAM console as an administrator, make a new pair for its owner and put it in place, \
             then disable and delete `LTAI1`\n"
        );
    }

    #[test]
    fn what_was_signed_is_not_repeated() {
        assert_eq!(
            text(&refused(400, "SignatureDoesNotMatch", "")),
            "error: the cloud does not take the signature: ListUsers: SignatureDoesNotMatch\n\
             request id: R-1\n\
             hint: the secret saved is not this pair's\n"
        );
    }

    #[test]
    fn an_unknown_code_has_the_clouds_own_page() {
        let failure = refused(400, "Brand.New", "");
        assert_eq!(code(failure.kind), ("failed", 1));
        assert_eq!(
            failure.hint.unwrap(),
            "the cloud explains the code at https://api.aliyun.com/troubleshoot?q=Brand.New"
        );
        let odd = refused(400, "Brand New", "").hint.unwrap();
        assert!(!odd.contains("Brand"), "{odd}");
    }
}
