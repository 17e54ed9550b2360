//! OFREP over its router, on a house in memory.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use hoist_dialects::ofrep::{self, Ofrep, Settings};
use hoist_engine::ruleset::Ruleset;
use hoist_engine::{Context, Moment, NoVisitor, Snapshot};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::Deserializer as _;
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value as Json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use super::lines;
use house::House;

#[path = "../../../dialects/tests/it/house.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "shared with the tests of the dialects, which use the rest"
)]
pub(super) mod house;

const ALL: &str = "/ofrep/v1/evaluate/flags";
/// Longer inputs meet limits that are tested elsewhere.
const LONGEST: usize = 32 * 1024;
/// Flags that public keys may not see.
const HIDDEN: [&str; 2] = ["drawn", "secret/with%slash"];

/// The dialect, and the same rules beside it.
struct Site {
    house: Arc<House>,
    router: Router,
    runtime: Runtime,
    snapshot: Snapshot,
}

struct Answer {
    status: StatusCode,
    tag: Option<String>,
    json: Json,
}

impl Site {
    fn new() -> Self {
        let house = House::new();
        let ofrep = Ofrep::new(house.ports(), Settings::default());
        let router = ofrep::routes(&ofrep).into_iter().fold(Router::new(), |router, line| {
            Router::route(router, &line.path, line.handler)
        });
        let rules: Ruleset = serde_json::from_value(house::rules()).expect("rules");
        Self {
            house,
            router,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime"),
            snapshot: Snapshot::compile(&rules).0,
        }
    }

    fn ask(&self, request: Request<Body>) -> Answer {
        self.house.answered.lock().expect("nobody panicked here").clear();
        let router = self.router.clone();
        let (parts, body) = self.runtime.block_on(async {
            let (parts, body) = router.oneshot(request).await.expect("an answer").into_parts();
            (parts, body.collect().await.expect("a whole answer").to_bytes())
        });
        let json = if body.is_empty() {
            Json::Null
        } else {
            serde_json::from_slice(&body).expect("every answer is JSON")
        };
        let tag = parts.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
        Answer {
            status: parts.status,
            tag: tag.map(str::to_owned),
            json,
        }
    }
}

thread_local! {
    static SITE: Site = Site::new();
}

fn post(path: &str, body: &[u8]) -> Request<Body> {
    let request = Request::post(path).header(header::AUTHORIZATION, "Bearer server");
    request.body(Body::from(body.to_vec())).expect("a request")
}

/// A body is taken or refused as a JSON reader takes or refuses it, and what it is answered with is what the engine
/// says of the context that the reader found.
///
/// # Panics
/// Where that does not hold.
pub fn body(data: &[u8]) {
    if data.len() > LONGEST || String::from_utf8_lossy(data).contains("serde_json::private") {
        return;
    }
    let expected = read(data);
    SITE.with(|site| {
        let all = site.ask(post(ALL, data));
        let one = site.ask(post(&format!("{ALL}/rule"), data));
        let Some(context) = expected else {
            assert_eq!(
                (all.status, one.status),
                (StatusCode::BAD_REQUEST, StatusCode::BAD_REQUEST)
            );
            assert!(all.json["errorCode"].is_string() && one.json["errorCode"].is_string());
            return;
        };
        assert_eq!(
            (all.status, one.status),
            (StatusCode::OK, StatusCode::OK),
            "{} {}",
            all.json,
            one.json
        );
        for item in all.json["flags"].as_array().expect("flags").iter().chain([&one.json]) {
            site.compare(item, &context);
        }
    });
}

impl Site {
    fn compare(&self, item: &Json, context: &Context) {
        let key = item["key"].as_str().expect("a key");
        // Drawn anew for each request.
        if key == "drawn" {
            return;
        }
        let flag = self.snapshot.flag(key).expect("a flag that exists");
        let moment = Moment {
            now: house::START.parse().expect("a moment"),
            seed: 0,
        };
        let bound = self.snapshot.bind(context);
        let outcome = self.snapshot.evaluate(flag, &bound, &moment, &mut NoVisitor);
        assert_eq!(
            item["variant"].as_str(),
            outcome.variant(),
            "{key} for {context:?}: {item}"
        );
    }
}

/// What another reader finds: the context, nobody's where there is none; None where the body is not what is asked for.
fn read(data: &[u8]) -> Option<Context> {
    let body = data.trim_ascii();
    if body.is_empty() {
        return Some(Context::new());
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let found = reader.deserialize_map(Members).ok()?;
    reader.end().ok()?;
    Some(found.map(|object| Context::from_json(&object)).unwrap_or_default())
}

/// The member `context`, which may stand there once.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Option<Map<String, Json>>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = from.next_key::<String>()? {
            if name != "context" {
                from.next_value::<IgnoredAny>()?;
            } else if found.replace(from.next_value::<Option<Map<String, Json>>>()?).is_some() {
                return Err(A::Error::duplicate_field("context"));
            }
        }
        Ok(found.flatten())
    }
}

/// Path, query, key, tag and stream, a line each: only known keys get an answer, public ones not of what is hidden, and
/// "unchanged" is said of the tag alone that was given out.
///
/// # Panics
/// Where that does not hold.
pub fn head(data: &[u8]) {
    let lines = lines(data);
    let [path, query, key, tag, stream, ..] = lines.as_slice() else {
        return;
    };
    SITE.with(|site| {
        let Some(answer) = site.with_head("POST", &format!("{ALL}{path}?{query}"), key, tag) else {
            return;
        };
        let class = class_of(key);
        let text = answer.json.to_string();
        match answer.status {
            StatusCode::UNAUTHORIZED => assert_eq!(class, None, "{key:?} is known"),
            StatusCode::OK | StatusCode::NOT_FOUND => assert!(class.is_some() || text == "null", "{text}"),
            StatusCode::NOT_MODIFIED => {
                let given = site
                    .with_head("POST", &format!("{ALL}{path}?{query}"), key, "")
                    .and_then(|full| full.tag);
                assert!(
                    given.is_some_and(|given| tag.contains(given.trim_start_matches("W/"))),
                    "{tag}"
                );
            }
            other => assert!(other == StatusCode::BAD_REQUEST, "{other}: {text}"),
        }
        if class == Some("client") && answer.status == StatusCode::OK {
            let items = answer.json["flags"].as_array().into_iter().flatten();
            let keys = items.chain([&answer.json]).filter_map(|item| item["key"].as_str());
            keys.for_each(|key| assert!(!HIDDEN.contains(&key), "{key} is hidden"));
        }
        if let Some(answer) = site.with_head("GET", &format!("/ofrep/v1/streams/{stream}"), key, tag) {
            let expected = [
                StatusCode::UNAUTHORIZED,
                StatusCode::NOT_FOUND,
                StatusCode::GONE,
                StatusCode::FORBIDDEN,
            ];
            assert!(
                expected.contains(&answer.status),
                "a made-up stream opens: {}",
                answer.status
            );
        }
    });
}

impl Site {
    /// None for what no HTTP request can say.
    fn with_head(&self, method: &str, target: &str, key: &str, tag: &str) -> Option<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(target)
            .header("last-event-id", tag);
        request = request.header(header::AUTHORIZATION, key);
        if !tag.is_empty() {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        Some(self.ask(request.body(Body::empty()).ok()?))
    }
}

/// Whose key a header shows, if anybody's.
fn class_of(header: &str) -> Option<&'static str> {
    let bare = match header.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key,
        _ => header,
    };
    ["server", "client"].into_iter().find(|known| *known == bare.trim())
}
