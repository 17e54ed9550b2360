//! Changes, as they come in batches.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use hoist_model::change::Change;
use hoist_model::portable::ProjectFile;
use hoist_model::portable::text::Format;
use serde_json::json;

use super::ruleset;

#[path = "../../../model/tests/it/house.rs"]
#[expect(dead_code, reason = "shared with the tests of the model, which use the rest")]
mod house;

pub(super) use house::House;

/// Changes that are read are planned or refused, never more; a plan is the same when made again, and what it does can be
/// written down, carried out, exported, served and taken back.
///
/// # Panics
/// Where that does not hold.
pub fn run(data: &[u8]) {
    let Ok(changes) = serde_json::from_slice::<Vec<Change>>(data) else {
        return;
    };
    let text = serde_json::to_string(&changes).expect("changes are JSON");
    let back: Vec<Change> = serde_json::from_str(&text).expect("what was written is read");
    assert_eq!(back, changes);
    commits(&mut furnished().clone(), &changes);
}

/// Plans, carries out, exports, compiles, undoes.
pub(super) fn commits(house: &mut House, changes: &[Change]) {
    let owner = house.actor("owner");
    let mut twin = house.clone();
    let planned = house.plan_changes(&owner, changes.to_vec(), BTreeMap::new());
    let again = twin.plan_changes(&owner, changes.to_vec(), BTreeMap::new());
    // Who may only look changes nothing, whatever is asked for.
    let viewer = house.actor("viewer");
    let looked = house.plan_changes(&viewer, changes.to_vec(), BTreeMap::new());
    let changed = looked.is_ok_and(|plan| !plan.effects.is_empty() && !only_tokens(changes));
    assert!(!changed, "a viewer changes something");
    let plan = match (planned, again) {
        (Ok(plan), Ok(again)) => {
            let effects =
                |plan: &hoist_model::plan::Plan| serde_json::to_value(&plan.effects).expect("effects are JSON");
            assert_eq!(effects(&plan), effects(&again), "planned twice, it does something else");
            assert_eq!(plan.sentences, again.sentences);
            plan
        }
        (Err(_), Err(_)) => return,
        _ => panic!("planned once and refused once"),
    };
    if plan.effects.is_empty() {
        return;
    }
    let revision = house.commit(&plan);
    serves_and_exports(house);
    let undo = vec![Change::Undo { revision }];
    if let Ok(plan) = house.plan_changes(&owner, undo, BTreeMap::new())
        && !plan.effects.is_empty()
    {
        house.commit(&plan);
        serves_and_exports(house);
    }
}

fn only_tokens(changes: &[Change]) -> bool {
    changes.iter().all(|change| matches!(change, Change::Token(_)))
}

fn serves_and_exports(house: &House) {
    let Some(file) = ProjectFile::of(&house.state, house.project, house.now) else {
        return;
    };
    let text = file.to_text(Format::Yaml).expect("a project has a text");
    assert_eq!(ProjectFile::from_text(&text).expect("what was written is read"), file);
    for environment in file.environments.keys() {
        ruleset::check(&file.ruleset(environment).expect("an environment of its own"));
    }
}

/// An instance with something of everything that changes can be about.
fn furnished() -> &'static House {
    static HOUSE: OnceLock<House> = OnceLock::new();
    HOUSE.get_or_init(|| {
        let mut house = House::new();
        let rule = json!({"condition": {"segment": "s"}, "serve": {"serve": {"variant": "on"}}});
        house
            .apply(json!([
                {"segment": {"create": {"key": "s", "members": ["u1", "u2"]}}},
                {"flag": {"create": {"key": "a", "kind": "boolean"}}},
                {"flag": {"create": {"key": "b", "kind": "string", "variants": [{"key": "x", "value": "x"}, {"key": "y", "value": "y"}]}}},
                {"config": {"edit": {"flag": "a", "environment": "dev", "patch": {"enabled": true, "rules": [rule]}}}},
                {"config": {"edit": {"flag": "b", "environment": "prod", "patch": {"prerequisites": [{"flag": "a", "variants": ["on"]}]}}}},
            ]))
            .unwrap_or_else(|refusal| panic!("{refusal:?}"));
        house
    })
}
