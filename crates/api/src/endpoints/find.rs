//! The documents that paths name, for `If-Match`. What is not found is told by the plan.

use hoist_model::Id;
use hoist_model::authorise::Place;
use hoist_model::record::Kind;
use hoist_model::state::setting_id;

use crate::Api;
use crate::write::Write;

/// A document of the path's project by its key.
pub fn by_key(api: &Api, write: &Write, kind: Kind, param: &str) -> Option<Id> {
    let project = write.scope.project().ok()?;
    let state = api.app.world.state();
    state
        .find(kind, Some(project), write.scope.param(param))
        .map(|doc| doc.id)
}

/// The document of a kind that is set for the path's flag in the path's environment, or will be.
pub fn setting(api: &Api, write: &Write, kind: Kind) -> Option<Id> {
    let flag = by_key(api, write, Kind::Flag, "flag")?;
    let environment = by_key(api, write, Kind::Environment, "environment")?;
    let state = api.app.world.state();
    let setting = state.setting(flag, environment);
    let doc = match kind {
        Kind::Config => setting.and_then(|setting| setting.config.as_ref()),
        Kind::Overrides => setting.and_then(|setting| setting.overrides.as_ref()),
        Kind::Kill => setting.and_then(|setting| setting.kill.as_ref()),
        _ => return None,
    };
    Some(doc.map_or_else(|| setting_id(kind, flag, environment), |doc| doc.id))
}

/// The organization or project of the path itself.
pub fn place(write: &Write) -> Option<Id> {
    match write.scope.place {
        Place::Instance => None,
        Place::Organization(id) | Place::Project(id) => Some(id),
    }
}
