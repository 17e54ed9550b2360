//! Allocations: how a subject is placed, for ever the same, between 0 and 100 %.
//!
//! The scheme, salt and inputs are fixed when a flag is made or imported and never chosen by
//! the caller, so every client gets the same answer and no import re-buckets anybody.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Places subjects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allocation {
    /// The hash and how its result is read.
    #[serde(default)]
    pub scheme: Scheme,
    /// Immutable data of its own, never a row id.
    pub salt: String,
    /// Ordered parts that the scheme joins; the default is the subject key.
    #[serde(default = "subject_key")]
    pub inputs: Vec<Input>,
    /// When an attribute input is absent.
    #[serde(default)]
    pub missing: Missing,
    /// How a split picks among its arms.
    #[serde(default)]
    pub draw: Draw,
    /// What stays together.
    #[serde(default)]
    pub assign: Assign,
}

fn subject_key() -> Vec<Input> {
    vec![Input::FirstOf(vec!["targetingKey".into()])]
}

impl Allocation {
    /// Our own scheme on the subject key.
    pub fn native(salt: impl Into<String>) -> Self {
        Self {
            scheme: Scheme::default(),
            salt: salt.into(),
            inputs: subject_key(),
            missing: Missing::default(),
            draw: Draw::default(),
            assign: Assign::default(),
        }
    }
}

/// A hash with its resolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Ours: XXH3-64 of `salt NUL part NUL part …`; position = hash / 2^64; a split with total
    /// weight W picks arm at `(hash · W) >> 64`.
    #[default]
    Hoist64,
    /// Unleash: murmur3 x86 32 of `salt ":" parts`, seed 0 for shares (n = h mod 100 + 1, in iff n ≤ share,
    /// hundredths refine the last whole percent by h / 100 mod 100), seed 86028157 for splits
    /// (n = h mod W + 1, first arm whose running weight ≥ n).
    Unleash,
    /// Flagsmith: MD5 of `salt "," part "," part …` as a whole number mod 9999, again with the text repeated
    /// where that is 9998; position = place / 9998. A split with total weight W picks arm at `place · W / 9998`,
    /// which is Flagsmith's own choice where W is 10,000.
    Flagsmith,
    /// Togglr: `h = 31·h + code point` over `salt part part …` in signed 64 bits; percent = |h| mod 100, refined to
    /// hundredths by |h| / 100 mod 100. A split with total weight W picks arm at `hundredths · W / 10000`.
    Togglr,
    /// FluxGate: the first 8 bytes of SHA-256 of `salt ":" part …` as a 32-bit float of percent,
    /// `f32(u64 / 2^64 · 100)`. A split with total weight W picks arm at `percent · W / 100`.
    #[serde(rename = "fluxgate")]
    FluxGate,
}

/// One part of what is hashed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Input {
    /// Fixed text.
    Literal(String),
    /// Key of the environment.
    Environment,
    /// The first of these attributes that the context has.
    FirstOf(Vec<String>),
    /// Flagsmith's identity key: the attribute `$.identity.key` where the context has it, else this key of an
    /// environment of Flagsmith's, `_`, and the subject key.
    FlagsmithIdentity(String),
}

/// What happens when an attribute input is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Outside of the share; a split passes on (rule not matched).
    #[default]
    NotMatched,
    /// Position 0: inside any share above 0, first arm.
    Base,
    /// A random draw for this request.
    Draw,
}

/// How a split picks among its arms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Draw {
    /// Arms are consecutive intervals.
    #[default]
    Interval,
    /// Weighted rendezvous: changing one arm's weight moves subjects only from or to that arm.
    Rendezvous,
}

/// What keeps its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assign {
    /// The inputs decide.
    #[default]
    Stable,
    /// The attribute `sessionId` decides.
    Session,
    /// Every evaluation draws anew from the seed mixed with the salt.
    Request,
}

/// A share in hundredths of a percent, 0–10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Share(u16);

impl Share {
    /// Everybody.
    pub const ALL: Self = Self(10_000);
    /// Nobody.
    pub const NONE: Self = Self(0);

    /// From hundredths of a percent; values above 10,000 are everybody.
    pub const fn from_hundredths(hundredths: u16) -> Self {
        Self(if hundredths > 10_000 { 10_000 } else { hundredths })
    }

    /// In hundredths of a percent.
    pub const fn hundredths(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Share {
    type Error = String;
    fn try_from(hundredths: u16) -> Result<Self, String> {
        if hundredths > 10_000 {
            return Err(format!(
                "a share is 0 to 10000 hundredths of a percent, not {hundredths}"
            ));
        }
        Ok(Self(hundredths))
    }
}

impl From<Share> for u16 {
    fn from(share: Share) -> u16 {
        share.0
    }
}

/// A share over time: a pure function of the moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// Between two points.
    #[serde(default)]
    pub shape: CurveShape,
    /// In order of time. Before the first: nobody. After the last: its share.
    pub points: Vec<Point>,
    /// Time that does not count; in order, not overlapping.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
}

/// Between two points of a curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CurveShape {
    /// Holds the earlier point's share.
    #[default]
    Steps,
    /// A straight line, rounded down to whole hundredths.
    Linear,
}

/// From this moment (pauses not counted) this share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// When, had there been no pause.
    pub at: Timestamp,
    /// How many.
    pub share: Share,
}

/// The curve stands still.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// First moment of standing still.
    pub from: Timestamp,
    /// First moment of moving on; absent = paused until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Curve {
    /// The share at a moment; nobody where the curve is not in order.
    pub fn share_at(&self, now: Timestamp) -> Share {
        crate::curve::Curve::new(self).map_or(Share::NONE, |curve| curve.share(now))
    }

    /// The point that comes next and when, pauses considered; None after the last one, and while a
    /// pause has no end.
    pub fn next_point(&self, now: Timestamp) -> Option<(Timestamp, Share)> {
        crate::curve::Curve::new(self).ok()?.next_point(now)
    }

    /// Whether a pause holds at a moment.
    pub fn is_paused_at(&self, now: Timestamp) -> bool {
        self.pauses
            .iter()
            .any(|pause| pause.from <= now && pause.until.is_none_or(|until| now < until))
    }
}
