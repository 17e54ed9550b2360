//! Unleash's client and frontend API on the real server, at its original paths.

use serde_json::{Value as Json, json};

use crate::durability::client::{Client, secret, token_of};
use crate::durability::{ADMIN, PROJECT};
use crate::hoist::{Answer, Server, hoist, texts};

const ROOT: &str = "[[mounts]]\ndialect = \"unleash\"\npath = \"/\"\n";

/// A server with an environment of Unleash's in `dev`.
struct Site {
    server: Server,
    person: Client,
    _folder: tempfile::TempDir,
}

impl Site {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("hoist.toml"), ROOT).expect("a file");
        let server = Server::start(folder.path(), &["--config", "hoist.toml"], &ADMIN);
        let mut person = Client::new(server.address, &token_of(&server));
        let import = format!("{PROJECT}/import?from=unleash&environment=dev");
        let (status, body) = person.ask("POST", &import, Some(&document())).expect("an answer");
        assert_eq!((status, &body["outcome"]), (200, &json!("applied")), "{body}");
        Self {
            server,
            person,
            _folder: folder,
        }
    }

    fn key(&mut self, kind: &str) -> String {
        let changes = json!([{"credential": {"create": {"name": kind, "kind": kind, "environment": "dev"}}}]);
        secret(&self.person.must_change(&changes, "").1)
    }

    fn features(&self, key: &str, more: &[(&str, &str)]) -> Answer {
        let headers = [&[("authorization", key), ("unleash-client-spec", "5.2.0")], more].concat();
        self.server.get("/api/client/features", &headers)
    }
}

fn document() -> Json {
    let strategy = json!({"name": "flexibleRollout", "constraints": [{"contextName": "country", "operator": "IN", "values": ["NO"]}],
        "parameters": {"groupId": "beam", "rollout": "100", "stickiness": "default"}, "segments": [7],
        "variants": [{"name": "red", "weight": 1000, "weightType": "variable", "stickiness": "default",
            "payload": {"type": "string", "value": "r"}}]});
    json!({"version": 2, "features": [{"name": "beam", "type": "release", "enabled": true, "project": "default", "stale": false,
        "strategies": [strategy], "variants": [], "description": "of a lighthouse", "impressionData": true}],
        "segments": [{"id": 7, "name": "night", "constraints": [{"contextName": "hour", "operator": "NUM_GT", "value": "20"}]}]})
}

fn json_of(answer: &Answer) -> Json {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

#[test]
fn what_was_imported_is_read_back_until_it_is_changed() {
    let mut site = Site::start();
    let key = site.key("server");
    let first = site.features(&key, &[]);
    assert_eq!(first.status, 200, "{}", first.body);
    let read = json_of(&first);
    let mut wanted = document();
    wanted["features"][0]["strategies"][0]["segments"] = json!([read["segments"][0]["id"]]);
    wanted["segments"][0]["id"] = read["segments"][0]["id"].clone();
    assert_eq!(read["features"], wanted["features"]);
    assert_eq!(read["segments"], wanted["segments"]);
    let tag = first.header("etag").to_owned();
    assert_eq!(
        site.features(&format!("Bearer *:dev.{key}"), &[("if-none-match", &tag)])
            .status,
        304
    );

    let off = json!([{"config": {"switch": {"flag": "beam", "environment": "dev", "on": false}}}]);
    site.person.must_change(&off, "");
    let second = site.features(&key, &[("if-none-match", &tag)]);
    assert_eq!(second.status, 200);
    assert_eq!(json_of(&second)["features"][0]["enabled"], false);
}

#[test]
fn browsers_ask_and_both_report() {
    let mut site = Site::start();
    let (server, client) = (site.key("server"), site.key("client"));
    assert_eq!(site.features(&client, &[]).status, 403);
    assert_eq!(site.features("*:dev.nothing", &[]).status, 401);
    let path = "/api/frontend?userId=u1&properties%5Bcountry%5D=NO&hour=21";
    let answer = site.server.get(path, &[("authorization", &client)]);
    let toggle = &json_of(&answer)["toggles"][0];
    assert_eq!(
        (&toggle["name"], &toggle["variant"]["name"]),
        (&json!("beam"), &json!("red")),
        "{}",
        answer.body
    );
    let metrics = json!({"appName": "a", "bucket": {"start": "2026-11-20T10:00:00Z", "stop": "2026-11-20T10:01:00Z",
        "toggles": {"beam": {"yes": 40, "no": 2, "variants": {"red": 40}}, "nobody knows it": {"yes": 5, "no": 5}}}});
    let counted = |site: &Site| {
        let text = site.server.get("/metrics", &[]).body;
        let line = text
            .lines()
            .find(|line| line.starts_with("hoist_reported_evaluations_total"));
        let number = line.and_then(|line| line.rsplit(' ').next()).unwrap_or("0");
        number.parse::<f64>().unwrap_or_else(|_| panic!("{text}"))
    };
    let before = counted(&site);
    let said = site.server.post_as("/api/client/metrics", &metrics, &server);
    assert_eq!(said.status, 202, "{}", said.body);
    assert!(
        (counted(&site) - before - 42.0).abs() < 0.5,
        "once, and only what is known"
    );
    let huge = json!({"appName": "a", "bucket": {"start": "2026-11-20T10:00:00Z", "stop": "2026-11-20T10:01:00Z",
        "toggles": {"beam": {"yes": u64::MAX, "no": 0}}}});
    for _ in 0..2 {
        let before = counted(&site);
        site.server.post_as("/api/client/metrics", &huge, &server);
        assert!(counted(&site) >= before, "no report turns the counter back");
    }
    let token = json!({"tokens": [format!("*:dev.{client}"), "*:dev.nothing"]});
    let known = json_of(&site.server.post("/edge/validate", &token));
    assert_eq!(known["tokens"][0]["type"], "frontend");
    assert_eq!(known["tokens"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        site.server.get("/healthz", &[]).status,
        200,
        "the server's own paths stay"
    );
}

#[test]
fn two_mounts_at_the_root_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("hoist.toml"), format!("{ROOT}{ROOT}")).expect("a file");
    let output = hoist(
        folder.path(),
        &["serve", "--config", "hoist.toml", "--listen", "127.0.0.1:0"],
    )
    .output()
    .expect("it ends");
    let (_, told) = texts(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(
        told.contains("unleash at / (/api/client/features) overlaps with unleash at /"),
        "{told}"
    );
}
