//! The targets.

pub mod change;
pub mod context;
pub mod cron;
pub mod import;
pub mod ofrep;
pub mod operators;
mod probe;
pub mod ruleset;
pub mod unleash;

/// The lines of a text; what is no text has none.
fn lines(data: &[u8]) -> Vec<&str> {
    std::str::from_utf8(data).map_or_else(|_| Vec::new(), |text| text.split('\n').collect())
}
