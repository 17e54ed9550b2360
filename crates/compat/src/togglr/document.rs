//! Reading what the admin API says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::gap;
use crate::error::ImportError;
use crate::items::{each, or_default};
use crate::report::Gaps;

/// What to do about a document of another form.
const NEXT: &str = "give an object with `features`, the answers of Togglr's `/api/v1/features/{id}`, and with \
                    `schedules`, those of `/api/v1/projects/{id}/env/{key}/feature-schedules`";

/// One environment.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) features: Vec<Details>,
    /// By id of the feature.
    schedules: BTreeMap<String, Vec<Schedule>>,
    /// Names by id.
    segments: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Source {
    features: Vec<Json>,
    #[serde(default, deserialize_with = "or_default")]
    schedules: Vec<Json>,
    #[serde(default, deserialize_with = "or_default")]
    segments: Vec<Json>,
}

/// A feature with all that hangs on it.
#[derive(Debug, Deserialize)]
pub(super) struct Details {
    pub(super) feature: Feature,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) variants: Vec<Variant>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) rules: Vec<Rule>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) tags: Vec<Tag>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) algorithms: Vec<Algorithm>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Feature {
    #[serde(default)]
    pub(super) id: String,
    pub(super) key: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) kind: Kind,
    #[serde(default)]
    pub(super) rollout_key: Option<String>,
    #[serde(default)]
    pub(super) enabled: bool,
    #[serde(default)]
    pub(super) default_value: String,
    #[serde(default)]
    pub(super) created_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    #[default]
    Simple,
    Multivariant,
}

#[derive(Debug, Deserialize)]
pub(super) struct Variant {
    #[serde(default)]
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) rollout_percent: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Rule {
    #[serde(default)]
    pub(super) id: String,
    #[serde(default, alias = "condition")]
    pub(super) conditions: Json,
    #[serde(default)]
    pub(super) segment_id: Option<String>,
    #[serde(default)]
    pub(super) is_customized: bool,
    pub(super) action: Action,
    #[serde(default)]
    pub(super) flag_variant_id: Option<String>,
    #[serde(default)]
    pub(super) priority: u32,
}

/// In the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Action {
    Exclude,
    Assign,
    Include,
}

#[derive(Debug, Deserialize)]
pub(super) struct Tag {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) slug: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Algorithm {
    #[serde(default)]
    pub(super) algorithm_slug: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) settings: Map<String, Json>,
    #[serde(default)]
    pub(super) enabled: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Schedule {
    feature_id: String,
    #[serde(default)]
    pub(super) starts_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) ends_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) cron_expr: Option<String>,
    #[serde(default)]
    pub(super) cron_duration: Option<String>,
    #[serde(default)]
    pub(super) timezone: String,
    pub(super) action: Turn,
    #[serde(default)]
    pub(super) created_at: Option<Timestamp>,
}

/// In the order in which the later wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Turn {
    Enable,
    Disable,
}

#[derive(Deserialize)]
struct Segment {
    id: String,
    name: String,
}

pub(super) fn read(document: &Json, gaps: &mut Gaps) -> Result<Document, ImportError> {
    let source = Source::deserialize(document)
        .map_err(|error| ImportError::new(format!("this is no environment of Togglr ({error})"), NEXT))?;
    let features: Vec<Details> = each(&source.features, "features", gaps);
    let mut schedules: BTreeMap<String, Vec<Schedule>> = BTreeMap::new();
    for schedule in each::<Schedule>(&source.schedules, "schedules", gaps) {
        schedules.entry(schedule.feature_id.clone()).or_default().push(schedule);
    }
    let known: BTreeSet<&str> = features.iter().map(|own| own.feature.id.as_str()).collect();
    for feature in schedules.keys().filter(|id| !known.contains(id.as_str())) {
        gaps.document(
            gap::SCHEDULE,
            format!("a schedule of the feature {feature}, which is not in the document, is left out"),
        );
    }
    let segments = each::<Segment>(&source.segments, "segments", gaps);
    Ok(Document {
        features,
        schedules,
        segments: segments.into_iter().map(|own| (own.id, own.name)).collect(),
    })
}

impl Document {
    /// Of a feature.
    pub(super) fn schedules(&self, feature: &Feature) -> &[Schedule] {
        self.schedules.get(&feature.id).map_or(&[], Vec::as_slice)
    }

    /// The name of a segment.
    pub(super) fn segment(&self, id: &str) -> Option<&str> {
        self.segments.get(id).map(String::as_str)
    }
}
