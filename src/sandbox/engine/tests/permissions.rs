use super::ids;
use crate::cloud::transport::Service::{Ims, Ram, Sts};
use crate::sandbox::testing::{ACCOUNT, benches};

#[test]
fn a_ram_user_may_do_what_it_was_given() {
    for bench in benches() {
        bench.walk(
            &bench.console,
            &[
                "Ram CreateUser UserName=alice => 200",
                "Ram CreateUser UserName=bob => 200",
            ],
        );
        let alice = bench.new_pair("alice");
        bench.walk(
            &alice,
            &[
                "Sts GetCallerIdentity => 200",
                "Ram ListAccessKeys => 403 NoPermission",
                "Ram ListAccessKeys UserName=alice => 403 NoPermission",
                "Ram ListUsers => 403 NoPermission",
                "Ram SetSecurityPreference AllowUserToManageAccessKeys=true => 403 NoPermission",
                "Ims GetDefaultDomain => 403 NoPermission",
                "Ims ListAccessKeysInRecycleBin => 403 NoPermission",
            ],
        );
        let denied = bench.call(&alice, Ram, "ListUsers", &[]).body;
        assert_eq!(denied["AccessDeniedDetail"]["AuthAction"], "ram:ListUsers");
        assert_eq!(denied["AccessDeniedDetail"]["AuthPrincipalType"], "SubUser");

        bench.walk(
            &bench.console,
            &["Ram SetSecurityPreference AllowUserToManageAccessKeys=true => 200"],
        );
        let own = &alice.0;
        bench.walk(
            &alice,
            &[
                "Ram ListAccessKeys => 200",
                "Ram ListAccessKeys UserName=Alice => 200",
                "Ims ListAccessKeys => 200",
                &format!("Ram UpdateAccessKey UserAccessKeyId={own}&Status=Active => 200"),
                "Ram CreateAccessKey UserName=alice => 200",
                "Ram ListAccessKeys UserName=bob => 403 NoPermission",
                "Ram CreateAccessKey UserName=nobody => 403 NoPermission",
                &format!("Ram GetAccessKeyLastUsed UserAccessKeyId={own} => 403 NoPermission"),
                "Ram CreateUser UserName=carol => 403 NoPermission",
            ],
        );
        let me = bench.done(&alice, Sts, "GetCallerIdentity", &[]);
        assert_eq!(me["Arn"], format!("acs:ram::{ACCOUNT}:user/alice"));
        assert_eq!(me["IdentityType"], "RAMUser");
        assert_eq!(me["UserId"], me["PrincipalId"]);
    }
}

#[test]
fn an_administrator_may_do_everything_to_users() {
    let policy = "UserName=admin&PolicyName=AliyunRAMFullAccess&PolicyType";
    for bench in benches() {
        bench.walk(&bench.console, &["Ram CreateUser UserName=admin => 200"]);
        let admin = bench.new_pair("admin");
        bench.walk(
            &bench.console,
            &[
                &format!("Ram AttachPolicyToUser {policy}=Custom => 404 EntityNotExist.Policy"),
                &format!("Ram AttachPolicyToUser {policy}=x => 400 InvalidParameter.PolicyType"),
                &format!(
                    "Ram DetachPolicyFromUser {policy}=System => 404 EntityNotExist.User.Policy"
                ),
                &format!("Ram AttachPolicyToUser {policy}=System => 200"),
                &format!(
                    "Ram AttachPolicyToUser {policy}=System => 409 EntityAlreadyExists.User.Policy"
                ),
            ],
        );
        let listed = bench.done(&admin, Ram, "ListPoliciesForUser", &[("UserName", "admin")]);
        assert_eq!(
            listed["Policies"]["Policy"][0]["PolicyName"],
            "AliyunRAMFullAccess"
        );
        bench.walk(
            &admin,
            &[
                "Ram CreateUser UserName=alice => 200",
                "Ram CreateAccessKey UserName=alice => 200",
                "Ram ListAccessKeys => 200",
                "Ram ListGroupsForUser UserName=alice => 200",
                "Ims ListAccessKeysInRecycleBin => 200",
            ],
        );
        let own = bench.done(&admin, Ims, "ListAccessKeys", &[]);
        assert_eq!(
            ids(&own),
            std::slice::from_ref(&admin.0),
            "its own, not the account's"
        );
        bench.walk(
            &bench.console,
            &[
                &format!(
                    "Ram DeleteAccessKey UserName=admin&UserAccessKeyId={} => 200",
                    admin.0
                ),
                "Ram DeleteUser UserName=admin => 409 DeleteConflict.User.Policy",
                &format!("Ram DetachPolicyFromUser {policy}=System => 200"),
                "Ram DeleteUser UserName=admin => 200",
            ],
        );
    }
}
