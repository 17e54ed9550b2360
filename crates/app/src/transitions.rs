//! Time reaches clients: when the answers of an environment change by time alone, its streams are
//! told.
//!
//! Kill ends, windows, steps of ramps, ends of pauses and absolute date-times in conditions are told at
//! once; a ramp that moves evenly is told every five minutes. Date-times relative to an attribute
//! differ from subject to subject and are left to the `UNTIL` of each answer's ETag.
//!
//! Few flags change by time. The moments of those that do are kept, and after a change only what it touched is looked
//! at: a write costs the same whether an environment has ten flags or ten thousand.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hoist_engine::ruleset::{Condition, Curve, CurveShape, What};
use hoist_model::Id;
use hoist_model::document::{Body, Config, Segment};
use hoist_model::record::Kind;
use hoist_model::state::{Setting, State};
use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::events::Missed;
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
        for environment in passed(&world, clock.now(), &mut known) {
            world.time_passed(environment);
        }
    }
}

/// Environments in which a transition has passed since the last look. The state is left between one environment and
/// the next, so that nobody waits for all of them.
fn passed(world: &World, now: Timestamp, known: &mut HashMap<Id, Known>) -> Vec<Id> {
    let places = places(&world.state());
    known.retain(|id, _| places.iter().any(|(environment, _)| environment == id));
    let passed = places.into_iter().filter(|(environment, project)| {
        let known = known.entry(*environment).or_default();
        look(world, *environment, *project, now, known)
    });
    passed.map(|(environment, _)| environment).collect()
}

/// What can change by time, by kind and key.
type Part = (Kind, String);

/// What was found for an environment up to a revision.
#[derive(Default)]
struct Known {
    /// Absent before the first look.
    revision: Option<u64>,
    looked_at: Option<Timestamp>,
    /// The next moment of each part that has one.
    moments: HashMap<Part, Timestamp>,
}

impl Known {
    /// Looks at a part anew.
    fn learn(&mut self, part: Part, next: Option<Timestamp>) {
        match next {
            Some(next) => self.moments.insert(part, next),
            None => self.moments.remove(&part),
        };
    }
}

/// Whether a transition has passed since the last look.
fn look(world: &World, environment: Id, project: Id, now: Timestamp, known: &mut Known) -> bool {
    let due: Vec<Part> = known
        .moments
        .iter()
        .filter(|(_, next)| **next <= now)
        .map(|(part, _)| part.clone())
        .collect();
    let clock_went_back = known.looked_at.is_some_and(|last| now < last);
    known.looked_at = Some(now);
    // Told first: what the state has beyond that is looked at when it is told.
    let (told, touched) = touched(world, environment, known.revision.filter(|_| !clock_went_back));
    known.revision = Some(told);
    let state = world.state();
    match touched {
        Some(touched) => {
            for (kind, key) in touched.into_iter().chain(due.iter().cloned()) {
                let next = next_of(&state, (kind, &key), project, environment, now);
                known.learn((kind, key), next);
            }
        }
        None => known.moments = all_moments(&state, project, environment, now),
    }
    // What had passed may be to come again.
    !due.is_empty() || (clock_went_back && !known.moments.is_empty())
}

/// The revision up to which changes were told, and the parts of an environment that they touched since another one;
/// None where that is not known, or is the whole environment.
fn touched(world: &World, environment: Id, since: Option<u64>) -> (u64, Option<Vec<Part>>) {
    let listening = world.events().listen(since);
    let Missed::All(changes) = listening.missed else {
        return (listening.revision, None);
    };
    if since.is_none() {
        return (listening.revision, None);
    }
    let own = changes
        .iter()
        .filter(|change| change.environments.contains(&environment));
    let parts = own.flat_map(|change| &change.touched).map(|each| match each.kind {
        Kind::Flag | Kind::Config | Kind::Overrides | Kind::Kill => Some((Kind::Flag, each.key.clone())),
        Kind::Segment => Some((Kind::Segment, each.key.clone())),
        Kind::Environment | Kind::Project | Kind::Organization => None,
        // No answer depends on these; an empty key is of nothing.
        Kind::Credential | Kind::User | Kind::Role | Kind::Member | Kind::Token => Some((each.kind, String::new())),
    });
    (listening.revision, parts.collect())
}

fn places(state: &State) -> Vec<(Id, Id)> {
    state
        .list_all(Kind::Environment)
        .filter_map(|doc| Some((doc.id, doc.scope?)))
        .collect()
}

/// The next moment of each part of an environment that has one.
fn all_moments(state: &State, project: Id, environment: Id, now: Timestamp) -> HashMap<Part, Timestamp> {
    let flags = state.flags(project).map(|(doc, _)| (Kind::Flag, &*doc.key));
    let segments = state.segments(project).map(|(doc, _)| (Kind::Segment, &*doc.key));
    let all = flags.chain(segments).filter_map(|(kind, key)| {
        let next = next_of(state, (kind, key), project, environment, now)?;
        Some(((kind, key.to_owned()), next))
    });
    all.collect()
}

/// The first moment after `now` at which time alone may change what a flag or segment says in an environment.
fn next_of(
    state: &State,
    (kind, key): (Kind, &str),
    project: Id,
    environment: Id,
    now: Timestamp,
) -> Option<Timestamp> {
    let mut moments = Moments { now, next: None };
    let doc = state.find(kind, Some(project), key)?;
    match &doc.body {
        Body::Flag(flag) if flag.archived_at.is_none() => moments.setting(state.setting(doc.id, environment)?),
        Body::Segment(segment) => moments.segment(segment),
        _ => {}
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
        if let Some(turn) = config.schedule.read().and_then(|windows| windows.next(self.now)) {
            self.add(turn.at);
        }
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
    use hoist_model::log::{Actor, Effect, Head, LogEntry};
    use hoist_model::record::Record;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn an_id(last: char) -> Id {
        let text = format!("00000000-0000-0000-0000-00000000000{last}");
        text.parse().expect("an id")
    }

    /// An environment of its own project, at revision 0.
    fn world_with_an_environment() -> World {
        let (project, id) = (an_id('1'), an_id('2'));
        let body = r#"{"key":"dev","name":"","code":"D","hue":1,"order":0,"created_at":"2026-01-01T00:00:00Z"}"#;
        let record = Record {
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
        state.add(Arc::new(hoist_model::state::Doc::read(&record).expect("a document")));
        World::new(state)
    }

    fn flag(id: char, key: &str, revision: u64) -> Effect {
        let body = serde_json::json!({"key": key, "index": 0, "kind": "boolean", "created_at": "2026-01-01T00:00:00Z",
            "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}]});
        put(Kind::Flag, id, key, revision, &body)
    }

    fn kill(id: char, of: char, revision: u64, until: &str) -> Effect {
        let body = serde_json::json!({"flag": an_id(of), "environment": an_id('2'), "until": until, "reason": "",
            "at": "2026-01-01T00:00:00Z"});
        let key = format!("{}/{}", an_id(of), an_id('2'));
        put(Kind::Kill, id, &key, revision, &body)
    }

    fn put(kind: Kind, id: char, key: &str, revision: u64, body: &serde_json::Value) -> Effect {
        let after = Record {
            kind,
            id: an_id(id),
            scope: Some(an_id('1')),
            key: key.into(),
            revision,
            v: 1,
            body: serde_json::value::RawValue::from_string(body.to_string()).expect("JSON"),
        };
        Effect::Put { before: None, after }
    }

    fn publish(world: &World, effects: Vec<Effect>) {
        let revision = world.state().revision() + 1;
        world.publish(&LogEntry {
            revision,
            change: an_id('f'),
            at: at("2026-01-01T00:00:00Z"),
            actor: Actor::System,
            project: Some(an_id('1')),
            environments: vec![an_id('2')],
            summary: String::new(),
            note: String::new(),
            correlation: None,
            undoes: None,
            intent: serde_json::Value::Null,
            effects,
        });
        assert_eq!(world.state().revision(), revision);
    }

    #[test]
    fn a_moment_passes_once_and_a_round_holds_up_no_publisher() {
        let world = world_with_an_environment();
        let mut known = HashMap::new();
        assert_eq!(passed(&world, at("2026-01-02T00:00:00Z"), &mut known), []);
        publish(
            &world,
            vec![flag('3', "a", 1), kill('4', '3', 1, "2026-01-03T00:00:00Z")],
        );
        assert_eq!(passed(&world, at("2026-01-02T00:00:00Z"), &mut known), []);
        assert_eq!(passed(&world, at("2026-01-03T00:00:00Z"), &mut known), [an_id('2')]);
        assert_eq!(passed(&world, at("2026-01-04T00:00:00Z"), &mut known), []);
        // A clock that goes back takes the answers back, and lets it pass again.
        assert_eq!(passed(&world, at("2026-01-02T00:00:00Z"), &mut known), [an_id('2')]);
        assert_eq!(passed(&world, at("2026-01-03T00:00:00Z"), &mut known), [an_id('2')]);
    }

    /// What was found by looking at what changes touched is what a look at everything finds.
    #[test]
    fn moments_follow_changes() {
        let world = world_with_an_environment();
        let mut known = HashMap::new();
        let now = at("2026-01-02T00:00:00Z");
        passed(&world, now, &mut known);
        let steps = [
            vec![flag('3', "a", 1)],
            vec![flag('5', "b", 2), kill('6', '5', 2, "2026-01-05T00:00:00Z")],
            vec![kill('4', '3', 3, "2026-01-03T00:00:00Z")],
            vec![kill('4', '3', 4, "2026-01-04T00:00:00Z")],
            vec![Effect::Remove {
                before: match kill('6', '5', 2, "2026-01-05T00:00:00Z") {
                    Effect::Put { after, .. } => after,
                    other => panic!("{other:?}"),
                },
            }],
        ];
        for effects in steps {
            publish(&world, effects);
            passed(&world, now, &mut known);
            let all = all_moments(&world.state(), an_id('1'), an_id('2'), now);
            assert_eq!(known[&an_id('2')].moments, all);
        }
        let next: Vec<_> = known[&an_id('2')].moments.values().copied().collect();
        assert_eq!(next, [at("2026-01-04T00:00:00Z")]);
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
