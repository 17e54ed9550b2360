//! flagd's `fractional`: a weighted choice by hash, the same for the same value for ever.
//!
//! `[by, [variant, weight], …]`, or without `by` for the flag and its targeting key. The hash is murmur3 (x86, 32
//! bits, seed 0); the bucket is `hash × total >> 32`, and the first arm whose running weight exceeds it is chosen.
//!
//! | generation | what is hashed | without `by` | `by` that cannot be hashed |
//! |---|---|---|---|
//! | second | text, as its UTF-8 bytes | key of the flag and targeting key, one behind the other | anything that is no text |
//! | third | any value in deterministic CBOR | the list of both in CBOR | null |
//!
//! In the second generation a first argument that is no text is an arm, and as such is mostly none; in the third only a
//! list is. A weight is 1 unless given, a negative one is 0. There is no choice, that is null, where an arm is no list
//! of one or two, a variant is a list or an object, a weight is no whole number, the weights together are 0 or more
//! than 2^31 - 1, or there is no targeting key.

use super::cbor;
use crate::Value;
use crate::ruleset::Fractional;
use crate::scheme::murmur3::Murmur3;

/// What all weights together may be.
const MOST: u64 = 2_147_483_647;

/// Arms that are what the operator needs.
#[derive(Clone, Debug)]
pub(super) struct Fixed {
    /// Running weight and variant.
    arms: Box<[(u64, Value)]>,
    total: u64,
}

impl Fixed {
    /// None where nothing can be chosen.
    pub(super) fn new(arms: &[Value]) -> Option<Self> {
        let mut total = 0;
        let mut ends = Vec::with_capacity(arms.len());
        for one in arms {
            let (variant, weight) = arm(one)?;
            total += weight;
            if total > MOST {
                return None;
            }
            ends.push((total, variant.clone()));
        }
        (total > 0).then(|| Self {
            arms: ends.into(),
            total,
        })
    }

    /// The variant of the arm that the hash falls on.
    pub(super) fn at(&self, hash: u32) -> Option<&Value> {
        let bucket = (u64::from(hash) * self.total) >> 32;
        self.arms
            .iter()
            .find(|(end, _)| bucket < *end)
            .map(|(_, variant)| variant)
    }

    pub(super) fn len(&self) -> usize {
        self.arms.len()
    }
}

fn arm(value: &Value) -> Option<(&Value, u64)> {
    let Value::List(parts) = value else { return None };
    let (variant, weight) = match parts.as_slice() {
        [variant] => (variant, 1),
        [variant, given] => (variant, weight(given)?),
        _ => return None,
    };
    (!matches!(variant, Value::List(_) | Value::Object(_))).then_some((variant, weight))
}

fn weight(value: &Value) -> Option<u64> {
    match value {
        Value::Int(whole) => Some(u64::try_from(*whole).unwrap_or_default().min(MOST + 1)),
        // A cast saturates, and too large a weight is one that is refused.
        Value::Float(float) if float.is_finite() && float.fract() == 0.0 => Some((*float as u64).min(MOST + 1)),
        _ => None,
    }
}

/// What a first argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// What is hashed.
    Hashed(u32),
    /// An arm: the flag and the targeting key are hashed.
    Arm,
    /// Neither.
    Neither,
}

pub(super) fn first(generation: Fractional, value: &Value) -> First {
    match (generation, value) {
        (Fractional::V2, Value::Str(text)) => First::Hashed(Murmur3::new(0).after(text).finish()),
        (Fractional::V2, _) | (Fractional::V3, Value::List(_)) => First::Arm,
        (Fractional::V3, Value::Null) => First::Neither,
        (Fractional::V3, value) => First::Hashed(encoded(|to| cbor::encode(value, to))),
    }
}

/// The hash of a flag and its targeting key.
pub(super) fn implicit(generation: Fractional, flag: &str, targeting_key: &str) -> u32 {
    match generation {
        Fractional::V2 => Murmur3::new(0).after(flag).after(targeting_key).finish(),
        Fractional::V3 => encoded(|to| {
            cbor::list(2, to);
            cbor::text(flag, to);
            cbor::text(targeting_key, to);
        }),
    }
}

fn encoded(write: impl FnOnce(&mut cbor::Sink<'_>)) -> u32 {
    let mut hash = Murmur3::new(0);
    write(&mut |bytes| hash.write(bytes));
    hash.finish()
}

#[cfg(test)]
mod tests;
