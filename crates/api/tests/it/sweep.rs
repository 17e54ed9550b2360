//! The n-th call to the database fails, for every n and in three ways, in the middle of a request. The answer is the
//! usual one or a 503 that says when to come back; who comes back with the same key finds everything done once.

use hoist_app::Fault;
use hoist_app::limiter::SignInLimits;
use hoist_testkit::{OPERATOR, PASSWORD, PROJECT, Person, Reply, TestApp};
use http::{Method, Request, header};
use serde_json::{Value as Json, json};

const FAULTS: [Fault; 3] = [Fault::Refused, Fault::Broken, Fault::AnswerLost];

/// More calls than any request makes.
const MANY: u64 = 500;

/// Often enough for whatever a fault has left behind to be gone.
const ATTEMPTS: usize = 50;

/// What is asked.
struct Asked {
    method: Method,
    path: String,
    body: Json,
}

fn ask(method: Method, path: impl Into<String>, body: Json) -> Asked {
    Asked {
        method,
        path: path.into(),
        body,
    }
}

/// Makes the n-th request of its kind; it may name the newest revision.
type Step = fn(n: u64, revision: u64) -> Asked;

const WRITES: &[(&str, Step)] = &[
    ("token", |n, _| {
        ask(Method::POST, "/hoist/v1/tokens", json!({"name": format!("script {n}")}))
    }),
    ("create", |n, _| {
        let body = json!({"key": format!("swept-{n}"), "kind": "boolean"});
        ask(Method::POST, format!("{PROJECT}/flags"), body)
    }),
    ("edit", |n, _| {
        ask(
            Method::PATCH,
            format!("{PROJECT}/flags/swept-1"),
            json!({"name": format!("Swept {n}")}),
        )
    }),
    ("undo", |_, revision| {
        ask(Method::POST, format!("{PROJECT}/history/{revision}/undo"), Json::Null)
    }),
    ("configure", |n, _| {
        let arms = json!([{"variant": "on", "weight": n}, {"variant": "off", "weight": 10_000 - n}]);
        let patch = json!({"default": {"serve": {"split": {"arms": arms}}}});
        ask(
            Method::PATCH,
            format!("{PROJECT}/flags/swept-1/environments/dev"),
            patch,
        )
    }),
    ("restore", |_, revision| {
        let restore = json!({"flag": {"restore_to": {"flag": "swept-1", "revision": revision - 1}}});
        ask(
            Method::POST,
            format!("{PROJECT}/changes"),
            json!({"changes": [restore]}),
        )
    }),
    ("import", |n, _| {
        let flag = json!({"kind": "boolean", "name": format!("Imported {n}"),
            "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}]});
        let file = json!({"format": "hoist-project/1", "flags": {"imported": flag}});
        ask(
            Method::POST,
            format!("{PROJECT}/import?from=hoist&environment=dev"),
            file,
        )
    }),
    ("segment", |n, _| {
        ask(
            Method::POST,
            format!("{PROJECT}/segments"),
            json!({"key": format!("segment-{n}")}),
        )
    }),
    ("credential", |n, _| {
        let body = json!({"name": format!("app {n}"), "kind": "server", "environment": "dev"});
        ask(Method::POST, format!("{PROJECT}/credentials"), body)
    }),
];

const READS: &[(&str, Step)] = &[
    ("history", |_, _| {
        ask(Method::GET, format!("{PROJECT}/history"), Json::Null)
    }),
    ("entry", |_, revision| {
        ask(Method::GET, format!("{PROJECT}/history/{revision}"), Json::Null)
    }),
    ("list", |_, _| ask(Method::GET, format!("{PROJECT}/flags"), Json::Null)),
    ("audit", |_, _| ask(Method::GET, "/hoist/v1/audit", Json::Null)),
    ("session", |_, _| ask(Method::GET, "/hoist/v1/session", Json::Null)),
    ("sign in", |_, _| {
        ask(
            Method::POST,
            "/hoist/v1/session",
            json!({"email": OPERATOR, "password": PASSWORD}),
        )
    }),
    ("past", |_, revision| {
        let contexts = json!([{"targetingKey": "ann"}]);
        let body = json!({"contexts": contexts, "environments": ["dev"], "revision": revision - 3});
        ask(Method::POST, format!("{PROJECT}/explain"), body)
    }),
];

async fn send(house: &TestApp, who: &Person, asked: &Asked, key: Option<&str>) -> Reply {
    let mut request = Request::builder().method(&asked.method).uri(&asked.path);
    request = request.header(header::CONTENT_TYPE, "application/json");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let body = if asked.body.is_null() {
        String::new()
    } else {
        asked.body.to_string()
    };
    house
        .send(Some(who), request.body(body.into()).expect("a request"))
        .await
}

/// How often the fault was felt.
struct Felt(usize);

impl Felt {
    /// The first answer, and the last after coming back as often as it takes.
    async fn answer(&mut self, house: &TestApp, who: &Person, asked: &Asked, key: Option<&str>) -> Reply {
        for attempt in 0..ATTEMPTS {
            let reply = send(house, who, asked, key).await;
            if reply.status != 503 {
                return reply;
            }
            assert!(reply.headers.contains_key(header::RETRY_AFTER), "{}", reply.text);
            assert_eq!(reply.body["status"], 503, "{}", reply.text);
            self.0 += usize::from(attempt == 0);
        }
        panic!("{} {}: still unavailable", asked.method, asked.path);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_call_loses_nothing_and_doubles_nothing() {
    let house = TestApp::start_with(SignInLimits {
        per_account: usize::MAX,
        per_address: usize::MAX,
        ..SignInLimits::default()
    })
    .await;
    let operator = house.person(OPERATOR).await;
    let mut felt = Felt(0);
    for (name, step) in WRITES {
        let mut number = 0;
        for fault in FAULTS {
            for n in 1..MANY {
                number += 1;
                let before = house.revision();
                let (asked, key) = (step(number, before), format!("{name}-{number}").replace(' ', "-"));
                let answer = felt.answer(&house, &operator, &asked, Some(&key));
                let (reply, spared) = house.app.store.faults().during(n, fault, answer).await;
                assert!(
                    reply.status.is_success(),
                    "{name}, {fault:?} at call {n}: {}",
                    reply.text
                );
                assert_eq!(
                    house.revision(),
                    before + 1,
                    "{name}, {fault:?} at call {n}: {}",
                    reply.text
                );
                let again = send(&house, &operator, &asked, Some(&key)).await;
                assert_eq!(
                    again.body["revision"], reply.body["revision"],
                    "{name}, {fault:?} at call {n}"
                );
                assert_eq!(house.revision(), before + 1, "{name}, {fault:?} at call {n}: repeated");
                if spared {
                    break;
                }
            }
        }
    }
    for (name, step) in READS {
        let golden = send(&house, &operator, &step(1, house.revision()), None).await;
        assert!(golden.status.is_success(), "{name}: {}", golden.text);
        for fault in FAULTS {
            for n in 1..MANY {
                let asked = step(n, house.revision());
                let answer = felt.answer(&house, &operator, &asked, None);
                let (reply, spared) = house.app.store.faults().during(n, fault, answer).await;
                assert_eq!(
                    reply.status, golden.status,
                    "{name}, {fault:?} at call {n}: {}",
                    reply.text
                );
                if matches!(*name, "history" | "entry" | "list" | "past") {
                    assert_eq!(reply.body, golden.body, "{name}, {fault:?} at call {n}");
                }
                if spared {
                    break;
                }
            }
        }
    }
    assert!(felt.0 > 3 * WRITES.len(), "{}", felt.0);
    eprintln!("torture: requests felt={}", felt.0);
    let flags = async |house: &TestApp, who: &Person| house.get(Some(who), &format!("{PROJECT}/export")).await.text;
    let published = flags(&house, &operator).await;
    let house = house.reopened().await;
    let operator = house.person(OPERATOR).await;
    assert_eq!(
        flags(&house, &operator).await,
        published,
        "what was published is what is stored"
    );
}
