//! `hoist import --source-url`: another system is asked over its own API, and what it says is imported.
//!
//! The systems here are stand-ins that know the paths, keys and shapes of the originals, and nothing else.

use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value as Json, json};

use crate::hoist::{run, texts};

/// Answers for a path with its query, or for a GraphQL query.
type Answers = fn(&str, &Json) -> Option<Json>;

/// A system that wants this header of every request.
struct StandIn {
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl StandIn {
    fn start(header: &'static str, key: &'static str, answers: Answers) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let handler = move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let presented = headers
                .get(header)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            if presented != key {
                return StatusCode::UNAUTHORIZED.into_response();
            }
            let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
            let body = serde_json::from_slice(&body).unwrap_or_default();
            match answers(&path, &body) {
                Some(Json::String(text)) => text.into_response(),
                Some(answer) => axum::Json(answer).into_response(),
                None => Response::builder()
                    .status(404)
                    .body("no such thing".into())
                    .expect("an answer"),
            }
        };
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        Self {
            address,
            _runtime: runtime,
        }
    }

    /// Imports into `project.json`, keeping what was read in `read.json`: exit code, standard error.
    fn import(&self, folder: &Path, system: &str, key: &str, more: &[&str]) -> (Option<i32>, String) {
        let url = format!("http://{}", self.address);
        let mut all = vec![
            "import",
            system,
            "--source-url",
            &url,
            "--out",
            "project.json",
            "--save",
            "read.json",
        ];
        if !key.is_empty() {
            all.extend(["--source-key", key]);
        }
        all.extend(more);
        let output = run(folder, &all);
        (output.status.code(), texts(&output).1)
    }
}

fn read(folder: &Path, name: &str) -> Json {
    let text = std::fs::read_to_string(folder.join(name)).expect("a file");
    serde_json::from_str(&text).expect("JSON")
}

fn flags(folder: &Path) -> Vec<String> {
    let project = read(folder, "project.json");
    project["flags"].as_object().expect("flags").keys().cloned().collect()
}

fn togglr(path: &str, _: &Json) -> Option<Json> {
    let feature =
        |id: &str, key: &str| json!({"id": id, "key": key, "kind": "simple", "enabled": true, "default_value": key});
    let page =
        |items: Json, total: u8| json!({"items": items, "pagination": {"total": total, "page": 1, "per_page": 1}});
    Some(match path {
        "/api/v1/projects" => json!([{"id": "p1", "name": "shop"}, {"id": "p2", "name": "other"}]),
        "/api/v1/projects/p1/environments?page=1&per_page=100" => {
            page(json!([{"id": 7, "key": "prod", "name": "Production"}]), 1)
        }
        "/api/v1/projects/p1/features?environment_key=prod&page=1&per_page=100" => {
            page(json!([feature("1", "beam")]), 2)
        }
        "/api/v1/projects/p1/features?environment_key=prod&page=2&per_page=100" => {
            page(json!([feature("2", "horn")]), 2)
        }
        "/api/v1/features/1?environment_key=prod" => {
            json!({"feature": feature("1", "beam"), "variants": [], "rules": []})
        }
        "/api/v1/features/2?environment_key=prod" => {
            json!({"feature": feature("2", "horn"), "variants": [], "rules": []})
        }
        "/api/v1/projects/p1/env/prod/feature-schedules" => {
            json!([{"feature_id": "2", "action": "disable", "starts_at": "2025-01-01T00:00:00Z"}])
        }
        "/api/v1/projects/p1/segments?page=1&per_page=100" => page(json!([]), 0),
        _ => return None,
    })
}

#[test]
fn togglr_is_read_page_by_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let system = StandIn::start("authorization", "Bearer jwt", togglr);
    let here = [
        "--environment",
        "production",
        "--source-environment",
        "Production",
        "--source-project",
        "Shop",
    ];
    let (code, err) = system.import(folder.path(), "togglr", "jwt", &here);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(flags(folder.path()), ["beam", "horn"]);
    let windows = read(folder.path(), "project.json");
    assert!(
        windows
            .pointer("/flags/horn/environments/production/schedule/windows/0")
            .is_some()
    );
    // What was kept is a document of its own.
    let again = run(
        folder.path(),
        &["import", "togglr", "read.json", "--environment", "production"],
    );
    let (project, err) = texts(&again);
    let project: Json = serde_json::from_str(&project).unwrap_or_else(|_| panic!("{err}"));
    assert_eq!(project, windows);
}

#[test]
fn what_is_meant_has_to_be_said_where_there_is_more_than_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let system = StandIn::start("authorization", "Bearer jwt", togglr);
    let (code, err) = system.import(folder.path(), "togglr", "jwt", &["--environment", "prod"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("several projects") && err.contains("shop, other"), "{err}");
    let there = [
        "--environment",
        "prod",
        "--source-project",
        "p1",
        "--source-environment",
        "qa",
    ];
    let (code, err) = system.import(folder.path(), "togglr", "jwt", &there);
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.contains("no environment `qa`") && err.contains("Production"),
        "{err}"
    );
}

/// A FluxGate of November 2025, which does not know the newer fields.
fn fluxgate(path: &str, body: &Json) -> Option<Json> {
    let query = body["query"].as_str()?;
    assert_eq!(path, "/graphql");
    if query.contains("teams") {
        return Some(json!({"data": {"teams": [{"id": "t", "name": "shop"}]}}));
    }
    if query.contains("ruleGroups") {
        return Some(json!({"errors": [{"message": "Unknown field \"ruleGroups\" on type \"StageCriterion\"."}]}));
    }
    if query.contains("getStageCriteria") {
        let context = json!({"key": "country", "entries": [{"id": "e", "value": "AT"}]});
        let own = json!([{"id": "c", "priority": 0, "contextKey": "country", "rolloutPercentage": 100, "serve": "blue", "context": context}]);
        return Some(
            json!({"data": {"getStageCriteria": if body["variables"]["stage"] == "s" { own } else { json!([]) }}}),
        );
    }
    let stage = json!({"id": "s", "status": "DEPLOYED", "environment": {"id": "e1", "name": "Production"}});
    let feature = json!({"id": "1", "key": "beam", "description": null, "featureType": "CONTEXTUAL", "enabled": true, "killSwitchEnabled": true,
                         "dependencies": [], "variants": [{"control": "blue", "value": "Buy"}], "stages": [stage]});
    Some(json!({"data": {"features": {"total": 1, "items": [feature]}}}))
}

#[test]
fn fluxgate_is_asked_in_the_words_it_knows() {
    let folder = tempfile::tempdir().expect("a folder");
    let system = StandIn::start("authorization", "Bearer jwt", fluxgate);
    let (code, err) = system.import(folder.path(), "fluxgate", "jwt", &["--environment", "production"]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(flags(folder.path()), ["beam"]);
    let line = [
        "eval",
        "--from",
        "fluxgate",
        "read.json",
        "--environment",
        "production",
        "--contexts",
        "contexts.jsonl",
    ];
    std::fs::write(
        folder.path().join("contexts.jsonl"),
        "{\"country\": \"AT\", \"targetingKey\": \"u\"}\n",
    )
    .expect("a file");
    let (out, err) = texts(&run(folder.path(), &line));
    assert!(out.contains("\"value\":\"Buy\""), "{out}{err}");
}

fn flagsmith(path: &str, _: &Json) -> Option<Json> {
    let document = json!({"api_key": "env", "name": "Production", "project": {"segments": []},
                          "feature_states": [{"feature": {"id": 1, "name": "beam"}, "enabled": true, "feature_state_value": "x"}]});
    let known = ["/api/v1/environment-document/", "/api/v1/environments/env/document/"];
    known.contains(&path).then_some(document)
}

#[test]
fn flagsmith_knows_two_kinds_of_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let of_environment = StandIn::start("x-environment-key", "ser.secret", flagsmith);
    let (code, err) = of_environment.import(
        folder.path(),
        "flagsmith",
        "ser.secret",
        &["--environment", "production"],
    );
    assert_eq!(
        (code, flags(folder.path())),
        (Some(0), vec!["beam".to_owned()]),
        "{err}"
    );
    let of_organisation = StandIn::start("authorization", "Api-Key master", flagsmith);
    let there = ["--environment", "production", "--source-environment", "env"];
    let (code, err) = of_organisation.import(folder.path(), "flagsmith", "master", &there);
    assert_eq!(code, Some(0), "{err}");
}

fn unleash(path: &str, _: &Json) -> Option<Json> {
    let features =
        json!({"version": 2, "features": [{"name": "beam", "enabled": true, "strategies": [{"name": "default"}]}]});
    (path == "/api/client/features").then_some(features)
}

#[test]
fn unleash_tells_its_clients_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let system = StandIn::start("authorization", "*:development.secret", unleash);
    let (code, err) = system.import(
        folder.path(),
        "unleash",
        "*:development.secret",
        &["--environment", "dev"],
    );
    assert_eq!(
        (code, flags(folder.path())),
        (Some(0), vec!["beam".to_owned()]),
        "{err}"
    );
}

fn toggle_meister(path: &str, _: &Json) -> Option<Json> {
    let toggle = json!({"toggle": {"env": "production", "feature": "beam", "state": "ROLL", "over_x_days": 2.0, "current_percent": 30}});
    match path {
        "/api/features" => Some(json!({"features": [{"name": "beam"}]})),
        "/api/toggles" => Some(json!({"toggles": [toggle]})),
        _ => None,
    }
}

#[test]
fn toggle_meister_needs_no_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let system = StandIn::start("authorization", "", toggle_meister);
    let (code, err) = system.import(folder.path(), "toggle-meister", "", &["--environment", "production"]);
    assert_eq!(
        (code, flags(folder.path())),
        (Some(0), vec!["beam".to_owned()]),
        "{err}"
    );
    assert!(
        read(folder.path(), "read.json")["read_at"].is_string(),
        "when it was read is kept"
    );
}

#[test]
fn what_goes_wrong_there_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let system = StandIn::start("authorization", "Bearer jwt", |_, _| Some("<html>".into()));
    let here = ["--environment", "production"];
    let (code, err) = system.import(folder.path(), "togglr", "other", &here);
    assert!(
        code == Some(1) && err.contains("401") && err.contains("not accepted"),
        "{err}"
    );
    assert!(!err.contains("other"), "keys are not told: {err}");
    let (code, err) = system.import(folder.path(), "togglr", "jwt", &here);
    assert!(code == Some(1) && err.contains("no JSON"), "{err}");
    let (code, err) = system.import(folder.path(), "togglr", "", &here);
    assert!(code == Some(2) && err.contains("HOIST_SOURCE_KEY"), "{err}");
    let (code, err) = system.import(folder.path(), "flagd", "", &here);
    assert!(code == Some(2) && err.contains("give FILE"), "{err}");
    let silent = StandIn::start("authorization", "Bearer jwt", |_, _| None);
    let (code, err) = silent.import(folder.path(), "togglr", "jwt", &here);
    assert!(
        code == Some(1) && err.contains("404") && err.contains("/api/v1/projects"),
        "{err}"
    );
    let neither = run(folder.path(), &["import", "togglr", "--environment", "production"]);
    assert_eq!(neither.status.code(), Some(2));
}
