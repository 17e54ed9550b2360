//! Toggle-Meister: its features and toggles. Who is in a rollout is in its database only.

use serde_json::{Value as Json, json};

use super::{Failure, Site, Wanted, items};

pub(super) async fn read(site: &Site, wanted: &Wanted<'_>) -> Result<Json, Failure> {
    // Both are open without a key; where somebody put one before them it is a bearer's.
    let site = match wanted.key {
        Some(key) => &site.with("authorization", &format!("Bearer {key}"))?,
        None => site,
    };
    let features = items(site.get(&["api", "features"], &[]).await?);
    let toggles = items(site.get(&["api", "toggles"], &[]).await?);
    Ok(json!({
        "environment": wanted.environment.to_lowercase(),
        "read_at": wanted.now,
        "features": features,
        "toggles": toggles,
    }))
}
