//! How Go writes and compares, where a foreign engine in Go decides by that.

use crate::value::Value;

/// A value as `%v` writes it: numbers are floats there, null is `<nil>`.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(own) => own.to_string(),
        Value::Int(own) => float_text(*own as f64),
        Value::Float(own) => float_text(*own),
        Value::Str(own) => own.clone(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(text).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, own)| format!("{name}:{}", text(own)));
            format!("map[{}]", members.collect::<Vec<_>>().join(" "))
        }
    }
}

/// The shortest digits that read back as the same, with an exponent of two digits or more outside of 10^-4 … 10^6.
fn float_text(number: f64) -> String {
    let written = format!("{number:e}");
    let parts = written
        .split_once('e')
        .map(|(digits, exponent)| (digits, exponent.parse::<i32>()));
    match parts {
        Some((digits, Ok(exponent))) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
        _ => number.to_string(),
    }
}

/// A number as `ParseFloat` reads it; too large is none.
pub fn float(text: &str) -> Option<f64> {
    let number = text.parse::<f64>().ok()?;
    let is_named = text.bytes().any(|byte| byte.eq_ignore_ascii_case(&b'n'));
    (number.is_finite() || is_named).then_some(number)
}

/// A pattern of RE2 in the words of ours: `\w`, `\d`, `\s` and `\b` are of ASCII there, and `\Q…\E` is plain text.
pub fn pattern(re2: &str) -> String {
    let mut pattern = String::with_capacity(re2.len());
    let mut rest = re2;
    while let Some((before, after)) = rest.split_once('\\') {
        pattern.push_str(before);
        let Some(letter) = after.chars().next() else {
            pattern.push('\\');
            return pattern;
        };
        rest = after.get(letter.len_utf8()..).unwrap_or_default();
        match letter {
            'w' => pattern.push_str("[0-9A-Za-z_]"),
            'W' => pattern.push_str("[^0-9A-Za-z_]"),
            'd' => pattern.push_str("[0-9]"),
            'D' => pattern.push_str("[^0-9]"),
            's' => pattern.push_str(r"[\t\n\f\r ]"),
            'S' => pattern.push_str(r"[^\t\n\f\r ]"),
            'b' => pattern.push_str(r"(?-u:\b)"),
            'Q' => {
                let (plain, after) = rest.split_once("\\E").unwrap_or((rest, ""));
                pattern.push_str(&regex::escape(plain));
                rest = after;
            }
            other => pattern.extend(['\\', other]),
        }
    }
    pattern.push_str(rest);
    pattern
}

/// Texts that `EqualFold` calls equal have this in common.
pub fn folded(text: &str) -> String {
    text.chars().map(folded_letter).collect()
}

/// Through the upper case, which several lower ones share (`s` and the long s, both sigmas). What has no single
/// partner is its own, and so is the dotless i, which Go keeps apart.
fn folded_letter(letter: char) -> char {
    if letter == 'ı' {
        return letter;
    }
    let upper = single(letter.to_uppercase()).unwrap_or(letter);
    single(upper.to_lowercase()).unwrap_or(upper)
}

fn single(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let first = letters.next();
    first.filter(|_| letters.next().is_none())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_go_does() {
        let cases = [
            (json!(null), "<nil>"),
            (json!(true), "true"),
            (json!("a b"), "a b"),
            (json!(5), "5"),
            (json!(5.0), "5"),
            (json!(-0.5), "-0.5"),
            (json!(100_000), "100000"),
            (json!(1_000_000), "1e+06"),
            (json!(1_234_567), "1.234567e+06"),
            (json!(123_456_789), "1.23456789e+08"),
            (json!(0.0001), "0.0001"),
            (json!(0.00001), "1e-05"),
            (json!(1e100), "1e+100"),
            (json!([1, "x", null, [true]]), "[1 x <nil> [true]]"),
            (json!({"b": 1, "a": {"c": []}}), "map[a:map[c:[]] b:1]"),
        ];
        for (value, expected) in cases {
            assert_eq!(text(&Value::from(&value)), expected, "{value}");
        }
    }

    #[test]
    fn numbers_are_read_as_go_does() {
        assert_eq!(float("1e3"), Some(1_000.0));
        assert_eq!(float("+.5"), Some(0.5));
        assert_eq!(float("Inf"), Some(f64::INFINITY));
        assert_eq!(float("1e999"), None);
        for text in ["", " 1", "1 ", "x", "true"] {
            assert_eq!(float(text), None, "{text}");
        }
    }

    #[test]
    fn letters_fold_to_their_class() {
        for (one, other) in [
            ("Straße", "STRAßE"),
            ("ſ", "S"),
            ("Σς", "σΣ"),
            ("\u{212a}", "k"),
            ("É", "é"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        for (one, other) in [("ı", "i"), ("ß", "ss"), ("é", "e")] {
            assert_ne!(folded(one), folded(other), "{one} {other}");
        }
    }
}
