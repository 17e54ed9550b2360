//! Exports of Unleash's admin API: what they say of one environment as a features document.
//!
//! | form | says |
//! |---|---|
//! | `GET /api/admin/state/export` (version 4) | all environments; segments with their constraints, apart from strategies |
//! | `POST /api/admin/features-batch/export` | one environment; ids and names of segments only |
//!
//! Meant is the environment of the name asked for, else the only one there is. What stands under `:global:` is meant
//! for every environment.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::gap;
use super::wire::text_of;
use crate::error::ImportError;
use crate::report::Gaps;

/// The environment of old exports.
const GLOBAL: &str = ":global:";

/// Members that only an export has.
const MARKS: [&str; 2] = ["featureStrategies", "featureEnvironments"];

/// Whether a document is an export.
pub(super) fn is_one(members: &Map<String, Json>) -> bool {
    MARKS.iter().any(|mark| members.contains_key(*mark))
}

/// What an export says of an environment, in the form of a features document.
///
/// # Errors
/// When it has several environments and none of the name asked for.
pub(super) fn features(members: &Map<String, Json>, environment: &str, gaps: &mut Gaps) -> Result<Json, ImportError> {
    let meant = meant(members, environment)?;
    if let Some(other) = meant.as_deref().filter(|meant| *meant != environment) {
        gaps.document(
            gap::ENVIRONMENT,
            format!("the export is of `{other}`; what it says becomes that of `{environment}`"),
        );
    }
    let export = Export::new(members, meant.as_deref());
    let features = items(members, "features").filter_map(|feature| export.feature(feature, gaps));
    let features: Vec<Json> = features.collect();
    let (whole, named): (Vec<&Json>, Vec<&Json>) =
        items(members, "segments").partition(|segment| segment.get("constraints").is_some());
    for segment in named {
        let name = text(segment, "name").unwrap_or_default();
        let text = "its constraints are not in the export: strategies that use it never hold";
        gaps.segment(&name, gap::MISSING_SEGMENT, text);
    }
    let segments: Vec<Json> = whole.into_iter().cloned().collect();
    Ok(Json::Object(Map::from_iter([
        ("features".to_owned(), features.into()),
        ("segments".to_owned(), segments.into()),
    ])))
}

/// The environment that is meant; None where the export is of one and does not name it.
fn meant(members: &Map<String, Json>, environment: &str) -> Result<Option<String>, ImportError> {
    let settings = MARKS.iter().flat_map(|mark| items(members, mark));
    let known: BTreeSet<String> = settings.filter_map(|own| text(own, "environment")).collect();
    let mut names = known.iter().filter(|name| *name != GLOBAL);
    match (names.next(), names.next()) {
        _ if known.contains(environment) => Ok(Some(environment.to_owned())),
        (None, _) => Ok(None),
        (Some(only), None) => Ok(Some(only.clone())),
        (Some(_), Some(_)) => {
            let names: Vec<&str> = known.iter().map(String::as_str).take(20).collect();
            let what = format!("the export has no environment `{environment}`");
            Err(ImportError::new(what, format!("ask for one of {}", names.join(", "))))
        }
    }
}

/// Items by what one of their members says.
type By<'e> = BTreeMap<String, Vec<&'e Json>>;

/// Read once: features ask for their part.
struct Export<'e> {
    settings: By<'e>,
    strategies: By<'e>,
    tags: By<'e>,
    parents: By<'e>,
    /// By strategy: which segments it uses.
    segments: By<'e>,
}

impl<'e> Export<'e> {
    fn new(members: &'e Map<String, Json>, environment: Option<&str>) -> Self {
        let is_meant = |own: &&Json| match (text(own, "environment"), environment) {
            (Some(own), Some(meant)) => own == meant || own == GLOBAL,
            _ => true,
        };
        Self {
            settings: by("featureName", items(members, "featureEnvironments").filter(is_meant)),
            strategies: by("featureName", items(members, "featureStrategies").filter(is_meant)),
            tags: by("featureName", items(members, "featureTags")),
            parents: by("feature", items(members, "dependencies")),
            segments: by("featureStrategyId", items(members, "featureStrategySegments")),
        }
    }

    /// A feature with what the environment says of it; None if it is archived.
    fn feature(&self, source: &Json, gaps: &mut Gaps) -> Option<Json> {
        let mut feature = source.as_object()?.clone();
        let name = text(source, "name")?;
        feature.remove("lastSeenAt");
        let archived = [feature.remove("archived"), feature.remove("archivedAt")];
        if archived.iter().flatten().any(|own| *own == true || own.is_string()) {
            gaps.flag(&name, gap::IGNORED, "it is archived and is left out");
            return None;
        }
        let setting = part(&self.settings, &name).first();
        let is_on = setting
            .and_then(|own| own.get("enabled"))
            .is_some_and(|own| *own == true);
        feature.insert("enabled".to_owned(), is_on.into());
        let own = setting.and_then(|own| own.get("variants")).and_then(Json::as_array);
        if let Some(own) = own.filter(|own| !own.is_empty()) {
            feature.insert("variants".to_owned(), own.clone().into());
        }
        let mut strategies = part(&self.strategies, &name).to_vec();
        strategies.sort_by_key(|own| own.get("sortOrder").and_then(Json::as_i64).unwrap_or_default());
        let strategies: Vec<Json> = strategies.into_iter().map(|own| self.strategy(own)).collect();
        feature.insert("strategies".to_owned(), strategies.into());
        let tags: Vec<Json> = part(&self.tags, &name).iter().filter_map(|own| tag(own)).collect();
        if !tags.is_empty() {
            feature.insert("tags".to_owned(), tags.into());
        }
        let parents = part(&self.parents, &name)
            .iter()
            .filter_map(|own| own.get("dependencies")?.as_array());
        let parents: Vec<Json> = parents.flatten().cloned().collect();
        if !parents.is_empty() {
            feature.insert("dependencies".to_owned(), parents.into());
        }
        Some(Json::Object(feature))
    }

    fn strategy(&self, source: &Json) -> Json {
        let mut strategy = source.as_object().cloned().unwrap_or_default();
        if let Some(name) = strategy.remove("strategyName") {
            strategy.insert("name".to_owned(), name);
        }
        for name in [
            "featureName",
            "projectId",
            "environment",
            "createdAt",
            "sortOrder",
            "milestoneId",
        ] {
            strategy.remove(name);
        }
        let id = strategy.remove("id").as_ref().and_then(text_of);
        let apart = id.as_ref().map_or(&[][..], |id| part(&self.segments, id));
        let ids: Vec<Json> = apart.iter().filter_map(|own| own.get("segmentId").cloned()).collect();
        if !ids.is_empty() {
            strategy.insert("segments".to_owned(), ids.into());
        }
        Json::Object(strategy)
    }
}

/// `type:value`.
fn tag(source: &Json) -> Option<Json> {
    let kind = text(source, "tagType").or_else(|| text(source, "type"))?;
    let value = text(source, "tagValue").or_else(|| text(source, "value"))?;
    Some(format!("{kind}:{value}").into())
}

fn by<'e>(member: &str, items: impl Iterator<Item = &'e Json>) -> By<'e> {
    let mut all = By::new();
    for item in items {
        if let Some(name) = text(item, member) {
            all.entry(name).or_default().push(item);
        }
    }
    all
}

fn part<'p, 'e>(all: &'p By<'e>, name: &str) -> &'p [&'e Json] {
    all.get(name).map_or(&[], Vec::as_slice)
}

/// By name of a member: its items.
fn items<'m>(members: &'m Map<String, Json>, name: &str) -> impl Iterator<Item = &'m Json> + use<'m> {
    members.get(name).and_then(Json::as_array).into_iter().flatten()
}

fn text(object: &Json, name: &str) -> Option<String> {
    object.get(name).and_then(text_of)
}
