//! Evaluation results of Flagsmith's schema: `{flags, segments}`.

use hoist_engine::{Bound, Detail, Moment, NoVisitor, Outcome, Snapshot};
use serde_json::{Map, Value as Json, json};

use super::feature::{Around, Served, place};
use super::state::{Feature, State};
use super::variants::CONTROL;

/// Which generation of Flagsmith's engines the reasons are written like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReasonStyle {
    /// What no segment decides is `DEFAULT`.
    #[default]
    V10,
    /// What no segment could decide is `STATIC`.
    V11,
}

/// A question to a snapshot that was made of a state.
pub(super) struct Asked<'a> {
    pub(super) state: &'a State,
    /// Keys of the segments, in their order.
    pub(super) segments: &'a [String],
    pub(super) snapshot: &'a Snapshot,
    pub(super) bound: &'a Bound<'a>,
    pub(super) moment: &'a Moment,
    pub(super) style: ReasonStyle,
    pub(super) has_identity: bool,
}

impl Asked<'_> {
    pub(super) fn result(&self) -> Json {
        let around = Around::new(self.state, self.segments, "");
        let mut flags = Map::new();
        for feature in &self.state.features {
            // Of two with one name the first counts, as in the project.
            if !flags.contains_key(&feature.name)
                && let Some(flag) = self.flag(&Served::new(feature, &around))
            {
                flags.insert(feature.name.clone(), flag);
            }
        }
        json!({"flags": flags, "segments": self.matching()})
    }

    /// The segments that match, in their order.
    fn matching(&self) -> Vec<Json> {
        let is_in = |key: &String| self.snapshot.in_segment(key, self.bound, self.moment, &mut NoVisitor) == Some(true);
        let matching = self
            .state
            .segments
            .iter()
            .zip(self.segments)
            .filter(|(_, key)| is_in(key));
        let one = |segment: &super::state::Segment| with_metadata(json!({"name": segment.name}), &segment.metadata);
        matching.map(|(segment, _)| one(segment)).collect()
    }

    fn flag(&self, served: &Served<'_>) -> Option<Json> {
        let flag = self.snapshot.flag(&served.feature.name)?;
        let outcome = self.snapshot.evaluate(flag, self.bound, self.moment, &mut NoVisitor);
        let (state, segment) = served.state(&place(outcome.rule()));
        let (reason, variant) = self.reason(&outcome, served, state, segment);
        let answer = json!({
            "name": served.feature.name,
            "enabled": outcome.enabled,
            "value": outcome.value(),
            "reason": reason,
            "variant": variant,
        });
        Some(with_metadata(answer, &state.metadata))
    }

    fn reason(
        &self,
        outcome: &Outcome<'_>,
        served: &Served<'_>,
        state: &Feature,
        segment: Option<&str>,
    ) -> (String, Json) {
        let split = outcome.variant().filter(|_| outcome.detail == Detail::Split);
        if let Some(option) = split.and_then(|key| served.table.option(state, key)) {
            return (format!("SPLIT; weight={}", option.weight), option.key.clone().into());
        }
        let reason = match (segment, self.style) {
            (Some(name), _) => format!("TARGETING_MATCH; segment={name}"),
            (None, ReasonStyle::V11) if !served.has_overrides() => "STATIC".to_owned(),
            (None, _) => "DEFAULT".to_owned(),
        };
        let is_control = self.has_identity && !state.variants.is_empty();
        (reason, is_control.then_some(CONTROL).into())
    }
}

fn with_metadata(mut answer: Json, metadata: &Map<String, Json>) -> Json {
    if let Some(members) = answer.as_object_mut().filter(|_| !metadata.is_empty()) {
        members.insert("metadata".to_owned(), Json::Object(metadata.clone()));
    }
    answer
}
