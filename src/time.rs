//! Time as an argument: a monotonic [`Time`], a [`Span`] between two of them, and [`Wall`], which is only printed.
//!
//! No clock is read here. A driver says what time it is (rule O2).

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

/// A moment on the run's own monotonic clock: microseconds since it began.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Time(pub u64);

/// A length of time in microseconds.
#[derive(
    serde::Serialize,
    serde::Deserialize,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
    Hash,
)]
pub struct Span(pub u64);

/// What happens again and again by itself has at least so much time between: with less it would spin.
pub const SHORTEST_ROUND: Span = Span::millis(100);

/// What may take only so long has at least so long: with less nothing could succeed.
pub const SHORTEST_LIMIT: Span = Span::millis(1);

impl Time {
    /// When the clock began.
    pub const ZERO: Time = Time(0);
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// So many seconds.
    pub const fn secs(n: u64) -> Span {
        Span(n * 1_000_000)
    }

    /// So many milliseconds.
    pub const fn millis(n: u64) -> Span {
        Span(n * 1_000)
    }

    /// Whether it is at least so long; else what was expected, and what was found.
    pub fn at_least(self, least: Span) -> Result<(), String> {
        match self >= least {
            true => Ok(()),
            false => Err(format!("expected {least} or more, found {self}")),
        }
    }

    /// As the standard library's duration, for whoever really waits.
    pub fn as_std(self) -> std::time::Duration {
        std::time::Duration::from_micros(self.0)
    }
}

impl Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl Sub<Time> for Time {
    type Output = Span;
    fn sub(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// Seconds with three decimals, as the trace shows them.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0 / 1_000;
        write!(f, "{}.{:03}", millis / 1_000, millis % 1_000)
    }
}

const UNITS: [(&str, u64); 6] = [
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

/// The largest units first, as it would be typed: `1m30s`, `500ms`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (unit, size) in UNITS {
            if rest >= size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

/// Why a text is no length of time.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{0}` is no length of time: expected a number with its unit, such as `500ms`, `10s`, `1m30s`, `2h`"
)]
pub struct BadSpan(pub String);

impl FromStr for Span {
    type Err = BadSpan;

    fn from_str(text: &str) -> Result<Span, BadSpan> {
        let bad = || BadSpan(text.to_owned());
        let mut rest = text.trim();
        let mut total: u64 = 0;
        if rest.is_empty() {
            return Err(bad());
        }
        while !rest.is_empty() {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .ok_or_else(bad)?;
            let (number, tail) = rest.split_at(digits);
            let end = tail
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(end);
            let size = UNITS
                .iter()
                .find(|(name, _)| *name == unit)
                .ok_or_else(bad)?
                .1;
            let part = number.parse::<f64>().map_err(|_| bad())? * size as f64;
            if !part.is_finite() || part > 9e18 {
                return Err(bad());
            }
            total = total.checked_add(part.round() as u64).ok_or_else(bad)?;
            rest = tail;
        }
        Ok(Span(total))
    }
}

/// The wall clock: seconds since 1970-01-01 UTC; 0 where nobody looked. It is only ever printed (rule O2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Wall(pub u64);

impl Wall {
    /// How long before `now` this was, in its largest unit: `3m`, `2d`; nothing where either is not known.
    pub fn age(self, now: Wall) -> Option<String> {
        if self.0 == 0 || now.0 == 0 {
            return None;
        }
        let secs = now.0.saturating_sub(self.0);
        let (unit, size) = match secs {
            0..60 => ("s", 1),
            60..3_600 => ("m", 60),
            3_600..86_400 => ("h", 3_600),
            _ => ("d", 86_400),
        };
        Some(format!("{}{unit}", secs / size))
    }
}

/// In UTC, as RFC 3339 has it: `2026-11-25T17:29:51Z`.
impl fmt::Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut days, secs) = (self.0 / 86_400, self.0 % 86_400);
        let mut year = 1970;
        while days >= days_of(year) {
            days -= days_of(year);
            year += 1;
        }
        let february = if days_of(year) == 366 { 29 } else { 28 };
        let mut month = 1;
        for len in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if days < len {
                break;
            }
            days -= len;
            month += 1;
        }
        let (hour, minute, second) = (secs / 3_600, secs / 60 % 60, secs % 60);
        let day = days + 1;
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

fn days_of(year: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_prints_in_utc() {
        assert_eq!(Wall(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Wall(951_782_400).to_string(), "2000-02-29T00:00:00Z");
        assert_eq!(Wall(1_795_627_791).to_string(), "2026-11-25T17:29:51Z");
        assert_eq!(Wall(4_107_542_399).to_string(), "2100-02-28T23:59:59Z");
        assert_eq!(Wall(4_107_542_400).to_string(), "2100-03-01T00:00:00Z");
        let now = Wall(1_000_000);
        let ages = [1_000_000, 999_941, 999_940, 990_000, 500_000, 1_000_001].map(Wall);
        let ages = ages.map(|at| at.age(now).unwrap_or_default());
        assert_eq!(ages, ["0s", "59s", "1m", "2h", "5d", "0s"]);
        assert_eq!((Wall(0).age(now), now.age(Wall(0))), (None, None));
    }

    #[test]
    fn a_span_can_be_too_short() {
        assert_eq!(SHORTEST_ROUND.at_least(SHORTEST_ROUND), Ok(()));
        let short = Span::millis(99).at_least(SHORTEST_ROUND);
        assert_eq!(short, Err("expected 100ms or more, found 99ms".to_owned()));
        let none = Span::ZERO.at_least(SHORTEST_LIMIT);
        assert_eq!(none, Err("expected 1ms or more, found 0s".to_owned()));
    }

    #[test]
    fn a_span_needs_its_unit() {
        assert_eq!("1m30s".parse::<Span>(), Ok(Span::secs(90)));
        assert_eq!("0.5s".parse::<Span>(), Ok(Span::millis(500)));
        assert!("10".parse::<Span>().is_err());
        assert!("".parse::<Span>().is_err());
        assert!("5 apples".parse::<Span>().is_err());
    }

    #[test]
    fn a_span_prints_as_it_is_typed() {
        for text in ["1m30s", "500ms", "2h", "1d1h1m1s1ms1us", "0s"] {
            assert_eq!(
                text.parse::<Span>().map(|s| s.to_string()).as_deref(),
                Ok(text)
            );
        }
    }
}
