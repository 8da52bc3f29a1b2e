//! From which networks an AccessKey pair may be used (IMS, `AccessKeyPolicy`). It does not bind sessions of STS.

use super::{Invalid, access_key::Status};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Statements in a policy, networks in a statement.
const STATEMENTS: usize = 8;
const NETWORKS: usize = 50;
/// Every VPC of every account, in the place of one VPC's id.
const ALL_VPCS: &str = "AllowAllVPC";
const EVERYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// A policy that keeps the rules of `SetAccessKeyPolicy`. A pair with an Active one may be used from where its statements say and
/// from nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase", try_from = "Unchecked")]
pub(crate) struct KeyPolicy {
    version: u32,
    pub(crate) status: Status,
    pub(crate) statements: Vec<Statement>,
}

/// Networks of the internet, or of one VPC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "Type", deny_unknown_fields)]
pub(crate) enum Statement {
    #[serde(rename = "ClassicWhiteList")]
    Internet {
        #[serde(rename = "IPList")]
        networks: Vec<String>,
    },
    #[serde(rename = "VPCWhiteList")]
    Vpc {
        #[serde(rename = "Value")]
        vpc: String,
        #[serde(rename = "IPList")]
        networks: Vec<String>,
    },
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Unchecked {
    /// The reference's own example leaves it out.
    #[serde(default = "first_version")]
    version: u32,
    status: Status,
    statements: Vec<Statement>,
}

fn first_version() -> u32 {
    1
}

impl TryFrom<Unchecked> for KeyPolicy {
    type Error = Invalid;

    fn try_from(raw: Unchecked) -> Result<Self, Invalid> {
        if raw.version != 1 {
            return Err(invalid("its version is to be 1"));
        }
        Self::new(raw.status, raw.statements)
    }
}

impl KeyPolicy {
    /// `Invalid` tells which rule is broken and where.
    pub(crate) fn new(status: Status, statements: Vec<Statement>) -> Result<Self, Invalid> {
        let internet = |one: &&Statement| matches!(one, Statement::Internet { .. });
        if statements.len() > STATEMENTS {
            return Err(invalid(format!("it has more than {STATEMENTS} statements")));
        }
        if statements.iter().filter(internet).count() > 1 {
            return Err(invalid("it has more than one `ClassicWhiteList`"));
        }
        for (at, statement) in statements.iter().enumerate() {
            let placed = |why| invalid(format!("statement {}: {why}", at + 1));
            statement.check().map_err(placed)?;
        }
        Ok(Self {
            version: first_version(),
            status,
            statements,
        })
    }

    /// No restriction: what the cloud takes for no policy at all.
    pub(crate) fn off() -> Self {
        Self {
            version: first_version(),
            status: Status::Inactive,
            statements: Vec::new(),
        }
    }

    /// What nobody can use the pair from any more; empty while the policy is not Active.
    pub(crate) fn shuts_out(&self) -> Vec<&'static str> {
        let (mut internet, mut vpc) = (true, true);
        for statement in &self.statements {
            match statement {
                Statement::Internet { .. } => internet = false,
                Statement::Vpc { .. } => vpc = false,
            }
        }
        let active = self.status == Status::Active;
        let shut = [(internet, "the internet"), (vpc, "every VPC")];
        shut.into_iter()
            .filter_map(|(shut, what)| (shut && active).then_some(what))
            .collect()
    }
}

impl Statement {
    /// `VPC_ID` or `VPC_ID=NETWORK,…`; without networks, all of the VPC.
    pub(crate) fn of_vpc(text: &str) -> Self {
        let (vpc, networks) = match text.split_once('=') {
            Some((vpc, networks)) => (vpc, networks.split(',').collect()),
            None => (text, EVERYWHERE.to_vec()),
        };
        Self::Vpc {
            vpc: vpc.to_owned(),
            networks: networks.into_iter().map(str::to_owned).collect(),
        }
    }

    pub(crate) fn networks(&self) -> &[String] {
        match self {
            Self::Internet { networks } | Self::Vpc { networks, .. } => networks,
        }
    }

    fn check(&self) -> Result<(), String> {
        if let Self::Vpc { vpc, .. } = self
            && !is_vpc(vpc)
        {
            return Err(format!("the id of a VPC is expected, or `{ALL_VPCS}`"));
        }
        let networks = self.networks();
        if networks.is_empty() || networks.len() > NETWORKS {
            let count = networks.len();
            return Err(format!(
                "it has {count} networks, and 1 to {NETWORKS} are allowed"
            ));
        }
        match networks.iter().find(|one| !is_network(one)) {
            Some(one) => Err(format!(
                "\"{one}\" is not an IP address or network, such as 203.0.113.0/24"
            )),
            None => Ok(()),
        }
    }
}

fn is_vpc(id: &str) -> bool {
    let rest = id.strip_prefix("vpc-").unwrap_or_default();
    let word = rest.bytes().all(|b| b.is_ascii_alphanumeric());
    id == ALL_VPCS || (1..=60).contains(&rest.len()) && word
}

fn is_network(text: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let longest = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    let within = |length: &str| {
        let digits = length.bytes().all(|b| b.is_ascii_digit());
        let length: Option<u8> = length.parse().ok().filter(|_| digits);
        length.is_some_and(|length| length <= longest)
    };
    length.is_none_or(within)
}

fn invalid(why: impl Into<String>) -> Invalid {
    Invalid::new("network policy", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn internet(networks: &[&str]) -> Statement {
        let networks = networks.iter().map(|&one| one.to_owned()).collect();
        Statement::Internet { networks }
    }

    fn why(statements: Vec<Statement>) -> String {
        KeyPolicy::new(Status::Active, statements).unwrap_err().why
    }

    #[test]
    fn networks_are_told_from_anything_else() {
        for good in [
            "203.0.113.1",
            "203.0.113.0/24",
            "0.0.0.0/0",
            "2001:db8:85a3::8a2e:370:7334",
            "::/0",
            "2001:db8::/128",
        ] {
            assert!(is_network(good), "{good}");
        }
        for bad in [
            "",
            "/8",
            "1.2.3",
            "1.2.3.4/33",
            "1.2.3.4/",
            "1.2.3.4/+8",
            "1.2.3.4/8/8",
            "::/129",
            "host",
            " 1.2.3.4",
            "1.2.3.4-9",
        ] {
            assert!(!is_network(bad), "{bad}");
        }
        for (id, good) in [
            ("vpc-bp1234567890abcdef", true),
            ("AllowAllVPC", true),
            ("vpc-", false),
            ("vpc-a/b", false),
            ("eni-a", false),
            ("", false),
        ] {
            assert_eq!(is_vpc(id), good, "{id}");
        }
    }

    #[test]
    fn the_limits_are_the_clouds() {
        let vpc = |count: usize| -> Vec<Statement> {
            (0..count)
                .map(|number| Statement::of_vpc(&format!("vpc-{number}")))
                .collect()
        };
        assert!(KeyPolicy::new(Status::Active, vpc(8)).is_ok());
        assert_eq!(why(vpc(9)), "it has more than 8 statements");
        assert!(KeyPolicy::new(Status::Active, vec![internet(&["::1"; 50])]).is_ok());
        assert_eq!(
            why(vec![internet(&["::1"; 51])]),
            "statement 1: it has 51 networks, and 1 to 50 are allowed"
        );
        assert_eq!(
            why(vec![internet(&["::1"]), internet(&["::2"])]),
            "it has more than one `ClassicWhiteList`"
        );
        assert!(why(vec![internet(&["::1", "x"])]).starts_with("statement 1: \"x\" is not an IP"));
        assert!(
            why(vec![internet(&["::1"]), Statement::of_vpc("x=::1")]).starts_with("statement 2: ")
        );
    }

    #[test]
    fn an_active_policy_shuts_out_what_it_does_not_name() {
        let shuts = |status, statements| KeyPolicy::new(status, statements).unwrap().shuts_out();
        let (net, vpc) = (
            || internet(&["::1"]),
            || Statement::of_vpc("vpc-1=10.0.0.0/8"),
        );
        assert_eq!(shuts(Status::Active, vec![net(), vpc()]), [""; 0]);
        assert_eq!(shuts(Status::Active, vec![net()]), ["every VPC"]);
        assert_eq!(shuts(Status::Active, vec![vpc()]), ["the internet"]);
        assert_eq!(shuts(Status::Active, vec![]), ["the internet", "every VPC"]);
        assert_eq!(shuts(Status::Inactive, vec![]), [""; 0]);
        assert_eq!(KeyPolicy::off().shuts_out(), [""; 0]);
    }
}
