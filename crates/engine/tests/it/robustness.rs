//! Whatever rules and contexts arrive, nothing panics, and equal questions get equal answers.

use hoist_engine::ruleset::Ruleset;
use hoist_engine::{Context, Limits, Moment, NoVisitor, Patch, Snapshot, UntilVisitor, Value, validate};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value as Json, json};

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        any::<i32>().prop_map(|value| json!(f64::from(value) / 8.0)),
        ".{0,6}".prop_map(|value| json!(value)),
        prop::sample::select(vec![
            "1.2.3",
            "2024-01-01",
            "now",
            "-P1M",
            "P9999Y",
            "10.0.0.0/8",
            "::1",
            "a",
            "(",
            "^a",
            "9223372036854775808",
            "on"
        ])
        .prop_map(|value| json!(value)),
    ]
}

fn anything() -> impl Strategy<Value = Json> {
    scalar().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::btree_map(name(), inner, 0..4).prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a",
        "b",
        "a.b",
        "targetingKey",
        "userId",
        "$now",
        "currentTime",
        "sessionId",
        "",
    ])
    .prop_map(str::to_owned)
}

fn operator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "equals",
        "in",
        "contains",
        "starts_with",
        "ends_with",
        "matches",
        "eq",
        "lt",
        "lte",
        "gt",
        "gte",
        "modulo",
        "semver_eq",
        "semver_lt",
        "semver_gte",
        "semver_range",
        "before",
        "after",
        "within",
        "exists",
        "cidr",
    ])
}

fn allocation() -> impl Strategy<Value = Json> {
    let inputs = prop::collection::vec(
        prop_oneof![
            Just(json!("environment")),
            ".{0,3}".prop_map(|text| json!({"literal": text})),
            prop::collection::vec(name(), 0..3).prop_map(|names| json!({"first_of": names})),
        ],
        0..3,
    );
    let choices = (
        prop::sample::select(vec!["hoist64", "unleash"]),
        prop::sample::select(vec!["not_matched", "base", "draw"]),
        prop::sample::select(vec!["interval", "rendezvous"]),
        prop::sample::select(vec!["stable", "session", "request"]),
    );
    (inputs, choices, ".{0,4}").prop_map(|(inputs, (scheme, missing, draw, assign), salt)| {
        json!({"scheme": scheme, "salt": salt, "inputs": inputs, "missing": missing, "draw": draw, "assign": assign})
    })
}

fn condition() -> impl Strategy<Value = Json> {
    let test = (name(), operator(), prop::collection::vec(scalar(), 0..3), any::<bool>(), any::<bool>(), prop::sample::select(vec!["any", "all", "none"]))
        .prop_map(|(attribute, op, values, negate, ignore_case, quantifier)| {
            json!({"test": {"attribute": attribute, "op": op, "values": values, "negate": negate, "ignore_case": ignore_case, "quantifier": quantifier}})
        });
    let leaf = prop_oneof![
        6 => test,
        1 => prop::sample::select(vec!["s0", "s1", "gone"]).prop_map(|key| json!({"segment": key})),
        1 => (allocation(), 0_u32..=10_000, prop::sample::select(vec!["inclusive", "exclusive"]))
            .prop_map(|(allocation, share, bound)| json!({"percentage": {"allocation": allocation, "share": share, "bound": bound}})),
        1 => any::<bool>().prop_map(|verdict| json!({"broken": {"verdict": verdict, "problem": "p"}})),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|inner| json!({"all": inner})),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|inner| json!({"any": inner})),
            inner.prop_map(|inner| json!({"not": inner})),
        ]
    })
}

fn curve() -> impl Strategy<Value = Json> {
    let moment = || {
        (-377_000_000_000_i64..=253_000_000_000)
            .prop_map(|second| Timestamp::from_second(second).unwrap_or_default().to_string())
    };
    let points = prop::collection::vec(
        (moment(), 0_u32..=10_000).prop_map(|(at, share)| json!({"at": at, "share": share})),
        0..4,
    );
    let pauses = prop::collection::vec(
        (moment(), prop::option::of(moment())).prop_map(|(from, until)| json!({"from": from, "until": until})),
        0..3,
    );
    (prop::sample::select(vec!["steps", "linear"]), points, pauses).prop_map(|(shape, mut points, mut pauses)| {
        // Mostly in order, so that most curves compile.
        points.sort_by_key(|point| point["at"].to_string());
        pauses.sort_by_key(|pause| pause["from"].to_string());
        json!({"shape": shape, "points": points, "pauses": pauses})
    })
}

fn serve() -> impl Strategy<Value = Json> {
    let variant = || prop::sample::select(vec!["on", "off", "gone"]);
    let arms = prop::collection::vec(
        (variant(), prop_oneof![0_u32..4, any::<u32>()])
            .prop_map(|(variant, weight)| json!({"variant": variant, "weight": weight})),
        0..4,
    );
    let what = prop_oneof![
        Just(json!("code_default")),
        variant().prop_map(|variant| json!({"variant": variant})),
        anything().prop_map(|value| json!({"value": value})),
        (allocation(), arms).prop_map(|(allocation, arms)| json!({"split": {"allocation": allocation, "arms": arms}})),
        (allocation(), variant(), variant(), curve())
            .prop_map(|(allocation, variant, rest, curve)| json!({"ramp": {"allocation": allocation, "variant": variant, "rest": rest, "curve": curve}})),
        anything().prop_map(|expression| json!({"json_logic": {"expression": expression, "otherwise": "on"}})),
    ];
    (what, any::<bool>()).prop_map(|(what, enabled)| json!({"serve": what, "enabled": enabled}))
}

fn step() -> impl Strategy<Value = Json> {
    let gate = (allocation(), 0_u32..=10_000, prop::option::of(curve()))
        .prop_map(|(allocation, share, curve)| json!({"allocation": allocation, "share": share, "curve": curve}));
    let rule = (prop::option::of(condition()), prop::option::of(gate), serve())
        .prop_map(|(condition, gate, serve)| json!({"id": "r", "condition": condition, "gate": gate, "serve": serve}));
    let until = prop::option::of(prop::sample::select(vec![
        "1970-01-01T00:00:00Z",
        "2100-01-01T00:00:00Z",
    ]));
    prop_oneof![
        (until, serve()).prop_map(|(until, off)| json!({"kill": {"until": until, "off": off}})),
        serve().prop_map(|off| json!({"off": {"off": off}})),
        (prop::sample::select(vec!["f0", "f1", "f2", "gone"]), prop::option::of(any::<bool>()), serve())
            .prop_map(|(flag, enabled, off)| json!({"prerequisites": {"all": [{"flag": flag, "enabled": enabled}], "off": off}})),
        (serve(), "[a-c]").prop_map(|(serve, subject)| json!({"subjects": {"groups": [{"serve": serve, "subjects": [subject]}]}})),
        (prop::sample::select(vec!["s0", "s1", "gone"]), serve())
            .prop_map(|(segment, serve)| json!({"segments": {"groups": [{"segment": segment, "serve": serve}]}})),
        prop::collection::vec(rule, 0..3).prop_map(|rules| json!({"rules": {"rules": rules}})),
        serve().prop_map(|serve| json!({"serve": {"serve": serve}})),
    ]
}

fn rules() -> impl Strategy<Value = Ruleset> {
    let profile = || prop::sample::select(vec!["native", "unleash", "flagd"]);
    let kind = prop::sample::select(vec!["boolean", "string", "integer", "float", "object", "any"]);
    let flags = prop::collection::vec((prop::collection::vec(step(), 0..4), profile(), kind), 3);
    let segments = prop::collection::vec(
        (
            prop::option::of(condition()),
            profile(),
            prop::collection::vec("[a-c]", 0..3),
        ),
        2,
    );
    (flags, segments).prop_map(|(flags, segments)| {
        let flags: Vec<Json> = (0..)
            .zip(flags)
            .map(|(n, (steps, profile, kind))| {
                json!({"key": format!("f{n}"), "index": n, "kind": kind, "profile": profile, "steps": steps,
                    "variants": [{"key": "on", "value": true}, {"key": "off"}]})
            })
            .collect();
        let segments: Vec<Json> = (0..)
            .zip(segments)
            .map(|(n, (condition, profile, members))| {
                json!({"key": format!("s{n}"), "index": n, "profile": profile, "condition": condition, "members": members})
            })
            .collect();
        serde_json::from_value(json!({"v": 1, "environment": "e", "flags": flags, "segments": segments})).unwrap()
    })
}

fn contexts() -> impl Strategy<Value = Context> {
    let attributes = prop::collection::vec((name(), anything()), 0..6);
    (attributes, any::<f64>()).prop_map(|(attributes, float)| {
        let mut context: Context = attributes
            .into_iter()
            .map(|(name, value)| (name, Value::from(&value)))
            .collect();
        context.set("b", float);
        context
    })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(2), cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_everything_agrees(
        rules in rules(), context in contexts(), seed in any::<u64>(),
        second in prop_oneof![Just(-377_705_023_201_i64), Just(253_402_207_200), -377_705_023_201_i64..=253_402_207_200],
    ) {
        let moment = Moment { now: Timestamp::from_second(second).unwrap(), seed };
        let (snapshot, _) = Snapshot::compile(&rules);
        let patch = Patch { revision: 1, flags: rules.flags.clone(), segments: rules.segments.clone(), ..Patch::default() };
        let (patched, _) = snapshot.patched(patch);
        let bound = snapshot.bind(&context);
        let again = patched.bind(&context);
        for (flag, other) in snapshot.flags().zip(patched.flags()) {
            let outcome = snapshot.evaluate(flag, &bound, &moment, &mut NoVisitor);
            let same = format!("{:?}", (outcome.enabled, outcome.variant(), outcome.value(), outcome.reason, outcome.rule(), outcome.error));
            let mut until = UntilVisitor::default();
            for outcome in [
                snapshot.evaluate(flag, &bound, &moment, &mut until),
                snapshot.explain(flag, &bound, &moment).0,
                patched.evaluate(other, &again, &moment, &mut NoVisitor),
            ] {
                let told = format!("{:?}", (outcome.enabled, outcome.variant(), outcome.value(), outcome.reason, outcome.rule(), outcome.error));
                prop_assert_eq!(&same, &told);
            }
            prop_assert!(until.until().is_none_or(|until| until > moment.now));
        }
        for flag in &rules.flags {
            validate(flag, &Limits::default());
        }
        for segment in &rules.segments {
            validate(segment, &Limits::default());
        }
    }

    #[test]
    fn a_context_is_what_its_attributes_are(attributes in prop::collection::vec((name(), anything()), 0..8)) {
        let forward: Context = attributes.iter().map(|(name, value)| (name.clone(), Value::from(value))).collect();
        let text: Vec<String> = attributes.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
        let read: Context = serde_json::from_str(&format!("{{{}}}", text.join(","))).unwrap();
        prop_assert_eq!(&forward, &read);
        let mut set = Context::new();
        for (name, value) in &attributes {
            set.set(name.clone(), Value::from(value));
        }
        prop_assert_eq!(forward.digest(), set.digest());
        let json = serde_json::to_value(&forward).unwrap();
        prop_assert_eq!(forward.digest(), Context::from_json(json.as_object().unwrap()).digest());
    }
}
