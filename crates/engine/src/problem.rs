//! What is wrong with a ruleset, for people and programs.

use std::fmt;

use serde::Serialize;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What it is about.
    pub about: About,
    /// JSON pointer into the flag or segment; empty = the whole.
    pub path: String,
    /// For people.
    pub message: String,
}

/// The flag or segment a problem is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A flag by key.
    Flag(String),
    /// A segment by key.
    Segment(String),
}

impl Problem {
    /// About a flag.
    pub fn flag(key: &str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            about: About::Flag(key.into()),
            path: path.into(),
            message: message.into(),
        }
    }

    /// About a segment.
    pub fn segment(key: &str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            about: About::Segment(key.into()),
            path: path.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.about {
            About::Flag(key) => write!(to, "flag {key}{}: {}", self.path, self.message),
            About::Segment(key) => write!(to, "segment {key}{}: {}", self.path, self.message),
        }
    }
}
