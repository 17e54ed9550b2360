//! Strategies as they were imported, where the rule still says the same.
//!
//! Most become `flexibleRollout` or `default` with constraints anyway; what an import kept of the strategy's own name
//! and parameters is used only if reading it again would give the rule that is there.

use std::net::IpAddr;

use hoist_engine::ruleset::{Condition, Gate, Operator, Quantifier, Test};
use serde_json::{Map, Value as Json};

use super::placement::{Placement, Stickiness};
use super::shape::{Given, Shape};
use super::steps::{Clause, Who};

/// A strategy with its own name, and what is left of the conditions.
pub(super) struct Kept<'r> {
    pub(super) shape: Shape,
    pub(super) conditions: &'r [Condition],
    /// Whether it has a share in hundredths, which clients differ about.
    pub(super) is_fine: bool,
}

/// None: the rule has changed, or nothing was kept.
pub(super) fn kept<'r>(clause: &Clause<'r>, given: &Given, key: &str) -> Option<Kept<'r>> {
    let origin = clause.origin?;
    let name = origin.get("strategy")?.as_str()?;
    let parameters = texts(origin.get("parameters"));
    let conditions = match clause.who {
        Who::Everybody => &[],
        Who::Condition(Condition::All(all)) => all.as_slice(),
        Who::Condition(only) => std::slice::from_ref(only),
        Who::Subjects(_) | Who::Segment(_) => return None,
    };
    let text = |name: &str| parameters.get(name).and_then(Json::as_str).unwrap_or_default();
    let group = parameters.get("groupId").and_then(Json::as_str).unwrap_or(key);
    let (conditions, rollout) = match name {
        "default" => (conditions, None),
        "flexibleRollout" => (conditions, Some(("rollout", Stickiness::named(text("stickiness"))))),
        "gradualRolloutUserId" => (conditions, Some(("percentage", Stickiness::Field("userId".into())))),
        "gradualRolloutSessionId" => (conditions, Some(("percentage", Stickiness::Field("sessionId".into())))),
        "gradualRolloutRandom" => (conditions, Some(("percentage", Stickiness::Random))),
        "userWithId" => (without(conditions, &among("userId", listed(text("userIds"))))?, None),
        "remoteAddress" => (without(conditions, &addresses(text("IPs")))?, None),
        "applicationHostname" => (without(conditions, &hosts(text("hostNames")))?, None),
        _ => (without_unknown(conditions)?, None),
    };
    let is_same = match (&rollout, clause.gate) {
        (None, None) => true,
        (Some((percentage, stickiness)), Some(gate)) => is_gate(gate, text(percentage), stickiness, group),
        (None, Some(_)) | (Some(_), None) => false,
    };
    let fits = |placement: &Placement| placement.group.as_deref().is_none_or(|own| own == group);
    if !is_same || matches!(given, Given::Split(placement, _) if !fits(placement)) {
        return None;
    }
    Some(Kept {
        is_fine: clause.gate.is_some_and(|gate| gate.share.hundredths() % 100 != 0),
        shape: Shape {
            name: name.to_owned(),
            parameters,
        },
        conditions,
    })
}

/// Parameters are text.
fn texts(parameters: Option<&Json>) -> Map<String, Json> {
    let all = parameters.and_then(Json::as_object).into_iter().flatten();
    let text = |value: &Json| match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    };
    all.filter_map(|(name, value)| Some((name.clone(), Json::from(text(value)?))))
        .collect()
}

fn is_gate(gate: &Gate, percentage: &str, stickiness: &Stickiness, group: &str) -> bool {
    let Ok(placement) = Placement::of(&gate.allocation) else {
        return false;
    };
    let percent = percentage
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|percent| percent.is_finite());
    let hundredths = percent.map_or(0.0, |percent| (percent * 100.0).round().clamp(0.0, 10_000.0));
    placement.stickiness == *stickiness
        && placement.group.as_deref().is_none_or(|own| own == group)
        && gate.curve.is_none()
        && f64::from(gate.share.hundredths()) == hundredths
}

fn without<'r>(conditions: &'r [Condition], own: &Condition) -> Option<&'r [Condition]> {
    conditions
        .split_last()
        .filter(|(last, _)| *last == own)
        .map(|(_, rest)| rest)
}

fn without_unknown(conditions: &[Condition]) -> Option<&[Condition]> {
    let is_unknown = |last: &Condition| matches!(last, Condition::Broken { verdict: false, .. });
    conditions
        .split_last()
        .filter(|(last, _)| is_unknown(last))
        .map(|(_, rest)| rest)
}

fn listed(text: &str) -> Vec<String> {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(str::to_owned).collect()
}

fn test(attribute: &str, op: Operator, values: Vec<String>) -> Condition {
    Condition::Test(Test {
        attribute: attribute.to_owned(),
        op,
        values: values.into_iter().map(Json::from).collect(),
        negate: false,
        ignore_case: false,
        quantifier: Quantifier::Any,
    })
}

fn among(attribute: &str, values: Vec<String>) -> Condition {
    test(attribute, Operator::In, values)
}

fn hosts(names: &str) -> Condition {
    match among("hostname", listed(names)) {
        Condition::Test(test) => Condition::Test(Test {
            ignore_case: true,
            ..test
        }),
        other => other,
    }
}

fn addresses(text: &str) -> Condition {
    let (blocks, literals): (Vec<String>, Vec<String>) = listed(text).into_iter().partition(|item| is_block(item));
    let inside = |blocks: Vec<String>| {
        if blocks.is_empty() {
            Condition::Any(Vec::new())
        } else {
            test("remoteAddress", Operator::Cidr, blocks)
        }
    };
    match (blocks.is_empty(), literals.is_empty()) {
        (_, true) => inside(blocks),
        (true, false) => among("remoteAddress", literals),
        (false, false) => Condition::Any(vec![inside(blocks), among("remoteAddress", literals)]),
    }
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
