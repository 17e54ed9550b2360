//! What is wrong with a configuration, in words.

use std::fmt;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key, such as `log.level`.
    pub key: String,
    /// Where the value came from: a file, a variable, a flag.
    pub source: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(to, "{}: {}", self.source, self.message),
            key => write!(to, "{key} ({}): {}", self.source, self.message),
        }
    }
}

/// All that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, things) = (
            self.problems.len(),
            if self.problems.len() == 1 {
                "thing is"
            } else {
                "things are"
            },
        );
        write!(to, "{count} {things} wrong with the configuration")?;
        self.problems.iter().try_for_each(|problem| write!(to, "\n  {problem}"))
    }
}

impl std::error::Error for ConfigError {}
