//! Unleash: what its client API tells a backend key.

use serde_json::Value as Json;

use super::{Failure, Site, Wanted};

pub(super) async fn read(site: &Site, wanted: &Wanted<'_>) -> Result<Json, Failure> {
    let key = wanted.key("a backend (client) token of the environment")?;
    let site = site.with("authorization", key)?.with("unleash-client-spec", "5.2.0")?;
    site.get(&["api", "client", "features"], &[]).await
}
