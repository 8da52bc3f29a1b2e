//! The credential report's CSV, whose columns are found by their names.

use super::report::{PairUse, Row};
use crate::core::{
    account::Owner,
    name::UserName,
    time::{self, Timestamp},
};
use csv_core::{ReadRecordResult, Reader};

/// As the document has it; more pairs follow in columns `additional_access_key_<n>_…`.
#[cfg(test)]
pub(super) const HEADER: &str = "user,user_creation_time,user_last_logon,password_exist,password_active,password_last_changed,\
    password_next_rotation,mfa_active,access_key_1_exist,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used,\
    access_key_2_exist,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used\n";

/// It is not what the document says.
#[derive(Debug)]
pub(super) struct Odd;

/// Every row of one page.
pub(super) fn read(text: &str) -> Result<Vec<Row>, Odd> {
    let mut records = records(text).ok_or(Odd)?.into_iter();
    let header = records.next().ok_or(Odd)?;
    let prefixes: Vec<String> = header
        .iter()
        .filter_map(|name| name.strip_suffix("_exist"))
        .filter(|prefix| prefix.contains("access_key_"))
        .map(str::to_owned)
        .collect();
    let rows = records.map(|cells| {
        let cells = (cells.len() == header.len()).then_some(cells).ok_or(Odd)?;
        row(
            &Named {
                header: &header,
                cells: &cells,
            },
            &prefixes,
        )
    });
    rows.collect()
}

/// One record's cells, by the header's names.
struct Named<'a> {
    header: &'a [String],
    cells: &'a [String],
}

impl Named<'_> {
    fn cell(&self, name: &str) -> Result<&str, Odd> {
        let at = self.header.iter().position(|known| known == name);
        Ok(&self.cells[at.ok_or(Odd)?])
    }

    /// `None` for what never was.
    fn time(&self, name: &str) -> Result<Option<Timestamp>, Odd> {
        match self.cell(name)? {
            "-" | "N/A" | "" => Ok(None),
            text => time::parse(text).map(Some).map_err(|_| Odd),
        }
    }

    /// `None` where it makes no sense to ask.
    fn truth(&self, name: &str) -> Result<Option<bool>, Odd> {
        match self.cell(name)? {
            "TRUE" => Ok(Some(true)),
            "FALSE" => Ok(Some(false)),
            "N/A" | "-" => Ok(None),
            _ => Err(Odd),
        }
    }

    fn pair(&self, prefix: &str) -> Result<Option<PairUse>, Odd> {
        let of = |what: &str| format!("{prefix}_{what}");
        if self.truth(&of("exist"))? != Some(true) {
            return Ok(None);
        }
        Ok(Some(PairUse {
            active: self.truth(&of("active"))?.ok_or(Odd)?,
            last_rotated: self.time(&of("last_rotated"))?,
            last_used: self.time(&of("last_used"))?,
        }))
    }
}

fn row(cells: &Named<'_>, prefixes: &[String]) -> Result<Row, Odd> {
    let pairs = prefixes.iter().map(|prefix| cells.pair(prefix));
    let pairs: Result<Vec<_>, Odd> = pairs.collect();
    Ok(Row {
        owner: owner(cells.cell("user")?).ok_or(Odd)?,
        created_at: cells.time("user_creation_time")?,
        last_logon: cells.time("user_last_logon")?,
        password_active: cells.truth("password_active")?,
        mfa_active: cells.truth("mfa_active")?,
        pairs: pairs?.into_iter().flatten().collect(),
    })
}

/// `<root>`, or a user's logon name.
fn owner(text: &str) -> Option<Owner> {
    if text == "<root>" {
        return Some(Owner::Account);
    }
    let (name, _) = text.rsplit_once('@')?;
    UserName::parse(name).ok().map(Owner::RamUser)
}

/// Every record's cells; `None` where some are no text.
fn records(text: &str) -> Option<Vec<Vec<String>>> {
    let (mut reader, mut records, mut input) = (Reader::new(), Vec::new(), text.as_bytes());
    // Room for a record far longer than any that the document allows.
    let mut cells = vec![0; 64 << 10];
    let mut ends = vec![0; 4 << 10];
    loop {
        let (result, read, _, count) = reader.read_record(input, &mut cells, &mut ends);
        input = &input[read..];
        match result {
            ReadRecordResult::Record => records.push(split(&cells, &ends[..count])?),
            // The end of the input is told by reading nothing once more.
            ReadRecordResult::InputEmpty if read > 0 => (),
            ReadRecordResult::End => return Some(records),
            _ => return None,
        }
    }
}

fn split(cells: &[u8], ends: &[usize]) -> Option<Vec<String>> {
    let mut start = 0;
    ends.iter()
        .map(|&end| {
            let cell = cells.get(std::mem::replace(&mut start, end)..end)?;
            std::str::from_utf8(cell).ok().map(str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str =
        "<root>,2019-11-11T12:33:18Z,-,TRUE,TRUE,N/A,-,FALSE,FALSE,N/A,N/A,N/A,FALSE,N/A,N/A,N/A\n";
    const ALICE: &str = "alice@1.onaliyun.com,2020-01-01T00:00:00Z,2020-01-02T00:00:00Z,FALSE,N/A,N/A,N/A,TRUE,\
        TRUE,TRUE,2020-01-03T00:00:00Z,-,TRUE,FALSE,2020-01-04T00:00:00Z,2020-01-05T00:00:00Z\n";

    fn at(text: &str) -> Option<Timestamp> {
        time::parse(text).ok()
    }

    #[test]
    fn rows_are_told_by_the_headers_names() {
        let rows = read(&format!("{HEADER}{ROOT}{ALICE}")).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!((&rows[0].owner, rows[0].pairs.len()), (&Owner::Account, 0));
        assert_eq!(
            rows[1],
            Row {
                owner: Owner::RamUser(UserName::parse("alice").unwrap()),
                created_at: at("2020-01-01T00:00:00Z"),
                last_logon: at("2020-01-02T00:00:00Z"),
                password_active: None,
                mfa_active: Some(true),
                pairs: vec![
                    PairUse {
                        active: true,
                        last_rotated: at("2020-01-03T00:00:00Z"),
                        last_used: None,
                    },
                    PairUse {
                        active: false,
                        last_rotated: at("2020-01-04T00:00:00Z"),
                        last_used: at("2020-01-05T00:00:00Z"),
                    },
                ],
            }
        );
    }

    #[test]
    fn more_pairs_quotes_and_windows_line_ends_are_read() {
        let header = HEADER.trim_end();
        let more = "additional_access_key_1_exist,additional_access_key_1_active,additional_access_key_1_last_rotated,additional_access_key_1_last_used";
        let alice = ALICE
            .trim_end()
            .replace("alice@1.onaliyun.com", "\"alice@1.onaliyun.com\"");
        let text = format!("{header},{more}\r\n{alice},TRUE,TRUE,-,-\r\n");
        assert_eq!(read(&text).unwrap()[0].pairs.len(), 3);
        assert_eq!(read(HEADER.trim_end()).unwrap(), []);
    }

    #[test]
    fn what_the_document_does_not_say_is_no_report() {
        let text = format!("{HEADER}{ROOT}{ALICE}");
        for (part, instead) in [
            ("mfa_active", "mfa"),
            ("<root>", "root"),
            ("TRUE,TRUE", "TRUE,yes"),
            ("TRUE,TRUE,2020", "TRUE,N/A,2020"),
            ("2020-01-03T00:00:00Z", "yesterday"),
            ("alice@", "a b@"),
            ("FALSE,N/A,N/A,N/A\n", "FALSE,N/A,N/A\n"),
        ] {
            assert!(text.contains(part), "{part}");
            assert!(read(&text.replace(part, instead)).is_err(), "{part}");
        }
        assert!(read("").is_err());
    }
}
