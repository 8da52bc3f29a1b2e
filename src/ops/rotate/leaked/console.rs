//! Where akm's own identity cannot retire a leaked pair: what a person does in the console.

use crate::cloud::{Error, Fault};
use crate::core::{access_key::AccessKeyId, account::Owner};
use crate::ops::{Failure, Kind};

/// A pair under leak protection may call neither RAM nor IMS.
pub(super) fn protected(owner: &Owner, error: Error) -> Failure {
    let protected = error.fault == Fault::LeakProtected;
    let failure = Failure::from(error);
    if protected {
        failure.hint(steps(owner, "the pair that leaked"))
    } else {
        failure
    }
}

/// `Denied` for the pair that akm signs with: what it may do, its finder may undo.
pub(in crate::ops::rotate) fn not_the_signer(
    signer: &str,
    owner: &Owner,
    id: &AccessKeyId,
) -> Result<(), Failure> {
    if signer != id.as_str() {
        return Ok(());
    }
    let message = format!("akm signs with `{id}` itself, and another identity has to retire it");
    Err(Failure::new(Kind::Denied, message).hint(steps(owner, &format!("`{id}`"))))
}

fn steps(owner: &Owner, pair: &str) -> String {
    let page = match owner {
        Owner::RamUser(name) => {
            format!("the RAM console under Identities > Users > {name} > AccessKey")
        }
        Owner::Account => "the console under AccessKey in the menu of the account".to_owned(),
    };
    format!(
        "sign with another identity; or go to {page}: create a new pair and download its CSV, disable {pair}, delete it, \
         then `akm import` the CSV, or, where a profile signed with it, add that anew: `akm profile add NAME --csv FILE`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::{
        Client, Credentials,
        transport::{Request, Response, Service, Transport, Undelivered},
    };
    use crate::core::{name::UserName, secret::Secret};
    use crate::sys::clock::SystemClock;
    use std::sync::Arc;

    /// A cloud that refuses everything with this code.
    struct Refusing(&'static str);

    impl Transport for Refusing {
        fn send(
            &self,
            _: Service,
            _: &Request,
            _: usize,
            _: bool,
        ) -> Result<Response, Undelivered> {
            Ok(Response {
                status: 403,
                headers: Vec::new(),
                body: format!("{{\"Code\":\"{}\"}}", self.0).into_bytes(),
                date: None,
            })
        }

        fn host(&self, _: Service) -> String {
            "localhost".to_owned()
        }

        fn tries(&self) -> u32 {
            1
        }

        fn may_execute_late(&self) -> bool {
            false
        }
    }

    fn alice() -> Owner {
        Owner::RamUser(UserName::parse("alice").unwrap())
    }

    fn refused(code: &'static str) -> Failure {
        let credentials = Credentials {
            id: "LTAI1".to_owned(),
            secret: Secret::new("a-secret".to_owned()).unwrap(),
            token: None,
        };
        let cloud = Client::new(Arc::new(Refusing(code)), credentials, Arc::new(SystemClock));
        protected(&alice(), cloud.pairs(&alice()).unwrap_err())
    }

    #[test]
    fn leak_protection_leads_to_the_console() {
        let failure = refused("Forbidden");
        assert_eq!(failure.kind, Kind::Denied);
        let hint = failure.hint.unwrap();
        assert!(
            hint.contains("Identities > Users > alice > AccessKey"),
            "{hint}"
        );
        let other = refused("NoPermission");
        assert_eq!(other.kind, Kind::Denied);
        assert!(!other.hint.unwrap().contains("Users > alice"));
    }

    #[test]
    fn so_does_the_pair_that_signs() {
        let id = AccessKeyId::parse("LTAI1").unwrap();
        assert!(not_the_signer("LTAI2", &alice(), &id).is_ok());
        for (owner, page) in [
            (alice(), "Users > alice"),
            (Owner::Account, "menu of the account"),
        ] {
            let failure = not_the_signer("LTAI1", &owner, &id).unwrap_err();
            assert_eq!(failure.kind, Kind::Denied);
            let hint = failure.hint.unwrap();
            assert!(
                hint.contains(page) && hint.contains("disable `LTAI1`"),
                "{hint}"
            );
        }
    }
}
