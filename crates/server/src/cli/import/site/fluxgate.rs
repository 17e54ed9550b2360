//! FluxGate: the features of a team, by the queries of its GraphQL API. Criteria have other fields in older versions,
//! so the newer ones are asked for first.

use serde_json::{Map, Value as Json, json};

use super::{FAILED, Failure, MOST_PAGES, Site, Wanted, chosen, items, text};

const FEATURES: &str = "query($team: ID!, $page: Int!) { features(teamId: $team, pageNumber: $page, pageSize: 100) { total \
                        items { id key description featureType enabled killSwitchEnabled rollbackScheduledAt dependencies \
                        variants { control value valueType description } \
                        stages { id status environment { id name } %STAGE } } } }";

/// Generations: what a stage and what a criterion have.
const GENERATIONS: [(&str, &str); 3] = [
    (
        "",
        "id priority variantSelectionMode selectedVariantControl variantAllocations { variantControl weight } \
         ruleGroups { logicOperator conditions { contextKey operator value orderIndex } }",
    ),
    (
        "bucketingKey",
        "id priority contextKey rolloutPercentage serve context { key entries { id value } }",
    ),
    (
        "bucketingKey",
        "id contextKey rolloutPercentage context { key entries { id value } }",
    ),
];

pub(super) async fn read(site: &Site, wanted: &Wanted<'_>) -> Result<Json, Failure> {
    let key = wanted.key("a token of its API (`token` of the mutation `login`)")?;
    let site = site.with("authorization", &format!("Bearer {key}"))?;
    let teams = ask(&site, "{ teams { id name } }", json!({})).await?;
    let teams = items(teams);
    let team = text(chosen(&teams, wanted.project, "team")?, "id").to_owned();
    let mut refused = None;
    for (stage, criterion) in GENERATIONS {
        match generation(&site, &team, stage, criterion).await {
            Ok((features, criteria)) => {
                return Ok(json!({
                    "environment": wanted.environment,
                    "features": features,
                    "criteria": criteria,
                }));
            }
            Err(failure) => refused = refused.or(Some(failure)),
        }
    }
    Err(refused.unwrap_or_else(|| Failure::bad_input("the API has no criteria")))
}

async fn generation(
    site: &Site,
    team: &str,
    stage: &str,
    criterion: &str,
) -> Result<(Vec<Json>, Map<String, Json>), Failure> {
    let query = FEATURES.replace("%STAGE", stage);
    let mut features = Vec::new();
    for page in 1..=MOST_PAGES {
        let answer = ask(site, &query, json!({"team": team, "page": page})).await?;
        let own = answer.get("features").unwrap_or(&Json::Null);
        let items = own.get("items").and_then(Json::as_array).cloned().unwrap_or_default();
        let total = own.get("total").and_then(Json::as_u64).unwrap_or_default();
        let is_empty = items.is_empty();
        features.extend(items);
        if u64::try_from(features.len()).is_ok_and(|own| own >= total) {
            break;
        }
        if is_empty {
            return Err(lacking(
                site,
                &format!("{} features instead of {total}", features.len()),
            ));
        }
    }
    let mut criteria = Map::new();
    let query = format!("query($stage: ID!) {{ getStageCriteria(stageId: $stage) {{ {criterion} }} }}");
    let stages = features
        .iter()
        .flat_map(|feature| feature["stages"].as_array().into_iter().flatten());
    for id in stages.map(|stage| text(stage, "id")) {
        let answer = ask(site, &query, json!({ "stage": id })).await?;
        match answer.get("getStageCriteria") {
            Some(Json::Array(own)) => criteria.insert(id.to_owned(), own.clone().into()),
            _ => return Err(lacking(site, &format!("no criteria of the stage {id}"))),
        };
    }
    Ok((features, criteria))
}

/// An answer that lacks something is no answer: a stage without criteria would serve everybody.
fn lacking(site: &Site, what: &str) -> Failure {
    Failure {
        code: FAILED,
        message: format!("{}graphql: it told {what}", site.base),
    }
}

/// The data of an answer.
async fn ask(site: &Site, query: &str, variables: Json) -> Result<Json, Failure> {
    let answer = site
        .post(&["graphql"], &json!({"query": query, "variables": variables}))
        .await?;
    let error = answer.pointer("/errors/0/message").and_then(Json::as_str);
    match (answer.get("data"), error) {
        (Some(data), None) if data.is_object() => Ok(data.clone()),
        (_, error) => Err(Failure {
            code: FAILED,
            message: format!("{}graphql: {}", site.base, error.unwrap_or("the answer has no data")),
        }),
    }
}
