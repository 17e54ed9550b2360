//! From what the world publishes to notices of environments.

use std::sync::Arc;

use hoist_app::App;
use hoist_app::events::{News, Published};
use hoist_model::record::Kind;
use tokio::sync::broadcast::error::RecvError;

use super::environment::Environments;

/// Runs until the world is gone.
pub(super) async fn follow(app: Arc<App>, environments: Arc<Environments>) {
    let mut published = app.world.events().subscribe();
    loop {
        match published.recv().await {
            Ok(change) => tell(&app, &environments, &change),
            // Fell behind: whatever was missed, the state of each environment says how far it is.
            Err(RecvError::Lagged(_)) => tell_all(&app, &environments),
            Err(RecvError::Closed) => return,
        }
    }
}

fn tell(app: &App, environments: &Environments, change: &Published) {
    let now = app.clock.now();
    let handles = environments.asked_for();
    for handle in change.environments.iter().filter_map(|id| handles.get(id)) {
        match change.news {
            News::Change => handle.tell_changes(now),
            News::Time => handle.tell_turn(now),
            News::Everything => {}
        }
    }
    if change.news == News::Everything {
        return tell_all(app, environments);
    }
    let touches = |kind: Kind| change.touched.iter().any(|touched| touched.kind == kind);
    if [Kind::Credential, Kind::Environment, Kind::Project]
        .into_iter()
        .any(touches)
    {
        environments.forget_gone();
        handles.values().for_each(|handle| handle.wake());
    }
}

fn tell_all(app: &App, environments: &Environments) {
    let now = app.clock.now();
    let handles = environments.asked_for();
    environments.forget_gone();
    for handle in handles.values() {
        handle.tell_changes(now);
        handle.tell_turn(now);
        handle.wake();
    }
}
