//! Flags: definition, settings per environment, and the words that sum a setting up.

use hoist_engine::ruleset::{Kind, Prerequisite, Profile, SegmentGroup, Serve, SubjectGroup, Variant};
use hoist_model::Id;
use hoist_model::document::{Config, ConfigRule, Flag, Kill, Origin, Overrides, Purpose, Schedule};
use hoist_model::record::Kind as StoredKind;
use hoist_model::state::{Doc, Setting, State, setting_id};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::actor::ActorView;
use super::schema;

/// A flag's definition.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Flag)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct FlagView {
    #[schema(value_type = String)]
    pub id: Id,
    pub key: String,
    pub index: u32,
    pub name: String,
    pub description: String,
    #[schema(value_type = schema::FlagKind)]
    pub kind: Kind,
    #[schema(value_type = Vec<schema::Variant>)]
    pub variants: Vec<Variant>,
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Purpose>)]
    pub purpose: Option<Purpose>,
    pub client_visible: bool,
    #[schema(value_type = schema::Profile)]
    pub profile: Profile,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Vec<schema::Origin>)]
    pub origins: Vec<Origin>,
    #[schema(value_type = Object)]
    pub metadata: Map<String, Json>,
    #[schema(value_type = Object)]
    pub foreign: Map<String, Json>,
    pub revision: u64,
}

impl FlagView {
    /// From the document.
    pub fn of(doc: &Doc, body: &Flag) -> Self {
        Self {
            id: doc.id,
            key: body.key.clone(),
            index: body.index,
            name: body.name.clone(),
            description: body.description.clone(),
            kind: body.kind,
            variants: body.variants.clone(),
            tags: body.tags.clone(),
            owner: body.owner.clone(),
            purpose: body.purpose,
            client_visible: body.client_visible,
            profile: body.profile,
            archived_at: body.archived_at,
            created_at: body.created_at,
            origins: body.origins.clone(),
            metadata: body.metadata.clone(),
            foreign: body.foreign.to_map(),
            revision: doc.revision,
        }
    }
}

/// A flag's configuration in an environment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Config)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct ConfigView {
    /// Known before anything was set; a first edit names it as its base at revision 0.
    #[schema(value_type = String)]
    pub id: Id,
    pub enabled: bool,
    #[schema(value_type = schema::Serve)]
    pub off: Serve,
    /// When it is on by itself while the switch is on.
    #[schema(value_type = schema::Schedule)]
    pub schedule: Schedule,
    #[schema(value_type = Vec<schema::Prerequisite>)]
    pub prerequisites: Vec<Prerequisite>,
    #[schema(value_type = Vec<schema::Rule>)]
    pub rules: Vec<ConfigRule>,
    #[schema(value_type = schema::Serve)]
    pub default: Serve,
    /// 0 while nothing was ever set; then the rest is the default.
    pub revision: u64,
}

impl ConfigView {
    /// From what is set, or what holds in its absence.
    pub fn of(flag: Id, environment: Id, variants: &[Variant], doc: Option<&Doc>) -> Self {
        let body = doc
            .and_then(|doc| doc.as_a::<Config>())
            .cloned()
            .unwrap_or_else(|| Config::initial(flag, environment, variants));
        Self {
            id: doc.map_or_else(|| setting_id(StoredKind::Config, flag, environment), |doc| doc.id),
            enabled: body.enabled,
            off: body.off,
            schedule: body.schedule,
            prerequisites: body.prerequisites,
            rules: body.rules,
            default: body.default,
            revision: doc.map_or(0, |doc| doc.revision),
        }
    }
}

/// Fixed serves of a flag in an environment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Overrides)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct OverridesView {
    /// Known before anything was set; a first edit names it as its base at revision 0.
    #[schema(value_type = String)]
    pub id: Id,
    #[schema(value_type = Vec<schema::SubjectGroup>)]
    pub subjects: Vec<SubjectGroup>,
    #[schema(value_type = Vec<schema::SegmentGroup>)]
    pub segments: Vec<SegmentGroup>,
    pub revision: u64,
}

impl OverridesView {
    /// From what is set, or what holds in its absence.
    pub fn of(flag: Id, environment: Id, doc: Option<&Doc>) -> Self {
        let body = doc
            .and_then(|doc| doc.as_a::<Overrides>())
            .cloned()
            .unwrap_or_else(|| Overrides::initial(flag, environment));
        Self {
            id: doc.map_or_else(|| setting_id(StoredKind::Overrides, flag, environment), |doc| doc.id),
            subjects: body.subjects,
            segments: body.segments,
            revision: doc.map_or(0, |doc| doc.revision),
        }
    }
}

/// A kill.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Kill)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct KillView {
    #[schema(value_type = String)]
    pub id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    pub reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<ActorView>,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub revision: u64,
}

impl KillView {
    /// Of a setting, unless the kill has ended by now.
    pub fn of(state: &State, setting: Option<&Setting>, now: Timestamp) -> Option<Self> {
        let doc = setting?.kill.as_deref()?;
        let body = doc.as_a::<Kill>()?;
        if body.until.is_some_and(|until| until <= now) {
            return None;
        }
        Some(Self {
            id: doc.id,
            until: body.until,
            reason: body.reason.clone(),
            by: state
                .stamp(doc.revision)
                .map(|stamp| ActorView::of(state, &stamp.actor)),
            at: body.at,
            revision: doc.revision,
        })
    }
}
