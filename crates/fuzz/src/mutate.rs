//! Makes new inputs of old ones: where an input is JSON, mostly by its parts, so that what comes out is often read.

use serde_json::{Map, Value as Json, json};

use crate::Shape;
use crate::random::Random;

/// Changes made to one input at most.
const CHANGES: usize = 4;
/// No input grows beyond.
const LONGEST: usize = 48 * 1024;

/// A new input from one of the corpus.
pub fn mutated(corpus: &[Vec<u8>], shape: Shape, random: &mut Random) -> Vec<u8> {
    let seed = random.pick(corpus);
    let by_parts = shape == Shape::Json && !random.once_in(6);
    let mut made = match serde_json::from_slice::<Json>(seed) {
        Ok(mut value) if by_parts => {
            for _ in 0..=random.below(CHANGES) {
                change_json(&mut value, corpus, random);
            }
            written(&value, random)
        }
        _ => {
            let mut bytes = seed.clone();
            for _ in 0..=random.below(CHANGES) {
                change_bytes(&mut bytes, corpus, random);
            }
            bytes
        }
    };
    made.truncate(LONGEST);
    made
}

/// Now and then with a name twice, which no value holds.
fn written(value: &Json, random: &mut Random) -> Vec<u8> {
    let mut text = value.to_string();
    if random.once_in(12)
        && let Json::Object(members) = value
        && let Some((name, value)) = members.iter().next()
    {
        text = format!("{{{}:{value},{}", json!(name), text.trim_start_matches('{'));
    }
    text.into_bytes()
}

fn change_json(root: &mut Json, corpus: &[Vec<u8>], random: &mut Random) {
    let donor = serde_json::from_slice::<Json>(random.pick(corpus).as_slice()).unwrap_or_default();
    let given = somewhere(&donor, random).clone();
    let place = somewhere_mut(root, random);
    match random.below(7) {
        0 => *place = scalar(random),
        1 => *place = given,
        2 => remove(place, random),
        3 => insert(place, given, random),
        4 => tweak(place, random),
        5 => wrap(place, random),
        _ => rename(place, random),
    }
}

/// A part of a value, itself included.
fn somewhere<'v>(value: &'v Json, random: &mut Random) -> &'v Json {
    let inner: Vec<&Json> = match value {
        Json::Array(items) => items.iter().collect(),
        Json::Object(members) => members.values().collect(),
        _ => Vec::new(),
    };
    if inner.is_empty() || random.once_in(5) {
        return value;
    }
    let next = inner[random.below(inner.len())];
    somewhere(next, random)
}

fn somewhere_mut<'v>(value: &'v mut Json, random: &mut Random) -> &'v mut Json {
    let count = match &*value {
        Json::Array(items) => items.len(),
        Json::Object(members) => members.len(),
        _ => 0,
    };
    if count == 0 || random.once_in(5) {
        return value;
    }
    let chosen = random.below(count);
    let next = match value {
        Json::Array(items) => &mut items[chosen],
        Json::Object(members) => members.values_mut().nth(chosen).expect("counted"),
        _ => unreachable!("only lists and objects have parts"),
    };
    somewhere_mut(next, random)
}

fn remove(place: &mut Json, random: &mut Random) {
    match place {
        Json::Array(items) if !items.is_empty() => drop(items.remove(random.below(items.len()))),
        Json::Object(members) => {
            let name = members.keys().nth(random.below(members.len())).cloned();
            name.and_then(|name| members.remove(&name));
        }
        _ => *place = Json::Null,
    }
}

fn insert(place: &mut Json, given: Json, random: &mut Random) {
    match place {
        Json::Array(items) => items.insert(random.below(items.len() + 1), given),
        Json::Object(members) => drop(members.insert(word(random), given)),
        _ => *place = Json::Array(vec![place.take(), given]),
    }
}

/// A little different.
fn tweak(place: &mut Json, random: &mut Random) {
    match place {
        Json::Bool(value) => *value = !*value,
        Json::Number(number) => {
            let near = number
                .as_i64()
                .unwrap_or(0)
                .wrapping_add(if random.once_in(2) { 1 } else { -1 });
            *place = if random.once_in(3) {
                json!(near as f64 / 3.0)
            } else {
                json!(near)
            };
        }
        Json::String(text) => {
            let mut bytes = std::mem::take(text).into_bytes();
            change_bytes(&mut bytes, &[], random);
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
        Json::Array(items) if items.len() > 1 => {
            let (a, b) = (random.below(items.len()), random.below(items.len()));
            items.swap(a, b);
        }
        _ => *place = scalar(random),
    }
}

/// Deeper, sometimes far deeper.
fn wrap(place: &mut Json, random: &mut Random) {
    let levels = if random.once_in(8) { 100 + random.below(60) } else { 1 };
    for _ in 0..levels {
        let inner = place.take();
        *place = if random.once_in(2) {
            Json::Array(vec![inner])
        } else {
            let name = if random.once_in(2) {
                "not".to_owned()
            } else {
                word(random)
            };
            Json::Object(Map::from_iter([(name, inner)]))
        };
    }
}

fn rename(place: &mut Json, random: &mut Random) {
    if let Json::Object(members) = place
        && let Some(name) = members.keys().nth(random.below(members.len())).cloned()
        && let Some(value) = members.remove(&name)
    {
        members.insert(word(random), value);
    }
}

fn scalar(random: &mut Random) -> Json {
    const NUMBERS: [f64; 8] = [0.5, -0.0, 1e300, -1e-7, 1e19, 9_007_199_254_740_993.0, 100.0, 0.1];
    const WHOLE: [i64; 12] = [
        0,
        1,
        -1,
        2,
        100,
        10_000,
        10_001,
        65_536,
        i64::MAX,
        i64::MIN,
        1 << 53,
        4_294_967_296,
    ];
    match random.below(6) {
        0 => Json::Null,
        1 => Json::Bool(random.once_in(2)),
        2 => json!(random.pick(&NUMBERS)),
        3 => json!(random.pick(&WHOLE)),
        4 => json!(u64::MAX),
        _ => json!(word(random)),
    }
}

fn word(random: &mut Random) -> String {
    (*random.pick(WORDS)).to_owned()
}

fn change_bytes(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    match random.below(7) {
        0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        1 if at < bytes.len() => drop(bytes.remove(at)),
        2 => bytes.insert(
            at,
            random
                .pick(b" \n,:;/*[]{}\"'\\%+-.0159aZ\x00\x7f\xc3\xa9\xff")
                .to_owned(),
        ),
        3 => drop(bytes.splice(at..at, random.pick(WORDS).bytes())),
        4 => {
            let end = (at + random.below(12)).min(bytes.len());
            bytes.drain(at..end);
        }
        5 => {
            let end = (at + 1 + random.below(24)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            let to = random.below(bytes.len() + 1);
            bytes.splice(to..to, piece);
        }
        _ if !corpus.is_empty() => {
            let other = random.pick(corpus);
            let (from, to) = (random.below(other.len() + 1), random.below(other.len() + 1));
            let piece = other[from.min(to)..from.max(to)].to_vec();
            bytes.splice(at..at, piece);
        }
        _ => {}
    }
}

/// Words that mean something to one reader or another.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    // Keys and names of ours and of others.
    "a", "b", "s", "x", "y", "on", "off", "dev", "prod", "gone", "context", "targetingKey", "userId", "$now", "$ref", "$flagd",
    "flags", "segments", "features", "events", "feature-updated", "environments", "variants", "rules", "condition", "test", "all",
    "any", "not", "segment", "percentage", "broken", "serve", "variant", "value", "split", "ramp", "json_logic", "code_default",
    "attribute", "op", "values", "negate", "ignore_case", "quantifier", "windows", "recurs", "cron", "time_zone", "kill", "until",
    "prerequisites", "fractional", "sem_ver", "starts_with", "var", "if", "==", "+", "targeting", "defaultVariant", "strategies",
    "constraints", "contextName", "operator", "IN", "REGEX", "flexibleRollout", "rollout", "stickiness", "format",
    "hoist-project/1", "metadata", "foreign", "index", "key", "kind", "boolean", "object", "any", "patch", "flag", "config", "edit",
    "switch", "override", "import", "undo", "add_members", "create", "delete",
    // Little languages.
    "1.2.3", "1.2.3-rc.1+b", ">=1.2, <2", "^0", "~1.x", "18446744073709551615.0.0", "10.0.0.0/8", "::ffff:10.0.0.1", "0.0.0.0/0",
    "/33", "2026-02-29", "2024-02-29T23:59:60Z", "-P1M", "P9999Y", "now", "-009999-01-02T00:00:00Z", "9999-12-31T23:59:59Z",
    "0 9 * * 1-5", "*/7", "29 2", "L", "LW", "#5", "MON-SUN", "Europe/Vienna", "Pacific/Apia", "America/New_York", "@daily", "? *",
    "(?i)", "(a+)+$", "\\p{L}{1,99}", "[^\\d\\D]", "(?-u:\\xff)", ".*.*=.*",
    // Texts that are hard to write down.
    "", " ", "\u{0}", "\u{feff}", "\u{1f6a6}", "\u{202e}", "no", "~", "null", "1e3", "0x1f", "- a", "a: b", "&a [*a]", "!t", "---\n",
    "//", "/*", "*/", "%2F", "%00", "%zz", "../", "W/\"", "Bearer ", "server", "client",
];
