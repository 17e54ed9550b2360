//! A step of a suite: something with a name that passes, fails or is skipped.

use crate::session::Session;

/// One line of a suite's table.
pub(crate) struct Step {
    /// The name to ask for it on the command line.
    pub(crate) name: &'static str,
    /// What it does, for `--list`.
    pub(crate) about: &'static str,
    /// Steps that must run before it; where one of them failed, this one is not run.
    pub(crate) needs: &'static [&'static str],
    /// Does the work.
    pub(crate) run: fn(&mut Session) -> Outcome,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Failed(String),
    /// It could not run here, for this reason.
    Skipped(String, Tolerance),
}

/// Whether `STRICT=1` turns a skip into a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tolerance {
    /// A strict run must not skip this.
    MustRun,
    /// Public test data that is not part of the repository: its absence is reported only.
    PublicData,
}

/// Whether skips are failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    Lenient,
    Strict,
}

impl Strictness {
    /// `STRICT=1` in the environment.
    pub(crate) fn from_environment() -> Self {
        match std::env::var("STRICT").as_deref() {
            Ok("1" | "true") => Self::Strict,
            _ => Self::Lenient,
        }
    }
}

impl Outcome {
    /// A skip that a strict run does not forgive.
    pub(crate) fn skipped(reason: impl Into<String>) -> Self {
        Self::Skipped(reason.into(), Tolerance::MustRun)
    }

    /// Whether the whole run fails because of this outcome.
    pub(crate) fn fails(&self, strictness: Strictness) -> bool {
        match (self, strictness) {
            (Self::Failed(_), _) | (Self::Skipped(_, Tolerance::MustRun), Strictness::Strict) => true,
            (Self::Passed | Self::Skipped(..), _) => false,
        }
    }
}

impl From<Result<(), String>> for Outcome {
    fn from(answer: Result<(), String>) -> Self {
        answer.map_or_else(Self::Failed, |()| Self::Passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_runs_forgive_only_missing_public_data() {
        let missing_tool = Outcome::skipped("no chromium");
        let missing_data = Outcome::Skipped("not set".into(), Tolerance::PublicData);
        assert!(missing_tool.fails(Strictness::Strict) && !missing_tool.fails(Strictness::Lenient));
        assert!(!missing_data.fails(Strictness::Strict));
        assert!(Outcome::Failed(String::new()).fails(Strictness::Lenient));
    }
}
