//! What an import gives: the project and the gaps.

use std::collections::BTreeMap;

use hoist_engine::{About, Limits, Problem, validate};
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

    /// Adds what the engine would refuse and no gap has said yet, and closes the list.
    pub(crate) fn finish(mut self, project: ProjectFile, environment: &str) -> Import {
        if let Ok(ruleset) = project.ruleset(environment) {
            let limits = Limits::default();
            let flags = ruleset.flags.iter().flat_map(|flag| validate(flag, &limits));
            let segments = ruleset.segments.iter().flat_map(|segment| validate(segment, &limits));
            flags.chain(segments).for_each(|problem| self.refused(&problem));
        }
        Import { project, gaps: self.0 }
    }

    fn refused(&mut self, problem: &Problem) {
        let (flag, segment) = match &problem.about {
            About::Flag(key) => (Some(key), None),
            About::Segment(key) => (None, Some(key)),
        };
        let says = |gap: &Gap| gap.text.contains(&problem.message);
        if self
            .0
            .iter()
            .any(|gap| gap.flag.as_ref() == flag && gap.segment.as_ref() == segment && says(gap))
        {
            return;
        }
        let text = format!(
            "{}: {}; an edit of this would be refused",
            problem.path, problem.message
        );
        self.0.push(Gap {
            code: REFUSED.to_owned(),
            flag: flag.cloned(),
            segment: segment.cloned(),
            text,
        });
    }
}

/// The code of a gap that comes from the engine's own check.
pub const REFUSED: &str = "refused";

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
    ProjectFile {
        format: FORMAT.to_owned(),
        project: "default".to_owned(),
        environments: BTreeMap::from([(environment.to_owned(), EnvironmentEntry::default())]),
        ..ProjectFile::default()
    }
}

/// Whether a foreign name can be a key here: printable, not empty, at most 200 bytes.
pub(crate) fn is_key(name: &str) -> bool {
    !name.is_empty() && name.len() <= 200 && !name.chars().any(char::is_control)
}
