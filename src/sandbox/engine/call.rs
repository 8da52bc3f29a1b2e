//! One operation being done: who calls, with which parameters, on which records.

use super::holder::Holder;
use super::{Answer, Operation, Scope};
use crate::cloud::transport::Service::Ims;
use crate::core::account::Owner;
use crate::core::name::UserName;
use crate::core::secret::Secret;
use crate::core::time::Timestamp;
use crate::sandbox::Session;
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::User;
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
    },
}

impl Caller {
    fn owner(&self) -> Owner {
        match self {
            Self::Account => Owner::Account,
            Self::RamUser { name, .. } => Owner::RamUser(name.clone()),
        }
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
        let Caller::RamUser {
            user_id,
            administrator,
            ..
        } = &self.caller
        else {
            return Ok(());
        };
        let user_id = user_id.clone();
        if *administrator || self.operation.scope == Scope::Everybody {
            return Ok(());
        }
        let account = self.records.account()?;
        if self.operation.scope == Scope::OwnPairs
            && account.allow_user_to_manage_access_keys
            && self
                .target()
                .is_ok_and(|target| target == self.caller.owner())
        {
            return Ok(());
        }
        let message = "You are not authorized to do this action. You should be authorized by RAM.";
        let mut refusal = Refusal::new(403, "NoPermission", message);
        refusal.denied = Some(json!({
            "AuthAction": format!("ram:{}", self.operation.action),
            "AuthPrincipalType": "SubUser",
            "AuthPrincipalOwnerId": account.account_id,
            "AuthPrincipalDisplayName": user_id,
            "NoPermissionType": "ImplicitDeny",
            "PolicyType": "AccountLevelIdentityBasedPolicy",
            "EncodedDiagnosticMessage": "",
        }));
        Err(refusal)
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
            Owner::Account if !self.is_ims() => Err(Refusal::missing(parameter)),
            owner => Ok(owner),
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
