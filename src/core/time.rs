//! Times and durations as people and files write them.

use super::Invalid;
use chrono::{DateTime, Datelike, FixedOffset, SecondsFormat, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serializer};
use std::time::Duration;

/// A moment in UTC, to the second wherever it is written.
pub(crate) type Timestamp = DateTime<Utc>;

/// RFC 3339 in UTC to the second: `2026-11-24T13:15:40Z`. What [`parse`] would not take is written as the last moment that it takes,
/// so that a file can always be read again.
pub(crate) fn format(time: Timestamp) -> String {
    let time = match time.year() {
        ..1970 => DateTime::UNIX_EPOCH,
        1970..=LAST_YEAR => time,
        _ => LAST.unwrap_or(DateTime::UNIX_EPOCH),
    };
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// One before the last with four digits: no zone makes it longer.
const LAST_YEAR: i32 = 9998;
/// `9998-12-31T23:59:59Z`.
const LAST: Option<Timestamp> = DateTime::from_timestamp(253_370_764_799, 0);

/// In UTC to the second; `None` for a year that nobody means.
pub(crate) fn usable(time: DateTime<FixedOffset>) -> Option<Timestamp> {
    let time = time.with_timezone(&Utc).trunc_subsecs(0);
    (1970..=LAST_YEAR).contains(&time.year()).then_some(time)
}

/// The inverse of [`format`]; also takes fractions and offsets, as other writers make them.
pub(crate) fn parse(text: &str) -> Result<Timestamp, Invalid> {
    let time = DateTime::parse_from_rfc3339(text).ok().and_then(usable);
    time.ok_or_else(|| Invalid::new("time", "RFC 3339 is expected, as 2026-11-24T13:15:40Z"))
}

/// A span given by a person: a whole number and one of `s m h d`, up to ten years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) struct Span(TimeDelta);

impl Span {
    pub(crate) const ZERO: Self = Self(TimeDelta::zero());

    pub(crate) fn days(days: u16) -> Self {
        Self(TimeDelta::days(days.into()))
    }

    pub(crate) fn hour() -> Self {
        Self::seconds(3600)
    }

    pub(crate) fn seconds(seconds: u16) -> Self {
        Self(TimeDelta::seconds(seconds.into()))
    }

    /// For waiting.
    pub(crate) fn duration(self) -> Duration {
        self.0.to_std().unwrap_or_default()
    }

    pub(crate) fn delta(self) -> TimeDelta {
        self.0
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let wrong = || {
            Invalid::new(
                "duration",
                "whole numbers, each with one of s, m, h, d, w, are expected, as 45s, 1h30m or 90d",
            )
        };
        let mut seconds: i64 = 0;
        let mut rest = text;
        if rest.is_empty() {
            return Err(wrong());
        }
        while !rest.is_empty() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let unit = rest[digits..]
                .chars()
                .next()
                .and_then(unit)
                .ok_or_else(wrong)?;
            if digits == 0 || digits > 9 {
                return Err(wrong());
            }
            let count: i64 = rest[..digits].parse().map_err(|_| wrong())?;
            seconds += count * unit;
            rest = &rest[digits + 1..];
        }
        match TimeDelta::try_seconds(seconds) {
            Some(delta) if delta <= TimeDelta::days(3653) => Ok(Self(delta)),
            _ => Err(Invalid::new("duration", "ten years is the longest")),
        }
    }
}

fn unit(letter: char) -> Option<i64> {
    Some(match letter {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86400,
        'w' => 7 * 86400,
        _ => return None,
    })
}

/// A time for a person: the day, as `Dec 2`, with the year where it is another one than now; the hour too within two days.
pub(crate) fn day(time: Timestamp, now: Timestamp) -> String {
    let form = match (time - now).abs() {
        near if near < TimeDelta::hours(36) => "%b %-d, %H:%M UTC",
        _ if time.year() == now.year() => "%b %-d",
        _ => "%b %-d, %Y",
    };
    time.format(form).to_string()
}

/// Returns how long a span is, for a person who compares it with a number of days: `90 days`, `47 h`, `12 min`, `5 s`. A negative span is
/// `0 s`.
pub(crate) fn in_days(span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(0);
    // 47 h, and not 1 day, which tells less.
    let units = [(86400, 2, " days"), (3600, 1, " h"), (60, 1, " min")];
    let fits = units
        .iter()
        .find(|(size, least, _)| seconds >= size * least);
    fits.map_or_else(
        || format!("{seconds} s"),
        |(size, _, unit)| format!("{}{unit}", seconds / size),
    )
}

/// A short wait as the sandbox's server takes it: a [`Span`], or whole milliseconds as `250ms`.
#[cfg(feature = "server")]
pub(crate) fn parse_wait(text: &str) -> Result<Duration, Invalid> {
    if let Some(count) = text.strip_suffix("ms") {
        let digits = count.bytes().all(|b| b.is_ascii_digit());
        let count: Option<u32> = count.parse().ok().filter(|_| digits);
        let wrong = || Invalid::new("duration", "whole milliseconds are expected, as 250ms");
        return Ok(Duration::from_millis(count.ok_or_else(wrong)?.into()));
    }
    let seconds = Span::parse(text)?.delta().num_seconds();
    Ok(Duration::from_secs(seconds.unsigned_abs()))
}

impl std::str::FromStr for Span {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::parse(text)
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.0.num_seconds();
        match seconds {
            0 => write!(f, "0s"),
            s if s % 86400 == 0 => write!(f, "{}d", s / 86400),
            s if s % 3600 == 0 => write!(f, "{}h", s / 3600),
            s if s % 60 == 0 => write!(f, "{}m", s / 60),
            s => write!(f, "{s}s"),
        }
    }
}

impl serde::Serialize for Span {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// For `#[serde(with = …)]`: a required time as text.
pub(crate) mod text {
    use super::{Deserialize, Deserializer, Serializer, Timestamp};

    pub(crate) fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::format(*time))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(from)?;
        super::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// For `#[serde(with = …, default)]`: a time that may be absent.
pub(crate) mod text_option {
    use super::{Deserialize, Deserializer, Serializer, Timestamp};

    #[expect(
        clippy::ref_option,
        reason = "serde's `with` passes the field by reference"
    )]
    pub(crate) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => to.serialize_some(&super::format(*time)),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| super::parse(&text).map_err(serde::de::Error::custom))
            .transpose()
    }
}

#[cfg(test)]
mod tests;
