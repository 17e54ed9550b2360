//! flagd's `sem_ver`: lenient versions.
//!
//! A leading `v` or `V` is dropped, numbers are read as text (`1.2` is 1.2.0), missing parts are
//! 0, build metadata is ignored. A version that cannot be read, or an operator that is none of
//! `= != < <= > >= ~ ^`, gives null.

use semver::Version;

use crate::Value;

pub(super) fn sem_ver(args: &[Value]) -> Option<bool> {
    let [left, Value::Str(op), right] = args else {
        return None;
    };
    let (left, right) = (version(left)?, version(right)?);
    let order = left.cmp_precedence(&right);
    Some(match op.as_str() {
        "=" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        "~" => (left.major, left.minor) == (right.major, right.minor),
        "^" => left.major == right.major,
        _ => return None,
    })
}

fn version(value: &Value) -> Option<Version> {
    let text = match value {
        Value::Str(text) => text.trim().to_owned(),
        Value::Int(_) | Value::Float(_) => value.text()?,
        _ => return None,
    };
    let text = text.strip_prefix(['v', 'V']).unwrap_or(&text);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    let padding = match numbers.split('.').count() {
        1 => ".0.0",
        2 => ".0",
        _ => "",
    };
    Version::parse(&format!("{numbers}{padding}{rest}")).ok()
}
