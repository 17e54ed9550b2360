//! Flagsmith's operators, as its Python engine 10.2 has them.
//!
//! What is compared depends on the *attribute*: text that spells a number counts as that number
//! ([`coerced`]), and the value of the condition is then read as the attribute's type. A value that cannot be
//! read so fails, also for "not equal".
//!
//! | operator | meaning |
//! |---|---|
//! | `equals`, `lt`, `lte`, `gt`, `gte`, not `equals` | by the attribute's type: whole number, float, boolean (only `false` and `False` are false), text (in order of code points). A value that ends with `:semver` compares text as versions |
//! | `contains`, not `contains` | text only |
//! | `matches` | on the attribute's text, anchored at its start |
//! | `modulo` | any number, booleans too; floats; the remainder has the divisor's sign; a divisor of 0 fails |
//! | `in` | text and whole numbers, by their text |
//! | `exists` | present and not null; the empty text exists |
//!
//! Negation of `equals` and `contains` belongs to the operator: both fail for what they cannot read.

use std::cmp::Ordering;

use regex::{Regex, RegexBuilder};
use semver::Version;
use serde_json::Value as Json;

use super::python::{self, Whole};
use crate::bound::{Seen, Text};
use crate::index::TextTable;
use crate::program::Sense;
use crate::reading;
use crate::ruleset::{Operator, Test as Source};

/// What marks a value as a version.
const SEMVER: &str = ":semver";

/// A compiled test.
#[derive(Debug)]
pub(crate) enum Test {
    Compare(Comparison, Box<Wanted>),
    Contains(Sense, Box<str>),
    Matches(Box<Regex>),
    Modulo { divisor: f64, remainder: f64 },
    In(Box<TextTable>),
}

/// How the attribute must lie to the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// A value, read as each type that an attribute may have.
#[derive(Debug)]
pub(crate) struct Wanted {
    text: Box<str>,
    whole: Option<Whole>,
    /// The same, if it has room.
    int: Option<i64>,
    float: Option<f64>,
    truth: bool,
    /// Set if text is compared as versions; None inside: none can be equal to it.
    version: Option<Option<Version>>,
}

/// Whether Flagsmith has a meaning of its own for an operator; the others mean what they always mean.
pub(crate) fn has(op: Operator) -> bool {
    use Operator::{Contains, Equals, Gt, Gte, In, Lt, Lte, Matches, Modulo};
    matches!(op, Equals | Lt | Lte | Gt | Gte | Contains | Matches | Modulo | In)
}

/// The negation that is left to apply after a test.
pub(crate) fn sense(test: &Source) -> Sense {
    let is_own = matches!(test.op, Operator::Equals | Operator::Contains);
    if test.negate && !is_own {
        Sense::Negated
    } else {
        Sense::Plain
    }
}

/// Compiles a test whose operator Flagsmith [has](has()).
///
/// # Errors
/// What is wrong with its values, for people.
pub(crate) fn compile(test: &Source, regex_bytes: usize) -> Result<Test, String> {
    let comparison = match (test.op, test.negate) {
        (Operator::In, _) => return among(&test.values),
        (Operator::Modulo, _) => return modulo(&test.values),
        (Operator::Contains, _) => {
            let sense = if test.negate { Sense::Negated } else { Sense::Plain };
            return Ok(Test::Contains(sense, single(test)?.into()));
        }
        (Operator::Matches, _) => return matches(single(test)?, regex_bytes),
        (Operator::Lt, _) => Comparison::Less,
        (Operator::Lte, _) => Comparison::AtMost,
        (Operator::Gt, _) => Comparison::Greater,
        (Operator::Gte, _) => Comparison::AtLeast,
        (_, true) => Comparison::NotEqual,
        (_, false) => Comparison::Equal,
    };
    Ok(Test::Compare(comparison, Box::new(Wanted::read(single(test)?))))
}

fn single(test: &Source) -> Result<&str, String> {
    match test.values.as_slice() {
        [Json::String(text)] => Ok(text),
        _ => Err("exactly one value is needed, as text".to_owned()),
    }
}

fn among(values: &[Json]) -> Result<Test, String> {
    let texts: Option<Vec<&str>> = values.iter().map(Json::as_str).collect();
    let texts = texts.ok_or("the values must be text")?;
    Ok(Test::In(Box::new(TextTable::new(texts.into_iter()))))
}

fn modulo(values: &[Json]) -> Result<Test, String> {
    let [divisor, remainder] = values else {
        return Err("modulo takes two values: divisor and remainder".to_owned());
    };
    match (divisor.as_f64(), remainder.as_f64()) {
        (Some(divisor), Some(remainder)) => Ok(Test::Modulo { divisor, remainder }),
        _ => Err("divisor and remainder must be numbers".to_owned()),
    }
}

fn matches(pattern: &str, bytes: usize) -> Result<Test, String> {
    RegexBuilder::new(pattern)
        .size_limit(bytes)
        .build()
        .map(|regex| Test::Matches(Box::new(regex)))
        .map_err(|error| format!("not a regular expression: {error}"))
}

impl Wanted {
    fn read(text: &str) -> Self {
        let whole = Whole::read(text);
        Self {
            text: text.into(),
            int: whole.as_ref().and_then(|_| text.trim().replace('_', "").parse().ok()),
            whole,
            float: python::float(text),
            truth: text != "false" && text != "False",
            version: text.strip_suffix(SEMVER).map(reading::version),
        }
    }

    /// How an attribute lies to the value; None if they cannot be compared.
    fn order(&self, seen: &Seen<'_>) -> Option<Ordering> {
        match seen {
            Seen::Bool(own) => Some(own.cmp(&self.truth)),
            Seen::Int(own) => match self.int {
                Some(int) => Some(own.cmp(&int)),
                None => Some(Whole::read(&own.to_string())?.cmp(self.whole.as_ref()?)),
            },
            Seen::Float(own) => own.partial_cmp(&self.float?),
            Seen::Text(own) => self.order_of_text(&own.text),
            Seen::Missing | Seen::List(_) | Seen::Other => None,
        }
    }

    /// Whether both are floats and one is NaN, which is unequal to everything.
    fn is_no_number_beside(&self, seen: &Seen<'_>) -> bool {
        matches!((seen, self.float), (Seen::Float(own), Some(float)) if own.is_nan() || float.is_nan())
    }

    fn order_of_text(&self, own: &str) -> Option<Ordering> {
        if let Some(version) = &self.version {
            return Some(reading::version(own)?.cmp_precedence(version.as_ref()?));
        }
        // A whole number that has no room in `Seen::Int` is still one.
        if spells_int(own) {
            return Some(Whole::read(own)?.cmp(self.whole.as_ref()?));
        }
        Some(own.cmp(&self.text))
    }
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

impl Test {
    /// Whether it holds for an attribute that is there.
    pub(crate) fn holds(&self, seen: &Seen<'_>) -> bool {
        match self {
            Self::Compare(comparison, wanted) => match wanted.order(seen) {
                Some(order) => comparison.holds(order),
                None => *comparison == Comparison::NotEqual && wanted.is_no_number_beside(seen),
            },
            Self::Contains(sense, part) => match seen {
                Seen::Text(own) if !spells_int(&own.text) => sense.apply(own.text.contains(&**part)),
                _ => false,
            },
            Self::Matches(regex) => written(seen).is_some_and(|text| {
                // The leftmost match begins at the start if any does.
                regex.find(&text).is_some_and(|found| found.start() == 0)
            }),
            Self::Modulo { divisor, remainder } => number(seen).is_some_and(|own| rest(own, *divisor) == *remainder),
            Self::In(texts) => {
                let has = |text: &Text<'_>| texts.position(text.hash, &text.text).is_some();
                match seen {
                    Seen::Text(text) => has(text),
                    Seen::Int(own) => has(&Text::new(own.to_string())),
                    _ => false,
                }
            }
        }
    }
}

fn number(seen: &Seen<'_>) -> Option<f64> {
    match seen {
        Seen::Bool(own) => Some(f64::from(u8::from(*own))),
        Seen::Int(own) => Some(*own as f64),
        Seen::Float(own) => Some(*own),
        Seen::Text(own) if spells_int(&own.text) => own.text.parse().ok(),
        _ => None,
    }
}

/// With the sign of the divisor; NaN, which is equal to nothing, for a divisor of 0.
fn rest(own: f64, divisor: f64) -> f64 {
    let rest = own % divisor;
    if rest != 0.0 && (rest < 0.0) != (divisor < 0.0) {
        rest + divisor
    } else {
        rest
    }
}

/// An attribute as text, in Python's way of writing.
pub(crate) fn written(seen: &Seen<'_>) -> Option<String> {
    match seen {
        Seen::Bool(true) => Some("True".to_owned()),
        Seen::Bool(false) => Some("False".to_owned()),
        Seen::Int(own) => Some(own.to_string()),
        Seen::Float(own) => Some(python::float_text(*own)),
        Seen::Text(own) => Some(own.text.to_string()),
        Seen::Missing | Seen::List(_) | Seen::Other => None,
    }
}

/// An attribute as Flagsmith takes it: text that spells a number is that number, lists and objects are not set.
pub(crate) fn coerced(seen: Seen<'_>) -> Seen<'_> {
    match seen {
        Seen::Text(text) => match spelt(&text.text) {
            Some(number) => number,
            None => Seen::Text(text),
        },
        Seen::List(_) | Seen::Other => Seen::Missing,
        other => other,
    }
}

fn spelt(text: &str) -> Option<Seen<'static>> {
    if spells_int(text) {
        // Larger ones stay text, and are compared as numbers all the same.
        return text.parse().ok().map(Seen::Int);
    }
    let (whole, fraction) = text.split_once('.')?;
    let is_float = spells_int(whole) && is_digits(fraction);
    is_float.then(|| text.parse().ok().map(Seen::Float))?
}

fn spells_int(text: &str) -> bool {
    is_digits(text.strip_prefix('-').unwrap_or(text))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
