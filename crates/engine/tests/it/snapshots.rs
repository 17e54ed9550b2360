//! Patches: the next snapshot answers like a fresh compile of the same rules.

use hoist_engine::{MemberPatch, Patch, Snapshot};
use serde_json::{Value as Json, json};

use crate::support::{NOW, compile, context, flag, segment, sound, variant};

fn served(key: &str, variant: &str) -> hoist_engine::ruleset::FlagRules {
    flag(key, json!([{"serve": {"serve": {"serve": {"variant": variant}}}}]))
}

fn in_segment(key: &str, segment: &str) -> hoist_engine::ruleset::FlagRules {
    let group = json!({"segment": segment, "serve": {"serve": {"variant": "on"}}});
    flag(
        key,
        json!([{"segments": {"groups": [group]}}, {"serve": {"serve": {"serve": {"variant": "off"}}}}]),
    )
}

fn on(snapshot: &Snapshot, key: &str, attributes: Json) -> bool {
    variant(snapshot, key, &context(attributes), NOW) == "on"
}

#[test]
fn flags_come_change_and_go() {
    let base = sound(vec![served("b", "on"), served("d", "on")], vec![]);
    let patch = Patch {
        revision: 2,
        flags: vec![served("c", "off"), served("a", "other"), served("b", "off")],
        removed_flags: vec!["d".into(), "unknown".into()],
        ..Patch::default()
    };
    let (next, problems) = base.patched(patch);
    assert!(problems.is_empty());
    let keys: Vec<&str> = next.flags().map(|flag| flag.key()).collect();
    assert_eq!(
        (keys, next.revision(), next.environment(), next.epoch()),
        (vec!["a", "b", "c"], 2, "production", "e")
    );
    assert!(!on(&next, "b", json!({})) && on(&base, "b", json!({})));
    assert!(next.flag("d").is_none() && base.flag("d").is_some());
}

#[test]
fn a_changed_value_keeps_everything_else() {
    let base = sound((0..500).map(|n| served(&format!("f{n}"), "on")).collect(), vec![]);
    let (next, _) = base.patched(Patch {
        revision: 2,
        flags: vec![served("f7", "off")],
        ..Patch::default()
    });
    for n in 0..500 {
        assert_eq!(on(&next, &format!("f{n}"), json!({})), n != 7);
    }
}

#[test]
fn segments_change_without_their_flags() {
    let pro = |plan: &str| {
        segment(
            json!({"key": "s", "index": 0, "members": ["m"], "condition": {"test": {"attribute": "plan", "op": "equals", "values": [plan]}}}),
        )
    };
    let base = sound(vec![in_segment("f", "s")], vec![]);
    assert!(!on(&base, "f", json!({"plan": "pro"})));
    assert!(base.segment("s").is_none());
    let (one, _) = base.patched(Patch {
        segments: vec![pro("pro")],
        ..Patch::default()
    });
    assert!(on(&one, "f", json!({"plan": "pro"})) && on(&one, "f", json!({"targetingKey": "m"})));
    let (two, _) = one.patched(Patch {
        segments: vec![pro("team")],
        ..Patch::default()
    });
    assert!(!on(&two, "f", json!({"plan": "pro"})) && on(&one, "f", json!({"plan": "pro"})));
    let members = MemberPatch {
        segment: "s".into(),
        added: vec!["n".into(), "m".into()],
        removed: vec![],
    };
    let (three, problems) = two.patched(Patch {
        members: vec![members],
        ..Patch::default()
    });
    assert!(problems.is_empty() && on(&three, "f", json!({"userId": "n"})));
    assert_eq!(three.segment("s").map(|segment| segment.member_count()), Some(2));
    let (four, _) = three.patched(Patch {
        removed_segments: vec!["s".into()],
        ..Patch::default()
    });
    assert!(!on(&four, "f", json!({"userId": "n"})) && four.segment("s").is_none());
    let unknown = MemberPatch {
        segment: "gone".into(),
        ..MemberPatch::default()
    };
    assert_eq!(
        four.patched(Patch {
            members: vec![unknown],
            ..Patch::default()
        })
        .1
        .len(),
        1
    );
}

#[test]
fn circles_are_found_when_they_close_and_open() {
    let asks = |key: &str, other: &str| {
        let asked = json!({"all": [{"flag": other, "enabled": true}], "off": {"serve": {"variant": "off"}}});
        flag(
            key,
            json!([{"prerequisites": asked}, {"serve": {"serve": {"serve": {"variant": "on"}}}}]),
        )
    };
    let base = sound(vec![asks("a", "b"), served("b", "on")], vec![]);
    assert!(on(&base, "a", json!({})));
    let (closed, problems) = base.patched(Patch {
        flags: vec![asks("b", "a")],
        ..Patch::default()
    });
    assert_eq!(problems.len(), 1);
    assert!(!on(&closed, "a", json!({})) && !on(&closed, "b", json!({})));
    let (opened, problems) = closed.patched(Patch {
        flags: vec![served("b", "on")],
        ..Patch::default()
    });
    assert!(problems.is_empty() && on(&opened, "a", json!({})));
    let (gone, _) = closed.patched(Patch {
        removed_flags: vec!["b".into()],
        ..Patch::default()
    });
    assert!(!on(&gone, "a", json!({})));
}

#[test]
fn an_unreadable_change_keeps_the_last_good_compile() {
    let base = sound(vec![served("a", "on")], vec![]);
    let (next, problems) = base.patched(Patch {
        flags: vec![served("a", "nothing"), served("b", "nothing")],
        ..Patch::default()
    });
    assert_eq!(problems.len(), 2);
    assert!(on(&next, "a", json!({})));
    assert_eq!(variant(&next, "b", &context(json!({})), NOW), "-");
}

#[test]
fn repeated_keys_are_reported() {
    let (snapshot, problems) = compile(vec![served("a", "on"), served("a", "off")], vec![]);
    assert_eq!((problems.len(), snapshot.flags().len()), (1, 1));
    assert!(on(&snapshot, "a", json!({})));
}

#[test]
fn names_added_later_are_read() {
    let base = sound(vec![served("a", "on")], vec![]);
    let (next, _) = base.patched(Patch {
        flags: vec![crate::support::conditional(
            "native",
            &json!({"test": {"attribute": "x.y", "op": "exists"}}),
        )],
        ..Patch::default()
    });
    let context = context(json!({"x": {"y": 1}}));
    assert_eq!(variant(&next, "f", &context, NOW), "on");
    // A context bound to the older snapshot stays harmless.
    let old = base.bind(&context);
    let outcome = next.evaluate(
        next.flag("f").unwrap(),
        &old,
        &crate::support::moment(NOW),
        &mut hoist_engine::NoVisitor,
    );
    assert_eq!(outcome.variant(), Some("off"));
}
