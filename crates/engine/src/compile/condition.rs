//! Trees of conditions to flat programs.
//!
//! Tests are emitted from the last to the first, so that every jump target is known when it is
//! needed; [`Builder::finish`] turns the list around.

use super::check::{self, TextLists};
use super::serve::placement;
use super::{Path, Report, Tables};
use crate::program::{About, Check, FAILS, HOLDS, Node, Percentage, Program, Sense, Shape, Target, What};
use crate::ruleset::{self, Condition, Profile, Quantifier, Test};
use crate::scheme::Purpose;

/// Deeper trees are not compiled, whatever the limits of a validation say.
pub(crate) const DEEPEST: usize = 100;

/// Collects the tests of one flag or segment.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    nodes: Vec<Node>,
    about: Vec<About>,
    texts: TextLists,
}

/// Where a test leads.
#[derive(Clone, Copy)]
struct Exits {
    then: Target,
    otherwise: Target,
}

/// A condition that could not be compiled; the problems are in the report.
#[derive(Debug)]
pub(crate) struct Broken;

/// A compiled condition, in the numbering before [`Builder::finish`].
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) entry: Target,
    pub(crate) shape: Shape,
}

impl Builder {
    /// Compiles one condition after those that are tried later.
    ///
    /// # Errors
    /// If a native test is broken.
    pub(crate) fn condition(
        &mut self,
        condition: &Condition,
        profile: Profile,
        tables: &mut Tables,
        report: &mut Report,
        path: &Path<'_>,
    ) -> Result<Compiled, Broken> {
        let before = report.problems.len();
        let mut emitter = Emitter {
            builder: self,
            profile,
            tables,
            report,
        };
        let exits = Exits {
            then: HOLDS,
            otherwise: FAILS,
        };
        let (entry, shape) = emitter.emit(condition, exits, path, 0);
        let is_broken = profile.is_native() && report.problems.len() > before;
        if is_broken {
            Err(Broken)
        } else {
            Ok(Compiled { entry, shape })
        }
    }

    /// The program, with tests in the order in which they are tried.
    pub(crate) fn finish(self) -> Program {
        let last = last(&self.nodes);
        let mut nodes = self.nodes;
        nodes.reverse();
        for node in &mut nodes {
            node.then = turned(node.then, last);
            node.otherwise = turned(node.otherwise, last);
        }
        let mut about = self.about;
        about.reverse();
        Program {
            nodes: nodes.into(),
            texts: self.texts.texts,
            about: about.into(),
        }
    }

    /// Translates what [`Builder::condition`] returned to the numbering of the finished program.
    pub(crate) fn turn(&self, compiled: Compiled) -> Compiled {
        let last = last(&self.nodes);
        Compiled {
            entry: turned(compiled.entry, last),
            shape: turned_shape(compiled.shape, last),
        }
    }
}

fn last(nodes: &[Node]) -> u32 {
    u32::try_from(nodes.len().saturating_sub(1)).unwrap_or(u32::MAX)
}

fn turned(target: Target, last: u32) -> Target {
    if target >= FAILS {
        target
    } else {
        last.saturating_sub(target)
    }
}

fn turned_shape(shape: Shape, last: u32) -> Shape {
    let turn_all = |shapes: Box<[Shape]>| shapes.into_iter().map(|shape| turned_shape(shape, last)).collect();
    match shape {
        Shape::All(shapes) => Shape::All(turn_all(shapes)),
        Shape::Any(shapes) => Shape::Any(turn_all(shapes)),
        Shape::Not(shape) => Shape::Not(Box::new(turned_shape(*shape, last))),
        Shape::Test(node) => Shape::Test(turned(node, last)),
    }
}

struct Emitter<'e> {
    builder: &'e mut Builder,
    profile: Profile,
    tables: &'e mut Tables,
    report: &'e mut Report,
}

impl Emitter<'_> {
    fn emit(&mut self, condition: &Condition, exits: Exits, path: &Path<'_>, depth: usize) -> (Target, Shape) {
        if depth > DEEPEST {
            return self.broken(exits, path, false, "too deep");
        }
        match condition {
            Condition::All(inner) => {
                let (entry, shapes) = self.chain(
                    inner,
                    &path.at("all"),
                    depth,
                    |next| Exits { then: next, ..exits },
                    exits.then,
                );
                (entry, Shape::All(shapes))
            }
            Condition::Any(inner) => {
                let (entry, shapes) = self.chain(
                    inner,
                    &path.at("any"),
                    depth,
                    |next| Exits {
                        otherwise: next,
                        ..exits
                    },
                    exits.otherwise,
                );
                (entry, Shape::Any(shapes))
            }
            Condition::Not(inner) => {
                let (entry, shape) = self.emit(inner, flipped(exits), &path.at("not"), depth + 1);
                (entry, Shape::Not(Box::new(shape)))
            }
            Condition::Test(test) => self.test(test, exits, &path.at("test")),
            Condition::Segment(key) => self.segment(key, exits),
            Condition::Percentage(percentage) => self.percentage(percentage, exits, &path.at("percentage")),
            Condition::Broken { verdict, problem } => self.broken(exits, path, *verdict, problem),
        }
    }

    /// Emits siblings from the last to the first; each goes on to the one after it.
    fn chain(
        &mut self,
        inner: &[Condition],
        path: &Path<'_>,
        depth: usize,
        exits: impl Fn(Target) -> Exits,
        end: Target,
    ) -> (Target, Box<[Shape]>) {
        let mut next = end;
        let mut shapes = Vec::with_capacity(inner.len());
        for (at, condition) in inner.iter().enumerate().rev() {
            let (entry, shape) = self.emit(condition, exits(next), &path.item(at), depth + 1);
            next = entry;
            shapes.push(shape);
        }
        shapes.reverse();
        (next, shapes.into())
    }

    fn test(&mut self, test: &Test, exits: Exits, path: &Path<'_>) -> (Target, Shape) {
        let what = What::Attribute(test.attribute.as_str().into(), test.op);
        let (slot, check, problem) = match check::compile(test, self.profile, self.tables, &mut self.builder.texts) {
            Ok((slot, check)) => (slot, check, None),
            Err(problem) => {
                self.report.add(path, problem.as_str());
                (0, Check::Fixed(false), Some(problem.into_boxed_str()))
            }
        };
        let sense = if test.negate { Sense::Negated } else { Sense::Plain };
        let node = Node {
            check,
            slot,
            then: exits.then,
            otherwise: exits.otherwise,
            sense,
            quantifier: test.quantifier,
        };
        self.push(node, About { what, problem })
    }

    fn segment(&mut self, key: &str, exits: Exits) -> (Target, Shape) {
        let check = Check::Segment(self.tables.segment(key));
        self.push(
            plain(check, exits),
            About {
                what: What::Segment(key.into()),
                problem: None,
            },
        )
    }

    fn percentage(&mut self, percentage: &ruleset::Percentage, exits: Exits, path: &Path<'_>) -> (Target, Shape) {
        let placement = placement(&percentage.allocation, Purpose::Share, self.tables);
        if percentage.allocation.inputs.is_empty() && self.profile.is_native() {
            self.report
                .add(&path.at("allocation/inputs"), "at least one input is needed");
        }
        let compiled = Percentage {
            placement,
            share: percentage.share,
            bound: percentage.bound,
        };
        let check = Check::Percentage(Box::new(compiled));
        self.push(
            plain(check, exits),
            About {
                what: What::Percentage,
                problem: None,
            },
        )
    }

    fn broken(&mut self, exits: Exits, path: &Path<'_>, verdict: bool, problem: &str) -> (Target, Shape) {
        self.report.add(path, problem);
        let about = About {
            what: What::Broken,
            problem: Some(problem.into()),
        };
        self.push(plain(Check::Fixed(verdict), exits), about)
    }

    fn push(&mut self, node: Node, about: About) -> (Target, Shape) {
        let at = u32::try_from(self.builder.nodes.len()).unwrap_or(FAILS).min(FAILS);
        self.builder.nodes.push(node);
        self.builder.about.push(about);
        (at, Shape::Test(at))
    }
}

fn flipped(exits: Exits) -> Exits {
    Exits {
        then: exits.otherwise,
        otherwise: exits.then,
    }
}

fn plain(check: Check, exits: Exits) -> Node {
    Node {
        check,
        slot: 0,
        then: exits.then,
        otherwise: exits.otherwise,
        sense: Sense::Plain,
        quantifier: Quantifier::Any,
    }
}
