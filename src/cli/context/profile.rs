//! Profiles: which is meant, and the way from one to its account in the cloud.

use super::{Context, Environment, environment, proxy};
use crate::cli::failure::Failure;
use crate::cloud::{Client, Credentials};
use crate::core::access_key::AccessKeyId;
use crate::core::endpoint::Endpoint;
use crate::core::name::ProfileName;
use crate::core::proxy::{Login, Setting};
use crate::core::secret::Secret;
use crate::core::time::Span;
use crate::metadata::config::Config;
use crate::metadata::inventory::Inventory;
use crate::metadata::profile::{Profile, Role};
use crate::ops::{self, Kind, Session, Stores};
use crate::store::{SecretName, StoreKind};
use chrono::TimeDelta;
use std::sync::Arc;

/// One success of a pair that was made just now proves little: another server of the cloud may not know it yet.
const VERIFY_PAUSE: TimeDelta = TimeDelta::seconds(2);

/// What the chosen profile leads to.
pub(super) enum Reach {
    Sandbox,
    Cloud(ProfileName, Box<Profile>),
}

/// By what way a signer reaches the cloud.
#[derive(Default)]
pub(crate) struct Way<'a> {
    /// A cloud that is not Alibaba's.
    pub(crate) endpoint: Option<&'a Endpoint>,
    pub(crate) proxy: Option<&'a Setting>,
    /// Who asks the proxy.
    pub(crate) login: Option<Arc<Login>>,
}

impl<'a> Way<'a> {
    /// The way of a profile. Errors of the store that has the proxy's password, `SecretMissing` where it lacks it.
    pub(crate) fn of(
        name: &ProfileName,
        profile: &'a Profile,
        stores: &dyn Stores,
    ) -> Result<Self, Failure> {
        let login = profile.proxy_login.map(|kind| login(stores, kind, name));
        Ok(Self {
            endpoint: profile.endpoint.as_ref(),
            proxy: profile.proxy.as_ref(),
            login: login.transpose()?.map(Arc::new),
        })
    }
}

fn login(stores: &dyn Stores, kind: StoreKind, name: &ProfileName) -> Result<Login, Failure> {
    let secret = stores
        .open(kind)
        .and_then(|store| store.get(&SecretName::proxy_login(name)))
        .map_err(|error| ops::Failure::of_store(kind, error))?;
    let secret = secret.ok_or_else(|| {
        let message = format!("the secret store `{kind}` lacks the password of the proxy");
        Failure::new(Kind::SecretMissing, message).hint(format!(
            "`akm profile edit {name} --proxy http://USER@HOST:PORT` asks for it"
        ))
    })?;
    Ok(Login::new(secret)?)
}

/// The profiles there are, for completion: what cannot be read is left out.
pub(crate) fn profile_names() -> Vec<String> {
    let home = environment::home(Environment::read().home).ok();
    let config = home.and_then(|home| Config::load(&home).ok());
    let names = config.unwrap_or_default().profiles.into_keys();
    names
        .chain([ProfileName::sandbox()])
        .map(|name| name.to_string())
        .collect()
}

impl Context {
    /// The name of the profile that is meant: the one that was named, else the default. `Usage` when there is neither.
    pub(crate) fn profile_name(&self, config: &Config) -> Result<ProfileName, Failure> {
        let chosen = self.wanted.clone().or_else(|| config.default_profile());
        chosen.ok_or_else(|| {
            let mut names: Vec<_> = config.profiles.keys().map(ToString::to_string).collect();
            names.push("sandbox".to_owned());
            Failure::new(Kind::Usage, "no profile was named, and none is the default")
                .because(format!("there are {}", names.join(", ")))
                .hint("add `-p NAME`, or choose one for good: `akm profile use NAME`")
        })
    }

    pub(super) fn reach(&self, config: &Config) -> Result<Reach, Failure> {
        let name = self.profile_name(config)?;
        if name.is_sandbox() {
            self.check_configured()?;
            return Ok(Reach::Sandbox);
        }
        let profile = config.profiles.get(&name).cloned();
        let profile = profile.ok_or_else(|| {
            let failure = no_such_profile(&name);
            match environment::no_data(&self.home) {
                Some(why) => failure.because(why),
                None => failure,
            }
        })?;
        Ok(Reach::Cloud(name, Box::new(profile)))
    }

    /// Refuses to take the sandbox for what is meant where nobody named it, the configuration is lost, and another account is known.
    fn check_configured(&self) -> Result<(), Failure> {
        if self.wanted.is_some() || Config::is_there(&self.home) {
            return Ok(());
        }
        let sandbox = self.sandbox()?.map(|folder| folder.account_id().clone());
        let mut known = Inventory::accounts(&self.home)?.into_iter();
        let Some(other) = known.find(|id| Some(id) != sandbox.as_ref()) else {
            return Ok(());
        };
        let folder = self.home.config.display();
        let message = format!("`config.toml` is missing in `{folder}`, and no profile is known");
        Err(Failure::new(Kind::NoSuchProfile, message)
            .because(format!("there are records of account {other}"))
            .hint(
                "`akm profile add NAME` adds the account again; `-p sandbox` works in the sandbox",
            ))
    }

    /// Whether `create` makes a RAM user that is missing, unasked.
    pub(crate) fn makes_missing_users(&self) -> Result<bool, Failure> {
        Ok(match self.reach(&Config::load(&self.home)?)? {
            Reach::Sandbox => true,
            Reach::Cloud(_, profile) => profile.create_missing_users,
        })
    }

    /// The chosen profile; `None` for the sandbox, which has no pair of its own.
    pub(crate) fn own_profile(&self, config: &Config) -> Result<Option<Profile>, Failure> {
        Ok(match self.reach(config)? {
            Reach::Sandbox => None,
            Reach::Cloud(_, profile) => Some(*profile),
        })
    }

    /// Changes the configuration, alone. What `change` refuses is not written.
    pub(crate) fn change_config(
        &self,
        change: impl FnOnce(&mut Config) -> Result<(), Failure>,
    ) -> Result<Config, Failure> {
        let _lock = ops::session::lock(&self.home, "home", &*self.clock, &self.ui)?;
        let mut config = Config::load(&self.home)?;
        change(&mut config)?;
        config.save(&self.home)?;
        Ok(config)
    }

    pub(super) fn open_cloud(
        &self,
        name: ProfileName,
        profile: &Profile,
    ) -> Result<Session, Failure> {
        let (store, recipient, config) = self.settled_store()?;
        let account = self.account_of(name, &profile.account_id, config);
        let secret = own_secret(&*account.stores, profile)?;
        let way = Way::of(&account.profile, profile, &*account.stores)?;
        let mut cloud = self.client(way, &profile.access_key_id, secret)?;
        if let Some(role) = &profile.role {
            cloud = in_role(&cloud, role)?;
        }
        let pause = profile.verify_pause.map(Span::delta);
        Ok(Session {
            account,
            cloud,
            store,
            recipient,
            verify_pause: pause.unwrap_or(VERIFY_PAUSE),
            this_run: ops::this_run::ThisRun::default(),
        })
    }

    pub(super) fn warn_of_endpoint(&self, endpoint: Option<&Endpoint>) {
        if let Some(endpoint) = endpoint {
            self.ui.note(
                "endpoint",
                &format!(
                    "the endpoint is {}, which is not Alibaba Cloud's",
                    endpoint.as_str()
                ),
            );
        }
    }

    /// A client that signs with that pair itself. An endpoint that is not Alibaba's is said, each time.
    pub(crate) fn client(
        &self,
        way: Way<'_>,
        id: &AccessKeyId,
        secret: Secret,
    ) -> Result<Client, Failure> {
        self.warn_of_endpoint(way.endpoint);
        let https = proxy::https(way)?;
        let credentials = Credentials {
            id: id.to_string(),
            secret,
            token: None,
        };
        let transport = self.traced(Arc::new(https));
        Ok(Client::new(transport, credentials, self.clock.clone()))
    }
}

/// The client in a role.
pub(crate) fn in_role(client: &Client, role: &Role) -> Result<Client, Failure> {
    let (arn, session) = (role.arn.clone(), role.session_name.clone());
    Ok(client.in_role(arn, session, role.external_id.clone())?)
}

pub(crate) fn own_secret(stores: &dyn Stores, profile: &Profile) -> Result<Secret, Failure> {
    let (id, kind) = (&profile.access_key_id, profile.secret_store);
    let found = stores
        .open(kind)
        .and_then(|store| store.get(&SecretName::pair(id)))
        .map_err(|error| ops::Failure::of_store(kind, error))?;
    found.ok_or_else(|| {
        let message = format!(
            "the secret store `{kind}` lacks the secret of `{id}`, which the profile signs with"
        );
        Failure::new(Kind::SecretMissing, message).hint(
            "`akm profile remove NAME`, then `akm profile add NAME` with a pair that is at hand",
        )
    })
}

pub(crate) fn no_such_profile(name: &ProfileName) -> Failure {
    Failure::new(Kind::NoSuchProfile, format!("there is no profile `{name}`"))
        .hint("`akm profile list` shows the ones there are; the profile `sandbox` always exists")
}
