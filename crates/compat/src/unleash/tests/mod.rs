//! Own cases for what the client specification asks, evaluated by the engine.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a table of JSON reads better without references"
)]

mod constraints;
mod documents;
mod exports;
mod properties;
mod strategies;
mod variants;

use hoist_engine::{Moment, NoVisitor, Snapshot};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::*;

/// A document, evaluated.
struct World {
    import: Import,
    snapshot: Snapshot,
}

impl World {
    fn new(document: &Json) -> Self {
        let import = import(document, "dev").unwrap();
        let (snapshot, _) = Snapshot::compile(&import.project.ruleset("dev").unwrap());
        Self { import, snapshot }
    }

    fn one(feature: Json) -> Self {
        Self::new(&json!({"version": 2, "features": [feature]}))
    }

    /// Enabled, and the variant in Unleash's shape.
    fn ask_with(&self, name: &str, source: &Json, seed: u64) -> (bool, Json) {
        let source = source.as_object().unwrap();
        let now = moment(source).unwrap_or(Timestamp::UNIX_EPOCH);
        let context = context(source);
        let bound = self.snapshot.bind(&context);
        let flag = self.snapshot.flag(name).unwrap();
        let outcome = self
            .snapshot
            .evaluate(flag, &bound, &Moment { now, seed }, &mut NoVisitor);
        let served = Served {
            enabled: outcome.enabled,
            variant: outcome.variant(),
        };
        (outcome.enabled, answer(self.import.project.flags.get(name), served))
    }

    fn ask(&self, name: &str, source: &Json) -> (bool, Json) {
        self.ask_with(name, source, 7)
    }

    fn variant(&self, source: &Json) -> String {
        self.ask("f", source).1["name"].as_str().unwrap().to_owned()
    }

    fn codes(&self) -> Vec<&str> {
        self.import.gaps.iter().map(|gap| gap.code.as_str()).collect()
    }
}

fn strategy(name: &str, parameters: Json) -> Json {
    json!({"name": "f", "enabled": true, "strategies": [{"name": name, "parameters": parameters}]})
}

/// Whether a flag with one constraint is on.
fn holds(constraint: Json, source: &Json) -> bool {
    let feature =
        json!({"name": "f", "enabled": true, "strategies": [{"name": "default", "constraints": [constraint]}]});
    World::one(feature).ask("f", source).0
}

fn on(x: Json) -> Json {
    json!({"properties": {"x": x}})
}
