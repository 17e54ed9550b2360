//! The forms a state comes in: a features document, `{state}`, a list of delta events, or an export.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::wire::{Feature, Segment, text_of};
use super::{export, gap};
use crate::error::ImportError;
use crate::report::Gaps;

/// Features and segments, as the last word on each says.
#[derive(Debug, Default)]
pub(super) struct State {
    /// By name.
    pub(super) features: BTreeMap<String, Feature>,
    /// By id.
    pub(super) segments: BTreeMap<String, Segment>,
}

/// What to do about a document of another form.
const NEXT: &str = "give the body of /api/client/features (an object with `features`), one with `state` or `events`, or an \
                    export of the admin API";

impl State {
    pub(super) fn read(document: &Json, environment: &str, gaps: &mut Gaps) -> Result<Self, ImportError> {
        let Some(members) = document.as_object() else {
            return Err(ImportError::new("the document is not a JSON object", NEXT));
        };
        if export::is_one(members) {
            return Self::inner(&export::features(members, environment, gaps)?, gaps);
        }
        if let Some(state) = members.get("state") {
            return Self::inner(state, gaps);
        }
        Self::inner(document, gaps)
    }

    fn inner(state: &Json, gaps: &mut Gaps) -> Result<Self, ImportError> {
        let Some(members) = state.as_object() else {
            return Err(ImportError::new("`state` is not a JSON object", NEXT));
        };
        let mut all = Self::default();
        match (members.get("events"), members.get("features")) {
            (Some(Json::Array(events)), _) => events.iter().for_each(|event| all.apply(event, gaps)),
            (Some(_), _) => return Err(ImportError::new("`events` is not a list", NEXT)),
            (None, Some(Json::Array(_))) => all.hydrate(members, gaps),
            (None, Some(_)) => return Err(ImportError::new("`features` is not a list", NEXT)),
            (None, None) => return Err(ImportError::new("there is neither `features` nor `events`", NEXT)),
        }
        Ok(all)
    }

    /// Adds every feature and segment of a features document or a hydration event.
    fn hydrate(&mut self, members: &Map<String, Json>, gaps: &mut Gaps) {
        items(members.get("features")).for_each(|feature| self.put_feature(feature, gaps));
        items(members.get("segments")).for_each(|segment| self.put_segment(segment, gaps));
    }

    fn apply(&mut self, event: &Json, gaps: &mut Gaps) {
        let kind = event.get("type").and_then(Json::as_str).unwrap_or_default();
        match (kind, event) {
            ("hydration", Json::Object(members)) => {
                *self = Self::default();
                self.hydrate(members, gaps);
            }
            ("feature-updated", _) => {
                let feature = event.get("feature").unwrap_or(&Json::Null);
                if let Some(name) = feature.get("name").and_then(text_of) {
                    self.features.remove(&name);
                }
                self.put_feature(feature, gaps);
            }
            ("feature-removed", _) => {
                self.features
                    .remove(&event.get("featureName").and_then(text_of).unwrap_or_default());
            }
            ("segment-updated", _) => {
                let segment = event.get("segment").unwrap_or(&Json::Null);
                if let Some(id) = segment.get("id").and_then(text_of) {
                    self.segments.remove(&id);
                }
                self.put_segment(segment, gaps);
            }
            ("segment-removed", _) => {
                self.segments
                    .remove(&event.get("segmentId").and_then(text_of).unwrap_or_default());
            }
            _ => gaps.document(gap::UNKNOWN_EVENT, format!("an event of type `{kind}` is left out")),
        }
    }

    fn put_feature(&mut self, value: &Json, gaps: &mut Gaps) {
        let Some(feature) = Feature::read(value, gaps) else {
            return;
        };
        if let Some(earlier) = self.features.insert(feature.name.clone(), feature) {
            gaps.flag(
                &earlier.name,
                gap::DUPLICATE,
                "the name occurs twice; the last one counts",
            );
        }
    }

    fn put_segment(&mut self, value: &Json, gaps: &mut Gaps) {
        let Some(segment) = Segment::read(value, gaps) else {
            return;
        };
        if let Some(earlier) = self.segments.insert(segment.id.clone(), segment) {
            gaps.segment(&earlier.id, gap::DUPLICATE, "the id occurs twice; the last one counts");
        }
    }
}

fn items(list: Option<&Json>) -> impl Iterator<Item = &Json> {
    list.and_then(Json::as_array).into_iter().flatten()
}
