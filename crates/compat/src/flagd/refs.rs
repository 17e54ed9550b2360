//! `$ref`: shared rules put in place.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

/// How many values a rule may have once its references are in place.
const MOST_VALUES: usize = 50_000;

/// How deep references may lead to references.
const DEEPEST: usize = 4;

/// A rule with its references in place.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) rule: Json,
    /// References that stay as they are: unknown, circular or too large.
    pub(super) left: BTreeSet<String>,
}

pub(super) fn resolve(rule: &Json, evaluators: &Map<String, Json>) -> Resolved {
    let mut resolver = Resolver {
        evaluators,
        values: 0,
        open: Vec::new(),
        left: BTreeSet::new(),
    };
    let rule = resolver.value(rule);
    Resolved {
        rule,
        left: resolver.left,
    }
}

/// Whether a rule has this member anywhere.
pub(super) fn names(rule: &Json, name: &str) -> bool {
    match rule {
        Json::Array(items) => items.iter().any(|item| names(item, name)),
        Json::Object(members) => members.iter().any(|(own, value)| own == name || names(value, name)),
        _ => false,
    }
}

struct Resolver<'e> {
    evaluators: &'e Map<String, Json>,
    values: usize,
    open: Vec<String>,
    left: BTreeSet<String>,
}

impl Resolver<'_> {
    fn value(&mut self, value: &Json) -> Json {
        self.values += 1;
        match value {
            Json::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Json::Object(members) => match reference(members) {
                Some(name) => self.reference(name),
                None => Json::Object(
                    members
                        .iter()
                        .map(|(name, own)| (name.clone(), self.value(own)))
                        .collect(),
                ),
            },
            scalar => scalar.clone(),
        }
    }

    fn reference(&mut self, name: &str) -> Json {
        let is_open = self.open.iter().any(|open| open == name);
        match self.evaluators.get(name) {
            Some(rule) if !is_open && self.open.len() < DEEPEST && self.values < MOST_VALUES => {
                self.open.push(name.to_owned());
                let rule = self.value(rule);
                self.open.pop();
                rule
            }
            _ => {
                self.left.insert(name.to_owned());
                json!({ "$ref": name })
            }
        }
    }
}

fn reference(members: &Map<String, Json>) -> Option<&str> {
    members.get("$ref").filter(|_| members.len() == 1)?.as_str()
}
