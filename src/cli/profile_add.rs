//! `akm profile add`

use super::context::{Context, Way, in_role};
use super::{
    profile::View,
    proxy_option::{ProxyOption, ask_login},
    signer::{Signer, SignerArgs},
    ui,
};
use crate::cli::failure::Failure;
use crate::cloud::Client;
use crate::core::access_key::AccessKeyId;
use crate::core::endpoint::Endpoint;
use crate::core::name::ProfileName;
use crate::core::region::RegionId;
use crate::core::role::{ExternalId, RoleArn, SessionName};
use crate::core::secret::Secret;
use crate::metadata::config::Config;
use crate::metadata::log::Action;
use crate::metadata::profile::{Profile, Role};
use crate::ops::{self, Account, Kind, profile::Known};
use crate::store::StoreKind;
use clap::Args;

/// Add an account: the pair to sign with, checked with the cloud and saved in the secret store
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm profile add prod" => "asks for the AccessKey ID and, hidden, for the secret",
    "akm profile add prod --csv AccessKey.csv" => "the file that the console let you download",
    "akm profile add prod --from aliyun-cli" => "what `aliyun` is configured with, its role too",
    "akm profile add ci --from environment --role-arn acs:ram::1234567890123456:role/akm" => "each command in a role",
])]
pub(crate) struct Add {
    /// What to call it: 1 to 64 letters, digits, `.`, `-` and `_`
    name: String,
    #[command(flatten)]
    signer: SignerArgs,
    /// A role that the pair assumes for every command
    #[arg(long, value_name = "ARN")]
    role_arn: Option<RoleArn>,
    /// What the account's records call what akm does in that role [default: akm]
    #[arg(long, value_name = "NAME")]
    role_session_name: Option<SessionName>,
    /// What the role's trust policy asks of strangers
    #[arg(long, value_name = "ID")]
    external_id: Option<ExternalId>,
    /// A cloud that is not Alibaba's: `https://HOST[:PORT]`, or `http://` and a loopback address; said on every use
    #[arg(long, value_name = "URL")]
    endpoint: Option<Endpoint>,
    /// The way there: `http://[USER@]HOST:PORT`, `socks5h://HOST:PORT` or `none`; a password is asked for, or the next line of standard input
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// The region that `exec` and `connect` hand out with a pair, as `cn-hangzhou`
    #[arg(long, value_name = "REGION")]
    region: Option<RegionId>,
    /// Let `create` make a RAM user that is missing, unasked
    #[arg(long)]
    create_missing_users: bool,
}

impl Add {
    /// `Exists` for a profile that there is; errors as the cloud and the store have them: then nothing was added.
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let name = ProfileName::parse(&self.name)?;
        free(&Config::load(&context.home)?, &name)?;
        let proxy = ProxyOption::parse(self.proxy.as_deref(), self.endpoint.as_ref())?;
        let signer = self.signer.signer(context)?;
        let role = self.role(signer.role.clone())?;
        let login = ask_login(context, proxy.as_ref())?;
        let way = Way {
            endpoint: self.endpoint.as_ref(),
            proxy: proxy.as_ref().map(|proxy| &proxy.setting),
            login: login.clone(),
        };
        let secret = signer.secret_to_sign_with()?;
        let (client, known) = try_out(context, way, &signer.id, secret, role.as_ref())?;
        let store = context.store_for_new()?;
        let profile = Profile {
            proxy: proxy.map(|proxy| proxy.setting),
            proxy_login: login.as_ref().map(|_| store),
            ..self.profile(&known, &signer, store, role)
        };
        let account = context.account_of(
            name.clone(),
            &profile.account_id,
            Config::load(&context.home)?,
        );
        // Held and known before the profile names it: killed in between, the same command goes on.
        context.change_config(|config| {
            free(config, &name)?;
            let (id, secret) = (&signer.id, &signer.secret);
            ops::profile::hold(&account, &client, store, id, secret)?;
            let login = login.as_deref();
            Ok(login.map_or(Ok(()), |login| {
                ops::profile::hold_login(&account, store, login)
            })?)
        })?;
        adopt(context, &account, &client, &profile);
        let mut first = false;
        let config = context.change_config(|config| {
            free(config, &name)?;
            first = config.add(name.clone(), profile.clone());
            Ok(())
        })?;
        ops::profile::written_down(&account, Action::ProfileAdd, &profile);
        context.ui.result(&format!(
            "Added the profile {name}: account {}, as {}.",
            profile.account_id, profile.identity
        ));
        if first {
            context.ui.warning("default-profile", &format!(
                "`{name}` is the default from now on; the sandbox acts only when it is named: `-p sandbox`"
            ));
        }
        if context.ui.json() {
            return ui::print_json(&View::new(&config, &name, &profile));
        }
        ui::print(format!("{name}\n").as_bytes())
    }

    fn role(&self, found: Option<Role>) -> Result<Option<Role>, Failure> {
        let Some(arn) = self.role_arn.clone() else {
            if self.role_session_name.is_some() || self.external_id.is_some() {
                return Err(
                    Failure::new(Kind::Usage, "there is no role to name these for")
                        .hint("add `--role-arn ARN`"),
                );
            }
            return Ok(found);
        };
        let session = self.role_session_name.clone();
        Ok(Some(Role {
            arn,
            session_name: session.unwrap_or_else(SessionName::akm),
            external_id: self.external_id.clone(),
        }))
    }

    fn profile(
        &self,
        known: &Known,
        signer: &Signer,
        store: StoreKind,
        role: Option<Role>,
    ) -> Profile {
        Profile {
            account_id: known.caller.account_id.clone(),
            identity: known.caller.arn.clone(),
            default_domain: known.default_domain.clone(),
            access_key_id: signer.id.clone(),
            secret_store: store,
            moved_from: None,
            create_missing_users: self.create_missing_users,
            endpoint: self.endpoint.clone(),
            proxy: None,
            proxy_login: None,
            region: self.region.clone(),
            verify_pause: None,
            role,
        }
    }
}

/// Asks the cloud whose the signer is, by that way and in that role. Gives back the client of the pair itself, too.
pub(super) fn try_out(
    context: &Context,
    way: Way<'_>,
    id: &AccessKeyId,
    secret: Secret,
    role: Option<&Role>,
) -> Result<(Client, Known), Failure> {
    let client = context.client(way, id, secret)?;
    let in_role = role.map(|role| in_role(&client, role)).transpose()?;
    let known = ops::profile::know(in_role.as_ref().unwrap_or(&client), id)?;
    Ok((client, known))
}

/// The signer is a pair of the account like others, where it is the account's and may list itself. That it is not known as such is no
/// reason to be without the profile.
fn adopt(context: &Context, account: &Account, client: &Client, profile: &Profile) {
    let (id, kind) = (&profile.access_key_id, profile.secret_store);
    match ops::profile::adopt(account, client, id, kind).map_err(Failure::from) {
        Ok(true) => (),
        Ok(false) => context.ui.note("signer-not-listed", &format!(
            "`{id}` signs, and is not among the pairs that `akm list` shows: it may not list itself, or belongs to another account"
        )),
        Err(failure) => context.ui.warning("signer-not-listed", &format!(
            "`{id}` is not among the pairs that `akm list` shows: {failure}; `akm list --refresh` asks again"
        )),
    }
}

fn free(config: &Config, name: &ProfileName) -> Result<(), Failure> {
    if name.is_sandbox() {
        return Err(
            Failure::new(Kind::Exists, "the profile `sandbox` always exists")
                .hint("take another name"),
        );
    }
    if config.profiles.contains_key(name) {
        return Err(
            Failure::new(Kind::Exists, format!("there is a profile `{name}` already")).hint(
                format!(
                    "`akm profile show {name}`; another name, or `akm profile remove {name}` first"
                ),
            ),
        );
    }
    Ok(())
}
