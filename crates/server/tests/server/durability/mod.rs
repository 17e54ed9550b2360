//! What was acknowledged over HTTP stays, whatever happens to the process.

pub(crate) mod client;
mod crowd;
#[path = "../../../../store/tests/it/crash/delays.rs"]
mod delays;
#[path = "../../../../store/tests/it/crash/journal.rs"]
mod journal;
mod kill;
mod past;
mod paused;
mod postgres_killed;
mod power;
mod races;
mod synced;
mod trace;
mod two;

/// Makes the first operator.
pub(crate) const ADMIN: [(&str, &str); 2] = [("HOIST_ADMIN_EMAIL", EMAIL), ("HOIST_ADMIN_PASSWORD", PASSWORD)];
pub(crate) const EMAIL: &str = "a@b.example";
pub(crate) const PASSWORD: &str = "correct horse battery";
/// The project that a new instance has.
pub(crate) const PROJECT: &str = "/hoist/v1/organizations/default/projects/first";

/// A number from the environment.
pub(crate) fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}
