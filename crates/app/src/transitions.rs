//! Time reaches clients: when the answers of an environment change by time alone, its streams are
//! told.
//!
//! Kill ends, steps of ramps, ends of pauses and absolute date-times in conditions are told at
//! once; a ramp that moves evenly is told every five minutes. Date-times relative to an attribute
//! differ from subject to subject and are left to the `UNTIL` of each answer's ETag.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hoist_engine::ruleset::{Condition, Curve, CurveShape, What};
use hoist_model::Id;
use hoist_model::document::{Config, Segment};
use hoist_model::record::Kind;
use hoist_model::state::{Setting, State};
use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::world::World;

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// How often a ramp that moves evenly is told.
const EVENLY: SignedDuration = SignedDuration::from_mins(5);

/// Runs until the task is dropped.
pub(crate) async fn tell(world: Arc<World>, clock: Arc<dyn Clock>) {
    let mut known: HashMap<Id, Known> = HashMap::new();
    loop {
        tokio::time::sleep(LOOK).await;
        for (environment, project) in passed(&world, clock.now(), &mut known) {
            world.time_passed(environment, project);
        }
    }
}

/// Environments, with their projects, in which a transition has passed since the last look. The state is left between
/// one environment and the next, so that nobody waits for all of them.
fn passed(world: &World, now: Timestamp, known: &mut HashMap<Id, Known>) -> Vec<(Id, Id)> {
    let mut places = places(&world.state());
    places.retain(|(environment, project)| {
        let known = known.entry(*environment).or_default();
        look(world, *environment, *project, now, known)
    });
    places
}

/// What was found for an environment at a revision.
#[derive(Default)]
struct Known {
    revision: Option<u64>,
    looked_at: Option<Timestamp>,
    next: Option<Timestamp>,
}

/// Whether a transition has passed since the last look.
fn look(world: &World, environment: Id, project: Id, now: Timestamp, known: &mut Known) -> bool {
    let state = world.state();
    let passed = known.next.is_some_and(|next| next <= now);
    let clock_went_back = known.looked_at.is_some_and(|last| now < last);
    if passed || clock_went_back || known.revision != Some(state.revision()) {
        known.revision = Some(state.revision());
        known.next = next_transition(&state, project, environment, now);
    }
    known.looked_at = Some(now);
    passed
}

fn places(state: &State) -> Vec<(Id, Id)> {
    state
        .list_all(Kind::Environment)
        .filter_map(|doc| Some((doc.id, doc.scope?)))
        .collect()
}

/// The first moment after `now` at which an environment's answers may change by time alone.
pub fn next_transition(state: &State, project: Id, environment: Id, now: Timestamp) -> Option<Timestamp> {
    let mut moments = Moments { now, next: None };
    for (doc, flag) in state.flags(project) {
        if flag.archived_at.is_none()
            && let Some(setting) = state.setting(doc.id, environment)
        {
            moments.setting(setting);
        }
    }
    for (_, segment) in state.segments(project) {
        moments.segment(segment);
    }
    moments.next
}

struct Moments {
    now: Timestamp,
    next: Option<Timestamp>,
}

impl Moments {
    fn add(&mut self, at: Timestamp) {
        if at > self.now && self.next.is_none_or(|next| at < next) {
            self.next = Some(at);
        }
    }

    fn setting(&mut self, setting: &Setting) {
        if let Some(until) = setting.kill().and_then(|kill| kill.until) {
            self.add(until);
        }
        if let Some(config) = setting.config().filter(|config| config.enabled) {
            self.config(config);
        }
    }

    fn config(&mut self, config: &Config) {
        for rule in config.rules.iter().filter(|rule| !rule.disabled) {
            if let Some(tree) = &rule.condition {
                self.condition(tree);
            }
            if let Some(curve) = rule.gate.as_ref().and_then(|gate| gate.curve.as_ref()) {
                self.curve(curve);
            }
            self.served(&rule.serve.what);
        }
        self.served(&config.default.what);
    }

    fn served(&mut self, what: &What) {
        if let What::Ramp(ramp) = what {
            self.curve(&ramp.curve);
        }
    }

    fn segment(&mut self, segment: &Segment) {
        if let Some(tree) = segment.condition.as_ref().filter(|_| segment.archived_at.is_none()) {
            self.condition(tree);
        }
    }

    fn condition(&mut self, tree: &Condition) {
        match tree {
            Condition::All(inner) | Condition::Any(inner) => inner.iter().for_each(|each| self.condition(each)),
            Condition::Not(inner) => self.condition(inner),
            Condition::Test(test) if test.attribute == "$now" => {
                let moments = test.values.iter().filter_map(|value| value.as_str()?.parse().ok());
                moments.for_each(|at| self.add(at));
            }
            Condition::Test(_) | Condition::Segment(_) | Condition::Percentage(_) | Condition::Broken { .. } => {}
        }
    }

    /// Points are shifted by every pause before them.
    fn curve(&mut self, curve: &Curve) {
        for pause in &curve.pauses {
            self.add(pause.from);
            pause.until.into_iter().for_each(|until| self.add(until));
        }
        for point in &curve.points {
            if let Some(at) = on_the_wall(curve, point.at) {
                self.add(at);
            }
        }
        let moves = curve.shape == CurveShape::Linear
            && !curve.is_paused_at(self.now)
            && curve
                .points
                .last()
                .is_some_and(|last| curve.share_at(self.now) != last.share);
        if moves && curve.points.first().is_some_and(|first| first.at <= self.now) {
            self.add(self.now.saturating_add(EVENLY).unwrap_or(self.now));
        }
    }
}

/// When a curve whose clock stands still in pauses reaches a moment of its own; never, when a
/// pause before it has no end.
fn on_the_wall(curve: &Curve, at: Timestamp) -> Option<Timestamp> {
    let mut wall = at;
    for pause in curve.pauses.iter() {
        if pause.from >= wall {
            break;
        }
        wall = wall.saturating_add(pause.until?.duration_since(pause.from)).ok()?;
    }
    Some(wall)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hoist_engine::ruleset::{Pause, Point, Share};
    use hoist_model::log::Head;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    /// An environment of its own project, at revision 0.
    fn world_with_an_environment() -> World {
        let id = |last: char| format!("00000000-0000-0000-0000-00000000000{last}").parse::<Id>();
        let (project, id) = (id('1').expect("an id"), id('2').expect("an id"));
        let body = r#"{"key":"dev","name":"","code":"D","hue":1,"order":0,"created_at":"2026-01-01T00:00:00Z"}"#;
        let record = hoist_model::record::Record {
            kind: Kind::Environment,
            id,
            scope: Some(project),
            key: "dev".into(),
            revision: 0,
            v: 1,
            body: serde_json::value::RawValue::from_string(body.into()).expect("JSON"),
        };
        let mut state = State::empty(Head {
            epoch: "test".into(),
            revision: 0,
        });
        assert!(state.load(vec![record]).is_empty());
        World::new(state)
    }

    #[test]
    fn a_round_looks_at_each_environment_and_holds_up_no_publisher() {
        let world = world_with_an_environment();
        let mut known = HashMap::new();
        assert_eq!(passed(&world, at("2026-01-02T00:00:00Z"), &mut known), []);
        assert_eq!(known.len(), 1);
        for known in known.values_mut() {
            known.next = Some(at("2026-01-03T00:00:00Z"));
        }
        assert_eq!(passed(&world, at("2026-01-03T00:00:00Z"), &mut known).len(), 1);
        assert_eq!(passed(&world, at("2026-01-04T00:00:00Z"), &mut known), []);
    }

    #[test]
    fn pauses_shift_points() {
        let curve = Curve {
            shape: CurveShape::Steps,
            points: vec![Point {
                at: at("2026-01-02T00:00:00Z"),
                share: Share::ALL,
            }],
            pauses: vec![Pause {
                from: at("2026-01-01T00:00:00Z"),
                until: Some(at("2026-01-01T12:00:00Z")),
            }],
        };
        assert_eq!(
            on_the_wall(&curve, at("2026-01-02T00:00:00Z")),
            Some(at("2026-01-02T12:00:00Z"))
        );
        let mut moments = Moments {
            now: at("2026-01-01T13:00:00Z"),
            next: None,
        };
        moments.curve(&curve);
        assert_eq!(moments.next, Some(at("2026-01-02T12:00:00Z")));
        let endless = Curve {
            pauses: vec![Pause {
                from: at("2026-01-01T00:00:00Z"),
                until: None,
            }],
            ..curve
        };
        assert_eq!(on_the_wall(&endless, at("2026-01-02T00:00:00Z")), None);
    }
}
