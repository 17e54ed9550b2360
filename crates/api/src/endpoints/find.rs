//! The documents that paths name, for `If-Match`. What is not found is told by the plan.

use hoist_model::Id;
use hoist_model::authorise::Place;
use hoist_model::record::Kind;
use hoist_model::state::Setting;

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

/// What is set for the path's flag in the path's environment.
pub fn setting(api: &Api, write: &Write) -> Option<Setting> {
    let flag = by_key(api, write, Kind::Flag, "flag")?;
    let environment = by_key(api, write, Kind::Environment, "environment")?;
    api.app.world.state().setting(flag, environment).cloned()
}

/// The organization or project of the path itself.
pub fn place(write: &Write) -> Option<Id> {
    match write.scope.place {
        Place::Instance => None,
        Place::Organization(id) | Place::Project(id) => Some(id),
    }
}
