//! From rules as data to what evaluation runs.
//!
//! Nothing here fails a load: what cannot be compiled is reported as a [`Problem`] and counts as not
//! matched (a rule, a segment's condition), as its profile's verdict (a foreign test) or as an error of
//! that one flag.
//!
//! How to extend: an operator's compiled form is made in `check`, a step's or serve's in `flag`
//! and `serve`.

mod block;
pub(crate) mod check;
pub(crate) mod condition;
mod flag;
mod segment;
pub(crate) mod serve;

pub(crate) use block::BlockMaker;
pub(crate) use flag::{flag, unreadable};
pub(crate) use segment::segment;

use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::names::Names;
use crate::problem::{About, Problem};

/// Tables that flags and segments of a snapshot share; grown, never shrunk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) names: Arc<Names>,
    pub(crate) segments: Arc<SegmentKeys>,
    pub(crate) environment: Arc<str>,
}

/// Slots of segments by key.
#[derive(Clone, Debug, Default)]
pub(crate) struct SegmentKeys {
    slots: FxHashMap<Arc<str>, u32>,
    keys: Vec<Arc<str>>,
}

impl SegmentKeys {
    /// The slot of a key that is defined or referred to.
    pub(crate) fn get(&self, key: &str) -> Option<u32> {
        self.slots.get(key).copied()
    }

    /// Keys by slot.
    pub(crate) fn keys(&self) -> &[Arc<str>] {
        &self.keys
    }
}

impl Tables {
    /// The slot of a segment; made if new.
    pub(crate) fn segment(&mut self, key: &str) -> u32 {
        self.segments.get(key).unwrap_or_else(|| {
            let segments = Arc::make_mut(&mut self.segments);
            let slot = u32::try_from(segments.keys.len()).unwrap_or(u32::MAX);
            let key: Arc<str> = key.into();
            segments.slots.insert(Arc::clone(&key), slot);
            segments.keys.push(key);
            slot
        })
    }
}

/// Collects problems of one flag or segment.
#[derive(Debug)]
pub(crate) struct Report {
    about: About,
    pub(crate) problems: Vec<Problem>,
}

impl Report {
    pub(crate) fn new(about: About) -> Self {
        Self {
            about,
            problems: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, path: &Path<'_>, message: impl Into<String>) {
        self.problems.push(Problem {
            about: self.about.clone(),
            path: path.to_string(),
            message: message.into(),
        });
    }
}

/// A JSON pointer, written out only if there is something to say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path<'p> {
    before: Option<&'p Path<'p>>,
    step: PathStep<'p>,
}

#[derive(Clone, Copy, Debug)]
enum PathStep<'p> {
    /// One or more names, joined.
    Names(&'p str),
    Index(usize),
}

impl<'p> Path<'p> {
    /// Where everything begins.
    pub(crate) const ROOT: Self = Self {
        before: None,
        step: PathStep::Names(""),
    };

    /// One name (or several, joined by `/`) further.
    pub(crate) fn at(&'p self, names: &'p str) -> Self {
        Self {
            before: Some(self),
            step: PathStep::Names(names),
        }
    }

    /// One index further.
    pub(crate) fn item(&'p self, index: usize) -> Self {
        Self {
            before: Some(self),
            step: PathStep::Index(index),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(before) = self.before else { return Ok(()) };
        write!(to, "{before}/")?;
        match self.step {
            PathStep::Names(names) => to.write_str(names),
            PathStep::Index(index) => write!(to, "{index}"),
        }
    }
}
