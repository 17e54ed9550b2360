//! Segments.

use std::sync::Arc;

use super::condition::Builder;
use super::{Path, Report, Tables};
use crate::problem::About;
use crate::problem::Problem;
use crate::program::{Check, FAILS, Program};
use crate::ruleset::{Condition, SegmentRules};
use crate::segment::{CompiledSegment, Members, Presence, SegmentCondition};

/// Compiles a segment; one whose condition is broken keeps its members.
pub(crate) fn segment(rules: &SegmentRules, tables: &mut Tables) -> (CompiledSegment, Vec<Problem>) {
    let mut report = Report::new(About::Segment(rules.key.clone()));
    let condition = rules
        .condition
        .as_ref()
        .map(|own| Arc::new(condition(own, rules, tables, &mut report)));
    let members = Members::new(rules.members.iter().map(String::as_str));
    let segment = CompiledSegment {
        key: rules.key.as_str().into(),
        index: rules.index,
        presence: Presence::Defined,
        condition,
        members,
    };
    (segment, report.problems)
}

fn condition(
    condition: &Condition,
    rules: &SegmentRules,
    tables: &mut Tables,
    report: &mut Report,
) -> SegmentCondition {
    let mut builder = Builder::default();
    let compiled = builder.condition(condition, rules.profile, tables, report, &Path::ROOT.at("condition"));
    let (entry, shape, problem) = match compiled.map(|compiled| builder.turn(compiled)) {
        Ok(compiled) => (compiled.entry, Some(compiled.shape), None),
        Err(_) => (
            FAILS,
            None,
            report.problems.first().map(|problem| problem.message.as_str().into()),
        ),
    };
    builder.close();
    let program = builder.finish();
    let refers_to = references(&program);
    SegmentCondition {
        program,
        entry,
        shape,
        problem,
        refers_to,
    }
}

fn references(program: &Program) -> Box<[u32]> {
    let segments = program.nodes.iter().filter_map(|node| match node.check {
        Check::Segment(slot) => Some(slot),
        _ => None,
    });
    segments.collect()
}
