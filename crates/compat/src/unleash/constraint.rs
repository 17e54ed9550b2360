//! Constraints as conditions.
//!
//! | constraint | test |
//! |---|---|
//! | `IN`, `NOT_IN` | `in`, negated |
//! | `STR_CONTAINS`, `STR_STARTS_WITH`, `STR_ENDS_WITH` | `contains`, `starts_with`, `ends_with` |
//! | `NUM_EQ` `NUM_GT` `NUM_GTE` `NUM_LT` `NUM_LTE` | `eq` `gt` `gte` `lt` `lte` |
//! | `SEMVER_EQ` … | `semver_eq` … |
//! | `DATE_AFTER`, `DATE_BEFORE` | `after`, `before` |
//! | `REGEX`, `IN_CIDR` | `matches`, `cidr` |
//!
//! A value that the operator cannot read makes the constraint false before it is inverted; an
//! operator nobody knows makes it false whatever it says. Both are gaps.

use std::net::IpAddr;

use hoist_engine::ruleset::{Condition, Operator, Quantifier, Test};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::gap;
use super::wire::Constraint;
use crate::report::{Gaps, Subject};

/// How many values one test may list.
pub(super) const MOST_VALUES: usize = 10_000;

/// Longest pattern, and largest compiled one, that the engine takes.
const PATTERN_BYTES: usize = 4 * 1024;
const COMPILED_BYTES: usize = 256 * 1024;

/// What kind of values an operator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// A list to be equal to.
    Equal,
    /// A list of parts of text.
    Parts,
    Number,
    Date,
    Version,
    Pattern,
    Addresses,
}

/// Whether a result is turned around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sense {
    Plain,
    Inverted,
}

impl Sense {
    fn of(inverted: bool) -> Self {
        if inverted { Self::Inverted } else { Self::Plain }
    }

    /// What a test that nothing can pass comes to.
    fn constant(self) -> Condition {
        match self {
            Self::Plain => Condition::Any(Vec::new()),
            Self::Inverted => Condition::All(Vec::new()),
        }
    }

    fn of_any(self, any: Condition) -> Condition {
        match self {
            Self::Plain => any,
            Self::Inverted => Condition::Not(Box::new(any)),
        }
    }
}

/// Translates a constraint; gaps are about `subject`.
pub(super) fn condition(constraint: &Constraint, subject: Subject<'_>, gaps: &mut Gaps) -> Condition {
    let Some((op, takes, negated)) = operator(&constraint.operator) else {
        let text = format!(
            "the operator `{}` is unknown; the constraint never holds",
            constraint.operator
        );
        subject.gap(gaps, gap::UNKNOWN_OPERATOR, &text);
        return Condition::Broken {
            verdict: false,
            problem: text,
        };
    };
    if constraint.context_name.is_empty() {
        return broken(constraint, subject, gaps, "has no context name");
    }
    let sense = Sense::of(negated != constraint.inverted);
    let result = match takes {
        Takes::Equal => Ok(listed(constraint, op, sense, &constraint.values)),
        Takes::Parts => Ok(listed(constraint, op, sense, &parts(constraint))),
        Takes::Addresses => Ok(addresses(constraint, sense, subject, gaps)),
        Takes::Pattern => pattern(constraint, sense),
        Takes::Number => number(constraint).map(|value| one(constraint, op, sense, value)),
        Takes::Version => version(constraint).map(|value| one(constraint, op, sense, value)),
        Takes::Date => date(constraint, subject, gaps).map(|value| one(constraint, op, sense, value)),
    };
    if takes == Takes::Equal && constraint.values.iter().any(|value| value.trim() != value) {
        let text = format!(
            "a value for `{}` has blanks around it; some Unleash SDKs trim it",
            constraint.context_name
        );
        subject.gap(gaps, gap::SDKS_DISAGREE, text);
    }
    result.unwrap_or_else(|problem| broken(constraint, subject, gaps, &problem))
}

fn operator(name: &str) -> Option<(Operator, Takes, bool)> {
    let (op, takes) = match name {
        "IN" | "NOT_IN" => (Operator::In, Takes::Equal),
        "STR_CONTAINS" => (Operator::Contains, Takes::Parts),
        "STR_STARTS_WITH" => (Operator::StartsWith, Takes::Parts),
        "STR_ENDS_WITH" => (Operator::EndsWith, Takes::Parts),
        "NUM_EQ" => (Operator::Eq, Takes::Number),
        "NUM_GT" => (Operator::Gt, Takes::Number),
        "NUM_GTE" => (Operator::Gte, Takes::Number),
        "NUM_LT" => (Operator::Lt, Takes::Number),
        "NUM_LTE" => (Operator::Lte, Takes::Number),
        "DATE_AFTER" => (Operator::After, Takes::Date),
        "DATE_BEFORE" => (Operator::Before, Takes::Date),
        "SEMVER_EQ" => (Operator::SemverEq, Takes::Version),
        "SEMVER_GT" => (Operator::SemverGt, Takes::Version),
        "SEMVER_GTE" => (Operator::SemverGte, Takes::Version),
        "SEMVER_LT" => (Operator::SemverLt, Takes::Version),
        "SEMVER_LTE" => (Operator::SemverLte, Takes::Version),
        "REGEX" => (Operator::Matches, Takes::Pattern),
        "IN_CIDR" => (Operator::Cidr, Takes::Addresses),
        _ => return None,
    };
    Some((op, takes, name == "NOT_IN"))
}

/// False, then inverted.
fn broken(constraint: &Constraint, subject: Subject<'_>, gaps: &mut Gaps, problem: &str) -> Condition {
    let name = &constraint.context_name;
    let text = format!("the {} constraint on `{name}` {problem}", constraint.operator);
    subject.gap(
        gaps,
        gap::BROKEN_CONSTRAINT,
        format!("{text}; it counts as {}", constraint.inverted),
    );
    Condition::Broken {
        verdict: constraint.inverted,
        problem: text,
    }
}

fn test(constraint: &Constraint, op: Operator, sense: Sense, values: Vec<Json>) -> Condition {
    let folds = matches!(
        op,
        Operator::Contains | Operator::StartsWith | Operator::EndsWith | Operator::Matches
    );
    Condition::Test(Test {
        attribute: constraint.context_name.clone(),
        op,
        values,
        negate: sense == Sense::Inverted,
        ignore_case: folds && constraint.case_insensitive,
        quantifier: Quantifier::Any,
    })
}

fn one(constraint: &Constraint, op: Operator, sense: Sense, value: Json) -> Condition {
    test(constraint, op, sense, vec![value])
}

/// A test of a list; lists longer than a test may have become several tests.
fn listed(constraint: &Constraint, op: Operator, sense: Sense, values: &[String]) -> Condition {
    if values.is_empty() {
        return sense.constant();
    }
    let chunk = |values: &[String], sense| {
        test(
            constraint,
            op,
            sense,
            values.iter().map(|value| Json::from(value.as_str())).collect(),
        )
    };
    if values.len() <= MOST_VALUES {
        return chunk(values, sense);
    }
    let any = Condition::Any(
        values
            .chunks(MOST_VALUES)
            .map(|values| chunk(values, Sense::Plain))
            .collect(),
    );
    sense.of_any(any)
}

/// The list, or the single value where a document has only that.
fn parts(constraint: &Constraint) -> Vec<String> {
    if constraint.values.is_empty() {
        constraint.value.iter().cloned().collect()
    } else {
        constraint.values.clone()
    }
}

fn number(constraint: &Constraint) -> Result<Json, String> {
    let text = constraint.value.as_deref().unwrap_or_default().trim();
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    if let Some(whole) = text.parse::<i64>().ok().filter(|_| plain) {
        return Ok(whole.into());
    }
    let float = text.parse::<f64>().ok().filter(|float| plain && float.is_finite());
    float
        .map(Json::from)
        .ok_or_else(|| format!("has the value `{text}`, which is no number"))
}

fn version(constraint: &Constraint) -> Result<Json, String> {
    let text = constraint.value.as_deref().unwrap_or_default();
    match semver::Version::parse(text) {
        Ok(_) => Ok(text.into()),
        Err(error) => Err(format!(
            "has the value `{text}`, which is no semantic version ({error})"
        )),
    }
}

fn date(constraint: &Constraint, subject: Subject<'_>, gaps: &mut Gaps) -> Result<Json, String> {
    let text = constraint.value.as_deref().unwrap_or_default().trim();
    if text.parse::<Timestamp>().is_ok() {
        return Ok(text.into());
    }
    let civil = text
        .parse::<DateTime>()
        .or_else(|_| text.parse::<Date>().map(|date| date.at(0, 0, 0, 0)));
    let instant = civil
        .ok()
        .and_then(|civil| civil.to_zoned(TimeZone::UTC).ok())
        .map(|zoned| zoned.timestamp());
    let instant = instant.ok_or_else(|| format!("has the value `{text}`, which is no date-time"))?;
    let note = format!("the date-time `{text}` has no zone and is read as UTC; Unleash SDKs differ");
    subject.gap(gaps, gap::SDKS_DISAGREE, note);
    Ok(instant.to_string().into())
}

fn pattern(constraint: &Constraint, sense: Sense) -> Result<Condition, String> {
    let patterns = match &constraint.value {
        Some(value) => vec![value.clone()],
        None => constraint.values.clone(),
    };
    let mut tests = Vec::new();
    for pattern in &patterns {
        readable(pattern)?;
        tests.push(one(
            constraint,
            Operator::Matches,
            Sense::Plain,
            pattern.as_str().into(),
        ));
    }
    Ok(match tests.as_slice() {
        [] => return Err("has no pattern".to_owned()),
        [Condition::Test(single)] => Condition::Test(Test {
            negate: sense == Sense::Inverted,
            ..single.clone()
        }),
        _ => sense.of_any(Condition::Any(tests)),
    })
}

fn readable(pattern: &str) -> Result<(), String> {
    if pattern.len() > PATTERN_BYTES {
        return Err(format!("has a pattern longer than {PATTERN_BYTES} bytes"));
    }
    match regex::RegexBuilder::new(pattern).size_limit(COMPILED_BYTES).build() {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("has the pattern `{pattern}`, which is not of the RE2 kind")),
    }
}

fn addresses(constraint: &Constraint, sense: Sense, subject: Subject<'_>, gaps: &mut Gaps) -> Condition {
    let (good, bad) = sorted(parts(constraint).iter().map(|value| value.trim()));
    if !bad.is_empty() {
        let name = &constraint.context_name;
        let text = format!(
            "the IN_CIDR constraint on `{name}` ignores `{}`, no addresses",
            bad.join("`, `")
        );
        subject.gap(gaps, gap::BROKEN_CONSTRAINT, text);
    }
    listed(constraint, Operator::Cidr, sense, &good)
}

/// Addresses and blocks, then the rest.
pub(super) fn sorted<'v>(values: impl Iterator<Item = &'v str>) -> (Vec<String>, Vec<String>) {
    values.map(str::to_owned).partition(|value| is_block(value))
}

fn is_block(text: &str) -> bool {
    let (address, prefix) = text
        .split_once('/')
        .map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let Ok(address) = address.parse::<IpAddr>() else {
        return false;
    };
    let widest: u8 = if address.is_ipv4() { 32 } else { 128 };
    prefix.is_none_or(|prefix| {
        prefix.bytes().all(|digit| digit.is_ascii_digit()) && prefix.parse::<u8>().is_ok_and(|bits| bits <= widest)
    })
}
