//! A compiled flag. Everything an answer consists of is made here, once: merged metadata, JSON
//! text, looked-up variants; evaluation only points at it. Its parts lie in a [`Block`].

use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use serde_json::Value as Json;

use crate::block::{At, Block, Span};
use crate::curve::Curve;
use crate::index::TextTable;
use crate::json_logic::Expression;
use crate::outcome::{Detail, Reason};
use crate::placement::Placement;
use crate::program::{FAILS, Shape, Target};
use crate::ruleset::{Draw, FlagRules, Kind, Metadata, Profile, Share};
use crate::windows::Windows;

/// One flag of a snapshot.
#[derive(Clone, Debug)]
pub(crate) struct CompiledFlag {
    pub(crate) block: Arc<Block>,
    pub(crate) head: Head,
}

/// What an evaluation reads of a flag before its parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) constant: Option<Constant>,
    pub(crate) changes: Changes,
    pub(crate) state: State,
    pub(crate) client_visible: bool,
    pub(crate) kind: Kind,
    pub(crate) index: u32,
    pub(crate) steps: Span<Step>,
    pub(crate) text: FlagText,
    pub(crate) about: At<FlagAbout>,
    /// Revision of the youngest document it was lowered from.
    pub(crate) version: u64,
}

// A flag of a list, with the pointer to its block, fits into a cache line.
const _: () = assert!(size_of::<CompiledFlag>() <= 64);

/// Where the block says a flag's key, its key as JSON and its metadata as JSON, one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FlagText {
    pub(crate) start: u32,
    pub(crate) key_end: u32,
    pub(crate) key_json_end: u32,
    pub(crate) end: u32,
}

/// What evaluations do not read of a flag.
#[derive(Debug)]
pub(crate) struct FlagAbout {
    pub(crate) key_hash: u64,
    pub(crate) metadata: Metadata,
    pub(crate) variants: Box<[CompiledVariant]>,
    pub(crate) profile: Profile,
}

/// The answer of a flag whose first step serves one leaf to everybody at all times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Constant {
    pub(crate) leaf: At<Leaf>,
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
    #[inline]
    pub(crate) fn key(&self) -> &str {
        self.block.text(self.head.text.start, self.head.text.key_end)
    }

    #[inline]
    pub(crate) fn key_json(&self) -> &str {
        self.block.text(self.head.text.key_end, self.head.text.key_json_end)
    }

    #[inline]
    pub(crate) fn metadata_json(&self) -> &str {
        self.block.text(self.head.text.key_json_end, self.head.text.end)
    }

    pub(crate) fn key_hash(&self) -> u64 {
        self.about().map(|about| about.key_hash).unwrap_or_default()
    }

    pub(crate) fn about(&self) -> Option<&FlagAbout> {
        self.block.flags_about.get(self.head.about)
    }

    pub(crate) fn variants(&self) -> &[CompiledVariant] {
        self.about().map(|about| &*about.variants).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn steps(&self) -> &[Step] {
        self.block.steps.all(self.head.steps)
    }

    /// Keys of the flags this one asks.
    pub(crate) fn prerequisites(&self) -> impl Iterator<Item = &str> {
        self.steps()
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
    pub(crate) metadata: Metadata,
}

/// One possible answer of a flag: a variant or inline value.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// Index of the variant in the flag.
    pub(crate) variant: Option<u16>,
    /// Where the block says the value as JSON, then the variant's key.
    pub(crate) start: u32,
    pub(crate) value_end: u32,
    pub(crate) end: u32,
    pub(crate) value: Option<Arc<Json>>,
    /// Absent: the flag's own.
    pub(crate) metadata: Option<Box<MergedMetadata>>,
}

const _: () = assert!(size_of::<Leaf>() == 32);

/// Metadata of the flag, overlaid by the variant's, overlaid by the serve's.
#[derive(Debug)]
pub(crate) struct MergedMetadata {
    pub(crate) merged: Metadata,
    pub(crate) json: Box<str>,
}

impl Leaf {
    /// Key of the variant.
    #[inline]
    pub(crate) fn variant<'b>(&self, block: &'b Block) -> Option<&'b str> {
        self.variant.map(|_| block.text(self.value_end, self.end))
    }

    /// The value as JSON text.
    #[inline]
    pub(crate) fn value_json<'b>(&self, block: &'b Block) -> Option<&'b str> {
        self.value.as_ref().map(|_| block.text(self.start, self.value_end))
    }
}

/// Compiled [`crate::ruleset::Step`].
#[derive(Debug)]
pub(crate) enum Step {
    Kill { until: Option<Timestamp>, off: Serve },
    Off { off: Serve },
    Windows { windows: Box<CompiledWindows>, off: Serve },
    Prerequisites { all: Box<[Prerequisite]>, off: Serve },
    Subjects(Box<Subjects>),
    Segments(Box<[SegmentGroup]>),
    Rules(Span<Rule>),
    Serve { serve: Serve },
}

/// Windows with their names.
#[derive(Debug)]
pub(crate) struct CompiledWindows {
    pub(crate) windows: Windows,
    pub(crate) ids: Box<[Box<str>]>,
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
    pub(crate) gate: Option<At<Gate>>,
    pub(crate) serve: Serve,
}

/// What is said about a rule.
#[derive(Clone, Debug)]
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
    Over(Box<Curve>),
}

/// What is served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Serve {
    pub(crate) enabled: bool,
    pub(crate) what: What,
}

/// The choice itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    Leaf(At<Leaf>),
    Split(At<Split>),
    Ramp(At<Ramp>),
    JsonLogic(At<JsonLogic>),
    /// Could not be compiled.
    Broken,
}

// Rules lie close: an evaluation tries one after the other.
const _: () = assert!(size_of::<Rule>() <= 24);

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
    pub(crate) arms: Span<Arm>,
}

/// One arm of a split.
#[derive(Debug)]
pub(crate) struct Arm {
    /// Running sum of the weights.
    pub(crate) end: u64,
    pub(crate) leaf: At<Leaf>,
}

/// Two leaves and a growing share.
#[derive(Debug)]
pub(crate) struct Ramp {
    pub(crate) placement: Placement,
    pub(crate) curve: Curve,
    pub(crate) inside: At<Leaf>,
    pub(crate) rest: At<Leaf>,
}

/// flagd's targeting.
#[derive(Debug)]
pub(crate) struct JsonLogic {
    pub(crate) expression: Expression,
    /// Whether the expression reads the clock.
    pub(crate) reads_clock: bool,
    /// Leaf of each variant, in the flag's order.
    pub(crate) leaves: Box<[At<Leaf>]>,
    /// Leaf for null.
    pub(crate) otherwise: At<Leaf>,
}

/// The first key that stands for two variants, if any.
pub(crate) fn repeated_variant(flag: &FlagRules) -> Option<&str> {
    let mut seen = FxHashSet::default();
    flag.variants
        .iter()
        .map(|variant| variant.key.as_str())
        .find(|key| !seen.insert(*key))
}
