//! Spans and times, as people write and read them.

use super::*;

#[test]
fn spans_read_and_write() {
    for text in ["45s", "30m", "12h", "2d", "90d", "0s"] {
        assert_eq!(Span::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(Span::parse("48h").unwrap().to_string(), "2d");
    assert_eq!(Span::parse("1w").unwrap().to_string(), "7d");
    assert_eq!(Span::parse("1h30m").unwrap().to_string(), "90m");
    for bad in [
        "",
        "d",
        "2",
        "-1d",
        "1.5d",
        "2 d",
        "2y",
        "1h30",
        "1hm",
        "99999d",
        "9999999999s",
        "2é",
    ] {
        assert!(Span::parse(bad).is_err(), "{bad}");
    }
}

#[cfg(feature = "server")]
#[test]
fn waits_have_milliseconds() {
    for (text, milliseconds) in [("250ms", 250), ("2s", 2000), ("0s", 0), ("1m", 60_000)] {
        assert_eq!(
            parse_wait(text).unwrap().as_millis(),
            milliseconds,
            "{text}"
        );
    }
    for bad in ["", "ms", "-1ms", "+1ms", "1.5ms", "9999999999ms", "5"] {
        assert!(parse_wait(bad).is_err(), "{bad}");
    }
}

#[test]
fn times_are_utc_to_the_second() {
    let time = parse("2026-11-24T14:15:40.9+01:00").unwrap();
    assert_eq!(format(time), "2026-11-24T13:15:40Z");
    assert!(parse("yesterday").is_err());
}

#[test]
fn years_have_four_digits_in_every_zone() {
    for good in ["1970-01-01T00:00:00Z", "9998-12-31T23:59:59Z"] {
        assert_eq!(format(parse(good).unwrap()), good);
    }
    for bad in [
        "1970-01-01T00:00:00+00:01",
        "0000-01-01T00:00:00+23:59",
        "9998-12-31T23:59:59-00:01",
        "9999-12-31T23:59:59-23:59",
        "+12000-01-01T00:00:00Z",
    ] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}

/// The longest span after the last moment is still a time, and what is written of it can be read.
#[test]
fn what_is_written_can_be_read() {
    let (first, last) = ("1970-01-01T00:00:00Z", "9998-12-31T23:59:59Z");
    let longest = Span::days(3653).delta();
    assert_eq!(format(parse(last).unwrap() + longest), last);
    assert_eq!(format(parse(first).unwrap() - longest), first);
    assert_eq!(format(DateTime::<Utc>::MAX_UTC), last);
    assert_eq!(format(DateTime::<Utc>::MIN_UTC), first);
}
