//! Flagsmith: environment documents become projects, and evaluation contexts are answered.
//!
//! One feature is one flag of the profile `flagsmith`. Overrides of segments are rules in the order of their
//! priority, overrides of identities are overrides of subjects, and what the environment serves is the default.
//! A multivariate state is a split in Flagsmith's scheme among its options and its own value, which Flagsmith calls
//! `control`, followed by that value for those without an identity.
//!
//! What counts is Flagsmith's Python engine 10.2. `$.flags` and other paths beyond identity and environment are
//! carried and reported, not evaluated.
//!
//! | file | subject |
//! |---|---|
//! | `state` | features, segments and identities, whatever document they come from |
//! | `document` | reading environment documents |
//! | `context` | reading evaluation contexts |
//! | `condition` | rules of segments as conditions |
//! | `feature` | features as flags |
//! | `variants` | options of a feature as variants of a flag |
//! | `answer` | evaluation results |
//!
//! How to extend: an operator is a line in `condition` and a row in the engine's profile.

mod answer;
mod condition;
mod context;
mod document;
mod feature;
mod state;
#[cfg(test)]
mod tests;
mod variants;

pub use answer::ReasonStyle;
pub use context::Evaluation;

use std::collections::{BTreeMap, BTreeSet};

use hoist_engine::ruleset::Profile;
use hoist_model::document::Origin;
use hoist_model::portable::SegmentEntry;
use serde_json::{Map, Value as Json};

use self::state::State;
use crate::error::ImportError;
use crate::items::named;
use crate::report::{Gaps, Import, empty_project, is_key};

/// The system's name in origins.
pub const SYSTEM: &str = "flagsmith";

/// What a gap can be about.
pub mod gap {
    /// An operator or kind of rule nobody knows.
    pub const UNKNOWN_OPERATOR: &str = "unknown_operator";
    /// A condition whose value its operator cannot read.
    pub const BROKEN_CONDITION: &str = "broken_condition";
    /// A path that leads nowhere here.
    pub const PATH: &str = "path";
    /// A setting of the environment that is a matter of the server here.
    pub const SETTING: &str = "setting";
    /// A key that has to be made.
    pub const KEY: &str = "key";
    /// The same name twice; a part, or a name, that cannot be read.
    pub use crate::items::{DUPLICATE, UNREADABLE};
    /// The engine's own check finds fault with the result.
    pub use crate::report::REFUSED;
}

/// Imports an environment document into one environment.
///
/// # Errors
/// When it is none.
pub fn import(document: &Json, environment: &str) -> Result<Import, ImportError> {
    let mut gaps = Gaps::default();
    let state = document::read(document, &mut gaps)?;
    Ok(project(&state, environment, gaps).import)
}

/// An import with the names it gave.
pub(crate) struct Named {
    import: Import,
    /// Keys of the segments, in their order.
    segments: Vec<String>,
}

fn project(state: &State, environment: &str, mut gaps: Gaps) -> Named {
    let segments = segment_keys(state);
    let mut project = empty_project(environment);
    if let Some(entry) = project.environments.get_mut(environment) {
        entry.name = Some(state.environment.name.clone()).filter(|name| !name.is_empty());
    }
    for ((index, segment), key) in (0_u32..).zip(&state.segments).zip(&segments) {
        let entry = SegmentEntry {
            index,
            name: segment.name.clone(),
            description: String::new(),
            profile: Profile::Flagsmith,
            condition: Some(condition::of_segment(segment, key, &state.environment.key, &mut gaps)),
            members: Vec::new(),
            archived_at: None,
            origins: vec![Origin {
                system: SYSTEM.to_owned(),
                id: segment.key.clone(),
            }],
            foreign: Map::new(),
        };
        project.segments.insert(key.clone(), entry);
    }
    let around = feature::Around::new(state, &segments, environment);
    for (index, feature) in named(&state.features, |own| &own.name, &mut gaps) {
        let entry = feature::entry(feature, &around, index, &mut gaps);
        project.flags.insert(feature.name.clone(), entry);
    }
    Named {
        import: gaps.finish(project, environment),
        segments,
    }
}

/// A key for every segment: its name where that is usable and nobody else's, else `segment-KEY`.
fn segment_keys(state: &State) -> Vec<String> {
    let mut used = BTreeSet::new();
    // Segments of one name do not try each other's numbers again.
    let mut next = BTreeMap::new();
    let mut key = |segment: &state::Segment| {
        let fallback = format!("segment-{}", segment.key);
        let next = next.entry(fallback.clone()).or_insert(1_u32);
        let numbered = std::iter::repeat_with(|| {
            *next += 1;
            format!("{fallback}~{next}")
        });
        let mut names = [segment.name.clone(), fallback.clone()].into_iter().chain(numbered);
        let key = names
            .find(|name| is_key(name) && !used.contains(name))
            .unwrap_or_default();
        used.insert(key.clone());
        key
    };
    state.segments.iter().map(&mut key).collect()
}

/// Metadata, foreign members and the like from pairs.
fn members<const N: usize>(pairs: [(&str, Json); N]) -> Map<String, Json> {
    let given = pairs.into_iter().filter(|(_, value)| !value.is_null());
    given.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// By name of the feature: its overrides with the place of their segment, strongest first.
type Overrides<'s> = BTreeMap<&'s str, Vec<(usize, &'s state::Feature)>>;
