//! A small instance that lives in memory: every test starts from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hoist_model::Id;
use hoist_model::authorise::Place;
use hoist_model::change::Change;
use hoist_model::document::{Body, Environment, Member, Organization, Project, Role, User};
use hoist_model::log::{Actor, Effect, Head, LogEntry};
use hoist_model::permission::SEEDED;
use hoist_model::plan::{Past, Plan, Refusal, Request, Source, Then, plan};
use hoist_model::record::Kind;
use hoist_model::state::{Doc, State};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

/// Numbers instead of randomness.
#[derive(Clone, Default)]
pub struct Counter(pub u64);

impl Counter {
    fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

impl Source for Counter {
    fn id(&mut self) -> Id {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.next().to_be_bytes());
        Id::from_parts(1_000, random)
    }
    fn salt(&mut self) -> String {
        format!("salt-{}", self.next())
    }
    fn secret(&mut self, prefix: &str) -> (String, String) {
        let secret = format!("{prefix}secret{}", self.next());
        (secret.clone(), format!("digest of {secret}"))
    }
    fn digest(&self, secret: &str) -> String {
        format!("digest of {secret}")
    }
    fn password(&mut self) -> (String, String) {
        ("password".into(), "hash".into())
    }
}

/// The instance with its log.
#[derive(Clone)]
pub struct House {
    pub state: State,
    pub log: Vec<LogEntry>,
    pub source: Counter,
    pub project: Id,
    pub now: Timestamp,
}

impl Past for House {
    fn body_at(&self, document: Id, revision: u64) -> Option<Json> {
        let entries = self.log.iter().rev().filter(|entry| entry.revision <= revision);
        let effects = entries.flat_map(|entry| entry.effects.iter().rev());
        let found = effects
            .filter(|effect| effect.document() == document)
            .find_map(|effect| match effect {
                Effect::Put { after, .. } => Some(Some(after)),
                Effect::Remove { .. } => Some(None),
                _ => None,
            })?;
        found.and_then(|record| serde_json::from_str(record.body.get()).ok())
    }
    fn entry(&self, revision: u64) -> Option<&LogEntry> {
        self.log.iter().find(|entry| entry.revision == revision)
    }
    fn later(&self, revision: u64) -> Vec<&LogEntry> {
        self.log.iter().filter(|entry| entry.revision > revision).collect()
    }
    fn then(&self, _: Option<&str>, _: u64) -> Option<std::sync::Arc<Then>> {
        None
    }
}

impl House {
    /// Organization `acme`, project `shop`, environments dev and prod (protected), a user per role.
    pub fn new() -> Self {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a time");
        let mut source = Counter::default();
        let (organization, project) = (source.id(), source.id());
        let mut docs = vec![
            doc(
                organization,
                None,
                "acme",
                Body::Organization(Organization {
                    key: "acme".into(),
                    name: "Acme".into(),
                    created_at: now,
                }),
            ),
            doc(
                project,
                Some(organization),
                "shop",
                Body::Project(Project {
                    key: "shop".into(),
                    name: "Shop".into(),
                    description: String::new(),
                    client_visible_default: false,
                    next_flag: 0,
                    next_segment: 0,
                    created_at: now,
                }),
            ),
        ];
        for (order, key) in ["dev", "prod"].into_iter().enumerate() {
            let body = Environment {
                key: key.into(),
                name: key.into(),
                code: key.into(),
                hue: 1,
                order: u32::try_from(order).expect("small"),
                protected: key == "prod",
                created_at: now,
            };
            docs.push(doc(source.id(), Some(project), key, Body::Environment(body)));
        }
        for seeded in SEEDED {
            let role = Role {
                key: seeded.key.into(),
                name: seeded.name.into(),
                description: String::new(),
                permissions: seeded.permissions(),
            };
            docs.push(doc(source.id(), None, seeded.key, Body::Role(role)));
            let user = source.id();
            let email = format!("{}@acme.example", seeded.key);
            docs.push(doc(
                user,
                None,
                &email,
                Body::User(User {
                    email: email.clone(),
                    name: String::new(),
                    operator: false,
                    disabled: false,
                    password_reset_at: None,
                    created_at: now,
                }),
            ));
            let member = Member {
                user,
                role: seeded.key.into(),
                created_at: now,
            };
            docs.push(doc(
                source.id(),
                Some(organization),
                &user.to_string(),
                Body::Member(member),
            ));
        }
        let mut state = State::empty(Head {
            epoch: "e".into(),
            revision: 1,
        });
        for doc in &docs {
            state.add(Arc::new(Doc::read(&doc.to_record()).expect("a document")));
        }
        Self {
            state,
            log: Vec::new(),
            source,
            project,
            now,
        }
    }

    /// The user of a role.
    pub fn actor(&self, role: &str) -> Actor {
        let found = self.state.find(Kind::User, None, &format!("{role}@acme.example"));
        Actor::User {
            id: found.expect("a user per role").id,
        }
    }

    /// Plans changes, given as JSON, in the project.
    pub fn plan_as(&mut self, actor: &Actor, changes: Json, base: BTreeMap<Id, u64>) -> Result<Plan, Refusal> {
        let changes: Vec<Change> = serde_json::from_value(changes).expect("changes");
        self.plan_changes(actor, changes, base)
    }

    /// Plans changes in the project.
    pub fn plan_changes(
        &mut self,
        actor: &Actor,
        changes: Vec<Change>,
        base: BTreeMap<Id, u64>,
    ) -> Result<Plan, Refusal> {
        let request = Request {
            place: Place::Project(self.project),
            changes,
            note: String::new(),
            base,
            moved: hoist_model::plan::Moved::Merge,
        };
        let mut source = self.source.clone();
        let planned = plan(&self.state, &request, actor, self.now, &mut source, self);
        self.source = source;
        planned
    }

    /// Carries out changes as the owner.
    pub fn apply(&mut self, changes: Json) -> Result<u64, Refusal> {
        let actor = self.actor("owner");
        let plan = self.plan_as(&actor, changes, BTreeMap::new())?;
        Ok(if plan.effects.is_empty() {
            self.state.revision()
        } else {
            self.commit(&plan)
        })
    }

    /// Appends a plan to the log.
    pub fn commit(&mut self, plan: &Plan) -> u64 {
        let revision = self.state.revision() + 1;
        let entry = LogEntry {
            revision,
            change: self.source.id(),
            at: self.now,
            actor: Actor::System,
            project: plan.project,
            environments: plan.environments.clone(),
            summary: plan.summary(),
            note: String::new(),
            correlation: None,
            undoes: plan.undoes,
            intent: json!([]),
            effects: plan.effects.clone(),
        };
        // What is written must survive the way through the database.
        let text = serde_json::to_string(&entry).expect("an entry is JSON");
        let entry: LogEntry = serde_json::from_str(&text).expect("and comes back");
        assert_eq!(self.state.apply(&entry), []);
        self.log.push(entry);
        revision
    }

    /// A flag's document id.
    pub fn flag(&self, key: &str) -> Id {
        self.state
            .find(Kind::Flag, Some(self.project), key)
            .expect("the flag")
            .id
    }

    /// An environment's document id.
    pub fn environment(&self, key: &str) -> Id {
        self.state
            .find(Kind::Environment, Some(self.project), key)
            .expect("the environment")
            .id
    }

    /// Every flag, setting and segment of the project as JSON by readable name; ids, indexes and
    /// counters left out, since they depend on the order of birth.
    pub fn content(&self) -> BTreeMap<String, Json> {
        let mut content = BTreeMap::new();
        for (doc, _) in self.state.flags(self.project) {
            content.insert(format!("flag {}", doc.key), without_numbers(doc.body.to_json()));
            for (place, environment) in self.state.environments(self.project) {
                let Some(setting) = self.state.setting(doc.id, place.id) else {
                    continue;
                };
                for part in [&setting.config, &setting.overrides, &setting.kill]
                    .into_iter()
                    .flatten()
                {
                    let name = format!("{} {} in {}", part.body.kind().as_str(), doc.key, environment.key);
                    content.insert(name, without_numbers(part.body.to_json()));
                }
            }
        }
        for (doc, _) in self.state.segments(self.project) {
            let mut members: Vec<&str> = self
                .state
                .members(doc.id)
                .into_iter()
                .flatten()
                .map(|each| &**each)
                .collect();
            members.sort_unstable();
            content.insert(
                format!("segment {}", doc.key),
                json!([without_numbers(doc.body.to_json()), members]),
            );
        }
        content
    }
}

fn without_numbers(mut body: Json) -> Json {
    if let Some(object) = body.as_object_mut() {
        for name in ["index", "flag", "environment"] {
            object.remove(name);
        }
    }
    body
}

fn doc(id: Id, scope: Option<Id>, key: &str, body: Body) -> Doc {
    Doc {
        id,
        scope,
        key: key.into(),
        revision: 1,
        body,
    }
}
