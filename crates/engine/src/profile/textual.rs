//! Togglr's and FluxGate's operators: an attribute is text, whatever it was.
//!
//! | operator | Togglr | FluxGate |
//! |---|---|---|
//! | `equals` | same text; a value of any type, as text | same text |
//! | `in` | one of the texts, case folded | one of the texts |
//! | `lt`, `lte`, `gt`, `gte` | both read as numbers | the same |
//! | `matches` | unanchored | unanchored |
//! | `contains`, `starts_with`, `ends_with` | not known there: one of the texts | the first of the texts |
//! | `semver_lt`, `semver_gt` | not known there: as here | versions of three parts |
//!
//! Negation belongs to the operator: whatever is missing, or cannot be read, fails. For Togglr null is there, and
//! is the text `<nil>`; for FluxGate only text, numbers and booleans are.

use std::cmp::Ordering;

use regex::Regex;
use semver::Version;
use serde_json::{Number, Value as Json};

use super::go;
use crate::bound::{Seen, Text};
use crate::index::TextTable;
use crate::program::{Order, Sense, TextOperator};
use crate::reading;
use crate::ruleset::{Operator, Profile, Test as Source};
use crate::value::Value;

/// A compiled test.
#[derive(Debug)]
pub(crate) enum Test {
    Among {
        sense: Sense,
        case: Case,
        texts: Box<TextTable>,
    },
    Compare {
        order: Order,
        than: f64,
    },
    Part {
        operator: TextOperator,
        parts: Box<[Box<str>]>,
    },
    Matches(Box<Regex>),
    Version {
        order: Order,
        than: Box<Version>,
    },
}

/// What counts as the same text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Exact,
    /// As Go folds it.
    Folded,
}

/// How a system writes what is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// `%v`.
    Go,
    /// As JSON has it.
    Json,
}

impl Writing {
    /// An attribute as text; None if it counts as missing.
    pub(crate) fn text(self, value: &Value) -> Option<String> {
        match (self, value) {
            (Self::Go, value) => Some(go::text(value)),
            (Self::Json, Value::Float(own)) => Number::from_f64(*own).map(|own| own.to_string()),
            (Self::Json, value) => value.text(),
        }
    }
}

/// The writing of a profile whose attributes are text.
pub(crate) fn writing(profile: Profile) -> Option<Writing> {
    match profile {
        Profile::Togglr => Some(Writing::Go),
        Profile::FluxGate => Some(Writing::Json),
        Profile::Native | Profile::Unleash | Profile::Flagd | Profile::Flagsmith => None,
    }
}

/// Whether a test's operator has a meaning of its own; the others mean what they always mean.
pub(crate) fn has(test: &Source) -> bool {
    use Operator::{
        Contains, EndsWith, Equals, Gt, Gte, In, Lt, Lte, Matches, SemverGt, SemverGte, SemverLt, SemverLte, StartsWith,
    };
    match test.op {
        Contains | StartsWith | EndsWith => !test.ignore_case,
        Equals | In | Lt | Lte | Gt | Gte | Matches | SemverLt | SemverLte | SemverGt | SemverGte => true,
        _ => false,
    }
}

/// The negation that is left to apply after a test.
pub(crate) fn sense(test: &Source) -> Sense {
    if test.negate && !matches!(test.op, Operator::Equals | Operator::In) {
        Sense::Negated
    } else {
        Sense::Plain
    }
}

/// Compiles a test that this module [has](has()).
///
/// # Errors
/// What is wrong with its values, for people.
pub(crate) fn compile(
    test: &Source,
    writing: Writing,
    regex: impl Fn(&str) -> Result<Regex, String>,
) -> Result<Test, String> {
    let order = match test.op {
        Operator::Lt | Operator::SemverLt => Order::Less,
        Operator::Lte | Operator::SemverLte => Order::AtMost,
        Operator::Gt | Operator::SemverGt => Order::Greater,
        _ => Order::AtLeast,
    };
    let part = |operator| {
        let parts = texts(test, writing)?.into_iter().map(String::into_boxed_str).collect();
        Ok(Test::Part { operator, parts })
    };
    match test.op {
        Operator::Equals => among(&[single(test, writing)?], test, Case::asked(test)),
        Operator::In if writing == Writing::Go => among(&texts(test, writing)?, test, Case::Folded),
        Operator::In => among(&texts(test, writing)?, test, Case::asked(test)),
        Operator::Contains => part(TextOperator::Contains),
        Operator::StartsWith => part(TextOperator::StartsWith),
        Operator::EndsWith => part(TextOperator::EndsWith),
        Operator::Matches => {
            let pattern = single(test, writing)?;
            let pattern = if writing == Writing::Go {
                go::pattern(&pattern)
            } else {
                pattern
            };
            Ok(Test::Matches(Box::new(regex(&pattern)?)))
        }
        Operator::SemverLt | Operator::SemverLte | Operator::SemverGt | Operator::SemverGte => {
            let text = single(test, writing)?;
            let than = reading::version(&text).ok_or_else(|| format!("\"{text}\" is not a semantic version"))?;
            Ok(Test::Version {
                order,
                than: Box::new(than),
            })
        }
        _ => {
            let text = single(test, writing)?;
            let than = go::float(&text).ok_or_else(|| format!("\"{text}\" is not a number"))?;
            Ok(Test::Compare { order, than })
        }
    }
}

fn among(texts: &[String], test: &Source, case: Case) -> Result<Test, String> {
    let texts: Vec<String> = texts.iter().map(|text| case.of(text)).collect();
    Ok(Test::Among {
        sense: if test.negate { Sense::Negated } else { Sense::Plain },
        case,
        texts: Box::new(TextTable::new(texts.iter().map(String::as_str))),
    })
}

fn texts(test: &Source, writing: Writing) -> Result<Vec<String>, String> {
    let text = |value: &Json| {
        let text = writing.text(&Value::from(value));
        text.ok_or_else(|| format!("{value} is neither text nor a number nor a boolean"))
    };
    test.values.iter().map(text).collect()
}

fn single(test: &Source, writing: Writing) -> Result<String, String> {
    let mut texts = texts(test, writing)?;
    match (texts.pop(), texts.is_empty()) {
        (Some(text), true) => Ok(text),
        _ => Err("exactly one value is needed".to_owned()),
    }
}

impl Case {
    fn asked(test: &Source) -> Self {
        if test.ignore_case { Self::Folded } else { Self::Exact }
    }

    fn of(self, text: &str) -> String {
        match self {
            Self::Exact => text.to_owned(),
            Self::Folded => go::folded(text),
        }
    }
}

impl Test {
    /// Whether it holds for an attribute that is there.
    pub(crate) fn holds(&self, seen: &Seen<'_>) -> bool {
        let Seen::Text(own) = seen else { return false };
        match self {
            Self::Among { sense, case, texts } => sense.apply(is_among(own, *case, texts)),
            Self::Compare { order, than } => {
                let lies = go::float(&own.text).and_then(|own| own.partial_cmp(than));
                lies.is_some_and(|lies| order.holds(lies))
            }
            Self::Part { operator, parts } => parts.iter().any(|part| operator.holds(&own.text, part)),
            Self::Matches(regex) => regex.is_match(&own.text),
            Self::Version { order, than } => {
                let lies: Option<Ordering> = reading::version(&own.text).map(|own| own.cmp_precedence(than));
                lies.is_some_and(|lies| order.holds(lies))
            }
        }
    }
}

fn is_among(own: &Text<'_>, case: Case, texts: &TextTable) -> bool {
    match case {
        Case::Exact => texts.position(own.hash, &own.text).is_some(),
        Case::Folded if reading::is_folded(&own.text) => texts.position(own.hash, &own.text).is_some(),
        Case::Folded => {
            let folded = Text::new(go::folded(&own.text));
            texts.position(folded.hash, &folded.text).is_some()
        }
    }
}
