//! Which forms of output each command has. A form that makes no sense is refused before anything is done.

use super::{
    command_line::Command, connect::Connect, key_policy::Policy, profile::Profile,
    sandbox::Sandbox, store::Store, ui::Output, user::User,
};
use crate::cli::failure::Failure;
use crate::ops::Kind;
use Output::{Csv, Json, Plain, Table};

impl Command {
    /// `Usage` for a form that the command does not have.
    pub(super) fn check_form(&self, wanted: Option<Output>) -> Result<(), Failure> {
        let (name, forms) = self.forms();
        let Some(form) = wanted.filter(|form| !forms.contains(form)) else {
            return Ok(());
        };
        let all: Vec<String> = forms.iter().map(|form| format!("`-o {form}`")).collect();
        let message = format!("`{name}` has no form `{form}`");
        Err(Failure::new(Kind::Usage, message).hint(match (self, form) {
            (Self::Create(_), Csv) => {
                "`--csv FILE` writes the pair, `--csv -` prints it".to_owned()
            }
            _ => format!("it has {}", all.join(", ")),
        }))
    }

    fn forms(&self) -> (&'static str, &'static [Output]) {
        const DATA: &[Output] = &[Plain, Json];
        const ROWS: &[Output] = &[Table, Json, Csv, Plain];
        const LOOK: &[Output] = &[Table, Json];
        match self {
            Self::Create(_) => ("create", DATA),
            Self::List(_) => ("list", ROWS),
            Self::Show(_) => ("show", LOOK),
            Self::ShowId(_) => ("show-id", DATA),
            Self::Rotate(_) => ("rotate", DATA),
            Self::Leak(_) => ("leak", DATA),
            Self::Rollback(_) => ("rollback", DATA),
            Self::Disable(_) => ("disable", DATA),
            Self::Enable(_) => ("enable", DATA),
            Self::Delete(_) => ("delete", DATA),
            Self::Restore(_) => ("restore", DATA),
            Self::Comment(_) => ("comment", DATA),
            Self::Export(_) => ("export", &[Csv, Plain, Json]),
            Self::Import(_) => ("import", DATA),
            Self::Copy(_) => ("copy", DATA),
            Self::Exec(_) => ("exec", &[Json]),
            Self::Env(_) => ("env", DATA),
            Self::Read(_) => ("read", DATA),
            #[cfg(feature = "server")]
            Self::Serve(_) => ("serve", &[Json]),
            Self::CredentialProcess(_) => ("credential-process", &[Json]),
            Self::Verify(_) => ("verify", DATA),
            Self::Connect(Connect::AliyunCli(_)) => ("connect aliyun-cli", DATA),
            Self::Log(_) => ("log", &[Table, Json, Plain]),
            Self::User(User::List) => ("user list", ROWS),
            Self::User(User::Show { .. }) => ("user show", LOOK),
            Self::User(User::Create { .. }) => ("user create", DATA),
            Self::User(User::Delete { .. }) => ("user delete", DATA),
            Self::Profile(Profile::List) => ("profile list", ROWS),
            Self::Profile(Profile::Show { .. }) => ("profile show", LOOK),
            Self::Profile(Profile::Add(_)) => ("profile add", DATA),
            Self::Profile(Profile::Edit { .. }) => ("profile edit", DATA),
            Self::Profile(Profile::Use { .. }) => ("profile use", DATA),
            Self::Profile(Profile::Remove { .. }) => ("profile remove", DATA),
            Self::KeyPolicy(Policy::Show(_)) => ("key-policy show", LOOK),
            Self::KeyPolicy(Policy::Set(_)) => ("key-policy set", DATA),
            Self::Store(Store::Status) => ("store status", LOOK),
            Self::Store(Store::Protect(_)) => ("store protect", DATA),
            Self::Store(Store::Use(_)) => ("store use", DATA),
            Self::Store(Store::Move(_)) => ("store move", LOOK),
            Self::Recover(args) if args.is_list() => ("recover --list", LOOK),
            Self::Recover(_) => ("recover", DATA),
            Self::Sandbox(Sandbox::Reset) => ("sandbox reset", DATA),
            #[cfg(feature = "server")]
            Self::Sandbox(Sandbox::Serve(_)) => ("sandbox serve", &[Json, Plain]),
            Self::Completions(_) => ("completions", &[Plain]),
            Self::Man(_) => ("man", DATA),
            Self::Help(_) => ("help", &[Plain]),
        }
    }
}
