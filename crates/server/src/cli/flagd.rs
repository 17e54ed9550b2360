//! What flagd's files and clients leave open and the command line says.

use hoist_compat::flagd::Type;
use hoist_engine::ruleset;

/// Generation of `fractional`, as on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Fractional {
    /// Text is hashed as it is: flagd and its providers in Go, Java and JavaScript.
    #[default]
    #[value(name = "2")]
    V2,
    /// Any value is hashed as CBOR: the cores in Python (2.0) and Rust.
    #[value(name = "3")]
    V3,
}

impl From<Fractional> for ruleset::Fractional {
    fn from(generation: Fractional) -> Self {
        match generation {
            Fractional::V2 => Self::V2,
            Fractional::V3 => Self::V3,
        }
    }
}

impl Fractional {
    /// How the API calls it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::V2 => "2",
            Self::V3 => "3",
        }
    }
}

/// The type that a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Asked {
    /// `true` or `false`.
    Boolean,
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// Any number, printed with a fraction.
    Float,
    /// An object or a list.
    Object,
}

impl From<Asked> for Type {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::Boolean => Self::Boolean,
            Asked::String => Self::String,
            Asked::Integer => Self::Integer,
            Asked::Float => Self::Float,
            Asked::Object => Self::Object,
        }
    }
}
