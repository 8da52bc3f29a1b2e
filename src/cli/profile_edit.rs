//! `akm profile edit`

use super::context::{Context, Way, no_such_profile, own_secret};
use super::{
    candidates,
    profile::View,
    profile_add::try_out,
    profile_remove::drop_login,
    proxy_option::{ProxyOption, ask_login},
    ui,
};
use crate::cli::failure::Failure;
use crate::core::endpoint::Endpoint;
use crate::core::name::ProfileName;
use crate::core::proxy::Login;
use crate::core::region::RegionId;
use crate::core::role::{RoleArn, SessionName};
use crate::metadata::config::Config;
use crate::metadata::profile::{Profile, Role};
use crate::ops::{self, Account, Kind};
use clap::{ArgGroup, Args};
use std::sync::Arc;

/// Change a profile; a new way or role is tried with the cloud first
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").required(true).multiple(true))]
#[command(after_long_help = examples![
    "akm profile edit prod --region cn-hangzhou" => "what `exec` and `connect` hand out with a pair",
    "akm profile edit prod --proxy http://proxy.example.com:3128" => "whatever the environment says; `none` for no proxy",
    "akm profile edit prod --role-arn acs:ram::1234567890123456:role/akm" => "each command in another role",
])]
pub(crate) struct Edit {
    /// The profile
    #[arg(add = candidates::profiles())]
    name: String,
    /// The way there: `http://[USER@]HOST:PORT`, `socks5h://HOST:PORT` or `none`; a password is asked for, or the next line of standard input
    #[arg(long, value_name = "URL", group = "change")]
    proxy: Option<String>,
    /// A cloud that is not Alibaba's: `https://HOST[:PORT]`, or `http://` and a loopback address; said on every use
    #[arg(long, value_name = "URL", group = "change")]
    endpoint: Option<Endpoint>,
    /// A role that the pair assumes for every command
    #[arg(long, value_name = "ARN", group = "change")]
    role_arn: Option<RoleArn>,
    /// The region that `exec` and `connect` hand out with a pair, as `cn-hangzhou`
    #[arg(long, value_name = "REGION", group = "change")]
    region: Option<RegionId>,
}

impl Edit {
    /// Errors as of `profile add`: then nothing was changed.
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let name = ProfileName::parse(&self.name)?;
        if name.is_sandbox() {
            let message = "the profile `sandbox` cannot be changed";
            return Err(Failure::new(Kind::Refused, message));
        }
        let config = Config::load(&context.home)?;
        let before = config.profiles.get(&name).cloned();
        let before = before.ok_or_else(|| no_such_profile(&name))?;
        let endpoint = self.endpoint.as_ref().or(before.endpoint.as_ref());
        let proxy = ProxyOption::parse(self.proxy.as_deref(), endpoint)?;
        let login = ask_login(context, proxy.as_ref())?;
        let mut after = self.changed(&before, proxy);
        let account = context.account_of(name.clone(), &before.account_id, config);
        if self.region.is_none() || self.named().len() > 1 {
            try_changed(context, &account, &mut after, login.clone())?;
        }
        let config = keep(context, &account, (&before, after), login.as_deref())?;
        context.ui.result(&format!(
            "Changed {} of the profile {name} (account {}).",
            self.named().join(", "),
            account.id
        ));
        match config.profiles.get(&name).filter(|_| context.ui.json()) {
            Some(entry) => ui::print_json(&View::new(&config, &name, entry)),
            None => Ok(()),
        }
    }

    /// The profile with what was named in it changed, and nothing else.
    fn changed(&self, before: &Profile, proxy: Option<ProxyOption>) -> Profile {
        let mut after = before.clone();
        if let Some(proxy) = proxy {
            (after.proxy, after.proxy_login) = (Some(proxy.setting), None);
        }
        if let Some(arn) = self.role_arn.clone() {
            let role = after.role.take();
            after.role = Some(match role {
                Some(role) => Role { arn, ..role },
                None => Role {
                    arn,
                    session_name: SessionName::akm(),
                    external_id: None,
                },
            });
        }
        after.endpoint = self.endpoint.clone().or(after.endpoint);
        after.region = self.region.clone().or(after.region);
        after
    }

    fn named(&self) -> Vec<&'static str> {
        let named = [
            ("the proxy", self.proxy.is_some()),
            ("the endpoint", self.endpoint.is_some()),
            ("the role", self.role_arn.is_some()),
            ("the region", self.region.is_some()),
        ];
        let named = named.into_iter().filter(|(_, is)| *is);
        named.map(|(name, _)| name).collect()
    }
}

/// Asks the cloud as the changed profile will. `OtherAccount` where that leads to another account.
fn try_changed(
    context: &Context,
    account: &Account,
    after: &mut Profile,
    login: Option<Arc<Login>>,
) -> Result<(), Failure> {
    let mut way = Way::of(&account.profile, after, &*account.stores)?;
    way.login = login.or(way.login);
    let secret = own_secret(&*account.stores, after)?;
    let (_, known) = try_out(
        context,
        way,
        &after.access_key_id,
        secret,
        after.role.as_ref(),
    )?;
    if known.caller.account_id != account.id {
        let message = format!(
            "this leads to account {}, and the profile `{}` is of account {}",
            known.caller.account_id, account.profile, account.id
        );
        return Err(Failure::new(Kind::OtherAccount, message).hint(
            "nothing was changed; another account is another profile: `akm profile add NAME`",
        ));
    }
    (after.identity, after.default_domain) = (known.caller.arn, known.default_domain);
    Ok(())
}

/// Writes the changed profile down, the proxy's password before it. `Conflict` where the profile is another by now.
fn keep(
    context: &Context,
    account: &Account,
    (before, mut after): (&Profile, Profile),
    login: Option<&Login>,
) -> Result<Config, Failure> {
    if login.is_some() {
        after.proxy_login = Some(context.store_for_new()?);
    }
    let kept = after.proxy_login;
    let config = context.change_config(|config| {
        let profile = config.profiles.get_mut(&account.profile);
        let profile = profile.ok_or_else(|| no_such_profile(&account.profile))?;
        if profile != before {
            let message = format!("the profile `{}` was changed meanwhile", account.profile);
            return Err(Failure::new(Kind::Conflict, message).hint("the same command again"));
        }
        if let (Some(login), Some(kind)) = (login, kept) {
            ops::profile::hold_login(account, kind, login)?;
        }
        *profile = after;
        Ok(())
    })?;
    if before.proxy_login != kept {
        drop_login(context, account, before);
    }
    Ok(config)
}
