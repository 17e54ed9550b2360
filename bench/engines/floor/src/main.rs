//! Not a product: the least that the workload costs. The same rules on flat, precompiled data, with nothing else
//! done: no reasons, no metadata, no prerequisites, no metrics. A real engine cannot be much below this.

use std::collections::HashMap;

use ahash::RandomState;
use bench_kit::{AGE, CONTEXTS, COUNTRIES, COUNTRY, Cell, Counting, MIN_AGE, RULES, Shape, VERSION, min_version, user};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const NAME: &str = "floor";

type Version = (u64, u64, u64);

struct Context {
    user: String,
    country: String,
    age: f64,
    version: Option<Version>,
}

enum Constraint {
    In(Vec<Box<str>>),
    AtLeast(f64),
    Version(Version),
}

struct Rule {
    constraints: Vec<Constraint>,
    /// Upper ends and variants.
    split: Vec<(u32, u8)>,
}

struct Flag {
    key: Box<str>,
    rules: Vec<Rule>,
    otherwise: u8,
}

fn main() {
    for cell in Cell::every() {
        let flags: Vec<Flag> = cell.names.iter().map(|name| flag(cell.shape, name)).collect();
        let mut index = HashMap::with_capacity_and_hasher(flags.len(), RandomState::with_seeds(1, 2, 3, 4));
        index.extend((0_u32..).zip(&flags).map(|(at, flag)| (flag.key.clone(), at)));
        let contexts: Vec<Context> = (0..CONTEXTS).map(context).collect();
        let one = |key: &str, at: usize| {
            index
                .get(key)
                .map(|flag| evaluate(&flags[*flag as usize], &contexts[at]))
        };
        cell.check(NAME, |key, at| one(key, at) > Some(0));
        cell.one(NAME, one);
        cell.all(NAME, |at| {
            let mut answers: Vec<(&str, u8)> = Vec::with_capacity(flags.len());
            answers.extend(flags.iter().map(|flag| (&*flag.key, evaluate(flag, &contexts[at]))));
            answers
        });
    }
}

fn context(number: usize) -> Context {
    Context {
        user: user(number),
        country: COUNTRY.into(),
        age: AGE as f64,
        version: version(VERSION),
    }
}

fn flag(shape: Shape, key: &str) -> Flag {
    let rules = match shape {
        Shape::A => vec![],
        Shape::B => vec![Rule {
            constraints: vec![],
            split: vec![(50_000, 1), (100_000, 0)],
        }],
        Shape::C => (0..RULES).map(targeted).collect(),
    };
    Flag {
        key: key.into(),
        rules,
        otherwise: u8::from(shape == Shape::A),
    }
}

fn targeted(rule: usize) -> Rule {
    let least = version(&min_version(rule)).expect("a version");
    Rule {
        constraints: vec![
            Constraint::In(COUNTRIES.iter().map(|country| (*country).into()).collect()),
            Constraint::AtLeast(MIN_AGE as f64),
            Constraint::Version(least),
        ],
        split: vec![(33_333, 1), (66_666, 2), (100_000, 3)],
    }
}

fn version(text: &str) -> Option<Version> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

fn evaluate(flag: &Flag, context: &Context) -> u8 {
    for rule in &flag.rules {
        if rule.constraints.iter().all(|constraint| holds(constraint, context)) {
            let bucket = bucket(&flag.key, &context.user);
            let arm = rule.split.iter().find(|(end, _)| bucket < *end);
            return arm.map_or(flag.otherwise, |(_, variant)| *variant);
        }
    }
    flag.otherwise
}

fn holds(constraint: &Constraint, context: &Context) -> bool {
    match constraint {
        Constraint::In(list) => list.iter().any(|entry| **entry == *context.country),
        Constraint::AtLeast(least) => context.age >= *least,
        Constraint::Version(least) => context.version.is_some_and(|own| own >= *least),
    }
}

/// 0 to 99,999.
fn bucket(key: &str, user: &str) -> u32 {
    let length = (key.len() + user.len()) as u32;
    let hash = murmur3(murmur3(0, key.as_bytes()), user.as_bytes()) ^ length;
    let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    let hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    ((u64::from(hash ^ (hash >> 16)) * 100_000) >> 32) as u32
}

/// The body of murmur3 x86 32; each part is padded on its own.
fn murmur3(mut hash: u32, bytes: &[u8]) -> u32 {
    let mixed = |word: u32| word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let mut words = bytes.chunks_exact(4);
    for word in &mut words {
        let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        hash = (hash ^ mixed(word))
            .rotate_left(13)
            .wrapping_mul(5)
            .wrapping_add(0xe654_6b64);
    }
    let rest = words
        .remainder()
        .iter()
        .rev()
        .fold(0, |rest, byte| rest << 8 | u32::from(*byte));
    hash ^ mixed(rest)
}
