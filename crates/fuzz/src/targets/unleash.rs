//! Unleash's dialect: what is said to its clients means what our rules mean, and odd bodies are refused in its words.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use hoist_compat::{Source, json};
use hoist_dialects::unleash::{self, LeftOut, Settings, Unleash};
use hoist_engine::ruleset::Ruleset;
use hoist_engine::{Context, Moment, Snapshot, UntilVisitor};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value as Json;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use super::ofrep::house::{House, START};

/// Longer inputs meet limits that are tested elsewhere.
const LONGEST: usize = 32 * 1024;

/// Contexts that every document is asked with.
const CONTEXTS: [&str; 4] = [
    "{}",
    r#"{"userId": "a", "sessionId": "s", "x": "1", "s": "b", "remoteAddress": "10.0.0.1"}"#,
    r#"{"userId": "7", "country": "NO", "b": "2.0.0", "value": "x", "a": "on"}"#,
    r#"{"sessionId": "b", "x": "IN", "y": "1.2.3", "contextName": "a", "hostname": "b"}"#,
];

fn imported(document: &Json) -> Option<Ruleset> {
    let import = Source::Unleash.import(document, "dev").ok()?;
    import.project.ruleset("dev").ok()
}

/// A document is imported, said again and imported again: every flag that is said answers as before.
///
/// # Panics
/// Where that does not hold.
pub fn said(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some(rules) = json::read(&text).ok().and_then(|document| imported(&document)) else {
        return;
    };
    let now = START.parse().expect("a moment");
    let projection = unleash::project(&rules, "o/p/dev", now);
    let again = imported(&projection.document()).expect("what is said can be read");
    let (before, after) = (Snapshot::compile(&rules).0, Snapshot::compile(&again).0);
    let is_left_out = |key: &str| {
        let mut gaps = projection.gaps.iter();
        gaps.any(|gap| gap.flag == key && gap.left_out == LeftOut::Flag)
    };
    for context in CONTEXTS {
        let context: Context = serde_json::from_str(context).expect("a context");
        let answer = |snapshot: &Snapshot, key: &str| {
            let flag = snapshot.flag(key)?;
            let mut chance = UntilVisitor::default();
            let moment = Moment { now, seed: 1 };
            let outcome = snapshot.evaluate(flag, &snapshot.bind(&context), &moment, &mut chance);
            let shown = outcome.variant().map(str::to_owned);
            (!chance.has_drawn()).then_some((outcome.enabled, shown.filter(|_| outcome.enabled)))
        };
        for flag in before.flags().filter(|flag| !is_left_out(flag.key())) {
            let (one, other) = (answer(&before, flag.key()), answer(&after, flag.key()));
            if let (Some(one), Some(other)) = (&one, &other) {
                assert_eq!(one, other, "{} for {context:?}", flag.key());
            }
            assert!(after.flag(flag.key()).is_some(), "{} is lost", flag.key());
        }
    }
}

struct Site {
    router: Router,
    runtime: Runtime,
}

thread_local! {
    static SITE: Site = Site::new();
}

impl Site {
    fn new() -> Self {
        let house = House::new();
        let settings = Settings {
            path: String::new(),
            body_bytes: LONGEST,
            most_streams: 1,
            caller: Arc::new(|_| None),
        };
        let lines = unleash::routes(&Unleash::new(house.ports(), settings)).into_iter();
        Self {
            router: lines.fold(Router::new(), |router, line| {
                Router::route(router, &line.path, line.handler)
            }),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime"),
        }
    }

    fn ask(&self, path: &str, data: &[u8]) -> (StatusCode, Json) {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, "*:production.server")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(data.to_vec()))
            .expect("a request");
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.expect("an answer");
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.expect("a whole answer").to_bytes();
            (parts.status, serde_json::from_slice(&body).unwrap_or_default())
        })
    }
}

/// Bodies are taken, or refused with a name and details; the same body is answered alike again.
///
/// # Panics
/// Where that does not hold.
pub fn body(data: &[u8]) {
    if data.len() > LONGEST {
        return;
    }
    let is_json = serde_json::from_slice::<Json>(data).is_ok();
    SITE.with(|site| {
        for path in [
            "/api/frontend",
            "/api/client/register",
            "/api/client/metrics",
            "/api/client/metrics/bulk",
            "/edge/validate",
        ] {
            let (status, told) = site.ask(path, data);
            if status == StatusCode::BAD_REQUEST {
                assert_eq!(told["name"], "BadDataError", "{path}");
                assert!(told["details"][0]["message"].is_string(), "{path}: {told}");
            } else {
                assert!(status.is_success(), "{path}: {status} {told}");
                assert!(is_json || data.trim_ascii().is_empty(), "{path} takes what is no JSON");
            }
            assert_eq!(site.ask(path, data).0, status, "{path}");
        }
    });
}
