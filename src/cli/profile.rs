//! `akm profile list`, `show`, `use`, `remove`, and the commands under `akm profile`.

use super::context::{Context, no_such_profile};
use super::{
    candidates, labelled,
    listing::{self, Listed},
    profile_add::Add,
    profile_edit::Edit,
    profile_remove::remove,
    table::{Column, Need},
    ui,
};
use crate::cli::failure::Failure;
use crate::core::endpoint::Endpoint;
use crate::core::name::ProfileName;
use crate::core::proxy::Setting;
use crate::core::region::RegionId;
use crate::metadata::config::Config;
use crate::metadata::profile::Profile as Entry;
use clap::Subcommand;
use serde::Serialize;

/// Manage profiles: the accounts akm works in
#[derive(Debug, Subcommand)]
#[command(after_long_help = examples![
    "akm profile add prod --access-key-id LTAI5tAbCdEfGhIjKlMnOp" => "asks for the secret, and the cloud whose it is",
    "akm profile list" => "the accounts there are, and which is the default",
])]
pub(crate) enum Profile {
    Add(Box<Add>),
    /// Show the profiles there are
    #[command(after_long_help = examples!["akm profile list" => "a table; `--json` for a script"])]
    List,
    /// Show one profile; never its secret
    #[command(after_long_help = examples!["akm profile show prod" => "account, identity, what signs, and by what way"])]
    Show {
        /// The profile [default: the default profile]
        #[arg(add = candidates::profiles())]
        name: Option<String>,
    },
    Edit(Box<Edit>),
    /// Choose the default profile
    #[command(after_long_help = examples![
        "akm profile use prod" => "from now on, for every command without `-p`",
        "akm profile use sandbox" => "back to the account on this machine",
    ])]
    Use {
        /// The profile
        #[arg(add = candidates::profiles())]
        name: String,
    },
    /// Forget a profile; what akm knows and has saved of its account's pairs stays
    #[command(after_long_help = examples![
        "akm profile remove prod --yes" => "the signing pair's secret stays in the secret store",
        "akm profile remove prod --drop-secret --yes" => "that goes, too",
    ])]
    Remove {
        /// The profile
        #[arg(add = candidates::profiles())]
        name: String,
        /// Take the secret that it signs with out of the secret store, too
        #[arg(long)]
        drop_secret: bool,
    },
}

/// A profile as it is shown.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct View<'a> {
    name: &'a str,
    default: bool,
    account_id: Option<&'a str>,
    identity: Option<&'a str>,
    default_domain: Option<&'a str>,
    access_key_id: Option<&'a str>,
    #[cfg_attr(test, schemars(with = "Option<crate::core::place::StoreKind>"))]
    secret_store: Option<&'a str>,
    endpoint: Option<&'a str>,
    proxy: Option<&'a str>,
    region: Option<&'a str>,
    role_arn: Option<&'a str>,
    create_missing_users: bool,
}

impl<'a> View<'a> {
    pub(super) fn new(config: &Config, name: &'a ProfileName, entry: &'a Entry) -> Self {
        Self {
            name: name.as_str(),
            default: config.default_profile().as_ref() == Some(name),
            account_id: Some(entry.account_id.as_str()),
            identity: Some(&entry.identity),
            default_domain: entry.default_domain.as_deref(),
            access_key_id: Some(entry.access_key_id.as_str()),
            secret_store: Some(entry.secret_store.as_str()),
            endpoint: entry.endpoint.as_ref().map(Endpoint::as_str),
            proxy: entry.proxy.as_ref().map(Setting::as_str),
            region: entry.region.as_ref().map(RegionId::as_str),
            role_arn: entry.role.as_ref().map(|role| role.arn.as_str()),
            create_missing_users: entry.create_missing_users,
        }
    }

    fn sandbox(config: &Config, name: &'a ProfileName, account_id: Option<&'a str>) -> Self {
        Self {
            name: name.as_str(),
            default: config.default_profile().as_ref() == Some(name),
            account_id,
            identity: None,
            default_domain: None,
            access_key_id: None,
            secret_store: None,
            endpoint: None,
            proxy: None,
            region: None,
            role_arn: None,
            create_missing_users: true,
        }
    }

    fn lines(&self) -> String {
        let rows = [
            ("profile", Some(self.name)),
            ("default", Some(if self.default { "yes" } else { "no" })),
            ("account", self.account_id),
            ("identity", self.identity),
            ("default domain", self.default_domain),
            ("signs with", self.access_key_id),
            ("secret in", self.secret_store),
            ("role", self.role_arn),
            ("endpoint", self.endpoint),
            ("proxy", self.proxy),
            ("region", self.region),
        ];
        let known = rows.into_iter();
        labelled::lines(known.filter_map(|(label, text)| Some((label, text?))))
    }
}

impl Listed for View<'_> {
    const WORD: &'static str = "profiles";
    const COLUMNS: &'static [&'static str] = &[
        "name",
        "default",
        "account_id",
        "identity",
        "access_key_id",
        "secret_store",
        "endpoint",
        "role_arn",
    ];
    const HEADER: &'static [Column] = &[
        Column("", Need::Whole),
        Column("NAME", Need::Whole),
        Column("ACCOUNT", Need::Whole),
        Column("IDENTITY", Need::Extra(2)),
        Column("SIGNS WITH", Need::Extra(1)),
        Column("ENDPOINT", Need::Extra(3)),
    ];

    fn name(&self) -> &str {
        self.name
    }

    fn cells(&self) -> Vec<String> {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        vec![
            if self.default { "*" } else { "" }.to_owned(),
            self.name.to_owned(),
            text(self.account_id),
            text(self.identity),
            text(self.access_key_id),
            text(self.endpoint),
        ]
    }
}

impl Profile {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Add(args) => args.run(context),
            Self::List => list(context),
            Self::Show { name } => show(context, name.as_deref()),
            Self::Edit(args) => args.run(context),
            Self::Use { name } => choose(context, &ProfileName::parse(name)?),
            Self::Remove { name, drop_secret } => {
                remove(context, &ProfileName::parse(name)?, *drop_secret)
            }
        }
    }
}

fn list(context: &Context) -> Result<(), Failure> {
    let (config, sandbox) = (Config::load(&context.home)?, ProfileName::sandbox());
    let folder = context.sandbox()?;
    let account = folder.as_ref().map(|folder| folder.account_id().as_str());
    let mut views: Vec<View> = config
        .profiles
        .iter()
        .map(|(name, entry)| View::new(&config, name, entry))
        .collect();
    views.push(View::sandbox(&config, &sandbox, account));
    listing::print(&views, context.ui.output)
}

fn show(context: &Context, name: Option<&str>) -> Result<(), Failure> {
    let config = Config::load(&context.home)?;
    let name = name.map_or_else(
        || context.profile_name(&config),
        |name| Ok(ProfileName::parse(name)?),
    )?;
    let folder = context.sandbox()?;
    let view = if name.is_sandbox() {
        let account = folder.as_ref().map(|folder| folder.account_id().as_str());
        View::sandbox(&config, &name, account)
    } else {
        let entry = config.profiles.get(&name);
        View::new(&config, &name, entry.ok_or_else(|| no_such_profile(&name))?)
    };
    if context.ui.json() {
        return ui::print_json(&view);
    }
    ui::print_text(&view.lines())
}

fn choose(context: &Context, name: &ProfileName) -> Result<(), Failure> {
    let config = context.change_config(|config| {
        if !name.is_sandbox() && !config.profiles.contains_key(name) {
            return Err(no_such_profile(name));
        }
        config.default_profile = Some(name.clone());
        Ok(())
    })?;
    context
        .ui
        .result(&format!("The profile {name} is the default from now on."));
    if !context.ui.json() {
        return Ok(());
    }
    match config.profiles.get(name) {
        Some(entry) => ui::print_json(&View::new(&config, name, entry)),
        None => ui::print_json(&View::sandbox(&config, name, None)),
    }
}
