//! Values in deterministic CBOR (RFC 8949, section 4.2.1): the bytes that the third generation of flagd's
//! `fractional` hashes.
//!
//! Numbers are as short as they can be: a float without fraction within 64 bits is an integer (so 1.0 is 1 and -0.0
//! is 0), any other the shortest float that keeps its value. Members stand in the order of their encoded names.

use crate::Value;

const UNSIGNED: u8 = 0 << 5;
const NEGATIVE: u8 = 1 << 5;
const TEXT: u8 = 3 << 5;
const LIST: u8 = 4 << 5;
const MAP: u8 = 5 << 5;

const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;
const HALF: u8 = 0xf9;
const SINGLE: u8 = 0xfa;
const DOUBLE: u8 = 0xfb;

/// 2^63 and 2^64: whole floats from -2^63 to below 2^64 are integers.
const SIGNED_END: f64 = 9_223_372_036_854_775_808.0;
const UNSIGNED_END: f64 = 18_446_744_073_709_551_616.0;

/// Where the bytes go.
pub(super) type Sink<'s> = dyn FnMut(&[u8]) + 's;

pub(super) fn encode(value: &Value, to: &mut Sink<'_>) {
    match value {
        Value::Null => to(&[NULL]),
        Value::Bool(value) => to(&[if *value { TRUE } else { FALSE }]),
        Value::Int(value) => whole(*value, to),
        Value::Float(value) => float(*value, to),
        Value::Str(value) => text(value, to),
        Value::List(items) => {
            list(items.len(), to);
            items.iter().for_each(|item| encode(item, to));
        }
        Value::Object(members) => object(members, to),
    }
}

/// The head of a list of so many items.
pub(super) fn list(length: usize, to: &mut Sink<'_>) {
    head(LIST, size(length), to);
}

pub(super) fn text(text: &str, to: &mut Sink<'_>) {
    head(TEXT, size(text.len()), to);
    to(text.as_bytes());
}

/// The encoded form of a name begins with its length, so a shorter name comes first.
fn object(members: &[(String, Value)], to: &mut Sink<'_>) {
    let mut ordered: Vec<&(String, Value)> = members.iter().collect();
    ordered.sort_by_key(|(name, _)| (name.len(), name.as_bytes()));
    head(MAP, size(ordered.len()), to);
    for (name, value) in ordered {
        text(name, to);
        encode(value, to);
    }
}

fn size(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn whole(value: i64, to: &mut Sink<'_>) {
    match u64::try_from(value) {
        Ok(value) => head(UNSIGNED, value, to),
        // -1 - n is encoded as n.
        Err(_) => head(NEGATIVE, value.unsigned_abs() - 1, to),
    }
}

fn float(value: f64, to: &mut Sink<'_>) {
    let is_whole = value.fract() == 0.0;
    if is_whole && (-SIGNED_END..SIGNED_END).contains(&value) {
        return whole(value as i64, to);
    }
    if is_whole && (SIGNED_END..UNSIGNED_END).contains(&value) {
        return head(UNSIGNED, value as u64, to);
    }
    let single = value as f32;
    if f64::from(single).to_bits() != value.to_bits() {
        to(&[DOUBLE]);
        to(&value.to_bits().to_be_bytes());
    } else if let Some(half) = half(single) {
        to(&[HALF]);
        to(&half.to_be_bytes());
    } else {
        to(&[SINGLE]);
        to(&single.to_bits().to_be_bytes());
    }
}

/// The 16 bits of a finite float that has such a form without loss.
fn half(value: f32) -> Option<u16> {
    let bits = value.to_bits();
    let sign = (bits >> 16) & 0x8000;
    let exponent = (bits >> 23) & 0xff;
    let fraction = bits & 0x007f_ffff;
    let short = match exponent {
        // 2^-14 to below 2^16: an exponent of its own.
        113..=142 => (fraction & 0x1fff == 0).then(|| ((exponent - 112) << 10) | (fraction >> 13)),
        // 2^-24 to below 2^-14: whole steps of 2^-24.
        103..=112 => {
            let steps = fraction | 0x0080_0000;
            let drop = 126 - exponent;
            (steps.trailing_zeros() >= drop).then(|| steps >> drop)
        }
        _ => None,
    }?;
    u16::try_from(sign | short).ok()
}

/// A type and its number, in the fewest bytes.
fn head(kind: u8, number: u64, to: &mut Sink<'_>) {
    let bytes = number.to_be_bytes();
    match number {
        0..=23 => to(&[kind | bytes[7]]),
        24..=0xff => to(&[kind | 24, bytes[7]]),
        0x100..=0xffff => {
            to(&[kind | 25]);
            to(&bytes[6..]);
        }
        0x1_0000..=0xffff_ffff => {
            to(&[kind | 26]);
            to(&bytes[4..]);
        }
        _ => {
            to(&[kind | 27]);
            to(&bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn hex(value: &Value) -> String {
        let mut bytes = Vec::new();
        encode(value, &mut |part| bytes.extend_from_slice(part));
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn check(rows: &[(Json, &str)]) {
        for (value, expected) in rows {
            assert_eq!(hex(&Value::from(value)), *expected, "{value}");
        }
    }

    /// From appendix A of RFC 8949.
    #[test]
    fn published_vectors() {
        check(&[
            (json!(0), "00"),
            (json!(1), "01"),
            (json!(10), "0a"),
            (json!(23), "17"),
            (json!(24), "1818"),
            (json!(25), "1819"),
            (json!(100), "1864"),
            (json!(1000), "1903e8"),
            (json!(1_000_000), "1a000f4240"),
            (json!(1_000_000_000_000_u64), "1b000000e8d4a51000"),
            (json!(-1), "20"),
            (json!(-10), "29"),
            (json!(-100), "3863"),
            (json!(-1000), "3903e7"),
            (json!(1.1), "fb3ff199999999999a"),
            (json!(1.5), "f93e00"),
            (json!(-4.1), "fbc010666666666666"),
            (json!(5.960_464_477_539_063e-8), "f90001"),
            (json!(0.000_061_035_156_25), "f90400"),
            (json!(3.402_823_466_385_288_6e38), "fa7f7fffff"),
            (json!(1.0e300), "fb7e37e43c8800759c"),
            (json!(false), "f4"),
            (json!(true), "f5"),
            (json!(null), "f6"),
            (json!(""), "60"),
            (json!("a"), "6161"),
            (json!("IETF"), "6449455446"),
            (json!("\"\\"), "62225c"),
            (json!("\u{fc}"), "62c3bc"),
            (json!("\u{6c34}"), "63e6b0b4"),
            (json!("\u{10151}"), "64f0908591"),
            (json!([]), "80"),
            (json!([1, [2, 3], [4, 5]]), "8301820203820405"),
            (json!({}), "a0"),
            (json!({"a": 1, "b": [2, 3]}), "a26161016162820203"),
            (json!(["a", {"b": "c"}]), "826161a161626163"),
        ]);
    }

    #[test]
    fn whole_floats_are_integers_while_they_fit() {
        let rows = [
            (1.0, "01"),
            (-0.0, "00"),
            (-2.0, "21"),
            (-9_223_372_036_854_775_808.0, "3b7fffffffffffffff"),
            (9_223_372_036_854_775_808.0, "1b8000000000000000"),
            (18_446_744_073_709_549_568.0, "1bfffffffffffff800"),
            (18_446_744_073_709_551_616.0, "fa5f800000"),
            (-18_446_744_073_709_551_616.0, "fadf800000"),
        ];
        for (value, expected) in rows {
            assert_eq!(hex(&Value::Float(value)), expected, "{value}");
        }
    }

    #[test]
    fn floats_are_as_short_as_they_can_be() {
        let rows = [
            (0.5, "f93800"),
            (-65_503.5, "fac77fdf80"),
            (1.0 / 1024.0, "f91400"),
            (2_f64.powi(-24) * 3.0, "f90003"),
            (2_f64.powi(-25), "fa33000000"),
            (2_f64.powi(-14) + 2_f64.powi(-24), "f90401"),
            (2_f64.powi(-14) + 2_f64.powi(-25), "fa38801000"),
            (f64::MIN_POSITIVE, "fb0010000000000000"),
        ];
        for (value, expected) in rows {
            assert_eq!(hex(&Value::Float(value)), expected, "{value}");
        }
    }

    #[test]
    fn shorter_names_come_first() {
        check(&[
            (json!({"aa": 2, "z": 1}), "a2617a0162616102"),
            (json!({"\u{ff}": 2, "aaa": 1}), "a262c3bf026361616101"),
        ]);
    }
}
