//! Options of a feature as variants of a flag.

use std::collections::{BTreeMap, BTreeSet};

use hoist_engine::ruleset;
use hoist_engine::ruleset::{Arm, Input, Metadata, Split, What};
use hoist_engine::scheme::flagsmith::{TOTAL, hundredths_below};
use serde_json::{Map, Value as Json};

use super::condition::allocation;
use super::state::{Feature, Variant, python_text};
use crate::report::is_key;

/// What Flagsmith calls those that no variant takes.
pub(super) const CONTROL: &str = "control";

/// The variants of one flag: every option that any of its states has, and what is left for control.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// By the option's id.
    keys: BTreeMap<String, String>,
    /// Of states with a split, by their own value as text.
    controls: BTreeMap<String, String>,
    pub(super) variants: Vec<ruleset::Variant>,
    /// What the options are called in Flagsmith, by our key.
    pub(super) foreign: Map<String, Json>,
}

impl Table {
    /// Of a flag's states, the environment's first: its control is called so.
    pub(super) fn new<'s>(states: impl Iterator<Item = &'s Feature> + Clone) -> Self {
        let mut table = Self::default();
        let mut used = BTreeSet::from([CONTROL.to_owned()]);
        let (mut option_number, mut control_number) = (0_u32, 1_u32);
        for option in states.clone().flat_map(Feature::ordered) {
            if table.keys.contains_key(&option.id) {
                continue;
            }
            let key = key(option, &mut option_number, &used);
            used.insert(key.clone());
            table.add(&key, &option.value);
            let own = super::members([("id", option.id.as_str().into()), ("key", option.key.as_deref().into())]);
            table.foreign.insert(key.clone(), own.into());
            table.keys.insert(option.id.clone(), key);
        }
        for state in states.filter(|state| !limits(state).is_empty()) {
            let value = state.value.to_string();
            if table.controls.contains_key(&value) {
                continue;
            }
            let numbered = std::iter::repeat_with(|| {
                control_number += 1;
                format!("{CONTROL}-{control_number}")
            });
            let mut keys = table
                .controls
                .is_empty()
                .then(|| CONTROL.to_owned())
                .into_iter()
                .chain(numbered);
            let key = keys
                .find(|key| key == CONTROL || !used.contains(key))
                .unwrap_or_default();
            used.insert(key.clone());
            table.add(&key, &state.value);
            table.controls.insert(value, key);
        }
        table
    }

    fn add(&mut self, key: &str, value: &Json) {
        self.variants.push(ruleset::Variant {
            key: key.to_owned(),
            value: Some(value.clone()),
            description: String::new(),
            metadata: Metadata::new(),
        });
    }

    /// What a state serves by itself: a variant where it has a split, so that both are edited as one.
    pub(super) fn own(&self, state: &Feature) -> What {
        match self.controls.get(&state.value.to_string()) {
            Some(control) => What::Variant(control.clone()),
            None => What::Value(state.value.clone()),
        }
    }

    /// The split of a state; None where no variant can take anybody.
    pub(super) fn split(&self, state: &Feature, environment: &str) -> Option<What> {
        let limits = limits(state);
        if limits.is_empty() {
            return None;
        }
        let mut end = 0;
        let mut arms = Vec::with_capacity(limits.len() + 1);
        for (option, limit) in state.ordered().into_iter().zip(limits) {
            arms.push(Arm {
                variant: self.keys.get(&option.id).cloned().unwrap_or_default(),
                weight: u32::from(limit - end),
            });
            end = limit;
        }
        arms.push(Arm {
            variant: self.controls.get(&state.value.to_string()).cloned().unwrap_or_default(),
            weight: u32::from(TOTAL - end),
        });
        let input = Input::FlagsmithIdentity(environment.to_owned());
        Some(What::Split(Box::new(Split {
            allocation: allocation(&state.salt, input),
            arms,
        })))
    }

    /// The option of a state that became a variant; None for control.
    pub(super) fn option<'s>(&self, state: &'s Feature, key: &str) -> Option<&'s Variant> {
        let is_it = |option: &&Variant| self.keys.get(&option.id).is_some_and(|own| own == key);
        state.variants.iter().find(is_it)
    }
}

/// Where each variant's part ends, in hundredths of a percent; empty if none has a part.
fn limits(state: &Feature) -> Vec<u16> {
    let (mut limit, mut end) = (0.0, 0);
    let mut limits = Vec::with_capacity(state.variants.len());
    for option in state.ordered() {
        limit += option.weight.as_f64().unwrap_or_default();
        end = hundredths_below(limit).max(end);
        limits.push(end);
    }
    if end == 0 { Vec::new() } else { limits }
}

/// The option's key, else its value as text, else a number.
fn key(option: &Variant, number: &mut u32, used: &BTreeSet<String>) -> String {
    let value = option.value.is_string().then(|| python_text(&option.value)).flatten();
    *number += 1;
    let numbered = std::iter::once(format!("variant-{number}")).chain(std::iter::repeat_with(|| {
        *number += 1;
        format!("variant-{number}")
    }));
    let mut names = [option.key.clone(), value].into_iter().flatten().chain(numbered);
    let is_free = |name: &String| is_key(name) && name.len() <= 64 && !used.contains(name);
    names.find(is_free).unwrap_or_default()
}
