//! Undo: of single changes, and of any change among many against planning without it.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use hoist_model::plan::Refusal;

use crate::house::House;

fn undo(revision: u64) -> Json {
    json!([{"undo": {"revision": revision}}])
}

#[test]
fn undoing_the_last_change_brings_back_what_was() {
    let mut house = House::new();
    house.apply(json!([{"flag": {"create": {"key": "a", "kind": "boolean"}}}, {"segment": {"create": {"key": "s", "members": ["u"]}}}])).expect("both");
    for change in [
        json!({"config": {"edit": {"flag": "a", "environment": "dev", "patch": {"enabled": true}}}}),
        json!({"config": {"override": {"flag": "a", "environment": "dev", "patch": {"subjects": [{"serve": {"serve": {"variant": "on"}}, "subjects": ["u"]}]}}}}),
        json!({"config": {"kill": {"flag": "a", "environments": ["dev", "prod"], "reason": "fire"}}}),
        json!({"flag": {"edit": {"flag": "a", "patch": {"tags": ["x"]}}}}),
        json!({"flag": {"archive": {"flag": "a"}}}),
        json!({"segment": {"add_members": {"segment": "s", "members": ["u", "v"]}}}),
        json!({"segment": {"delete": {"segment": "s"}}}),
    ] {
        let before = house.content();
        let revision = house.apply(json!([change])).expect("a change");
        assert_ne!(house.content(), before, "{change}");
        house
            .apply(undo(revision))
            .unwrap_or_else(|refusal| panic!("{change}: {refusal:?}"));
        assert_eq!(house.content(), before, "{change}");
    }
}

#[test]
fn undoing_a_first_configuration_is_as_dangerous_as_making_it() {
    let mut house = House::new();
    house
        .apply(json!([{"flag": {"create": {"key": "a", "kind": "boolean"}}}]))
        .expect("a flag");
    let switch = json!([{"config": {"switch": {"flag": "a", "environment": "prod", "on": true}}}]);
    let revision = house.apply(switch).expect("on");
    let actor = house.actor("owner");
    let plan = house.plan_as(&actor, undo(revision), std::collections::BTreeMap::new());
    let plan = plan.map_err(|refusal| format!("{refusal:?}")).expect("a plan");
    assert_eq!(plan.grade, hoist_model::plan::Grade::Guarded);
    assert_eq!(plan.environments, [house.environment("prod")]);
}

#[test]
fn a_deleted_flag_comes_back_with_its_configuration() {
    let mut house = House::new();
    house
        .apply(json!([{"flag": {"create": {"key": "a", "kind": "boolean"}}}]))
        .expect("a flag");
    house
        .apply(json!([{"config": {"edit": {"flag": "a", "environment": "dev", "patch": {"enabled": true}}}}]))
        .expect("on");
    house
        .apply(json!([{"flag": {"archive": {"flag": "a"}}}]))
        .expect("archived");
    let before = house.content();
    let revision = house
        .apply(json!([{"flag": {"delete": {"flag": "a"}}}]))
        .expect("deleted");
    house.apply(undo(revision)).expect("back");
    assert_eq!(house.content(), before);
}

#[test]
fn what_is_revoked_or_removed_stays_so() {
    let mut house = House::new();
    house
        .apply(json!([{"credential": {"create": {"name": "k", "kind": "server", "environment": "dev"}}}]))
        .expect("a key");
    let id = house
        .state
        .list(hoist_model::record::Kind::Credential, Some(house.project))
        .next()
        .expect("it")
        .id;
    let revision = house
        .apply(json!([{"credential": {"revoke": {"credential": id}}}]))
        .expect("revoked");
    assert!(
        matches!(house.apply(undo(revision)), Err(Refusal::Invalid(problems)) if problems[0].code == "not_undoable")
    );
}

/// One of the changes that the property draws from. They touch few places, so they often meet.
fn step(number: u8, variant: u8) -> Json {
    let flag = if number.is_multiple_of(2) { "a" } else { "b" };
    let environment = if number.is_multiple_of(3) { "dev" } else { "prod" };
    let variant = if variant.is_multiple_of(2) { "on" } else { "off" };
    match number % 7 {
        0 => json!({"config": {"switch": {"flag": flag, "environment": environment, "on": variant == "on"}}}),
        1 => {
            json!({"config": {"edit": {"flag": flag, "environment": environment, "patch": {"default": {"serve": {"variant": variant}}}}}})
        }
        2 => {
            json!({"config": {"edit": {"flag": flag, "environment": environment, "patch": {"off": {"serve": {"variant": variant}}}}}})
        }
        3 => json!({"flag": {"edit": {"flag": flag, "patch": {"description": format!("{number} {variant}")}}}}),
        4 => json!({"flag": {"edit": {"flag": flag, "patch": {"owner": variant}}}}),
        5 => json!({"segment": {"add_members": {"segment": "s", "members": [format!("u{number}")]}}}),
        _ => json!({"segment": {"edit": {"segment": "s", "patch": {"description": format!("{number}")}}}}),
    }
}

fn furnished() -> House {
    let mut house = House::new();
    let flag = |key: &str| json!({"flag": {"create": {"key": key, "kind": "boolean"}}});
    house
        .apply(json!([flag("a"), flag("b"), {"segment": {"create": {"key": "s"}}}]))
        .expect("furniture");
    // Settings exist from the start, so that undo meets edits and not only creations.
    for flag in ["a", "b"] {
        for environment in ["dev", "prod"] {
            house
                .apply(
                    json!([{"config": {"edit": {"flag": flag, "environment": environment, "patch": {"rules": []}}}}]),
                )
                .expect("a setting");
        }
    }
    house
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_121), failure_persistence: None, ..ProptestConfig::default() })]

    /// Undo of change k equals planning the same intents in order without k, or names what conflicts.
    #[test]
    fn undo_equals_never_having_done_it(steps in proptest::collection::vec((0_u8..42, 0_u8..2), 1..12), chosen in any::<prop::sample::Index>()) {
        let chosen = chosen.index(steps.len());
        let mut with = furnished();
        let mut without = furnished();
        let mut undone = None;
        for (at, (number, variant)) in steps.iter().enumerate() {
            let change = step(*number, *variant);
            let before = with.state.revision();
            let revision = with.apply(json!([change])).expect("every step can be planned");
            // What changes nothing is no change: it is not in the log, so nobody can undo it.
            if revision == before {
                continue;
            }
            if at == chosen {
                undone = Some(revision);
            } else {
                without.apply(json!([change])).expect("without it too");
            }
        }
        let Some(revision) = undone else { return Ok(()) };
        match with.apply(undo(revision)) {
            Ok(_) => prop_assert_eq!(with.content(), without.content()),
            Err(Refusal::Conflict { paths, .. }) => {
                prop_assert!(!paths.is_empty(), "a conflict names its paths");
            }
            Err(other) => return Err(TestCaseError::fail(format!("{other:?}"))),
        }
    }
}
