//! Prerequisites as dependencies. Unleash knows one level of them, and asks what its own clients see of a parent.

use std::collections::HashMap;

use hoist_engine::ruleset::{FlagRules, Kind, Prerequisite, Profile, Serve, Step, What};
use serde_json::Value as Json;

use super::super::faces::Face;
use super::super::wire::Dependency;
use super::condition::Said;

/// The flags of an environment.
pub(super) type Flags<'r> = HashMap<&'r str, (&'r FlagRules, Face)>;

/// All that must hold, in Unleash's words.
pub(super) fn dependencies(all: &[Prerequisite], flags: &Flags<'_>) -> Said<Vec<Dependency>> {
    let mut said = Vec::new();
    for needed in all {
        said.extend(dependency(needed, flags)?);
    }
    Ok(said)
}

fn dependency(needed: &Prerequisite, flags: &Flags<'_>) -> Said<Option<Dependency>> {
    let made = |enabled: bool, variants: Vec<String>| {
        Some(Dependency {
            feature: needed.flag.clone(),
            enabled,
            variants,
        })
    };
    let Some((parent, face)) = flags.get(needed.flag.as_str()) else {
        // It never holds, here and there.
        return Ok(made(true, Vec::new()));
    };
    let depends = parent
        .steps
        .iter()
        .any(|step| matches!(step, Step::Prerequisites { .. }));
    if depends {
        return Err(format!(
            "`{}`, which it needs, needs others itself; Unleash knows one level",
            needed.flag
        ));
    }
    let names = |keys: &[String]| -> Vec<String> { face.names_of(keys).map(str::to_owned).collect() };
    let is_plain = parent.profile == Profile::Unleash || parent.kind != Kind::Boolean;
    match (needed.enabled, needed.variants.as_slice()) {
        (None, []) => Ok(None),
        (Some(enabled), []) if is_plain => Ok(made(enabled, Vec::new())),
        (Some(true), keys) if is_plain => Ok(made(true, names(keys))),
        (Some(true), keys) if is_every_true_one(keys, parent) && !serves_true_itself(parent) => {
            Ok(made(true, Vec::new()))
        }
        _ => Err(format!(
            "what it needs of `{}` is not whether Unleash's clients see that enabled, or with which variant",
            needed.flag
        )),
    }
}

/// Whether these are the variants with which a boolean flag is enabled.
fn is_every_true_one(keys: &[String], parent: &FlagRules) -> bool {
    let is_true = |key: &String| {
        let variant = parent.variants.iter().find(|variant| variant.key == *key);
        variant.is_some_and(|variant| variant.value == Some(Json::Bool(true)))
    };
    let mut true_ones = parent
        .variants
        .iter()
        .filter(|variant| variant.value == Some(Json::Bool(true)));
    keys.iter().all(is_true) && true_ones.all(|variant| keys.contains(&variant.key))
}

/// Whether some are enabled without a variant.
fn serves_true_itself(parent: &FlagRules) -> bool {
    let is_it = |serve: &Serve| serve.enabled && matches!(&serve.what, What::Value(Json::Bool(true)));
    parent.steps.iter().any(|step| match step {
        // What these serve is not enabled.
        Step::Kill { .. } | Step::Off { .. } | Step::Windows { .. } | Step::Prerequisites { .. } => false,
        Step::Subjects { groups } => groups.iter().any(|group| is_it(&group.serve)),
        Step::Segments { groups } => groups.iter().any(|group| is_it(&group.serve)),
        Step::Rules { rules } => rules.iter().any(|rule| is_it(&rule.serve)),
        Step::Serve { serve } => is_it(serve),
    })
}
