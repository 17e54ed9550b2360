//! The rules of this repository, as code. Each rule is a module with its own tests and a line in [`RULES`].
//!
//! A rule looks at a [`Tree`] (paths and texts) and Cargo's [`Metadata`], touches nothing, and returns what it found;
//! so its tests need no files.

mod arrows;
mod dependencies;
mod ignored;
mod length;
mod links;
mod markers;
mod migrations;
mod mutants;
mod packages;
mod routes;
mod source;
mod tree;

pub(crate) use tree::Tree;

use crate::metadata::Metadata;
use crate::{Answer, workspace};
use std::fmt;
use std::path::Path;

/// A rule: its name and what finds its violations.
struct Rule {
    name: &'static str,
    find: fn(&Tree, &Metadata) -> Vec<Problem>,
}

const RULES: &[Rule] = &[
    Rule {
        name: "arrows",
        find: arrows::find,
    },
    Rule {
        name: "routes",
        find: routes::find,
    },
    Rule {
        name: "length",
        find: length::find,
    },
    Rule {
        name: "markers",
        find: markers::find,
    },
    Rule {
        name: "dependencies",
        find: dependencies::find,
    },
    Rule {
        name: "packages",
        find: packages::find,
    },
    Rule {
        name: "migrations",
        find: migrations::find,
    },
    Rule {
        name: "links",
        find: links::find,
    },
    Rule {
        name: "ignored",
        find: ignored::find,
    },
    Rule {
        name: "mutants",
        find: mutants::find,
    },
];

/// One violation: where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    path: String,
    line: Option<usize>,
    message: String,
}

impl Problem {
    /// About a file as a whole.
    pub(crate) fn file(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: None,
            message: message.into(),
        }
    }

    /// About one line, counted from zero as iterators do.
    pub(crate) fn line(path: impl Into<String>, index: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: Some(index + 1),
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.path, self.message),
            None => write!(formatter, "{}: {}", self.path, self.message),
        }
    }
}

/// `cargo xtask tidy`.
pub(crate) fn main() -> Answer {
    let root = workspace::root();
    let metadata = Metadata::read(&root)?;
    check(&root, &metadata)?;
    println!("tidy: {} rules hold", RULES.len());
    Ok(())
}

/// Runs every rule; what they found is the error, a line each below its first.
pub(crate) fn check(root: &Path, metadata: &Metadata) -> Answer {
    let tree = Tree::read(root);
    let mut found = Vec::new();
    for rule in RULES {
        for problem in (rule.find)(&tree, metadata) {
            found.push(format!("\n[{}] {problem}", rule.name));
        }
    }
    if found.is_empty() {
        Ok(())
    } else {
        Err(format!("tidy found {} problems{}", found.len(), found.concat()))
    }
}
