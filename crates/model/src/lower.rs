//! Lowering: from documents, or the portable form, to what the engine runs.
//!
//! The order of steps is the meaning of a flag, and it is written here once ([`Parts::steps`]):
//! killed → switch → windows → prerequisites → subject overrides → segment overrides → rules → default.
//!
//! How to extend: a new step is a case of [`Step`], a field of [`Parts`] and one line of
//! [`Parts::steps`]; both ways in (documents and [`ProjectFile`]) then have it.

use hoist_engine::ruleset::{
    FlagRules, Kind, Prerequisite, Profile, Rule, Ruleset, SegmentGroup, SegmentRules, Serve, Step, SubjectGroup,
    Variant, What,
};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::document::{Config, ConfigRule, Flag, Kill, Overrides, Schedule, Segment};
use crate::portable::{FlagEntry, ProjectFile, SegmentEntry};

/// The version of the ruleset form that is written.
pub const RULESET_VERSION: u32 = 1;

/// The project has no such environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no environment `{wanted}` in this project; it has: {}", known.join(", "))]
pub struct UnknownEnvironment {
    /// What was asked for.
    pub wanted: String,
    /// What there is.
    pub known: Vec<String>,
}

/// Lowers a flag in one environment. `version` is the revision of the youngest of its documents.
/// Archived flags are not served: the caller leaves them out.
pub fn lower_flag(
    flag: &Flag,
    config: Option<&Config>,
    overrides: Option<&Overrides>,
    kill: Option<&Kill>,
    version: u64,
) -> FlagRules {
    let absent = absent_serve(flag.kind, &flag.variants);
    let mut parts = Parts::absent(&absent);
    if let Some(config) = config {
        parts.enabled = config.enabled;
        parts.off = &config.off;
        parts.schedule = Some(&config.schedule);
        parts.prerequisites = &config.prerequisites;
        parts.rules = &config.rules;
        parts.default = &config.default;
    }
    if let Some(overrides) = overrides {
        parts.subjects = &overrides.subjects;
        parts.segments = &overrides.segments;
    }
    parts.kill = kill.map(|kill| kill.until);
    FlagRules {
        key: flag.key.clone(),
        index: flag.index,
        kind: flag.kind,
        profile: flag.profile,
        client_visible: flag.client_visible,
        variants: flag.variants.clone(),
        steps: parts.steps(),
        metadata: flag.metadata.clone(),
        version,
        foreign: origin(
            flag.profile,
            flag.foreign.to_map(),
            config.map(|config| config.foreign.to_map()),
            &flag.description,
            parts.rules,
        ),
    }
}

/// Lowers a segment. Its member list, rows beside the document, comes with it. An archived
/// segment matches nobody.
pub fn lower_segment(segment: &Segment, members: Vec<String>) -> SegmentRules {
    let live = segment.archived_at.is_none();
    SegmentRules {
        key: segment.key.clone(),
        index: segment.index,
        profile: segment.profile,
        condition: segment.condition.clone().filter(|_| live),
        members: if live { members } else { Vec::new() },
    }
}

impl ProjectFile {
    /// What the engine runs in one environment. Archived flags are left out.
    ///
    /// # Errors
    /// When the project has no such environment.
    pub fn ruleset(&self, environment: &str) -> Result<Ruleset, UnknownEnvironment> {
        let entry = self.environments.get(environment).ok_or_else(|| UnknownEnvironment {
            wanted: environment.to_owned(),
            known: self.environments.keys().cloned().collect(),
        })?;
        let live = self.flags.iter().filter(|(_, flag)| flag.archived_at.is_none());
        Ok(Ruleset {
            v: RULESET_VERSION,
            environment: environment.to_owned(),
            environment_name: entry.name.clone().unwrap_or_else(|| environment.to_owned()),
            flags: live.map(|(key, flag)| lower_entry(key, flag, environment)).collect(),
            segments: self
                .segments
                .iter()
                .map(|(key, segment)| lower_segment_entry(key, segment))
                .collect(),
            ..Ruleset::default()
        })
    }
}

fn lower_entry(key: &str, flag: &FlagEntry, environment: &str) -> FlagRules {
    let config = flag.environments.get(environment);
    let absent = absent_serve(flag.kind, &flag.variants);
    let mut parts = Parts::absent(&absent);
    if let Some(config) = config {
        parts.enabled = config.enabled;
        parts.off = &config.off;
        parts.schedule = Some(&config.schedule);
        parts.prerequisites = &config.prerequisites;
        parts.subjects = &config.subjects;
        parts.segments = &config.segments;
        parts.rules = &config.rules;
        parts.default = &config.default;
    } else if let Some(alone) = flag.overrides.get(environment) {
        parts.subjects = &alone.subjects;
        parts.segments = &alone.segments;
    }
    parts.kill = flag.kills.get(environment).map(|kill| kill.until);
    FlagRules {
        key: key.to_owned(),
        index: flag.index,
        kind: flag.kind,
        profile: flag.profile,
        client_visible: flag.client_visible,
        variants: flag.variants.clone(),
        steps: parts.steps(),
        metadata: flag.metadata.clone(),
        version: 0,
        foreign: origin(
            flag.profile,
            flag.foreign.clone(),
            config.map(|config| config.foreign.clone()),
            &flag.description,
            parts.rules,
        ),
    }
}

fn lower_segment_entry(key: &str, segment: &SegmentEntry) -> SegmentRules {
    let live = segment.archived_at.is_none();
    SegmentRules {
        key: key.to_owned(),
        index: segment.index,
        profile: segment.profile,
        condition: segment.condition.clone().filter(|_| live),
        members: if live { segment.members.clone() } else { Vec::new() },
    }
}

/// What decides about a flag in an environment, wherever it comes from.
struct Parts<'a> {
    /// The end of a kill that is in force; the inner `None` = until lifted.
    kill: Option<Option<Timestamp>>,
    enabled: bool,
    off: &'a Serve,
    schedule: Option<&'a Schedule>,
    prerequisites: &'a [Prerequisite],
    subjects: &'a [SubjectGroup],
    segments: &'a [SegmentGroup],
    rules: &'a [ConfigRule],
    default: &'a Serve,
}

impl<'a> Parts<'a> {
    /// A flag without configuration: off.
    fn absent(serve: &'a Serve) -> Self {
        Self {
            kill: None,
            enabled: false,
            off: serve,
            schedule: None,
            prerequisites: &[],
            subjects: &[],
            segments: &[],
            rules: &[],
            default: serve,
        }
    }

    /// The native order. Steps that could not decide are left out.
    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some(until) = self.kill {
            steps.push(Step::Kill {
                until,
                off: self.off.clone(),
            });
        }
        if !self.enabled {
            steps.push(Step::Off { off: self.off.clone() });
        }
        if let Some(schedule) = self.schedule.filter(|schedule| !schedule.is_empty()) {
            steps.push(Step::Windows {
                windows: schedule.windows.clone(),
                outside: schedule.outside,
                off: self.off.clone(),
            });
        }
        if !self.prerequisites.is_empty() {
            steps.push(Step::Prerequisites {
                all: self.prerequisites.to_vec(),
                off: self.off.clone(),
            });
        }
        if !self.subjects.is_empty() {
            steps.push(Step::Subjects {
                groups: self.subjects.to_vec(),
            });
        }
        if !self.segments.is_empty() {
            steps.push(Step::Segments {
                groups: self.segments.to_vec(),
            });
        }
        let rules: Vec<Rule> = self
            .rules
            .iter()
            .filter(|rule| !rule.disabled)
            .map(lower_rule)
            .collect();
        if !rules.is_empty() {
            steps.push(Step::Rules { rules });
        }
        steps.push(Step::Serve {
            serve: self.default.clone(),
        });
        steps
    }
}

fn lower_rule(rule: &ConfigRule) -> Rule {
    Rule {
        id: rule.id.clone(),
        name: rule.name.clone(),
        condition: rule.condition.clone(),
        gate: rule.gate.clone(),
        serve: rule.serve.clone(),
    }
}

/// What a flag without configuration serves: `off` of a boolean flag, else the last variant.
fn absent_serve(kind: Kind, variants: &[Variant]) -> Serve {
    let off = variants
        .iter()
        .find(|variant| kind == Kind::Boolean && variant.key == "off");
    let what = off
        .or(variants.last())
        .map_or(What::CodeDefault, |variant| What::Variant(variant.key.clone()));
    Serve {
        what,
        enabled: false,
        metadata: Map::new(),
    }
}

/// What the origin knew about the flag, then about this environment; of an imported flag also what it says of itself
/// and, as `rules` by their ids, what its origin said about each.
fn origin(
    profile: Profile,
    mut flag: Map<String, Json>,
    environment: Option<Map<String, Json>>,
    description: &str,
    rules: &[ConfigRule],
) -> Map<String, Json> {
    flag.extend(environment.into_iter().flatten());
    if profile.is_native() {
        return flag;
    }
    if !description.is_empty() {
        flag.entry("description").or_insert_with(|| description.into());
    }
    let told = rules.iter().filter(|rule| !rule.disabled && !rule.foreign.is_empty());
    let told: Map<String, Json> = told
        .map(|rule| (rule.id.clone(), Json::Object(rule.foreign.to_map())))
        .collect();
    if !told.is_empty() {
        flag.entry("rules").or_insert(Json::Object(told));
    }
    flag
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::portable::{ConfigEntry, EnvironmentEntry, FORMAT};

    fn variant(key: &str) -> Variant {
        Variant {
            key: key.into(),
            value: None,
            description: String::new(),
            metadata: Map::new(),
        }
    }

    fn project(flag: Json) -> ProjectFile {
        ProjectFile {
            format: FORMAT.into(),
            environments: BTreeMap::from([("dev".into(), EnvironmentEntry::default())]),
            flags: BTreeMap::from([("f".into(), serde_json::from_value(flag).unwrap())]),
            ..ProjectFile::default()
        }
    }

    fn steps(file: &ProjectFile) -> Vec<Step> {
        file.ruleset("dev").unwrap().flags.remove(0).steps
    }

    #[test]
    fn a_flag_without_configuration_is_off_and_serves_its_last_variant() {
        let file = project(serde_json::json!({"kind": "string", "variants": [{"key": "a"}, {"key": "b"}]}));
        let off = Serve::variant("b").disabled();
        assert_eq!(
            steps(&file),
            [Step::Off { off: off.clone() }, Step::Serve { serve: off }]
        );
    }

    #[test]
    fn a_boolean_flag_without_configuration_serves_off_wherever_it_stands() {
        let serve = absent_serve(Kind::Boolean, &[variant("off"), variant("on")]);
        assert_eq!(serve, Serve::variant("off").disabled());
        assert_eq!(absent_serve(Kind::Boolean, &[]).what, What::CodeDefault);
    }

    #[test]
    fn steps_come_in_the_native_order_and_disabled_rules_are_left_out() {
        let on = serde_json::json!({"serve": {"variant": "on"}});
        let mut file = project(
            serde_json::json!({"kind": "boolean", "variants": [{"key": "on"}, {"key": "off"}],
            "environments": {"dev": {"enabled": false, "off": on, "default": on,
                "schedule": {"windows": [{"id": "w", "turns": "on", "until": "2027-01-01T00:00:00Z"}]},
                "prerequisites": [{"flag": "g"}],
                "subjects": [{"serve": on, "subjects": ["u"]}],
                "segments": [{"segment": "s", "serve": on}],
                "rules": [{"id": "1", "serve": on}, {"id": "2", "disabled": true, "serve": on}]}}}),
        );
        let names: Vec<String> = steps(&file)
            .iter()
            .map(|step| {
                serde_json::to_value(step)
                    .unwrap()
                    .as_object()
                    .unwrap()
                    .keys()
                    .next()
                    .unwrap()
                    .clone()
            })
            .collect();
        assert_eq!(
            names,
            [
                "off",
                "windows",
                "prerequisites",
                "subjects",
                "segments",
                "rules",
                "serve"
            ]
        );
        let config: &mut ConfigEntry = file.flags.get_mut("f").unwrap().environments.get_mut("dev").unwrap();
        config.enabled = true;
        let Step::Rules { rules } = &steps(&file)[4] else {
            panic!("rules come fifth")
        };
        assert_eq!(rules.len(), 1);
    }

    #[test]
    fn a_kill_comes_first_and_carries_its_end() {
        let now = Timestamp::UNIX_EPOCH;
        let id = crate::Id::from_parts(0, [0; 10]);
        let flag: Flag = serde_json::from_value(serde_json::json!({"key": "f", "index": 1, "kind": "boolean",
            "variants": [{"key": "on"}, {"key": "off"}], "created_at": now}))
        .unwrap();
        let kill = Kill {
            flag: id,
            environment: id,
            until: Some(now),
            reason: String::new(),
            at: now,
        };
        let rules = lower_flag(&flag, None, None, Some(&kill), 7);
        assert_eq!(rules.version, 7);
        assert!(matches!(&rules.steps[0], Step::Kill { until: Some(end), .. } if *end == now));
    }

    #[test]
    fn an_unknown_environment_names_those_that_exist() {
        let error = project(serde_json::json!({"kind": "boolean"}))
            .ruleset("prod")
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no environment `prod` in this project; it has: dev"
        );
    }

    #[test]
    fn an_archived_segment_matches_nobody() {
        let mut segment: Segment =
            serde_json::from_value(serde_json::json!({"key": "s", "index": 1, "condition": {"all": []},
                "created_at": "1970-01-01T00:00:00Z"}))
            .unwrap();
        assert_eq!(lower_segment(&segment, vec!["u".into()]).members, ["u"]);
        segment.archived_at = Some(Timestamp::UNIX_EPOCH);
        let lowered = lower_segment(&segment, vec!["u".into()]);
        assert!(lowered.members.is_empty() && lowered.condition.is_none());
    }
}
