//! Flagsmith: the environment document, by a server key of the environment or a key of the organisation.

use serde_json::Value as Json;

use super::{Failure, Site, Wanted};

/// What keys of environments begin with.
const SERVER: &str = "ser.";

pub(super) async fn read(site: &Site, wanted: &Wanted<'_>) -> Result<Json, Failure> {
    let what = "a server key of the environment (`ser.…`), or a key of the organisation with --source-environment KEY";
    let key = wanted.key(what)?;
    // Paths of Flagsmith end with a slash.
    if key.starts_with(SERVER) {
        let site = site.with("x-environment-key", key)?;
        return site.get(&["api", "v1", "environment-document", ""], &[]).await;
    }
    let site = site.with("authorization", &format!("Api-Key {key}"))?;
    site.get(&["api", "v1", "environments", wanted.environment, "document", ""], &[])
        .await
}
