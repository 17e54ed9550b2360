//! A flag in an environment: switch, rules, overrides, kill.

use hoist_engine::ruleset::{Allocation, Condition, What};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};

use super::{Grade, MAX_PREREQUISITE_DEPTH, Planner, Problem, Refusal, invalid};
use crate::Id;
use crate::change::ConfigChange;
use crate::document::{Body, Config, Environment, Flag, Kill, Overrides, Segment};
use crate::record::Kind;
use crate::state::{Aggregate, Setting, setting_id};

/// A flag and an environment, looked up.
pub(super) struct Spot {
    pub(super) project: Id,
    pub(super) flag: Id,
    pub(super) body: Flag,
    pub(super) environment: Id,
    pub(super) environment_key: String,
}

impl Planner<'_> {
    pub(super) fn config(&mut self, change: &ConfigChange) -> Result<(), Refusal> {
        match change {
            ConfigChange::Edit {
                flag,
                environment,
                patch,
            } => {
                let spot = self.spot(flag, environment)?;
                let (id, before) = self.config_of(&spot);
                let initial = Config::initial(spot.flag, spot.environment, &spot.body.variants);
                let after = self.completed(id, (&before, &initial), patch)?;
                self.fixed(
                    (before.flag, before.environment) == (after.flag, after.environment),
                    "config",
                )?;
                self.put_config(&spot, id, &before, after)
            }
            ConfigChange::Switch { flag, environment, on } => {
                let spot = self.spot(flag, environment)?;
                let (id, before) = self.config_of(&spot);
                self.check_base(id)?;
                let after = Config {
                    enabled: *on,
                    ..before.clone()
                };
                self.put_config(&spot, id, &before, after)
            }
            ConfigChange::Override {
                flag,
                environment,
                patch,
            } => {
                let spot = self.spot(flag, environment)?;
                let (id, before) = self.overrides_of(&spot);
                let initial = Overrides::initial(spot.flag, spot.environment);
                let after = self.completed(id, (&before, &initial), patch)?;
                self.fixed(
                    (before.flag, before.environment) == (after.flag, after.environment),
                    "config",
                )?;
                self.put_overrides(&spot, id, &before, after)
            }
            ConfigChange::Kill {
                flag,
                environments,
                until,
                reason,
            } => {
                for environment in self.named_environments(environments)? {
                    let spot = self.spot(flag, &environment)?;
                    self.kill(&spot, *until, reason)?;
                }
                Ok(())
            }
            ConfigChange::Lift { flag, environments } => {
                for environment in self.named_environments(environments)? {
                    let spot = self.spot(flag, &environment)?;
                    self.lift(&spot)?;
                }
                Ok(())
            }
        }
    }

    fn named_environments(&self, environments: &[String]) -> Result<Vec<String>, Refusal> {
        if environments.is_empty() {
            return Err(invalid(
                "no_environment",
                "name at least one environment",
                format!("{}/config", self.pointer),
            ));
        }
        Ok(environments.to_vec())
    }

    pub(super) fn spot(&self, flag: &str, environment: &str) -> Result<Spot, Refusal> {
        let spot = self.any_spot(flag, environment)?;
        if spot.body.archived_at.is_none() {
            return Ok(spot);
        }
        Err(invalid(
            "archived",
            format!("flag {} is archived; restore it first", spot.body.key),
            self.pointer.clone(),
        ))
    }

    /// The same, archived flags too: an import brings their settings.
    pub(super) fn any_spot(&self, flag: &str, environment: &str) -> Result<Spot, Refusal> {
        let project = self.project_id()?;
        let (flag, body) = self.named::<Flag>(Some(project), flag)?;
        let (environment, place) = self.named::<Environment>(Some(project), environment)?;
        Ok(Spot {
            project,
            flag,
            body,
            environment,
            environment_key: place.key,
        })
    }

    pub(super) fn setting_of(&self, spot: &Spot) -> Setting {
        self.draft.setting(spot.flag, spot.environment)
    }

    /// The configuration, or what holds in its absence under the id that it will have.
    pub(super) fn config_of(&self, spot: &Spot) -> (Id, Config) {
        match self
            .setting_of(spot)
            .config
            .as_deref()
            .and_then(|doc| Some((doc.id, doc.as_a::<Config>()?.clone())))
        {
            Some(found) => found,
            None => (
                setting_id(Kind::Config, spot.flag, spot.environment),
                Config::initial(spot.flag, spot.environment, &spot.body.variants),
            ),
        }
    }

    pub(super) fn overrides_of(&self, spot: &Spot) -> (Id, Overrides) {
        match self
            .setting_of(spot)
            .overrides
            .as_deref()
            .and_then(|doc| Some((doc.id, doc.as_a::<Overrides>()?.clone())))
        {
            Some(found) => found,
            None => (
                setting_id(Kind::Overrides, spot.flag, spot.environment),
                Overrides::initial(spot.flag, spot.environment),
            ),
        }
    }

    /// Applies a patch to a setting as it is, or was before it was first set; new rules and windows get ids, and what places
    /// subjects for the first time gets a salt.
    fn completed<T>(&mut self, id: Id, (current, initial): (&T, &T), patch: &Json) -> Result<T, Refusal>
    where
        T: Aggregate + Serialize + DeserializeOwned,
    {
        let mut patch = patch.clone();
        self.complete_ids(patch.get_mut("rules"), "r");
        self.complete_ids(patch.pointer_mut("/schedule/windows"), "w");
        let initial = serde_json::to_value(initial).unwrap_or(Json::Null);
        let mut merged = self.patched_json(id, current, Some(&initial), &patch)?;
        self.complete_allocations(&mut merged);
        self.read_patched(merged)
    }

    fn complete_ids(&mut self, list: Option<&mut Json>, prefix: &str) {
        let items = list.and_then(Json::as_array_mut).into_iter().flatten();
        for item in items.filter_map(Json::as_object_mut) {
            if item.get("id").and_then(Json::as_str).is_none_or(str::is_empty) {
                let salt = self.source.salt();
                item.insert("id".into(), json!(format!("{prefix}-{salt}")));
            }
        }
    }

    fn complete_allocations(&mut self, value: &mut Json) {
        match value {
            Json::Array(items) => items.iter_mut().for_each(|item| self.complete_allocations(item)),
            Json::Object(object) => {
                for (name, inner) in object.iter_mut() {
                    // What people wrote themselves is data, not structure.
                    if name == "foreign" || name == "metadata" || name == "value" || name == "json_logic" {
                        continue;
                    }
                    if matches!(name.as_str(), "split" | "ramp" | "gate" | "percentage")
                        && let Json::Object(placed) = inner
                    {
                        self.complete_allocation(placed);
                    }
                    self.complete_allocations(inner);
                }
            }
            _ => {}
        }
    }

    fn complete_allocation(&mut self, placed: &mut Map<String, Json>) {
        let allocation = placed.entry("allocation").or_insert_with(|| json!({}));
        if let Json::Object(allocation) = allocation
            && lacks_salt(allocation)
        {
            allocation.insert("salt".into(), json!(self.source.salt()));
        }
    }

    pub(super) fn put_config(&mut self, spot: &Spot, id: Id, before: &Config, after: Config) -> Result<(), Refusal> {
        if *before == after && self.setting_of(spot).config.is_some() {
            return Ok(());
        }
        let setting = self.setting_of(spot);
        self.check_setting(spot, &after, setting.overrides())?;
        self.touches(spot.environment);
        if reshuffles(before, &after) {
            self.warn(
                "reshuffled",
                "A split, gate or ramp gets another salt or scheme: everybody in it is placed anew",
            );
            self.needs_typing(&spot.body.key);
        }
        let label = format!("{} in {}", spot.body.key, spot.environment_key);
        for text in super::describe::config(before, &after, &label) {
            self.say(id, text);
        }
        self.draft.put_setting(id, spot.project, Body::Config(after));
        Ok(())
    }

    pub(super) fn put_overrides(
        &mut self,
        spot: &Spot,
        id: Id,
        before: &Overrides,
        after: Overrides,
    ) -> Result<(), Refusal> {
        let config = self.config_of(spot).1;
        self.check_setting(spot, &config, Some(&after))?;
        self.touches(spot.environment);
        let label = format!("{} in {}", spot.body.key, spot.environment_key);
        for text in super::describe::overrides(before, &after, &label) {
            self.say(id, text);
        }
        self.draft.put_setting(id, spot.project, Body::Overrides(after));
        Ok(())
    }

    pub(super) fn kill(&mut self, spot: &Spot, until: Option<jiff::Timestamp>, reason: &str) -> Result<(), Refusal> {
        if until.is_some_and(|until| until <= self.now) {
            let pointer = format!("{}/config/kill/until", self.pointer);
            return Err(invalid(
                "in_the_past",
                "a kill ends in the future; leave `until` out to keep it until lifted",
                pointer,
            ));
        }
        let setting = self.setting_of(spot);
        let id = setting
            .kill
            .as_ref()
            .map_or_else(|| setting_id(Kind::Kill, spot.flag, spot.environment), |doc| doc.id);
        self.check_base(id)?;
        let body = Kill {
            flag: spot.flag,
            environment: spot.environment,
            until,
            reason: reason.to_owned(),
            at: self.now,
        };
        self.draft.put_setting(id, spot.project, Body::Kill(body));
        self.touches(spot.environment);
        self.raise(Grade::Guarded);
        let end = until.map_or_else(
            || "until it is lifted".to_owned(),
            |until| until.strftime("until %-d %b %Y %H:%M UTC").to_string(),
        );
        self.say(
            id,
            format!(
                "Kills {} in {} {end}: it serves its off variant",
                spot.body.key, spot.environment_key
            ),
        );
        Ok(())
    }

    fn lift(&mut self, spot: &Spot) -> Result<(), Refusal> {
        let Some(id) = self.setting_of(spot).kill.as_ref().map(|doc| doc.id) else {
            let detail = format!("{} is not killed in {}", spot.body.key, spot.environment_key);
            return Err(invalid("not_killed", detail, format!("{}/config/lift", self.pointer)));
        };
        self.check_base(id)?;
        self.draft.remove(id);
        self.touches(spot.environment);
        self.say(
            id,
            format!("Lifts the kill of {} in {}", spot.body.key, spot.environment_key),
        );
        Ok(())
    }

    /// What the engine would refuse, unknown references, and cycles.
    pub(super) fn check_setting(
        &self,
        spot: &Spot,
        config: &Config,
        overrides: Option<&Overrides>,
    ) -> Result<(), Refusal> {
        let mut problems: Vec<Problem> = Vec::new();
        let base = format!("{}/config", self.pointer);
        let rules = crate::lower::lower_flag(&spot.body, Some(config), overrides, None, 0);
        if spot.body.profile.is_native() {
            problems.extend(
                hoist_engine::validate(&rules, &self.limits)
                    .into_iter()
                    .map(|problem| Problem {
                        code: "bad_rule".into(),
                        detail: problem.message,
                        pointer: format!("{base}{}", of_config(config, &problem.path)),
                    }),
            );
            // Whom an archived flag names may be gone: nobody looks until it is restored.
            if spot.body.archived_at.is_none() {
                problems.extend(self.unknown_references(spot, config, overrides, &base));
            }
        }
        let mut ids: Vec<&str> = config.rules.iter().map(|rule| rule.id.as_str()).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair.first() == pair.get(1)) {
            problems.push(Problem {
                code: "double_id".into(),
                detail: "two rules have the same id".into(),
                pointer: format!("{base}/rules"),
            });
        }
        if let Some(cycle) = self.cycle(spot, config).filter(|_| spot.body.profile.is_native()) {
            let detail = format!("prerequisites would form a circle: {}", cycle.join(" → "));
            problems.push(Problem {
                code: "cycle".into(),
                detail,
                pointer: format!("{base}/prerequisites"),
            });
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(problems))
        }
    }

    fn unknown_references(
        &self,
        spot: &Spot,
        config: &Config,
        overrides: Option<&Overrides>,
        base: &str,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut check_segment = |key: &str, pointer: String| {
            let found = self.draft.find(Kind::Segment, Some(spot.project), key);
            let live = found
                .and_then(|doc| doc.as_a::<Segment>())
                .is_some_and(|body| body.archived_at.is_none());
            if !live {
                let detail = format!("there is no segment {key}");
                problems.push(Problem {
                    code: "unknown_segment".into(),
                    detail,
                    pointer,
                });
            }
        };
        for (at, rule) in config.rules.iter().enumerate() {
            for key in rule.condition.iter().flat_map(segments_in) {
                check_segment(key, format!("{base}/rules/{at}/condition"));
            }
        }
        for (at, group) in overrides.iter().flat_map(|body| body.segments.iter().enumerate()) {
            check_segment(&group.segment, format!("{base}/segments/{at}/segment"));
        }
        for (at, prerequisite) in config.prerequisites.iter().enumerate() {
            let parent = self
                .draft
                .find(Kind::Flag, Some(spot.project), &prerequisite.flag)
                .and_then(|doc| doc.as_a::<Flag>());
            let pointer = format!("{base}/prerequisites/{at}");
            match parent.filter(|body| body.archived_at.is_none()) {
                None => problems.push(Problem {
                    code: "unknown_flag".into(),
                    detail: format!("there is no flag {}", prerequisite.flag),
                    pointer: format!("{pointer}/flag"),
                }),
                Some(parent) => {
                    for variant in prerequisite
                        .variants
                        .iter()
                        .filter(|key| !parent.variants.iter().any(|each| each.key == **key))
                    {
                        problems.push(Problem {
                            code: "unknown_variant".into(),
                            detail: format!("flag {} has no variant {variant}", prerequisite.flag),
                            pointer: format!("{pointer}/variants"),
                        });
                    }
                }
            }
        }
        problems
    }

    /// A circle of prerequisites in this environment that goes through the flag.
    fn cycle(&self, spot: &Spot, config: &Config) -> Option<Vec<String>> {
        let mut path = vec![spot.body.key.clone()];
        let next: Vec<String> = config.prerequisites.iter().map(|each| each.flag.clone()).collect();
        self.walk_to(spot, &next, &mut path).then_some(path)
    }

    fn walk_to(&self, spot: &Spot, next: &[String], path: &mut Vec<String>) -> bool {
        for key in next {
            path.push(key.clone());
            if *key == spot.body.key {
                return true;
            }
            if path.len() <= MAX_PREREQUISITE_DEPTH + 1 {
                let setting = self
                    .draft
                    .find(Kind::Flag, Some(spot.project), key)
                    .map(|doc| self.draft.setting(doc.id, spot.environment));
                let further: Vec<String> = setting
                    .as_ref()
                    .and_then(Setting::config)
                    .map(|body| body.prerequisites.iter().map(|each| each.flag.clone()).collect())
                    .unwrap_or_default();
                if self.walk_to(spot, &further, path) {
                    return true;
                }
            }
            path.pop();
        }
        false
    }
}

/// From a path in what the engine runs to one in the configuration: there is no step around a list, and rules
/// that are kept but not run count.
fn of_config(config: &Config, path: &str) -> String {
    let parts: Vec<&str> = path.splitn(7, '/').collect();
    let (list, index, rest) = match parts.as_slice() {
        ["", "steps", _, list @ ("rules" | "windows"), _, index, rest @ ..] => (*list, *index, rest),
        _ => return path.to_owned(),
    };
    let rest: String = rest.iter().map(|rest| format!("/{rest}")).collect();
    if list == "windows" {
        return format!("/schedule/windows/{index}{rest}");
    }
    let live = config.rules.iter().enumerate().filter(|(_, rule)| !rule.disabled);
    let place = index.parse().ok().and_then(|nth| live.map(|(at, _)| at).nth(nth));
    place.map_or_else(|| path.to_owned(), |at| format!("/rules/{at}{rest}"))
}

/// Keys of the segments that a condition names.
pub fn segments_in(condition: &Condition) -> Vec<&str> {
    match condition {
        Condition::All(inner) | Condition::Any(inner) => inner.iter().flat_map(segments_in).collect(),
        Condition::Not(inner) => segments_in(inner),
        Condition::Segment(key) => vec![key],
        Condition::Test(_) | Condition::Percentage(_) | Condition::Broken { .. } => Vec::new(),
    }
}

/// Whether an allocation as JSON still needs a salt. Another system's scheme may have been used with an empty one, and
/// everybody in it would be placed anew by any other.
pub fn lacks_salt(allocation: &Map<String, Json>) -> bool {
    let is_ours = allocation.get("scheme").is_none_or(|scheme| *scheme == "hoist64");
    match allocation.get("salt").and_then(Json::as_str) {
        None => true,
        Some(salt) => salt.is_empty() && is_ours,
    }
}

/// Whether something that places subjects in both has another salt or scheme.
pub(super) fn reshuffles(before: &Config, after: &Config) -> bool {
    placed(before)
        .iter()
        .any(|(place, old)| placed(after).iter().any(|(other, new)| place == other && old != new))
}

/// Allocations by where they stand.
fn placed(config: &Config) -> Vec<(String, &Allocation)> {
    let default = placed_by(&config.default.what).map(|allocation| ("default".to_owned(), allocation));
    let rules = config.rules.iter().flat_map(|rule| {
        let serve = placed_by(&rule.serve.what).map(|allocation| (rule.id.clone(), allocation));
        let gate = rule
            .gate
            .as_ref()
            .map(|gate| (format!("{}/gate", rule.id), &gate.allocation));
        serve.into_iter().chain(gate)
    });
    default.into_iter().chain(rules).collect()
}

fn placed_by(what: &What) -> Option<&Allocation> {
    match what {
        What::Split(split) => Some(&split.allocation),
        What::Ramp(ramp) => Some(&ramp.allocation),
        What::CodeDefault | What::Variant(_) | What::Value(_) | What::JsonLogic { .. } => None,
    }
}
