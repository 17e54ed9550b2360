//! From the rules of an environment to Unleash's client features document.
//!
//! | file | subject |
//! |---|---|
//! | [`flag`] | a flag as a feature |
//! | [`steps`] | its steps, taken apart |
//! | [`overrides`] | variants that belong to the feature itself |
//! | [`verbatim`] | strategies as they were imported |
//! | [`shape`], [`placement`] | shares and splits |
//! | [`condition`], [`constraint`] | conditions as constraints |
//! | [`dependencies`] | prerequisites |
//! | [`size`] | how large it may become |
//!
//! A flag that Unleash's clients would not answer as we do is left out and named in the [`Gap`]s, never approximated.

mod condition;
mod constraint;
mod dependencies;
mod flag;
mod overrides;
mod placement;
mod shape;
mod size;
mod steps;
mod verbatim;

use std::collections::{BTreeMap, HashSet};

use hoist_engine::ruleset::{FlagRules, Ruleset};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value as Json, json};

use self::condition::{Segments, id_of};
use self::flag::{Around, Told, told};
use self::size::MOST_OF_ALL;
use self::steps::Until;
use super::faces::Face;
use super::wire::{Feature, Segment};

/// What Unleash's clients are told of an environment.
#[derive(Clone, Debug)]
pub struct Projection {
    /// In order of name.
    pub(super) features: Vec<Feature>,
    /// By id, those that features refer to and others.
    pub(super) segments: BTreeMap<u32, Segment>,
    /// In order of key.
    pub gaps: Vec<Gap>,
    /// The first moment at which it stops being right; None: when the rules change.
    pub until: Option<Timestamp>,
}

/// Something that Unleash cannot say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Key of the flag.
    pub flag: String,
    /// What is missing.
    pub left_out: LeftOut,
    /// Why, for people.
    pub text: String,
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// The whole flag: clients serve their own default.
    Flag,
    /// Nothing that was imported, but clients do not agree about it.
    Agreement,
}

/// What holds at a moment, for clients that evaluate by themselves.
pub fn project(rules: &Ruleset, flag_set: &str, now: Timestamp) -> Projection {
    let around = Around {
        segments: Segments::new(&rules.segments),
        project: flag_set.split('/').nth(1).unwrap_or("default"),
        now,
    };
    let flags: dependencies::Flags<'_> = rules
        .flags
        .iter()
        .map(|flag| (flag.key.as_str(), (flag, Face::new(flag))))
        .collect();
    let mut ordered: Vec<&FlagRules> = rules.flags.iter().collect();
    ordered.sort_by(|a, b| a.key.cmp(&b.key));
    let mut until = Until::default();
    let (mut all, mut gaps) = (Vec::new(), Vec::new());
    let mut total = 0;
    for rules in ordered {
        let Some((_, face)) = flags.get(rules.key.as_str()) else {
            continue;
        };
        let said = told(rules, face, &around, &mut until).and_then(|mut told| {
            told.feature.dependencies = dependencies::dependencies(told.prerequisites, &flags)?;
            if told.size > MOST_OF_ALL - total {
                return Err(format!("with it the document would be larger than {MOST_OF_ALL} bytes"));
            }
            total += told.size;
            Ok(told)
        });
        match said {
            Ok(told) => all.push(told),
            Err(text) => gaps.push(gap(&rules.key, LeftOut::Flag, text)),
        }
    }
    let features = with_their_parents(all, &flags, &mut gaps);
    gaps.sort_by(|a, b| a.flag.cmp(&b.flag));
    Projection {
        features,
        segments: segments(rules, &around.segments),
        gaps,
        until: until.0,
    }
}

fn gap(flag: &str, left_out: LeftOut, text: String) -> Gap {
    Gap {
        flag: flag.to_owned(),
        left_out,
        text,
    }
}

/// What needs a flag that is left out is left out.
fn with_their_parents(all: Vec<Told<'_>>, flags: &dependencies::Flags<'_>, gaps: &mut Vec<Gap>) -> Vec<Feature> {
    let names: HashSet<String> = all.iter().map(|told| told.feature.name.clone()).collect();
    let mut features = Vec::with_capacity(all.len());
    for told in all {
        let mut needed = told.feature.dependencies.iter().map(|needed| needed.feature.as_str());
        let lacking = needed.find(|name| flags.contains_key(name) && !names.contains(*name));
        if let Some(parent) = lacking {
            let text = format!("it needs `{parent}`, which is left out");
            gaps.push(gap(&told.feature.name, LeftOut::Flag, text));
            continue;
        }
        let notes = told.notes.into_iter();
        gaps.extend(notes.map(|text| gap(&told.feature.name, LeftOut::Agreement, text)));
        features.push(told.feature);
    }
    features
}

fn segments(rules: &Ruleset, all: &Segments<'_>) -> BTreeMap<u32, Segment> {
    let one = |segment: &hoist_engine::ruleset::SegmentRules| {
        let said = Segment {
            id: id_of(segment),
            name: segment.key.clone(),
            constraints: all.constraints(segment)?.to_vec(),
        };
        Some((said.id, said))
    };
    rules.segments.iter().filter_map(one).collect()
}

impl Feature {
    /// The segments that it refers to.
    pub(super) fn segments(&self) -> impl Iterator<Item = u32> {
        self.strategies
            .iter()
            .flat_map(|strategy| strategy.segments.iter().copied())
    }

    /// With the constraints of segments in their place.
    pub(super) fn inlined(mut self, segments: &BTreeMap<u32, Segment>) -> Self {
        for strategy in &mut self.strategies {
            let ids = std::mem::take(&mut strategy.segments);
            let inner = ids.iter().filter_map(|id| segments.get(id));
            strategy
                .constraints
                .extend(inner.flat_map(|segment| segment.constraints.clone()));
        }
        self
    }
}

impl Projection {
    /// The whole document, as clients that know segments read it.
    pub fn document(&self) -> Json {
        let used: HashSet<u32> = self.features.iter().flat_map(Feature::segments).collect();
        let segments: Vec<&Segment> = self.segments.values().filter(|own| used.contains(&own.id)).collect();
        json!({"version": 2, "features": self.features, "segments": segments})
    }
}
