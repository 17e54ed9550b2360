//! One test: which view of the attribute, and the values read for its operator.
//!
//! The profile is applied here and only here: it chooses the view (scalars as text or as they are),
//! how values are read, and what `$now` means.

use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use semver::VersionReq;
use serde_json::Value as Json;

use super::Tables;
use crate::index::{TextTable, tag, text_hash};
use crate::names::{Names, Parsed, Slot, View};
use crate::profile::flagsmith;
use crate::profile::textual;
use crate::program::{
    AddressTest, Check, Coercion, ModuloTest, Order, Relation, Sense, Set, TextOperator, TextTest, Texts, TimeSource,
    TimeTest, VersionTest,
};
use crate::reading::{self, Block, Edge, Number, Precedence, Rank};
use crate::ruleset::{Operator, Profile, Test};
use crate::value::Value;

/// Largest compiled regular expression, bytes.
pub(crate) const REGEX_BYTES: usize = 256 * 1024;

/// Longest regular expression, bytes of text.
pub(crate) const REGEX_TEXT: usize = 4 * 1024;

/// Lists up to this long are scanned, longer ones hashed.
const FEW: usize = 32;

/// Collects the short lists of texts of a program; equal lists are kept once.
#[derive(Debug, Default)]
pub(crate) struct TextLists {
    tags: Vec<u32>,
    ends: Vec<u32>,
    joined: String,
    known: FxHashMap<Vec<String>, (u32, u32)>,
}

impl TextLists {
    fn add(&mut self, list: Vec<String>) -> Check {
        if let Some((start, len)) = self.known.get(&list) {
            return Check::FewTexts {
                start: *start,
                len: *len,
            };
        }
        let start = u32::try_from(self.tags.len()).unwrap_or(u32::MAX);
        let len = u32::try_from(list.len()).unwrap_or(u32::MAX);
        for text in &list {
            self.tags.push(tag(text_hash(text)));
            self.joined.push_str(text);
            self.ends.push(u32::try_from(self.joined.len()).unwrap_or(u32::MAX));
        }
        self.known.insert(list, (start, len));
        Check::FewTexts { start, len }
    }

    pub(crate) fn finish(self) -> Texts {
        Texts {
            tags: self.tags.into(),
            ends: self.ends.into(),
            joined: self.joined.into(),
        }
    }
}

/// Compiles a test.
///
/// # Errors
/// What is wrong with its values, for people.
pub(crate) fn compile(
    test: &Test,
    profile: Profile,
    tables: &mut Tables,
    texts: &mut TextLists,
) -> Result<(Slot, Check), String> {
    if test.ignore_case && !folds(test.op) {
        return Err("ignore_case is only for tests of text".into());
    }
    let slot = Names::slot(&mut tables.names, attribute(test, profile), view(test, profile));
    if profile == Profile::Flagsmith && flagsmith::has(test.op) {
        let own = flagsmith::compile(test, REGEX_BYTES)?;
        return Ok((slot, Check::Flagsmith(Box::new(own))));
    }
    if let Some(writing) = textual::writing(profile).filter(|_| textual::has(test)) {
        let own = textual::compile(test, writing, |pattern| pattern_of(pattern, test))?;
        return Ok((slot, Check::Textual(Box::new(own))));
    }
    let check = match test.op {
        Operator::Equals | Operator::In => equality(test, profile, texts)?,
        Operator::Contains => text(test, profile, TextOperator::Contains)?,
        Operator::StartsWith => text(test, profile, TextOperator::StartsWith)?,
        Operator::EndsWith => text(test, profile, TextOperator::EndsWith)?,
        Operator::Matches => regex(test)?,
        Operator::Eq | Operator::Lt | Operator::Lte | Operator::Gt | Operator::Gte => number(test, profile)?,
        Operator::Modulo => modulo(test, profile)?,
        Operator::SemverEq | Operator::SemverLt | Operator::SemverLte | Operator::SemverGt | Operator::SemverGte => {
            version(test, Names::cell(&mut tables.names, slot, Parsed::Version))?
        }
        Operator::SemverRange => range(test, Names::cell(&mut tables.names, slot, Parsed::Version))?,
        Operator::Before | Operator::After | Operator::Within => {
            time(test, profile, Names::cell(&mut tables.names, slot, Parsed::Instant))?
        }
        Operator::Exists => exists(test)?,
        Operator::Cidr => cidr(test, profile, Names::cell(&mut tables.names, slot, Parsed::Address))?,
    };
    Ok((slot, check))
}

/// Whether the result of a test is turned around.
pub(crate) fn sense(test: &Test, profile: Profile) -> Sense {
    match profile {
        Profile::Flagsmith => flagsmith::sense(test),
        Profile::Togglr | Profile::FluxGate => textual::sense(test),
        _ if test.negate => Sense::Negated,
        _ => Sense::Plain,
    }
}

fn folds(op: Operator) -> bool {
    use Operator::{Contains, EndsWith, Equals, In, Matches, StartsWith};
    matches!(op, Equals | In | Contains | StartsWith | EndsWith | Matches)
}

/// Unleash calls the moment `currentTime` and lets the context override it.
fn attribute(test: &Test, profile: Profile) -> &str {
    match profile {
        Profile::Unleash if test.attribute == "$now" => "currentTime",
        _ => &test.attribute,
    }
}

fn view(test: &Test, profile: Profile) -> View {
    let folded = test.ignore_case && test.op != Operator::Matches;
    let is_time = matches!(test.op, Operator::Before | Operator::After | Operator::Within);
    match (profile, folded) {
        (Profile::Unleash, false) if !is_time && test.op != Operator::Exists => View::Text,
        (Profile::Unleash, true) => View::FoldedText,
        (Profile::Flagsmith, _) if test.op == Operator::Exists || flagsmith::has(test.op) => View::Flagsmith,
        (Profile::Togglr, _) if textual::has(test) => View::GoText,
        (Profile::FluxGate, _) if textual::has(test) => View::JsonText,
        (_, true) => View::Folded,
        (_, false) => View::Raw,
    }
}

fn equality(test: &Test, profile: Profile, texts: &mut TextLists) -> Result<Check, String> {
    if test.op == Operator::Equals {
        single(test)?;
    }
    let mut set = Vec::new();
    let (mut numbers, mut truth, mut falsity) = (Vec::new(), false, false);
    for value in &test.values {
        match (profile, Value::from(value)) {
            (Profile::Unleash, value) => set.push(value.text().ok_or_else(|| not_scalar(&value))?),
            (_, Value::Str(text)) => set.push(text),
            (_, Value::Bool(value)) => *(if value { &mut truth } else { &mut falsity }) = true,
            (_, value) => numbers.push(Number::of_value(&value).ok_or_else(|| not_scalar(&value))?),
        }
    }
    let folded = set
        .into_iter()
        .map(|text| if test.ignore_case { reading::fold(&text) } else { text });
    let few: Vec<String> = folded.collect();
    if few.len() <= FEW && numbers.is_empty() && !truth && !falsity {
        return Ok(texts.add(few));
    }
    numbers.sort_by(|a, b| a.compare(*b));
    let texts = TextTable::new(few.iter().map(String::as_str));
    Ok(Check::In(Box::new(Set {
        texts,
        numbers: numbers.into(),
        falsity,
        truth,
    })))
}

fn not_scalar(value: &Value) -> String {
    let what = match value {
        Value::Null => "null",
        Value::List(_) => "a list",
        _ => "an object",
    };
    format!("a value must be text, a number or a boolean, not {what}")
}

fn text(test: &Test, profile: Profile, operator: TextOperator) -> Result<Check, String> {
    if test.values.is_empty() && profile.is_native() {
        return Err("at least one value is needed".into());
    }
    let read = |value| {
        let text = if profile == Profile::Unleash {
            Value::from(value).text()
        } else {
            string(value).map(str::to_owned)
        };
        text.map(|text| if test.ignore_case { reading::fold(&text) } else { text })
    };
    let values: Option<Box<[Box<str>]>> = test
        .values
        .iter()
        .map(|value| read(value).map(String::into_boxed_str))
        .collect();
    values
        .map(|values| Check::Text(Box::new(TextTest { operator, values })))
        .ok_or_else(|| "the values must be text".into())
}

fn regex(test: &Test) -> Result<Check, String> {
    let regex = pattern_of(single_text(test)?, test)?;
    Ok(Check::Matches(Box::new(regex)))
}

fn pattern_of(pattern: &str, test: &Test) -> Result<Regex, String> {
    if pattern.len() > REGEX_TEXT {
        return Err(format!("a regular expression is at most {REGEX_TEXT} bytes long"));
    }
    RegexBuilder::new(pattern)
        .case_insensitive(test.ignore_case)
        .size_limit(REGEX_BYTES)
        .build()
        .map_err(|error| format!("not a regular expression: {error}"))
}

fn number(test: &Test, profile: Profile) -> Result<Check, String> {
    let order = match test.op {
        Operator::Lt => Order::Less,
        Operator::Lte => Order::AtMost,
        Operator::Gt => Order::Greater,
        Operator::Gte => Order::AtLeast,
        _ => Order::Equal,
    };
    let value = single(test)?;
    let than = read_number(value, profile).ok_or_else(|| format!("{value} is not a number"))?;
    let coercion = coercion(profile);
    Ok(match than {
        Number::Int(than) => Check::Whole { order, coercion, than },
        Number::Float(than) => Check::Fraction { order, coercion, than },
    })
}

fn read_number(value: &Json, profile: Profile) -> Option<Number> {
    match (value, profile) {
        (Json::String(text), Profile::Unleash) => Number::of_text(text),
        _ => Number::of_json(value),
    }
}

fn coercion(profile: Profile) -> Coercion {
    match profile {
        Profile::Unleash => Coercion::FromText,
        Profile::Togglr | Profile::FluxGate | Profile::Native | Profile::Flagd | Profile::Flagsmith => Coercion::Strict,
    }
}

fn modulo(test: &Test, profile: Profile) -> Result<Check, String> {
    let read = |value: &Json| match read_number(value, profile) {
        Some(Number::Int(whole)) => Some(whole),
        _ => None,
    };
    let [divisor, remainder] = test.values.as_slice() else {
        return Err("modulo takes two values: divisor and remainder".into());
    };
    match (read(divisor), read(remainder)) {
        (Some(0), _) => Err("the divisor must not be 0".into()),
        (Some(divisor), Some(remainder)) => Ok(Check::Modulo(Box::new(ModuloTest {
            divisor,
            remainder,
            coercion: coercion(profile),
        }))),
        _ => Err("divisor and remainder must be whole numbers".into()),
    }
}

fn version(test: &Test, cell: u32) -> Result<Check, String> {
    let order = match test.op {
        Operator::SemverLt => Order::Less,
        Operator::SemverLte => Order::AtMost,
        Operator::SemverGt => Order::Greater,
        Operator::SemverGte => Order::AtLeast,
        _ => Order::Equal,
    };
    let text = single_text(test)?;
    let than = reading::version(text).ok_or_else(|| format!("\"{text}\" is not a semantic version"))?;
    Ok(match Rank::exact(&than) {
        Some(than) => Check::Release { order, cell, than },
        None => Check::Version(Box::new(VersionTest {
            cell,
            order,
            than: Precedence::new(than),
        })),
    })
}

fn range(test: &Test, cell: u32) -> Result<Check, String> {
    let text = single_text(test)?;
    let range = VersionReq::parse(text).map_err(|error| format!("not a range of versions: {error}"))?;
    Ok(Check::VersionRange {
        cell,
        range: Box::new(range),
    })
}

fn time(test: &Test, profile: Profile, cell: u32) -> Result<Check, String> {
    let relation = match (test.op, test.values.as_slice()) {
        (Operator::Before, [at]) => Relation::Before(edge(at)?),
        (Operator::After, [at]) => Relation::After(edge(at)?),
        (Operator::Within, [from, to]) => Relation::Within(edge(from)?, edge(to)?),
        (Operator::Within, _) => return Err("within takes two values: start and end".into()),
        _ => return Err("exactly one value is needed".into()),
    };
    let source = match (attribute(test, profile), profile) {
        ("currentTime", Profile::Unleash) => TimeSource::AttributeOrNow,
        ("$now", _) => TimeSource::Now,
        _ => TimeSource::Attribute,
    };
    Ok(Check::Time(Box::new(TimeTest { cell, source, relation })))
}

fn edge(value: &Json) -> Result<Edge, String> {
    let read = string(value).and_then(Edge::read);
    read.ok_or_else(|| format!("{value} is not a date-time, a date, `now` or an ISO 8601 duration"))
}

fn exists(test: &Test) -> Result<Check, String> {
    if test.values.is_empty() {
        Ok(Check::Exists)
    } else {
        Err("exists takes no values".into())
    }
}

fn cidr(test: &Test, profile: Profile, cell: u32) -> Result<Check, String> {
    let read = |value| {
        string(value)
            .and_then(Block::read)
            .ok_or_else(|| format!("{value} is not a block of addresses"))
    };
    let blocks: Result<Box<[Block]>, String> = match profile {
        Profile::Unleash => Ok(test.values.iter().filter_map(|value| read(value).ok()).collect()),
        _ if test.values.is_empty() => Err("at least one value is needed".into()),
        _ => test.values.iter().map(read).collect(),
    };
    Ok(Check::Address(Box::new(AddressTest { cell, blocks: blocks? })))
}

fn single(test: &Test) -> Result<&Json, String> {
    match test.values.as_slice() {
        [value] => Ok(value),
        _ => Err("exactly one value is needed".into()),
    }
}

fn single_text(test: &Test) -> Result<&str, String> {
    string(single(test)?).ok_or_else(|| "the value must be text".into())
}

fn string(value: &Json) -> Option<&str> {
    value.as_str()
}
