//! Why a certificate is not trusted, with the variables that say which ones are.

use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};

/// Why the certificate was not taken, if that is it.
pub(super) fn distrust(error: &ureq::Error) -> Option<String> {
    use rustls::CertificateError as C;
    let inner = match error {
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref::<rustls::Error>()?,
        ureq::Error::Rustls(inner) => inner,
        _ => return None,
    };
    let why = match inner {
        rustls::Error::InvalidCertificate(C::UnknownIssuer) => unknown_issuer(),
        rustls::Error::InvalidCertificate(
            C::NotValidForName | C::NotValidForNameContext { .. },
        ) => "its certificate is for another name".to_owned(),
        rustls::Error::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => {
            "its certificate has expired".to_owned()
        }
        rustls::Error::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. }) => {
            "its certificate is not valid yet".to_owned()
        }
        rustls::Error::InvalidCertificate(_) => "its certificate cannot be trusted".to_owned(),
        rustls::Error::General(why) if why.contains("cert") => {
            let mut told = "no certificates to trust were found".to_owned();
            let _ = write!(told, "{}", roots().unwrap_or_default());
            told
        }
        _ => return None,
    };
    Some(why)
}

fn unknown_issuer() -> String {
    let why = "its certificate is signed by nobody that this system trusts";
    roots().map_or_else(|| why.to_owned(), |file| format!("{why}{file}"))
}

/// Roots that are named and do not serve show only as an unknown issuer.
fn roots() -> Option<String> {
    let set = |name| std::env::var_os(name).unwrap_or_default();
    let file = [PathBuf::from(set("SSL_CERT_FILE"))].map(|path| ("SSL_CERT_FILE", path));
    let list = set("SSL_CERT_DIR");
    let folders = std::env::split_paths(&list).map(|path| ("SSL_CERT_DIR", path));
    let said: String = file
        .into_iter()
        .chain(folders)
        .filter(|(_, path)| !path.as_os_str().is_empty())
        .filter_map(|(name, path)| {
            let why = match has_certificate(&path) {
                Err(error) => format!(": {error}"),
                Ok(false) => ", which has no certificate".to_owned(),
                Ok(true) => return None,
            };
            Some(format!("; `{name}` names `{}`{why}", path.display()))
        })
        .collect();
    (!said.is_empty()).then_some(said)
}

/// Whether a certificate is in the file, or in one of the folder's files.
fn has_certificate(path: &Path) -> io::Result<bool> {
    if !path.is_dir() {
        let text = std::fs::read(path)?;
        return Ok(text.windows(10).any(|window| window == b"BEGIN CERT"));
    }
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        // What is no file, such as a broken link, is passed over by those who look for certificates there, too.
        if path.is_file() && has_certificate(&path).unwrap_or(false) {
            return Ok(true);
        }
    }
    Ok(false)
}
