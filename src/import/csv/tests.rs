//! The whole reader: files as they come, and what is said of wrong ones.

use super::*;
use crate::core::name::UserName;

fn good(text: &str) -> Vec<(u64, String, String, Option<Owner>)> {
    let rows = read(text.as_bytes()).unwrap();
    let told = |row: Row| {
        (
            row.line,
            row.id.to_string(),
            row.secret.expose().to_owned(),
            row.owner,
        )
    };
    rows.into_iter().map(told).collect()
}

fn bad(text: &str) -> String {
    read(text.as_bytes()).unwrap_err().join("; ")
}

fn pair(line: u64, id: &str, secret: &str) -> (u64, String, String, Option<Owner>) {
    (line, id.to_owned(), secret.to_owned(), None)
}

#[test]
fn the_consoles_file_and_its_variants() {
    let expected = [pair(2, "LTAI1", "s3"), pair(3, "LTAI2", "s4")];
    for text in [
        "AccessKey ID,AccessKey Secret\nLTAI1,s3\nLTAI2,s4\n",
        "\u{feff}AccessKey ID,AccessKey Secret\r\nLTAI1,s3\r\nLTAI2,s4",
        "\"access_key_secret\",\"AccessKeyId\"\n\"s3\",\"LTAI1\"\n s4 , LTAI2 \n",
        "AccessKeyId;AccessKeySecret\nLTAI1;s3\nLTAI2;s4\n",
        "AccessKey ID\tStatus\tAccessKey Secret\nLTAI1\tActive\ts3\nLTAI2\tActive\ts4\n",
    ] {
        assert_eq!(good(text), expected, "{text}");
    }
}

#[test]
fn empty_lines_and_owners() {
    let rows = good(
        "AccessKey ID,AccessKey Secret,RAM User\n\n,,\nLTAI1,s3,alice\nLTAI2,s4,\nLTAI3,s5,'-x\n",
    );
    let owners: Vec<_> = rows.iter().map(|row| (row.0, row.3.clone())).collect();
    let named = |name: &str| Some(Owner::RamUser(UserName::parse(name).unwrap()));
    assert_eq!(
        owners,
        [
            (4, named("alice")),
            (5, Some(Owner::Account)),
            (6, named("-x"))
        ]
    );
}

/// Each is a header and one pair, in a shape that a program or a person makes.
#[test]
fn a_pair_is_found_in_whatever_a_spreadsheet_puts_around_it() {
    for (line, text) in [
        // Empty cells at the end of a line, more or fewer than in the header.
        (2, "AccessKey ID,AccessKey Secret\nLTAI1,s3,,\n"),
        (2, "AccessKey ID,AccessKey Secret,\nLTAI1,s3\n"),
        (2, "AccessKey ID,AccessKey Secret,RAM User\nLTAI1,s3\n"),
        (2, "AccessKey ID,AccessKey Secret,\nLTAI1,s3,a note\n"),
        // What stands before the header.
        (3, "\nAccessKey ID;AccessKey Secret\nLTAI1;s3\n"),
        (4, " \r\n\r\nAccessKey ID;AccessKey Secret\r\nLTAI1;s3\r\n"),
        (3, ",,\nAccessKey ID,AccessKey Secret,\nLTAI1,s3,\n"),
        (3, ";;\nAccessKey ID;AccessKey Secret;\nLTAI1;s3;\n"),
        (3, "sep=;\nAccessKey ID;AccessKey Secret\nLTAI1;s3\n"),
        (
            3,
            "\u{feff}\"sep=,\"\r\nAccessKey ID,AccessKey Secret\r\nLTAI1,s3\r\n",
        ),
        (3, "SEP=,\nAccessKey ID,AccessKey Secret\nLTAI1,s3\n"),
        (
            3,
            "\u{feff}\n\"AccessKey ID\",\"AccessKey Secret\"\nLTAI1,s3\n",
        ),
        // A delimiter that is not the first in the header, or not the most frequent.
        (
            2,
            "\"Note, internal\";AccessKey ID;AccessKey Secret\na,b;LTAI1;s3\n",
        ),
        (
            2,
            "Note, internal;AccessKey ID;AccessKey Secret\nx;LTAI1;s3\n",
        ),
        (2, "AccessKey ID|AccessKey Secret\nLTAI1|s3\n"),
        (2, "a;b\tAccessKey ID\tAccessKey Secret\n;\tLTAI1\ts3\n"),
        // Line ends of old Macs.
        (3, "\rAccessKey ID,AccessKey Secret\rLTAI1,s3\r"),
        // Blanks that are no ASCII.
        (
            2,
            "AccessKey\u{a0}ID\u{a0},AccessKey Secret\n\u{a0}LTAI1\u{3000},\u{200b}s3\u{a0}\n\u{a0},\n",
        ),
        // Somebody else's column of owners.
        (2, "User,AccessKey ID,AccessKey Secret\n,LTAI1,s3\n"),
        (
            2,
            "Owner,AccessKey ID,AccessKey Secret\nteam payments,LTAI1,s3\n",
        ),
        (
            2,
            "user name,owner,AccessKey ID,AccessKey Secret\n张三,a@b,LTAI1,s3\n",
        ),
    ] {
        assert_eq!(good(text), [pair(line, "LTAI1", "s3")], "{text:?}");
    }
}

#[test]
fn files_that_were_put_together_are_read_each_by_its_own_header() {
    assert_eq!(
        good(
            "\u{feff}AccessKey ID,AccessKey Secret\r\nLTAI1,s3\r\n\
             \u{feff}AccessKey ID,AccessKey Secret\r\nLTAI2,s4\r\n\
             \u{feff}\"RAM User\",\"AccessKey Secret\",\"AccessKey ID\"\r\nalice,s5,LTAI3\r\n"
        ),
        [
            pair(2, "LTAI1", "s3"),
            pair(4, "LTAI2", "s4"),
            (
                6,
                "LTAI3".to_owned(),
                "s5".to_owned(),
                Some(Owner::RamUser(UserName::parse("alice").unwrap()))
            ),
        ]
    );
}

#[test]
fn the_true_line_is_named_whatever_ends_the_lines() {
    for end in ["\n", "\r\n", "\r"] {
        let lines = [
            "",
            "sep=;",
            ";;",
            "Note;AccessKey ID;AccessKey Secret",
            "\"a",
            "b\";LTAI1;s3",
            "x;=;s3",
        ];
        let text = lines.join(end);
        let why = "line 7: not a valid AccessKey ID: character 1 is `=`, and letters and digits are expected";
        assert_eq!(bad(&text), why, "{end:?}");
        let text = lines[..3].join(end) + end + "Note;AccessKey ID";
        assert_eq!(
            bad(&text),
            "line 4: there is no column `AccessKey Secret`",
            "{end:?}"
        );
    }
    for (text, why) in [
        (" \n,;\n", "line 2: there is no column `AccessKey ID`"),
        (
            "AccessKey ID,AccessKey Secret\n,s3cr3t\n",
            "line 2: the AccessKey ID is empty",
        ),
        (
            "Note,AccessKey ID,AccessKey Secret\n\nLTAI1,s3\n",
            "line 3: it has 2 cells, and the header has 3",
        ),
        (
            "AccessKey ID,AccessKey Secret\nLTAI1,s3,,x,\n",
            "line 2: it has 4 cells, and the header has 2",
        ),
        (
            "AccessKey ID,AccessKey Secret,RAM User,ram_user\n",
            "line 1: there are two columns `RAM User`",
        ),
    ] {
        assert_eq!(bad(text), why, "{text:?}");
    }
}

#[test]
fn what_is_wrong_is_told_by_its_line_and_never_repeated() {
    assert_eq!(bad(""), "the file is empty");
    assert_eq!(
        bad("AccessKey ID,AccessKey Secret\n"),
        "the file has no pairs"
    );
    assert_eq!(
        bad("id,what\n"),
        "line 1: there is no column `AccessKey ID`"
    );
    assert_eq!(
        bad("AccessKey ID,AccessKeyId,secret\n"),
        "line 1: there are two columns `AccessKey ID`"
    );
    let wrong = bad(
        "AccessKey ID,AccessKey Secret\nLTAI1,\n=cmd(),s3cr3t\nLTAI1,s3\nLTAI1,s3\nLTAI2\nLTAI3,s 3\nSTS.N,s3cr3t\n",
    );
    for part in [
        "line 2: the AccessKey secret is empty",
        "line 3: not a valid AccessKey ID: character 1 is `=`",
        "line 6: it has 1 cell, and the header has 2",
        "line 7: not a valid secret: character 2 is a blank",
        "line 8: it is a session, which ends",
    ] {
        assert!(wrong.contains(part), "{part}: {wrong}");
    }
    assert!(
        !wrong.contains("cmd") && !wrong.contains("s3cr3t"),
        "{wrong}"
    );
}

#[test]
fn swapped_columns_are_told_and_never_repeated() {
    let header = "AccessKey ID,AccessKey Secret\n";
    assert_eq!(
        bad(&format!("{header}s3cr3t,LTAI1\n")),
        "line 2: the columns look swapped"
    );
    assert_eq!(
        good(&format!("{header}LTAI1,LTAI2\nold1,s4\n")),
        [pair(2, "LTAI1", "LTAI2"), pair(3, "old1", "s4")]
    );
}

#[test]
fn a_quoted_cell_may_span_lines_and_a_huge_one_is_refused() {
    assert_eq!(
        good("AccessKey ID,note,AccessKey Secret\nLTAI1,\"a\nb\",s3\nLTAI2,x,s4\n")[1].0,
        4
    );
    let huge = format!(
        "AccessKey ID,AccessKey Secret\nLTAI1,{}\n",
        "x".repeat(200_000)
    );
    assert!(bad(&huge).starts_with("line 2: "), "{}", bad(&huge));
    let wide = format!("AccessKey ID,AccessKey Secret\nLTAI1{}\n", ",x".repeat(200));
    assert!(bad(&wide).starts_with("line 2: "));
}

#[test]
fn many_wrong_lines_are_counted() {
    let text = format!("AccessKey ID,AccessKey Secret\n{}", "=,=\n".repeat(10_000));
    let wrong = read(text.as_bytes()).unwrap_err();
    assert_eq!(
        (wrong.len(), wrong[20].as_str()),
        (21, "and 9980 more lines")
    );
}
