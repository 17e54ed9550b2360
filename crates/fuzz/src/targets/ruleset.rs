//! Rulesets, as they are published.

use std::collections::HashSet;

use hoist_engine::ruleset::{Condition, Ruleset, Step};
use hoist_engine::{Limits, Patch, Snapshot, validate};

use super::probe;

/// What is read comes back from text; it compiles, alone and as a patch, to the same answers; what the check lets pass
/// compiles without a complaint.
///
/// # Panics
/// Where that does not hold.
pub fn run(data: &[u8]) {
    let Ok(rules) = serde_json::from_slice::<Ruleset>(data) else {
        return;
    };
    let text = serde_json::to_string(&rules).expect("a ruleset is JSON");
    let back: Ruleset = serde_json::from_str(&text).expect("what was written is read");
    assert_eq!(back, rules);
    check(&rules);
}

/// The same for one that was read.
pub(super) fn check(rules: &Ruleset) {
    let (snapshot, problems) = Snapshot::compile(rules);
    let limits = Limits::default();
    let flags = rules.flags.iter().flat_map(|flag| validate(flag, &limits));
    let segments = rules.segments.iter().flat_map(|segment| validate(segment, &limits));
    let refused: Vec<_> = flags.chain(segments).collect();
    if refused.is_empty() && stands_alone(rules) {
        assert_eq!(problems, [], "the check lets pass what does not compile");
    }
    probe::everything(&snapshot);
    let patch = Patch {
        revision: rules.revision,
        flags: rules.flags.clone(),
        segments: rules.segments.clone(),
        ..Patch::default()
    };
    let (patched, _) = snapshot.patched(patch);
    probe::everything(&patched);
}

/// Names each thing once and refers to nothing else, so that nothing but its parts can be wrong.
fn stands_alone(rules: &Ruleset) -> bool {
    let flags: HashSet<&str> = rules.flags.iter().map(|flag| flag.key.as_str()).collect();
    let segments: HashSet<&str> = rules.segments.iter().map(|segment| segment.key.as_str()).collect();
    let refers = rules.flags.iter().flat_map(|flag| &flag.steps).any(refers_in_step)
        || rules
            .segments
            .iter()
            .filter_map(|segment| segment.condition.as_ref())
            .any(refers);
    flags.len() == rules.flags.len() && segments.len() == rules.segments.len() && !refers
}

fn refers_in_step(step: &Step) -> bool {
    match step {
        Step::Prerequisites { .. } | Step::Segments { .. } => true,
        Step::Rules { rules } => rules.iter().filter_map(|rule| rule.condition.as_ref()).any(refers),
        Step::Kill { .. } | Step::Off { .. } | Step::Windows { .. } | Step::Subjects { .. } | Step::Serve { .. } => {
            false
        }
    }
}

fn refers(condition: &Condition) -> bool {
    match condition {
        Condition::All(inner) | Condition::Any(inner) => inner.iter().any(refers),
        Condition::Not(inner) => refers(inner),
        // What its origin said cannot be read stands in the rules as such, and is told at each compiling.
        Condition::Segment(_) | Condition::Broken { .. } => true,
        Condition::Test(_) | Condition::Percentage(_) => false,
    }
}
