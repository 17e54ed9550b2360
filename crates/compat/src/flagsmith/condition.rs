//! Rules of segments as conditions.
//!
//! A segment matches if it has rules and all of them hold. A rule holds if its kind holds of its conditions and of
//! its inner rules; what is empty holds.

use hoist_engine::context::SUBJECT_NAMES;
use hoist_engine::profile::python;
use hoist_engine::ruleset::{
    Allocation, Assign, Bound, Condition, Draw, Input, Missing, Operator, Percentage, Quantifier, Scheme, Test,
};
use hoist_engine::{is_path, scheme};
use serde_json::Value as Json;

use super::gap;
use super::state::{self, Segment, python_text};
use crate::attribute;
use crate::report::Gaps;

/// The condition of a segment in the environment with this key of Flagsmith's.
pub(super) fn of_segment(segment: &Segment, key: &str, environment: &str, gaps: &mut Gaps) -> Condition {
    if segment.rules.is_empty() {
        return Condition::Any(Vec::new());
    }
    let mut reader = Reader {
        segment,
        key,
        environment,
        gaps,
    };
    all(segment.rules.iter().map(|rule| reader.rule(rule)).collect())
}

/// One segment being read.
struct Reader<'r> {
    segment: &'r Segment,
    /// Its key here.
    key: &'r str,
    environment: &'r str,
    gaps: &'r mut Gaps,
}

impl Reader<'_> {
    fn rule(&mut self, rule: &state::Rule) -> Condition {
        let conditions: Vec<Condition> = rule.conditions.iter().map(|own| self.condition(own)).collect();
        let rules: Vec<Condition> = rule.rules.iter().map(|own| self.rule(own)).collect();
        let parts: Vec<Vec<Condition>> = [conditions, rules]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        let joined = |part: Vec<Condition>| match rule.kind.as_str() {
            "ANY" => any(part),
            "NONE" => Condition::Not(Box::new(any(part))),
            _ => all(part),
        };
        match rule.kind.as_str() {
            "ALL" | "ANY" | "NONE" => all(parts.into_iter().map(joined).collect()),
            kind => self.broken(
                gap::UNKNOWN_OPERATOR,
                format!("a rule of the kind `{kind}` is not known and never holds"),
            ),
        }
    }

    fn condition(&mut self, source: &state::Condition) -> Condition {
        if source.property.starts_with("$.") && source.property != "$.identity.key" && !is_path(&source.property) {
            let text = format!(
                "the path `{}` leads nowhere here; only an attribute of that very name counts",
                source.property
            );
            self.gaps.segment(self.key, gap::PATH, text);
        }
        let (op, negate) = match source.operator.as_str() {
            "EQUAL" => (Operator::Equals, false),
            "NOT_EQUAL" => (Operator::Equals, true),
            "GREATER_THAN" => (Operator::Gt, false),
            "GREATER_THAN_INCLUSIVE" => (Operator::Gte, false),
            "LESS_THAN" => (Operator::Lt, false),
            "LESS_THAN_INCLUSIVE" => (Operator::Lte, false),
            "CONTAINS" => (Operator::Contains, false),
            "NOT_CONTAINS" => (Operator::Contains, true),
            "REGEX" => (Operator::Matches, false),
            "MODULO" => (Operator::Modulo, false),
            "IN" => (Operator::In, false),
            "IS_SET" => (Operator::Exists, false),
            "IS_NOT_SET" => (Operator::Exists, true),
            "PERCENTAGE_SPLIT" => return self.percentage(source),
            operator => {
                let text = format!("the operator `{operator}` is not known and never holds");
                return self.broken(gap::UNKNOWN_OPERATOR, text);
            }
        };
        let pattern = source
            .value
            .as_str()
            .filter(|_| op == Operator::Matches)
            .unwrap_or_default();
        if ["&&", "--", "~~"].iter().any(|sets| pattern.contains(sets)) {
            let text =
                format!("`{pattern}` may mean another set of letters here, where `&&`, `--` and `~~` join classes");
            self.gaps.segment(self.key, gap::BROKEN_CONDITION, text);
        }
        let Some(values) = values(op, &source.value) else {
            let text = format!("{} cannot read {}; it never holds", source.operator, source.value);
            return self.broken(gap::BROKEN_CONDITION, text);
        };
        Condition::Test(Test {
            attribute: property_of(&source.property),
            op,
            values,
            negate,
            ignore_case: false,
            quantifier: Quantifier::Any,
        })
    }

    fn percentage(&mut self, source: &state::Condition) -> Condition {
        let limit = python_text(&source.value).and_then(|text| python_float(&text));
        let Some(share) = limit.map(scheme::flagsmith::hundredths_up_to) else {
            let text = format!("{} is no percentage; it never holds", source.value);
            return self.broken(gap::BROKEN_CONDITION, text);
        };
        // Below 0 nobody is.
        let Some(share) = share else {
            return Condition::Any(Vec::new());
        };
        let input = if source.property.is_empty() {
            Input::FlagsmithIdentity(self.environment.to_owned())
        } else {
            Input::FirstOf(vec![property_of(&source.property)])
        };
        Condition::Percentage(Percentage {
            allocation: allocation(&self.segment.key, input),
            share,
            bound: Bound::Inclusive,
        })
    }

    fn broken(&mut self, code: &str, problem: String) -> Condition {
        self.gaps.segment(self.key, code, problem.as_str());
        Condition::Broken {
            verdict: false,
            problem,
        }
    }
}

/// The attribute that is a trait of exactly this name.
fn property_of(property: &str) -> String {
    let is_path = property.starts_with("$.");
    if !is_path && (SUBJECT_NAMES.contains(&property) || property.contains('.')) {
        return attribute::path(property);
    }
    property.to_owned()
}

/// Flagsmith's allocation with a salt, by one input.
pub(super) fn allocation(salt: &str, input: Input) -> Allocation {
    Allocation {
        scheme: Scheme::Flagsmith,
        salt: salt.to_owned(),
        inputs: vec![input],
        missing: Missing::NotMatched,
        draw: Draw::Interval,
        assign: Assign::Stable,
    }
}

/// What an operator compares with; None if it cannot read the value.
fn values(op: Operator, value: &Json) -> Option<Vec<Json>> {
    match op {
        Operator::Exists => Some(Vec::new()),
        Operator::In => Some(among(value)),
        Operator::Modulo => {
            let text = value.as_str()?;
            let (divisor, remainder) = text.split_once('|')?;
            Some(vec![python_float(divisor)?.into(), python_float(remainder)?.into()])
        }
        _ => Some(vec![python_text(value)?.into()]),
    }
}

/// A list; else a text with a list of JSON in it; else what stands between commas.
fn among(value: &Json) -> Vec<Json> {
    let texts = |items: &[Json]| {
        let texts = items
            .iter()
            .map(|item| python_text(item).unwrap_or_else(|| item.to_string()));
        texts.map(Json::from).collect()
    };
    if let Json::Array(items) = value {
        return texts(items);
    }
    let text = python_text(value).unwrap_or_default();
    let listed = text
        .starts_with('[')
        .then(|| serde_json::from_str::<Vec<Json>>(&text).ok());
    match listed.flatten() {
        Some(items) => texts(&items),
        None => text.split(',').map(Json::from).collect(),
    }
}

/// A finite number as Python reads it.
fn python_float(text: &str) -> Option<f64> {
    python::float(text).filter(|float| float.is_finite())
}

fn all(mut conditions: Vec<Condition>) -> Condition {
    match conditions.len() {
        1 => conditions.pop().unwrap_or_else(|| Condition::All(Vec::new())),
        _ => Condition::All(conditions),
    }
}

fn any(mut conditions: Vec<Condition>) -> Condition {
    match conditions.len() {
        1 => conditions.pop().unwrap_or_else(|| Condition::Any(Vec::new())),
        _ => Condition::Any(conditions),
    }
}
