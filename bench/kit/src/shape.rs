//! The workload, in no engine's language.

/// What a flag asks of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Boolean, on, no rule.
    A,
    /// Boolean, on for half of the users.
    B,
    /// Five rules of three constraints. Rules 1 to 4 fail at their last constraint only, rule 5
    /// matches; then a split among three variants by user.
    C,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    /// As it stands in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
        }
    }

    /// Whether this share of users, who get something else than "off", can be right.
    pub(crate) fn allows(self, share: f64) -> bool {
        match self {
            Self::A | Self::C => share == 1.0,
            Self::B => (0.35..0.65).contains(&share),
        }
    }
}

/// Rules of shape c.
pub const RULES: usize = 5;

/// The list of each rule's first constraint. The user's country is its last entry.
pub const COUNTRIES: [&str; 10] = ["AT", "BE", "CH", "DE", "DK", "ES", "FI", "FR", "IT", "SE"];

/// Country of every user.
pub const COUNTRY: &str = "SE";

/// Age of every user.
pub const AGE: i64 = 34;

/// The second constraint: at least this age.
pub const MIN_AGE: i64 = 18;

/// Version of every user's application.
pub const VERSION: &str = "5.4.3";

/// The third constraint of a rule, counted from 0: at least this version. Only the last rule's holds.
pub fn min_version(rule: usize) -> String {
    format!("{}.0.0", 9 - rule)
}

/// Key of a user.
pub fn user(number: usize) -> String {
    format!("user-{:08}", number * 7919)
}
