//! Conditions as rules of Flagsmith's segments, or the reason why there is none.
//!
//! What came from Flagsmith goes back: a tree of `all`, `any` and `not` is a tree of rules, and reading those again
//! gives the same tree. Of our own tests only those are said that mean the same there, whatever a trait is: Flagsmith
//! takes text that spells a number for that number, and compares anything with a boolean.

use std::collections::HashMap;

use hoist_engine::IDENTITY_KEY;
use hoist_engine::context::SUBJECT_NAMES;
use hoist_engine::ruleset::{
    Allocation, Assign, Bound, Condition, Draw, Input, Missing, Operator, Percentage, Profile, Quantifier, Scheme,
    SegmentRules, Test,
};
use hoist_engine::scheme::flagsmith::hundredths_up_to;
use serde_json::{Value as Json, json};

use super::names::EnvironmentName;

/// Where the subject key stands there.
const IDENTIFIER: &str = "$.identity.identifier";

/// How far segments may lead to segments.
const DEEPEST: usize = 16;

/// How many conditions one segment may become.
const MOST_CONDITIONS: usize = 10_000;

/// How many subjects one list may bring along.
const MOST_SUBJECTS: usize = 10_000;

/// Why something cannot be said in Flagsmith's language.
pub(super) type Said<T> = Result<T, String>;

/// Segments by key.
pub(super) type Segments<'r> = HashMap<&'r str, &'r SegmentRules>;

/// A condition as the rules of a segment.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) rules: Vec<Json>,
    /// What its percentages are hashed with, if it has any: the segment must have this id.
    pub(super) salt: Option<String>,
}

/// A segment with its members.
pub(super) fn segment(own: &SegmentRules, segments: &Segments<'_>, environment: &EnvironmentName) -> Said<Rules> {
    let mut writer = Writer::new(segments, environment, Depth::Top);
    let mut ways = Vec::new();
    if !own.members.is_empty() {
        ways.push(subjects(&own.members)?);
    }
    match &own.condition {
        // Nobody: a segment without rules.
        Some(Condition::Any(inner)) if inner.is_empty() => {}
        Some(condition) => ways.push(writer.node(condition, own.profile)?),
        None => {}
    }
    let rules = match ways.len() {
        0 => Vec::new(),
        1 => ways.into_iter().map(Node::rule).collect(),
        _ => vec![group("ANY", ways).rule()],
    };
    Ok(Rules {
        rules,
        salt: writer.salt,
    })
}

/// The condition of a flag with this profile.
pub(super) fn condition(
    own: &Condition,
    profile: Profile,
    segments: &Segments<'_>,
    environment: &EnvironmentName,
) -> Said<Vec<Json>> {
    let mut writer = Writer::new(segments, environment, Depth::Inside(0));
    Ok(vec![writer.node(own, profile)?.rule()])
}

/// Whether an identity with this name is found there under no other.
pub(super) fn is_sayable(subject: &str) -> Said<()> {
    let is_canonical = subject.parse::<i64>().is_ok_and(|number| number.to_string() == subject);
    if subject.is_empty() || spells_number(subject) && !is_canonical {
        return Err(format!(
            "Flagsmith takes the subject `{subject}` for a number, and writes it in another way"
        ));
    }
    Ok(())
}

fn subjects(keys: &[String]) -> Said<Node> {
    if keys.len() > MOST_SUBJECTS {
        return Err(format!("it lists {} subjects, more than {MOST_SUBJECTS}", keys.len()));
    }
    keys.iter().try_for_each(|key| is_sayable(key))?;
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    Ok(leaf("IN", IDENTIFIER, Some(&listed(&keys))))
}

/// A condition there, or a rule.
enum Node {
    Leaf(Json),
    Rule(Json),
}

impl Node {
    fn rule(self) -> Json {
        match self {
            Self::Leaf(condition) => rule("ALL", &[condition], &[]),
            Self::Rule(rule) => rule,
        }
    }
}

fn rule(kind: &str, conditions: &[Json], rules: &[Json]) -> Json {
    json!({"type": kind, "rules": rules, "conditions": conditions})
}

fn leaf(operator: &str, property: &str, value: Option<&str>) -> Node {
    Node::Leaf(json!({"operator": operator, "property_": property, "value": value}))
}

/// Nobody's place is below 0.
fn never() -> Node {
    leaf("PERCENTAGE_SPLIT", "", Some("-1"))
}

fn group(kind: &str, nodes: Vec<Node>) -> Node {
    if nodes.iter().all(|node| matches!(node, Node::Leaf(_))) {
        let conditions = nodes.into_iter().filter_map(|node| match node {
            Node::Leaf(condition) => Some(condition),
            Node::Rule(_) => None,
        });
        return Node::Rule(rule(kind, &conditions.collect::<Vec<_>>(), &[]));
    }
    let rules: Vec<Json> = nodes.into_iter().map(Node::rule).collect();
    Node::Rule(rule(kind, &[], &rules))
}

/// Where a condition stands.
#[derive(Clone, Copy)]
enum Depth {
    /// In the segment that the document has: its percentages are hashed with its id.
    Top,
    /// Written out in place of a segment, or in a flag's rule.
    Inside(usize),
}

struct Writer<'s> {
    segments: &'s Segments<'s>,
    environment: &'s EnvironmentName,
    depth: Depth,
    salt: Option<String>,
    conditions: usize,
}

impl<'s> Writer<'s> {
    fn new(segments: &'s Segments<'s>, environment: &'s EnvironmentName, depth: Depth) -> Self {
        Self {
            segments,
            environment,
            depth,
            salt: None,
            conditions: 0,
        }
    }

    fn node(&mut self, condition: &Condition, profile: Profile) -> Said<Node> {
        self.conditions += 1;
        if self.conditions > MOST_CONDITIONS {
            return Err(format!("it would become more than {MOST_CONDITIONS} conditions"));
        }
        match condition {
            Condition::All(inner) => self.several("ALL", inner, profile),
            Condition::Any(inner) if inner.is_empty() => Ok(never()),
            Condition::Any(inner) => self.several("ANY", inner, profile),
            Condition::Not(inner) => match &**inner {
                Condition::Any(inner) if inner.len() > 1 => self.several("NONE", inner, profile),
                inner => Ok(group("NONE", vec![self.node(inner, profile)?])),
            },
            Condition::Test(own) => self.test(own, profile),
            Condition::Segment(key) => self.segment(key),
            Condition::Percentage(own) => self.percentage(own),
            Condition::Broken { verdict: false, .. } => Ok(never()),
            Condition::Broken { verdict: true, .. } => Ok(group("NONE", vec![never()])),
        }
    }

    fn several(&mut self, kind: &str, inner: &[Condition], profile: Profile) -> Said<Node> {
        let nodes: Vec<Node> = inner
            .iter()
            .map(|inner| self.node(inner, profile))
            .collect::<Said<_>>()?;
        Ok(group(kind, nodes))
    }

    fn test(&self, test: &Test, profile: Profile) -> Said<Node> {
        if test.ignore_case {
            return Err("Flagsmith cannot leave case aside".into());
        }
        if test.quantifier != Quantifier::Any {
            return Err("Flagsmith has no lists of attributes".into());
        }
        match profile {
            Profile::Flagsmith => self.foreign(test),
            Profile::Native => native(test),
            Profile::Unleash | Profile::Flagd | Profile::Togglr | Profile::FluxGate => {
                Err("its conditions mean what they mean where they came from".into())
            }
        }
    }

    /// A test that means what it means there.
    fn foreign(&self, test: &Test) -> Said<Node> {
        let property = property(&test.attribute);
        if !self.environment.is_sole && matches!(&*property, IDENTITY_KEY | "$.environment.key") {
            return Err(format!(
                "several environments of Flagsmith were imported, and `{property}` is of one"
            ));
        }
        let (operator, is_negated) = match (test.op, test.negate) {
            (Operator::Equals, false) => ("EQUAL", false),
            (Operator::Equals, true) => ("NOT_EQUAL", false),
            (Operator::Gt, negate) => ("GREATER_THAN", negate),
            (Operator::Gte, negate) => ("GREATER_THAN_INCLUSIVE", negate),
            (Operator::Lt, negate) => ("LESS_THAN", negate),
            (Operator::Lte, negate) => ("LESS_THAN_INCLUSIVE", negate),
            (Operator::Contains, false) => ("CONTAINS", false),
            (Operator::Contains, true) => ("NOT_CONTAINS", false),
            (Operator::Matches, negate) => ("REGEX", negate),
            (Operator::Modulo, negate) => ("MODULO", negate),
            (Operator::In, negate) => ("IN", negate),
            (Operator::Exists, false) => ("IS_SET", false),
            (Operator::Exists, true) => ("IS_NOT_SET", false),
            (op, _) => return Err(nothing_like(op)),
        };
        let node = leaf(operator, &property, foreign_value(test)?.as_deref());
        Ok(if is_negated { group("NONE", vec![node]) } else { node })
    }

    /// Its members and those who meet its condition, in place; nobody, if there is none.
    fn segment(&mut self, key: &str) -> Said<Node> {
        let Some(own) = self.segments.get(key).copied() else {
            return Ok(never());
        };
        let above = self.depth;
        let depth = match above {
            Depth::Top => 1,
            Depth::Inside(depth) => depth + 1,
        };
        if depth > DEEPEST {
            return Err(format!("segments lead to segments more than {DEEPEST} times"));
        }
        self.depth = Depth::Inside(depth);
        let mut ways = Vec::new();
        if !own.members.is_empty() {
            ways.push(subjects(&own.members)?);
        }
        if let Some(condition) = &own.condition {
            ways.push(self.node(condition, own.profile)?);
        }
        self.depth = above;
        Ok(match ways.pop() {
            None => never(),
            Some(only) if ways.is_empty() => only,
            Some(last) => {
                ways.push(last);
                group("ANY", ways)
            }
        })
    }

    fn percentage(&mut self, own: &Percentage) -> Said<Node> {
        if matches!(self.depth, Depth::Inside(_)) {
            return Err("a share as a condition is placed by a segment of its own there".into());
        }
        let salt = placed(&own.allocation)?;
        if self.salt.get_or_insert_with(|| salt.to_owned()) != salt {
            return Err("it has shares that are placed in different ways".into());
        }
        let hundredths = own.share.hundredths();
        let limit = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let limit = limit.trim_end_matches('0').trim_end_matches('.');
        let is_exact = limit.parse().ok().and_then(hundredths_up_to) == Some(own.share);
        if own.bound != Bound::Inclusive || !is_exact {
            return Err("a share that Flagsmith's places do not have".into());
        }
        let property = match own.allocation.inputs.as_slice() {
            [Input::FlagsmithIdentity(key)] if *key == self.environment.key => String::new(),
            [Input::FlagsmithIdentity(_)] => return Err("it was imported from another environment".into()),
            [Input::FirstOf(names)] if names.len() == 1 => property(names.first().map_or("", String::as_str)),
            _ => return Err("a share of more than one attribute".into()),
        };
        Ok(leaf("PERCENTAGE_SPLIT", &property, Some(limit)))
    }
}

/// The salt of an allocation that Flagsmith can make.
pub(super) fn placed(own: &Allocation) -> Said<&str> {
    if own.scheme != Scheme::Flagsmith {
        return Err("it is placed by another hash than Flagsmith's".into());
    }
    let is_plain = own.missing == Missing::NotMatched && own.draw == Draw::Interval && own.assign == Assign::Stable;
    if is_plain {
        Ok(&own.salt)
    } else {
        Err("it is placed in a way that Flagsmith does not have".into())
    }
}

/// The trait or path that an attribute stands for: how an import writes traits with dots is taken back.
fn property(attribute: &str) -> String {
    let quoted = attribute
        .strip_prefix("$.identity.traits[\"")
        .and_then(|rest| rest.strip_suffix("\"]"));
    let Some(quoted) = quoted else {
        return attribute.to_owned();
    };
    let mut name = String::new();
    let mut letters = quoted.chars();
    while let Some(letter) = letters.next() {
        name.push(if letter == '\\' {
            letters.next().unwrap_or('\\')
        } else {
            letter
        });
    }
    let is_written_so = !name.starts_with("$.") && (SUBJECT_NAMES.contains(&&*name) || name.contains('.'));
    if is_written_so { name } else { attribute.to_owned() }
}

fn foreign_value(test: &Test) -> Said<Option<String>> {
    let texts: Vec<&str> = test.values.iter().filter_map(Json::as_str).collect();
    match (test.op, test.values.as_slice(), texts.as_slice()) {
        (Operator::Exists, ..) => Ok(None),
        (Operator::In, values, texts) if values.len() == texts.len() => Ok(Some(listed(texts))),
        (Operator::Modulo, [divisor, remainder], _) => Ok(Some(format!("{divisor}|{remainder}"))),
        (_, [_], [text]) => Ok(Some((*text).to_owned())),
        _ => Err("a condition has values that its operator does not have there".into()),
    }
}

/// What is between commas, or JSON where that would be read in another way.
fn listed(texts: &[&str]) -> String {
    let is_plain =
        texts.iter().all(|text| !text.contains(',')) && texts.first().is_some_and(|first| !first.starts_with('['));
    if is_plain {
        texts.join(",")
    } else {
        json!(texts).to_string()
    }
}

/// A test of ours that means the same there.
fn native(test: &Test) -> Said<Node> {
    let name = match test.attribute.as_str() {
        "targetingKey" => IDENTIFIER,
        name if name.is_empty() || name.starts_with('$') || SUBJECT_NAMES.contains(&name) => {
            return Err(format!("Flagsmith reads the attribute `{name}` in another way"));
        }
        name => name,
    };
    let asked = match test.op {
        Operator::Exists => leaf("IS_SET", name, None),
        Operator::Equals | Operator::In if test.values.is_empty() => never(),
        Operator::Equals | Operator::In => {
            let texts = texts(test, |text| !is_ambiguous(text))?;
            leaf("IN", name, Some(&listed(&texts)))
        }
        Operator::Contains => {
            let texts = texts(test, |text| text.chars().any(|letter| !"0123456789.-".contains(letter)))?;
            let any = texts.iter().map(|text| leaf("CONTAINS", name, Some(text)));
            group("ANY", any.collect())
        }
        op => return Err(nothing_like(op)),
    };
    Ok(if test.negate { group("NONE", vec![asked]) } else { asked })
}

fn texts<'t>(test: &'t Test, means_the_same: impl Fn(&str) -> bool) -> Said<Vec<&'t str>> {
    let one = |value: &'t Json| match value {
        Json::String(text) if !text.is_empty() && means_the_same(text) => Ok(text.as_str()),
        other => Err(format!("Flagsmith compares {other} with more than the same text")),
    };
    test.values.iter().map(one).collect()
}

/// Whether some client takes more than this very text for it.
fn is_ambiguous(text: &str) -> bool {
    spells_number(text) || ["true", "false", "none", "null"].contains(&&*text.to_lowercase())
}

fn spells_number(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        Some((whole, fraction)) => is_digits(whole) && is_digits(fraction),
        None => is_digits(text),
    }
}

fn nothing_like(op: Operator) -> String {
    let op = serde_json::to_value(op).unwrap_or_default();
    format!(
        "Flagsmith has no operator that means what {} means",
        op.as_str().unwrap_or_default()
    )
}
