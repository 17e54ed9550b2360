//! Rule groups and contexts as conditions.
//!
//! A missing attribute fails every operator, also `NOT_EQUALS` and `NOT_IN`. All operators but `IN` and `NOT_IN` look
//! at the first of several values.

use hoist_engine::ruleset::{Condition, Operator, Quantifier, Test};
use regex::Regex;
use semver::Version;
use serde_json::Value as Json;

use super::document::{self, Criterion, RuleGroup};
use super::gap;
use crate::attribute;
use crate::report::Gaps;

/// Who a criterion is for; None: everybody.
pub(super) fn audience(criterion: &Criterion, flag: &str, gaps: &mut Gaps) -> Option<Condition> {
    if let Some(context) = &criterion.context {
        return Some(listed(criterion, context));
    }
    if let Some(key) = &criterion.context_key {
        let text = format!("the context `{key}` is not in the document; its criterion never holds");
        return Some(broken(flag, gap::BROKEN_CONDITION, text, gaps));
    }
    let mut groups: Vec<Condition> = criterion.rule_groups.iter().map(|own| group(own, flag, gaps)).collect();
    match groups.len() {
        0 => None,
        1 => groups.pop(),
        _ => Some(Condition::Any(groups)),
    }
}

fn listed(criterion: &Criterion, context: &document::Context) -> Condition {
    let key = criterion
        .context_key
        .as_deref()
        .or(context.key.as_deref())
        .unwrap_or_default();
    let values = context.entries.iter().map(|entry| entry.text().into()).collect();
    test(key, Operator::In, values, Kept::Yes)
}

fn group(group: &RuleGroup, flag: &str, gaps: &mut Gaps) -> Condition {
    let mut ordered: Vec<&document::Condition> = group.conditions.iter().collect();
    ordered.sort_by_key(|own| own.order_index);
    let mut all: Vec<Condition> = ordered.into_iter().map(|own| condition(own, flag, gaps)).collect();
    match (group.logic_operator.to_ascii_uppercase().as_str(), all.len()) {
        // An empty group never holds, whatever joins it.
        (_, 0) => Condition::Any(Vec::new()),
        ("AND" | "OR", 1) => all.pop().unwrap_or_else(|| Condition::Any(Vec::new())),
        ("AND", _) => Condition::All(all),
        ("OR", _) => Condition::Any(all),
        (operator, _) => {
            let text = format!("the group operator `{operator}` is not known; the group never holds");
            broken(flag, gap::UNKNOWN_OPERATOR, text, gaps)
        }
    }
}

/// Whether a result is kept or turned around.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Yes,
    No,
}

fn condition(source: &document::Condition, flag: &str, gaps: &mut Gaps) -> Condition {
    let (op, kept) = match source.operator.as_str() {
        "EQUALS" => (Operator::Equals, Kept::Yes),
        "NOT_EQUALS" => (Operator::Equals, Kept::No),
        "GREATER_THAN" => (Operator::Gt, Kept::Yes),
        "LESS_THAN" => (Operator::Lt, Kept::Yes),
        "GREATER_THAN_OR_EQUAL" => (Operator::Gte, Kept::Yes),
        "LESS_THAN_OR_EQUAL" => (Operator::Lte, Kept::Yes),
        "CONTAINS" => (Operator::Contains, Kept::Yes),
        "STARTS_WITH" => (Operator::StartsWith, Kept::Yes),
        "ENDS_WITH" => (Operator::EndsWith, Kept::Yes),
        "REGEX" => (Operator::Matches, Kept::Yes),
        "IN" => (Operator::In, Kept::Yes),
        "NOT_IN" => (Operator::In, Kept::No),
        "SEMVER_GREATER_THAN" => (Operator::SemverGt, Kept::Yes),
        "SEMVER_LESS_THAN" => (Operator::SemverLt, Kept::Yes),
        operator => {
            let text = format!("the operator `{operator}` is not known; it never holds");
            return broken(flag, gap::UNKNOWN_OPERATOR, text, gaps);
        }
    };
    match values(op, &source.value) {
        Some(values) => test(&source.context_key, op, values, kept),
        None => {
            let text = format!("{} cannot read {}; it never holds", source.operator, source.value);
            broken(flag, gap::BROKEN_CONDITION, text, gaps)
        }
    }
}

fn test(key: &str, op: Operator, values: Vec<Json>, kept: Kept) -> Condition {
    Condition::Test(Test {
        attribute: attribute::named(key),
        op,
        values,
        negate: kept == Kept::No,
        ignore_case: false,
        quantifier: Quantifier::Any,
    })
}

/// What an operator compares with; None if it cannot read the value.
fn values(op: Operator, value: &Json) -> Option<Vec<Json>> {
    let texts: Vec<String> = match value {
        Json::Array(items) => items.iter().map(text).collect(),
        Json::Null => Vec::new(),
        scalar => vec![text(scalar)],
    };
    if op == Operator::In {
        return Some(texts.into_iter().map(Json::from).collect());
    }
    let first = texts.into_iter().next()?;
    let is_readable = match op {
        Operator::Gt | Operator::Gte | Operator::Lt | Operator::Lte => first.parse::<f64>().is_ok_and(f64::is_finite),
        Operator::SemverGt | Operator::SemverLt => Version::parse(&first).is_ok(),
        Operator::Matches => Regex::new(&first).is_ok(),
        _ => true,
    };
    is_readable.then(|| vec![first.into()])
}

fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn broken(flag: &str, code: &str, problem: String, gaps: &mut Gaps) -> Condition {
    gaps.flag(flag, code, problem.as_str());
    Condition::Broken {
        verdict: false,
        problem,
    }
}
