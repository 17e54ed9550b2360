//! A flag's definition.

use hoist_engine::ruleset::{self, Variant, What};
use serde_json::{Map, json};

use super::{MAX_FLAGS, Planner, Problem, Refusal, Use, invalid, name_of};
use crate::Id;
use crate::change::{FlagChange, NewFlag};
use crate::document::{Body, Config, Environment, Flag, Overrides, Project};
use crate::record::Kind;

impl Planner<'_> {
    pub(super) fn flag(&mut self, change: &FlagChange) -> Result<(), Refusal> {
        let project = self.project_id()?;
        match change {
            FlagChange::Create(new) => self.create_flag(project, new).map(|_| ()),
            FlagChange::Edit { flag, patch } => {
                let (id, before) = self.named::<Flag>(Some(project), flag)?;
                let after = self.patched(id, &before, patch)?;
                self.edit_flag(project, id, &before, after)
            }
            FlagChange::Archive { flag } => self.archive_flag(project, flag),
            FlagChange::Restore { flag } => {
                let (id, mut body) = self.named::<Flag>(Some(project), flag)?;
                self.check_base(id)?;
                if body.archived_at.take().is_none() {
                    return Err(invalid(
                        "not_archived",
                        format!("flag {flag} is not archived"),
                        self.pointer.clone(),
                    ));
                }
                self.touches_project(project);
                self.draft.put(id, Some(project), flag, Body::Flag(body));
                self.check_names_of(project, flag)?;
                self.say(id, format!("Restores flag {flag} with its former configuration"));
                Ok(())
            }
            FlagChange::Delete { flag } => self.delete_flag(project, flag),
            FlagChange::RestoreTo { flag, revision } => self.restore_flag(project, flag, *revision),
        }
    }

    /// Plans a new flag and returns its id.
    pub(super) fn create_flag(&mut self, project: Id, new: &NewFlag) -> Result<Id, Refusal> {
        if new.profile.is_native() {
            self.check_new_key(Kind::Flag, Some(project), &new.key)?;
        }
        let Some(mut owner) = self.draft.get_a::<Project>(project).cloned() else {
            return Err(Refusal::NotFound { what: "project".into() });
        };
        let count = self.draft.state().count(Kind::Flag, Some(project));
        if count >= MAX_FLAGS {
            let detail = format!("the project has {count} flags, the limit is {MAX_FLAGS}");
            return Err(invalid("too_many_flags", detail, self.pointer.clone()));
        }
        let variants = if new.variants.is_empty() && new.kind == ruleset::Kind::Boolean {
            on_and_off()
        } else {
            new.variants.clone()
        };
        let body = Flag {
            key: new.key.clone(),
            index: owner.next_flag,
            name: new.name.clone(),
            description: new.description.clone(),
            kind: new.kind,
            variants,
            tags: new.tags.clone(),
            owner: new.owner.clone(),
            purpose: new.purpose,
            client_visible: new.client_visible.unwrap_or(owner.client_visible_default),
            profile: new.profile,
            archived_at: None,
            created_at: self.now,
            origins: new.origins.clone(),
            metadata: new.metadata.clone(),
            foreign: (&new.foreign).into(),
        };
        owner.next_flag += 1;
        let owner_scope = self.draft.get(project).and_then(|doc| doc.scope);
        let owner_key = owner.key.clone();
        let id = self.add_flag(project, body)?;
        self.draft.put(project, owner_scope, &owner_key, Body::Project(owner));
        Ok(id)
    }

    /// Plans a new flag whose number was given out already; also used by imports.
    pub(super) fn add_flag(&mut self, project: Id, body: Flag) -> Result<Id, Refusal> {
        let id = self.source.id();
        self.check_flag(id, &body, None, "create")?;
        let key = body.key.clone();
        let state = match body.archived_at {
            None => "off in every environment",
            Some(_) => "archived",
        };
        self.draft.put(id, Some(project), &key, Body::Flag(body));
        self.say(id, format!("Creates flag {key}, {state}"));
        Ok(id)
    }

    /// Plans a flag's new definition; also used by imports.
    pub(super) fn edit_flag(&mut self, project: Id, id: Id, before: &Flag, after: Flag) -> Result<(), Refusal> {
        let fixed = before.key == after.key
            && before.index == after.index
            && before.kind == after.kind
            && before.created_at == after.created_at
            && before.archived_at == after.archived_at;
        self.fixed(fixed, "flag")?;
        self.check_flag(id, &after, Some(before), "edit/patch")?;
        if before.variants != after.variants
            || before.client_visible != after.client_visible
            || before.metadata != after.metadata
        {
            self.touches_project(project);
        }
        for text in super::describe::flag(before, &after) {
            self.say(id, text);
        }
        let key = after.key.clone();
        self.draft.put(id, Some(project), &key, Body::Flag(after));
        Ok(())
    }

    /// Checks the definition itself, and that no configuration loses a variant it serves.
    fn check_flag(&mut self, id: Id, after: &Flag, before: Option<&Flag>, place: &str) -> Result<(), Refusal> {
        let pointer = format!("{}/flag/{place}", self.pointer);
        let rules = crate::lower::lower_flag(after, None, None, None, 0);
        let mut problems: Vec<Problem> = hoist_engine::validate(&rules, &self.limits)
            .into_iter()
            .filter(|problem| {
                let own = after.profile.is_native() && problem.path.starts_with("/metadata");
                own || problem.path.starts_with("/variants")
            })
            .map(|problem| Problem {
                code: if problem.path.starts_with("/metadata") {
                    "bad_metadata".into()
                } else {
                    "bad_variant".into()
                },
                detail: problem.message,
                pointer: format!("{pointer}{}", problem.path),
            })
            .collect();
        if before.is_some() {
            let environments = self.draft.list(Kind::Environment, after_scope(&self.draft, id));
            for environment in environments {
                let setting = self.draft.setting(id, environment.id);
                let served = setting
                    .config()
                    .map(served_by_config)
                    .into_iter()
                    .chain(setting.overrides().map(served_by_overrides))
                    .flatten();
                for variant in served {
                    if !after.variants.iter().any(|each| each.key == variant) {
                        let detail = format!(
                            "variant {variant} is still served in {}; change that first",
                            name_of(environment)
                        );
                        problems.push(Problem {
                            code: "variant_in_use".into(),
                            detail,
                            pointer: format!("{pointer}/variants"),
                        });
                    }
                }
            }
        }
        problems.dedup();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(problems))
        }
    }

    fn archive_flag(&mut self, project: Id, key: &str) -> Result<(), Refusal> {
        let (id, mut body) = self.named::<Flag>(Some(project), key)?;
        self.check_base(id)?;
        if body.archived_at.is_some() {
            return Err(invalid(
                "archived",
                format!("flag {key} is archived already"),
                self.pointer.clone(),
            ));
        }
        self.refuse_while_needed(project, key, "archive")?;
        body.archived_at = Some(self.now);
        let live: Vec<String> = self
            .draft
            .list(Kind::Environment, Some(project))
            .into_iter()
            .filter(|environment| {
                self.draft
                    .setting(id, environment.id)
                    .config()
                    .is_some_and(|config| config.enabled)
            })
            .map(|environment| name_of(environment).to_owned())
            .collect();
        if !live.is_empty() {
            self.warn(
                "still_on",
                format!(
                    "{key} is on in {}; applications will get their own default",
                    live.join(", ")
                ),
            );
        }
        self.touches_project(project);
        self.draft.put(id, Some(project), key, Body::Flag(body));
        self.say(id, format!("Archives flag {key}: it is no longer served"));
        Ok(())
    }

    /// What the former configuration names may have gone while the flag was archived.
    fn check_names_of(&self, project: Id, key: &str) -> Result<(), Refusal> {
        for environment in self.draft.list(Kind::Environment, Some(project)) {
            let spot = self.spot(key, &environment.key)?;
            let setting = self.setting_of(&spot);
            if setting.config.is_some() || setting.overrides.is_some() {
                self.check_setting(&spot, &self.config_of(&spot).1, setting.overrides())?;
            }
        }
        Ok(())
    }

    fn delete_flag(&mut self, project: Id, key: &str) -> Result<(), Refusal> {
        let (id, body) = self.named::<Flag>(Some(project), key)?;
        self.check_base(id)?;
        if body.archived_at.is_none() {
            return Err(invalid(
                "not_archived",
                format!("archive flag {key} before you delete it"),
                self.pointer.clone(),
            ));
        }
        self.refuse_while_needed(project, key, "delete")?;
        let environments: Vec<Id> = self
            .draft
            .list(Kind::Environment, Some(project))
            .into_iter()
            .map(|doc| doc.id)
            .collect();
        self.remove_settings(id, &environments);
        self.draft.remove(id);
        self.say(
            id,
            format!("Deletes flag {key} with its configuration in every environment"),
        );
        self.needs_typing(key);
        Ok(())
    }

    pub(super) fn refuse_while_needed(&self, project: Id, key: &str, act: &str) -> Result<(), Refusal> {
        let needed: Vec<String> = self
            .needed_by(project, key)
            .into_iter()
            .map(|each| format!("{} in {}", each.flag, each.environment))
            .collect();
        if needed.is_empty() {
            return Ok(());
        }
        let detail = format!("{key} is a prerequisite of {}; remove that first", needed.join(", "));
        Err(invalid("in_use", detail, format!("{}/flag/{act}", self.pointer)))
    }

    /// Flags whose prerequisites name this one.
    pub(super) fn needed_by(&self, project: Id, key: &str) -> Vec<Use> {
        self.uses(project, |config, _| {
            config
                .prerequisites
                .iter()
                .any(|each| each.flag == key)
                .then_some("prerequisite")
        })
    }

    /// Where live flags of a project use something, by a test on configuration and overrides.
    pub(super) fn uses(
        &self,
        project: Id,
        test: impl Fn(&Config, Option<&Overrides>) -> Option<&'static str>,
    ) -> Vec<Use> {
        let mut found = Vec::new();
        let environments = self.draft.list(Kind::Environment, Some(project));
        for flag in self.draft.list(Kind::Flag, Some(project)) {
            if flag.as_a::<Flag>().is_none_or(|body| body.archived_at.is_some()) {
                continue;
            }
            for environment in &environments {
                let setting = self.draft.setting(flag.id, environment.id);
                let Some(config) = setting.config() else { continue };
                if let Some(place) = test(config, setting.overrides()) {
                    let key = environment
                        .as_a::<Environment>()
                        .map_or_else(String::new, |body| body.key.clone());
                    found.push(Use {
                        flag: name_of(flag).to_owned(),
                        environment: key,
                        place: place.to_owned(),
                    });
                }
            }
        }
        found
    }
}

fn after_scope(draft: &crate::draft::Draft<'_>, id: Id) -> Option<Id> {
    draft.get(id).and_then(|doc| doc.scope)
}

/// The variants of a new boolean.
fn on_and_off() -> Vec<Variant> {
    [("on", true), ("off", false)]
        .into_iter()
        .map(|(key, value)| Variant {
            key: key.into(),
            value: Some(json!(value)),
            description: String::new(),
            metadata: Map::new(),
        })
        .collect()
}

/// Variants that a configuration may serve.
fn served_by_config(config: &Config) -> Vec<String> {
    let serves = [&config.off, &config.default]
        .into_iter()
        .chain(config.rules.iter().map(|rule| &rule.serve));
    serves.flat_map(|serve| served(&serve.what)).collect()
}

fn served_by_overrides(overrides: &Overrides) -> Vec<String> {
    let serves = overrides
        .subjects
        .iter()
        .map(|group| &group.serve)
        .chain(overrides.segments.iter().map(|group| &group.serve));
    serves.flat_map(|serve| served(&serve.what)).collect()
}

fn served(what: &What) -> Vec<String> {
    match what {
        What::CodeDefault | What::Value(_) => Vec::new(),
        What::Variant(key) => vec![key.clone()],
        What::Split(split) => split.arms.iter().map(|arm| arm.variant.clone()).collect(),
        What::Ramp(ramp) => vec![ramp.variant.clone(), ramp.rest.clone()],
        What::JsonLogic { otherwise, .. } => otherwise.iter().cloned().collect(),
    }
}
