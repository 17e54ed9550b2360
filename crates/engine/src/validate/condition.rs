//! Conditions: size, values of operators, allocations.

use super::Check;
use crate::compile::Path;
use crate::compile::check::{self, TextLists};
use crate::compile::condition::DEEPEST;
use crate::ruleset::{Allocation, Assign, Condition, Input, Operator, Test};

impl Check<'_> {
    pub(super) fn condition(&mut self, condition: &Condition, path: &Path<'_>) {
        let depth = self.limits.condition_depth.min(DEEPEST);
        if !fits(condition, depth) {
            // What is too deep is not walked further.
            self.add(path, format!("a condition has at most {depth} levels"));
            return;
        }
        let nodes = count(condition);
        if nodes > self.limits.condition_nodes {
            self.add(
                path,
                format!(
                    "a condition has at most {} nodes, not {nodes}",
                    self.limits.condition_nodes
                ),
            );
        }
        self.walk(condition, path);
    }

    fn walk(&mut self, condition: &Condition, path: &Path<'_>) {
        match condition {
            Condition::All(inner) => self.walk_all(inner, &path.at("all")),
            Condition::Any(inner) => self.walk_all(inner, &path.at("any")),
            Condition::Not(inner) => self.walk(inner, &path.at("not")),
            Condition::Test(test) => self.test(test, &path.at("test")),
            Condition::Segment(key) if key.is_empty() => self.add(&path.at("segment"), "a segment needs its key"),
            Condition::Segment(_) => {}
            Condition::Percentage(percentage) => {
                self.allocation(&percentage.allocation, &path.at("percentage/allocation"));
            }
            Condition::Broken { problem, .. } if self.profile.is_native() => self.add(path, problem.as_str()),
            Condition::Broken { .. } => {}
        }
    }

    fn walk_all(&mut self, inner: &[Condition], path: &Path<'_>) {
        for (at, condition) in inner.iter().enumerate() {
            self.walk(condition, &path.item(at));
        }
    }

    fn test(&mut self, test: &Test, path: &Path<'_>) {
        if test.attribute.is_empty() {
            self.add(&path.at("attribute"), "a test needs the name of an attribute");
        }
        if test.values.len() > self.limits.values {
            self.add(&path.at("values"), format!("at most {} values", self.limits.values));
            return;
        }
        if test.op == Operator::Matches {
            let too_long =
                |value: &serde_json::Value| value.as_str().is_some_and(|text| text.len() > self.limits.regex_text);
            if test.values.iter().any(too_long) {
                let limit = self.limits.regex_text;
                self.add(
                    &path.at("values/0"),
                    format!("a regular expression is at most {limit} bytes long"),
                );
                return;
            }
        }
        // A foreign test that cannot be read has its profile's verdict.
        if self.profile.is_native()
            && let Err(problem) = check::compile(test, self.profile, &mut self.tables, &mut TextLists::default())
        {
            self.add(path, problem);
        }
    }

    pub(super) fn allocation(&mut self, allocation: &Allocation, path: &Path<'_>) {
        if allocation.inputs.is_empty() && allocation.assign == Assign::Stable {
            self.add(&path.at("inputs"), "at least one input is needed");
        }
        for (at, input) in allocation.inputs.iter().enumerate() {
            if matches!(input, Input::FirstOf(names) if names.is_empty() || names.iter().any(String::is_empty)) {
                self.add(
                    &path.at("inputs").item(at),
                    "an input needs the names of its attributes",
                );
            }
        }
    }
}

/// Whether the tree has at most this many levels; stops as soon as it has not.
fn fits(condition: &Condition, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else {
        return false;
    };
    match condition {
        Condition::All(inner) | Condition::Any(inner) => inner.iter().all(|inner| fits(inner, below)),
        Condition::Not(inner) => fits(inner, below),
        Condition::Test(_) | Condition::Segment(_) | Condition::Percentage(_) | Condition::Broken { .. } => true,
    }
}

fn count(condition: &Condition) -> usize {
    match condition {
        Condition::All(inner) | Condition::Any(inner) => 1 + inner.iter().map(count).sum::<usize>(),
        Condition::Not(inner) => 1 + count(inner),
        Condition::Test(_) | Condition::Segment(_) | Condition::Percentage(_) | Condition::Broken { .. } => 1,
    }
}
