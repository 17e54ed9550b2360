//! Flags: definition, settings per environment, and the words that sum a setting up.

use hoist_engine::ruleset::{Kind, Prerequisite, Profile, SegmentGroup, Serve, SubjectGroup, Variant, What};
use hoist_model::Id;
use hoist_model::document::{Config, ConfigRule, Flag, Kill, Origin, Overrides, Purpose};
use hoist_model::plan::describe;
use hoist_model::state::{Doc, Setting};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

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
            foreign: body.foreign.clone(),
            revision: doc.revision,
        }
    }
}

/// A flag's configuration in an environment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Config)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct ConfigView {
    /// Absent while nothing was ever set; then the rest is the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub id: Option<Id>,
    pub enabled: bool,
    #[schema(value_type = schema::Serve)]
    pub off: Serve,
    #[schema(value_type = Vec<schema::Prerequisite>)]
    pub prerequisites: Vec<Prerequisite>,
    #[schema(value_type = Vec<schema::Rule>)]
    pub rules: Vec<ConfigRule>,
    #[schema(value_type = schema::Serve)]
    pub default: Serve,
    /// 0 while nothing was ever set.
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
            id: doc.map(|doc| doc.id),
            enabled: body.enabled,
            off: body.off,
            prerequisites: body.prerequisites,
            rules: body.rules,
            default: body.default,
            revision: doc.map_or(0, |doc| doc.revision),
        }
    }
}

/// Fixed serves of a flag in an environment.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = Overrides)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct OverridesView {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub id: Option<Id>,
    #[schema(value_type = Vec<schema::SubjectGroup>)]
    pub subjects: Vec<SubjectGroup>,
    #[schema(value_type = Vec<schema::SegmentGroup>)]
    pub segments: Vec<SegmentGroup>,
    pub revision: u64,
}

impl OverridesView {
    /// From what is set.
    pub fn of(doc: Option<&Doc>) -> Self {
        let Some((doc, body)) = doc.and_then(|doc| Some((doc, doc.as_a::<Overrides>()?))) else {
            return Self::default();
        };
        Self {
            id: Some(doc.id),
            subjects: body.subjects.clone(),
            segments: body.segments.clone(),
            revision: doc.revision,
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
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub revision: u64,
}

impl KillView {
    /// From the document.
    pub fn of(doc: &Doc) -> Option<Self> {
        let body = doc.as_a::<Kill>()?;
        Some(Self {
            id: doc.id,
            until: body.until,
            reason: body.reason.clone(),
            at: body.at,
            revision: doc.revision,
        })
    }
}

/// The state of a flag in an environment, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FlagState)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Serves by its rules.
    On,
    /// Serves the off variant.
    Off,
    /// Off by kill.
    Killed,
    /// A ramp moves.
    Ramping,
    /// A ramp is frozen.
    Paused,
}

/// A setting in a word and a few words.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Summary {
    /// In a word.
    pub state: Condition,
    /// In a few words.
    pub summary: String,
    /// Share of a moving or frozen ramp now, in hundredths of a percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<u16>,
    /// End of a kill.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// The youngest change to it; 0 when nothing was ever set.
    pub revision: u64,
}

impl Summary {
    /// Of what is set, at a moment.
    pub fn of(setting: Option<&Setting>, variants: &[Variant], now: Timestamp) -> Self {
        let revision = setting.map_or(0, Setting::revision);
        let kill = setting
            .and_then(Setting::kill)
            .filter(|kill| kill.until.is_none_or(|until| now < until));
        let Some(config) = setting.and_then(Setting::config) else {
            let summary = variants
                .last()
                .map_or_else(|| "the application's default".to_owned(), |variant| variant.key.clone());
            let (state, until) = kill.map_or((Condition::Off, None), |kill| (Condition::Killed, kill.until));
            return Self {
                state,
                summary,
                share: None,
                until,
                revision,
            };
        };
        if let Some(kill) = kill {
            return Self {
                state: Condition::Killed,
                summary: describe::serve(&config.off),
                share: None,
                until: kill.until,
                revision,
            };
        }
        if !config.enabled {
            return Self {
                state: Condition::Off,
                summary: describe::serve(&config.off),
                share: None,
                until: None,
                revision,
            };
        }
        let (state, share) = ramp(config, now);
        let overrides = setting
            .and_then(Setting::overrides)
            .map_or(0, |body| body.subjects.len() + body.segments.len());
        let summary = match overrides {
            0 => describe::overview(config),
            1 => format!("1 override, {}", describe::overview(config)),
            count => format!("{count} overrides, {}", describe::overview(config)),
        };
        Self {
            state,
            summary,
            share,
            until: None,
            revision,
        }
    }
}

/// The first ramp of a configuration that has not come to its end.
fn ramp(config: &Config, now: Timestamp) -> (Condition, Option<u16>) {
    let served = config.rules.iter().filter(|rule| !rule.disabled).flat_map(|rule| {
        let gate = rule.gate.as_ref().and_then(|gate| gate.curve.as_ref());
        let serve = match &rule.serve.what {
            What::Ramp(ramp) => Some(&ramp.curve),
            _ => None,
        };
        gate.into_iter().chain(serve)
    });
    let otherwise = match &config.default.what {
        What::Ramp(ramp) => Some(&ramp.curve),
        _ => None,
    };
    for curve in served.chain(otherwise) {
        let share = curve.share_at(now);
        if curve.is_paused_at(now) {
            return (Condition::Paused, Some(share.hundredths()));
        }
        if curve.points.last().is_some_and(|last| share != last.share) {
            return (Condition::Ramping, Some(share.hundredths()));
        }
    }
    (Condition::On, None)
}
