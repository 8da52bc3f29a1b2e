//! One operation being done: who calls, with which parameters, on which records.

use super::holder::Holder;
use super::roles::role_id;
use super::session_policy::SessionPolicy;
use super::{Answer, Operation, Scope};
use crate::cloud::transport::Service::{Ims, Sts};
use crate::core::account::Owner;
use crate::core::name::UserName;
use crate::core::secret::Secret;
use crate::core::time::Timestamp;
use crate::sandbox::Session;
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::User;
use crate::sandbox::tokens::Grant;
use serde_json::json;

/// The longest `UserPrincipalName` (IMS).
const LONGEST_PRINCIPAL: usize = 128;

/// Who signed the request.
pub(crate) enum Caller {
    Account,
    RamUser {
        name: UserName,
        user_id: String,
        administrator: bool,
        assumes_roles: bool,
    },
    /// A session of the account's role.
    AssumedRole {
        session: String,
        policy: Option<SessionPolicy>,
    },
}

impl Caller {
    /// Whose pairs are the caller's own; a session has none.
    fn owner(&self) -> Option<Owner> {
        match self {
            Self::Account => Some(Owner::Account),
            Self::RamUser { name, .. } => Some(Owner::RamUser(name.clone())),
            Self::AssumedRole { .. } => None,
        }
    }

    /// The session that a grant opens.
    pub(crate) fn of_session(grant: Grant) -> Result<Self, Refusal> {
        let policy = grant.policy.as_deref().map(SessionPolicy::parse);
        Ok(Self::AssumedRole {
            session: grant.session,
            policy: policy.transpose()?,
        })
    }
}

pub(crate) struct Call<'a> {
    pub(crate) records: &'a mut dyn Session,
    pub(crate) caller: Caller,
    pub(crate) operation: Operation<'a>,
    pub(crate) parameters: &'a [(String, String)],
    pub(crate) seed: &'a Secret,
    pub(crate) now: Timestamp,
}

impl<'a> Call<'a> {
    /// Does the operation, if the caller may: `NoPermission`.
    pub(crate) fn run(mut self) -> Answer {
        self.authorize()?;
        (self.operation.act)(&mut self)
    }

    fn authorize(&mut self) -> Result<(), Refusal> {
        if self.may()? {
            return Ok(());
        }
        let message = "You are not authorized to do this action. You should be authorized by RAM.";
        let mut refusal = Refusal::no_permission(message);
        let account = self.records.account()?.account_id;
        let (kind, name) = match &self.caller {
            Caller::Account => ("RootUser", account.to_string()),
            Caller::RamUser { user_id, .. } => ("SubUser", user_id.clone()),
            Caller::AssumedRole { session, .. } => (
                "AssumedRoleUser",
                format!("{}:{session}", role_id(&account)),
            ),
        };
        refusal.denied = Some(json!({
            "AuthAction": self.permission(),
            "AuthPrincipalType": kind,
            "AuthPrincipalOwnerId": account,
            "AuthPrincipalDisplayName": name,
            "NoPermissionType": "ImplicitDeny",
            "PolicyType": "AccountLevelIdentityBasedPolicy",
            "EncodedDiagnosticMessage": "",
        }));
        Err(refusal)
    }

    fn may(&mut self) -> Result<bool, Refusal> {
        let scope = self.operation.scope;
        Ok(match &self.caller {
            _ if scope == Scope::Everybody => true,
            Caller::Account => true,
            Caller::AssumedRole { policy, .. } => {
                let allows = |policy: &SessionPolicy| policy.allows(&self.permission());
                scope != Scope::Assumers && policy.as_ref().is_none_or(allows)
            }
            Caller::RamUser { administrator, .. } if *administrator => true,
            Caller::RamUser { assumes_roles, .. } if scope == Scope::Assumers => *assumes_roles,
            Caller::RamUser { .. } => scope == Scope::OwnPairs && self.manages_own_pairs()?,
        })
    }

    /// Whether the request is about the caller's own pairs, and users may manage these.
    fn manages_own_pairs(&mut self) -> Result<bool, Refusal> {
        let allowed = self.records.account()?.allow_user_to_manage_access_keys;
        let own = self.caller.owner();
        Ok(allowed && self.target().is_ok_and(|target| Some(target) == own))
    }

    /// What a policy calls the operation; IMS's are named as RAM's.
    fn permission(&self) -> String {
        let service = if self.operation.service == Sts {
            "sts"
        } else {
            "ram"
        };
        format!("{service}:{}", self.operation.action)
    }

    pub(super) fn is_ims(&self) -> bool {
        self.operation.service == Ims
    }

    /// The parameter, where it was given and is not empty.
    pub(super) fn given(&self, parameter: &str) -> Option<&'a str> {
        self.raw(parameter).filter(|value| !value.is_empty())
    }

    /// The parameter, or `MissingParameter`.
    pub(super) fn required(&self, parameter: &str) -> Result<&'a str, Refusal> {
        self.given(parameter)
            .ok_or_else(|| Refusal::missing(parameter))
    }

    /// The parameter as it was given, empty or not.
    pub(super) fn raw(&self, parameter: &str) -> Option<&'a str> {
        let found = self.parameters.iter().find(|(name, _)| name == parameter);
        found.map(|(_, value)| value.as_str())
    }

    /// A RAM user's name in a parameter: `MissingParameter`, `….Length` (1 to 64), `….InvalidChars`.
    pub(super) fn user_name(&self, parameter: &str) -> Result<UserName, Refusal> {
        let text = self
            .raw(parameter)
            .ok_or_else(|| Refusal::missing(parameter))?;
        name_in(text, parameter)
    }

    /// The RAM user that the request is about: `UserName` in RAM, `UserPrincipalName` in IMS.
    pub(super) fn subject(&mut self) -> Result<UserName, Refusal> {
        if self.is_ims() {
            self.principal()
        } else {
            self.user_name("UserName")
        }
    }

    /// Whose pairs the request is about: the RAM user it names; if it names none the caller's own. The account's own are within
    /// IMS's reach only, so that RAM wants a name of the account.
    pub(super) fn target(&mut self) -> Result<Owner, Refusal> {
        let parameter = if self.is_ims() {
            "UserPrincipalName"
        } else {
            "UserName"
        };
        if self.given(parameter).is_some() {
            return self.subject().map(Owner::RamUser);
        }
        match self.caller.owner() {
            None => Err(Refusal::missing(parameter)),
            Some(Owner::Account) if !self.is_ims() => Err(Refusal::missing(parameter)),
            Some(owner) => Ok(owner),
        }
    }

    /// That user's record, or `EntityNotExist.User`.
    pub(super) fn user(&mut self, name: &UserName) -> Result<User, Refusal> {
        let user = self.records.user(&name.key())?;
        let mut user = user.ok_or_else(Refusal::no_user)?;
        user.access_keys.forget_expired(self.now);
        Ok(user)
    }

    /// The record that holds the owner's pairs, or `EntityNotExist.User`.
    pub(super) fn holder(&mut self, owner: &Owner) -> Result<Holder, Refusal> {
        Holder::read(self.records, owner, self.now)?.ok_or_else(Refusal::no_user)
    }

    /// `<UserName>@<default domain>`. The codes are the family of `UserName`'s; IMS's own are not published, nor is that of a
    /// foreign domain, which is kept apart from a missing user: nothing is to be created upon it.
    fn principal(&mut self) -> Result<UserName, Refusal> {
        let parameter = "UserPrincipalName";
        let domain = self.records.account()?.default_domain;
        let text = self.required(parameter)?;
        if text.chars().count() > LONGEST_PRINCIPAL {
            return Err(Refusal::invalid(parameter, ".Length"));
        }
        let (name, at) = text
            .rsplit_once('@')
            .ok_or_else(|| Refusal::invalid(parameter, ".InvalidChars"))?;
        if !at.eq_ignore_ascii_case(&domain) {
            let message = "The domain does not exist.";
            return Err(Refusal::new(404, "EntityNotExist.Domain", message));
        }
        name_in(name, parameter)
    }
}

fn name_in(text: &str, parameter: &str) -> Result<UserName, Refusal> {
    if !(1..=64).contains(&text.chars().count()) {
        return Err(Refusal::invalid(parameter, ".Length"));
    }
    UserName::parse(text).map_err(|_| Refusal::invalid(parameter, ".InvalidChars"))
}
