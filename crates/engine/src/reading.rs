//! How text and numbers are read as date-times, versions, addresses and numbers.
//!
//! One place, so that an attribute of a context and a value of a rule are read alike.

use std::cmp::Ordering;
use std::net::IpAddr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use semver::{Prerelease, Version};
use serde_json::Value as Json;

use crate::value::Value;

/// Numbers from here on are milliseconds, below it seconds.
const FIRST_MILLISECONDS: f64 = 1e11;

/// A number that is whole or not; never NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    /// Exact order, also between large whole numbers and floats.
    pub(crate) fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(&b),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (Self::Int(a), Self::Float(b)) => compare_mixed(a, b),
            (Self::Float(a), Self::Int(b)) => compare_mixed(b, a).reverse(),
        }
    }

    pub(crate) fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::Int(value) => Some(Self::Int(*value)),
            Value::Float(value) if !value.is_nan() => Some(Self::Float(*value)),
            _ => None,
        }
    }

    pub(crate) fn of_json(json: &Json) -> Option<Self> {
        Self::of_value(&Value::from(json)).filter(|_| json.is_number())
    }

    /// A finite decimal number without surrounding space.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        if let Ok(whole) = text.parse() {
            return Some(Self::Int(whole));
        }
        text.parse()
            .ok()
            .filter(|float: &f64| float.is_finite())
            .map(Self::Float)
    }
}

fn compare_mixed(whole: i64, float: f64) -> Ordering {
    const EXACT: i64 = 1 << 53;
    if (-EXACT..=EXACT).contains(&whole) {
        return (whole as f64).partial_cmp(&float).unwrap_or(Ordering::Equal);
    }
    // `as` saturates, so infinities and huge floats stay beyond every i64.
    let by_whole = i128::from(whole).cmp(&(float.trunc() as i128));
    by_whole.then_with(|| 0.0_f64.partial_cmp(&float.fract()).unwrap_or(Ordering::Equal))
}

/// An RFC 3339 date-time, or a civil date as its midnight in UTC.
pub(crate) fn instant_of_text(text: &str) -> Option<Timestamp> {
    // No date-time is that short; parsing it as one would only make an error on the heap.
    if text.len() == 10 {
        let date = text.parse::<Date>().ok()?;
        return date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    }
    text.parse().ok()
}

/// Seconds, or milliseconds from 10^11 on, since 1970.
pub(crate) fn instant_of_number(number: Number) -> Option<Timestamp> {
    let float = match number {
        Number::Int(whole) if whole.unsigned_abs() < FIRST_MILLISECONDS as u64 => {
            return Timestamp::from_second(whole).ok();
        }
        Number::Int(whole) => return Timestamp::from_millisecond(whole).ok(),
        Number::Float(float) => float,
    };
    let milliseconds = if float.abs() < FIRST_MILLISECONDS {
        float * 1e3
    } else {
        float
    };
    let microseconds = (milliseconds * 1e3).round();
    let in_range = microseconds.is_finite() && microseconds.abs() < i64::MAX as f64;
    in_range.then(|| Timestamp::from_microsecond(microseconds as i64).ok())?
}

/// A moment written in a rule.
#[derive(Clone, Debug)]
pub(crate) enum Edge {
    At(Timestamp),
    /// Relative to the moment of evaluation.
    FromNow(Span),
}

impl Edge {
    /// RFC 3339, a civil date, `now` or a signed ISO 8601 duration.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text == "now" {
            return Some(Self::FromNow(Span::new()));
        }
        if text.trim_start_matches(['+', '-']).starts_with(['P', 'p']) {
            return text.parse().ok().map(Self::FromNow);
        }
        instant_of_text(text).map(Self::At)
    }

    /// The moment it stands for; years and months are counted in UTC. None beyond the years -9999 to 9999.
    pub(crate) fn resolve(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(*at),
            Self::FromNow(span) if span.is_zero() => Some(now),
            Self::FromNow(span) => now
                .to_zoned(TimeZone::UTC)
                .checked_add(*span)
                .ok()
                .map(|zoned| zoned.timestamp()),
        }
    }
}

impl Edge {
    /// Whether the distance from now depends on the date: years and months do.
    pub(crate) fn follows_calendar(&self) -> bool {
        matches!(self, Self::FromNow(span) if span.get_months() != 0 || span.get_years() != 0)
    }
}

/// What decides the order of versions; a version without its build, which takes less room.
#[derive(Clone, Debug)]
pub(crate) struct Precedence {
    numbers: [u64; 3],
    pre: Prerelease,
}

impl Precedence {
    pub(crate) fn new(version: Version) -> Self {
        Self {
            numbers: [version.major, version.minor, version.patch],
            pre: version.pre,
        }
    }

    /// How a version lies to this one.
    #[inline]
    pub(crate) fn compare(&self, version: &Version) -> Ordering {
        let numbers = [version.major, version.minor, version.patch].cmp(&self.numbers);
        numbers.then_with(|| version.pre.cmp(&self.pre))
    }
}

/// The order of most versions in one number: 21 bits for each of the three numbers, then whether it is a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank(u64);

const RANK_BITS: u32 = 21;

/// No number of an exact rank is that large; larger ones of other versions count as this.
const RANK_END: u64 = (1 << RANK_BITS) - 1;

impl Rank {
    /// Of a version to compare with: exact, or none. Not for pre-releases, whose order needs their text.
    pub(crate) fn exact(version: &Version) -> Option<Self> {
        let small = [version.major, version.minor, version.patch]
            .into_iter()
            .all(|number| number < RANK_END);
        (small && version.pre.is_empty()).then(|| Self::near(version))
    }

    /// Of any version, right in its order to every exact rank: a number that is too large is larger than
    /// any of those, and a pre-release comes right before its release.
    pub(crate) fn near(version: &Version) -> Self {
        let numbers = [version.major, version.minor, version.patch];
        let joined = numbers
            .into_iter()
            .fold(0, |rank, number| (rank << RANK_BITS) | number.min(RANK_END));
        Self((joined << 1) | u64::from(version.pre.is_empty()))
    }
}

/// SemVer 2.0, strict: three numbers, no leading `v`.
pub(crate) fn version(text: &str) -> Option<Version> {
    Version::parse(text).ok()
}

/// A bare IPv4 or IPv6 address; an IPv4 address in IPv6 form counts as IPv4.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// A block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    network: IpAddr,
    prefix: u8,
}

impl Block {
    /// `ADDRESS/PREFIX` or a bare address.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let Some((network, prefix)) = text.split_once('/') else {
            let network = address(text)?;
            return Some(Self {
                network,
                prefix: width(network),
            });
        };
        let network = network.parse::<IpAddr>().ok()?;
        let prefix = prefix
            .bytes()
            .all(|digit| digit.is_ascii_digit())
            .then(|| prefix.parse::<u8>().ok())??;
        (prefix <= width(network)).then_some(Self { network, prefix })
    }

    pub(crate) fn contains(self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let drop = 32 - u32::from(self.prefix);
                network.to_bits().checked_shr(drop) == address.to_bits().checked_shr(drop)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let drop = 128 - u32::from(self.prefix);
                network.to_bits().checked_shr(drop) == address.to_bits().checked_shr(drop)
            }
            _ => false,
        }
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Folds case letter by letter (simple Unicode lower case).
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Whether folding leaves the text as it is, decided for plain ASCII only.
pub(crate) fn is_folded(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn mixed_numbers_compare_exactly() {
        use Number::{Float, Int};
        assert_eq!(Int(3).compare(Float(3.0)), Ordering::Equal);
        assert_eq!(Int(3).compare(Float(3.5)), Ordering::Less);
        assert_eq!(
            Int((1 << 53) + 1).compare(Float(9_007_199_254_740_992.0)),
            Ordering::Greater
        );
        assert_eq!(Float(f64::INFINITY).compare(Int(i64::MAX)), Ordering::Greater);
        assert_eq!(Float(f64::NEG_INFINITY).compare(Int(i64::MIN)), Ordering::Less);
        assert_eq!(Int(i64::MIN).compare(Float(-9.3e18)), Ordering::Greater);
    }

    #[test]
    fn date_times() {
        assert_eq!(instant_of_text("2024-02-29"), Some(at("2024-02-29T00:00:00Z")));
        assert_eq!(
            instant_of_text("2024-02-29T10:00:00+02:00"),
            Some(at("2024-02-29T08:00:00Z"))
        );
        for bad in ["2024-02-30", "2024-02-29T10:00:00", "yesterday", "", "20240229"] {
            assert_eq!(instant_of_text(bad), None, "{bad}");
        }
        assert_eq!(
            instant_of_number(Number::Int(99_999_999_999)),
            Timestamp::from_second(99_999_999_999).ok()
        );
        assert_eq!(
            instant_of_number(Number::Int(100_000_000_000)),
            Timestamp::from_second(100_000_000).ok()
        );
        assert_eq!(
            instant_of_number(Number::Float(1.5)),
            Timestamp::from_millisecond(1_500).ok()
        );
        assert_eq!(instant_of_number(Number::Float(f64::INFINITY)), None);
        assert_eq!(instant_of_number(Number::Int(i64::MIN)), None);
    }

    #[test]
    fn edges() {
        let now = at("2024-03-31T12:00:00Z");
        let resolve = |text| Edge::read(text).and_then(|edge| edge.resolve(now));
        assert_eq!(resolve("now"), Some(now));
        assert_eq!(resolve("-P30D"), Some(at("2024-03-01T12:00:00Z")));
        assert_eq!(resolve("PT90M"), Some(at("2024-03-31T13:30:00Z")));
        assert_eq!(resolve("-P1M"), Some(at("2024-02-29T12:00:00Z")));
        assert_eq!(resolve("P99999Y"), None);
        assert_eq!(resolve("soon"), None);
    }

    #[test]
    fn blocks() {
        let inside = |block: &str, text: &str| Block::read(block).unwrap().contains(address(text).unwrap());
        assert!(inside("10.0.0.0/8", "10.1.2.3"));
        assert!(!inside("10.0.0.0/8", "11.1.2.3"));
        assert!(inside("0.0.0.0/0", "11.1.2.3"));
        assert!(inside("::/0", "2001:db8::1"));
        assert!(inside("2001:db8::/32", "2001:db8::1"));
        assert!(inside("1.2.3.4", "1.2.3.4"));
        assert!(inside("10.0.0.0/8", "::ffff:10.0.0.1"));
        assert!(!inside("::/0", "10.0.0.1"));
        for bad in ["10.0.0.0/33", "10.0.0/8", "", "/8", "::/129", "1.1.1.1/+8", "1.1.1.1/"] {
            assert_eq!(Block::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn ranks_order_like_versions() {
        let big = RANK_END;
        let numbers = [
            "0",
            "1",
            "2",
            "9",
            "2097150",
            "2097151",
            "2097152",
            "18446744073709551615",
        ];
        let mut versions = Vec::new();
        for major in numbers {
            for minor in numbers {
                for end in ["0", "7", "2097151", "1-rc.1", "1-0", "1+b", "2097152-a"] {
                    versions.extend(version(&format!("{major}.{minor}.{end}")));
                }
            }
        }
        let mut compared = 0;
        for than in &versions {
            let Some(exact) = Rank::exact(than) else { continue };
            assert!(than.major < big && than.pre.is_empty());
            for own in &versions {
                let by_text = Precedence::new(than.clone()).compare(own);
                assert_eq!(Rank::near(own).cmp(&exact), by_text, "{own} and {than}");
                compared += 1;
            }
        }
        assert!(compared > 10_000);
    }
}
