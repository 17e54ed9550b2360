//! Hoist's engine, asked as the server asks it: by key for one flag, in order of keys for all.

use bench_kit::{CONTEXTS, Cell, Counting, Shape};
use bench_workload::hoist::{Scheme, context, project};
use hoist_engine::{Bound, Context, Moment, NoVisitor, Outcome, Reason, Snapshot, UntilVisitor};
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
        let answer = one(&snapshot, key, &bound[at]).expect("an answer");
        assert!(answer.key.contains(key) && answer.metadata.starts_with('{'), "{key}");
        assert!(answer.reason != Reason::Error && answer.value.is_some(), "{key}");
        answer.variant != Some("off")
    });
    cell.one(name, |key, at| one(&snapshot, key, &bound[at]));
    cell.one(&format!("{name} + bind"), |key, at| {
        one(&snapshot, key, &snapshot.bind(&contexts[at]))
    });
    cell.all(name, |at| all(&snapshot, &contexts[at]));
}

/// What an application gets. Everything is read out of the outcome here: it points into the snapshot, and what nobody
/// follows would cost nothing.
struct Answer<'s> {
    key: &'s str,
    reason: Reason,
    variant: Option<&'s str>,
    value: Option<&'s str>,
    metadata: &'s str,
}

impl<'s> Answer<'s> {
    fn of(outcome: &Outcome<'s>) -> Self {
        Self {
            key: outcome.key_json(),
            reason: outcome.reason,
            variant: outcome.variant(),
            value: outcome.value_json(),
            metadata: outcome.metadata_json(),
        }
    }
}

/// What answering one flag takes before anything is written.
fn one<'s>(snapshot: &'s Snapshot, key: &str, bound: &Bound<'_>) -> Option<Answer<'s>> {
    let flag = snapshot.flag(key)?;
    let outcome = snapshot.evaluate(flag, bound, &moment(), &mut NoVisitor);
    Some(Answer::of(&outcome))
}

/// What answering all flags takes before anything is written: the context is made ready, each answer is collected, and
/// how long they hold is noted.
fn all<'s>(snapshot: &'s Snapshot, context: &Context) -> (Vec<Answer<'s>>, UntilVisitor) {
    let bound = snapshot.bind(context);
    let mut until = UntilVisitor::default();
    let mut answers = Vec::with_capacity(snapshot.flags().len());
    for flag in snapshot.flags() {
        let outcome = snapshot.evaluate(flag, &bound, &moment(), &mut until);
        answers.push(Answer::of(&outcome));
    }
    (answers, until)
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
