//! A compiled flag. Everything an answer consists of is made here, once: merged metadata, JSON
//! text, looked-up variants; evaluation only points at it.

use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use serde_json::Value as Json;

use crate::curve::Curve;
use crate::index::TextTable;
use crate::json_logic::Expression;
use crate::outcome::{Detail, Reason};
use crate::placement::Placement;
use crate::program::{FAILS, Program, Shape, Target};
use crate::ruleset::{Draw, FlagRules, Kind, Metadata, Share};

/// One flag of a snapshot. What an evaluation reads comes first and lies together: evaluating a large
/// environment is mostly waiting for memory.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct CompiledFlag {
    pub(crate) constant: Option<Constant>,
    pub(crate) changes: Changes,
    pub(crate) state: State,
    pub(crate) client_visible: bool,
    pub(crate) kind: Kind,
    pub(crate) index: u32,
    pub(crate) steps: Box<[Step]>,
    pub(crate) leaves: Box<[Leaf]>,
    pub(crate) program: Program,
    pub(crate) key: Box<str>,
    pub(crate) key_hash: u64,
    pub(crate) variants: Box<[CompiledVariant]>,
    pub(crate) key_json: Box<str>,
    pub(crate) metadata: Arc<Metadata>,
    pub(crate) metadata_json: Arc<str>,
    pub(crate) version: u64,
}

/// The answer of a flag whose first step serves one leaf to everybody at all times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Constant {
    pub(crate) leaf: u32,
    pub(crate) enabled: bool,
    pub(crate) reason: Reason,
    pub(crate) detail: Detail,
}

/// Whether the answer can differ between contexts or moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Changes {
    Never,
    WithContextOrTime,
}

/// Whether the flag could be compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Readable,
    /// Answers with its off serve and an error.
    Unreadable,
}

impl CompiledFlag {
    pub(crate) fn leaf(&self, at: u32) -> Option<&Leaf> {
        self.leaves.get(at as usize)
    }

    /// Keys of the flags this one asks.
    pub(crate) fn prerequisites(&self) -> impl Iterator<Item = &str> {
        self.steps
            .iter()
            .flat_map(|step| match step {
                Step::Prerequisites { all, .. } => &**all,
                _ => &[],
            })
            .map(|prerequisite| &*prerequisite.flag)
    }
}

/// A variant as it was defined.
#[derive(Debug)]
pub(crate) struct CompiledVariant {
    pub(crate) key: Box<str>,
    pub(crate) value: Option<Arc<Json>>,
    pub(crate) value_json: Option<Arc<str>>,
    pub(crate) metadata: Arc<Metadata>,
}

/// One possible answer of a flag: a variant or inline value with its merged metadata.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) variant: Option<(u16, Box<str>)>,
    pub(crate) value: Option<Arc<Json>>,
    pub(crate) value_json: Option<Arc<str>>,
    pub(crate) metadata: Arc<Metadata>,
    pub(crate) metadata_json: Arc<str>,
}

/// Compiled [`crate::ruleset::Step`].
#[derive(Debug)]
pub(crate) enum Step {
    Kill {
        until: Option<Timestamp>,
        off: Serve,
    },
    Off {
        off: Serve,
    },
    Prerequisites {
        all: Box<[Prerequisite]>,
        off: Serve,
    },
    Subjects(Box<Subjects>),
    Segments(Box<[SegmentGroup]>),
    Rules {
        rules: Box<[Rule]>,
        about: Box<[RuleAbout]>,
    },
    Serve {
        serve: Serve,
    },
}

/// Subject overrides.
#[derive(Debug)]
pub(crate) struct Subjects {
    pub(crate) keys: TextTable,
    /// Group of each key.
    pub(crate) group_of: Box<[u32]>,
    pub(crate) serves: Box<[Serve]>,
}

#[derive(Debug)]
pub(crate) struct SegmentGroup {
    pub(crate) segment: u32,
    pub(crate) serve: Serve,
}

#[derive(Debug)]
pub(crate) struct Prerequisite {
    pub(crate) flag: Box<str>,
    pub(crate) flag_hash: u64,
    pub(crate) enabled: Option<bool>,
    pub(crate) variants: Box<[Box<str>]>,
}

/// What is looked at to decide whether a rule matches.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) entry: Target,
    pub(crate) gate: Option<Box<Gate>>,
    pub(crate) serve: Serve,
}

/// What is said about a rule.
#[derive(Debug)]
pub(crate) struct RuleAbout {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) shape: Option<Shape>,
    pub(crate) problem: Option<Box<str>>,
}

impl Rule {
    /// Takes the rule out of the evaluation.
    pub(crate) fn break_off(&mut self) {
        self.entry = FAILS;
    }
}

/// Admits a share.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) placement: Placement,
    pub(crate) share: Admission,
}

/// How many are admitted.
#[derive(Debug)]
pub(crate) enum Admission {
    Fixed(Share),
    Over(Curve),
}

/// What is served.
#[derive(Debug)]
pub(crate) struct Serve {
    pub(crate) enabled: bool,
    pub(crate) what: What,
}

/// The choice itself.
#[derive(Debug)]
pub(crate) enum What {
    Leaf(u32),
    Split(Box<Split>),
    Ramp(Box<Ramp>),
    JsonLogic(Box<JsonLogic>),
    /// Could not be compiled.
    Broken,
}

impl What {
    /// Whether the choice depends on context or moment.
    pub(crate) fn changes(&self) -> Changes {
        match self {
            Self::Leaf(_) | Self::Broken => Changes::Never,
            Self::Split(_) | Self::Ramp(_) | Self::JsonLogic(_) => Changes::WithContextOrTime,
        }
    }
}

/// Arms by weight.
#[derive(Debug)]
pub(crate) struct Split {
    pub(crate) placement: Placement,
    pub(crate) draw: Draw,
    pub(crate) total: u64,
    pub(crate) arms: Box<[Arm]>,
}

/// One arm of a split.
#[derive(Debug)]
pub(crate) struct Arm {
    /// Running sum of the weights.
    pub(crate) end: u64,
    pub(crate) leaf: u32,
    /// Key of the variant, which a rendezvous hashes.
    pub(crate) name: Box<str>,
}

/// Two leaves and a growing share.
#[derive(Debug)]
pub(crate) struct Ramp {
    pub(crate) placement: Placement,
    pub(crate) curve: Curve,
    pub(crate) inside: u32,
    pub(crate) rest: u32,
}

/// flagd's targeting.
#[derive(Debug)]
pub(crate) struct JsonLogic {
    pub(crate) expression: Expression,
    /// Whether the expression reads the clock.
    pub(crate) reads_clock: bool,
    /// Leaf of each variant, in the flag's order.
    pub(crate) leaves: Box<[u32]>,
    /// Leaf for null.
    pub(crate) otherwise: u32,
}

/// The first key that stands for two variants, if any.
pub(crate) fn repeated_variant(flag: &FlagRules) -> Option<&str> {
    let mut seen = FxHashSet::default();
    flag.variants
        .iter()
        .map(|variant| variant.key.as_str())
        .find(|key| !seen.insert(*key))
}
