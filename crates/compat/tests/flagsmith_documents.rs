//! Environment documents of Flagsmith: what is imported goes back as it came, and clients that evaluate what goes back
//! get what we answer.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use hoist_compat::flagsmith::{self, Evaluation, ReasonStyle};
use hoist_dialects::flagsmith::{About, Export, export};
use hoist_engine::ruleset::{Condition, Ruleset, Step};
use hoist_engine::{Context, IDENTITY_KEY, Moment, NoVisitor, Snapshot};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// Repeats itself: `xorshift`.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    fn one<T: Clone>(&mut self, items: &[T]) -> T {
        let at = self.below(items.len() as u64);
        items[usize::try_from(at).unwrap()].clone()
    }

    fn times(&mut self, most: u64, mut make: impl FnMut(&mut Self, u64) -> Json) -> Json {
        let many = self.below(most + 1);
        (0..many).map(|at| make(self, at)).collect()
    }
}

fn rules_of(document: &Json) -> Ruleset {
    let mut rules = flagsmith::import(document, "live")
        .unwrap()
        .project
        .ruleset("live")
        .unwrap();
    for flag in &mut rules.flags {
        for step in &mut flag.steps {
            // Who stands in a group is a set.
            if let Step::Subjects { groups } = step {
                groups.iter_mut().for_each(|group| group.subjects.sort());
            }
        }
    }
    for segment in &mut rules.segments {
        segment.condition.iter_mut().for_each(without_broken);
    }
    rules
}

/// What nobody could read holds for nobody, in whatever words.
fn without_broken(condition: &mut Condition) {
    match condition {
        Condition::All(inner) | Condition::Any(inner) => inner.iter_mut().for_each(without_broken),
        Condition::Not(inner) => without_broken(inner),
        Condition::Broken { verdict: false, .. } => *condition = Condition::Any(Vec::new()),
        Condition::Broken { .. } | Condition::Test(_) | Condition::Segment(_) | Condition::Percentage(_) => {}
    }
}

fn exported(rules: &Ruleset) -> Export {
    let about = About {
        flag_set: "acme/shop/live",
        now: NOW,
        updated_at: NOW,
    };
    export(rules, &about)
}

/// Import, export, import.
#[track_caller]
fn goes_back(document: &Json) -> Export {
    let rules = rules_of(document);
    let exported = exported(&rules);
    assert_eq!(exported.gaps, [], "{document}");
    let again = rules_of(&exported.document);
    assert_eq!(again.segments, rules.segments);
    for (one, other) in again.flags.iter().zip(&rules.flags) {
        assert_eq!(one, other);
    }
    assert_eq!(again, rules);
    exported
}

const NAMES: [&str; 7] = ["age", "plan", "größe", "a.b", "$.odd", "version", "userId"];
const TEXTS: [&str; 16] = [
    "",
    "a",
    "b",
    "abc",
    "true",
    "False",
    "7",
    "-7",
    "007",
    "7.0",
    "1.2.3:semver",
    "größe",
    "a,b",
    "[1]",
    "[\"7\", \"a\"]",
    "😀",
];
const OPERATORS: [&str; 15] = [
    "EQUAL",
    "NOT_EQUAL",
    "GREATER_THAN",
    "GREATER_THAN_INCLUSIVE",
    "LESS_THAN",
    "LESS_THAN_INCLUSIVE",
    "CONTAINS",
    "NOT_CONTAINS",
    "REGEX",
    "MODULO",
    "IN",
    "IS_SET",
    "IS_NOT_SET",
    "PERCENTAGE_SPLIT",
    "NEW_AND_UNKNOWN",
];

fn condition(dice: &mut Dice) -> Json {
    let operator = dice.one(&OPERATORS);
    let value = match operator {
        "PERCENTAGE_SPLIT" => json!(dice.one(&["0", "10", "33.3", "50", "66.66", "99.99", "100", "150", "-1", "x"])),
        "MODULO" => json!(dice.one(&["2|0", "2.5|1", "-3|-1", "x|y", "7|0"])),
        "REGEX" => json!(dice.one(&["a", "^a", r"\d+", "[A-Z]", "(7|1)"])),
        "IS_SET" | "IS_NOT_SET" => Json::Null,
        _ => json!(dice.one(&TEXTS)),
    };
    let property = if operator == "PERCENTAGE_SPLIT" && dice.below(2) == 0 {
        ""
    } else {
        dice.one(
            &[
                &NAMES[..],
                &["$.identity.identifier", "$.environment.name", "$.identity.traits.plan"],
            ]
            .concat(),
        )
    };
    json!({"operator": operator, "property_": property, "value": value})
}

fn rule(dice: &mut Dice, depth: u64) -> Json {
    let conditions = dice.times(3, |dice, _| condition(dice));
    let rules = if depth == 0 {
        json!([])
    } else {
        dice.times(2, |dice, _| rule(dice, depth - 1))
    };
    json!({"type": dice.one(&["ALL", "ANY", "ANY", "NONE"]), "rules": rules, "conditions": conditions})
}

fn value(dice: &mut Dice) -> Json {
    dice.one(&[
        json!("on"),
        json!(""),
        json!(5),
        json!(-1),
        json!(true),
        json!(false),
        Json::Null,
        json!("7"),
    ])
}

/// A state of the feature with this number; its options belong to it, their parts to the state.
fn state(dice: &mut Dice, feature: u64, may_divide: bool) -> Json {
    let mut left = 100.0;
    let options = if may_divide && dice.below(2) == 0 {
        dice.below(4)
    } else {
        0
    };
    let options: Json = (0..options)
        .map(|at| {
            let part = f64::min(dice.one(&[0.0, 10.0, 12.5, 33.3, 33.34, 25.0, 50.0, 100.0]), left);
            left -= part;
            let id = feature * 10 + at;
            let key = (!id.is_multiple_of(3)).then(|| format!("key-{id}"));
            json!({"id": dice.below(1_000), "percentage_allocation": part, "mv_fs_value_uuid": null,
                "multivariate_feature_option": {"id": id, "value": format!("v{at}"), "key": key}})
        })
        .collect();
    let seed = dice.below(4);
    json!({
        "feature": {"id": feature, "name": format!("f{feature}"), "type": if feature.is_multiple_of(2) { "STANDARD" } else { "MULTIVARIATE" }},
        "enabled": dice.below(2) == 0,
        "django_id": if seed == 0 { Json::Null } else { (1 + dice.below(99_999)).into() },
        "featurestate_uuid": format!("b5a2-{}", dice.below(999)),
        "feature_segment": null, "feature_state_value": value(dice), "multivariate_feature_state_values": options,
    })
}

fn document(dice: &mut Dice) -> Json {
    let features = 1 + dice.below(4);
    let segment = |dice: &mut Dice, at: u64| {
        let states: Vec<Json> = (1..=features)
            .filter_map(|feature| {
                let mut own = state(dice, feature, true);
                own["feature_segment"] = json!({"priority": dice.below(4)});
                (dice.below(2) == 0).then_some(own)
            })
            .collect();
        let name = dice.one(&["testers", "beta", "größe"]);
        json!({"id": 7 + at, "name": name, "rules": dice.times(2, |dice, _| rule(dice, 2)), "feature_states": states})
    };
    let segments = dice.times(4, segment);
    let states: Vec<Json> = (1..=features).map(|feature| state(dice, feature, true)).collect();
    let identities = dice.times(4, |dice, at| {
        let own: Vec<Json> = (1..=features)
            .filter_map(|feature| {
                let own = state(dice, feature, false);
                (dice.below(2) == 0).then_some(own)
            })
            .collect();
        json!({"identifier": format!("user-{at}"), "identity_features": own})
    });
    json!({"id": 1, "api_key": "envkey", "name": "Shop live",
        "project": {"id": 1, "server_key_only_feature_ids": [1], "segments": segments},
        "feature_states": states, "identity_overrides": identities})
}

#[test]
fn generated_documents_go_back_as_they_came() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..600 {
        goes_back(&document(&mut dice));
    }
}

#[test]
fn what_came_is_found_again() {
    let mut dice = Dice(77);
    let option = json!([{"id": 5, "percentage_allocation": 30.0, "mv_fs_value_uuid": "x",
        "multivariate_feature_option": {"id": 22, "value": "blue", "key": "blue_key"}}]);
    let mut source = document(&mut dice);
    source["project"]["segments"] = json!([{"id": 4, "name": "testers", "rules": [{"type": "ALL", "rules": [],
        "conditions": [{"operator": "PERCENTAGE_SPLIT", "property_": "", "value": "33.3"},
            {"operator": "IN", "property_": "a.b", "value": "x,y"}]}],
        "feature_states": [{"feature": {"id": 9, "name": "colour", "type": "MULTIVARIATE"}, "enabled": false,
            "django_id": 12, "feature_segment": {"priority": 3}, "feature_state_value": "grey",
            "multivariate_feature_state_values": option}]}]);
    source["feature_states"] = json!([{"feature": {"id": 9, "name": "colour", "type": "MULTIVARIATE"}, "enabled": true,
        "django_id": 78986, "feature_state_value": "red", "multivariate_feature_state_values": option}]);
    source["identity_overrides"] = json!([{"identifier": "ann", "identity_features": [{"enabled": true,
        "feature": {"id": 9, "name": "colour", "type": "MULTIVARIATE"}, "feature_state_value": "gold"}]}]);
    source["project"]["server_key_only_feature_ids"] = json!([9]);
    let found = goes_back(&source).document;
    assert_eq!(
        (&found["api_key"], &found["name"]),
        (&json!("envkey"), &json!("Shop live"))
    );
    assert_eq!(found["project"]["server_key_only_feature_ids"], json!([9]));
    let segment = &found["project"]["segments"][0];
    let wanted = &source["project"]["segments"][0];
    assert_eq!(
        (&segment["id"], &segment["name"], &segment["rules"]),
        (&wanted["id"], &wanted["name"], &wanted["rules"])
    );
    let (own, over) = (&found["feature_states"][0], &segment["feature_states"][0]);
    assert_eq!((&own["django_id"], &over["django_id"]), (&json!(78986), &json!(12)));
    for (state, value, enabled) in [(own, "red", true), (over, "grey", false)] {
        assert_eq!(
            state["feature"],
            json!({"id": 9, "name": "colour", "type": "MULTIVARIATE"})
        );
        assert_eq!(
            (&state["feature_state_value"], &state["enabled"]),
            (&json!(value), &json!(enabled))
        );
        let share = &state["multivariate_feature_state_values"][0];
        assert_eq!(share["percentage_allocation"], json!(30.0));
        assert_eq!(
            share["multivariate_feature_option"],
            json!({"id": 22, "value": "blue", "key": "blue_key"})
        );
    }
    let identity = &found["identity_overrides"][0];
    assert_eq!(
        (&identity["identifier"], &identity["composite_key"]),
        (&json!("ann"), &json!("envkey_ann"))
    );
    assert_eq!(identity["identity_features"][0]["feature_state_value"], "gold");
}

/// What every client of Flagsmith's makes of a document.
fn context_of(document: &Json, identity: &Json) -> Json {
    let feature = |state: &Json| {
        let key = state["django_id"].as_u64().map(|id| id.to_string());
        let options = state["multivariate_feature_state_values"].as_array().unwrap();
        let variant = |own: &Json| {
            let option = &own["multivariate_feature_option"];
            json!({"value": option["value"], "key": option["key"], "weight": own["percentage_allocation"], "priority": own["id"]})
        };
        let mut feature = json!({
            "key": key.unwrap_or_else(|| state["featurestate_uuid"].as_str().unwrap().to_owned()),
            "name": state["feature"]["name"], "enabled": state["enabled"], "value": state["feature_state_value"],
            "variants": options.iter().map(variant).collect::<Vec<_>>(),
        });
        if let Some(priority) = state["feature_segment"]["priority"].as_f64() {
            feature["priority"] = priority.into();
        }
        feature
    };
    let list = |json: &Json| json.as_array().unwrap().clone();
    let features: Map<String, Json> = list(&document["feature_states"])
        .iter()
        .map(|state| (state["feature"]["name"].as_str().unwrap().to_owned(), feature(state)))
        .collect();
    // Segments by number, so that an object keeps their order.
    let mut segments = Map::new();
    for (at, own) in list(&document["project"]["segments"]).iter().enumerate() {
        let overrides: Vec<Json> = list(&own["feature_states"]).iter().map(feature).collect();
        let key = own["id"].as_str().map_or_else(|| own["id"].to_string(), str::to_owned);
        segments.insert(
            format!("{at:05}"),
            json!({"key": key, "name": own["name"], "rules": own["rules"], "overrides": overrides}),
        );
    }
    for (at, own) in list(&document["identity_overrides"]).iter().enumerate() {
        let overrides: Vec<Json> = list(&own["identity_features"])
            .iter()
            .map(|state| {
                let mut own = feature(state);
                own["priority"] = json!(-1e300);
                own
            })
            .collect();
        let rules = json!([{"type": "ALL", "rules": [], "conditions": [
            {"property": "$.identity.identifier", "operator": "IN", "value": [own["identifier"]]}]}]);
        segments.insert(
            format!("identity-{at:05}"),
            json!({"key": "", "name": "identity_overrides", "rules": rules, "overrides": overrides}),
        );
    }
    json!({"environment": {"key": document["api_key"], "name": document["name"]}, "identity": identity,
        "features": features, "segments": segments})
}

/// What clients of the document answer is what we answer, for every flag that it has. Returns how many pairs.
#[track_caller]
fn means_the_same(rules: &Ruleset, exported: &Export, identity: &Json) -> usize {
    let context = context_of(&exported.document, identity);
    let theirs = Evaluation::read(&context.to_string()).unwrap();
    let moment = Moment { now: NOW, seed: 0 };
    let theirs = theirs[0].result(&moment, ReasonStyle::V11);
    let name = identity["identifier"].as_str().unwrap();
    let mut own = Context::from_json(identity["traits"].as_object().unwrap())
        .with("targetingKey", name)
        .with("$.environment.name", exported.document["name"].as_str().unwrap());
    own.set(
        IDENTITY_KEY,
        format!("{}_{name}", exported.document["api_key"].as_str().unwrap()),
    );
    let (snapshot, _) = Snapshot::compile(rules);
    let bound = snapshot.bind(&own);
    let all = theirs["flags"].as_object().unwrap();
    for (key, flag) in all {
        let outcome = snapshot.evaluate(snapshot.flag(key).unwrap(), &bound, &moment, &mut NoVisitor);
        let value = outcome.value().cloned().unwrap_or_default();
        let is_boolean = snapshot.flag(key).unwrap().kind() == hoist_engine::ruleset::Kind::Boolean
            && snapshot.flag(key).unwrap().profile().is_native();
        let enabled = outcome.enabled && (!is_boolean || value == json!(true));
        assert_eq!(
            (&flag["enabled"], &flag["value"]),
            (&json!(enabled), &value),
            "{key} for {identity}: {context}"
        );
    }
    all.len()
}

fn somebody(dice: &mut Dice, at: u64) -> Json {
    let values = [
        json!("a"),
        json!("abc"),
        json!("007"),
        json!(7),
        json!(1.5),
        json!(true),
        json!("7.0"),
        json!("größe"),
    ];
    let mut traits = Map::new();
    for name in NAMES.iter().filter(|name| !["userId", "$.odd"].contains(name)) {
        if dice.below(3) > 0 {
            traits.insert((*name).to_owned(), dice.one(&values));
        }
    }
    json!({"identifier": format!("user-{at}"), "traits": traits})
}

#[test]
fn clients_of_generated_documents_answer_as_we_do() {
    let mut dice = Dice(4_711);
    let (mut pairs, mut answers) = (0, BTreeSet::new());
    for _ in 0..150 {
        let rules = rules_of(&document(&mut dice));
        let exported = exported(&rules);
        for at in 0..12 {
            let identity = somebody(&mut dice, at);
            pairs += means_the_same(&rules, &exported, &identity);
            answers.insert(exported.document.to_string().len());
        }
    }
    assert!(pairs > 3_000 && answers.len() > 100, "{pairs}");
}

/// Test data of Flagsmith's engine as documents.
#[test]
fn public_test_data_goes_back_as_it_came() {
    let Some(folder) = std::env::var_os("HOIST_CONFORMANCE_DIR") else {
        println!("skipped: HOIST_CONFORMANCE_DIR is not set");
        return;
    };
    let mut documents = 0;
    for entry in std::fs::read_dir(std::path::Path::new(&folder).join("flagsmith")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let case = hoist_compat::json::read(&text).unwrap();
        goes_back(&document_of(&case["context"]));
        documents += 1;
    }
    println!("{documents} documents go back as they came");
    assert!(documents > 0);
}

/// The document with which a context could have been made.
fn document_of(context: &Json) -> Json {
    let members = |json: &Json| json.as_object().cloned().unwrap_or_default();
    let state = |own: &Json| {
        let variants = own["variants"].as_array().cloned().unwrap_or_default();
        let options: Vec<Json> = variants
            .iter()
            .enumerate()
            .map(|(at, variant)| {
                json!({"id": variant["priority"].as_f64().map(|priority| priority as i64), "percentage_allocation": variant["weight"],
                    "multivariate_feature_option": {"id": at, "value": variant["value"], "key": variant["key"]}})
            })
            .collect();
        json!({"feature": {"id": own["name"], "name": own["name"], "type": "STANDARD"}, "enabled": own["enabled"],
            "featurestate_uuid": own["key"], "feature_state_value": own["value"],
            "feature_segment": own["priority"].as_f64().map(|priority| json!({"priority": priority})),
            "multivariate_feature_state_values": options})
    };
    let segment = |own: &Json| {
        let overrides = own["overrides"].as_array().cloned().unwrap_or_default();
        let states: Vec<Json> = overrides.iter().map(state).collect();
        json!({"id": own["key"], "name": own["name"], "rules": own["rules"], "feature_states": states})
    };
    json!({"api_key": context["environment"]["key"], "name": context["environment"]["name"],
        "project": {"segments": members(&context["segments"]).values().map(segment).collect::<Vec<_>>()},
        "feature_states": members(&context["features"]).values().map(state).collect::<Vec<_>>()})
}
