//! Dependencies as prerequisites.
//!
//! Unleash knows one level: a parent that is missing or has parents of its own turns its child
//! off for good. Such a child is imported as switched off, its dependencies kept among what the
//! origin knew.

use std::collections::BTreeMap;

use hoist_engine::ruleset::Prerequisite;

use super::gap;
use super::variants::Table;
use super::wire::{Dependency, Feature};
use crate::report::Gaps;

/// What the dependencies of a feature come to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Dependencies {
    /// All must hold.
    Prerequisites(Vec<Prerequisite>),
    /// They can never hold.
    Never,
}

pub(super) fn translate(
    feature: &Feature,
    features: &BTreeMap<String, Feature>,
    tables: &BTreeMap<String, Table>,
    gaps: &mut Gaps,
) -> Dependencies {
    let mut all = Vec::new();
    for dependency in &feature.dependencies {
        match problem(dependency, features) {
            Some(problem) => {
                let text = format!("it depends on `{}`, which {problem}; it is off", dependency.feature);
                gaps.flag(&feature.name, gap::DEPENDENCY, text);
                return Dependencies::Never;
            }
            None => all.push(prerequisite(dependency, tables.get(&dependency.feature))),
        }
    }
    Dependencies::Prerequisites(all)
}

fn problem(dependency: &Dependency, features: &BTreeMap<String, Feature>) -> Option<&'static str> {
    match features.get(&dependency.feature) {
        None => Some("is not in the document"),
        Some(parent) if !parent.dependencies.is_empty() => Some("depends on others itself"),
        Some(_) => None,
    }
}

/// Variants are only asked of a parent that must be enabled.
fn prerequisite(dependency: &Dependency, table: Option<&Table>) -> Prerequisite {
    let keys = |name: &String| table.map_or_else(|| vec![name.clone()], |table| table.keys_of(name));
    let variants = if dependency.enabled {
        dependency.variants.iter().flat_map(keys).collect()
    } else {
        Vec::new()
    };
    Prerequisite {
        flag: dependency.feature.clone(),
        enabled: Some(dependency.enabled),
        variants,
    }
}
