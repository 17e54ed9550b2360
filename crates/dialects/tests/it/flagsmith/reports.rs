//! What clients tell: analytics, events, traits. And what is said of the server itself.

use hoist_dialects::ports::Reported;
use serde_json::{Value as Json, json};

use super::{Answer, Site};

const FIRST: &str = "/flagsmith/api/v1/analytics/flags/";
const SECOND: &str = "/flagsmith/api/v2/analytics/flags/";

impl Site {
    async fn tell(&self, method: &str, key: &str, path: &str, body: &str) -> Answer {
        let headers = [("x-environment-key", key), ("content-type", "application/json")];
        self.ask(method, path, &headers, body).await
    }

    fn counted(&self) -> Vec<Reported> {
        std::mem::take(&mut self.house.reported.lock().unwrap())
    }
}

fn counted(flag: u32, yes: u64, no: u64, untold: u64) -> Reported {
    Reported {
        flag,
        yes,
        no,
        untold,
        variants: Vec::new(),
    }
}

#[tokio::test]
async fn counts_of_features_are_counted() {
    let site = Site::imported();
    let body = json!({"colour": 3, "bare": 1, "secret": 5, "nowhere": 9, "half": 1.5, "text": "7"}).to_string();
    let answer = site.tell("POST", "server", FIRST, &body).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    assert_eq!(
        site.counted(),
        [counted(0, 0, 0, 3), counted(1, 0, 0, 1), counted(2, 0, 0, 5)]
    );
    assert_eq!(site.tell("POST", "client", FIRST, &body).await.status, 200);
    assert_eq!(site.counted().len(), 2, "a client key counts what it sees");

    let one = |name: &str, enabled: bool, count: u64| json!({"feature_name": name, "identity_identifier": "ann", "enabled_when_evaluated": enabled, "count": count});
    let huge = one("colour", true, u64::MAX);
    let body = json!({"evaluations": [one("colour", true, 2), one("colour", false, 1), huge, one("nowhere", true, 1)]});
    let answer = site.tell("POST", "server", SECOND, &body.to_string()).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    assert_eq!(site.counted(), [counted(0, u64::MAX, 1, 0)]);
}

#[tokio::test]
async fn reports_that_cannot_be_read_count_nothing() {
    let site = Site::imported();
    let deep = "[".repeat(50_000);
    let bad_evaluation = |member: &str, value: Json| {
        let mut own = json!({"feature_name": "colour", "enabled_when_evaluated": true, "count": 1});
        own[member] = value;
        json!({"evaluations": [own]}).to_string()
    };
    let rows = [
        (FIRST, "[]".to_owned()),
        (FIRST, "5".to_owned()),
        (FIRST, String::new()),
        (FIRST, deep.clone()),
        (SECOND, "{}".to_owned()),
        (SECOND, "[]".to_owned()),
        (SECOND, json!({"evaluations": {}}).to_string()),
        (SECOND, bad_evaluation("count", json!(-1))),
        (SECOND, bad_evaluation("count", json!("1"))),
        (SECOND, bad_evaluation("feature_name", Json::Null)),
        (SECOND, bad_evaluation("enabled_when_evaluated", json!("yes"))),
        (SECOND, deep.clone()),
        ("/flagsmith/v1/events", "{}".to_owned()),
        ("/flagsmith/v1/events", json!({"events": [1]}).to_string()),
        ("/flagsmith/api/v1/events", deep),
    ];
    for (path, body) in rows {
        let answer = site.tell("POST", "server", path, &body).await;
        let shown: String = body.chars().take(60).collect();
        assert_eq!(answer.status, 400, "{path} {shown}");
        assert!(answer.json().is_object());
    }
    assert_eq!(site.counted(), []);
    assert_eq!(site.tell("POST", "nobody", FIRST, "{}").await.status, 401);
    assert_eq!(site.tell("GET", "server", FIRST, "").await.status, 405);
}

#[tokio::test]
async fn events_are_taken() {
    let site = Site::imported();
    let event = json!({"event": "$flag_exposure", "feature_name": "colour", "identifier": "ann", "value": "blue",
        "traits": {}, "metadata": {"experiment_id": 9}, "timestamp": 1_795_262_400_000_u64});
    let body = json!({"events": [event]}).to_string();
    for path in ["/flagsmith/v1/events", "/flagsmith/api/v1/events/"] {
        assert_eq!(site.tell("POST", "client", path, &body).await.status, 202, "{path}");
    }
}

#[tokio::test]
async fn traits_are_refused_as_where_they_are_not_persisted() {
    let site = Site::imported();
    for (method, path) in [
        ("POST", "/flagsmith/api/v1/traits/"),
        ("PUT", "/flagsmith/api/v1/traits/bulk/"),
        ("POST", "/flagsmith/api/v1/traits/increment-value/"),
    ] {
        let answer = site.tell(method, "server", path, "{}").await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("not stored"));
        assert_eq!(site.tell(method, "nobody", path, "{}").await.status, 401);
        assert_eq!(site.tell("DELETE", "server", path, "{}").await.status, 405);
    }
}

#[tokio::test]
async fn tools_find_what_they_look_at() {
    let site = Site::new();
    let version = site.ask("GET", "/flagsmith/version/", &[], "").await.json();
    assert_eq!(version["image_tag"], "2.265.0");
    for path in ["health", "health/liveness/", "health/readiness"] {
        let answer = site.ask("GET", &format!("/flagsmith/{path}"), &[], "").await;
        assert_eq!(answer.json(), json!({"status": "ok"}));
    }
}
