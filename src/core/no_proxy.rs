//! Hosts that are reached without a proxy: `NO_PROXY` as curl reads it, and ports besides.

use std::net::IpAddr;
use std::str::FromStr;

/// The hosts of a list, parted by commas or blanks.
#[derive(Debug, Default)]
pub(crate) struct NoProxy(Vec<String>);

impl NoProxy {
    pub(crate) fn parse(text: &str) -> Self {
        let parts = text.split([',', ' ', '\t']);
        Self(
            parts
                .filter(|part| !part.is_empty())
                .map(str::to_ascii_lowercase)
                .collect(),
        )
    }

    /// Whether the list names the host: itself, a domain that it is in, a network that it is in, or `*`. `host` has no brackets.
    pub(crate) fn names(&self, host: &str, port: u16) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.0.iter().any(|entry| matches(entry, &host, port))
    }
}

fn matches(entry: &str, host: &str, port: u16) -> bool {
    if let Ok(address) = IpAddr::from_str(host) {
        return entry == "*" || is_of_network(entry, address, port);
    }
    let (entry, of_port) = match entry.rsplit_once(':') {
        Some((entry, digits)) => (entry, digits.parse() == Ok(port)),
        None => (entry, true),
    };
    let domain = entry.strip_prefix('*').unwrap_or(entry);
    let domain = domain.trim_end_matches('.').trim_start_matches('.');
    of_port && (entry == "*" || is_in(host, domain))
}

fn is_in(host: &str, domain: &str) -> bool {
    let above = host.strip_suffix(domain);
    !domain.is_empty() && above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

/// `ADDRESS`, `ADDRESS:PORT`, `[ADDRESS]:PORT` or `ADDRESS/BITS`.
fn is_of_network(entry: &str, address: IpAddr, port: u16) -> bool {
    if let Some((network, bits)) = entry.split_once('/') {
        let network = IpAddr::from_str(network).ok();
        return network
            .zip(bits.parse().ok())
            .is_some_and(|(network, bits)| shares(network, address, bits));
    }
    let bare = entry
        .strip_prefix('[')
        .and_then(|entry| entry.strip_suffix(']'));
    if let Ok(one) = IpAddr::from_str(bare.unwrap_or(entry)) {
        return one == address;
    }
    let with_port = entry
        .rsplit_once(':')
        .filter(|(_, digits)| digits.parse() == Ok(port));
    with_port.is_some_and(|(one, _)| {
        IpAddr::from_str(one.trim_start_matches('[').trim_end_matches(']')) == Ok(address)
    })
}

/// Whether both begin with the same bits.
fn shares(network: IpAddr, address: IpAddr, bits: u32) -> bool {
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let differing = u32::from(network) ^ u32::from(address);
            bits <= 32 && differing.leading_zeros() >= bits
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let differing = u128::from(network) ^ u128::from(address);
            bits <= 128 && differing.leading_zeros() >= bits
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_names_hosts_domains_ports_and_networks() {
        for (list, host, port, named) in [
            ("*", "ram.aliyuncs.com", 443, true),
            ("", "ram.aliyuncs.com", 443, false),
            ("aliyuncs.com", "ram.aliyuncs.com", 443, true),
            (".aliyuncs.com", "ram.aliyuncs.com", 443, true),
            ("*.aliyuncs.com", "ram.aliyuncs.com", 443, true),
            ("aliyuncs.com.", "RAM.aliyuncs.com.", 443, true),
            ("aliyuncs.com", "notaliyuncs.com", 443, false),
            ("ram.aliyuncs.com", "aliyuncs.com", 443, false),
            (".", "ram.aliyuncs.com", 443, false),
            ("a.example, RAM.aliyuncs.com", "ram.aliyuncs.com", 443, true),
            ("a.example ram.aliyuncs.com", "ram.aliyuncs.com", 443, true),
            ("aliyuncs.com:443", "ram.aliyuncs.com", 443, true),
            ("aliyuncs.com:8443", "ram.aliyuncs.com", 443, false),
            ("10.1.2.3", "10.1.2.3", 443, true),
            ("10.1.2.3:8443", "10.1.2.3", 443, false),
            ("10.1.2.3:443", "10.1.2.3", 443, true),
            ("10.0.0.0/8", "10.1.2.3", 443, true),
            ("10.0.0.0/16", "10.1.2.3", 443, false),
            ("10.0.0.0/99", "10.0.0.0", 443, false),
            ("0.0.0.0/0", "10.1.2.3", 443, true),
            ("2001:db8::/32", "2001:db8::7", 443, true),
            ("[2001:db8::7]", "2001:db8::7", 443, true),
            ("[2001:db8::7]:443", "2001:db8::7", 443, true),
            ("2.3", "10.1.2.3", 443, false),
        ] {
            assert_eq!(
                NoProxy::parse(list).names(host, port),
                named,
                "{list} {host}"
            );
        }
    }
}
