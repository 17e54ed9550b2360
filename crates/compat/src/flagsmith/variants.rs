//! Options of a feature as variants of a flag.

use std::collections::{BTreeMap, BTreeSet};

use hoist_engine::ruleset::{Arm, Input, Metadata, Split, What};
use hoist_engine::{ruleset, scheme};
use serde_json::{Map, Value as Json};

use super::condition::allocation;
use super::state::{Feature, Variant, python_text};
use crate::report::is_key;

/// What Flagsmith calls those that no variant takes.
pub(super) const CONTROL: &str = "control";

/// The variants of one flag: every option that any of its states has.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// By the option's id.
    keys: BTreeMap<String, String>,
    pub(super) variants: Vec<ruleset::Variant>,
    /// What the options are called in Flagsmith, by our key.
    pub(super) foreign: Map<String, Json>,
}

impl Table {
    pub(super) fn new<'s>(states: impl Iterator<Item = &'s Feature>) -> Self {
        let mut table = Self::default();
        let mut used = BTreeSet::from([CONTROL.to_owned()]);
        for option in states.flat_map(Feature::ordered) {
            if table.keys.contains_key(&option.id) {
                continue;
            }
            let key = key(option, table.variants.len() + 1, &used);
            used.insert(key.clone());
            table.variants.push(ruleset::Variant {
                key: key.clone(),
                value: Some(option.value.clone()),
                description: String::new(),
                metadata: Metadata::new(),
            });
            let own = super::members([
                ("id", option.id.as_str().into()),
                ("key", option.key.as_deref().into()),
            ]);
            table.foreign.insert(key.clone(), own.into());
            table.keys.insert(option.id.clone(), key);
        }
        table
    }

    /// The split of a state; None where no variant can take anybody.
    pub(super) fn split(&self, state: &Feature, environment: &str) -> Option<What> {
        let (mut limit, mut end) = (0.0, 0);
        let mut arms = Vec::new();
        for option in state.ordered() {
            limit += option.weight.as_f64().unwrap_or_default();
            let next = u32::from(scheme::flagsmith::hundredths_below(limit)).max(end);
            arms.push(Arm {
                variant: self.keys.get(&option.id).cloned().unwrap_or_default(),
                weight: next - end,
            });
            end = next;
        }
        let input = Input::FlagsmithIdentity(environment.to_owned());
        (end > 0).then(|| {
            What::Split(Box::new(Split {
                allocation: allocation(&state.salt, input),
                arms,
            }))
        })
    }

    /// The option of a state that became a variant.
    pub(super) fn option<'s>(&self, state: &'s Feature, key: &str) -> Option<&'s Variant> {
        let is_it = |option: &&Variant| self.keys.get(&option.id).is_some_and(|own| own == key);
        state.variants.iter().find(is_it)
    }
}

/// The option's key, else its value as text, else a number.
fn key(option: &Variant, number: usize, used: &BTreeSet<String>) -> String {
    let value = option.value.is_string().then(|| python_text(&option.value)).flatten();
    let numbered = (number..).map(|number| format!("variant-{number}"));
    let mut names = [option.key.clone(), value].into_iter().flatten().chain(numbered);
    let is_free = |name: &String| is_key(name) && name.len() <= 64 && !used.contains(name);
    names.find(is_free).unwrap_or_default()
}
