//! Flags and their steps.

use super::block::{BlockMaker, extend, push};
use super::condition::{Builder, Compiled};
use super::serve::{Leaves, metadata_json, serve, variant};
use super::{Path, Report, Tables};
use crate::curve::Curve;
use crate::flag::{
    Admission, Changes, CompiledVariant, CompiledWindows, Constant, FlagAbout, FlagText, Gate, Head, Prerequisite,
    Rule, RuleAbout, SegmentGroup, Serve, State, Step, Subjects, What, repeated_variant,
};
use crate::index::{TextTable, text_hash};
use crate::outcome::{Detail, Reason};
use crate::problem::{About, Problem};
use crate::program::{FAILS, HOLDS};
use crate::ruleset::{self, FlagRules, Outside};
use crate::scheme::Purpose;
use crate::windows::Windows;

/// Compiles a flag into a block.
///
/// # Errors
/// The problems that leave nothing to serve: the flag is unreadable as a whole. What was compiled of it stays
/// behind in the block, unused.
pub(crate) fn flag(
    rules: &FlagRules,
    tables: &mut Tables,
    block: &mut BlockMaker,
) -> Result<(Head, Vec<Problem>), Vec<Problem>> {
    let mut report = Report::new(About::Flag(rules.key.clone()));
    if let Some(key) = repeated_variant(rules) {
        report.add(
            &Path::ROOT.at("variants"),
            format!("two variants have the key \"{key}\""),
        );
        return Err(report.problems);
    }
    if u16::try_from(rules.variants.len()).is_err() {
        report.add(&Path::ROOT.at("variants"), "too many variants");
        return Err(report.problems);
    }
    let (steps, head) = compile(rules, &rules.steps, tables, block, &mut report);
    match steps {
        Last::Broken => Err(report.problems),
        Last::Sound => Ok((head, report.problems)),
    }
}

/// A flag that answers with its off serve and an error, for want of a good compile.
pub(crate) fn unreadable(rules: &FlagRules, tables: &mut Tables, block: &mut BlockMaker) -> Head {
    let mut report = Report::new(About::Flag(rules.key.clone()));
    let off = rules.steps.iter().find_map(|step| match step {
        ruleset::Step::Kill { off, .. }
        | ruleset::Step::Off { off }
        | ruleset::Step::Windows { off, .. }
        | ruleset::Step::Prerequisites { off, .. } => {
            matches!(off.what, ruleset::What::Variant(_)).then(|| ruleset::Step::Off { off: off.clone() })
        }
        _ => None,
    });
    let (_, head) = compile(rules, off.as_slice(), tables, block, &mut report);
    Head {
        state: State::Unreadable,
        constant: None,
        ..head
    }
}

/// Whether there is something to serve when no other step decides.
enum Last {
    Sound,
    Broken,
}

fn compile(
    rules: &FlagRules,
    steps: &[ruleset::Step],
    tables: &mut Tables,
    block: &mut BlockMaker,
    report: &mut Report,
) -> (Last, Head) {
    let few = rules.variants.iter().take(usize::from(u16::MAX));
    let variants: Box<[CompiledVariant]> = few.map(|own| variant(own, rules.kind)).collect();
    let text = text(rules, block);
    let mut maker = Maker {
        rules,
        leaves: Leaves::new(rules.kind, &rules.metadata, &variants, block),
        tables,
        report,
    };
    let compiled = maker.steps(steps);
    maker.conditions(steps, &compiled);
    let is_broken = |step: &Step| matches!(step, Step::Serve { serve } if matches!(serve.what, What::Broken));
    let last = match compiled.last().is_some_and(is_broken) {
        true => Last::Broken,
        false => Last::Sound,
    };
    let about = FlagAbout {
        key_hash: text_hash(&rules.key),
        metadata: rules.metadata.clone(),
        variants,
        profile: rules.profile,
    };
    let head = Head {
        constant: constant(&compiled),
        changes: changes(&compiled),
        state: State::Readable,
        client_visible: rules.client_visible,
        kind: rules.kind,
        index: rules.index,
        steps: extend(&mut block.steps, compiled),
        text,
        about: push(&mut block.flags_about, about),
        version: rules.version,
    };
    (last, head)
}

fn text(rules: &FlagRules, block: &mut BlockMaker) -> FlagText {
    FlagText {
        start: block.text_end(),
        key_end: block.say(&rules.key),
        key_json_end: block.say(&serde_json::Value::from(rules.key.as_str()).to_string()),
        end: block.say(&metadata_json(&rules.metadata)),
    }
}

/// Evaluation's short cut; must say what the steps would.
fn constant(steps: &[Step]) -> Option<Constant> {
    let of = |serve: &Serve, enabled, reason, detail| match serve.what {
        What::Leaf(leaf) => Some(Constant {
            leaf,
            enabled,
            reason,
            detail,
        }),
        _ => None,
    };
    match (steps.first()?, changes(steps)) {
        (Step::Kill { until: None, off }, _) => of(off, false, Reason::Disabled, Detail::Killed),
        (Step::Off { off }, _) => of(off, false, Reason::Disabled, Detail::Off),
        (Step::Serve { serve }, Changes::Never) => of(serve, serve.enabled, Reason::Static, Detail::Default),
        (Step::Serve { serve }, Changes::WithContextOrTime) => {
            of(serve, serve.enabled, Reason::Default, Detail::Default)
        }
        _ => None,
    }
}

/// Never `STATIC` for what can differ.
fn changes(steps: &[Step]) -> Changes {
    let constant = steps.iter().all(|step| match step {
        Step::Kill { until, off } => until.is_none() && off.what.changes() == Changes::Never,
        Step::Off { off } => off.what.changes() == Changes::Never,
        Step::Windows { .. } => false,
        Step::Prerequisites { all, .. } => all.is_empty(),
        Step::Subjects(subjects) => subjects.group_of.is_empty(),
        Step::Segments(groups) => groups.is_empty(),
        Step::Rules(rules) => rules.is_empty(),
        Step::Serve { serve } => serve.what.changes() == Changes::Never,
    });
    if constant {
        Changes::Never
    } else {
        Changes::WithContextOrTime
    }
}

struct Maker<'m> {
    rules: &'m FlagRules,
    leaves: Leaves<'m>,
    tables: &'m mut Tables,
    report: &'m mut Report,
}

impl Maker<'_> {
    /// Steps with everything but the conditions of rules.
    fn steps(&mut self, steps: &[ruleset::Step]) -> Vec<Step> {
        let path = Path::ROOT.at("steps");
        steps
            .iter()
            .enumerate()
            .map(|(at, step)| self.step(step, &path.item(at)))
            .collect()
    }

    fn step(&mut self, step: &ruleset::Step, path: &Path<'_>) -> Step {
        match step {
            ruleset::Step::Kill { until, off } => Step::Kill {
                until: *until,
                off: self.serve(off, &path.at("kill/off")),
            },
            ruleset::Step::Off { off } => Step::Off {
                off: self.serve(off, &path.at("off/off")),
            },
            ruleset::Step::Windows { windows, outside, off } => {
                let windows = self.windows(windows, *outside, &path.at("windows/windows"));
                let off = self.serve(off, &path.at("windows/off"));
                Step::Windows { windows, off }
            }
            ruleset::Step::Prerequisites { all, off } => Step::Prerequisites {
                all: all.iter().map(prerequisite).collect(),
                off: self.serve(off, &path.at("prerequisites/off")),
            },
            ruleset::Step::Subjects { groups } => self.subjects(groups, &path.at("subjects/groups")),
            ruleset::Step::Segments { groups } => self.segments(groups, &path.at("segments/groups")),
            ruleset::Step::Rules { rules } => self.rules(rules, &path.at("rules/rules")),
            ruleset::Step::Serve { serve } => Step::Serve {
                serve: self.serve(serve, &path.at("serve/serve")),
            },
        }
    }

    fn serve(&mut self, own: &ruleset::Serve, path: &Path<'_>) -> Serve {
        serve(own, &mut self.leaves, self.tables, self.report, path)
    }

    /// What cannot be used is reported and never open.
    fn windows(&mut self, own: &[ruleset::Window], outside: Outside, path: &Path<'_>) -> Box<CompiledWindows> {
        let (windows, problems) = Windows::new(own, outside);
        for problem in problems {
            let at = path.item(problem.window);
            self.report
                .add(&at.at(problem.path.trim_start_matches('/')), problem.message);
        }
        Box::new(CompiledWindows {
            windows,
            ids: own.iter().map(|window| window.id.as_str().into()).collect(),
        })
    }

    fn subjects(&mut self, groups: &[ruleset::SubjectGroup], path: &Path<'_>) -> Step {
        let serves = (0_usize..)
            .zip(groups)
            .map(|(at, group)| self.serve(&group.serve, &path.item(at).at("serve")));
        let serves = serves.collect();
        let keyed = (0_u32..)
            .zip(groups)
            .flat_map(|(at, group)| group.subjects.iter().map(move |key| (key.as_str(), at)));
        let keys = TextTable::new(keyed.clone().map(|(key, _)| key));
        Step::Subjects(Box::new(Subjects {
            keys,
            group_of: keyed.map(|(_, group)| group).collect(),
            serves,
        }))
    }

    fn segments(&mut self, groups: &[ruleset::SegmentGroup], path: &Path<'_>) -> Step {
        let compiled = (0_usize..).zip(groups).map(|(at, group)| SegmentGroup {
            segment: self.tables.segment(&group.segment),
            serve: self.serve(&group.serve, &path.item(at).at("serve")),
        });
        Step::Segments(compiled.collect())
    }

    /// Rules with gates and serves; conditions follow in [`Maker::conditions`].
    fn rules(&mut self, rules: &[ruleset::Rule], path: &Path<'_>) -> Step {
        let mut compiled = Vec::with_capacity(rules.len());
        let mut about = Vec::with_capacity(rules.len());
        for (at, rule) in rules.iter().enumerate() {
            let (one, one_about) = self.rule(rule, &path.item(at));
            compiled.push(one);
            about.push(one_about);
        }
        extend(&mut self.leaves.block.rules_about, about);
        Step::Rules(extend(&mut self.leaves.block.rules, compiled))
    }

    fn rule(&mut self, rule: &ruleset::Rule, path: &Path<'_>) -> (Rule, RuleAbout) {
        let before = self.report.problems.len();
        let serve = self.serve(&rule.serve, &path.at("serve"));
        let gate = rule.gate.as_ref().and_then(|gate| self.gate(gate, &path.at("gate")));
        let problem = self
            .report
            .problems
            .get(before)
            .map(|problem| problem.message.as_str().into());
        let mut compiled = Rule {
            entry: HOLDS,
            gate: gate.map(|gate| push(&mut self.leaves.block.gates, gate)),
            serve,
        };
        if problem.is_some() {
            compiled.break_off();
        }
        let about = RuleAbout {
            id: rule.id.as_str().into(),
            name: rule.name.as_str().into(),
            shape: None,
            problem,
        };
        (compiled, about)
    }

    fn gate(&mut self, gate: &ruleset::Gate, path: &Path<'_>) -> Option<Gate> {
        let share = match gate.curve.as_ref().map(Curve::new) {
            None => Admission::Fixed(gate.share),
            Some(Ok(curve)) => Admission::Over(Box::new(curve)),
            Some(Err(problem)) => {
                self.report.add(&path.at("curve"), problem);
                return None;
            }
        };
        Some(Gate {
            placement: super::serve::placement(&gate.allocation, Purpose::Share, self.tables),
            share,
        })
    }

    /// Compiles the conditions of all rules from the last to the first, then gives them their final places.
    fn conditions(&mut self, steps: &[ruleset::Step], compiled: &[Step]) {
        let root = Path::ROOT.at("steps");
        let mut done = Vec::new();
        for (step_at, step) in steps.iter().enumerate().rev() {
            let ruleset::Step::Rules { rules } = step else { continue };
            for (at, rule) in rules.iter().enumerate().rev() {
                let step = root.item(step_at);
                let path = step.at("rules/rules");
                done.push(rule.condition.as_ref().map(|own| self.condition(own, &path.item(at))));
            }
        }
        let BlockMaker {
            rules,
            rules_about,
            conditions,
            ..
        } = &mut *self.leaves.block;
        for step in compiled {
            let Step::Rules(span) = step else { continue };
            let own = span.of_mut(rules).iter_mut().zip(span.of_mut(rules_about));
            for (rule, about) in own {
                join(conditions, rule, about, done.pop().flatten());
            }
        }
        conditions.close();
    }

    /// # Errors
    /// The first problem of a condition that cannot be compiled.
    fn condition(&mut self, own: &ruleset::Condition, rule: &Path<'_>) -> Result<Compiled, Option<Box<str>>> {
        let before = self.report.problems.len();
        let path = rule.at("condition");
        let builder = &mut self.leaves.block.conditions;
        let done = builder.condition(own, self.rules.profile, self.tables, self.report, &path);
        done.map_err(|_| {
            self.report
                .problems
                .get(before)
                .map(|problem| problem.message.as_str().into())
        })
    }
}

fn join(
    builder: &Builder,
    rule: &mut Rule,
    about: &mut RuleAbout,
    condition: Option<Result<Compiled, Option<Box<str>>>>,
) {
    match condition {
        None => {}
        Some(Err(problem)) => {
            about.problem = about.problem.take().or(problem);
            rule.break_off();
        }
        Some(Ok(compiled)) => {
            let compiled = builder.turn(compiled);
            about.shape = Some(compiled.shape);
            // A rule that is broken elsewhere stays out.
            rule.entry = if rule.entry == FAILS { FAILS } else { compiled.entry };
        }
    }
}

fn prerequisite(own: &ruleset::Prerequisite) -> Prerequisite {
    Prerequisite {
        flag: own.flag.as_str().into(),
        flag_hash: text_hash(&own.flag),
        enabled: own.enabled,
        variants: own.variants.iter().map(|key| key.as_str().into()).collect(),
    }
}
