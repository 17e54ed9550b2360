//! The OpenAPI document: complete, committed, readable.

use std::collections::BTreeSet;

use hoist_api::openapi::document;
use hoist_api::routes::routes;
use hoist_testkit::{TestApp, contract};
use serde_json::Value as Json;

fn documented() -> BTreeSet<(String, String)> {
    let paths = document()["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("operations").keys();
        methods.map(move |method| (method.to_uppercase(), path.clone()))
    });
    all.collect()
}

#[test]
fn every_route_is_in_the_document_and_the_other_way_round() {
    let table: BTreeSet<(String, String)> = routes()
        .iter()
        .map(|route| (route.method.to_string(), route.path.to_owned()))
        .collect();
    let documented = documented();
    let missing: Vec<_> = table.difference(&documented).collect();
    let invented: Vec<_> = documented.difference(&table).collect();
    assert!(missing.is_empty(), "not in openapi.rs: {missing:?}");
    assert!(invented.is_empty(), "not in routes.rs: {invented:?}");
}

#[test]
fn operations_are_named_once_and_say_what_they_ask_for() {
    let mut names = BTreeSet::new();
    for item in document()["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("operations").values() {
            let name = operation["operationId"].as_str().expect("a name");
            assert!(names.insert(name), "{name} stands twice");
            assert!(operation["x-permission"].is_string(), "{name}");
            assert!(operation["tags"][0].is_string(), "{name}");
        }
    }
}

/// What a route may refuse follows from the table: a client that handles what is listed handles all, and no more.
#[test]
fn refusals_follow_from_the_route() {
    let statuses = |method: &str, path: &str| -> Vec<u16> {
        let responses = document()["paths"][path][method]["responses"]
            .as_object()
            .expect("responses");
        let all = responses.keys().filter_map(|status| status.parse().ok());
        all.filter(|status| *status >= 400).collect()
    };
    let project = "/hoist/v1/organizations/{organization}/projects/{project}";
    for (method, path, expected) in [
        ("get", "/hoist/v1/openapi.json".to_owned(), vec![400]),
        ("get", "/hoist/v1/setup".to_owned(), vec![400]),
        ("get", "/hoist/v1/session".to_owned(), vec![400, 401, 503]),
        ("get", "/hoist/v1/users".to_owned(), vec![400, 401, 403, 422, 503]),
        ("get", project.to_owned(), vec![400, 401, 404, 503]),
        ("get", format!("{project}/history"), vec![400, 401, 403, 404, 422, 503]),
        (
            "post",
            "/hoist/v1/session".to_owned(),
            vec![400, 401, 403, 413, 422, 429, 503],
        ),
        ("delete", "/hoist/v1/session".to_owned(), vec![400, 401, 403, 503]),
        (
            "post",
            "/hoist/v1/tokens".to_owned(),
            vec![400, 401, 403, 409, 412, 413, 422, 503],
        ),
        (
            "patch",
            project.to_owned(),
            vec![400, 401, 403, 404, 409, 412, 413, 422, 503],
        ),
        (
            "post",
            format!("{project}/changes"),
            vec![400, 401, 403, 404, 409, 413, 422, 503],
        ),
    ] {
        assert_eq!(statuses(method, &path), expected, "{method} {path}");
    }
}

#[test]
fn every_body_has_an_example_of_its_form() {
    for item in document()["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("operations").values() {
            let Some(content) = operation["requestBody"]["content"].get("application/json") else {
                continue;
            };
            let name = operation["operationId"].as_str().expect("a name");
            let wrong = contract::violations(&content["schema"], &content["example"]);
            assert!(wrong.is_empty(), "{name}: {wrong:?}");
            assert!(content.get("example").is_some(), "{name} has none in examples.json");
        }
    }
}

#[test]
fn references_lead_somewhere() {
    let text = document().to_string();
    for part in text.split("\"#/").skip(1) {
        let pointer = part.split('"').next().expect("a pointer");
        assert!(document().pointer(&format!("/{pointer}")).is_some(), "#/{pointer}");
    }
}

#[test]
fn the_committed_document_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let mut marked = serde_json::Map::new();
    marked.insert(
        "x-generated".into(),
        "made from the handlers; re-make with UPDATE=1 cargo test -p hoist-api".into(),
    );
    marked.extend(document().as_object().expect("an object").clone());
    let made = serde_json::to_string_pretty(&Json::Object(marked)).expect("JSON") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &made).expect("docs/openapi.json is written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        made == committed,
        "docs/openapi.json is out of date: run UPDATE=1 cargo test -p hoist-api"
    );
}

#[tokio::test]
async fn the_page_lists_every_operation_and_brings_nothing_foreign() {
    let house = TestApp::start().await;
    let page = house.get(None, "/hoist/v1/docs").await;
    assert_eq!(page.status, 200);
    for (method, path) in documented() {
        assert!(page.text.contains(&format!("<code>{path}</code>")), "{method} {path}");
    }
    assert!(!page.text.contains("http://") && !page.text.contains("https://") && !page.text.contains("<script"));
    let policy = page.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.starts_with("default-src 'none'"));
    let served = house.get(None, "/hoist/v1/openapi.json").await.with(200);
    assert_eq!(&served, document());
}
