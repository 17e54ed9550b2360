//! Evaluation allocates nothing; snapshots share what did not change.

use hoist_engine::NoVisitor;
use serde_json::json;

use crate::support::{NOW, context, flag, moment, segment, sound};

#[test]
fn an_evaluation_allocates_nothing() {
    let test = |attribute: &str, op: &str, values: serde_json::Value| json!({"test": {"attribute": attribute, "op": op, "values": values}});
    let folded = json!({"test": {"attribute": "country", "op": "equals", "values": ["XX"], "ignore_case": true}});
    let conditions = [
        test("country", "in", json!(["CH", "DE"])),
        test(
            "country",
            "in",
            json!((0..100).map(|n| n.to_string()).collect::<Vec<_>>()),
        ),
        test("age", "gte", json!([18])),
        test("version", "semver_gte", json!(["2.0.0"])),
        test("ip", "cidr", json!(["10.0.0.0/8"])),
        test("signup", "after", json!(["-P30D"])),
        test("tags", "contains", json!(["z"])),
        folded,
        json!({"segment": "beta"}),
        json!({"percentage": {"allocation": {"salt": "p"}, "share": 0}}),
    ];
    let rules: Vec<_> = conditions
        .iter()
        .enumerate()
        .map(|(n, condition)| json!({"id": n.to_string(), "condition": {"all": [condition, {"any": []}]}, "serve": {"serve": {"variant": "on"}}}))
        .collect();
    let split = |scheme: &str, draw: &str| {
        json!({"serve": {"split": {
            "allocation": {"salt": "s", "scheme": scheme, "draw": draw},
            "arms": [{"variant": "on", "weight": 1}, {"variant": "off", "weight": 1}],
        }}})
    };
    let mut flags = vec![];
    for (n, (scheme, draw)) in [("hoist64", "interval"), ("unleash", "rendezvous")]
        .into_iter()
        .enumerate()
    {
        let steps = json!([
            {"kill": {"until": "2020-01-01T00:00:00Z", "off": {"serve": {"variant": "off"}}}},
            {"prerequisites": {"all": [{"flag": "base", "enabled": true}], "off": {"serve": {"variant": "off"}}}},
            {"subjects": {"groups": [{"serve": {"serve": {"variant": "off"}}, "subjects": ["nobody"]}]}},
            {"rules": {"rules": rules}},
            {"serve": {"serve": split(scheme, draw)}},
        ]);
        flags.push(flag(&format!("f{n}"), steps));
    }
    flags.push(flag(
        "base",
        json!([{"serve": {"serve": {"serve": {"variant": "on"}}}}]),
    ));
    let beta = segment(
        json!({"key": "beta", "index": 0, "members": ["x"], "condition": test("plan", "equals", json!(["pro"]))}),
    );
    let snapshot = sound(flags, vec![beta]);
    let context = context(json!({
        "targetingKey": "user-with-a-key-that-is-longer-than-most".repeat(8), "country": "XX", "age": 20, "version": "2.1.0-rc.1",
        "ip": "10.0.0.1", "signup": "2024-06-01", "tags": ["a", "b"], "plan": "free",
    }));
    let bound = snapshot.bind(&context);
    let moment = moment(NOW);
    let counted = allocation_counter::measure(|| {
        for flag in snapshot.flags() {
            let outcome = snapshot.evaluate(flag, &bound, &moment, &mut NoVisitor);
            assert!(outcome.variant().is_some() && outcome.error.is_none());
        }
    });
    assert_eq!(counted.count_total, 0);
}
