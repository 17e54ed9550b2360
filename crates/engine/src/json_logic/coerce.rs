//! Conversions: truth, numbers, text, equality.

use std::cmp::Ordering;

use crate::Value;

/// A number that stays whole as long as it can.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    pub(super) fn float(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// Null when it is no finite number.
    pub(super) fn value(self) -> Value {
        match self {
            Self::Int(value) => Value::Int(value),
            Self::Float(value) if value.is_finite() => Value::Float(value),
            Self::Float(_) => Value::Null,
        }
    }

    pub(super) fn order(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(&b)),
            _ => self.float().partial_cmp(&other.float()),
        }
    }
}

/// Whether a value counts as true.
pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Int(value) => *value != 0,
        Value::Float(value) => *value != 0.0 && !value.is_nan(),
        Value::Str(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Object(_) => true,
    }
}

/// A number, or text that is one; for arithmetic.
pub(super) fn numeric(value: &Value) -> Option<Number> {
    match value {
        Value::Int(value) => Some(Number::Int(*value)),
        Value::Float(value) => Some(Number::Float(*value)),
        Value::Str(text) => parse(text),
        _ => None,
    }
}

/// A number for comparing: null is 0, `true` is 1, blank text is 0.
pub(super) fn comparable(value: &Value) -> Option<Number> {
    match value {
        Value::Null => Some(Number::Int(0)),
        Value::Bool(value) => Some(Number::Int(i64::from(*value))),
        Value::Str(text) if text.trim().is_empty() => Some(Number::Int(0)),
        other => numeric(other),
    }
}

/// Decimal notation with optional sign, fraction and exponent; no names such as `inf`.
fn parse(text: &str) -> Option<Number> {
    let text = text.trim();
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'))
    {
        return None;
    }
    match text.parse::<i64>() {
        Ok(value) => Some(Number::Int(value)),
        Err(_) => text.parse::<f64>().ok().map(Number::Float),
    }
}

/// Equality with conversion.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, other) | (other, Value::Null) => *other == Value::Null,
        (Value::Str(_), Value::Str(_))
        | (Value::List(_) | Value::Object(_), _)
        | (_, Value::List(_) | Value::Object(_)) => same(a, b),
        _ => match (comparable(a), comparable(b)) {
            (Some(a), Some(b)) => a.order(b) == Some(Ordering::Equal),
            _ => false,
        },
    }
}

/// Equality without conversion.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => match (numeric(a), numeric(b)) {
            (Some(a), Some(b)) => a.order(b) == Some(Ordering::Equal),
            _ => false,
        },
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && same(&a.1, &b.1))
        }
        _ => a == b,
    }
}

/// The order of two values for `<` and its kin.
pub(super) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        _ => comparable(a)?.order(comparable(b)?),
    }
}

/// Appends a value as `cat` shows it: null is nothing, lists are joined by commas.
pub(super) fn append(value: &Value, to: &mut String) {
    match value {
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    to.push(',');
                }
                append(item, to);
            }
        }
        Value::Object(_) => to.push_str("[object Object]"),
        scalar => to.push_str(&scalar.text().unwrap_or_default()),
    }
}

/// How much a value weighs (elements and bytes of text) and how deep it is.
pub(super) fn measure(value: &Value) -> (usize, usize) {
    match value {
        Value::Str(text) => (1 + text.len(), 0),
        Value::List(items) => nested(items.iter()),
        Value::Object(members) => nested(members.iter().map(|(_, member)| member)),
        _ => (1, 0),
    }
}

fn nested<'v>(values: impl Iterator<Item = &'v Value>) -> (usize, usize) {
    let (mut weight, mut depth) = (1_usize, 0);
    for (inner, below) in values.map(measure) {
        weight = weight.saturating_add(inner);
        depth = depth.max(below);
    }
    (weight, depth + 1)
}
