use super::*;

const COLUMNS: [Column; 4] = [
    Column("ID", Need::Whole),
    Column("AGE", Need::Extra(1)),
    Column("USED", Need::Extra(2)),
    Column("NOTE", Need::Text),
];

fn rendered(room: Option<usize>, colour: bool) -> String {
    let row = |id: &str, note: &str, tone| {
        vec![
            Cell::new(id, Tone::Plain),
            Cell::new("2 h", Tone::Faint),
            Cell::new("-", Tone::Plain),
            Cell::new(note, tone),
        ]
    };
    let rows = [
        row("LTAI5tOne", "current", Tone::Good),
        row(
            "LTAI5tTwo",
            "\u{6f22}\u{5b57} is what this remark says",
            Tone::Plain,
        ),
    ];
    let look = Look {
        now: Timestamp::default(),
        terminal: room.is_some(),
        room,
        colour,
    };
    render(&COLUMNS, &rows, &look)
}

#[test]
fn a_table_is_as_wide_as_its_terminal_and_becomes_blocks_on_a_narrow_one() {
    assert_eq!(
        rendered(None, false),
        "ID         AGE  USED  NOTE\n\
         LTAI5tOne  2 h  -     current\n\
         LTAI5tTwo  2 h  -     \u{6f22}\u{5b57} is what this remark says\n"
    );
    assert_eq!(
        rendered(Some(43), true),
        "ID         AGE  NOTE\n\
         LTAI5tOne  \u{1b}[2m2 h\u{1b}[0m  \u{1b}[38;5;28mcurrent\u{1b}[0m\n\
         LTAI5tTwo  \u{1b}[2m2 h\u{1b}[0m  \u{6f22}\u{5b57} is what this remark...\n"
    );
    assert_eq!(
        rendered(Some(37), false),
        "ID         NOTE\n\
         LTAI5tOne  current\n\
         LTAI5tTwo  \u{6f22}\u{5b57} is what this remar...\n"
    );
    assert_eq!(
        rendered(Some(36), false),
        "ID    LTAI5tOne\n\
         AGE   2 h\n\
         NOTE  current\n\
         \n\
         ID    LTAI5tTwo\n\
         AGE   2 h\n\
         NOTE  \u{6f22}\u{5b57} is what this remark says\n"
    );
}

#[test]
fn spans_in_words() {
    for (seconds, expected) in [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (86400, "24 h"),
        (2 * 86400 - 1, "47 h"),
        (2 * 86400, "2 days"),
        (59 * 86400, "59 days"),
        (60 * 86400, "2 months"),
        (729 * 86400, "24 months"),
        (730 * 86400, "2 years"),
    ] {
        assert_eq!(words(TimeDelta::seconds(seconds)), expected);
    }
}
