//! The rules of an environment as data, for dialects that tell rules instead of answers.

use hoist_engine::ruleset::Ruleset;
use hoist_model::Id;
use hoist_model::document::Environment;
use hoist_model::lower::{RULESET_VERSION, lower_segment};

use crate::world::{World, lowered};

impl World {
    /// What an environment serves now, lowered anew from its documents: as costly as compiling it, so keep what is made
    /// of it. It is never older than a snapshot that was read before.
    pub fn rules(&self, environment: Id) -> Option<Ruleset> {
        let view = self.environment(environment)?;
        let state = self.state();
        let segments = state
            .segments(view.project)
            .filter(|(_, segment)| segment.archived_at.is_none())
            .map(|(doc, segment)| {
                let members = state.members(doc.id);
                let members = members.map(|set| set.iter().map(ToString::to_string).collect());
                lower_segment(segment, members.unwrap_or_default())
            });
        let flags = state
            .flags(view.project)
            .filter(|(_, flag)| flag.archived_at.is_none())
            .map(|(doc, flag)| lowered(&state, doc.id, doc.revision, flag, environment));
        Some(Ruleset {
            v: RULESET_VERSION,
            environment: view.key.clone(),
            environment_name: state.get_a::<Environment>(environment)?.name.clone(),
            epoch: state.head().epoch.to_string(),
            revision: state.revision(),
            flags: flags.collect(),
            segments: segments.collect(),
        })
    }
}
