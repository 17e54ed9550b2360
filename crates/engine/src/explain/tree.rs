//! Fills the tree a condition was written as with what was seen of its tests.

use rustc_hash::FxHashMap;

use super::model::{AllocationNote, ConditionKind, ConditionNote, SegmentNote, Verdict};
use crate::program::{About, Program, Shape, What};
use crate::visitor::TestSeen;

/// What was seen of one condition.
#[derive(Debug)]
pub(super) struct Frame {
    tests: FxHashMap<u32, Seen>,
    /// Notes made before this condition began; they are not its own.
    segments_before: usize,
    allocations_before: usize,
}

#[derive(Debug)]
struct Seen {
    test: TestSeen,
    segment: Option<SegmentNote>,
    allocation: Option<AllocationNote>,
}

impl Frame {
    pub(super) fn new(segments: &[SegmentNote], allocations: &[AllocationNote]) -> Self {
        Self {
            tests: FxHashMap::default(),
            segments_before: segments.len(),
            allocations_before: allocations.len(),
        }
    }

    /// Adds a test with the segment or placement that was told just before it.
    pub(super) fn add(
        &mut self,
        node: u32,
        test: TestSeen,
        segments: &mut Vec<SegmentNote>,
        allocations: &mut Vec<AllocationNote>,
    ) {
        let segment = if segments.len() > self.segments_before {
            segments.pop()
        } else {
            None
        };
        let allocation = if allocations.len() > self.allocations_before {
            allocations.pop()
        } else {
            None
        };
        self.tests.insert(
            node,
            Seen {
                test,
                segment,
                allocation,
            },
        );
    }
}

/// The filled tree.
pub(super) fn condition(shape: &Shape, program: &Program, mut frame: Frame, root: Verdict) -> ConditionNote {
    let mut note = fill(shape, program, &mut frame, String::new());
    note.verdict = root;
    note
}

/// The verdict of something that was reached.
pub(super) fn verdict(holds: bool) -> Verdict {
    if holds { Verdict::Holds } else { Verdict::Fails }
}

fn fill(shape: &Shape, program: &Program, frame: &mut Frame, path: String) -> ConditionNote {
    match shape {
        Shape::All(shapes) => {
            let children = fill_all(shapes, program, frame, &format!("{path}/all"));
            ConditionNote {
                verdict: joined(&children, Verdict::Fails, Verdict::Holds),
                children,
                ..bare(path, ConditionKind::All)
            }
        }
        Shape::Any(shapes) => {
            let children = fill_all(shapes, program, frame, &format!("{path}/any"));
            ConditionNote {
                verdict: joined(&children, Verdict::Holds, Verdict::Fails),
                children,
                ..bare(path, ConditionKind::Any)
            }
        }
        Shape::Not(inner) => {
            let inner = fill(inner, program, frame, format!("{path}/not"));
            let verdict = match inner.verdict {
                Verdict::Holds => Verdict::Fails,
                Verdict::Fails => Verdict::Holds,
                Verdict::NotReached => Verdict::NotReached,
            };
            ConditionNote {
                verdict,
                children: vec![inner],
                ..bare(path, ConditionKind::Not)
            }
        }
        Shape::Test(node) => leaf(program.about.get(*node as usize), frame.tests.remove(node), path),
    }
}

fn fill_all(shapes: &[Shape], program: &Program, frame: &mut Frame, path: &str) -> Vec<ConditionNote> {
    shapes
        .iter()
        .enumerate()
        .map(|(at, shape)| fill(shape, program, frame, format!("{path}/{at}")))
        .collect()
}

/// `decides` if one child has it; not reached if one was not reached; else `otherwise`.
fn joined(children: &[ConditionNote], decides: Verdict, otherwise: Verdict) -> Verdict {
    let has = |verdict| children.iter().any(|child| child.verdict == verdict);
    if has(decides) {
        decides
    } else if has(Verdict::NotReached) {
        Verdict::NotReached
    } else {
        otherwise
    }
}

fn leaf(about: Option<&About>, seen: Option<Seen>, path: String) -> ConditionNote {
    let mut note = match about.map(|about| &about.what) {
        Some(What::Attribute(attribute, operator)) => ConditionNote {
            attribute: Some(attribute.as_ref().into()),
            operator: Some(*operator),
            ..bare(path, ConditionKind::Test)
        },
        Some(What::Segment(key)) => ConditionNote {
            key: Some(key.as_ref().into()),
            ..bare(path, ConditionKind::Segment)
        },
        Some(What::Percentage) => bare(path, ConditionKind::Percentage),
        Some(What::Broken) | None => bare(path, ConditionKind::Broken),
    };
    note.problem = about.and_then(|about| about.problem.as_deref()).map(str::to_owned);
    if let Some(seen) = seen {
        note.verdict = verdict(seen.test.holds);
        note.actual = seen.test.actual;
        note.note = seen.test.note;
        note.segment = seen.segment.map(Box::new);
        note.allocation = seen.allocation;
    }
    note
}

fn bare(path: String, kind: ConditionKind) -> ConditionNote {
    ConditionNote {
        path,
        kind,
        verdict: Verdict::NotReached,
        attribute: None,
        key: None,
        operator: None,
        actual: None,
        note: None,
        problem: None,
        segment: None,
        allocation: None,
        children: Vec::new(),
    }
}
