//! Restoring a flag or a project to a revision: what it was then laid onto what it is now, whatever came between.
//!
//! Undo takes one entry out and keeps the rest; this goes back as a whole, and says what is lost by it. Definitions,
//! settings and members of segments come back. Kills stay as they are: they are acts of an emergency, and no restore
//! ends one or begins one. Keys of software, members and secrets are not touched, so nothing revoked comes back.
//! Environments that came later stay, with what is set in them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::config::reshuffles;
use super::{Grade, Planner, Problem, Refusal, describe, invalid, name_of};
use crate::Id;
use crate::authorise::permission_to_change;
use crate::document::{Body, Config, Flag, Overrides, Project};
use crate::permission::Permission;
use crate::record::Kind;
use crate::state::{Doc, setting_place};

/// What a flag or a project was at a revision, where it is not what it is now.
#[derive(Clone, Debug, Default)]
pub struct Then {
    /// When the revision was written.
    pub written_at: Timestamp,
    /// The flag that had the key, if a flag is asked for and there was one.
    pub flag: Option<Id>,
    /// Documents that changed since, as they were; empty: there was none.
    pub was: BTreeMap<Id, Option<Arc<Doc>>>,
    /// Members of segments whose members changed since.
    pub members: BTreeMap<Id, Arc<HashSet<Box<str>>>>,
    /// Changes since, newest first: their numbers and what they did.
    pub since: Vec<(u64, String)>,
    /// Whether there are more of those than are listed.
    pub more: More,
}

/// Whether there is more than is listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum More {
    /// All is listed.
    #[default]
    No,
    /// There is more.
    Yes,
}

/// Changes that a warning names.
const NAMED: usize = 5;
/// The order in which documents are restored, so that taking it back finds what it needs.
const RESTORED: [Kind; 6] = [
    Kind::Project,
    Kind::Environment,
    Kind::Segment,
    Kind::Flag,
    Kind::Config,
    Kind::Overrides,
];

/// A document that is not what it was.
struct Differing {
    id: Id,
    now: Option<Arc<Doc>>,
    was: Option<Arc<Doc>>,
}

impl Differing {
    /// As it was, or as it is if there was none.
    fn doc(&self) -> Option<&Doc> {
        self.was.as_deref().or(self.now.as_deref())
    }

    /// Place in the order of restoring.
    fn place(&self) -> Option<usize> {
        let kind = self.doc()?.body.kind();
        RESTORED.iter().position(|each| *each == kind)
    }
}

impl Planner<'_> {
    pub(super) fn restore_flag(&mut self, project: Id, key: &str, revision: u64) -> Result<(), Refusal> {
        let then = self.then(Some(key), revision)?;
        let Some(id) = then.flag else {
            let detail = format!("there was no flag {key} at revision {revision}");
            return Err(invalid(
                "not_there_then",
                detail,
                format!("{}/flag/restore_to/flag", self.pointer),
            ));
        };
        self.say(
            id,
            format!(
                "Restores flag {key} to revision {revision} of {}",
                words(then.written_at)
            ),
        );
        let only = |doc: &Doc| match setting_place(&doc.body) {
            Some((flag, _)) => flag == id,
            None => doc.id == id,
        };
        let flags = self.set_back(project, &then, only)?;
        let environments = self.environments_of(project);
        self.check_restored(&flags, &environments)?;
        let archived = |doc: Option<&Arc<Doc>>| doc.and_then(|doc| doc.as_a::<Flag>()?.archived_at).is_some();
        if archived(self.draft.get(id)) && !archived(self.draft.state().get(id)) {
            self.refuse_while_needed(project, key, "restore_to")?;
        }
        Ok(())
    }

    pub(super) fn restore_project(&mut self, project: Id, key: &str, revision: u64) -> Result<(), Refusal> {
        let then = self.then(None, revision)?;
        self.say(
            project,
            format!(
                "Restores project {key} to revision {revision} of {}",
                words(then.written_at)
            ),
        );
        self.needs_typing(key);
        self.set_back(project, &then, |_| true)?;
        self.set_members_back(project, &then)?;
        // All else is as it was, and was accepted then.
        let mut later = self.environments_of(project);
        later.retain(|doc| then.was.get(&doc.id).is_some_and(Option::is_none));
        let flags = self.draft.list(Kind::Flag, Some(project)).into_iter().map(|doc| doc.id);
        let flags = flags.collect();
        self.check_restored(&flags, &later)?;
        Ok(())
    }

    fn then(&self, flag: Option<&str>, revision: u64) -> Result<Arc<Then>, Refusal> {
        self.allow(&self.access(), Permission::AuditView)?;
        self.past.then(flag, revision).ok_or_else(|| Refusal::NotFound {
            what: format!("revision {revision}"),
        })
    }

    /// Returns the flags that were touched.
    fn set_back(&mut self, project: Id, then: &Then, is_meant: impl Fn(&Doc) -> bool) -> Result<BTreeSet<Id>, Refusal> {
        let mut flags = BTreeSet::new();
        let mut differing = Vec::new();
        for (id, was) in &then.was {
            let now = self.draft.state().get(*id).cloned();
            let (id, was) = (*id, was.clone());
            let each = Differing { id, now, was };
            let is_ours = |doc: &Doc| is_meant(doc) && RESTORED.contains(&doc.body.kind());
            if each.doc().is_some_and(is_ours) && !is_same(each.was.as_deref(), each.now.as_deref()) {
                differing.push(each);
            }
        }
        differing.sort_by_key(Differing::place);
        let (back, gone): (Vec<_>, Vec<_>) = differing.into_iter().partition(|each| each.was.is_some());
        let mut later = BTreeSet::new();
        // What goes makes room for what had its key before.
        for each in gone.into_iter().rev().chain(back) {
            let doc = each.doc();
            if let Some((flag, environment)) = doc.and_then(|doc| setting_place(&doc.body)) {
                let was_there = then.was.get(&environment).is_none_or(Option::is_some);
                let Some(place) = self.draft.get(environment).cloned() else {
                    continue;
                };
                if !was_there {
                    later.insert(name_of(&place).to_owned());
                    continue;
                }
                flags.insert(flag);
            } else if doc.is_some_and(|doc| doc.body.kind() == Kind::Flag) {
                flags.insert(each.id);
            } else if let Some(doc) = doc.filter(|doc| each.was.is_none() && doc.body.kind() == Kind::Environment) {
                later.insert(name_of(doc).to_owned());
                continue;
            }
            self.check_base(each.id)?;
            match &each.was {
                Some(was) => self.bring_back(project, each.now.as_deref(), was)?,
                None => self.take_away(project, each.id, each.now.as_deref())?,
            }
        }
        self.warn_of(then, &later);
        self.warn_of_kills(project, &flags);
        Ok(flags)
    }

    fn bring_back(&mut self, project: Id, now: Option<&Doc>, was: &Doc) -> Result<(), Refusal> {
        let kind = was.body.kind();
        let made = match kind {
            Kind::Flag => Some(Permission::FlagCreate),
            Kind::Segment => Some(Permission::SegmentCreate),
            _ => None,
        };
        self.may(kind, made.filter(|_| now.is_none()))?;
        if kind != Kind::Project
            && let Some(other) = self
                .draft
                .find(kind, was.scope, &was.key)
                .filter(|doc| doc.id != was.id)
        {
            let word = kind.as_str();
            let detail = format!(
                "the key of the {word} {} has been taken by another {word} since",
                name_of(other)
            );
            return Err(invalid("key_taken", detail, self.pointer.clone()));
        }
        let before = now.map(|doc| &doc.body);
        let texts = match (&was.body, before) {
            (Body::Flag(after), Some(Body::Flag(before))) => {
                if before.archived_at.is_some() != after.archived_at.is_some() {
                    self.may(kind, Some(Permission::FlagArchive))?;
                }
                self.touches_project(project);
                let mut texts = describe::flag(before, after);
                match (before.archived_at, after.archived_at) {
                    (None, Some(_)) => texts.push(format!("Archives flag {}", after.key)),
                    (Some(_), None) => texts.push(format!("Flag {} is archived no more", after.key)),
                    _ => {}
                }
                texts
            }
            (Body::Config(after), before) => self.config_back(after, before),
            (Body::Overrides(after), before) => {
                let initial = Overrides::initial(after.flag, after.environment);
                let before = before.and_then(as_overrides).unwrap_or(&initial);
                self.touches(after.environment);
                describe::overrides(before, after, &self.label(after.flag, after.environment))
            }
            (Body::Environment(_), _) => {
                self.raise(Grade::Guarded);
                self.back_again(was, now)
            }
            (Body::Flag(_) | Body::Segment(_), _) => {
                self.touches_project(project);
                self.back_again(was, now)
            }
            _ => self.back_again(was, now),
        };
        texts.into_iter().for_each(|text| self.say(was.id, text));
        let mut body = was.body.clone();
        if let (Body::Project(body), Some(now)) = (&mut body, now.and_then(|doc| doc.as_a::<Project>())) {
            // Counters of indexes only grow.
            (body.next_flag, body.next_segment) = (now.next_flag, now.next_segment);
        }
        self.draft.put(was.id, was.scope, &was.key, body);
        Ok(())
    }

    fn config_back(&mut self, after: &Config, before: Option<&Body>) -> Vec<String> {
        let variants = self.draft.get_a::<Flag>(after.flag).map(|flag| flag.variants.clone());
        let initial = Config::initial(after.flag, after.environment, &variants.unwrap_or_default());
        let before = before.and_then(as_config).unwrap_or(&initial);
        self.touches(after.environment);
        if reshuffles(before, after) {
            self.warn(
                "reshuffled",
                "A split, gate or ramp gets its former salt or scheme: everybody in it is placed as then",
            );
        }
        describe::config(before, after, &self.label(after.flag, after.environment))
    }

    fn back_again(&mut self, was: &Doc, now: Option<&Doc>) -> Vec<String> {
        let word = was.body.kind().as_str();
        let key = name_of(was);
        if now.is_some() {
            return vec![format!("Sets {word} {key} back")];
        }
        if was.body.kind() == Kind::Environment {
            let text = format!("Environment {key} comes back without its keys of software: make new ones");
            self.warn("keys_stay_gone", text);
        }
        vec![format!("Brings back {word} {key}")]
    }

    /// What came later goes.
    fn take_away(&mut self, project: Id, id: Id, now: Option<&Doc>) -> Result<(), Refusal> {
        let Some(now) = now else { return Ok(()) };
        let text = match &now.body {
            Body::Flag(flag) => {
                self.may(Kind::Flag, Some(Permission::FlagDelete))?;
                let environments = self.draft.list(Kind::Environment, Some(project));
                let environments: Vec<Id> = environments.into_iter().map(|doc| doc.id).collect();
                self.touches_project(project);
                self.remove_settings(id, &environments);
                self.needs_typing(&flag.key);
                format!("Deletes flag {}, which came later", flag.key)
            }
            Body::Segment(segment) => {
                self.may(Kind::Segment, Some(Permission::SegmentDelete))?;
                format!("Deletes segment {}, which came later", segment.key)
            }
            Body::Config(Config { flag, environment, .. }) | Body::Overrides(Overrides { flag, environment, .. }) => {
                self.may(now.body.kind(), None)?;
                self.touches(*environment);
                let what = if now.body.kind() == Kind::Config {
                    "configuration"
                } else {
                    "overrides"
                };
                format!("{} had no {what} yet: it goes", self.label(*flag, *environment))
            }
            _ => return Ok(()),
        };
        self.say(id, text);
        self.draft.remove(id);
        Ok(())
    }

    fn set_members_back(&mut self, project: Id, then: &Then) -> Result<(), Refusal> {
        for (segment, was) in &then.members {
            let Some(key) = self.draft.get(*segment).map(|doc| name_of(doc).to_owned()) else {
                continue;
            };
            self.may(Kind::Segment, None)?;
            let state = self.draft.state();
            let now = state.members(*segment);
            let left = now.into_iter().flatten().filter(|member| !was.contains(*member));
            let removed = self.draft.remove_members(*segment, left.map(|member| &**member));
            let added = self.draft.add_members(*segment, was.iter().map(|member| &**member));
            if added + removed > 0 {
                self.touches_project(project);
                let text = format!("Members of segment {key}: {added} come back, {removed} leave");
                self.say(*segment, text);
            }
        }
        Ok(())
    }

    fn may(&self, kind: Kind, also: Option<Permission>) -> Result<(), Refusal> {
        let access = self.access();
        match permission_to_change(kind) {
            Some(permission) => self.allow(&access, permission)?,
            None => return Err(Refusal::Denied { permission: None }),
        }
        also.map_or(Ok(()), |permission| self.allow(&access, permission))
    }

    fn label(&self, flag: Id, environment: Id) -> String {
        let name = |id| {
            self.draft
                .get(id)
                .map_or_else(String::new, |doc| name_of(doc).to_owned())
        };
        format!("{} in {}", name(flag), name(environment))
    }

    fn warn_of(&mut self, then: &Then, later: &BTreeSet<String>) {
        if !later.is_empty() {
            let names = later.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let text = format!("What came with a later environment stays as it is: {names}");
            self.warn("environment_stays", text);
        }
        let named = then.since.iter().take(NAMED);
        let mut texts: Vec<String> = named.map(|(revision, text)| format!("{revision}: {text}")).collect();
        if then.since.len() > NAMED || then.more == More::Yes {
            let count = then.since.len().saturating_sub(NAMED);
            let or_more = if then.more == More::Yes { " or more" } else { "" };
            texts.push(format!("{count}{or_more} earlier ones"));
        }
        if !texts.is_empty() {
            self.warn("lost", format!("What came since is lost. {}", texts.join("; ")));
        }
    }

    fn environments_of(&self, project: Id) -> Vec<Arc<Doc>> {
        let found = self.draft.list(Kind::Environment, Some(project));
        found.into_iter().cloned().collect()
    }

    fn warn_of_kills(&mut self, project: Id, flags: &BTreeSet<Id>) {
        let environments = self.environments_of(project);
        for id in flags {
            let is_killed = |environment: &&Arc<Doc>| {
                let setting = self.draft.setting(*id, environment.id);
                let kill = setting.kill().map(|kill| kill.until);
                kill.is_some_and(|until| until.is_none_or(|until| until > self.now))
            };
            let killed: Vec<&str> = environments.iter().filter(is_killed).map(|doc| name_of(doc)).collect();
            if let Some(flag) = self.draft.get(*id).filter(|_| !killed.is_empty()) {
                let text = format!("{} stays killed in {}", name_of(flag), killed.join(", "));
                self.warn("killed", text);
            }
        }
    }

    /// The result must be as sound as if it had been typed in: every path that is not is named.
    fn check_restored(&self, flags: &BTreeSet<Id>, environments: &[Arc<Doc>]) -> Result<(), Refusal> {
        let mut problems: Vec<Problem> = Vec::new();
        for id in flags {
            let live = |doc: &&Arc<Doc>| doc.as_a::<Flag>().is_some_and(|flag| flag.archived_at.is_none());
            let Some(flag) = self.draft.get(*id).filter(live).map(|doc| doc.key.to_string()) else {
                continue;
            };
            for environment in environments {
                let setting = self.draft.setting(*id, environment.id);
                if setting.config.is_none() && setting.overrides.is_none() {
                    continue;
                }
                let spot = self.spot(&flag, &environment.key)?;
                let config = self.config_of(&spot).1;
                if let Err(refusal) = self.check_setting(&spot, &config, setting.overrides()) {
                    let Refusal::Invalid(found) = refusal else {
                        return Err(refusal);
                    };
                    problems.extend(found.into_iter().map(|problem| Problem {
                        detail: format!("{flag} in {}: {}", environment.key, problem.detail),
                        ..problem
                    }));
                }
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(problems))
        }
    }
}

/// Whether restoring would change nothing.
fn is_same(was: Option<&Doc>, now: Option<&Doc>) -> bool {
    match (was, now) {
        (Some(was), Some(now)) => match (&was.body, &now.body) {
            (Body::Project(was), Body::Project(now)) => {
                let counters = (now.next_flag, now.next_segment);
                Project {
                    next_flag: counters.0,
                    next_segment: counters.1,
                    ..was.clone()
                } == *now
            }
            (was, now) => was == now,
        },
        (None, None) => true,
        _ => false,
    }
}

fn as_config(body: &Body) -> Option<&Config> {
    match body {
        Body::Config(config) => Some(config),
        _ => None,
    }
}

fn as_overrides(body: &Body) -> Option<&Overrides> {
    match body {
        Body::Overrides(overrides) => Some(overrides),
        _ => None,
    }
}

fn words(at: Timestamp) -> String {
    at.strftime("%-d %b %Y %H:%M UTC").to_string()
}
