//! How flags, variants and the environment itself are called in Flagsmith.
//!
//! What came from there has its names back. What was made here has ids from [`OURS`] on, by the place that it has for
//! ever in its project, so that they meet no id of Flagsmith's.

use std::collections::BTreeSet;

use hoist_engine::ruleset::{Condition, FlagRules, Input, Profile, Rule, Ruleset, Serve, Step, What};
use serde_json::{Value as Json, json};

/// The first id of what was made here; all ids fit 32 bits.
pub(super) const OURS: u64 = 1_000_000_000;

/// What Flagsmith calls those that no variant takes.
pub(super) const CONTROL: &str = "control";

/// How an environment is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EnvironmentName {
    /// Its public key there, part of what its splits hash.
    pub(super) key: String,
    /// For people.
    pub(super) name: String,
    /// Whether everything that is hashed with an environment's key is hashed with this one.
    pub(super) is_sole: bool,
}

impl EnvironmentName {
    /// The key that splits were imported with; where there is none, what the environment is called here. Of several
    /// the first in order of the alphabet.
    pub(super) fn of(rules: &Ruleset, flag_set: &str) -> Self {
        let mut keys = BTreeSet::new();
        for flag in &rules.flags {
            flag.steps.iter().for_each(|step| of_step(step, &mut keys));
        }
        for condition in rules.segments.iter().filter_map(|segment| segment.condition.as_ref()) {
            of_condition(condition, &mut keys);
        }
        Self {
            is_sole: keys.len() <= 1,
            key: keys.first().copied().unwrap_or(flag_set).to_owned(),
            name: rules.environment_name.clone(),
        }
    }
}

fn of_step<'r>(step: &'r Step, keys: &mut BTreeSet<&'r str>) {
    match step {
        Step::Kill { off, .. } | Step::Off { off } | Step::Windows { off, .. } | Step::Prerequisites { off, .. } => {
            of_serve(off, keys);
        }
        Step::Subjects { groups } => groups.iter().for_each(|group| of_serve(&group.serve, keys)),
        Step::Segments { groups } => groups.iter().for_each(|group| of_serve(&group.serve, keys)),
        Step::Rules { rules } => rules.iter().for_each(|rule| of_rule(rule, keys)),
        Step::Serve { serve } => of_serve(serve, keys),
    }
}

fn of_rule<'r>(rule: &'r Rule, keys: &mut BTreeSet<&'r str>) {
    if let Some(condition) = &rule.condition {
        of_condition(condition, keys);
    }
    if let Some(gate) = &rule.gate {
        of_inputs(&gate.allocation.inputs, keys);
    }
    of_serve(&rule.serve, keys);
}

fn of_serve<'r>(serve: &'r Serve, keys: &mut BTreeSet<&'r str>) {
    match &serve.what {
        What::Split(split) => of_inputs(&split.allocation.inputs, keys),
        What::Ramp(ramp) => of_inputs(&ramp.allocation.inputs, keys),
        What::CodeDefault | What::Variant(_) | What::Value(_) | What::JsonLogic { .. } => {}
    }
}

fn of_condition<'r>(condition: &'r Condition, keys: &mut BTreeSet<&'r str>) {
    match condition {
        Condition::All(inner) | Condition::Any(inner) => inner.iter().for_each(|inner| of_condition(inner, keys)),
        Condition::Not(inner) => of_condition(inner, keys),
        Condition::Percentage(percentage) => of_inputs(&percentage.allocation.inputs, keys),
        Condition::Test(_) | Condition::Segment(_) | Condition::Broken { .. } => {}
    }
}

fn of_inputs<'r>(inputs: &'r [Input], keys: &mut BTreeSet<&'r str>) {
    keys.extend(inputs.iter().filter_map(|input| match input {
        Input::FlagsmithIdentity(key) => Some(key.as_str()),
        Input::Literal(_) | Input::Environment | Input::FirstOf(_) => None,
    }));
}

/// `{id, name, type}` of a flag.
pub(super) fn feature(flag: &FlagRules) -> Json {
    let id = flag.foreign.get("id").filter(|_| flag.profile == Profile::Flagsmith);
    let id = id.filter(|id| id.is_number() || id.is_string()).cloned();
    let kind = flag.foreign.get("type").and_then(Json::as_str);
    let kind = kind.filter(|_| flag.profile == Profile::Flagsmith);
    let kind = kind.unwrap_or(if has_split(flag) { "MULTIVARIATE" } else { "STANDARD" });
    json!({
        "id": id.unwrap_or_else(|| (OURS + u64::from(flag.index)).into()),
        "name": flag.key,
        "type": kind,
    })
}

fn has_split(flag: &FlagRules) -> bool {
    let is_split = |serve: &Serve| matches!(serve.what, What::Split(_));
    flag.steps.iter().any(|step| match step {
        Step::Rules { rules } => rules.iter().any(|rule| is_split(&rule.serve)),
        Step::Segments { groups } => groups.iter().any(|group| is_split(&group.serve)),
        Step::Serve { serve } => is_split(serve),
        Step::Kill { .. }
        | Step::Off { .. }
        | Step::Windows { .. }
        | Step::Prerequisites { .. }
        | Step::Subjects { .. } => false,
    })
}

/// A variant as an option of a feature.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum OptionName {
    /// What the state itself serves beside its options.
    Control,
    /// An option, with the key it may have.
    Option {
        /// Unique in the feature.
        id: Json,
        /// What clients are told.
        key: Option<String>,
    },
}

/// How the variant at this place is called.
pub(super) fn option(flag: &FlagRules, at: usize, variant: &str) -> OptionName {
    let ours = || OptionName::Option {
        id: (OURS + at as u64).into(),
        key: Some(variant.to_owned()),
    };
    if flag.profile != Profile::Flagsmith {
        return ours();
    }
    match known(flag, variant) {
        Some(known) => {
            // Before the first bar the id as it was written; after it what told it from others.
            let id = known.get("id").and_then(Json::as_str).and_then(|id| id.split_once('|'));
            let id = id.and_then(|(id, _)| serde_json::from_str(id).ok());
            OptionName::Option {
                id: id
                    .filter(|id: &Json| !id.is_null())
                    .unwrap_or_else(|| (OURS + at as u64).into()),
                key: known.get("key").and_then(Json::as_str).map(str::to_owned),
            }
        }
        None if is_control(variant) => OptionName::Control,
        None => ours(),
    }
}

/// What was imported with a variant.
pub(super) fn known<'f>(flag: &'f FlagRules, variant: &str) -> Option<&'f Json> {
    flag.foreign.get("options")?.get(variant)
}

/// `control`, or what an import calls those of further states.
fn is_control(variant: &str) -> bool {
    let rest = variant.strip_prefix(CONTROL);
    rest.is_some_and(|rest| {
        rest.is_empty()
            || rest
                .strip_prefix('-')
                .is_some_and(|number| number.parse::<u32>().is_ok())
    })
}
