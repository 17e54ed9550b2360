//! What clients report.

use hoist_dialects::ports::Reported;
use serde_json::{Value as Json, json};

use super::{Site, boolean, serve};

fn site() -> Site {
    let colour = json!({"key": "colour", "kind": "string", "client_visible": true,
        "variants": [{"key": "red", "value": "r"}, {"key": "blue", "value": "b"}], "steps": [{"serve": {"serve": serve("red")}}]});
    let mut hidden = boolean("hidden", &json!([]));
    hidden["client_visible"] = json!(false);
    Site::with(&json!([colour, hidden]), &json!([]))
}

fn bucket(toggles: &Json) -> Json {
    json!({"appName": "a", "instanceId": "i", "environment": "ignored",
        "bucket": {"start": "2026-11-20T10:00:00Z", "stop": "2026-11-20T10:01:00.123456", "toggles": toggles}})
}

fn colour(yes: u64, no: u64, variants: &[(u16, u64)]) -> Reported {
    Reported {
        flag: 0,
        yes,
        no,
        untold: 0,
        variants: variants.to_vec(),
    }
}

#[tokio::test]
async fn counts_arrive_once_and_unknown_names_are_left_aside() {
    let site = site();
    let toggles = json!({"colour": {"yes": 3, "no": 1, "variants": {"blue": 2, "nope": 9}}, "hidden": {"yes": 1, "no": 0}, "nobody": {"yes": 7}});
    let body = bucket(&toggles).to_string();
    let answer = site.post("/api/client/metrics", "server", &body).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
    let hidden = Reported {
        flag: 1,
        yes: 1,
        no: 0,
        untold: 0,
        variants: Vec::new(),
    };
    let taken = || std::mem::take(&mut *site.house.reported.lock().unwrap());
    assert_eq!(taken(), [colour(3, 1, &[(1, 2)]), hidden]);
    for path in ["/api/frontend/client/metrics", "/api/proxy/all/client/metrics"] {
        assert_eq!(site.post(path, "client", &body).await.status, 200, "{path}");
        assert_eq!(
            taken(),
            [colour(3, 1, &[(1, 2)])],
            "what a client key does not see it cannot count"
        );
    }
    let bulk = json!({"applications": [{"appName": "a"}],
        "metrics": [{"featureName": "colour", "appName": "a", "environment": "e", "timestamp": "2026-11-20T10:00:00Z", "yes": 1, "no": 2.0, "variants": {}}]});
    assert_eq!(
        site.post("/api/client/metrics/bulk", "server", &bulk.to_string())
            .await
            .status,
        202
    );
    assert_eq!(taken(), [colour(1, 2, &[])]);
    for bucket in [
        json!({"appName": "a", "bucket": null, "impactMetrics": []}),
        json!({"appName": "a"}),
    ] {
        assert_eq!(
            site.post("/api/client/metrics", "server", &bucket.to_string())
                .await
                .status,
            202
        );
    }
    assert_eq!(taken(), []);
}

#[tokio::test]
async fn clients_are_greeted() {
    let site = site();
    let body = json!({"appName": "a", "instanceId": "i", "sdkVersion": "x:1", "strategies": ["default"], "started": "2026-11-20T10:00:00Z", "interval": 15});
    let answer = site.post("/api/client/register", "server", &body.to_string()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("x-unleash-version")),
        (202, "8.2.0")
    );
    for path in ["/api/frontend/client/register", "/api/proxy/client/register"] {
        assert_eq!(site.post(path, "client", &body.to_string()).await.status, 200);
    }
    for path in ["/api/client/metrics/edge", "/api/client/edge-licensing/heartbeat"] {
        assert_eq!(site.post(path, "server", "{}").await.status, 202);
    }
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let site = site();
    let toggles = |count: Json| bucket(&json!({"colour": count}));
    let mut late = bucket(&json!({}));
    late["bucket"]["start"] = json!("nope");
    let cases = [
        ("/api/client/register", json!({}), "/body/appName"),
        (
            "/api/client/register",
            json!({"appName": "a", "interval": "x"}),
            "/body/interval",
        ),
        (
            "/api/client/register",
            json!({"appName": "a", "started": "x"}),
            "/body/started",
        ),
        ("/api/client/metrics", json!({"bucket": null}), "/body/appName"),
        (
            "/api/client/metrics",
            json!({"appName": "a", "bucket": 5}),
            "/body/bucket",
        ),
        (
            "/api/client/metrics",
            json!({"appName": "a", "bucket": {}}),
            "/body/bucket/start",
        ),
        ("/api/client/metrics", late, "/body/bucket/start"),
        (
            "/api/client/metrics",
            toggles(json!({"yes": -1})),
            "/body/bucket/toggles/colour/yes",
        ),
        (
            "/api/client/metrics",
            toggles(json!({"no": 1.5})),
            "/body/bucket/toggles/colour/no",
        ),
        (
            "/api/client/metrics",
            toggles(json!({"variants": {"a": "x"}})),
            "/body/bucket/toggles/colour/variants/a",
        ),
        ("/api/client/metrics", toggles(json!([])), "/body/bucket/toggles/colour"),
        ("/api/client/metrics/bulk", json!({}), "/body/applications"),
        (
            "/api/client/metrics/bulk",
            json!({"applications": [], "metrics": [{}]}),
            "/body/metrics/0/featureName",
        ),
        ("/edge/validate", json!({"tokens": "x"}), "/body/tokens"),
    ];
    for (path, body, place) in cases {
        let answer = site.post(path, "server", &body.to_string()).await;
        assert_eq!(answer.status, 400, "{path} {body}");
        let told = answer.json();
        assert_eq!(
            (&told["name"], &told["details"][0]["path"]),
            (&json!("BadDataError"), &json!(place)),
            "{path} {body}"
        );
    }
    assert_eq!(*site.house.reported.lock().unwrap(), []);
    let deep = "[".repeat(9000);
    for odd in ["{", "[]", "5", deep.as_str()] {
        assert_eq!(
            site.post("/api/client/metrics", "server", odd).await.status,
            400,
            "{odd:.20}"
        );
    }
    let plain = [("authorization", "server"), ("content-type", "text/plain")];
    assert_eq!(site.ask("POST", "/api/client/metrics", &plain, "x").await.status, 415);
    assert_eq!(
        site.post("/api/client/metrics", "server", &"x".repeat(20_000))
            .await
            .status,
        413
    );
    assert_eq!(site.post("/api/client/metrics", "client", "{}").await.status, 403);
    assert_eq!(
        site.post("/api/frontend/client/metrics", "nobody", "{}").await.status,
        401
    );
    assert_eq!(
        site.get("/api/client/metrics", &[("authorization", "server")])
            .await
            .status,
        405
    );
}

#[tokio::test]
async fn tokens_are_looked_at() {
    let site = site();
    let body = json!({"tokens": ["*:x.server", "client", "nobody", 5, "line\nfeed"]}).to_string();
    let json_only = [("content-type", "application/json")];
    let answer = site.ask("POST", "/edge/validate", &json_only, body).await;
    assert_eq!(
        answer.json(),
        json!({"tokens": [{"token": "*:x.server", "type": "backend", "projects": ["*"], "environment": "production"},
            {"token": "client", "type": "frontend", "projects": ["*"], "environment": "production"}]})
    );
}
