//! Who is where: shares that only grow, even splits, independent salts, moves under new weights.

use hoist_engine::Snapshot;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value as Json, json};

use crate::support::{NOW, context, flag, sound, variant};

fn fixed(seed: u64) -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(seed),
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn gated(allocation: &Json, share: u32) -> Snapshot {
    let steps = json!([
        {"rules": {"rules": [{
            "id": "r", "gate": {"allocation": allocation, "share": share}, "serve": {"serve": {"variant": "on"}},
        }]}},
        {"serve": {"serve": {"serve": {"variant": "off"}}}},
    ]);
    sound(vec![flag("f", steps)], vec![])
}

fn split(allocation: &Json, weights: &[u32]) -> Snapshot {
    let variants: Vec<Json> = (0..weights.len())
        .map(|n| json!({"key": n.to_string(), "value": n}))
        .collect();
    let arms: Vec<Json> = weights
        .iter()
        .enumerate()
        .map(|(n, weight)| json!({"variant": n.to_string(), "weight": weight}))
        .collect();
    let mut flag = flag(
        "f",
        json!([{"serve": {"serve": {"serve": {"split": {"allocation": allocation, "arms": arms}}}}}]),
    );
    flag.variants = serde_json::from_value(json!(variants)).unwrap();
    sound(vec![flag], vec![])
}

fn answer(snapshot: &Snapshot, subject: &str) -> String {
    variant(
        snapshot,
        "f",
        &context(json!({"targetingKey": subject, "sessionId": subject})),
        NOW,
    )
}

fn schemes() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("hoist64"), Just("unleash")]
}

proptest! {
    #![proptest_config(fixed(1))]

    #[test]
    fn raising_a_share_never_takes_a_subject_out(
        scheme in schemes(), salt in ".{0,12}", subject in ".{1,20}", a in 0_u32..=10_000, b in 0_u32..=10_000,
    ) {
        let allocation = json!({"scheme": scheme, "salt": salt});
        let (low, high) = (a.min(b), a.max(b));
        let is_in = |share| answer(&gated(&allocation, share), &subject) == "on";
        prop_assert!(!is_in(low) || is_in(high));
        prop_assert!(!is_in(0) && is_in(10_000));
    }

    #[test]
    fn a_percentage_agrees_with_a_gate(scheme in schemes(), subject in "[a-z]{1,9}", share in 0_u32..=10_000) {
        let allocation = json!({"scheme": scheme, "salt": "s"});
        let condition = json!({"percentage": {"allocation": allocation, "share": share}});
        let by_condition = crate::support::holds("native", &condition, json!({"targetingKey": subject}));
        prop_assert_eq!(answer(&gated(&allocation, share), &subject) == "on", by_condition);
    }

    #[test]
    fn the_same_question_has_the_same_answer(scheme in schemes(), subject in ".{1,20}", weights in prop::collection::vec(0_u32..100, 1..6)) {
        prop_assume!(weights.iter().sum::<u32>() > 0);
        for draw in ["interval", "rendezvous"] {
            let allocation = json!({"scheme": scheme, "salt": "s", "draw": draw});
            let first = answer(&split(&allocation, &weights), &subject);
            prop_assert_eq!(&first, &answer(&split(&allocation, &weights), &subject));
            let arm: usize = first.parse().unwrap();
            prop_assert!(weights[arm] > 0);
        }
    }

    #[test]
    fn a_rendezvous_moves_subjects_from_and_to_the_changed_arm_only(
        scheme in schemes(), weights in prop::collection::vec(1_u32..100, 2..5), new in 1_u32..200, n in 0_u32..1_000,
    ) {
        let allocation = json!({"scheme": scheme, "salt": "s", "draw": "rendezvous"});
        let mut changed = weights.clone();
        changed[0] = new;
        let subject = format!("u{n}");
        let (before, after) = (answer(&split(&allocation, &weights), &subject), answer(&split(&allocation, &changed), &subject));
        let grew = new >= weights[0];
        prop_assert!(before == after || (if grew { after == "0" } else { before == "0" }), "{} {}", before, after);
    }
}

/// Chi-square of observed counts against weights.
fn chi_square(counts: &[f64], weights: &[u32]) -> f64 {
    let (all, total) = (counts.iter().sum::<f64>(), f64::from(weights.iter().sum::<u32>()));
    counts
        .iter()
        .zip(weights)
        .map(|(count, weight)| (count - all * f64::from(*weight) / total).powi(2) / (all * f64::from(*weight) / total))
        .sum()
}

#[test]
fn splits_are_even() {
    for scheme in ["hoist64", "unleash"] {
        for draw in ["interval", "rendezvous"] {
            for weights in [vec![1, 1, 1], vec![10, 20, 30, 40], vec![500, 9_500]] {
                for salt in ["a", "checkout", "a-longer-salt-2"] {
                    let snapshot = split(&json!({"scheme": scheme, "salt": salt, "draw": draw}), &weights);
                    let mut counts = vec![0.0; weights.len()];
                    for n in 0..4_000 {
                        counts[answer(&snapshot, &format!("user-{n}")).parse::<usize>().unwrap()] += 1.0;
                    }
                    // 3 degrees of freedom: 0.0001 of all samples lie above 21.1.
                    assert!(
                        chi_square(&counts, &weights) < 21.1,
                        "{scheme} {draw} {salt} {weights:?}: {counts:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn salts_are_independent() {
    for scheme in ["hoist64", "unleash"] {
        let (one, two) = (
            gated(&json!({"scheme": scheme, "salt": "one"}), 5_000),
            gated(&json!({"scheme": scheme, "salt": "two"}), 5_000),
        );
        let mut counts = [0.0; 4];
        for n in 0..4_000 {
            let subject = format!("user-{n}");
            counts[usize::from(answer(&one, &subject) == "on") * 2 + usize::from(answer(&two, &subject) == "on")] +=
                1.0;
        }
        assert!(chi_square(&counts, &[1, 1, 1, 1]) < 21.1, "{scheme}: {counts:?}");
    }
}

#[test]
fn places_that_must_never_change() {
    // Moving anybody here is a breaking change for every user of the product.
    let on = |allocation: &Json, share| {
        (0..16)
            .filter(|n| answer(&gated(allocation, share), &format!("user-{n}")) == "on")
            .collect::<Vec<_>>()
    };
    let arms = |allocation: &Json| {
        (0..16)
            .map(|n| answer(&split(allocation, &[3, 3, 4]), &format!("user-{n}")))
            .collect::<String>()
    };
    let hoist = json!({"salt": "checkout"});
    let unleash = json!({"scheme": "unleash", "salt": "checkout"});
    let rendezvous = json!({"salt": "checkout", "draw": "rendezvous"});
    assert_eq!(on(&hoist, 5_000), PLACES_HOIST);
    assert_eq!(on(&unleash, 5_000), PLACES_UNLEASH);
    assert_eq!([arms(&hoist), arms(&unleash), arms(&rendezvous)], ARMS);
}

const PLACES_HOIST: [i32; 9] = [0, 3, 5, 9, 10, 11, 12, 13, 14];
const PLACES_UNLEASH: [i32; 11] = [0, 1, 2, 6, 9, 10, 11, 12, 13, 14, 15];
const ARMS: [&str; 3] = ["0221212220110111", "2022202021011121", "1211220121212002"];

#[test]
fn inputs_are_joined_in_order() {
    let hash = |inputs: Json, attributes: Json| {
        let allocation = json!({"salt": "s", "inputs": inputs});
        variant(&split(&allocation, &[1; 1_000]), "f", &context(attributes), NOW)
    };
    let literal = hash(
        json!([{"literal": "production"}, {"first_of": ["a", "b"]}]),
        json!({"b": "x"}),
    );
    let environment = hash(json!(["environment", {"first_of": ["b"]}]), json!({"a": "y", "b": "x"}));
    assert_eq!(literal, environment);
    assert_eq!(
        hash(json!([{"first_of": ["a"]}]), json!({"a": 5})),
        hash(json!([{"first_of": ["a"]}]), json!({"a": "5"}))
    );
    let ours = hoist_engine::scheme::hoist64::hash(["s\0production\0x"].into_iter());
    assert_eq!(literal, hoist_engine::scheme::hoist64::point(ours, 1_000).to_string());
    let trailing = hash(json!([{"first_of": ["a"]}, {"literal": "t"}]), json!({"a": "x"}));
    let ours = hoist_engine::scheme::hoist64::hash(["s\0x\0t"].into_iter());
    assert_eq!(trailing, hoist_engine::scheme::hoist64::point(ours, 1_000).to_string());
}

#[test]
fn sessions_and_requests() {
    let session = split(&json!({"salt": "s", "assign": "session"}), &[1; 1_000]);
    let plain = split(
        &json!({"salt": "s", "inputs": [{"first_of": ["sessionId"]}]}),
        &[1; 1_000],
    );
    assert_eq!(answer(&session, "one"), answer(&plain, "one"));

    let request = split(&json!({"salt": "s", "assign": "request"}), &[1; 1_000]);
    let context = context(json!({"targetingKey": "u"}));
    let bound = request.bind(&context);
    let drawn = |seed| {
        let moment = hoist_engine::Moment {
            now: crate::support::at(NOW),
            seed,
        };
        let mut until = hoist_engine::UntilVisitor::default();
        let outcome = request.evaluate(request.flag("f").unwrap(), &bound, &moment, &mut until);
        assert!(until.has_drawn());
        outcome.variant_index()
    };
    assert_eq!(drawn(1), drawn(1));
    assert!((2..50).any(|seed| drawn(seed) != drawn(1)));
}
