//! Where this user's session bus listens.

use std::ffi::OsString;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// The bus's address: what the environment says, or the socket of this user's own bus, which cron and ssh sessions have
/// without a word in their environment. `None` where there is no such socket. Only sockets on this machine count: a secret
/// crosses the bus in clear, and other kinds of address start a program.
pub(super) fn address(variable: impl Fn(&str) -> Option<OsString>) -> Option<String> {
    let said = |name| variable(name).filter(|value| !value.is_empty());
    if let Some(addresses) = said("DBUS_SESSION_BUS_ADDRESS") {
        return local(&addresses.into_string().ok()?);
    }
    let user = rustix::process::geteuid().as_raw();
    let usual = Path::new("/run/user").join(user.to_string());
    let folders = said("XDG_RUNTIME_DIR").map(PathBuf::from).into_iter();
    folders
        .chain([usual])
        .map(|folder| folder.join("bus"))
        .find(|socket| is_socket_of(user, socket))
        .map(|socket| format!("unix:path={}", escaped(socket.as_os_str().as_bytes())))
}

/// The addresses in a list that name a socket on this machine.
fn local(addresses: &str) -> Option<String> {
    let local: Vec<_> = addresses
        .split(';')
        .filter(|address| address.starts_with("unix:"))
        .collect();
    (!local.is_empty()).then(|| local.join(";"))
}

fn is_socket_of(user: u32, path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|about| about.file_type().is_socket() && about.uid() == user)
}

/// A value as D-Bus addresses write it ("Server Addresses" in the D-Bus specification).
fn escaped(value: &[u8]) -> String {
    value.iter().fold(String::new(), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || b"-_/.\\*".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02x}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    fn with<'a>(variables: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
        move |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        }
    }

    #[test]
    fn what_the_environment_says_goes_first_if_it_is_a_local_socket() {
        let named = |value| address(with(&[("DBUS_SESSION_BUS_ADDRESS", value)]));
        assert_eq!(named("unix:path=/x").as_deref(), Some("unix:path=/x"));
        let list = "tcp:host=h,port=1;unix:abstract=/y;autolaunch:";
        assert_eq!(named(list).as_deref(), Some("unix:abstract=/y"));
        for never in [
            "autolaunch:",
            "unixexec:path=/bin/sh",
            "tcp:host=h,port=1",
            "disabled:",
        ] {
            assert_eq!(named(never), None, "{never}");
        }
    }

    #[test]
    fn the_runtime_folder_counts_if_a_socket_of_ours_is_there() {
        let folder = std::env::temp_dir().join(format!("akm bus {}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        let text = folder.to_str().unwrap();
        let found = || address(with(&[("XDG_RUNTIME_DIR", text)]));
        let ours = format!(
            "unix:path={}",
            escaped(folder.join("bus").as_os_str().as_bytes())
        );
        assert_ne!(found().as_deref(), Some(&*ours));
        std::fs::write(folder.join("bus"), b"no socket").unwrap();
        assert_ne!(found().as_deref(), Some(&*ours));
        std::fs::remove_file(folder.join("bus")).unwrap();
        let _socket = UnixListener::bind(folder.join("bus")).unwrap();
        assert_eq!(found().as_deref(), Some(&*ours));
        assert!(ours.contains("akm%20bus%20"), "{ours}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
