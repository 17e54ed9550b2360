//! Conditions: a tree of tests on the context.
//!
//! The tree is two-valued. For the native profile a test on a *missing* attribute, or on one
//! of a type its operator cannot read, is false before `negate` is applied, so `not in [NO]`
//! holds for a subject without a country; guard with `exists` where that is not wanted. The
//! explanation says `missing` or `wrong_type` in both cases.
//!
//! | operator | attribute | values | meaning |
//! |---|---|---|---|
//! | `equals` | any scalar | 1 | same type and value; integers equal floats of the same number |
//! | `in` | any scalar | 0–10,000 | equals one of them |
//! | `contains`, `starts_with`, `ends_with` | string | 1–10,000 | for one of the values |
//! | `matches` | string | 1 | regular expression, unanchored, linear time |
//! | `eq`, `lt`, `lte`, `gt`, `gte` | number | 1 | numeric order |
//! | `modulo` | integer | 2 | `[divisor, remainder]`, Euclidean |
//! | `semver_eq`, `semver_lt`, `semver_lte`, `semver_gt`, `semver_gte` | string | 1 | precedence of SemVer 2.0, build ignored |
//! | `semver_range` | string | 1 | `>=1.2, <2`, `^1.2`, `~1.2` |
//! | `before`, `after` | date-time | 1 | strict; value as below |
//! | `within` | date-time | 2 | start inclusive, end exclusive |
//! | `exists` | anything | 0 | present and not null |
//! | `cidr` | string (IP) | 1–10,000 | inside one of the blocks; a bare address is /32 or /128 |
//!
//! A date-time attribute is an RFC 3339 string, a civil date (midnight UTC) or a number of
//! seconds (milliseconds from 10^11 on) since 1970. A date-time value is an RFC 3339 string, a civil date, `now`, or a
//! signed ISO 8601 duration from now (`-P30D`). The attribute `$now` is the moment of evaluation.
//! `ignore_case` folds text (simple Unicode lower case) for `equals`, `in`, `contains`,
//! `starts_with`, `ends_with` and `matches`; elsewhere it is refused.
//! On a list-valued attribute `quantifier` says which elements must pass; a scalar counts as a
//! list of one.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::allocation::{Allocation, Share};

/// A tree of tests. Depth at most 16, nodes at most 500.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Every one holds; empty = true.
    All(Vec<Condition>),
    /// At least one holds; empty = false.
    Any(Vec<Condition>),
    /// The inner one does not hold.
    Not(Box<Condition>),
    /// A test of one attribute.
    Test(Test),
    /// The subject is in the segment with this key.
    Segment(String),
    /// The subject falls within a share.
    Percentage(Percentage),
    /// A foreign condition that cannot be read; its profile says what it counts as.
    Broken {
        /// The profile's verdict.
        verdict: bool,
        /// What was wrong, for people.
        problem: String,
    },
}

/// One attribute against values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// Name in the context. `targetingKey` is the subject key, `$now` the moment of evaluation; a
    /// dot descends into objects unless an attribute has the whole name.
    pub attribute: String,
    /// How to compare.
    pub op: Operator,
    /// What to compare with; strings, numbers, booleans.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Json>,
    /// Turns the result around.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub negate: bool,
    /// Folds case; text operators only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_case: bool,
    /// For list-valued attributes.
    #[serde(default, skip_serializing_if = "Quantifier::is_any")]
    pub quantifier: Quantifier,
}

/// See the table of this module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the table of the module documents each")]
pub enum Operator {
    Equals,
    In,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    Eq,
    Lt,
    Lte,
    Gt,
    Gte,
    Modulo,
    SemverEq,
    SemverLt,
    SemverLte,
    SemverGt,
    SemverGte,
    SemverRange,
    Before,
    After,
    Within,
    Exists,
    Cidr,
}

/// Which elements of a list-valued attribute must pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantifier {
    /// At least one.
    #[default]
    Any,
    /// Every one (an empty list: true).
    All,
    /// Not one.
    None,
}

impl Quantifier {
    /// Whether this is the default.
    pub fn is_any(&self) -> bool {
        *self == Self::Any
    }
}

/// A share of subjects as a condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Percentage {
    /// How subjects are placed.
    pub allocation: Allocation,
    /// Who is in.
    pub share: Share,
    /// Whether the share itself is in.
    #[serde(default)]
    pub bound: Bound,
}

/// Treatment of a position exactly at the share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// position < share.
    #[default]
    Exclusive,
    /// position ≤ share.
    Inclusive,
}
