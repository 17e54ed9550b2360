//! Our conditions as JsonLogic that every flagd core reads alike, or the reason why there is none.
//!
//! A test of ours looks at the elements of a list, and is false for what is missing or of another type. So what an
//! attribute has is merged into a list, in which some element must pass; and what is asked of text first asks whether
//! the element is text, which it is if joining it changes nothing. flagd's own operators cannot be asked inside of
//! `some`: its JavaScript core finds no flag there.

use std::collections::HashMap;

use hoist_engine::context::SUBJECT_NAMES;
use hoist_engine::ruleset::{Condition, Operator, Profile, Quantifier, SegmentRules, Test};
use serde_json::{Value as Json, json};

/// The subject key; flagd's clients have no other name for it.
const SUBJECT: &str = "targetingKey";

/// Largest whole number that every client reads exactly.
const EXACT: u64 = (1 << 53) - 1;

/// How far segments may lead to segments.
const DEEPEST: usize = 16;

/// How many subjects one list may bring along.
const MOST_SUBJECTS: usize = 10_000;

/// Why something cannot be said in flagd's language.
pub(super) type Said<T> = Result<T, String>;

/// Segments by key.
pub(super) type Segments<'r> = HashMap<&'r str, &'r SegmentRules>;

/// The condition of a flag with this profile.
pub(super) fn condition(condition: &Condition, profile: Profile, segments: &Segments<'_>) -> Said<Json> {
    Writer { segments, depth: 0 }.condition(condition, profile)
}

/// Being in a segment.
pub(super) fn segment(key: &str, segments: &Segments<'_>) -> Said<Json> {
    Writer { segments, depth: 0 }.segment(key)
}

/// Being one of these subjects.
pub(super) fn subjects(keys: &[String]) -> Said<Json> {
    if keys.len() > MOST_SUBJECTS {
        return Err(format!("it lists {} subjects, more than {MOST_SUBJECTS}", keys.len()));
    }
    Ok(json!({"in": [{"var": SUBJECT}, keys]}))
}

struct Writer<'s> {
    segments: &'s Segments<'s>,
    depth: usize,
}

impl Writer<'_> {
    fn condition(&mut self, condition: &Condition, profile: Profile) -> Said<Json> {
        match condition {
            Condition::All(inner) => self.several("and", inner, profile),
            Condition::Any(inner) => self.several("or", inner, profile),
            Condition::Not(inner) => Ok(json!({"!": [self.condition(inner, profile)?]})),
            Condition::Test(own) if profile.is_native() => test(own),
            Condition::Test(_) => Err("its conditions mean what they mean where they came from".into()),
            Condition::Segment(key) => self.segment(key),
            Condition::Percentage(_) => Err("a share as a condition is placed by another hash than flagd's".into()),
            Condition::Broken { .. } => Err("a condition could not be read when it was imported".into()),
        }
    }

    fn several(&mut self, operator: &str, inner: &[Condition], profile: Profile) -> Said<Json> {
        let inner: Vec<Json> = inner
            .iter()
            .map(|inner| self.condition(inner, profile))
            .collect::<Said<_>>()?;
        // An empty list is null in JsonLogic.
        Ok(match inner.as_slice() {
            [] => json!(operator == "and"),
            _ => json!({ operator: inner }),
        })
    }

    /// Its members and those who meet its condition; nobody, if there is none.
    fn segment(&mut self, key: &str) -> Said<Json> {
        let Some(rules) = self.segments.get(key).copied() else {
            return Ok(json!(false));
        };
        if self.depth >= DEEPEST {
            return Err(format!("segments lead to segments more than {DEEPEST} times"));
        }
        self.depth += 1;
        let mut ways = Vec::new();
        if !rules.members.is_empty() {
            ways.push(subjects(&rules.members)?);
        }
        if let Some(condition) = &rules.condition {
            ways.push(self.condition(condition, rules.profile)?);
        }
        self.depth -= 1;
        Ok(match ways.as_slice() {
            [] => json!(false),
            [only] => only.clone(),
            _ => json!({"or": ways}),
        })
    }
}

fn test(test: &Test) -> Said<Json> {
    let name = test.attribute.as_str();
    let is_alias = SUBJECT_NAMES.contains(&name) && name != SUBJECT;
    if name.is_empty() || name.starts_with('$') || name.contains('.') || is_alias {
        return Err(format!("flagd reads the attribute `{name}` in another way"));
    }
    if test.ignore_case {
        return Err("flagd cannot leave case aside".into());
    }
    if test.quantifier != Quantifier::Any {
        return Err("flagd cannot ask every element of a list".into());
    }
    let asked = match test.op {
        Operator::Exists => json!({"!==": [{"var": name}, null]}),
        Operator::Equals | Operator::In => match test.values.as_slice() {
            [] => json!(false),
            values => some(name, &json!({"in": [element(), scalars(values)?]})),
        },
        Operator::Contains => texts(test, |text| json!({"in": [text, element()]}))?,
        Operator::StartsWith => texts(
            test,
            |text| json!({"===": [{"substr": [element(), 0, text.chars().count()]}, text]}),
        )?,
        Operator::EndsWith => texts(test, |text| {
            let back = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            json!({"===": [{"substr": [element(), -back]}, text]})
        })?,
        Operator::Matches
        | Operator::Eq
        | Operator::Lt
        | Operator::Lte
        | Operator::Gt
        | Operator::Gte
        | Operator::Modulo
        | Operator::SemverEq
        | Operator::SemverLt
        | Operator::SemverLte
        | Operator::SemverGt
        | Operator::SemverGte
        | Operator::SemverRange
        | Operator::Before
        | Operator::After
        | Operator::Within
        | Operator::Cidr => {
            let op = serde_json::to_value(test.op).unwrap_or_default();
            return Err(format!(
                "flagd has no operator that means what {} means",
                op.as_str().unwrap_or_default()
            ));
        }
    };
    Ok(if test.negate { json!({"!": [asked]}) } else { asked })
}

fn element() -> Json {
    json!({"var": ""})
}

/// Some element of an attribute, or the one that it is.
fn some(name: &str, holds: &Json) -> Json {
    json!({"some": [{"merge": [{"var": name}]}, holds]})
}

/// Some element is text, and one of the tests holds.
fn texts(test: &Test, holds: impl Fn(&str) -> Json) -> Said<Json> {
    let one = |value: &Json| {
        let text = value.as_str().filter(|text| !text.is_empty());
        let text = text.ok_or("flagd finds no empty text")?;
        // Half of a letter: positions count UTF-16 units in JavaScript.
        if text.chars().any(|letter| letter.len_utf16() > 1) {
            return Err("flagd's cores count letters beyond the first plane in different ways".to_owned());
        }
        Ok(holds(text))
    };
    let any: Vec<Json> = test.values.iter().map(one).collect::<Said<_>>()?;
    if any.is_empty() {
        return Ok(json!(false));
    }
    let is_text = json!({"===": [{"cat": [element()]}, element()]});
    Ok(some(&test.attribute, &json!({"and": [is_text, {"or": any}]})))
}

/// Values that are equal in every core.
fn scalars(values: &[Json]) -> Said<&[Json]> {
    let is_exact = |value: &Json| match value {
        Json::String(_) | Json::Bool(_) => true,
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.unsigned_abs() <= EXACT,
            None => number.is_f64(),
        },
        Json::Null | Json::Array(_) | Json::Object(_) => false,
    };
    if values.iter().all(is_exact) {
        Ok(values)
    } else {
        Err("a value is one that not every client reads exactly".into())
    }
}
