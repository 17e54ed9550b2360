//! Hoist's engine, asked as the server asks it: by key for one flag, in order of keys for all.

use bench_kit::{CONTEXTS, Cell, Counting, Shape};
use bench_workload::hoist::{Scheme, context, project};
use hoist_engine::{Bound, Context, Moment, NoVisitor, Outcome, Snapshot, UntilVisitor};
use hoist_model::portable::ProjectFile;
use jiff::Timestamp;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const ENVIRONMENT: &str = "production";

/// The figures that are judged.
const JUDGED: &str = "hoist";

fn main() {
    let contexts: Vec<Context> = (0..CONTEXTS).map(subject).collect();
    for cell in Cell::every() {
        // Like with like: the best peers place users of shape b by murmur3. Shape c takes our own scheme, which
        // is what a flag made in Hoist has; its counterparts take whatever their makers chose.
        match cell.shape {
            Shape::A => measure(JUDGED, &cell, Scheme::Hoist64, &contexts),
            Shape::B => {
                measure(JUDGED, &cell, Scheme::Unleash, &contexts);
                measure("hoist (hoist64)", &cell, Scheme::Hoist64, &contexts);
            }
            Shape::C => {
                measure(JUDGED, &cell, Scheme::Hoist64, &contexts);
                measure("hoist (murmur3)", &cell, Scheme::Unleash, &contexts);
            }
        }
    }
}

fn measure(name: &str, cell: &Cell, scheme: Scheme, contexts: &[Context]) {
    let snapshot = snapshot(cell, scheme);
    let bound: Vec<Bound<'_>> = contexts.iter().map(|context| snapshot.bind(context)).collect();
    cell.check(name, |key, at| {
        one(&snapshot, key, &bound[at]).is_some_and(|outcome| outcome.variant() != Some("off"))
    });
    cell.one(name, |key, at| one(&snapshot, key, &bound[at]));
    cell.one(&format!("{name} + bind"), |key, at| {
        one(&snapshot, key, &snapshot.bind(&contexts[at])).map(|outcome| (outcome.reason, outcome.value()))
    });
    cell.all(name, |at| all(&snapshot, &contexts[at]));
}

/// What answering one flag takes before anything is written.
fn one<'s>(snapshot: &'s Snapshot, key: &str, bound: &Bound<'_>) -> Option<Outcome<'s>> {
    let flag = snapshot.flag(key)?;
    Some(snapshot.evaluate(flag, bound, &moment(), &mut NoVisitor))
}

/// What answering all flags takes before anything is written: the context is made ready, each outcome is collected
/// with its reason and metadata, and how long the answer holds is noted.
fn all<'s>(snapshot: &'s Snapshot, context: &Context) -> (Vec<Outcome<'s>>, UntilVisitor) {
    let bound = snapshot.bind(context);
    let mut until = UntilVisitor::default();
    let mut outcomes = Vec::with_capacity(snapshot.flags().len());
    outcomes.extend(
        snapshot
            .flags()
            .map(|flag| snapshot.evaluate(flag, &bound, &moment(), &mut until)),
    );
    (outcomes, until)
}

fn snapshot(cell: &Cell, scheme: Scheme) -> Snapshot {
    let flags = cell.names.iter().map(|name| (name.clone(), cell.shape));
    let file = project(flags, scheme, &[ENVIRONMENT]);
    let file: ProjectFile = serde_json::from_value(file).expect("the workload is a project");
    let ruleset = file.ruleset(ENVIRONMENT).expect("the environment is there");
    let (snapshot, problems) = Snapshot::compile(&ruleset);
    assert!(problems.is_empty(), "{problems:?}");
    snapshot
}

fn subject(number: usize) -> Context {
    serde_json::from_value(context(number)).expect("a context is an object")
}

/// The same for every evaluation: nothing here depends on it.
fn moment() -> Moment {
    Moment {
        now: Timestamp::UNIX_EPOCH,
        seed: 0,
    }
}
