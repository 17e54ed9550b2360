//! What a clause serves, as variants; and how many it admits, as a strategy with parameters.

use hoist_engine::ruleset::{FlagRules, Gate, Missing, Profile, Serve, Split, What};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::super::faces::{Face, Seen, Shown};
use super::super::wire::Variant;
use super::condition::Said;
use super::placement::{self, Placement, Stickiness};
use super::steps::Until;

/// All of a variant's weight.
const WHOLE: u32 = 1000;

/// What those whom a clause is about get.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Given {
    /// Not enabled.
    Off,
    /// Enabled, no variant of its own.
    Plain,
    /// One variant.
    Fixed(Variant),
    /// Variants by weight.
    Split(Placement, Vec<Variant>),
}

/// A strategy without its constraints.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) name: String,
    pub(super) parameters: Map<String, Json>,
}

/// What a serve comes to.
pub(super) fn given(serve: &Serve, rules: &FlagRules, face: &Face) -> Said<Given> {
    let seen = match &serve.what {
        What::CodeDefault => face.of_value(None, serve.enabled),
        What::Value(value) => face.of_value(Some(value), serve.enabled),
        What::Variant(key) => face.of_variant(key, serve.enabled),
        What::Split(split) => return divided(split, serve.enabled, rules, face),
        What::Ramp(_) => return Err("a ramp between variants cannot be said".into()),
        What::JsonLogic { .. } => return Err("an expression of flagd's decides".into()),
    };
    Ok(match seen {
        Seen::Off => Given::Off,
        Seen::On(None) => Given::Plain,
        Seen::On(Some(shown)) => Given::Fixed(variant(shown, WHOLE, &Stickiness::Default, rules)),
    })
}

fn divided(split: &Split, enabled: bool, rules: &FlagRules, face: &Face) -> Said<Given> {
    let seen = split.arms.iter().map(|arm| face.of_variant(&arm.variant, enabled));
    let seen: Vec<Seen<'_>> = seen.collect();
    if seen.iter().all(|seen| *seen == Seen::Off) {
        return Ok(Given::Off);
    }
    if seen.iter().all(|seen| *seen == Seen::On(None)) {
        return Ok(Given::Plain);
    }
    let placement = Placement::of(&split.allocation)?;
    let one = |(arm, seen): (&hoist_engine::ruleset::Arm, Seen<'_>)| match seen {
        Seen::On(Some(shown)) => Ok(variant(shown, arm.weight, &placement.stickiness, rules)),
        Seen::On(None) | Seen::Off => Err("a split between on and off is no share in Unleash".to_owned()),
    };
    let variants = split.arms.iter().zip(seen).map(one).collect::<Said<_>>()?;
    Ok(Given::Split(placement, variants))
}

fn variant(shown: &Shown, weight: u32, stickiness: &Stickiness, rules: &FlagRules) -> Variant {
    let kinds = rules.foreign.get("weightTypes").and_then(Json::as_object);
    let is_fixed = kinds.is_some_and(|kinds| kinds.contains_key(&shown.name)) && rules.profile == Profile::Unleash;
    Variant {
        name: shown.name.clone(),
        weight,
        weight_type: if is_fixed { "fix" } else { "variable" },
        stickiness: stickiness.name().to_owned(),
        payload: shown.payload.clone(),
        overrides: Vec::new(),
    }
}

/// Who is admitted, in which group those are placed who are.
pub(super) fn shape(
    gate: Option<&Gate>,
    given: &Given,
    key: &str,
    (now, until): (Timestamp, &mut Until),
) -> Said<Shape> {
    let split = match given {
        Given::Split(placement, _) => Some(placement),
        Given::Off | Given::Plain | Given::Fixed(_) => None,
    };
    let (placement, percents) = match (gate, split) {
        (None, None) => {
            return Ok(Shape {
                name: "default".into(),
                parameters: Map::new(),
            });
        }
        (None, Some(split)) => (split.clone(), "100".to_owned()),
        (Some(gate), split) => {
            let own = Placement::of(&gate.allocation)?;
            let (share, end) = placement::share(gate, now)?;
            until.note(end);
            (joined(own, split)?, placement::percents(share)?)
        }
    };
    if matches!(placement.stickiness, Stickiness::Field(_)) && placement.missing != Missing::NotMatched {
        return Err("who lacks the field that placement needs is left out by Unleash".into());
    }
    Ok(flexible(&placement, percents, key))
}

/// One strategy has one group, and clients do not agree about more than one stickiness.
fn joined(gate: Placement, split: Option<&Placement>) -> Said<Placement> {
    let Some(split) = split else { return Ok(gate) };
    if gate.stickiness != split.stickiness {
        return Err("the share and the variants stick to different things".into());
    }
    if let (Some(one), Some(other)) = (&gate.group, &split.group)
        && one != other
    {
        return Err("the share and the variants are placed in different groups".into());
    }
    Ok(gate)
}

fn flexible(placement: &Placement, percents: String, key: &str) -> Shape {
    let group = placement.group.as_deref().unwrap_or(key);
    let parameters = [
        ("groupId", group.to_owned()),
        ("rollout", percents),
        ("stickiness", placement.stickiness.name().to_owned()),
    ];
    Shape {
        name: "flexibleRollout".into(),
        parameters: parameters
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Json::from(value)))
            .collect(),
    }
}

/// Nobody is in.
pub(super) fn nobody(key: &str) -> Shape {
    let placement = Placement {
        stickiness: Stickiness::Default,
        group: None,
        missing: Missing::Draw,
    };
    flexible(&placement, "0".into(), key)
}
