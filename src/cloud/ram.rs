//! RAM 2015-05-01: RAM users.

use super::{Client, Error, LIST, SMALL, transport::Service, wire};
use crate::core::{name::UserName, time, time::Timestamp};

/// A RAM user as the cloud shows it. The texts are foreign.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) name: UserName,
    pub(crate) user_id: String,
    pub(crate) display_name: String,
    pub(crate) comments: String,
    pub(crate) created_at: Option<Timestamp>,
}

impl User {
    pub(super) fn from_body(action: &'static str, body: wire::UserBody) -> Result<Self, Error> {
        let name = body.user_name.and_then(|name| UserName::parse(&name).ok());
        Ok(Self {
            name: name.ok_or_else(|| Error::bad_answer(action))?,
            user_id: body.user_id.unwrap_or_default(),
            display_name: body.display_name.unwrap_or_default(),
            comments: body.comments.unwrap_or_default(),
            created_at: body.create_date.and_then(|date| time::parse(&date).ok()),
        })
    }
}

impl Client {
    /// `Fault::Exists` when a user of that name, in any case, is there.
    pub(crate) fn create_user(
        &self,
        name: &UserName,
        display_name: &str,
        comments: &str,
    ) -> Result<User, Error> {
        const ACTION: &str = "CreateUser";
        let mut query = vec![("UserName", name.as_str()), ("DisplayName", display_name)];
        if !comments.is_empty() {
            query.push(("Comments", comments));
        }
        let body: wire::GetUser = self.call_once(Service::Ram, ACTION, &query, SMALL)?;
        User::from_body(ACTION, body.user)
    }

    /// `Fault::NoSuchUser` when there is none.
    pub(crate) fn user(&self, name: &UserName) -> Result<User, Error> {
        const ACTION: &str = "GetUser";
        let body: wire::GetUser =
            self.call(Service::Ram, ACTION, &[("UserName", name.as_str())], SMALL)?;
        User::from_body(ACTION, body.user)
    }

    /// All users, page by page to the end.
    pub(crate) fn users(&self) -> Result<Vec<User>, Error> {
        const ACTION: &str = "ListUsers";
        let (mut users, mut marker) = (Vec::new(), None);
        loop {
            let mut query = vec![("MaxItems", "100")];
            query.extend(marker.as_deref().map(|marker| ("Marker", marker)));
            let page: wire::ListUsers = self.call(Service::Ram, ACTION, &query, LIST)?;
            for body in page.users.user {
                users.push(User::from_body(ACTION, body)?);
            }
            match page.marker {
                Some(next) if page.is_truncated && marker.as_ref() != Some(&next) => {
                    marker = Some(next);
                }
                _ if page.is_truncated => return Err(Error::bad_answer(ACTION)),
                _ => return Ok(users),
            }
        }
    }

    /// Gives a user another name, display name or remark; what is `None` stays. `Fault::Exists` when the new name is taken.
    #[cfg_attr(not(test), expect(dead_code, reason = "no command renames a user"))]
    pub(crate) fn update_user(
        &self,
        name: &UserName,
        new_name: Option<&UserName>,
        display_name: Option<&str>,
        comments: Option<&str>,
    ) -> Result<User, Error> {
        const ACTION: &str = "UpdateUser";
        let mut query = vec![("UserName", name.as_str())];
        query.extend(new_name.map(|new| ("NewUserName", new.as_str())));
        query.extend(display_name.map(|new| ("NewDisplayName", new)));
        query.extend(comments.map(|new| ("NewComments", new)));
        let body: wire::GetUser = self.call(Service::Ram, ACTION, &query, SMALL)?;
        User::from_body(ACTION, body.user)
    }

    /// `Fault::Conflict` while the user still has pairs, policies or groups.
    pub(crate) fn delete_user(&self, name: &UserName) -> Result<(), Error> {
        self.call(
            Service::Ram,
            "DeleteUser",
            &[("UserName", name.as_str())],
            SMALL,
        )
        .map(|_: wire::Done| ())
    }
}
