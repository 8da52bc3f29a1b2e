//! The console's CSV: two columns, and a third with the owner where it is asked for.

use crate::core::{access_key::AccessKeyId, account::Owner, secret::Secret};
use zeroize::Zeroizing;

/// One pair with its secret.
pub(crate) struct Row<'a> {
    pub(crate) id: &'a AccessKeyId,
    pub(crate) secret: &'a Secret,
    pub(crate) owner: &'a Owner,
}

/// The most that one row takes: an id, a secret as long as any, a name.
const ROW: usize = 128 + 8192 + 72;

/// The file's text. The first two columns are the console's own header, to the letter.
pub(crate) fn csv(rows: &[Row], with_owner: bool) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(64 + ROW * rows.len()));
    text.extend_from_slice(b"AccessKey ID,AccessKey Secret");
    text.extend_from_slice(if with_owner { b",RAM User\n" } else { b"\n" });
    for row in rows {
        text.extend_from_slice(row.id.as_str().as_bytes());
        text.push(b',');
        field(&mut text, row.secret.expose());
        if with_owner {
            text.push(b',');
            field(&mut text, &owner_cell(row.owner));
        }
        text.push(b'\n');
    }
    text
}

/// Quoted where a comma or a quote would end the field (RFC 4180); nothing else can be in it.
fn field(text: &mut Vec<u8>, value: &str) {
    if !value.contains([',', '"']) {
        return text.extend_from_slice(value.as_bytes());
    }
    text.push(b'"');
    for byte in value.bytes() {
        text.extend_from_slice(if byte == b'"' {
            b"\"\""
        } else {
            std::slice::from_ref(&byte)
        });
    }
    text.push(b'"');
}

/// A name that a spreadsheet would take for a formula is prefixed.
fn owner_cell(owner: &Owner) -> String {
    let name = owner.ram_user().map_or("", |name| name.as_str());
    if name.starts_with(['=', '+', '-', '@']) {
        format!("'{name}")
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::name::UserName;

    fn text(secret: &str, owner: &Owner, with_owner: bool) -> String {
        let (id, secret) = (
            AccessKeyId::parse("LTAI1").unwrap(),
            Secret::new(secret.to_owned()).unwrap(),
        );
        let bytes = csv(
            &[Row {
                id: &id,
                secret: &secret,
                owner,
            }],
            with_owner,
        );
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn both_shapes() {
        let alice = Owner::RamUser(UserName::parse("alice").unwrap());
        assert_eq!(
            text("s3", &alice, false),
            "AccessKey ID,AccessKey Secret\nLTAI1,s3\n"
        );
        assert_eq!(
            text("s3", &alice, true),
            "AccessKey ID,AccessKey Secret,RAM User\nLTAI1,s3,alice\n"
        );
        assert_eq!(
            text("s3", &Owner::Account, true),
            "AccessKey ID,AccessKey Secret,RAM User\nLTAI1,s3,\n"
        );
    }

    #[test]
    fn odd_fields_stay_one_field_and_no_formula() {
        let formula = Owner::RamUser(UserName::parse("-1").unwrap());
        assert_eq!(
            text("a,\"b", &formula, true).lines().last().unwrap(),
            "LTAI1,\"a,\"\"b\",'-1"
        );
    }
}
