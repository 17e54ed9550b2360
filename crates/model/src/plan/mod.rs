//! Planning: state + changes → effects, with everything a person wants to know before saying yes.
//!
//! Pure: the moment, new ids, salts and secrets come from outside ([`Source`]), and so does the
//! past ([`Past`]). A plan is made twice: for the dry run that people read, and by the writer
//! against the working state just before the commit.

mod access;
mod bodies;
mod config;
mod credential;
pub mod describe;
mod flag;
mod import;
mod place;
mod request;
mod restore;
mod result;
mod segment;
mod undo;

pub use config::{lacks_salt, segments_in};
pub use credential::OURS as OUR_KEYS;
pub use request::{Moved, Past, Problem, Refusal, Request, Source};
pub use restore::{More, Then};
pub use result::{Grade, Plan, Reveal, SecretKind, SecretWrite, Sentence, Use, Warning};

use std::collections::BTreeSet;

use hoist_engine::Limits;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::Id;
use crate::authorise::{Access, Place, access, user_of};
use crate::change::{Change, UserChange};
use crate::document::{Environment, Unreadable};
use crate::draft::Draft;
use crate::log::Actor;
use crate::merge;
use crate::permission::Permission;
use crate::record::Kind;
use crate::state::{Aggregate, Doc, State};

/// Plans a request on a state.
///
/// # Errors
/// A [`Refusal`], with a pointer into the request where one applies.
pub fn plan(
    state: &State,
    request: &Request,
    actor: &Actor,
    now: Timestamp,
    source: &mut dyn Source,
    past: &dyn Past,
) -> Result<Plan, Refusal> {
    if request.changes.len() > MAX_CHANGES {
        return Err(invalid(
            "too_many",
            format!("at most {MAX_CHANGES} changes at once"),
            "/changes",
        ));
    }
    let mut planner = Planner {
        draft: Draft::new(state, state.revision() + 1),
        request,
        actor,
        now,
        source,
        past,
        limits: Limits::default(),
        pointer: String::new(),
        sentences: Vec::new(),
        warnings: Vec::new(),
        grade: Grade::Harmless,
        confirm: None,
        environments: BTreeSet::new(),
        used_by: BTreeSet::new(),
        undoes: None,
        secrets: Vec::new(),
        reveals: Vec::new(),
        made: None,
        flag_numbers: import::Numbers::default(),
        segment_numbers: import::Numbers::default(),
    };
    for (at, change) in request.changes.iter().enumerate() {
        planner.pointer = format!("/changes/{at}");
        planner.authorise(change)?;
        planner.change(change)?;
    }
    let plan = planner.finish();
    bodies::check(&plan, request)?;
    Ok(plan)
}

/// Changes in one request.
pub const MAX_CHANGES: usize = 500;
/// Flags in one project.
pub const MAX_FLAGS: usize = 20_000;
/// Members of one segment.
pub const MAX_MEMBERS: usize = 5_000_000;
/// Longest chain of prerequisites.
pub const MAX_PREREQUISITE_DEPTH: usize = 10;

/// One problem as a refusal.
fn invalid(code: &str, detail: impl Into<String>, pointer: impl Into<String>) -> Refusal {
    Refusal::Invalid(vec![Problem {
        code: code.into(),
        detail: detail.into(),
        pointer: pointer.into(),
    }])
}

/// What is being planned.
struct Planner<'a> {
    draft: Draft<'a>,
    request: &'a Request,
    actor: &'a Actor,
    now: Timestamp,
    source: &'a mut dyn Source,
    past: &'a dyn Past,
    limits: Limits,
    /// Of the change in hand.
    pointer: String,
    sentences: Vec<Sentence>,
    warnings: Vec<Warning>,
    grade: Grade,
    confirm: Option<String>,
    environments: BTreeSet<Id>,
    used_by: BTreeSet<Use>,
    undoes: Option<u64>,
    secrets: Vec<SecretWrite>,
    reveals: Vec<Reveal>,
    /// The project that an import into an organization makes.
    made: Option<Id>,
    /// Of the flags that an import makes.
    flag_numbers: import::Numbers,
    /// Of its segments.
    segment_numbers: import::Numbers,
}

impl Planner<'_> {
    fn change(&mut self, change: &Change) -> Result<(), Refusal> {
        match change {
            Change::Organization(change) => self.organization(change),
            Change::Project(change) => self.project(change),
            Change::Environment(change) => self.environment(change),
            Change::Flag(change) => self.flag(change),
            Change::Config(change) => self.config(change),
            Change::Segment(change) => self.segment(change),
            Change::Credential(change) => self.credential(change),
            Change::User(change) => self.user(change),
            Change::Member(change) => self.member(change),
            Change::Token(change) => self.token(change),
            Change::Import(import) => self.import(import),
            Change::Undo { revision } => self.undo(*revision),
        }
    }

    fn authorise(&self, change: &Change) -> Result<(), Refusal> {
        let access = self.access();
        if let Place::Project(_) = self.request.place
            && !access.allows(Permission::ProjectView)
        {
            return Err(Refusal::NotFound { what: "project".into() });
        }
        if let Place::Organization(_) = self.request.place
            && !access.allows(Permission::OrganizationView)
        {
            return Err(Refusal::NotFound {
                what: "organization".into(),
            });
        }
        match change.permission() {
            Some(permission) => self.allow(&access, permission),
            None if access.operator || self.is_their_own(change) => Ok(()),
            None => Err(Refusal::Denied { permission: None }),
        }
    }

    /// What anybody may who is signed in: their own tokens, and their own password. The hash of a password comes from
    /// inside only, after the old one was shown.
    fn is_their_own(&self, change: &Change) -> bool {
        match change {
            Change::Token(_) => true,
            Change::User(UserChange::ResetPassword {
                user, given: Some(_), ..
            }) => user_of(self.actor) == Some(*user),
            _ => false,
        }
    }

    fn access(&self) -> Access {
        access(&self.draft, self.actor, self.request.place)
    }

    fn allow(&self, access: &Access, permission: Permission) -> Result<(), Refusal> {
        if access.allows(permission) {
            Ok(())
        } else {
            Err(Refusal::Denied {
                permission: Some(permission),
            })
        }
    }

    fn finish(self) -> Plan {
        let effects = self.draft.effects();
        let state = self.draft.state();
        let mut environments: Vec<Id> = self.environments.into_iter().collect();
        environments.sort_by_key(|id| state.get_a::<Environment>(*id).map_or(u32::MAX, |body| body.order));
        let project = match self.request.place {
            Place::Project(id) => Some(id),
            Place::Instance | Place::Organization(_) => self.made,
        };
        Plan {
            effects,
            sentences: self.sentences,
            warnings: self.warnings,
            grade: self.grade,
            confirm: self.confirm,
            environments,
            used_by: self.used_by.into_iter().collect(),
            project,
            undoes: self.undoes,
            secrets: self.secrets,
            reveals: self.reveals,
        }
    }

    // What the aggregates share.

    fn project_id(&self) -> Result<Id, Refusal> {
        match (self.request.place, self.made) {
            (Place::Project(id), _) if self.draft.get(id).is_some() => Ok(id),
            (Place::Organization(_), Some(made)) => Ok(made),
            _ => Err(invalid(
                "wrong_place",
                "this change belongs to a project",
                self.pointer.clone(),
            )),
        }
    }

    fn organization_id(&self) -> Result<Id, Refusal> {
        match self.request.place {
            Place::Organization(id) => Ok(id),
            Place::Project(id) => self.draft.get(id).and_then(|doc| doc.scope).ok_or(Refusal::NotFound {
                what: "organization".into(),
            }),
            Place::Instance => Err(invalid(
                "wrong_place",
                "this change belongs to an organization",
                self.pointer.clone(),
            )),
        }
    }

    /// A document that the change names by key.
    fn named<T: Aggregate>(&self, scope: Option<Id>, key: &str) -> Result<(Id, T), Refusal> {
        let found = self
            .draft
            .find(T::KIND, scope, key)
            .and_then(|doc| Some((doc.id, doc.as_a::<T>()?.clone())));
        found.ok_or_else(|| Refusal::NotFound {
            what: format!("{} {key}", T::KIND.as_str()),
        })
    }

    /// A document that the change names by id, in the request's place.
    fn by_id<T: Aggregate>(&self, scope: Option<Id>, id: Id) -> Result<T, Refusal> {
        let found = self
            .draft
            .get(id)
            .filter(|doc| doc.scope == scope)
            .and_then(|doc| doc.as_a::<T>().cloned());
        found.ok_or_else(|| Refusal::NotFound {
            what: format!("{} {id}", T::KIND.as_str()),
        })
    }

    /// Applies a merge patch to a document, three ways when it was made from an older revision.
    fn patched<T>(&self, id: Id, current: &T, patch: &Json) -> Result<T, Refusal>
    where
        T: Aggregate + Serialize + DeserializeOwned,
    {
        self.read_patched(self.patched_json(id, current, None, patch)?)
    }

    /// The same as JSON; `initial` is what holds of a document that does not exist yet.
    fn patched_json<T>(&self, id: Id, current: &T, initial: Option<&Json>, patch: &Json) -> Result<Json, Refusal>
    where
        T: Aggregate + Serialize,
    {
        if !patch.is_object() {
            let pointer = self.patch_pointer::<T>();
            return Err(invalid("not_an_object", "a patch is a JSON object", pointer));
        }
        let now = serde_json::to_value(current).unwrap_or(Json::Null);
        self.merged(id, &now, initial, patch)
    }

    fn read_patched<T>(&self, merged: Json) -> Result<T, Refusal>
    where
        T: Aggregate + DeserializeOwned,
    {
        crate::document::from_json(merged).map_err(|error| unreadable(&error, &self.patch_pointer::<T>()))
    }

    fn patch_pointer<T: Aggregate>(&self) -> String {
        format!("{}/{}/edit/patch", self.pointer, T::KIND.as_str())
    }

    /// The body after a patch that was made from the request's base revision of the document; base 0 says that it did
    /// not exist.
    fn merged(&self, id: Id, now: &Json, initial: Option<&Json>, patch: &Json) -> Result<Json, Refusal> {
        let revision = self.draft.state().get(id).map_or(0, |doc| doc.revision);
        let base = self.request.base.get(&id).copied().unwrap_or(revision);
        if base == revision {
            return Ok(merge::merge_patch(now, patch));
        }
        let conflict = |paths| Refusal::Conflict {
            document: id,
            winner: revision,
            paths,
        };
        let old = match base {
            0 => initial.cloned(),
            base => self.past.body_at(id, base),
        };
        let Some(old) = old else {
            return Err(conflict(Vec::new()));
        };
        if self.request.moved == Moved::Refuse && !(base < revision && merge::is_same_but_counters(&old, now)) {
            return Err(conflict(Vec::new()));
        }
        let mine = merge::merge_patch(&old, patch);
        let merged = merge::three_way(&old, now, &mine);
        if merged.conflicts.is_empty() {
            Ok(merged.value)
        } else {
            Err(conflict(merged.conflicts))
        }
    }

    /// Refuses a base that the document has moved away from, for changes that are no patch.
    fn check_base(&self, id: Id) -> Result<(), Refusal> {
        let revision = self.draft.state().get(id).map_or(0, |doc| doc.revision);
        match self.request.base.get(&id) {
            Some(base) if *base != revision => Err(Refusal::Conflict {
                document: id,
                winner: revision,
                paths: Vec::new(),
            }),
            _ => Ok(()),
        }
    }

    /// A new key: of the form for new keys, and free.
    fn check_new_key(&self, kind: Kind, scope: Option<Id>, key: &str) -> Result<(), Refusal> {
        let pointer = format!("{}/{}/create/key", self.pointer, kind.as_str());
        if !is_new_key(key) {
            let detail = format!(
                "“{key}” is not a key: letters, digits and . _ : @ - up to 128, beginning with a letter or digit"
            );
            return Err(invalid("bad_key", detail, pointer));
        }
        if self.draft.find(kind, scope, key).is_some() {
            return Err(invalid(
                "key_taken",
                format!("a {} with the key {key} exists already", kind.as_str()),
                pointer,
            ));
        }
        Ok(())
    }

    fn say(&mut self, document: Id, text: impl Into<String>) {
        self.sentences.push(Sentence {
            text: text.into(),
            document: Some(document),
            path: None,
        });
    }

    fn warn(&mut self, code: &str, text: impl Into<String>) {
        let warning = Warning {
            code: code.into(),
            text: text.into(),
        };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn raise(&mut self, grade: Grade) {
        self.grade = self.grade.max(grade);
    }

    /// Notes that answers of an environment may change.
    fn touches(&mut self, environment: Id) {
        self.environments.insert(environment);
        let protected = self
            .draft
            .get_a::<Environment>(environment)
            .is_some_and(|body| body.protected);
        self.raise(if protected { Grade::Guarded } else { Grade::Normal });
    }

    fn touches_project(&mut self, project: Id) {
        let all: Vec<Id> = self
            .draft
            .list(Kind::Environment, Some(project))
            .into_iter()
            .map(|doc| doc.id)
            .collect();
        for environment in all {
            self.touches(environment);
        }
    }

    fn needs_typing(&mut self, key: &str) {
        self.raise(Grade::Typed);
        self.confirm.get_or_insert_with(|| key.to_owned());
    }
}

/// A body that does not parse, as a refusal.
fn unreadable(error: &Unreadable, pointer: &str) -> Refusal {
    invalid("bad_value", error.message.clone(), format!("{pointer}{}", error.path))
}

/// Form of new keys; imports may store others.
pub fn is_new_key(key: &str) -> bool {
    let mut characters = key.chars();
    key.len() <= 128
        && characters.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && characters.all(|each| each.is_ascii_alphanumeric() || "._:@-".contains(each))
}

/// Form of stored keys: printable, at most 200 bytes.
pub fn is_stored_key(key: &str) -> bool {
    !key.is_empty() && key.len() <= 200 && !key.chars().any(char::is_control)
}

/// A document's own name for sentences.
fn name_of(doc: &Doc) -> &str {
    &doc.key
}
