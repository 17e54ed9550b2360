//! Trees of conditions.
//!
//! A missing attribute fails every operator, also `neq` and `not_in`.

use hoist_engine::Value;
use hoist_engine::profile::go;
use hoist_engine::ruleset::{
    Allocation, Assign, Bound, Condition, Draw, Input, Missing, Operator, Percentage, Quantifier, Scheme, Share, Test,
};
use regex::Regex;
use serde_json::Value as Json;

use super::gap;
use crate::attribute;
use crate::report::Gaps;

/// A tree of one rule.
pub(super) struct Tree<'t> {
    pub(super) flag: &'t str,
    /// What it belongs to, for people.
    pub(super) rule: &'t str,
}

impl Tree<'_> {
    pub(super) fn condition(&self, node: &Json, gaps: &mut Gaps) -> Condition {
        if let Some(test) = node.get("condition").filter(|test| !test.is_null()) {
            return self.test(test, gaps);
        }
        let Some(group) = node.get("group").filter(|group| !group.is_null()) else {
            return Condition::Any(Vec::new());
        };
        let children = group.get("children").and_then(Json::as_array);
        let children = children.map_or(&[][..], Vec::as_slice);
        let mut children: Vec<Condition> = children.iter().map(|child| self.condition(child, gaps)).collect();
        match (text(group, "operator"), children.len()) {
            ("and" | "or", 1) => children.pop().unwrap_or_else(|| Condition::Any(Vec::new())),
            ("and", _) => Condition::All(children),
            ("or", _) => Condition::Any(children),
            ("and_not", 2) => {
                let right = children.pop().unwrap_or_else(|| Condition::Any(Vec::new()));
                children.push(Condition::Not(Box::new(right)));
                Condition::All(children)
            }
            ("and_not", number) => {
                let text = format!("`and_not` has {number} parts instead of two; it never holds");
                self.broken(gap::BROKEN_CONDITION, text, gaps)
            }
            (operator, _) => {
                let text = format!("the group operator `{operator}` is not known; it never holds");
                self.broken(gap::UNKNOWN_OPERATOR, text, gaps)
            }
        }
    }

    fn test(&self, source: &Json, gaps: &mut Gaps) -> Condition {
        let attribute = attribute::named(text(source, "attribute"));
        let value = source.get("value").unwrap_or(&Json::Null);
        let operator = text(source, "operator");
        let (op, negate) = match operator {
            "eq" => (Operator::Equals, false),
            "neq" => (Operator::Equals, true),
            "in" => (Operator::In, false),
            "not_in" => (Operator::In, true),
            "gt" => (Operator::Gt, false),
            "gte" => (Operator::Gte, false),
            "lt" => (Operator::Lt, false),
            "lte" => (Operator::Lte, false),
            "regex" => (Operator::Matches, false),
            "percentage" => return self.percentage(attribute, value, gaps),
            _ => {
                let text = format!("the operator `{operator}` is not known; it never holds");
                return self.broken(gap::UNKNOWN_OPERATOR, text, gaps);
            }
        };
        let Some(values) = values(op, value) else {
            let text = format!("`{operator}` cannot read {value}; it never holds");
            return self.broken(gap::BROKEN_CONDITION, text, gaps);
        };
        Condition::Test(Test {
            attribute,
            op,
            values,
            negate,
            ignore_case: false,
            quantifier: Quantifier::Any,
        })
    }

    fn percentage(&self, attribute: String, value: &Json, gaps: &mut Gaps) -> Condition {
        let percent = match value {
            Json::Number(number) => number.as_f64().map(|number| number.trunc() as i64),
            Json::String(text) => text.parse().ok(),
            _ => None,
        };
        let Some(percent) = percent else {
            let text = format!("`percentage` cannot read {value}; it never holds");
            return self.broken(gap::BROKEN_CONDITION, text, gaps);
        };
        let hundredths = u16::try_from(percent.clamp(0, 100) * 100).unwrap_or_default();
        Condition::Percentage(Percentage {
            allocation: allocation(attribute),
            share: Share::from_hundredths(hundredths),
            bound: Bound::Exclusive,
        })
    }

    fn broken(&self, code: &str, problem: String, gaps: &mut Gaps) -> Condition {
        gaps.flag(self.flag, code, format!("{}: {problem}", self.rule));
        Condition::Broken {
            verdict: false,
            problem,
        }
    }
}

/// By one attribute, and by nothing else: the same people come first everywhere.
pub(super) fn allocation(attribute: String) -> Allocation {
    Allocation {
        scheme: Scheme::Togglr,
        salt: String::new(),
        inputs: vec![Input::FirstOf(vec![attribute])],
        missing: Missing::NotMatched,
        draw: Draw::Interval,
        assign: Assign::Stable,
    }
}

/// What an operator compares with; None if it cannot read the value.
fn values(op: Operator, value: &Json) -> Option<Vec<Json>> {
    match op {
        // What is no list contains nothing: `in` never holds, `not_in` of whatever is there.
        Operator::In => Some(
            value
                .as_array()
                .map(|items| items.iter().map(scalar).collect())
                .unwrap_or_default(),
        ),
        Operator::Equals => Some(vec![scalar(value)]),
        Operator::Matches => {
            let pattern = go::text(&Value::from(value));
            Regex::new(&go::pattern(&pattern)).ok()?;
            Some(vec![pattern.into()])
        }
        _ => {
            let number = match value {
                Json::Number(_) | Json::String(_) => go::float(&go::text(&Value::from(value))),
                _ => None,
            };
            number.map(|_| vec![value.clone()])
        }
    }
}

/// As it is where a condition can say so, else as the text that it is compared as.
fn scalar(value: &Json) -> Json {
    match value {
        Json::Bool(_) | Json::Number(_) | Json::String(_) => value.clone(),
        other => go::text(&Value::from(other)).into(),
    }
}

fn text<'j>(object: &'j Json, member: &str) -> &'j str {
    object.get(member).and_then(Json::as_str).unwrap_or_default()
}
