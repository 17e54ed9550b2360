//! The way of a change: plan, merge, conflict, repeat, undo, restart.

use hoist_testkit::{PROJECT, Person, Reply, TestApp};
use http::{Request, header};
use serde_json::{Value as Json, json};

async fn flag(house: &TestApp, who: &Person, key: &str) {
    let body = json!({"key": key, "kind": "boolean"});
    house.post(Some(who), &format!("{PROJECT}/flags"), body).await.with(201);
}

fn rule(id: &str, country: &str) -> Json {
    json!({"id": id, "condition": {"test": {"attribute": "country", "op": "equals", "values": [country]}},
        "serve": {"serve": {"variant": "on"}}})
}

async fn with_headers(
    house: &TestApp,
    who: &Person,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Json,
) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.to_string().into()).expect("a request");
    house.send(Some(who), request).await
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_its_plan_binds() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    flag(&house, &editor, "checkout").await;
    let before = house.revision();
    let path = format!("{PROJECT}/flags/checkout");
    let planned = house
        .patch(
            Some(&editor),
            &format!("{path}?dry_run=true"),
            json!({"name": "Checkout"}),
        )
        .await
        .with(200);
    assert_eq!(planned["outcome"], "planned");
    assert_eq!(house.revision(), before, "a dry run changes nothing");
    let token = planned["plan"]["token"].as_str().expect("a token").to_owned();
    house
        .patch(Some(&editor), &path, json!({"description": "new"}))
        .await
        .with(200);
    let moved = house
        .patch(
            Some(&editor),
            &format!("{path}?plan={token}"),
            json!({"name": "Checkout"}),
        )
        .await;
    assert_eq!(moved.code(), "plan_changed");
    let problem = moved.with(409);
    assert!(problem["plan"]["token"].is_string(), "the new plan is in the problem");
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["request_id"], "request-1");
}

#[tokio::test]
async fn editors_of_different_rules_merge_and_of_one_rule_conflict() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    let admin = house.sign_in_as("admin").await;
    flag(&house, &editor, "checkout").await;
    let path = format!("{PROJECT}/flags/checkout/environments/dev");
    let rules = json!({"rules": [rule("a", "NO"), rule("b", "SE")]});
    house.patch(Some(&editor), &path, rules).await.with(200);
    let read = house.get(Some(&editor), &path).await;
    let etag = read.headers[header::ETAG].to_str().expect("text").to_owned();
    let document = read.with(200)["config"]["id"].as_str().expect("an id").to_owned();
    let base: u64 = etag.trim_matches('"').parse().expect("a revision");
    let edit = |patch: Json| {
        json!({"base": {document.as_str(): base},
            "changes": [{"config": {"edit": {"flag": "checkout", "environment": "dev", "patch": patch}}}]})
    };
    let first = json!({"rules": [rule("a", "DK"), rule("b", "SE")]});
    with_headers(&house, &admin, "PATCH", &path, &[("if-match", &etag)], &first)
        .await
        .with(200);
    let all = format!("{PROJECT}/changes");
    let other = edit(json!({"rules": [rule("a", "NO"), rule("b", "FI")]}));
    house.post(Some(&editor), &all, other).await.with(200);
    let merged = house.get(Some(&editor), &path).await.with(200);
    let value = |at: &str| {
        merged
            .pointer(&format!("/config/rules/{at}/condition/test/values/0"))
            .cloned()
    };
    assert_eq!((value("0"), value("1")), (Some(json!("DK")), Some(json!("FI"))));
    let same = edit(json!({"rules": [rule("a", "IS"), rule("b", "SE")]}));
    let problem = house.post(Some(&editor), &all, same).await.with(409);
    assert_eq!(problem["code"], "conflict");
    assert!(problem["winner"]["revision"].is_u64() && problem["winner"]["actor"]["name"].is_string());
    let pointer = problem["problems"][0]["pointer"].as_str().expect("a pointer");
    assert!(pointer.starts_with("/rules/"), "{pointer}");
}

/// What does not exist yet has a base, too: revision 0.
#[tokio::test]
async fn two_first_edits_do_not_overwrite_each_other() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    let admin = house.sign_in_as("admin").await;
    flag(&house, &editor, "checkout").await;
    let path = format!("{PROJECT}/flags/checkout/environments/dev");
    let read = house.get(Some(&editor), &path).await;
    assert_eq!(read.headers[header::ETAG], "\"0\"");
    let read = read.with(200);
    assert_eq!(
        (&read["config"]["revision"], &read["overrides"]["revision"]),
        (&json!(0), &json!(0))
    );
    let config = read["config"]["id"].as_str().expect("an id").to_owned();
    let overrides = read["overrides"]["id"].as_str().expect("an id").to_owned();
    let first = json!({"rules": [rule("a", "DK")]});
    let made = house.patch(Some(&admin), &path, first).await.with(200);
    assert_eq!(made["plan"]["effects"][0]["document"], config.as_str());
    let winner = house.revision();
    let late = json!({"rules": [rule("a", "NO")]});
    let refused = with_headers(&house, &editor, "PATCH", &path, &[("if-match", "\"0\"")], &late)
        .await
        .with(412);
    assert_eq!(refused["winner"]["revision"], winner);
    let all = format!("{PROJECT}/changes");
    let edit = |patch: Json| {
        json!({"base": {config.as_str(): 0},
            "changes": [{"config": {"edit": {"flag": "checkout", "environment": "dev", "patch": patch}}}]})
    };
    let refused = house.post(Some(&editor), &all, edit(late)).await.with(409);
    assert_eq!(
        (
            &refused["code"],
            &refused["winner"]["revision"],
            &refused["winner"]["document"]
        ),
        (&json!("conflict"), &json!(winner), &json!(config))
    );
    assert_eq!(refused["winner"]["actor"]["name"], "admin@example.org");
    let switch = json!({"base": {config.as_str(): 0},
        "changes": [{"config": {"switch": {"flag": "checkout", "environment": "dev", "on": true}}}]});
    house.post(Some(&editor), &all, switch).await.with(409);
    assert_eq!(house.revision(), winner, "nothing has changed");
    // What does not collide is merged.
    let other = json!({"rules": [rule("b", "SE")], "enabled": true});
    house.post(Some(&editor), &all, edit(other)).await.with(200);
    let now = house.get(Some(&editor), &path).await.with(200);
    let rules = now["config"]["rules"].as_array().expect("rules");
    let mut ids: Vec<_> = rules.iter().filter_map(|rule| rule["id"].as_str()).collect();
    ids.sort_unstable();
    assert_eq!((ids, &now["config"]["enabled"]), (vec!["a", "b"], &json!(true)));
    // Overrides likewise; and nothing was set there, so that 0 still holds.
    let subjects = json!({"subjects": [{"subjects": ["ada"], "serve": {"serve": {"variant": "on"}}}]});
    let path = format!("{path}/overrides");
    let fixed = with_headers(&house, &editor, "PATCH", &path, &[("if-match", "\"0\"")], &subjects).await;
    assert_eq!(fixed.with(200)["plan"]["effects"][0]["document"], overrides.as_str());
    with_headers(&house, &editor, "PATCH", &path, &[("if-match", "\"0\"")], &subjects)
        .await
        .with(412);
    // A kill that was lifted can be made again from nothing.
    let kill = path.replace("/overrides", "/kill");
    for _ in 0..2 {
        let nothing = [("if-match", "\"0\"")];
        with_headers(&house, &admin, "POST", &kill, &nothing, &json!({}))
            .await
            .with(200);
        with_headers(&house, &admin, "POST", &kill, &nothing, &json!({}))
            .await
            .with(412);
        house.delete(Some(&admin), &kill).await.with(200);
    }
}

/// Who says `If-Match` gets what HTTP promises: nothing happens to a document that has moved on.
#[tokio::test]
async fn if_match_refuses_what_has_moved_on() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    flag(&house, &admin, "checkout").await;
    house
        .post(Some(&admin), &format!("{PROJECT}/segments"), json!({"key": "beta"}))
        .await
        .with(201);
    for path in ["", "/flags/checkout", "/segments/beta", "/environments/dev"] {
        let path = format!("{PROJECT}{path}");
        let read = house.get(Some(&admin), &path).await;
        let etag = read.headers[header::ETAG].to_str().expect("text").to_owned();
        let patch = async |etag: &str, patch: Json| {
            with_headers(&house, &admin, "PATCH", &path, &[("if-match", etag)], &patch).await
        };
        patch(&etag, json!({"name": "First"})).await.with(200);
        let revision = house.revision();
        let late = patch(&etag, json!({"name": "Second"})).await.with(412);
        assert_eq!(
            (&late["code"], &late["winner"]["revision"]),
            (&json!("moved"), &json!(revision)),
            "{path}"
        );
        assert_eq!(late["winner"]["actor"]["name"], "admin@example.org");
        for other in [etag.clone(), format!("\"{}\"", revision + 7)] {
            let part = if path.ends_with("dev") {
                json!({"hue": 3})
            } else {
                json!({"description": "x"})
            };
            patch(&other, part).await.with(412);
        }
        assert_eq!(house.revision(), revision, "nothing has changed: {path}");
        patch(&format!("\"{revision}\""), json!({"name": "Second"}))
            .await
            .with(200);
    }
    // New flags count up in the project; that is no edit of it.
    let etag = house.get(Some(&admin), PROJECT).await.headers[header::ETAG]
        .to_str()
        .expect("text")
        .to_owned();
    flag(&house, &admin, "another").await;
    with_headers(
        &house,
        &admin,
        "PATCH",
        PROJECT,
        &[("if-match", &etag)],
        &json!({"name": "Shop"}),
    )
    .await
    .with(200);
}

/// The token of a plan for a new flag holds while others make flags.
#[tokio::test]
async fn a_plan_is_not_stale_because_a_counter_moved() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    let path = format!("{PROJECT}/flags");
    let body = json!({"key": "checkout", "kind": "boolean"});
    let planned = house
        .post(Some(&editor), &format!("{path}?dry_run=true"), body.clone())
        .await
        .with(200);
    flag(&house, &editor, "another").await;
    let token = planned["plan"]["token"].as_str().expect("a token");
    house
        .post(Some(&editor), &format!("{path}?plan={token}"), body)
        .await
        .with(201);
}

#[tokio::test]
async fn a_repeated_request_happens_once() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    let path = format!("{PROJECT}/flags");
    let key = [("idempotency-key", "once")];
    let body = json!({"key": "checkout", "kind": "boolean"});
    let first = with_headers(&house, &editor, "POST", &path, &key, &body)
        .await
        .with(201);
    let revision = house.revision();
    let again = with_headers(&house, &editor, "POST", &path, &key, &body)
        .await
        .with(201);
    assert_eq!(first["revision"], again["revision"]);
    assert_eq!(first["change"], again["change"]);
    assert_eq!(house.revision(), revision);
    let other = json!({"key": "another", "kind": "boolean"});
    let reused = with_headers(&house, &editor, "POST", &path, &key, &other).await;
    assert_eq!(reused.code(), "idempotency_key_reused");
    assert_eq!(reused.status, 422);
}

#[tokio::test]
async fn a_batch_happens_whole_or_not_at_all() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    let before = house.revision();
    let create = |key: &str| json!({"flag": {"create": {"key": key, "kind": "boolean"}}});
    let path = format!("{PROJECT}/changes");
    let body = json!({"changes": [create("one"), create("two"), create("one")]});
    let refused = house.post(Some(&editor), &path, body).await.with(422);
    assert_eq!(refused["problems"][0]["pointer"], "/changes/2/flag/create/key");
    assert_eq!(house.revision(), before);
    house
        .get(Some(&editor), &format!("{PROJECT}/flags/one"))
        .await
        .with(404);
    let body = json!({"changes": [create("one"), create("two")]});
    house.post(Some(&editor), &path, body).await.with(200);
    assert_eq!(house.revision(), before + 1, "one revision for the whole batch");
}

#[tokio::test]
async fn undo_keeps_later_edits_and_names_conflicts() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    flag(&house, &editor, "checkout").await;
    let path = format!("{PROJECT}/flags/checkout");
    let edit = async |body: Json| {
        let answer = house.patch(Some(&editor), &path, body).await.with(200);
        answer["revision"].as_u64().expect("a revision")
    };
    let undo = async |revision: u64| {
        let path = format!("{PROJECT}/history/{revision}/undo");
        house.call(Some(&editor), http::Method::POST, &path, None).await
    };
    edit(json!({"name": "Old"})).await;
    let named = edit(json!({"name": "New"})).await;
    edit(json!({"description": "later"})).await;
    undo(named).await.with(200);
    let now = house.get(Some(&editor), &path).await.with(200);
    assert_eq!(
        (&now["flag"]["name"], &now["flag"]["description"]),
        (&json!("Old"), &json!("later"))
    );
    let first = edit(json!({"name": "First"})).await;
    edit(json!({"name": "Second"})).await;
    let problem = undo(first).await.with(409);
    assert_eq!(problem["problems"][0]["pointer"], "/name");
    undo(999_999).await.with(404);
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    flag(&house, &editor, "checkout").await;
    let switch = format!("{PROJECT}/flags/checkout/environments/dev/switch");
    house.post(Some(&editor), &switch, json!({"on": true})).await.with(200);
    let path = format!("{PROJECT}/flags/checkout");
    let before = house.get(Some(&editor), &path).await.with(200);
    let revision = house.revision();
    let house = house.reopened().await;
    assert_eq!(house.revision(), revision);
    assert_eq!(
        house.get(Some(&editor), &path).await.with(200),
        before,
        "the session is kept, too"
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_a_problem_document() {
    let house = TestApp::start().await;
    let owner = house.sign_in_as("owner").await;
    let cases = [
        ("GET", "/hoist/v1/nothing".to_owned(), "", 404),
        ("GET", format!("{PROJECT}/flags?limit=many"), "", 400),
        ("GET", format!("{PROJECT}/flags?limt=5"), "", 400),
        ("GET", "/hoist/v1/docs?page=2".to_owned(), "", 400),
        ("GET", format!("{PROJECT}/segments/any/members?prefix=%00"), "", 400),
        ("PATCH", format!("{PROJECT}?dry_run=perhaps"), "{}", 400),
        ("PATCH", PROJECT.to_owned(), "{", 400),
        ("PATCH", PROJECT.to_owned(), "[]", 422),
        (
            "POST",
            format!("{PROJECT}/flags"),
            r#"{"key":"x","kind":"boolean","enabeld":1}"#,
            422,
        ),
        ("GET", "/hoist/v1/organizations/%ff".to_owned(), "", 400),
        ("PUT", PROJECT.to_owned(), "", 405),
        ("DELETE", format!("{PROJECT}/credentials/none"), "", 404),
        ("POST", format!("{PROJECT}/flags"), &" ".repeat(2 << 20), 413),
    ];
    for (method, path, body, status) in cases {
        let request = Request::builder()
            .method(method)
            .uri(&path)
            .body(body.to_owned().into());
        let reply = house.send(Some(&owner), request.expect("a request")).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text);
        assert_eq!(
            reply.headers[header::CONTENT_TYPE],
            "application/problem+json",
            "{method} {path}"
        );
        assert_eq!(reply.body["status"], status);
        assert_eq!(reply.body["request_id"], "request-1");
    }
    let malformed = with_headers(&house, &owner, "PATCH", PROJECT, &[("if-match", "7")], &json!({})).await;
    assert_eq!(malformed.code(), "bad_if_match");
    let spaced = with_headers(
        &house,
        &owner,
        "PATCH",
        PROJECT,
        &[("idempotency-key", "a b")],
        &json!({}),
    )
    .await;
    assert_eq!(spaced.code(), "bad_idempotency_key");
    for (name, value, query) in [
        ("last-event-id", "-1", ""),
        ("x-other", "1", "?since=9223372036854775808"),
    ] {
        let request = Request::get(format!("/hoist/v1/events{query}")).header(name, value);
        let reply = house
            .send(Some(&owner), request.body(String::new().into()).expect("a request"))
            .await;
        assert_eq!(reply.code(), "bad_revision", "{name}: {value} {query}");
    }
}

#[tokio::test]
async fn secrets_are_answered_once_and_work_until_revoked() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    let made = house
        .post(Some(&editor), "/hoist/v1/tokens", json!({"name": "script"}))
        .await
        .with(201);
    let secret = made["secrets"][0]["secret"].as_str().expect("a secret").to_owned();
    let token = made["secrets"][0]["document"].as_str().expect("an id").to_owned();
    let ask = async || {
        let request = Request::builder()
            .uri(PROJECT)
            .header(header::AUTHORIZATION, format!("Bearer {secret}"));
        house
            .send(None, request.body(String::new().into()).expect("a request"))
            .await
    };
    ask().await.with(200);
    house
        .delete(Some(&editor), &format!("/hoist/v1/tokens/{token}"))
        .await
        .with(200);
    ask().await.with(401);
}

/// What counts up silently in the project is no news to those who watch it.
#[tokio::test]
async fn a_new_flag_touches_the_flag_alone() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    let mut events = house.app.world.events().subscribe();
    for (list, key) in [("flags", "checkout"), ("segments", "beta")] {
        let body = if list == "flags" {
            json!({"key": key, "kind": "boolean"})
        } else {
            json!({ "key": key })
        };
        let made = house
            .post(Some(&editor), &format!("{PROJECT}/{list}"), body)
            .await
            .with(201);
        let told = events.recv().await.expect("an event");
        let touched: Vec<&str> = told.touched.iter().map(|each| each.key.as_str()).collect();
        assert_eq!(touched, [key]);
        assert_eq!(made["plan"]["effect_count"], 1);
        let path = format!("{PROJECT}/history/{}", made["revision"]);
        let entry = house.get(Some(&editor), &path).await.with(200);
        assert_eq!(
            (&entry["count"], entry["effects"].as_array().map(Vec::len)),
            (&json!(1), Some(1))
        );
    }
    let admin = house.sign_in_as("admin").await;
    let mut events = house.app.world.events().subscribe();
    house
        .patch(Some(&admin), PROJECT, json!({"name": "Shop"}))
        .await
        .with(200);
    let told = events.recv().await.expect("an event");
    assert_eq!(
        told.touched.iter().map(|each| each.kind.as_str()).collect::<Vec<_>>(),
        ["project"]
    );
}

/// 413 names the limit of the route that refused, and where it is set.
#[tokio::test]
async fn each_route_names_its_own_limit() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    for (path, bytes, told) in [
        ("/flags", (1 << 20) + 1, "larger than 1048576 bytes (limits.body_bytes)"),
        (
            "/changes",
            (32 << 20) + 1,
            "larger than 33554432 bytes (limits.import_bytes)",
        ),
        (
            "/import?from=flagd&environment=dev",
            (32 << 20) + 1,
            "larger than 33554432 bytes (limits.import_bytes)",
        ),
        (
            "/segments/beta/members",
            (32 << 20) + 1,
            "larger than 33554432 bytes (limits.import_bytes)",
        ),
    ] {
        let request = Request::post(format!("{PROJECT}{path}"))
            .header("content-type", "application/json")
            .body(vec![b' '; bytes].into())
            .expect("a request");
        let refused = house.send(Some(&editor), request).await.with(413);
        let detail = refused["detail"].as_str().expect("text");
        assert!(detail.contains(told), "{path}: {detail}");
    }
    for path in ["/hoist/v1/session", "/hoist/v1/session/password", "/hoist/v1/setup"] {
        let request = Request::post(path).body(vec![b' '; (1 << 20) + 1].into());
        let refused = house.send(Some(&editor), request.expect("a request")).await.with(413);
        let told = "larger than 1048576 bytes (limits.body_bytes)";
        let detail = refused["detail"].as_str().expect("text");
        assert!(detail.contains(told), "{path}: {detail}");
    }
}

/// A large import is planned beside the state that everybody reads and writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_go_on_while_an_import_is_planned() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    let admin = house.sign_in_as("admin").await;
    let serve = |variant: &str| json!({"serve": {"variant": variant}});
    let flag = |n: u32| {
        let config = json!({"enabled": n % 2 == 1, "off": serve("off"), "default": serve("on")});
        let variants = json!([{"key": "on", "value": true}, {"key": "off", "value": false}]);
        (
            format!("flag-{n:05}"),
            json!({"kind": "boolean", "variants": variants, "environments": {"dev": config}}),
        )
    };
    let flags: serde_json::Map<String, Json> = (0..4_000).map(flag).collect();
    let file = json!({"format": "hoist-project/1", "flags": flags});
    let import = hoist_model::change::Import {
        source: "hoist".into(),
        file: serde_json::from_value(file).expect("a file"),
    };
    let project = {
        let state = house.app.world.state();
        let found = state.list_all(hoist_model::record::Kind::Project);
        found
            .into_iter()
            .find(|doc| &*doc.key == "first")
            .expect("the project")
            .id
    };
    let submission = hoist_app::Submission {
        actor: hoist_model::log::Actor::User { id: admin.id },
        request: hoist_model::plan::Request {
            place: hoist_model::authorise::Place::Project(project),
            changes: vec![hoist_model::change::Change::Import(import)],
            note: String::new(),
            base: std::collections::BTreeMap::new(),
            moved: hoist_model::plan::Moved::Merge,
        },
        seen: None,
        idempotency: None,
    };
    let app = std::sync::Arc::clone(&house.app);
    let planning = tokio::spawn(async move { app.dry_run(submission).await });
    let before = house.revision();
    let mut made = 0;
    while !planning.is_finished() {
        flag_named(&house, &editor, made).await;
        made += 1;
    }
    let (plan, _) = planning.await.expect("it ends").expect("a plan");
    assert!(plan.effects.len() > 4_000, "{}", plan.effects.len());
    assert!(
        made >= 5,
        "only {made} changes went through while the import was planned"
    );
    assert_eq!(house.revision(), before + made);
}

async fn flag_named(house: &TestApp, who: &Person, number: u64) {
    flag(house, who, &format!("meanwhile-{number}")).await;
}

#[tokio::test]
async fn a_weak_password_is_pointed_at_in_the_body() {
    let house = TestApp::start().await;
    let operator = house.person(hoist_testkit::OPERATOR).await;
    let body = json!({"current": hoist_testkit::PASSWORD, "new": "short"});
    let refused = house
        .post(Some(&operator), "/hoist/v1/session/password", body)
        .await
        .with(422);
    assert_eq!(refused["problems"][0]["pointer"], "/new");
}
