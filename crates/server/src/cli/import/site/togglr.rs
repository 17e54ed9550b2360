//! Togglr: one environment of a project, by the paths of its admin API.

use serde_json::{Value as Json, json};

use super::{FAILED, Failure, MOST_PAGES, Site, Wanted, chosen, items, text};

/// Items of a page.
const PAGE: &str = "100";

pub(super) async fn read(site: &Site, wanted: &Wanted<'_>) -> Result<Json, Failure> {
    let key = wanted.key("an access token of its admin API (`access_token` of `/api/v1/auth/login`)")?;
    let site = site.with("authorization", &format!("Bearer {key}"))?;
    let projects = items(site.get(&["api", "v1", "projects"], &[]).await?);
    let project = text(chosen(&projects, wanted.project, "project")?, "id").to_owned();
    let own = |rest: &'static str| ["api", "v1", "projects", project.as_str(), rest];
    let environments = all(&site, &own("environments"), &[]).await?;
    let environment = text(chosen(&environments, Some(wanted.environment), "environment")?, "key").to_owned();
    let of = [("environment_key", environment.as_str())];
    let mut features = Vec::new();
    for feature in all(&site, &own("features"), &of).await? {
        features.push(site.get(&["api", "v1", "features", text(&feature, "id")], &of).await?);
    }
    let path = [
        "api",
        "v1",
        "projects",
        &project,
        "env",
        &environment,
        "feature-schedules",
    ];
    let schedules = items(site.get(&path, &[]).await?);
    let segments = all(&site, &own("segments"), &[]).await?;
    Ok(json!({
        "environment": {"key": environment},
        "features": features,
        "schedules": schedules,
        "segments": segments,
    }))
}

/// A list, page by page; lists that have no pages come whole.
async fn all(site: &Site, path: &[&str], query: &[(&str, &str)]) -> Result<Vec<Json>, Failure> {
    let mut all = Vec::new();
    for number in 1..=MOST_PAGES {
        let page = number.to_string();
        let query = [query, &[("page", page.as_str()), ("per_page", PAGE)]].concat();
        let answer = site.get(path, &query).await?;
        let total = answer.pointer("/pagination/total").and_then(Json::as_u64);
        let items = items(answer);
        let is_empty = items.is_empty();
        all.extend(items);
        let missing = total.filter(|total| u64::try_from(all.len()).is_ok_and(|own| own < *total));
        let Some(total) = missing else { break };
        if is_empty {
            let path = path.join("/");
            return Err(Failure {
                code: FAILED,
                message: format!("{}{path}: it told {} items instead of {total}", site.base, all.len()),
            });
        }
    }
    Ok(all)
}
