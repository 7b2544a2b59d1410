//! Time as an argument: a monotonic [`Time`] and a [`Span`] between two of them.
//!
//! The wall clock is never read here. A driver says what time it is (rule O2).

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

#[cfg(test)]
mod tests {
    use super::*;

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
