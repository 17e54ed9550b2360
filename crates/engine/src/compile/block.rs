//! Making a [`Block`].

use super::condition::Builder;
use crate::block::{At, Block, Span};
use crate::flag::{Arm, FlagAbout, Gate, JsonLogic, Leaf, Ramp, Rule, RuleAbout, Split, Step};

/// Flags of a block. More would save little and keep more of them when others change.
const FLAGS: usize = 2048;

/// Bytes of text after which no further flag is taken in.
const TEXT: usize = 64 << 20;

/// A block under way.
#[derive(Debug, Default)]
pub(crate) struct BlockMaker {
    pub(super) steps: Vec<Step>,
    pub(super) rules: Vec<Rule>,
    pub(super) conditions: Builder,
    pub(super) gates: Vec<Gate>,
    pub(super) splits: Vec<Split>,
    pub(super) arms: Vec<Arm>,
    pub(super) ramps: Vec<Ramp>,
    pub(super) expressions: Vec<JsonLogic>,
    pub(super) leaves: Vec<Leaf>,
    text: String,
    pub(super) flags_about: Vec<FlagAbout>,
    pub(super) rules_about: Vec<RuleAbout>,
}

impl BlockMaker {
    /// Whether the next flag should begin another block.
    pub(crate) fn is_full(&self) -> bool {
        self.flags_about.len() >= FLAGS || self.text.len() >= TEXT
    }

    pub(crate) fn finish(self) -> Block {
        Block {
            steps: self.steps.into(),
            rules: self.rules.into(),
            program: self.conditions.finish(),
            gates: self.gates.into(),
            splits: self.splits.into(),
            arms: self.arms.into(),
            ramps: self.ramps.into(),
            expressions: self.expressions.into(),
            leaves: self.leaves.into(),
            text: self.text.into(),
            flags_about: self.flags_about.into(),
            rules_about: self.rules_about.into(),
        }
    }

    /// Where the text ends so far.
    pub(super) fn text_end(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// Adds text and says where it ends.
    pub(super) fn say(&mut self, text: &str) -> u32 {
        self.text.push_str(text);
        self.text_end()
    }
}

/// Adds a part and says where.
pub(super) fn push<T>(list: &mut Vec<T>, part: T) -> At<T> {
    list.push(part);
    At::new(list.len() - 1)
}

/// Adds neighbouring parts and says where.
pub(super) fn extend<T>(list: &mut Vec<T>, parts: Vec<T>) -> Span<T> {
    let span = Span::new(list.len(), parts.len());
    list.extend(parts);
    span
}
