//! What an import gives: the project and the gaps.

use std::collections::BTreeMap;

use hoist_model::portable::{EnvironmentEntry, FORMAT, Gap, ProjectFile};

/// A finished import.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// What was read.
    pub project: ProjectFile,
    /// What could not be carried over with its full meaning, in the order it was met.
    pub gaps: Vec<Gap>,
}

/// Collects gaps.
#[derive(Debug, Default)]
pub(crate) struct Gaps(Vec<Gap>);

impl Gaps {
    pub(crate) fn document(&mut self, code: &str, text: impl Into<String>) {
        self.0.push(Gap {
            code: code.to_owned(),
            flag: None,
            segment: None,
            text: text.into(),
        });
    }

    pub(crate) fn flag(&mut self, flag: &str, code: &str, text: impl Into<String>) {
        self.0.push(Gap {
            code: code.to_owned(),
            flag: Some(flag.to_owned()),
            segment: None,
            text: text.into(),
        });
    }

    pub(crate) fn segment(&mut self, segment: &str, code: &str, text: impl Into<String>) {
        self.0.push(Gap {
            code: code.to_owned(),
            flag: None,
            segment: Some(segment.to_owned()),
            text: text.into(),
        });
    }

    pub(crate) fn into_vec(self) -> Vec<Gap> {
        self.0
    }
}

/// What gaps of a condition or rule are about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'s> {
    Flag(&'s str),
    Segment(&'s str),
}

impl Subject<'_> {
    pub(crate) fn gap(self, gaps: &mut Gaps, code: &str, text: impl Into<String>) {
        match self {
            Self::Flag(key) => gaps.flag(key, code, text),
            Self::Segment(key) => gaps.segment(key, code, text),
        }
    }
}

/// A project with one environment and nothing in it.
pub(crate) fn empty_project(environment: &str) -> ProjectFile {
    let entry = EnvironmentEntry {
        name: environment.to_owned(),
        code: environment
            .chars()
            .filter(|letter| letter.is_alphanumeric())
            .take(4)
            .collect(),
        hue: 1,
        order: 0,
        protected: false,
    };
    ProjectFile {
        format: FORMAT.to_owned(),
        project: "default".to_owned(),
        environments: BTreeMap::from([(environment.to_owned(), entry)]),
        ..ProjectFile::default()
    }
}

/// Whether a foreign name can be a key here: printable, not empty, at most 200 bytes.
pub(crate) fn is_key(name: &str) -> bool {
    !name.is_empty() && name.len() <= 200 && !name.chars().any(char::is_control)
}
