//! Strategies, stickiness and shares.

use serde_json::json;

use super::*;

#[test]
fn stickiness() {
    let sticky = |name: &str, rollout: &str| {
        World::one(strategy(
            "flexibleRollout",
            json!({"rollout": rollout, "stickiness": name, "groupId": "f"}),
        ))
    };
    assert!(
        sticky("companyId", "100")
            .ask("f", &json!({"properties": {"companyId": "c"}}))
            .0
    );
    assert!(!sticky("companyId", "100").ask("f", &json!({"userId": "u"})).0);
    assert!(
        !sticky("userId", "100")
            .ask("f", &json!({"sessionId": "s", "properties": {"identifier": "u"}}))
            .0
    );
    assert!(sticky("default", "100").ask("f", &json!({})).0);
    assert!(!sticky("random", "0").ask("f", &json!({"userId": "u"})).0);
    let shares = |name: &str, source: Json| {
        let world = sticky(name, "30");
        (0..2_000).filter(|seed| world.ask_with("f", &source, *seed).0).count()
    };
    assert!((500..700).contains(&shares("random", json!({"userId": "u"}))));
    assert!((500..700).contains(&shares("default", json!({}))));
    assert!([0, 2_000].contains(&shares("default", json!({"sessionId": "s"}))));
}

#[test]
fn percentages_with_decimals_and_without_sense() {
    let share = |rollout: Json| {
        let world = World::one(strategy(
            "flexibleRollout",
            json!({"rollout": rollout, "stickiness": "userId"}),
        ));
        (0..20_000)
            .filter(|user| world.ask("f", &json!({"userId": format!("u{user}")})).0)
            .count()
    };
    assert_eq!(share(json!("100.0")), 20_000);
    assert_eq!(share(json!("101")), 20_000);
    for none in [json!("50%"), json!(""), json!("-1"), json!(null), json!("NaN")] {
        assert_eq!(share(none), 0);
    }
    assert!((60..150).contains(&share(json!("0.5"))));
    assert_eq!(share(json!(25)), share(json!(" 25")));
}

#[test]
fn a_missing_group_is_the_flags_name() {
    let with = World::one(strategy(
        "gradualRolloutUserId",
        json!({"percentage": "50", "groupId": "f"}),
    ));
    let without = World::one(strategy("gradualRolloutUserId", json!({"percentage": "50"})));
    for user in 0..100 {
        let source = json!({"userId": user.to_string()});
        assert_eq!(with.ask("f", &source), without.ask("f", &source));
    }
    assert!(!with.ask("f", &json!({})).0);
}

#[test]
fn subjects_outside_ascii_are_hashed_as_utf8() {
    let world = World::one(strategy(
        "flexibleRollout",
        json!({"rollout": "50", "stickiness": "userId", "groupId": "f"}),
    ));
    let rows = [("Ж0", true), ("Ж1", false), ("emoji😀", true), ("æøå", false)];
    for (user, expected) in rows {
        assert_eq!(world.ask("f", &json!({"userId": user})).0, expected, "{user}");
    }
}

#[test]
fn addresses_and_host_names() {
    let world = World::one(strategy("remoteAddress", json!({"IPs": "localhost, 10.0.0.0/8 ,::1,"})));
    for (address, expected) in [
        ("10.2.3.4", true),
        ("localhost", true),
        ("::1", true),
        ("11.0.0.1", false),
    ] {
        assert_eq!(
            world.ask("f", &json!({"remoteAddress": address})).0,
            expected,
            "{address}"
        );
    }
    assert!(
        !World::one(strategy("remoteAddress", json!({})))
            .ask("f", &json!({"remoteAddress": "1.1.1.1"}))
            .0
    );
    let world = World::one(strategy("applicationHostname", json!({"hostNames": "One,two"})));
    assert!(world.ask("f", &json!({"properties": {"hostname": "ONE"}})).0);
    assert_eq!(world.codes(), [gap::HOSTNAME]);
}

#[test]
fn one_broken_strategy_leaves_the_others_alone() {
    let feature = |first: Json| json!({"name": "f", "enabled": true, "strategies": [first, {"name": "userWithId", "parameters": {"userIds": "1"}}]});
    let rows = [
        (
            json!({"name": "custom", "parameters": {"p": "q"}}),
            gap::UNKNOWN_STRATEGY,
        ),
        (json!({"name": "default", "segments": [404]}), gap::MISSING_SEGMENT),
        (
            json!({"name": "default", "constraints": [{"contextName": "x", "operator": "NOPE"}]}),
            gap::UNKNOWN_OPERATOR,
        ),
        (
            json!({"name": "default", "constraints": [{"contextName": "x", "operator": "NUM_EQ"}]}),
            gap::BROKEN_CONSTRAINT,
        ),
        (json!({"name": "default", "constraints": [7]}), gap::UNKNOWN_OPERATOR),
    ];
    for (first, code) in rows {
        let world = World::one(feature(first.clone()));
        assert!(world.ask("f", &json!({"userId": "1"})).0, "{first}");
        assert!(!world.ask("f", &json!({"userId": "2"})).0, "{first}");
        assert_eq!(world.codes(), [code], "{first}");
    }
}

#[test]
fn disabled_strategies_do_not_count() {
    let feature = json!({"name": "f", "enabled": true, "strategies": [{"name": "default", "disabled": true}]});
    assert!(!World::one(feature).ask("f", &json!({})).0);
}
