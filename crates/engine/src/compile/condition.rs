//! Trees of conditions to flat programs.
//!
//! Tests of one flag or segment are emitted from the last to the first, so that every jump target is known
//! when it is needed; [`Builder::close`] turns them around and puts them behind what was built before.

use super::check::{self, TextLists};
use super::serve::placement;
use super::{Path, Report, Tables};
use crate::program::{About, Check, FAILS, HOLDS, Node, Percentage, Program, Sense, Shape, Target, What};
use crate::ruleset::{self, Condition, Profile, Quantifier, Test};
use crate::scheme::Purpose;

/// Deeper trees are not compiled, whatever the limits of a validation say.
pub(crate) const DEEPEST: usize = 100;

/// Collects tests.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    /// In their final order and numbering.
    closed: Tests,
    /// Of the flag or segment under way: from the last to the first.
    open: Tests,
    texts: TextLists,
}

#[derive(Debug, Default)]
struct Tests {
    nodes: Vec<Node>,
    about: Vec<About>,
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

/// A compiled condition, in the numbering before [`Builder::close`].
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

    /// Translates what [`Builder::condition`] returned to the final numbering; once all conditions of the
    /// flag or segment are there, and before [`Builder::close`].
    pub(crate) fn turn(&self, compiled: Compiled) -> Compiled {
        let turn = self.turning();
        Compiled {
            entry: turn.target(compiled.entry),
            shape: turn.shape(compiled.shape),
        }
    }

    /// Ends a flag or segment.
    pub(crate) fn close(&mut self) {
        let turn = self.turning();
        let turned = self.open.nodes.drain(..).rev().map(|node| Node {
            then: turn.target(node.then),
            otherwise: turn.target(node.otherwise),
            ..node
        });
        self.closed.nodes.extend(turned);
        self.closed.about.extend(self.open.about.drain(..).rev());
    }

    /// All that was closed.
    pub(crate) fn finish(self) -> Program {
        Program {
            nodes: self.closed.nodes.into(),
            texts: self.texts.finish(),
            about: self.closed.about.into(),
        }
    }

    fn turning(&self) -> Turning {
        let last = (self.closed.nodes.len() + self.open.nodes.len()).saturating_sub(1);
        Turning {
            last: u32::try_from(last).unwrap_or(u32::MAX),
        }
    }
}

/// From positions in reversed order to final ones.
#[derive(Clone, Copy)]
struct Turning {
    /// Final position of what was emitted first.
    last: u32,
}

impl Turning {
    fn target(self, target: Target) -> Target {
        if target >= FAILS {
            target
        } else {
            self.last.saturating_sub(target)
        }
    }

    fn shape(self, shape: Shape) -> Shape {
        let all = |shapes: Box<[Shape]>| shapes.into_iter().map(|shape| self.shape(shape)).collect();
        match shape {
            Shape::All(shapes) => Shape::All(all(shapes)),
            Shape::Any(shapes) => Shape::Any(all(shapes)),
            Shape::Not(shape) => Shape::Not(Box::new(self.shape(*shape))),
            Shape::Test(node) => Shape::Test(self.target(node)),
        }
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
        let sense = check::sense(test, self.profile);
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
        let at = u32::try_from(self.builder.open.nodes.len()).unwrap_or(FAILS).min(FAILS);
        self.builder.open.nodes.push(node);
        self.builder.open.about.push(about);
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
