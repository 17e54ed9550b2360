//! For tests of the API: a whole instance on a database of its own, with a clock and randomness
//! that the test holds, spoken to as over HTTP. Every answer is held against the API's description.
//!
//! ```text
//! organization default ── project first  ── environments dev, staging, prod (protected)
//! organization other   ── project theirs ── environment dev
//! ```

pub mod contract;
pub mod database;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use hoist_api::{ApiConfig, RequestId};
use hoist_app::app::Outside;
use hoist_app::limiter::SignInLimits;
use hoist_app::policy::Policy;
use hoist_app::sessions::Caller;
use hoist_app::setup::FirstRun;
use hoist_app::source::Randomness;
use hoist_app::{App, ManualClock};
use hoist_model::Id;
use hoist_model::document::User;
use hoist_model::record::Kind;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use crate::database::Database;

/// The project that members of `default` work in.
pub const PROJECT: &str = "/hoist/v1/organizations/default/projects/first";
/// A project of somebody else.
pub const FOREIGN: &str = "/hoist/v1/organizations/other/projects/theirs";
/// E-mail of the operator.
pub const OPERATOR: &str = "operator@example.org";
/// Password of the operator.
pub const PASSWORD: &str = "correct horse battery";

/// Numbers in a fixed order.
#[derive(Debug)]
pub struct Seeded(AtomicU64);

impl Seeded {
    /// From a seed.
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number below `end`.
    pub fn below(&self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % end as u64).expect("small")
    }

    /// One of several texts.
    pub fn of<'t>(&self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
}

impl Randomness for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut word = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            for (to, from) in chunk.iter_mut().zip(word.to_le_bytes()) {
                *to = from;
            }
        }
    }
}

/// An instance.
pub struct TestApp {
    /// The application behind the API.
    pub app: Arc<App>,
    /// Stands still until it is moved.
    pub clock: Arc<ManualClock>,
    router: Router,
    database: Database,
    seed: u64,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub id: Id,
    cookie: String,
}

impl Person {
    /// What the browser sends by itself.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// As JSON; null when it is none.
    pub body: Json,
    /// As it came.
    pub text: String,
}

impl Reply {
    /// The body, which must have come with this status.
    #[track_caller]
    pub fn with(self, status: u16) -> Json {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.body
    }

    /// The code of a problem.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl TestApp {
    /// Set up, with two organizations.
    pub async fn start() -> Self {
        Self::start_with(SignInLimits::default()).await
    }

    /// The same with other limits of sign-in.
    pub async fn start_with(sign_in: SignInLimits) -> Self {
        let this = Self::open(Database::create().await, 1, sign_in).await;
        let first = FirstRun {
            email: OPERATOR.into(),
            password: PASSWORD.into(),
            name: "Operator".into(),
        };
        this.app.make_first(&first).await.expect("the first run");
        let operator = this.person(OPERATOR).await;
        let post = async |path: &str, body: Json| this.post(Some(&operator), path, body).await.with(201);
        post("/hoist/v1/organizations", json!({"key": "other"})).await;
        post("/hoist/v1/organizations/other/projects", json!({"key": "theirs"})).await;
        post(&format!("{FOREIGN}/environments"), json!({"key": "dev"})).await;
        this
    }

    async fn open(database: Database, seed: u64, sign_in: SignInLimits) -> Self {
        let now = "2026-11-21T12:00:00Z".parse().expect("a time");
        let clock = Arc::new(ManualClock::at(now));
        let outside = Outside {
            clock: Arc::clone(&clock) as Arc<dyn hoist_app::Clock>,
            randomness: Arc::new(Seeded::new(seed)),
            policy: Policy::Open,
            sign_in,
        };
        let app = App::open(&database.url(), outside).await.expect("the instance opens");
        let router = hoist_api::router(Arc::clone(&app), ApiConfig::default());
        Self {
            app,
            clock,
            router,
            database,
            seed,
        }
    }

    /// Ends and starts again on the same database.
    pub async fn reopened(self) -> Self {
        let Self {
            app,
            router,
            database,
            seed,
            ..
        } = self;
        drop((app, router));
        Self::open(database, seed + 1, SignInLimits::default()).await
    }

    /// The newest revision.
    pub fn revision(&self) -> u64 {
        self.app.world.state().revision()
    }

    /// Signs in somebody who has an account.
    pub async fn person(&self, email: &str) -> Person {
        let id = self
            .app
            .world
            .state()
            .find(Kind::User, None, email)
            .filter(|doc| doc.as_a::<User>().is_some())
            .map(|doc| doc.id)
            .expect("an account");
        let signed_in = self.app.open_session(id, &Caller::default()).await.expect("a session");
        Person {
            id,
            cookie: format!("hoist_session={}", signed_in.token),
        }
    }

    /// Somebody with a role in the organization `default`: `owner`, `admin`, `editor`, `viewer`;
    /// `operator`; or `stranger`, who is a member of nothing.
    pub async fn sign_in_as(&self, role: &str) -> Person {
        let operator = self.person(OPERATOR).await;
        let email = format!("{role}@example.org");
        let known = self.app.world.state().find(Kind::User, None, &email).is_some();
        if !known && role == "stranger" {
            let made = self.post(Some(&operator), "/hoist/v1/users", json!({"email": email}));
            made.await.with(201);
        } else if !known {
            let body = json!({"email": email, "role": role});
            let path = "/hoist/v1/organizations/default/members";
            self.post(Some(&operator), path, body).await.with(201);
        }
        self.person(&email).await
    }

    /// Any request. Whoever is signed in sends the header that the console sends. The answer must
    /// be one that the API's description promises.
    pub async fn send(&self, who: Option<&Person>, request: Request<Body>) -> Reply {
        let (mut parts, body) = request.into_parts();
        let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
        if let Some(Person { cookie, .. }) = who {
            parts.headers.insert(header::COOKIE, cookie.parse().expect("a cookie"));
            parts.headers.insert("hoist-csrf", http::HeaderValue::from_static("1"));
        }
        parts.extensions.insert(RequestId("request-1".into()));
        let sent = self.router.clone().oneshot(Request::from_parts(parts, body)).await;
        let (parts, body) = sent.expect("an answer").into_parts();
        let is_stream = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|value| value == "text/event-stream");
        let bytes = if is_stream {
            bytes_of_a_stream()
        } else {
            body.collect().await.expect("a whole body").to_bytes().to_vec()
        };
        contract::check(&contract::Answered {
            method: &method,
            path: &path,
            status: parts.status.as_u16(),
            headers: &parts.headers,
            body: &bytes,
        });
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Json::Null),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// Opens `/hoist/v1/events`; `query` begins with `?` or is empty.
    pub async fn listen(&self, who: &Person, query: &str) -> Listening {
        self.listen_to(query, "cookie", &who.cookie).await
    }

    /// Opens `/hoist/v1/events` with another header than the cookie.
    pub async fn listen_with(&self, header: &str, value: &str) -> Listening {
        self.listen_to("", header, value).await
    }

    async fn listen_to(&self, query: &str, header: &str, value: &str) -> Listening {
        let request = Request::get(format!("/hoist/v1/events{query}")).header(header, value);
        let request = request.body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Listening(response.into_body())
    }

    /// A request with a JSON body, or none.
    pub async fn call(&self, who: Option<&Person>, method: Method, path: &str, body: Option<Json>) -> Reply {
        let request = Request::builder().method(method).uri(path);
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(who, request.expect("a request")).await
    }

    /// GET.
    pub async fn get(&self, who: Option<&Person>, path: &str) -> Reply {
        self.call(who, Method::GET, path, None).await
    }

    /// POST with a body.
    pub async fn post(&self, who: Option<&Person>, path: &str, body: Json) -> Reply {
        self.call(who, Method::POST, path, Some(body)).await
    }

    /// Changes of the project that happen together, by somebody who may; the revision.
    pub async fn change(&self, who: &Person, changes: Json) -> u64 {
        let body = json!({ "changes": changes });
        let done = self
            .post(Some(who), &format!("{PROJECT}/changes"), body)
            .await
            .with(200);
        done["revision"].as_u64().expect("a revision")
    }

    /// PATCH with a body.
    pub async fn patch(&self, who: Option<&Person>, path: &str, body: Json) -> Reply {
        self.call(who, Method::PATCH, path, Some(body)).await
    }

    /// DELETE without a body.
    pub async fn delete(&self, who: Option<&Person>, path: &str) -> Reply {
        self.call(who, Method::DELETE, path, None).await
    }
}

/// A stream of events that stays open, read piece by piece.
pub struct Listening(Body);

impl Listening {
    /// The next piece, as the server wrote it; it waits for one.
    pub async fn next(&mut self) -> Bytes {
        let frame = self.0.frame().await.expect("the stream goes on").expect("no error");
        frame.into_data().expect("data")
    }

    /// Reads to the end; it waits for one.
    pub async fn ends(&mut self) {
        while let Some(frame) = self.0.frame().await {
            frame.expect("no error");
        }
    }

    /// The data of the next event that has this name.
    pub async fn next_named(&mut self, name: &str) -> Json {
        let mark = format!("event: {name}\n");
        loop {
            let piece = self.next().await;
            let text = String::from_utf8_lossy(&piece);
            if let Some(event) = text.split("\n\n").find(|event| event.contains(&mark)) {
                let data = event.lines().find_map(|line| line.strip_prefix("data: "));
                return data
                    .and_then(|data| serde_json::from_str(data).ok())
                    .expect("JSON data");
            }
        }
    }
}

/// A stream never ends, so it is not read.
const fn bytes_of_a_stream() -> Vec<u8> {
    Vec::new()
}
