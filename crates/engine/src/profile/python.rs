//! How Python reads and writes numbers, where a foreign engine in Python decides by that.

use std::cmp::Ordering;

/// A whole number of any length, as `int(text)` reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    is_negative: bool,
    /// Without leading zeros; none for 0.
    digits: Box<str>,
}

impl Whole {
    /// Reads it.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        is_grouped(digits).then(|| {
            let digits: String = digits.chars().filter(|digit| *digit != '_').collect();
            let digits = digits.trim_start_matches('0');
            Self {
                is_negative: text.starts_with('-') && !digits.is_empty(),
                digits: digits.into(),
            }
        })
    }
}

impl Ord for Whole {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |one: &Self, other: &Self| {
            let length = one.digits.len().cmp(&other.digits.len());
            length.then_with(|| one.digits.cmp(&other.digits))
        };
        match (self.is_negative, other.is_negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Whole {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A number as `float(text)` reads it.
pub fn float(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.contains('_') {
        let groups = text.split(['.', 'e', 'E', '+', '-']).filter(|part| !part.is_empty());
        return groups
            .into_iter()
            .all(is_grouped)
            .then(|| text.replace('_', "").parse().ok())?;
    }
    text.parse().ok()
}

/// Digits, underscores only between them.
fn is_grouped(digits: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits.split('_').all(is_number)
}

/// A float as `str(float)` writes it: the shortest digits that read back, with an exponent below 10^-4 and
/// from 10^16 on.
pub fn float_text(float: f64) -> String {
    if float.is_nan() {
        return "nan".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let size = float.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{float:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    format!("{float:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        for (text, same) in [
            (" -7 ", "-7"),
            ("+7", "7"),
            ("1_000", "1000"),
            ("007", "7"),
            ("-0", "0"),
            ("00", "0"),
        ] {
            assert!(Whole::read(text).is_some(), "{text}");
            assert_eq!(Whole::read(text), Whole::read(same), "{text}");
        }
        for text in ["", "1.0", "1_", "_1", "1__0", "--1", "+-1", "a", "1 0"] {
            assert_eq!(Whole::read(text), None, "{text}");
        }
        let large = format!("1{}", "0".repeat(40));
        let ordered = [&*format!("-{large}"), "-10", "-9", "0", "9", "10", &*large];
        let read: Vec<Whole> = ordered.into_iter().filter_map(Whole::read).collect();
        assert!(read.is_sorted() && read.len() == ordered.len());
    }

    #[test]
    fn floats() {
        for (text, number) in [("1", 1.0), (" 1.5 ", 1.5), ("1e3", 1e3), ("1_0.5", 10.5), (".5", 0.5)] {
            assert_eq!(float(text), Some(number), "{text}");
        }
        for text in ["", "1,5", "1__0.0", "x", "_1.0"] {
            assert_eq!(float(text), None, "{text}");
        }
    }

    #[test]
    fn floats_as_text() {
        let written = [
            (1.0, "1.0"),
            (1.1, "1.1"),
            (-0.0, "-0.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (123_456_789_012_345.6, "123456789012345.6"),
        ];
        for (float, text) in written {
            assert_eq!(float_text(float), text);
        }
    }
}
