//! What clients say they evaluated: read, checked and counted.

use std::collections::BTreeMap;

use hoist_engine::Snapshot;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::refusal::Refusal;
use super::wire;
use crate::ports::{Class, Reported, Seat};

#[derive(Deserialize)]
struct Body {
    evaluations: Vec<Evaluation>,
}

#[derive(Deserialize)]
struct Evaluation {
    feature_name: String,
    #[serde(default, rename = "identity_identifier")]
    _identity: Option<String>,
    enabled_when_evaluated: bool,
    count: u64,
}

/// How often each feature was asked for. What is no feature or no count is left aside, as in Flagsmith.
pub(super) fn first(body: &[u8], seat: &Seat) -> Result<Vec<Reported>, Refusal> {
    let counts: Map<String, Json> = wire::read(body)?;
    let mut sums = Sums::new(seat);
    for (name, count) in &counts {
        if let Some(count) = count.as_u64() {
            sums.add(name, |sum| sum.untold = sum.untold.saturating_add(count));
        }
    }
    Ok(sums.finish())
}

/// The same with whether it was enabled.
pub(super) fn second(body: &[u8], seat: &Seat) -> Result<Vec<Reported>, Refusal> {
    wire::expect_object(body)?;
    let read: Body = wire::read(body)?;
    let mut sums = Sums::new(seat);
    for own in read.evaluations {
        sums.add(&own.feature_name, |sum| {
            let side = if own.enabled_when_evaluated {
                &mut sum.yes
            } else {
                &mut sum.no
            };
            *side = side.saturating_add(own.count);
        });
    }
    Ok(sums.finish())
}

/// By flag, of those that the key may see.
struct Sums {
    snapshot: std::sync::Arc<Snapshot>,
    class: Class,
    by_flag: BTreeMap<u32, Reported>,
}

impl Sums {
    fn new(seat: &Seat) -> Self {
        Self {
            snapshot: seat.environment.snapshot(),
            class: seat.class,
            by_flag: BTreeMap::new(),
        }
    }

    fn add(&mut self, name: &str, add: impl FnOnce(&mut Reported)) {
        let flag = self.snapshot.flag(name);
        let visible = flag.filter(|flag| self.class == Class::Server || flag.client_visible());
        if let Some(flag) = visible.map(|flag| flag.index()) {
            let nothing = || Reported {
                flag,
                yes: 0,
                no: 0,
                untold: 0,
                variants: Vec::new(),
            };
            add(self.by_flag.entry(flag).or_insert_with(nothing));
        }
    }

    fn finish(self) -> Vec<Reported> {
        self.by_flag.into_values().collect()
    }
}

/// Whether events have the shape that clients send them in.
pub(super) fn events(body: &[u8]) -> Result<(), Refusal> {
    wire::expect_object(body)?;
    let read: Map<String, Json> = wire::read(body)?;
    let all = read.get("events").and_then(Json::as_array);
    let all = all.ok_or_else(|| wire::field("events", "This field is required."))?;
    let is_named = |event: &Json| event.get("event").is_some_and(Json::is_string);
    if all.iter().all(is_named) {
        Ok(())
    } else {
        Err(wire::field("events", "Every event has a name."))
    }
}
