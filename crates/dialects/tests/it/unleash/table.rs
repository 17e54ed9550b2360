//! The route table.

use hoist_dialects::Access;
use http::Method;
use serde_json::json;

use super::{Site, boolean, serve};

#[tokio::test]
async fn every_line_needs_what_it_says() {
    let site = Site::new();
    let (mut keys, mut open) = (0, 0);
    let body = json!({"tokens": []}).to_string();
    let kind = ("content-type", "application/json");
    for (path, methods) in &site.table {
        let path = path.replace("{*name}", "nobody");
        for (method, access) in methods {
            let answer = site.ask(method.as_str(), &path, &[kind], body.clone()).await;
            match access {
                Access::Credential => {
                    assert_eq!(answer.status, 401, "{method} {path}");
                    keys += 1;
                }
                Access::Public => {
                    assert!(answer.status.is_success(), "{method} {path}");
                    open += 1;
                }
                Access::StreamToken => panic!("{path} has no token"),
            }
        }
        let server = ("authorization", "server");
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = site.ask(method.as_str(), &path, &[kind, server], body.clone()).await;
            assert_eq!(answer.status, 405, "{method} {path}");
        }
    }
    assert_eq!((site.table.len(), keys, open), (25, 40, 15));
}

#[tokio::test]
async fn mounts_may_be_called_like_a_part_of_the_routes() {
    let site = Site::at("/unleash/features/x");
    let flags = json!([boolean("a/b", &json!([{"id": "r", "serve": serve("on")}]))]);
    site.publish(&flags, &json!([]), 2);
    for path in ["/api/client/features/a/b", "/api/frontend/features/a%2Fb"] {
        let answer = site
            .get(&format!("/unleash/features/x{path}"), &[("authorization", "server")])
            .await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["name"]),
            (200, &json!("a/b")),
            "{path}"
        );
    }
}
