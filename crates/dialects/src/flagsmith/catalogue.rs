//! What answers need beside the snapshot: names of flags and variants as pieces of JSON, and what is served where nobody
//! is named. Made once for each state of an environment.

use std::collections::HashMap;

use hoist_engine::Snapshot;
use hoist_engine::ruleset::{FlagRules, Profile, Ruleset, Step};
use serde_json::Value as Json;

use super::names::{self, CONTROL, EnvironmentName, OptionName};

/// An environment in Flagsmith's words.
pub(super) struct Catalogue {
    pub(super) environment: EnvironmentName,
    flags: HashMap<String, Entry>,
    /// Flagsmith's own flags are here without what is asked about somebody: there segments do not apply to nobody.
    pub(super) nobody: Snapshot,
}

/// One flag.
pub(super) struct Entry {
    /// `{"id": …, "name": …, "type": …}`.
    pub(super) feature: String,
    /// What clients are told of each variant.
    variants: Vec<String>,
}

impl Catalogue {
    pub(super) fn new(rules: &Ruleset, flag_set: &str) -> Self {
        let entry = |flag: &FlagRules| {
            let entry = Entry {
                feature: names::feature(flag).to_string(),
                variants: variants(flag),
            };
            (flag.key.clone(), entry)
        };
        Self {
            environment: EnvironmentName::of(rules, flag_set),
            flags: rules.flags.iter().map(entry).collect(),
            nobody: nobody(rules),
        }
    }

    /// None: the flag is younger than what this was made of.
    pub(super) fn flag(&self, key: &str) -> Option<&Entry> {
        self.flags.get(key)
    }
}

impl Entry {
    /// The variant at this place as JSON text.
    pub(super) fn variant(&self, at: u16) -> &str {
        self.variants.get(usize::from(at)).map_or("null", String::as_str)
    }
}

fn variants(flag: &FlagRules) -> Vec<String> {
    let named = flag.variants.iter().enumerate();
    let told = named.map(|(at, variant)| match names::option(flag, at, &variant.key) {
        OptionName::Control => Json::from(CONTROL),
        OptionName::Option { key, .. } => Json::from(key),
    });
    told.map(|told| told.to_string()).collect()
}

/// Flagsmith's flags with those of their rules that have no condition. The others are as they are: one may be needed.
fn nobody(rules: &Ruleset) -> Snapshot {
    let mut rules = rules.clone();
    let own = rules.flags.iter_mut().filter(|flag| flag.profile == Profile::Flagsmith);
    own.for_each(|flag| flag.steps = flag.steps.iter().filter_map(of_nobody).collect());
    let (snapshot, _) = Snapshot::compile(&rules);
    snapshot
}

fn of_nobody(step: &Step) -> Option<Step> {
    match step {
        Step::Subjects { .. } | Step::Segments { .. } => None,
        Step::Rules { rules } => Some(Step::Rules {
            rules: rules.iter().filter(|rule| rule.condition.is_none()).cloned().collect(),
        }),
        Step::Kill { .. }
        | Step::Off { .. }
        | Step::Windows { .. }
        | Step::Prerequisites { .. }
        | Step::Serve { .. } => Some(step.clone()),
    }
}
