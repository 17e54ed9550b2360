//! Input that no database can keep, however it comes: refused, and never a failure.

use hoist_testkit::{PROJECT, Person, Reply, TestApp};
use http::{Method, Request, header};
use serde_json::{Value as Json, json};

const NUL: &str = "a\u{0}b";

async fn raw(house: &TestApp, who: &Person, method: Method, path: &str, body: &str) -> Reply {
    let request = Request::builder().method(method).uri(path);
    let request = request
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.to_owned().into());
    house.send(Some(who), request.expect("a request")).await
}

/// Escaped, within another document, as bytes of a file, behind the reader's own words.
#[tokio::test]
async fn the_character_nul_comes_in_by_no_door() {
    let house = TestApp::start().await;
    let operator = house.person(hoist_testkit::OPERATOR).await;
    let made = json!({"changes": [{"flag": {"create": {"key": "f", "kind": "boolean"}}}, {"segment": {"create": {"key": "s"}}}]});
    house
        .post(Some(&operator), &format!("{PROJECT}/changes"), made)
        .await
        .with(200);
    let before = house.revision();
    let smuggled = json!({"description": {"$serde_json::private::RawValue": "\"a\\u0000b\""}}).to_string();
    let flagd = |key: &str, name: &str| {
        json!({"flags": {key: {"state": "ENABLED", "variants": {name: true}, "defaultVariant": name, "metadata": {"x": name}}}}).to_string()
    };
    let file = json!({"format": "hoist-project/1", "flags": {"g": {"kind": "boolean", "description": NUL}},
        "segments": {"t": {"members": [NUL]}}});
    let yaml = "format: hoist-project/1\nsegments: {t: {members: [\"a\\0b\"]}}\n";
    let import = format!("{PROJECT}/import?environment=dev&from=");
    let doors = [
        (
            Method::PATCH,
            format!("{PROJECT}/flags/f"),
            json!({"description": NUL}).to_string(),
        ),
        (Method::PATCH, format!("{PROJECT}/flags/f"), smuggled),
        (
            Method::POST,
            format!("{PROJECT}/flags"),
            json!({"key": "g", "kind": "string", "variants": [{"key": "v", "value": NUL}]}).to_string(),
        ),
        (
            Method::POST,
            format!("{PROJECT}/segments/s/members"),
            json!({"add": [NUL]}).to_string(),
        ),
        (
            Method::POST,
            "/hoist/v1/tokens".into(),
            json!({"name": NUL}).to_string(),
        ),
        (
            Method::POST,
            "/hoist/v1/organizations".into(),
            json!({"key": "new", "name": NUL}).to_string(),
        ),
        (
            Method::POST,
            format!("{PROJECT}/flags?note=a%00b"),
            json!({"key": "g", "kind": "boolean"}).to_string(),
        ),
        (Method::POST, format!("{import}flagd"), flagd("g", NUL)),
        (Method::POST, format!("{import}hoist"), file.to_string()),
        (Method::POST, format!("{import}hoist"), yaml.to_owned()),
        (
            Method::POST,
            format!("{import}hoist&note=%00"),
            json!({"format": "hoist-project/1", "flags": {"g": {"kind": "boolean"}}}).to_string(),
        ),
    ];
    for (method, path, body) in doors {
        let reply = raw(&house, &operator, method.clone(), &path, &body).await;
        assert!(
            (400..500).contains(&reply.status.as_u16()),
            "{method} {path} {body}: {}",
            reply.text
        );
        assert_eq!(house.revision(), before, "{method} {path} {body}");
    }
    // A name that cannot be a key is left out by the importer, and told.
    let gap = raw(
        &house,
        &operator,
        Method::POST,
        &format!("{import}flagd&dry_run=true"),
        &flagd(NUL, "on"),
    )
    .await;
    assert!(gap.status.as_u16() < 500, "{}", gap.text);
}

/// Questions may hold it: nothing is found then.
#[tokio::test]
async fn questions_with_odd_characters_are_answered() {
    let house = TestApp::start().await;
    let operator = house.person(hoist_testkit::OPERATOR).await;
    let segment = json!({"changes": [{"segment": {"create": {"key": "s", "members": ["m"]}}}]});
    house
        .post(Some(&operator), &format!("{PROJECT}/changes"), segment)
        .await
        .with(200);
    let odd = [
        "%00",
        "a%00b",
        "%ff",
        "%F0%9F%9A%A6",
        "%E2%80%AE",
        "%25",
        "%27%22%3B--",
        "%5C",
        "*",
        "_",
        "%C0%80",
    ];
    let targets = [
        "/hoist/v1/organizations/{}",
        "/hoist/v1/organizations/default/projects/{}",
        "/hoist/v1/audit?actor={}",
        "/hoist/v1/audit?cursor={}",
        "/hoist/v1/audit?from={}",
        "{P}/flags?q={}",
        "{P}/flags?cursor={}",
        "{P}/flags?tag={}",
        "{P}/flags/{}",
        "{P}/flags/{}/config/dev",
        "{P}/history?flag={}",
        "{P}/history?actor={}",
        "{P}/history?cursor={}",
        "{P}/segments/{}",
        "{P}/segments/s/members?q={}",
        "{P}/segments/s/members?cursor={}",
        "{P}/segments/s/members?after={}",
        "{P}/export?format={}",
        "/hoist/v1/users/{}",
        "/hoist/v1/changes/{}",
    ];
    for odd in odd {
        for target in targets {
            let path = target.replace("{P}", PROJECT).replace("{}", odd);
            let reply = house.get(Some(&operator), &path).await;
            assert!(reply.status.as_u16() < 500, "{path}: {}", reply.text);
        }
    }
}

/// An answer that could be read once must be readable when it is written down and exported.
#[tokio::test]
async fn what_is_nested_too_deep_is_refused() {
    let house = TestApp::start().await;
    let operator = house.person(hoist_testkit::OPERATOR).await;
    let made = json!({"changes": [{"flag": {"create": {"key": "f", "kind": "object", "variants": [{"key": "v", "value": {}}]}}}]});
    house
        .post(Some(&operator), &format!("{PROJECT}/changes"), made)
        .await
        .with(200);
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let patch = |levels: usize| format!("{{\"variants\":[{{\"key\":\"v\",\"value\":{}}}]}}", nested(levels));
    let path = format!("{PROJECT}/flags/f");
    raw(&house, &operator, Method::PATCH, &path, &patch(90)).await.with(200);
    let export: Json = house
        .get(Some(&operator), &format!("{PROJECT}/export?format=json"))
        .await
        .with(200);
    assert_eq!(export["flags"]["f"]["variants"][0]["value"].to_string(), nested(90));
    for (levels, status, code) in [(110, 422, "too_deep"), (5000, 400, "not_json")] {
        let refused = raw(&house, &operator, Method::PATCH, &path, &patch(levels)).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (status, code),
            "{}",
            refused.text
        );
    }
}
