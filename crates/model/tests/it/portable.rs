//! A project as a file, and back: nothing is lost, in JSON and in YAML.

use std::collections::BTreeMap;

use hoist_model::Id;
use hoist_model::authorise::Place;
use hoist_model::change::{Change, Import};
use hoist_model::plan::{Moved, Plan, Refusal, Request, plan};
use hoist_model::portable::ProjectFile;
use hoist_model::portable::text::Format;
use hoist_model::record::Kind;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::house::House;

/// Texts that a careless YAML reads as something else, or not at all.
const TRAPS: [&str; 31] = [
    "no",
    "Yes",
    "on",
    "off",
    "true",
    "null",
    "~",
    "",
    " ",
    " a ",
    "1",
    "1.0",
    "1e3",
    "0x1f",
    "0o7",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#",
    "&a",
    "*a",
    "!t",
    "%",
    "@",
    "`",
    "'",
    "\"",
    "{}",
    "2026-11-21",
    "…ä\u{1f6a6}\u{2028}\n\n  x\t\u{7f}\u{85}\r",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(TRAPS.as_slice()).prop_map(str::to_owned),
        "\\PC{0,90}",
        "[a-z ]{70,120}",
        any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        prop::num::f64::NORMAL.prop_map(Json::from),
        prop::sample::select(vec![
            json!(1),
            json!(1.0),
            json!(-0.0),
            json!(0),
            json!(1e300),
            json!(1e-7),
            json!(0.1)
        ]),
        text().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(text(), inner, 0..4).prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// One change among the few flags, environments and segments there are.
fn step() -> impl Strategy<Value = Json> {
    let flag = prop::sample::select(vec!["a", "b", "c"]);
    let environment = prop::sample::select(vec!["dev", "prod", "qa"]);
    (0_u8..19, flag, environment, text(), value()).prop_map(|(number, flag, environment, text, value)| {
        let member: String = text.chars().filter(|each| *each != '\0').chain(['x']).collect();
        let config = |patch: Json| json!({"config": {"edit": {"flag": flag, "environment": environment, "patch": patch}}});
        let edit = |patch: Json| json!({"flag": {"edit": {"flag": flag, "patch": patch}}});
        let on = json!({"serve": {"variant": "on"}});
        match number {
            0 => edit(json!({"description": text, "metadata": {"m": value, "n": 1.0, (text.as_str()): text}})),
            1 => edit(json!({"tags": [text, "t"], "owner": text, "purpose": "release", "name": text})),
            2 => edit(json!({"variants": [{"key": "on", "value": true, "description": text, "metadata": {"v": value}}, {"key": "off", "value": false}]})),
            3 => json!({"flag": {"archive": {"flag": flag}}}),
            4 => json!({"flag": {"restore": {"flag": flag}}}),
            5 => json!({"flag": {"delete": {"flag": flag}}}),
            6 => json!({"flag": {"create": {"key": flag, "kind": "boolean", "client_visible": true}}}),
            7 => config(json!({"enabled": true, "rules": [{"name": text, "condition": {"test": {"attribute": "plan", "op": "equals", "values": [text, value]}},
                "gate": {"allocation": {}, "weight": 300, "of": 1000}, "serve": on}]})),
            8 => config(json!({"rules": [{"condition": {"segment": "s"}, "serve": {"serve": {"split": {"arms": [{"variant": "on", "weight": 1}, {"variant": "off", "weight": 2}]}}}}]})),
            9 => config(json!({"schedule": {"windows": [{"turns": "on", "until": "2027-01-01T00:00:00Z"}]}})),
            10 => config(json!({"prerequisites": [{"flag": if flag == "a" { "b" } else { "a" }, "enabled": true}]})),
            11 => json!({"config": {"override": {"flag": flag, "environment": environment, "patch": {"subjects": [{"serve": on, "subjects": [member]}]}}}}),
            12 => json!({"config": {"kill": {"flag": flag, "environments": [environment], "reason": text}}}),
            13 => json!({"config": {"kill": {"flag": flag, "environments": [environment], "until": "2027-02-03T04:05:06.789Z"}}}),
            14 => json!({"segment": {"add_members": {"segment": "s", "members": [member, "ö", "z"]}}}),
            15 => json!({"segment": {"edit": {"segment": "s", "patch": {"description": text, "condition": {"test": {"attribute": text, "op": "equals", "values": [value]}}}}}}),
            16 => json!({"environment": {"edit": {"environment": environment, "patch": {"name": text, "hue": 4, "protected": true}}}}),
            17 => json!({"environment": {"order": {"environments": ["qa", "prod", "dev"]}}}),
            _ => json!({"segment": {"archive": {"segment": "s"}}}),
        }
    })
}

fn furnished() -> House {
    let mut house = House::new();
    let flag = |key: &str| json!({"flag": {"create": {"key": key, "kind": "boolean"}}});
    house
        .apply(json!([flag("gone"), flag("c"), flag("a"), flag("b"), {"segment": {"create": {"key": "s"}}}, {"environment": {"create": {"key": "qa"}}}]))
        .expect("furniture");
    house
        .apply(json!([{"flag": {"archive": {"flag": "gone"}}}, {"flag": {"delete": {"flag": "gone"}}}]))
        .expect("a gap among the numbers");
    house
}

fn export(house: &House, project: Id) -> ProjectFile {
    ProjectFile::of(&house.state, project, house.now).expect("the project")
}

fn import_as(house: &mut House, role: &str, place: Place, file: ProjectFile) -> Result<Plan, Refusal> {
    let request = Request {
        place,
        changes: vec![Change::Import(Import {
            source: "hoist".into(),
            file: Box::new(file),
        })],
        note: String::new(),
        base: BTreeMap::new(),
        moved: Moved::Merge,
    };
    let mut source = house.source.clone();
    let planned = plan(
        &house.state,
        &request,
        &house.actor(role),
        house.now,
        &mut source,
        house,
    );
    house.source = source;
    planned
}

/// A second house with nothing but the project that the file makes.
fn moved_in(file: &ProjectFile) -> (House, Id) {
    let mut house = House::new();
    let organization = house.state.find(Kind::Organization, None, "acme").expect("acme").id;
    let mut file = file.clone();
    file.project = "copy".into();
    let plan = import_as(&mut house, "owner", Place::Organization(organization), file)
        .unwrap_or_else(|refusal| panic!("{refusal:?}"));
    house.commit(&plan);
    let project = house
        .state
        .find(Kind::Project, Some(organization), "copy")
        .expect("made")
        .id;
    assert_eq!(plan.project, Some(project));
    (house, project)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_121), failure_persistence: None, ..ProptestConfig::default() })]

    /// Export → text → file → import into nothing → export is the same text, in both forms.
    #[test]
    fn a_project_moves_without_loss(steps in prop::collection::vec(step(), 0..25)) {
        let mut house = furnished();
        for step in steps {
            // What is refused is no part of the project.
            let _ = house.apply(json!([step]));
        }
        let file = export(&house, house.project);
        for format in [Format::Json, Format::Yaml] {
            let text = file.to_text(format).expect("text");
            prop_assert!(text.lines().nth(usize::from(format == Format::Json)).expect("a line").contains("hoist-project/1"));
            let read = ProjectFile::from_text(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            prop_assert_eq!(&read.to_text(format).expect("text"), &text);
            prop_assert_eq!(&read, &file, "{}", text);
            let (copy, project) = moved_in(&read);
            let mut back = export(&copy, project);
            back.project = file.project.clone();
            prop_assert_eq!(back.to_text(format).expect("text"), text);
        }
        // Over itself it is nothing.
        let place = Place::Project(house.project);
        let again = import_as(&mut house, "owner", place, file).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        prop_assert_eq!(again.effects, vec![]);
    }

    /// Any text and any number is in YAML what it is in JSON.
    #[test]
    fn yaml_says_what_json_says(values in prop::collection::btree_map(text(), value(), 0..6)) {
        let mut file = export(&furnished(), furnished().project);
        file.flags.get_mut("a").expect("a").metadata = values.into_iter().collect();
        let text = file.to_text(Format::Yaml).expect("text");
        let read = ProjectFile::from_text(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(read.to_text(Format::Json).expect("text"), file.to_text(Format::Json).expect("text"), "{}", text);
    }
}

#[test]
fn what_is_not_the_projects_stays_outside() {
    let mut house = furnished();
    house
        .apply(json!([
            {"credential": {"create": {"name": "canary-key", "kind": "server", "environment": "dev"}}},
            {"config": {"kill": {"flag": "a", "environments": ["dev"], "until": "2026-11-21T12:00:01Z", "reason": "canary-kill"}}},
        ]))
        .expect("both");
    let now = export(&house, house.project).to_text(Format::Json).expect("text");
    assert!(
        now.contains("canary-kill") && !now.contains("canary-key") && !now.contains("secret"),
        "{now}"
    );
    for name in ["created_at", "revision", "\"at\"", "owner@acme"] {
        assert!(!now.contains(name), "{name}: {now}");
    }
    house.now += jiff::SignedDuration::from_secs(1);
    let later = export(&house, house.project).to_text(Format::Json).expect("text");
    assert!(!later.contains("canary-kill"), "a kill that has ended is none: {later}");
}

#[test]
fn an_import_asks_for_what_it_reaches() {
    let mut house = furnished();
    let place = Place::Project(house.project);
    let denied = |refused: Result<Plan, Refusal>| match refused {
        Err(Refusal::Denied { permission }) => permission.map(|permission| permission.as_str()),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("allowed"),
    };
    let mut file = export(&house, house.project);
    let environment = file.environments.get_mut("prod").expect("prod");
    environment.protected = Some(false);
    assert_eq!(
        denied(import_as(&mut house, "editor", place, file.clone())),
        Some("environment.manage")
    );
    let allowed = import_as(&mut house, "owner", place, file).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(allowed.sentences[0].text, "Removes the protection of environment prod");
    let mut file = export(&house, house.project);
    file.settings.name = Some("Other".into());
    assert_eq!(
        denied(import_as(&mut house, "editor", place, file.clone())),
        Some("project.manage")
    );
    // A file of another project does not rename this one.
    file.project = "other".into();
    assert_eq!(
        import_as(&mut house, "editor", place, file.clone())
            .map_or_else(|refusal| panic!("{refusal:?}"), |plan| plan.effects),
        []
    );
    let organization = house.state.find(Kind::Organization, None, "acme").expect("acme").id;
    let place = Place::Organization(organization);
    assert_eq!(
        denied(import_as(&mut house, "editor", place, file)),
        Some("project.create")
    );
}
