//! The credential report (IMS): when every user's pairs were made, changed and used, in a few calls. It names no AccessKey IDs, is made
//! anew every four hours at most, and lags the use of a pair by about two hours.

use super::{Client, Error, report_rows, transport::Service, wire};
use crate::core::{
    account::Owner,
    time::{self, Timestamp},
};
use base64::prelude::{BASE64_STANDARD, Engine};
use std::time::Duration;

/// Bytes of one page.
const PAGE: usize = 8 << 20;
/// Pages of a report: each has room for 3 500 users, and an account for 5 000.
const PAGES: usize = 64;
/// How often it is asked whether the report is made, and the pause in between.
const LOOKS: u32 = 60;
const PAUSE: Duration = Duration::from_secs(2);

/// The report as it was made at some time.
#[cfg_attr(not(test), expect(dead_code, reason = "`audit` is to read it"))]
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) generated_at: Timestamp,
    /// The account first, then its users.
    pub(crate) rows: Vec<Row>,
}

/// One owner. What never was, or is not tracked, is `None`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) owner: Owner,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) last_logon: Option<Timestamp>,
    /// Whether it may log on to the console; `None` where it has no password.
    pub(crate) password_active: Option<bool>,
    pub(crate) mfa_active: Option<bool>,
    pub(crate) pairs: Vec<PairUse>,
}

/// One pair, without its id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PairUse {
    pub(crate) active: bool,
    /// When it was made, or its status last changed.
    pub(crate) last_rotated: Option<Timestamp>,
    pub(crate) last_used: Option<Timestamp>,
}

impl Client {
    #[cfg_attr(not(test), expect(dead_code, reason = "`audit` is to read it"))]
    /// Has the report made, waits for it up to two minutes, and reads it to its last page. `Fault::Unavailable` where it is not made
    /// by then.
    pub(crate) fn credential_report(&self) -> Result<Report, Error> {
        self.generate_report()?;
        let (mut rows, mut token) = (Vec::new(), None);
        for _ in 0..PAGES {
            let page = self.report_page(token.as_deref())?;
            let text = decoded(&page.content).ok_or_else(bad)?;
            rows.extend(report_rows::read(&text).map_err(|_| bad())?);
            match (page.is_truncated.as_str(), page.next_token) {
                ("false", _) => {
                    let generated_at = time::parse(&page.generated_time).map_err(|_| bad())?;
                    return Ok(Report { generated_at, rows });
                }
                ("true", Some(next)) if token.as_ref() != Some(&next) => token = Some(next),
                _ => return Err(bad()),
            }
        }
        Err(bad())
    }

    fn generate_report(&self) -> Result<(), Error> {
        const ACTION: &str = "GenerateCredentialReport";
        for look in 0..LOOKS {
            let body: wire::GenerateCredentialReport =
                self.call(Service::Ims, ACTION, &[], super::SMALL)?;
            match body.state.as_str() {
                "COMPLETED" => return Ok(()),
                "STARTED" | "INPROGRESS" if look + 1 < LOOKS => self.clock.sleep(PAUSE),
                "STARTED" | "INPROGRESS" => (),
                _ => return Err(Error::bad_answer(ACTION)),
            }
        }
        Err(Error::not_ready(ACTION))
    }

    fn report_page(&self, token: Option<&str>) -> Result<wire::GetCredentialReport, Error> {
        let query: Vec<_> = token
            .map(|token| ("NextToken", token))
            .into_iter()
            .collect();
        self.call(Service::Ims, ACTION, &query, PAGE)
    }
}

const ACTION: &str = "GetCredentialReport";

fn bad() -> Error {
    Error::bad_answer(ACTION)
}

/// The reference says Base64, and its own example is Base32: what begins as the report does is taken.
fn decoded(content: &str) -> Option<String> {
    let base64 = BASE64_STANDARD.decode(content).ok();
    let whole = |bytes: Vec<u8>| {
        String::from_utf8(bytes)
            .ok()
            .filter(|text| text.starts_with("user,"))
    };
    base64
        .and_then(whole)
        .or_else(|| base32(content).and_then(whole))
}

/// RFC 4648, with or without its padding.
fn base32(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.trim_end_matches('=').bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        (bits, count) = ((bits << 5 | u32::from(value)) & 0xfff, count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::{Fault, answering};

    #[test]
    fn both_encodings_are_read() {
        // The vectors of RFC 4648, section 10, and the reference's own example.
        for (text, expected) in [
            ("MY======", "f"),
            ("MZXQ====", "fo"),
            ("MZXW6===", "foo"),
            ("MZXW6YQ=", "foob"),
            ("MZXW6YTB", "fooba"),
            ("MZXW6YTBOI======", "foobar"),
        ] {
            assert_eq!(base32(text).unwrap(), expected.as_bytes(), "{text}");
        }
        assert_eq!(base32("mz"), None);
        assert_eq!(decoded("dXNlcixh").unwrap(), "user,a");
        assert_eq!(decoded("OVZWK4RMOVZQ====").unwrap(), "user,us");
        for none in ["", "Zm9v", "MZXW6===", "user,a", "dXNlcv8="] {
            assert_eq!(decoded(none), None, "{none}");
        }
    }

    #[test]
    fn a_report_that_is_never_made_is_not_waited_for_for_ever() {
        let fault = |state: &str| {
            let body = format!(r#"{{"State":"{state}"}}"#);
            let cloud = answering::with(200, &body);
            cloud.credential_report().unwrap_err().fault
        };
        assert_eq!(fault("STARTED"), Fault::Unavailable);
        assert_eq!(fault("INPROGRESS"), Fault::Unavailable);
        assert_eq!(fault("LOST"), Fault::BadAnswer);
    }

    #[test]
    fn pages_that_lead_nowhere_are_no_report() {
        let fault = |truncated: &str, token: &str| {
            let content = BASE64_STANDARD.encode(report_rows::HEADER);
            let body = format!(
                r#"{{"State":"COMPLETED","Content":"{content}","GeneratedTime":"2026-11-24T12:00:00Z","IsTruncated":"{truncated}"{token}}}"#
            );
            let report = answering::with(200, &body).credential_report();
            report
                .map(|report| report.rows.len())
                .map_err(|error| error.fault)
        };
        assert_eq!(fault("false", ""), Ok(0));
        assert_eq!(fault("true", ""), Err(Fault::BadAnswer));
        // The same page for ever.
        assert_eq!(fault("true", r#","NextToken":"x""#), Err(Fault::BadAnswer));
        assert_eq!(fault("yes", ""), Err(Fault::BadAnswer));
    }
}
