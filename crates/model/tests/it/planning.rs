//! What a request does, what it says, what it refuses.

use std::collections::BTreeMap;

use hoist_model::permission::Permission;
use hoist_model::plan::{Grade, Plan, Refusal};
use serde_json::{Value as Json, json};

use crate::house::House;

fn create(key: &str) -> Json {
    json!({"flag": {"create": {"key": key, "kind": "boolean"}}})
}

fn edit(flag: &str, environment: &str, patch: Json) -> Json {
    json!({"config": {"edit": {"flag": flag, "environment": environment, "patch": patch}}})
}

fn code(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Invalid(problems) => problems[0].code.clone(),
        Refusal::NotFound { .. } => "not_found".into(),
        Refusal::Denied { .. } => "denied".into(),
        Refusal::Conflict { .. } => "conflict".into(),
    }
}

/// The refusal's code of changes carried out as the owner.
fn refused(house: &mut House, changes: Json) -> String {
    code(&house.apply(changes).expect_err("must be refused"))
}

fn owner_plan(house: &mut House, changes: Json) -> Plan {
    let actor = house.actor("owner");
    house
        .plan_as(&actor, changes, BTreeMap::new())
        .map_err(|refusal| format!("{refusal:?}"))
        .expect("a plan")
}

#[test]
fn later_changes_of_a_request_see_earlier_ones() {
    let mut house = House::new();
    let plan = owner_plan(
        &mut house,
        json!([create("a"), edit("a", "dev", json!({"enabled": true})), create("b")]),
    );
    let puts = plan
        .effects
        .iter()
        .filter(|effect| matches!(effect, hoist_model::log::Effect::Put { .. }))
        .count();
    assert_eq!(puts, 4, "the project once, two flags, one configuration");
    house.commit(&plan);
    let setting = house
        .state
        .setting(house.flag("a"), house.environment("dev"))
        .expect("a setting");
    assert!(setting.config().expect("a configuration").enabled);
}

#[test]
fn new_splits_get_a_salt_that_stays() {
    let mut house = House::new();
    house.apply(json!([create("a")])).expect("a flag");
    let split = json!({"default": {"serve": {"split": {"arms": [{"variant": "on", "weight": 1}, {"variant": "off", "weight": 1}]}}}});
    house.apply(json!([edit("a", "dev", split)])).expect("a split");
    let salt = |house: &House| {
        house.content()["config a in dev"]
            .pointer("/default/serve/split/allocation/salt")
            .cloned()
    };
    let first = salt(&house).expect("a salt");
    let weights = json!({"default": {"serve": {"split": {"arms": [{"variant": "on", "weight": 2}, {"variant": "off", "weight": 1}]}}}});
    house.apply(json!([edit("a", "dev", weights)])).expect("other weights");
    assert_eq!(salt(&house), Some(first), "a patch without an allocation keeps it");
    let reshuffle = json!({"default": {"serve": {"split": {"allocation": {"salt": "other"}}}}});
    let plan = owner_plan(&mut house, json!([edit("a", "dev", reshuffle)]));
    assert_eq!((plan.grade, plan.confirm.as_deref()), (Grade::Typed, Some("a")));
}

/// Togglr has no salt: giving it one with the next edit would place everybody anew.
#[test]
fn an_empty_salt_of_another_scheme_stays() {
    let mut house = House::new();
    house.apply(json!([create("a")])).expect("a flag");
    let allocation = json!({"scheme": "togglr", "salt": ""});
    let arms = json!([{"variant": "on", "weight": 1}, {"variant": "off", "weight": 1}]);
    let split = json!({"default": {"serve": {"split": {"allocation": allocation, "arms": arms}}}});
    house.apply(json!([edit("a", "dev", split)])).expect("a split");
    house
        .apply(json!([edit("a", "dev", json!({"enabled": true}))]))
        .expect("an edit");
    let kept = house.content()["config a in dev"]
        .pointer("/default/serve/split/allocation")
        .cloned();
    let kept = kept.expect("an allocation");
    assert_eq!((&kept["scheme"], &kept["salt"]), (&json!("togglr"), &json!("")));
}

#[test]
fn what_is_dangerous_is_graded() {
    let mut house = House::new();
    house.apply(json!([create("a")])).expect("a flag");
    let grade = |house: &mut House, changes: Json| owner_plan(house, changes).grade;
    assert_eq!(grade(&mut house, json!([create("b")])), Grade::Harmless);
    let switch =
        |environment: &str| json!([{"config": {"switch": {"flag": "a", "environment": environment, "on": true}}}]);
    assert_eq!(grade(&mut house, switch("dev")), Grade::Normal);
    assert_eq!(grade(&mut house, switch("prod")), Grade::Guarded);
    let kill = json!([{"config": {"kill": {"flag": "a", "environments": ["dev"], "reason": "fire"}}}]);
    assert_eq!(grade(&mut house, kill), Grade::Guarded);
    assert_eq!(
        grade(&mut house, json!([{"environment": {"delete": {"environment": "dev"}}}])),
        Grade::Typed
    );
}

#[test]
fn what_does_not_compile_or_refers_to_nothing_is_refused() {
    let mut house = House::new();
    house.apply(json!([create("a")])).expect("a flag");
    let rule = |condition: Json| {
        json!([edit(
            "a",
            "dev",
            json!({"rules": [{"condition": condition, "serve": {"serve": {"variant": "on"}}}]})
        )])
    };
    assert_eq!(
        refused(&mut house, rule(json!({"segment": "nobody"}))),
        "unknown_segment"
    );
    assert_eq!(
        refused(
            &mut house,
            rule(json!({"test": {"attribute": "x", "op": "matches", "values": ["("]}}))
        ),
        "bad_rule"
    );
    assert_eq!(
        refused(
            &mut house,
            json!([edit("a", "dev", json!({"default": {"serve": {"variant": "purple"}}}))])
        ),
        "bad_rule"
    );
    assert_eq!(
        refused(
            &mut house,
            json!([edit(
                "a",
                "dev",
                json!({"prerequisites": [{"flag": "z", "enabled": true}]})
            )])
        ),
        "unknown_flag"
    );
    assert_eq!(refused(&mut house, json!([edit("a", "mars", json!({}))])), "not_found");
    assert_eq!(
        refused(&mut house, json!([edit("a", "dev", json!({"colour": 1}))])),
        "bad_value"
    );
    assert_eq!(
        refused(
            &mut house,
            json!([{"flag": {"create": {"key": "sp ace", "kind": "boolean"}}}])
        ),
        "bad_key"
    );
    assert_eq!(refused(&mut house, json!([create("a")])), "key_taken");
    assert_eq!(
        refused(
            &mut house,
            json!([{"flag": {"edit": {"flag": "a", "patch": {"key": "b"}}}}])
        ),
        "fixed"
    );
}

#[test]
fn circles_of_prerequisites_are_refused() {
    let mut house = House::new();
    house
        .apply(json!([create("a"), create("b"), create("c")]))
        .expect("flags");
    let needs = |flag: &str, other: &str| {
        json!([edit(
            flag,
            "dev",
            json!({"prerequisites": [{"flag": other, "enabled": true}]})
        )])
    };
    house.apply(needs("a", "b")).expect("a needs b");
    house.apply(needs("b", "c")).expect("b needs c");
    assert_eq!(refused(&mut house, needs("c", "a")), "cycle");
    assert_eq!(refused(&mut house, needs("c", "c")), "cycle");
    assert_eq!(
        refused(&mut house, json!([{"flag": {"archive": {"flag": "b"}}}])),
        "in_use"
    );
}

#[test]
fn a_segment_in_use_says_so_and_stays() {
    let mut house = House::new();
    house
        .apply(json!([create("a"), {"segment": {"create": {"key": "beta", "members": ["u1", "u2"]}}}]))
        .expect("both");
    let rule = json!({"rules": [{"condition": {"segment": "beta"}, "serve": {"serve": {"variant": "on"}}}]});
    house.apply(json!([edit("a", "prod", rule)])).expect("a rule");
    let plan = owner_plan(
        &mut house,
        json!([{"segment": {"add_members": {"segment": "beta", "members": ["u2", "u3"]}}}]),
    );
    assert_eq!(plan.warnings[0].text, "1 flag uses this segment");
    assert_eq!(plan.grade, Grade::Guarded, "prod is protected");
    assert!(
        plan.sentences[0].text.contains("Adds 1 members"),
        "{:?}",
        plan.sentences
    );
    assert_eq!(
        refused(&mut house, json!([{"segment": {"delete": {"segment": "beta"}}}])),
        "in_use"
    );
}

#[test]
fn a_variant_that_is_served_stays() {
    let mut house = House::new();
    house
        .apply(json!([create("a"), edit("a", "dev", json!({"enabled": true}))]))
        .expect("a flag that is on");
    assert_eq!(
        refused(
            &mut house,
            json!([{"flag": {"edit": {"flag": "a", "patch": {"variants": [{"key": "off", "value": false}]}}}}])
        ),
        "variant_in_use"
    );
}

#[test]
fn roles_decide_and_strangers_find_nothing() {
    let mut house = House::new();
    house.apply(json!([create("a")])).expect("a flag");
    let switch = json!([{"config": {"switch": {"flag": "a", "environment": "dev", "on": true}}}]);
    for (role, allowed) in [("owner", true), ("admin", true), ("editor", true), ("viewer", false)] {
        let actor = house.actor(role);
        let planned = house.plan_as(&actor, switch.clone(), BTreeMap::new());
        assert_eq!(planned.is_ok(), allowed, "{role}");
        if let Err(refusal) = planned {
            assert_eq!(
                refusal,
                Refusal::Denied {
                    permission: Some(Permission::FlagSwitch)
                }
            );
        }
    }
    let nobody = hoist_model::log::Actor::User { id: house.flag("a") };
    let refusal = house.plan_as(&nobody, switch, BTreeMap::new()).err().expect("nobody");
    assert_eq!(code(&refusal), "not_found");
}

#[test]
fn an_edit_from_an_older_revision_merges_or_names_the_path() {
    let mut house = House::new();
    house.apply(json!([create("a")])).expect("a flag");
    let rule = |id: &str, variant: &str| json!({"id": id, "serve": {"serve": {"variant": variant}}});
    let first = house
        .apply(json!([edit(
            "a",
            "dev",
            json!({"rules": [rule("r1", "on"), rule("r2", "on")]})
        )]))
        .expect("rules");
    let id = house
        .state
        .setting(house.flag("a"), house.environment("dev"))
        .and_then(|setting| setting.config.clone())
        .expect("a document")
        .id;
    house
        .apply(json!([edit(
            "a",
            "dev",
            json!({"rules": [rule("r1", "off"), rule("r2", "on")]})
        )]))
        .expect("theirs");
    let actor = house.actor("owner");
    let base = BTreeMap::from([(id, first)]);
    let mine = json!([edit(
        "a",
        "dev",
        json!({"rules": [rule("r1", "on"), rule("r2", "off")]})
    )]);
    let plan = house
        .plan_as(&actor, mine, base.clone())
        .map_err(|refusal| format!("{refusal:?}"))
        .expect("another rule");
    house.commit(&plan);
    let rules = &house.content()["config a in dev"]["rules"];
    assert_eq!(
        (
            &rules[0]["serve"]["serve"]["variant"],
            &rules[1]["serve"]["serve"]["variant"]
        ),
        (&json!("off"), &json!("off"))
    );
    let same = json!([edit(
        "a",
        "dev",
        json!({"rules": [{"id": "r1", "name": "x", "serve": {"serve": {"value": true}}}, rule("r2", "on")]})
    )]);
    match house.plan_as(&actor, same, base).err().expect("the same part") {
        Refusal::Conflict { document, paths, .. } => {
            assert_eq!(document, id);
            assert!(
                paths.iter().any(|path| path.starts_with("/rules/r1/serve")),
                "{paths:?}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_flag_comes_back_only_when_what_it_names_is_there() {
    let mut house = House::new();
    house
        .apply(json!([
            {"segment": {"create": {"key": "s"}}},
            {"flag": {"create": {"key": "a", "kind": "boolean"}}},
            {"config": {"edit": {"flag": "a", "environment": "dev", "patch": {"rules": [{"condition": {"segment": "s"}, "serve": {"serve": {"variant": "on"}}}]}}}},
            {"flag": {"archive": {"flag": "a"}}},
            {"segment": {"archive": {"segment": "s"}}},
        ]))
        .expect("all");
    let restore = json!([{"flag": {"restore": {"flag": "a"}}}]);
    match house.apply(restore.clone()) {
        Err(Refusal::Invalid(problems)) => assert_eq!(problems[0].code, "unknown_segment"),
        other => panic!("{other:?}"),
    }
    house
        .apply(json!([{"segment": {"restore": {"segment": "s"}}}]))
        .expect("back");
    house.apply(restore).expect("and the flag");
}
