//! One flag as a feature.
//!
//! Unleash's strategies can only let people in. So what lets people in keeps its order, and whoever is turned away
//! before that is kept out of it by constraints. Where that cannot be said exactly, nothing is said.

use hoist_engine::ruleset::{FlagRules, Profile};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::super::faces::Face;
use super::super::wire::{Feature, Strategy, Variant};
use super::condition::{Piece, Said, Segments, Sense, Ways, always, both};
use super::overrides::OfFeature;
use super::shape::{Given, Shape, given, nobody, shape};
use super::size::MOST_OF_FLAG;
use super::steps::{Clause, Steps, Until, Who};
use super::verbatim::kept;

/// A flag, said.
pub(super) struct Told<'r> {
    /// Dependencies are still missing.
    pub(super) feature: Feature,
    pub(super) prerequisites: &'r [hoist_engine::ruleset::Prerequisite],
    /// What clients differ about.
    pub(super) notes: Vec<String>,
    /// Bytes of its constraints, those of segments included.
    pub(super) size: usize,
}

/// What all flags share.
pub(super) struct Around<'r> {
    pub(super) segments: Segments<'r>,
    /// Of flags that were never in Unleash.
    pub(super) project: &'r str,
    pub(super) now: Timestamp,
}

pub(super) fn told<'r>(rules: &'r FlagRules, face: &Face, around: &Around<'_>, until: &mut Until) -> Said<Told<'r>> {
    let steps = Steps::read(rules, around.now, until)?;
    let mut writer = Writer {
        rules,
        face,
        around,
        until,
        strategies: Vec::new(),
        admitted: always(),
        is_blocked: false,
        notes: Vec::new(),
        size: 0,
    };
    let said = writer.strategies(&steps);
    let mut notes = std::mem::take(&mut writer.notes);
    let size = writer.size;
    let mut strategies = std::mem::take(&mut writer.strategies);
    let variants = match said {
        Ok(variants) => variants,
        // Nobody looks at the strategies of what is off.
        Err(_) if steps.is_off => {
            strategies = vec![strategy(nobody(&rules.key), Vec::new(), Vec::new())];
            notes.clear();
            Vec::new()
        }
        Err(problem) => return Err(problem),
    };
    let text = |name: &str| rules.foreign.get(name).and_then(Json::as_str).map(str::to_owned);
    let feature = Feature {
        name: rules.key.clone(),
        kind: text("type").unwrap_or_else(|| "release".into()),
        enabled: !steps.is_off,
        project: text("project").unwrap_or_else(|| around.project.to_owned()),
        stale: rules.foreign.get("stale") == Some(&Json::Bool(true)),
        strategies,
        variants,
        description: text("description"),
        impression_data: face.impression_data,
        dependencies: Vec::new(),
    };
    Ok(Told {
        feature,
        prerequisites: steps.prerequisites,
        notes,
        size,
    })
}

struct Writer<'w> {
    rules: &'w FlagRules,
    face: &'w Face,
    around: &'w Around<'w>,
    until: &'w mut Until,
    strategies: Vec<Strategy>,
    /// Those who are left: nobody turned them away yet.
    admitted: Ways,
    /// Some were turned away of whom nobody can say who they are.
    is_blocked: bool,
    notes: Vec<String>,
    /// Bytes of what was written so far.
    size: usize,
}

impl Writer<'_> {
    /// Gives the variants of the feature itself.
    fn strategies(&mut self, steps: &Steps<'_>) -> Said<Vec<Variant>> {
        let serves = steps.clauses.iter().map(|clause| clause.serve).chain(steps.last);
        let all: Vec<Given> = serves
            .map(|serve| given(serve, self.rules, self.face))
            .collect::<Said<_>>()?;
        let of_feature = OfFeature::find(self.rules.profile, &self.rules.key, &steps.clauses, &all);
        let says = |list: &[bool], at: usize| list.get(at) == Some(&true);
        for (at, (clause, given)) in steps.clauses.iter().zip(&all).enumerate() {
            if says(&of_feature.is_override, at) {
                continue;
            }
            let served = if says(&of_feature.serves, at) {
                &Given::Plain
            } else {
                given
            };
            self.clause(clause, served)?;
        }
        let last = steps.last.and(all.last());
        if let (Some(serve), Some(given)) = (steps.last, last) {
            let is_own = says(&of_feature.serves, steps.clauses.len());
            let is_all = self.strategies.is_empty() && self.admitted == always() && !self.is_blocked;
            let is_plain = is_own || *given == Given::Plain;
            if self.rules.profile == Profile::Unleash && is_all && is_plain {
                // As in Unleash: without strategies everybody is in.
                return Ok(of_feature.variants);
            }
            let clause = Clause {
                who: Who::Everybody,
                gate: None,
                serve,
                origin: None,
            };
            self.clause(&clause, if is_own { &Given::Plain } else { given })?;
        }
        if self.strategies.is_empty() {
            self.strategies
                .push(strategy(nobody(&self.rules.key), Vec::new(), Vec::new()));
        }
        Ok(of_feature.variants)
    }

    fn clause(&mut self, clause: &Clause<'_>, given: &Given) -> Said<()> {
        let segments = &self.around.segments;
        if *given == Given::Off {
            if clause.gate.is_some() {
                self.is_blocked = true;
                return Ok(());
            }
            match clause.who.ways(segments, self.rules.profile, Sense::Inverted) {
                Ok(others) => self.admitted = both(&self.admitted, &others)?,
                Err(_) => self.is_blocked = true,
            }
            return Ok(());
        }
        if self.admitted.is_empty() {
            return Ok(());
        }
        if self.is_blocked {
            return Err("some are turned away first of whom Unleash cannot say who they are".into());
        }
        if let Some(kept) = kept(clause, given, &self.rules.key) {
            if kept.is_fine {
                self.notes
                    .push("its share has a fraction of a percent; Unleash's clients do not agree about that".into());
            }
            let all = hoist_engine::ruleset::Condition::All(kept.conditions.to_vec());
            let ways = segments.ways(&all, self.rules.profile, Sense::Plain)?;
            return self.push(&kept.shape, &ways, given, Asks::of(clause));
        }
        let shape = shape(clause.gate, given, &self.rules.key, (self.around.now, &mut *self.until))?;
        let ways = clause.who.ways(segments, self.rules.profile, Sense::Plain)?;
        self.push(&shape, &ways, given, Asks::of(clause))
    }

    fn push(&mut self, shape: &Shape, ways: &Ways, given: &Given, asks: Asks) -> Said<()> {
        let ways = both(ways, &self.admitted)?;
        if is_drawn(shape) && (ways.len() > 1 || asks == Asks::Again) {
            return Err("chance would be asked more than once".into());
        }
        let variants = match given {
            Given::Off | Given::Plain => Vec::new(),
            Given::Fixed(variant) => vec![variant.clone()],
            Given::Split(_, variants) => variants.clone(),
        };
        for way in ways {
            self.size += way
                .iter()
                .map(|piece| self.around.segments.size_of(piece))
                .sum::<usize>();
            if self.size > MOST_OF_FLAG {
                return Err(format!("its constraints would be larger than {MOST_OF_FLAG} bytes"));
            }
            self.strategies.push(strategy(shape.clone(), way, variants.clone()));
        }
        if self.strategies.len() > MOST_STRATEGIES {
            return Err(format!("it would have more than {MOST_STRATEGIES} strategies"));
        }
        Ok(())
    }
}

/// Whether the same chance is asked by another clause too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    Once,
    Again,
}

impl Asks {
    /// An override is one more rule with the share of the rule that it was made for.
    fn of(clause: &Clause<'_>) -> Self {
        if clause.origin.is_some_and(|origin| origin.contains_key("override")) {
            Self::Again
        } else {
            Self::Once
        }
    }
}

/// Whether chance decides for anybody: by stickiness `default` for those without user and session.
fn is_drawn(shape: &Shape) -> bool {
    let text = |name: &str| shape.parameters.get(name).and_then(Json::as_str).unwrap_or_default();
    let share = match shape.name.as_str() {
        "flexibleRollout" if matches!(text("stickiness"), "" | "default" | "random") => text("rollout"),
        "gradualRolloutRandom" => text("percentage"),
        _ => return false,
    };
    !matches!(share, "0" | "100")
}

/// How many strategies a feature may have.
const MOST_STRATEGIES: usize = 300;

fn strategy(shape: Shape, pieces: Vec<Piece>, variants: Vec<Variant>) -> Strategy {
    let Shape { name, parameters } = shape;
    let mut strategy = Strategy {
        name,
        constraints: Vec::new(),
        parameters: Map::from_iter(parameters),
        variants,
        segments: Vec::new(),
    };
    for piece in pieces {
        match piece {
            Piece::Constraint(constraint) => strategy.constraints.push(constraint),
            Piece::Segment(id) => strategy.segments.push(id),
        }
    }
    strategy.segments.sort_unstable();
    strategy.segments.dedup();
    strategy
}
