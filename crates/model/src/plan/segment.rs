//! Segments.

use super::config::segments_in;
use super::{MAX_MEMBERS, Planner, Problem, Refusal, Use, invalid};
use crate::Id;
use crate::change::SegmentChange;
use crate::document::{Body, Project, Segment};
use crate::record::Kind;

impl Planner<'_> {
    pub(super) fn segment(&mut self, change: &SegmentChange) -> Result<(), Refusal> {
        let project = self.project_id()?;
        match change {
            SegmentChange::Create {
                key,
                name,
                description,
                condition,
                members,
            } => {
                self.check_new_key(Kind::Segment, Some(project), key)?;
                let body = Segment {
                    key: key.clone(),
                    index: 0,
                    name: name.clone(),
                    description: description.clone(),
                    profile: hoist_engine::ruleset::Profile::Native,
                    condition: condition.clone(),
                    archived_at: None,
                    created_at: self.now,
                    origins: Vec::new(),
                    foreign: crate::document::Foreign::default(),
                };
                let id = self.create_segment(project, body)?;
                self.join(project, id, key, members)
            }
            SegmentChange::Edit { segment, patch } => {
                let (id, before) = self.named::<Segment>(Some(project), segment)?;
                let after = self.patched(id, &before, patch)?;
                self.edit_segment(project, id, &before, after)
            }
            SegmentChange::Archive { segment } => {
                let (id, mut body) = self.named::<Segment>(Some(project), segment)?;
                self.check_base(id)?;
                self.refuse_while_used(project, segment)?;
                if body.archived_at.replace(self.now).is_some() {
                    return Err(invalid(
                        "archived",
                        format!("segment {segment} is archived already"),
                        self.pointer.clone(),
                    ));
                }
                self.draft.put(id, Some(project), segment, Body::Segment(body));
                self.say(id, format!("Archives segment {segment}"));
                Ok(())
            }
            SegmentChange::Restore { segment } => {
                let (id, mut body) = self.named::<Segment>(Some(project), segment)?;
                self.check_base(id)?;
                if body.archived_at.take().is_none() {
                    return Err(invalid(
                        "not_archived",
                        format!("segment {segment} is not archived"),
                        self.pointer.clone(),
                    ));
                }
                self.draft.put(id, Some(project), segment, Body::Segment(body));
                self.say(id, format!("Restores segment {segment}"));
                Ok(())
            }
            SegmentChange::Delete { segment } => {
                let (id, _) = self.named::<Segment>(Some(project), segment)?;
                self.check_base(id)?;
                self.refuse_while_used(project, segment)?;
                self.draft.remove(id);
                self.say(id, format!("Deletes segment {segment}"));
                self.needs_typing(segment);
                Ok(())
            }
            SegmentChange::AddMembers { segment, members } => {
                let (id, _) = self.named::<Segment>(Some(project), segment)?;
                self.join(project, id, segment, members)
            }
            SegmentChange::RemoveMembers { segment, members } => {
                let (id, _) = self.named::<Segment>(Some(project), segment)?;
                let removed = self.draft.remove_members(id, members.iter().map(String::as_str));
                self.reaches(project, segment);
                self.say(id, format!("Removes {removed} members from segment {segment}"));
                Ok(())
            }
        }
    }

    /// Plans a new segment. The index is given here.
    fn create_segment(&mut self, project: Id, mut body: Segment) -> Result<Id, Refusal> {
        let Some(mut owner) = self.draft.get_a::<Project>(project).cloned() else {
            return Err(Refusal::NotFound { what: "project".into() });
        };
        body.index = owner.next_segment;
        owner.next_segment += 1;
        let scope = self.draft.get(project).and_then(|doc| doc.scope);
        let owner_key = owner.key.clone();
        let id = self.add_segment(project, body)?;
        self.draft.put(project, scope, &owner_key, Body::Project(owner));
        Ok(id)
    }

    /// Plans a new segment whose number was given out already; also used by imports.
    pub(super) fn add_segment(&mut self, project: Id, body: Segment) -> Result<Id, Refusal> {
        self.check_segment(&body, "create")?;
        let id = self.source.id();
        let key = body.key.clone();
        let state = if body.archived_at.is_some() { ", archived" } else { "" };
        self.draft.put(id, Some(project), &key, Body::Segment(body));
        self.say(id, format!("Creates segment {key}{state}"));
        Ok(id)
    }

    /// Plans a segment's new definition; also used by imports.
    pub(super) fn edit_segment(
        &mut self,
        project: Id,
        id: Id,
        before: &Segment,
        after: Segment,
    ) -> Result<(), Refusal> {
        let fixed = before.key == after.key
            && before.index == after.index
            && before.created_at == after.created_at
            && before.archived_at == after.archived_at;
        self.fixed(fixed, "segment")?;
        self.check_segment(&after, "edit/patch")?;
        let key = after.key.clone();
        if before.condition != after.condition {
            self.reaches(project, &key);
            let text = after
                .condition
                .as_ref()
                .map_or_else(|| "members only".to_owned(), super::describe::condition);
            self.say(id, format!("Segment {key} now holds: {text}"));
        } else {
            self.say(id, format!("Changes name or description of segment {key}"));
        }
        self.draft.put(id, Some(project), &key, Body::Segment(after));
        Ok(())
    }

    /// Plans that subjects join; also used by imports.
    pub(super) fn join(&mut self, project: Id, id: Id, key: &str, members: &[String]) -> Result<(), Refusal> {
        if let Some(bad) = members
            .iter()
            .find(|member| member.is_empty() || member.len() > 1024 || member.contains('\0'))
        {
            let detail = format!(
                "“{}” is no subject key: 1 to 1,024 bytes without NUL",
                bad.chars().take(40).collect::<String>()
            );
            return Err(invalid(
                "bad_member",
                detail,
                format!("{}/segment/members", self.pointer),
            ));
        }
        let count = self.draft.member_count(id) + members.len();
        if count > MAX_MEMBERS {
            let detail = format!("{count} members; the limit is {MAX_MEMBERS}");
            return Err(invalid(
                "too_many_members",
                detail,
                format!("{}/segment/members", self.pointer),
            ));
        }
        if members.is_empty() {
            return Ok(());
        }
        let added = self.draft.add_members(id, members.iter().map(String::as_str));
        self.reaches(project, key);
        self.say(
            id,
            format!(
                "Adds {added} members to segment {key} ({} were in already)",
                members.len() - added
            ),
        );
        Ok(())
    }

    fn check_segment(&self, body: &Segment, place: &str) -> Result<(), Refusal> {
        if !body.profile.is_native() {
            return Ok(());
        }
        let rules = crate::lower::lower_segment(body, Vec::new());
        let pointer = format!("{}/segment/{place}", self.pointer);
        let mut problems: Vec<Problem> = hoist_engine::validate(&rules, &self.limits)
            .into_iter()
            .map(|problem| Problem {
                code: "bad_condition".into(),
                detail: problem.message,
                pointer: format!("{pointer}{}", problem.path),
            })
            .collect();
        // Segments do not nest: what a segment means must be visible in one place.
        if body.condition.iter().flat_map(segments_in).next().is_some() {
            let detail = "a segment cannot refer to a segment; write its condition here".to_owned();
            problems.push(Problem {
                code: "nested_segment".into(),
                detail,
                pointer: format!("{pointer}/condition"),
            });
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(problems))
        }
    }

    pub(super) fn refuse_while_used(&self, project: Id, key: &str) -> Result<(), Refusal> {
        let uses: Vec<String> = self
            .segment_uses(project, key)
            .into_iter()
            .map(|each| format!("{} in {}", each.flag, each.environment))
            .collect();
        if uses.is_empty() {
            return Ok(());
        }
        let detail = format!("segment {key} is used by {}; remove it there first", uses.join(", "));
        Err(invalid("in_use", detail, format!("{}/segment", self.pointer)))
    }

    /// Flags whose rules or overrides name a segment.
    fn segment_uses(&self, project: Id, key: &str) -> Vec<Use> {
        self.uses(project, |config, overrides| {
            let in_rules = config
                .rules
                .iter()
                .filter_map(|rule| rule.condition.as_ref())
                .any(|tree| segments_in(tree).contains(&key));
            let in_overrides = overrides.is_some_and(|body| body.segments.iter().any(|group| group.segment == key));
            if in_rules {
                Some("rule")
            } else if in_overrides {
                Some("override")
            } else {
                None
            }
        })
    }

    /// Notes every flag and environment that a change of the segment reaches.
    fn reaches(&mut self, project: Id, key: &str) {
        let uses = self.segment_uses(project, key);
        if uses.is_empty() {
            return;
        }
        let mut flags: Vec<&str> = uses.iter().map(|each| each.flag.as_str()).collect();
        flags.sort_unstable();
        flags.dedup();
        let text = if flags.len() == 1 {
            "1 flag uses this segment".to_owned()
        } else {
            format!("{} flags use this segment", flags.len())
        };
        self.warn("segment_in_use", text);
        let touched: Vec<Id> = uses
            .iter()
            .filter_map(|each| self.draft.find(Kind::Environment, Some(project), &each.environment))
            .map(|doc| doc.id)
            .collect();
        for environment in touched {
            self.touches(environment);
        }
        self.used_by.extend(uses);
    }
}
