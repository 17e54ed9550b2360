//! Any document is survived.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// JSON with the words of a features document.
fn any_document() -> impl Strategy<Value = Json> {
    let words = prop::sample::select(vec![
        "features",
        "segments",
        "events",
        "state",
        "type",
        "hydration",
        "feature-updated",
        "feature",
        "name",
        "enabled",
        "strategies",
        "variants",
        "dependencies",
        "constraints",
        "parameters",
        "contextName",
        "operator",
        "values",
        "value",
        "inverted",
        "weight",
        "payload",
        "overrides",
        "stickiness",
        "id",
        "rollout",
        "groupId",
        "flexibleRollout",
        "default",
        "userWithId",
        "userIds",
        "IN",
        "NUM_EQ",
        "REGEX",
        "IN_CIDR",
        "DATE_AFTER",
        "STR_CONTAINS",
        "disabled",
        "on",
        "~",
    ]);
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        words.clone().prop_map(Json::from),
        "[ -~é\n]{0,6}".prop_map(Json::from),
    ];
    let value = scalar.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::hash_map(words.clone(), inner, 0..7).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Json>()),
        ]
    });
    prop_oneof![
        value.clone(),
        prop::collection::vec(value.clone(), 0..4).prop_map(|features| json!({"features": features})),
        (value.clone(), value.clone(), value).prop_map(|(strategies, variants, dependencies)| json!({"features": [{
            "name": "f", "enabled": true, "strategies": [strategies], "variants": [variants], "dependencies": [dependencies]}]})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_survived_and_what_is_read_is_lossless(document in any_document(), source in any_document()) {
        if let Ok(import) = import(&document, "dev") {
            let text = serde_json::to_string(&import.project).unwrap();
            prop_assert_eq!(&serde_json::from_str::<hoist_model::portable::ProjectFile>(&text).unwrap(), &import.project);
            let (snapshot, _) = Snapshot::compile(&import.project.ruleset("dev").unwrap());
            let source = source.as_object().cloned().unwrap_or_default();
            let context = context(&source);
            let bound = snapshot.bind(&context);
            let at = Moment { now: moment(&source).unwrap_or(Timestamp::UNIX_EPOCH), seed: 1 };
            for flag in snapshot.flags() {
                let outcome = snapshot.evaluate(flag, &bound, &at, &mut NoVisitor);
                let served = Served { enabled: outcome.enabled, variant: outcome.variant() };
                answer(import.project.flags.get(flag.key()), served);
            }
        }
    }
}
