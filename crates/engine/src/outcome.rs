//! What an evaluation answers.

use std::fmt;

use serde_json::Value as Json;

use crate::block::At;
use crate::flag::{CompiledFlag, Leaf, MergedMetadata, RuleAbout};
use crate::ruleset::Metadata;

/// The answer for one flag and one context, borrowed from the snapshot.
///
/// It points at what the snapshot holds instead of copying it: little, so that the answers of a whole
/// environment stay near.
#[derive(Clone, Copy)]
pub struct Outcome<'s> {
    /// Independent of the value.
    pub enabled: bool,
    /// In OpenFeature's words.
    pub reason: Reason,
    /// More exact than the reason.
    pub detail: Detail,
    /// Set if the reason is an error.
    pub error: Option<EvalError>,
    pub(crate) flag: &'s CompiledFlag,
    /// Absent: the application's own default applies.
    pub(crate) leaf: Option<At<Leaf>>,
    pub(crate) by: Option<At<RuleAbout>>,
}

impl<'s> Outcome<'s> {
    /// Key of the variant; absent for inline values and the application's own default.
    pub fn variant(&self) -> Option<&'s str> {
        self.leaf()?.variant(&self.flag.block)
    }

    /// The value; absent = the application's own default applies.
    pub fn value(&self) -> Option<&'s Json> {
        self.leaf()?.value.as_deref()
    }

    /// Id of the rule that matched.
    pub fn rule(&self) -> Option<&'s str> {
        let rule = self.flag.block.rules_about.get(self.by?)?;
        Some(&rule.id)
    }

    /// Index of the flag in its project.
    pub fn flag_index(&self) -> u32 {
        self.flag.head.index
    }

    /// Index of the variant in the flag.
    pub fn variant_index(&self) -> Option<u16> {
        self.leaf()?.variant
    }

    /// The flag's key as JSON text, quotes included.
    pub fn key_json(&self) -> &'s str {
        self.flag.key_json()
    }

    /// The value as JSON text; absent if there is no value.
    pub fn value_json(&self) -> Option<&'s str> {
        self.leaf()?.value_json(&self.flag.block)
    }

    /// Metadata of the flag, overlaid by the variant's, overlaid by the serve's; absent if there is none.
    pub fn metadata(&self) -> Option<&'s Metadata> {
        match self.overlaid() {
            Some(own) => Some(&own.merged),
            // The text is near.
            None if self.flag.metadata_json() == "{}" => None,
            None => Some(&self.flag.about()?.metadata),
        }
    }

    /// [`Outcome::metadata`] as the text of a JSON object.
    pub fn metadata_json(&self) -> &'s str {
        self.overlaid().map_or(self.flag.metadata_json(), |own| &own.json)
    }

    fn leaf(&self) -> Option<&'s Leaf> {
        self.flag.block.leaves.get(self.leaf?)
    }

    fn overlaid(&self) -> Option<&'s MergedMetadata> {
        self.leaf()?.metadata.as_deref()
    }
}

impl fmt::Debug for Outcome<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Outcome")
            .field("flag", &self.flag.key())
            .field("enabled", &self.enabled)
            .field("variant", &self.variant())
            .field("value", &self.value())
            .field("reason", &self.reason)
            .field("detail", &self.detail)
            .field("rule", &self.rule())
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// Why, in OpenFeature's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No targeting at all: the same for every context at every time.
    Static,
    /// Nothing matched, or an expression left it open.
    Default,
    /// A rule or override matched.
    TargetingMatch,
    /// By share.
    Split,
    /// Switched off, killed, or a prerequisite does not hold.
    Disabled,
    /// No step decides.
    Unknown,
    /// See [`Outcome::error`].
    Error,
}

impl Reason {
    /// OpenFeature's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Static => "STATIC",
            Self::Default => "DEFAULT",
            Self::TargetingMatch => "TARGETING_MATCH",
            Self::Split => "SPLIT",
            Self::Disabled => "DISABLED",
            Self::Unknown => "UNKNOWN",
            Self::Error => "ERROR",
        }
    }
}

/// Which step decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Detail {
    /// A kill.
    Killed,
    /// The switch.
    Off,
    /// A window, or that none is open.
    Window,
    /// A prerequisite does not hold.
    Prerequisite,
    /// An override of the subject.
    SubjectOverride,
    /// An override of a segment.
    SegmentOverride,
    /// A rule with one variant or value.
    Rule,
    /// The default.
    Default,
    /// A split of a rule, an override or the default.
    Split,
    /// A ramp of a rule, an override or the default.
    Ramp,
    /// A JsonLogic expression.
    Expression,
    /// No step decided.
    Undecided,
    /// The flag cannot be read.
    Unreadable,
}

impl Detail {
    /// In our spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::Off => "off",
            Self::Window => "window",
            Self::Prerequisite => "prerequisite",
            Self::SubjectOverride => "subject_override",
            Self::SegmentOverride => "segment_override",
            Self::Rule => "rule",
            Self::Default => "default",
            Self::Split => "split",
            Self::Ramp => "ramp",
            Self::Expression => "expression",
            Self::Undecided => "undecided",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Outcome<'_> {
    /// [`Detail::as_str`] of this outcome.
    pub const fn detail(&self) -> &'static str {
        self.detail.as_str()
    }
}

/// What went wrong during an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum EvalError {
    /// The subject key is needed to place the subject and the context has none.
    #[error("the context has no targeting key")]
    TargetingKeyMissing,
    /// An expression could not be evaluated.
    #[error("the targeting expression could not be evaluated")]
    ParseError,
    /// The flag's configuration is broken.
    #[error("the flag's configuration cannot be read")]
    General,
}

impl EvalError {
    /// OpenFeature's error code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TargetingKeyMissing => "TARGETING_KEY_MISSING",
            Self::ParseError => "PARSE_ERROR",
            Self::General => "GENERAL",
        }
    }
}
