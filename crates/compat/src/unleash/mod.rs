//! Unleash: client features documents become projects.
//!
//! Read are a features document (`{version, features, segments}`), the same under `state`, lists of delta events,
//! applied in order, and both exports of the admin API (`export`). One feature is one boolean flag of the profile
//! `unleash`, one strategy one rule `{condition, gate, serve}`, one override of a variant one
//! more rule before it. A feature without strategies serves its default to everybody.
//!
//! Where Unleash's own SDKs disagree the choice is: UTF-8 hashing, the flag's name for a missing
//! `groupId`, hundredths of a percent, a broken strategy that leaves the others alone. What
//! depends on the SDK is reported as `sdks_disagree`.
//!
//! How to extend: a strategy is a line in `strategy`, an operator a line in `constraint`; a code
//! for what cannot be carried over belongs to [`gap`].

mod constraint;
mod context;
mod dependencies;
mod document;
mod export;
mod feature;
mod segments;
mod strategy;
#[cfg(test)]
mod tests;
mod variants;
mod wire;

pub use context::{context, moment};
pub use variants::{NAMES, PAYLOAD, PAYLOAD_TYPE, Served, answer};

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::error::ImportError;
use crate::report::{Gaps, Import, empty_project};

/// The system's name in origins.
pub const SYSTEM: &str = "unleash";

/// What a gap can be about.
pub mod gap {
    /// A part that is not of the expected form was left out or counts as empty.
    pub const UNREADABLE: &str = "unreadable";
    /// The same name or id twice.
    pub const DUPLICATE: &str = "duplicate";
    /// An export of another environment.
    pub const ENVIRONMENT: &str = "environment";
    /// An event of an unknown type.
    pub const UNKNOWN_EVENT: &str = "unknown_event";
    /// A strategy that only its SDK knows.
    pub const UNKNOWN_STRATEGY: &str = "unknown_strategy";
    /// An operator nobody knows.
    pub const UNKNOWN_OPERATOR: &str = "unknown_operator";
    /// A constraint whose value its operator cannot read.
    pub const BROKEN_CONSTRAINT: &str = "broken_constraint";
    /// A segment that is not in the document, or without its constraints.
    pub const MISSING_SEGMENT: &str = "missing_segment";
    /// A parent that can never satisfy its child.
    pub const DEPENDENCY: &str = "dependency";
    /// A percentage that is no number.
    pub const PERCENTAGE: &str = "percentage";
    /// Weights that are no whole numbers or sum to nothing.
    pub const WEIGHT: &str = "weight";
    /// A variant that clients other than Unleash's see under another name.
    pub const VARIANT_RENAMED: &str = "variant_renamed";
    /// Something that Unleash knows from the machine and clients must send here.
    pub const HOSTNAME: &str = "hostname";
    /// Something that has no effect.
    pub const IGNORED: &str = "ignored";
    /// Unleash's own SDKs answer differently; the text says how it is here.
    pub const SDKS_DISAGREE: &str = "sdks_disagree";
    /// The engine's own check finds fault with the result.
    pub use crate::report::REFUSED;
}

/// Imports a document into one environment.
///
/// # Errors
/// When it is none of the forms above.
pub fn import(document: &Json, environment: &str) -> Result<Import, ImportError> {
    let mut gaps = Gaps::default();
    let state = document::State::read(document, environment, &mut gaps)?;
    let keys = segments::keys(&state.segments);
    let tables: BTreeMap<String, variants::Table> = state
        .features
        .values()
        .map(|feature| (feature.name.clone(), variants::Table::new(feature, &mut gaps)))
        .collect();
    let mut project = empty_project(environment);
    for (index, segment) in (0_u32..).zip(state.segments.values()) {
        let key = keys.get(&segment.id).cloned().unwrap_or_default();
        project
            .segments
            .insert(key.clone(), segments::entry(segment, &key, index, &mut gaps));
    }
    let around = feature::Around {
        state: &state,
        tables: &tables,
        segments: &keys,
        environment,
    };
    for (index, feature) in (0_u32..).zip(state.features.values()) {
        let Some(table) = tables.get(&feature.name) else {
            continue;
        };
        let flag = feature::entry(feature, table, &around, index, &mut gaps);
        project.flags.insert(feature.name.clone(), flag);
    }
    Ok(gaps.finish(project, environment))
}
