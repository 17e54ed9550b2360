//! Flagsmith's SDK API on the real server: an imported environment, real keys, other people's bodies.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use crate::durability::client::{Client, secret, token_of};
use crate::durability::{ADMIN, PROJECT};
use crate::hoist::{Answer, Server, wait};

const MOUNT: &str = "[[mounts]]\ndialect = \"flagsmith\"\npath = \"/flagsmith\"\n";
const API: &str = "/flagsmith/api/v1";

/// A server with an environment of Flagsmith's in `dev`, and a flag of ours.
struct Site {
    server: Server,
    person: Client,
    _folder: tempfile::TempDir,
}

impl Site {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("hoist.toml"), MOUNT).expect("a file");
        let server = Server::start(folder.path(), &["--config", "hoist.toml"], &ADMIN);
        let mut person = Client::new(server.address, &token_of(&server));
        let import = format!("{PROJECT}/import?from=flagsmith&environment=dev");
        let (status, body) = person.ask("POST", &import, Some(&document())).expect("an answer");
        assert_eq!((status, &body["outcome"]), (200, &json!("applied")), "{body}");
        let changes = json!([
            {"flag": {"create": {"key": "ours", "kind": "boolean", "client_visible": true}}},
            {"config": {"switch": {"flag": "ours", "environment": "dev", "on": true}}},
        ]);
        person.must_change(&changes, "");
        Self {
            server,
            person,
            _folder: folder,
        }
    }

    fn key(&mut self, more: &Json) -> String {
        let mut create = json!({"name": "app", "environment": "dev"});
        let members = create.as_object_mut().expect("an object");
        members.extend(more.as_object().expect("an object").clone());
        let changes = json!([{"credential": {"create": create}}]);
        secret(&self.person.must_change(&changes, "").1)
    }

    fn get(&self, key: &str, path: &str) -> Answer {
        self.server.get(&format!("{API}{path}"), &[("x-environment-key", key)])
    }
}

fn document() -> Json {
    let state = |id: u64, name: &str, value: Json, options: Json| {
        json!({"feature": {"id": id, "name": name, "type": "STANDARD"}, "enabled": true, "django_id": 78_986,
            "feature_state_value": value, "multivariate_feature_state_values": options})
    };
    let option = json!([{"id": 5, "percentage_allocation": 30.0,
        "multivariate_feature_option": {"id": 2, "value": "blue", "key": "blue_key"}}]);
    json!({"id": 1, "api_key": "envkey", "name": "Shop live",
        "project": {"id": 1, "server_key_only_feature_ids": [12], "segments": []},
        "feature_states": [state(11, "colour", json!("red"), option), state(12, "secret", json!(5), json!([]))],
        "identity_overrides": []})
}

fn json_of(answer: &Answer) -> Json {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

fn names(answer: &Answer) -> Vec<String> {
    let all = json_of(answer);
    let name = |flag: &Json| flag["feature"]["name"].as_str().expect("a name").to_owned();
    all.as_array().expect("a list").iter().map(name).collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the server's clock is the machine's")]
fn keys_see_what_they_may_until_they_end() {
    let mut site = Site::start();
    let server = site.key(&json!({"kind": "server"}));
    let client = site.key(&json!({"kind": "client"}));
    assert_eq!(names(&site.get(&server, "/flags/")), ["colour", "ours", "secret"]);
    assert_eq!(
        names(&site.get(&format!("ser.{server}"), "/flags")),
        ["colour", "ours", "secret"]
    );
    assert_eq!(names(&site.get(&client, "/flags/")), ["colour", "ours"]);
    assert_eq!(site.get(&client, "/flags/?feature=secret").status, 404);
    assert_eq!(site.get(&format!("ser.{client}"), "/flags/").status, 401);
    assert_eq!(site.get("hst_nobody", "/flags/").status, 401);

    let end = Timestamp::now() + SignedDuration::from_secs(2);
    let short = site.key(&json!({"kind": "server", "expires_at": end}));
    wait(|| (site.get(&short, "/flags/").status == 401).then_some(()));
    assert!(Timestamp::now() >= end, "and not before");
}

#[test]
fn identities_are_where_they_were() {
    let mut site = Site::start();
    let key = site.key(&json!({"kind": "client"}));
    let answer = site.get(&key, "/identities/?identifier=user-1");
    let all = json_of(&answer);
    assert_eq!(all["identifier"], "user-1");
    let pieces = ["78986", ",", "envkey_", "user-1"];
    let place = hoist_engine::scheme::flagsmith::place(pieces.into_iter());
    let is_blue = hoist_engine::scheme::flagsmith::percentage(place) < 30.0;
    let (value, variant) = if is_blue {
        ("blue", "blue_key")
    } else {
        ("red", "control")
    };
    let feature = json!({"id": 11, "name": "colour", "type": "STANDARD"});
    assert_eq!(
        all["flags"][0],
        json!({"feature": feature, "enabled": true, "feature_state_value": value, "variant": variant})
    );
    assert_eq!(all["flags"][1]["feature"]["name"], "ours");
    assert_eq!(all["flags"][1]["enabled"], true);
}
