//! Organizations, projects and environments.

use super::{Grade, Planner, Refusal, invalid, name_of};
use crate::Id;
use crate::change::{EnvironmentChange, OrganizationChange, ProjectChange};
use crate::document::{Body, Environment, Organization, Project};
use crate::record::Kind;

/// Colours that tell environments apart.
const HUES: u8 = 6;

impl Planner<'_> {
    pub(super) fn organization(&mut self, change: &OrganizationChange) -> Result<(), Refusal> {
        match change {
            OrganizationChange::Create { key, name } => {
                self.check_new_key(Kind::Organization, None, key)?;
                let id = self.source.id();
                let name = if name.is_empty() { key.clone() } else { name.clone() };
                let body = Organization {
                    key: key.clone(),
                    name,
                    created_at: self.now,
                };
                self.draft.put(id, None, key, Body::Organization(body));
                self.say(id, format!("Creates organization {key}"));
            }
            OrganizationChange::Edit { organization, patch } => {
                let (id, before) = self.named::<Organization>(None, organization)?;
                if id != self.organization_id()? {
                    return Err(Refusal::NotFound {
                        what: format!("organization {organization}"),
                    });
                }
                let after = self.patched(id, &before, patch)?;
                self.fixed(
                    before.key == after.key && before.created_at == after.created_at,
                    "organization",
                )?;
                self.draft.put(id, None, &before.key, Body::Organization(after));
                self.say(id, format!("Changes organization {organization}"));
            }
        }
        Ok(())
    }

    pub(super) fn project(&mut self, change: &ProjectChange) -> Result<(), Refusal> {
        let organization = self.organization_id()?;
        match change {
            ProjectChange::Create {
                key,
                name,
                description,
                client_visible_default,
            } => {
                self.check_new_key(Kind::Project, Some(organization), key)?;
                let id = self.source.id();
                let body = Project {
                    key: key.clone(),
                    name: if name.is_empty() { key.clone() } else { name.clone() },
                    description: description.clone(),
                    client_visible_default: *client_visible_default,
                    next_flag: 0,
                    next_segment: 0,
                    created_at: self.now,
                };
                self.draft.put(id, Some(organization), key, Body::Project(body));
                self.say(id, format!("Creates project {key}"));
            }
            ProjectChange::Edit { project, patch } => {
                let (id, before) = self.own_project(organization, project)?;
                let after = self.patched(id, &before, patch)?;
                let fixed = before.key == after.key
                    && before.created_at == after.created_at
                    && (before.next_flag, before.next_segment) == (after.next_flag, after.next_segment);
                self.fixed(fixed, "project")?;
                self.draft
                    .put(id, Some(organization), &before.key, Body::Project(after));
                self.say(id, format!("Changes the settings of project {project}"));
            }
            ProjectChange::Delete { project } => {
                let (id, _) = self.own_project(organization, project)?;
                self.check_base(id)?;
                self.remove_project(id, project);
            }
            ProjectChange::RestoreTo { project, revision } => {
                let (id, _) = self.own_project(organization, project)?;
                if self.project_id()? != id {
                    return Err(Refusal::NotFound {
                        what: format!("project {project}"),
                    });
                }
                self.restore_project(id, project, *revision)?;
            }
        }
        Ok(())
    }

    /// From within a project only that project may be named.
    fn own_project(&self, organization: Id, key: &str) -> Result<(Id, Project), Refusal> {
        let (id, body) = self.named::<Project>(Some(organization), key)?;
        match self.request.place {
            super::Place::Project(own) if own != id => Err(Refusal::NotFound {
                what: format!("project {key}"),
            }),
            _ => Ok((id, body)),
        }
    }

    fn remove_project(&mut self, project: Id, key: &str) {
        let environments: Vec<Id> = self
            .draft
            .list(Kind::Environment, Some(project))
            .into_iter()
            .map(|doc| doc.id)
            .collect();
        let flags: Vec<Id> = self
            .draft
            .list(Kind::Flag, Some(project))
            .into_iter()
            .map(|doc| doc.id)
            .collect();
        let counts = (flags.len(), environments.len());
        for environment in &environments {
            self.touches(*environment);
        }
        for flag in &flags {
            self.remove_settings(*flag, &environments);
        }
        for kind in [
            Kind::Flag,
            Kind::Segment,
            Kind::Credential,
            Kind::Member,
            Kind::Environment,
        ] {
            let ids: Vec<Id> = self
                .draft
                .list(kind, Some(project))
                .into_iter()
                .map(|doc| doc.id)
                .collect();
            for id in ids {
                self.draft.remove(id);
            }
        }
        self.draft.remove(project);
        self.say(
            project,
            format!(
                "Deletes project {key} with {} flags in {} environments",
                counts.0, counts.1
            ),
        );
        self.needs_typing(key);
    }

    /// Removes what is set for a flag in environments.
    pub(super) fn remove_settings(&mut self, flag: Id, environments: &[Id]) {
        for environment in environments {
            let setting = self.draft.setting(flag, *environment);
            for doc in [setting.config, setting.overrides, setting.kill].into_iter().flatten() {
                self.draft.remove(doc.id);
            }
        }
    }

    pub(super) fn environment(&mut self, change: &EnvironmentChange) -> Result<(), Refusal> {
        let project = self.project_id()?;
        match change {
            EnvironmentChange::Create {
                key,
                name,
                code,
                hue,
                protected,
            } => {
                self.check_new_key(Kind::Environment, Some(project), key)?;
                let order = self.draft.list(Kind::Environment, Some(project)).len();
                let order = u32::try_from(order).unwrap_or(u32::MAX);
                let body = Environment {
                    key: key.clone(),
                    name: if name.is_empty() { key.clone() } else { name.clone() },
                    code: if code.is_empty() {
                        key.chars().filter(|each| each.is_alphanumeric()).take(4).collect()
                    } else {
                        code.clone()
                    },
                    hue: hue.unwrap_or_else(|| u8::try_from(order % u32::from(HUES)).unwrap_or(0) + 1),
                    order,
                    protected: *protected,
                    created_at: self.now,
                };
                self.check_environment(&body)?;
                let id = self.source.id();
                self.draft.put(id, Some(project), key, Body::Environment(body));
                self.say(id, format!("Creates environment {key}; every flag is off there"));
            }
            EnvironmentChange::Edit { environment, patch } => {
                let (id, before) = self.named::<Environment>(Some(project), environment)?;
                let after = self.patched(id, &before, patch)?;
                self.edit_environment(project, id, &before, after)?;
            }
            EnvironmentChange::Order { environments } => self.order_environments(project, environments)?,
            EnvironmentChange::Delete { environment } => self.delete_environment(project, environment)?,
        }
        Ok(())
    }

    /// Plans an environment's new settings; also used by imports.
    pub(super) fn edit_environment(
        &mut self,
        project: Id,
        id: Id,
        before: &Environment,
        after: Environment,
    ) -> Result<(), Refusal> {
        let fixed = before.key == after.key && before.created_at == after.created_at && before.order == after.order;
        self.fixed(fixed, "environment")?;
        self.check_environment(&after)?;
        if before.protected {
            self.raise(Grade::Guarded);
        }
        let environment = &before.key;
        let text = match (before.protected, after.protected) {
            (true, false) => format!("Removes the protection of environment {environment}"),
            (false, true) => format!("Protects environment {environment}"),
            _ => format!("Changes environment {environment}"),
        };
        self.draft.put(id, Some(project), &before.key, Body::Environment(after));
        self.say(id, text);
        Ok(())
    }

    fn check_environment(&self, body: &Environment) -> Result<(), Refusal> {
        if body.code.is_empty() || body.code.chars().count() > 4 {
            return Err(invalid(
                "bad_code",
                "the short code has one to four letters",
                format!("{}/environment/code", self.pointer),
            ));
        }
        if !(1..=HUES).contains(&body.hue) {
            return Err(invalid(
                "bad_hue",
                format!("the hue is 1 to {HUES}"),
                format!("{}/environment/hue", self.pointer),
            ));
        }
        Ok(())
    }

    pub(super) fn order_environments(&mut self, project: Id, keys: &[String]) -> Result<(), Refusal> {
        let mut all: Vec<String> = self
            .draft
            .list(Kind::Environment, Some(project))
            .into_iter()
            .map(|doc| name_of(doc).to_owned())
            .collect();
        let mut named = keys.to_vec();
        all.sort_unstable();
        named.sort_unstable();
        if all != named {
            let detail = format!("name each environment once; there are: {}", all.join(", "));
            return Err(invalid(
                "bad_order",
                detail,
                format!("{}/environment/order/environments", self.pointer),
            ));
        }
        for (order, key) in keys.iter().enumerate() {
            let (id, mut body) = self.named::<Environment>(Some(project), key)?;
            body.order = u32::try_from(order).unwrap_or(u32::MAX);
            self.draft.put(id, Some(project), key, Body::Environment(body));
        }
        self.say(project, format!("Orders the environments: {}", keys.join(", ")));
        Ok(())
    }

    fn delete_environment(&mut self, project: Id, key: &str) -> Result<(), Refusal> {
        let (id, _) = self.named::<Environment>(Some(project), key)?;
        self.check_base(id)?;
        let flags: Vec<Id> = self
            .draft
            .list(Kind::Flag, Some(project))
            .into_iter()
            .map(|doc| doc.id)
            .collect();
        for flag in flags {
            self.remove_settings(flag, &[id]);
        }
        let credentials: Vec<Id> = self
            .draft
            .list(Kind::Credential, Some(project))
            .into_iter()
            .filter(|doc| {
                doc.as_a::<crate::document::Credential>()
                    .is_some_and(|body| body.environment == id)
            })
            .map(|doc| doc.id)
            .collect();
        if !credentials.is_empty() {
            self.warn(
                "credentials_go",
                format!("{} credentials stop working", credentials.len()),
            );
        }
        for credential in credentials {
            self.draft.remove(credential);
        }
        self.touches(id);
        self.draft.remove(id);
        self.say(
            id,
            format!("Deletes environment {key} with the configuration of every flag there"),
        );
        self.needs_typing(key);
        Ok(())
    }

    /// Refuses a patch of what is fixed.
    pub(super) fn fixed(&self, same: bool, what: &str) -> Result<(), Refusal> {
        if same {
            return Ok(());
        }
        let detail =
            format!("the patch changes a part of the {what} that is fixed (such as its key); make a new one instead");
        Err(invalid("fixed", detail, format!("{}/{what}/edit/patch", self.pointer)))
    }
}
