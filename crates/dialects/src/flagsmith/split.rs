//! Splits as multivariate values: an option for each arm, and `control` for what is left.

use hoist_engine::ruleset::{FlagRules, Input, Split};
use hoist_engine::scheme::flagsmith::{PLACES, percentage};
use serde_json::{Value as Json, json};

use super::condition::{Said, placed};
use super::names::{self, EnvironmentName, OptionName};
use super::value::Nature;

/// A split of a state.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shares {
    pub(super) salt: String,
    pub(super) options: Vec<Share>,
    /// Place of the variant for those whom no option takes; None: the options take everybody.
    pub(super) control: Option<usize>,
}

/// An option with its part.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Share {
    /// Place of the variant in the flag.
    pub(super) variant: usize,
    /// In percent.
    pub(super) percentage: f64,
}

/// What Flagsmith makes the same places of.
pub(super) fn shares(flag: &FlagRules, split: &Split, environment: &EnvironmentName) -> Said<Shares> {
    let salt = placed(&split.allocation)?;
    match split.allocation.inputs.as_slice() {
        [Input::FlagsmithIdentity(key)] if *key == environment.key => {}
        [Input::FlagsmithIdentity(_)] => return Err("a split was imported from another environment".into()),
        _ => return Err("a split is not placed by Flagsmith's identity key".into()),
    }
    let total: u64 = split.arms.iter().map(|arm| u64::from(arm.weight)).sum();
    if total == 0 {
        return Err("a split has no weights".into());
    }
    let (mut options, mut control) = (Vec::new(), None);
    let (mut end, mut limit) = (0_u64, 0.0_f64);
    for (at, arm) in split.arms.iter().enumerate() {
        let variant = flag.variants.iter().position(|variant| variant.key == arm.variant);
        let variant = variant.ok_or_else(|| format!("a split has no variant `{}`", arm.variant))?;
        if names::option(flag, variant, &arm.variant) == OptionName::Control {
            if at + 1 < split.arms.len() {
                return Err("a split goes on after what it leaves".into());
            }
            control = Some(variant);
            continue;
        }
        end += u64::from(arm.weight);
        let percentage = part(limit, end, total)?;
        limit += percentage;
        options.push(Share { variant, percentage });
    }
    Ok(Shares {
        salt: salt.to_owned(),
        options,
        control,
    })
}

/// The percentage that goes on from a limit to this end, for Flagsmith's sums of floats: exactly the same places.
fn part(limit: f64, end: u64, total: u64) -> Said<f64> {
    let places = u64::from(PLACES);
    // The first place that is beyond.
    let first = u16::try_from((end * places).div_ceil(total).min(places)).unwrap_or(PLACES);
    let is_exact = |part: f64| {
        let sum = limit + part;
        first.checked_sub(1).is_none_or(|last| percentage(last) < sum) && (first == PLACES || percentage(first) >= sum)
    };
    let wanted = end as f64 * 100.0 / total as f64;
    let hundredths = ((wanted - limit) * 100.0).round() / 100.0;
    let next = wanted - limit;
    let parts = [hundredths, next, next + 1e-9, next - 1e-9];
    let found = parts.into_iter().map(|part| part.max(0.0)).find(|part| is_exact(*part));
    found.ok_or_else(|| "a split has a part that Flagsmith's places do not have".to_owned())
}

/// A variant's value in Flagsmith's types.
pub(super) fn value(flag: &FlagRules, variant: usize) -> Json {
    let value = flag.variants.get(variant).and_then(|variant| variant.value.as_ref());
    nature(flag).said(value)
}

pub(super) fn nature(flag: &FlagRules) -> Nature {
    Nature {
        kind: flag.kind,
        profile: flag.profile,
    }
}

/// `multivariate_feature_state_values`; their ids are their order.
pub(super) fn multivariate(flag: &FlagRules, options: &[Share], uuid: impl Fn(usize) -> String) -> Json {
    let one = |(at, share): (usize, &Share)| {
        let key = flag
            .variants
            .get(share.variant)
            .map_or("", |variant| variant.key.as_str());
        let (id, key) = match names::option(flag, share.variant, key) {
            OptionName::Option { id, key } => (id, key),
            OptionName::Control => (Json::Null, None),
        };
        json!({
            "id": at + 1,
            "mv_fs_value_uuid": uuid(at),
            "percentage_allocation": share.percentage,
            "multivariate_feature_option": {"id": id, "value": value(flag, share.variant), "key": key},
        })
    };
    options.iter().enumerate().map(one).collect()
}

#[cfg(test)]
mod tests {
    use hoist_engine::scheme::flagsmith::point;

    use super::*;

    #[test]
    fn percentages_add_up_to_the_same_places() {
        for weights in [
            [1, 1, 1, 0],
            [3333, 3333, 3334, 0],
            [1667, 3333, 5000, 0],
            [1, 2, 3, 9994],
            [0, 10, 0, 9990],
            [7, 11, 13, 17],
        ] {
            let total: u64 = weights.iter().sum();
            let (mut end, mut limit) = (0, 0.0);
            for weight in weights {
                end += weight;
                limit += part(limit, end, total).unwrap();
                let own = (0..PLACES).filter(|place| point(*place, total) < end).count();
                let theirs = (0..PLACES).filter(|place| percentage(*place) < limit).count();
                assert_eq!(own, theirs, "{weights:?} up to {end}");
            }
        }
        assert!(
            (part(0.0, 3_000, 10_000).unwrap() - 30.0).abs() < f64::EPSILON,
            "as people write it"
        );
    }
}
