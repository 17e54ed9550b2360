//! Outcome specs: what a rule, an override or the default serves.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::Metadata;
use super::allocation::{Allocation, Curve};

/// What is served, and whether that counts as enabled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    /// Which variant or value.
    #[serde(rename = "serve")]
    pub what: What,
    /// Independent of the value.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// Merged over the flag's and the variant's metadata.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Metadata,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_yes(enabled: &bool) -> bool {
    *enabled
}

impl Serve {
    /// One variant, enabled.
    pub fn variant(key: impl Into<String>) -> Self {
        Self {
            what: What::Variant(key.into()),
            enabled: true,
            metadata: Map::new(),
        }
    }

    /// The same, not enabled.
    #[must_use]
    pub fn disabled(self) -> Self {
        Self { enabled: false, ..self }
    }
}

/// The choice itself. The rare large ones are boxed: a serve that names a variant stays small.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// The application's own default (no value is sent).
    CodeDefault,
    /// A variant of the flag.
    Variant(String),
    /// An inline value, no variant.
    Value(Json),
    /// By weight.
    Split(Box<Split>),
    /// One variant to a growing share, another to the rest.
    Ramp(Box<Ramp>),
    /// flagd's JsonLogic, which names the variant; carried, never approximated.
    JsonLogic {
        /// The expression as it stood in the source, `$ref`s resolved.
        expression: Json,
        /// Variant served when the expression yields null; absent = the application's default.
        otherwise: Option<String>,
        /// What its `fractional` hashes.
        #[serde(default, skip_serializing_if = "Fractional::is_second")]
        fractional: Fractional,
    },
}

/// Generation of flagd's `fractional`. Two of them place the same people differently, so it is fixed at import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fractional {
    /// Text is hashed as it is, anything else cannot be placed: flagd itself and most of its clients.
    #[default]
    V2,
    /// Any value is hashed in a canonical binary form (CBOR).
    V3,
}

impl Fractional {
    /// Whether this is what flags have unless they say otherwise.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    fn is_second(&self) -> bool {
        *self == Self::V2
    }

    /// The generation of that number.
    pub fn numbered(number: u8) -> Option<Self> {
        match number {
            2 => Some(Self::V2),
            3 => Some(Self::V3),
            _ => None,
        }
    }
}

/// Subjects are divided among arms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// How subjects are placed.
    pub allocation: Allocation,
    /// At least one; the total weight is at least 1.
    pub arms: Vec<Arm>,
}

/// One arm of a split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// A variant of the flag.
    pub variant: String,
    /// Raw; native splits sum to 10,000 (hundredths of a percent).
    pub weight: u32,
}

/// A share that changes with time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// How subjects are placed.
    pub allocation: Allocation,
    /// For those inside the share.
    pub variant: String,
    /// For the rest.
    pub rest: String,
    /// The share over time.
    pub curve: Curve,
}
