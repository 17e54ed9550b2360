//! An instance in memory: an organization, a project, an environment, and its flags; changes are planned as the writer
//! plans them.

use std::sync::Arc;

use std::collections::BTreeMap;

use bench_workload::hoist::{Scheme, project};
use bench_workload::mixed;
use hoist_model::Id;
use hoist_model::authorise::Place;
use hoist_model::change::Change;
use hoist_model::document::{Body, Organization, Project};
use hoist_model::log::{Actor, Head, LogEntry};
use hoist_model::plan::{Moved, Past, Request, Source, Then, plan};
use hoist_model::record::Kind;
use hoist_model::state::{Doc, State};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

const ENVIRONMENT: &str = "production";

/// The instance.
pub(crate) struct House {
    state: State,
    source: Counter,
    project: Id,
}

/// Numbers instead of randomness.
#[derive(Default)]
struct Counter(u64);

/// Nothing here is undone.
struct NoPast;

impl House {
    /// With so many mixed flags.
    pub(crate) fn with_flags(count: usize) -> Self {
        let mut source = Counter::default();
        let (organization, project_id) = (source.id(), source.id());
        let documents = [
            document(
                organization,
                None,
                "bench",
                Body::Organization(Organization {
                    key: "bench".into(),
                    name: "Bench".into(),
                    created_at: Timestamp::UNIX_EPOCH,
                }),
            ),
            document(
                project_id,
                Some(organization),
                "first",
                Body::Project(Project {
                    key: "first".into(),
                    name: "First".into(),
                    description: String::new(),
                    client_visible_default: false,
                    next_flag: 0,
                    next_segment: 0,
                    created_at: Timestamp::UNIX_EPOCH,
                }),
            ),
        ];
        let mut state = State::empty(Head {
            epoch: "bench".into(),
            revision: 1,
        });
        documents.into_iter().for_each(|document| state.add(Arc::new(document)));
        let mut this = Self {
            state,
            source,
            project: project_id,
        };
        let file = project(mixed(count), Scheme::Unleash, &[ENVIRONMENT]);
        this.commit(json!({ "import": { "source": "hoist", "file": file } }));
        this
    }

    /// As it is now.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// The one environment.
    pub(crate) fn environment(&self) -> Id {
        let found = self.state.find(Kind::Environment, Some(self.project), ENVIRONMENT);
        found.expect("the environment").id
    }

    /// Turns a flag on or off.
    pub(crate) fn switch(&mut self, key: &str) -> LogEntry {
        let flag = self
            .state
            .find(Kind::Flag, Some(self.project), key)
            .expect("the flag")
            .id;
        let setting = self.state.setting(flag, self.environment());
        let is_on = setting
            .and_then(|setting| setting.config())
            .is_some_and(|config| config.enabled);
        let switch = json!({ "flag": key, "environment": ENVIRONMENT, "on": !is_on });
        self.commit(json!({ "config": { "switch": switch } }))
    }

    fn commit(&mut self, change: Json) -> LogEntry {
        let change: Change = serde_json::from_value(change).expect("a change");
        let request = Request {
            place: Place::Project(self.project),
            changes: vec![change],
            note: String::new(),
            base: BTreeMap::new(),
            moved: Moved::Merge,
        };
        let now = Timestamp::UNIX_EPOCH;
        let plan = plan(&self.state, &request, &Actor::Operator, now, &mut self.source, &NoPast);
        let plan = plan.expect("a plan");
        let entry = LogEntry {
            revision: self.state.revision() + 1,
            change: self.source.id(),
            at: now,
            actor: Actor::Operator,
            project: plan.project,
            environments: plan.environments.clone(),
            summary: plan.summary(),
            note: String::new(),
            correlation: None,
            undoes: None,
            intent: json!([]),
            effects: plan.effects,
        };
        let unreadable = self.state.apply(&entry);
        assert!(unreadable.is_empty(), "{unreadable:?}");
        entry
    }
}

impl Source for Counter {
    fn id(&mut self) -> Id {
        self.0 += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.0.to_be_bytes());
        Id::from_parts(1_000, random)
    }

    fn salt(&mut self) -> String {
        self.0 += 1;
        format!("salt-{:011}", self.0)
    }

    fn secret(&mut self, prefix: &str) -> (String, String) {
        (format!("{prefix}secret"), "digest".into())
    }

    fn digest(&self, secret: &str) -> String {
        format!("digest of {secret}")
    }

    fn password(&mut self) -> (String, String) {
        ("password".into(), "hash".into())
    }
}

impl Past for NoPast {
    fn body_at(&self, _document: Id, _revision: u64) -> Option<Json> {
        None
    }

    fn entry(&self, _revision: u64) -> Option<&LogEntry> {
        None
    }

    fn later(&self, _revision: u64) -> Vec<&LogEntry> {
        Vec::new()
    }

    fn then(&self, _flag: Option<&str>, _revision: u64) -> Option<std::sync::Arc<Then>> {
        None
    }
}

fn document(id: Id, scope: Option<Id>, key: &str, body: Body) -> Doc {
    Doc {
        id,
        scope,
        key: key.into(),
        revision: 1,
        body,
    }
}
