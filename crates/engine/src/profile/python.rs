//! How Python reads and writes numbers, where a foreign engine in Python decides by that.

/// A whole number as `int(text)` reads it, if it has room here.
pub fn int(text: &str) -> Option<i128> {
    let text = text.trim();
    let digits = text.trim_start_matches(['+', '-']);
    let is_one = digits.len() + 1 >= text.len() && is_grouped(digits);
    is_one.then(|| text.replace('_', "").parse().ok())?
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
        for (text, number) in [("7", 7), (" -7 ", -7), ("+7", 7), ("1_000", 1_000), ("007", 7)] {
            assert_eq!(int(text), Some(number), "{text}");
        }
        for text in ["", "1.0", "1_", "_1", "1__0", "--1", "+-1", "a", "1 0"] {
            assert_eq!(int(text), None, "{text}");
        }
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
