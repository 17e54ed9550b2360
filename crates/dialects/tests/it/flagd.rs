//! flagd's definitions: whole documents, and their meaning against our own answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use hoist_dialects::flagd::{Flagd, export, routes};
use hoist_engine::json_logic::{self, Lookup};
use hoist_engine::ruleset::{Fractional, Ruleset};
use hoist_engine::{Context, Moment, NoVisitor, Snapshot, Value};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use crate::house::{Audience, House};

struct Site {
    house: Arc<House>,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap()
    }
}

impl Site {
    fn new() -> Self {
        let house = House::new();
        let flagd = Flagd::new(house.ports(), "/flagd".into());
        let lines = routes(&flagd).into_iter();
        let router = lines.fold(Router::new(), |router, line| {
            Router::route(router, &line.path, line.handler)
        });
        Self { house, router }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers
            .iter()
            .fold(Request::builder().method(method).uri(path), |request, (name, value)| {
                request.header(*name, *value)
            });
        let response = self
            .router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    async fn flags(&self) -> Answer {
        self.ask("GET", "/flagd/flags.json", &[("authorization", "Bearer server")])
            .await
    }
}

#[tokio::test]
async fn a_whole_document() {
    let answer = Site::new().flags().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    let document = answer.json();
    assert_eq!(document["metadata"], json!({"flagSetId": "acme/shop/production"}));
    let flags = &document["flags"];
    assert_eq!(
        flags["float"],
        json!({"state": "ENABLED", "variants": {"only": 10}, "defaultVariant": "only"})
    );
    let rule = json!({"if": [{"some": [{"merge": [{"var": "country"}]}, {"in": [{"var": ""}, ["DE"]]}]}, "on", null]});
    assert_eq!(flags["rule"]["targeting"], rule);
    assert_eq!(flags["rule"]["defaultVariant"], "off");
    assert_eq!(flags["code-default"].get("defaultVariant"), None);
    assert_eq!(
        flags["disabled"]["defaultVariant"], "off",
        "an off value is served, not the code's"
    );
    assert_eq!(flags["metadata"]["metadata"], json!({"version": "mine", "number": 5}));
    assert!(flags.get("secret/with%slash").is_some(), "server keys see every flag");
    let left_out: Vec<&str> = ["drawn", "split", "window"].into();
    for key in &left_out {
        assert_eq!(flags.get(key), None, "{key}");
    }
    assert_eq!(answer.headers["hoist-gaps"], "4");
    let gaps = Site::new()
        .ask("GET", "/flagd/gaps.json", &[("x-api-key", "server")])
        .await
        .json();
    let gaps: Vec<(&str, &str)> = gaps["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| (gap["flag"].as_str().unwrap(), gap["left_out"].as_str().unwrap()))
        .collect();
    assert_eq!(
        gaps,
        [
            ("drawn", "flag"),
            ("metadata", "metadata"),
            ("split", "flag"),
            ("window", "flag")
        ]
    );
}

#[tokio::test]
async fn unchanged_is_304_and_changed_is_not() {
    let site = Site::new();
    let first = site.flags().await;
    let tag = first.headers[header::ETAG].to_str().unwrap().to_owned();
    assert!(tag.starts_with('"'), "a strong tag: {tag}");
    let again = |tag: String| {
        let router = &site;
        async move {
            router
                .ask(
                    "GET",
                    "/flagd/flags.json",
                    &[("x-api-key", "server"), ("if-none-match", &tag)],
                )
                .await
        }
    };
    for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
        let answer = again(known).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
        assert_eq!(answer.headers[header::ETAG], tag.as_str());
    }
    assert_eq!(again("\"x\"".into()).await.status, 200);

    let mut rules = crate::house::rules();
    site.house.publish(&rules, 2, Audience::Everybody);
    assert_eq!(again(tag.clone()).await.status, 304, "another revision, the same bytes");
    rules["flags"][0]["variants"][0]["value"] = json!(11);
    site.house.publish(&rules, 3, Audience::Everybody);
    let changed = again(tag).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.json()["flags"]["integer"]["variants"]["only"], 11);
}

#[tokio::test]
async fn who_may_not_is_told_why() {
    let site = Site::new();
    let path = "/flagd/flags.json";
    assert_eq!(site.ask("GET", path, &[]).await.status, 401);
    assert_eq!(site.ask("GET", path, &[("x-api-key", "nobody")]).await.status, 401);
    let public = site.ask("GET", path, &[("x-api-key", "client")]).await;
    assert_eq!(public.status, 403);
    assert!(public.text.contains("server key"), "{}", public.text);
    assert_eq!(site.ask("POST", path, &[("x-api-key", "server")]).await.status, 405);
    let odd = site
        .ask("GET", "/flagd/flags.json?fractional=1", &[("x-api-key", "server")])
        .await;
    assert_eq!(odd.status, 400);
    let head = site.ask("HEAD", path, &[("x-api-key", "server")]).await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
}

/// Variables of an exported rule.
struct Data<'d> {
    flag: &'d str,
    context: &'d Json,
    now: i64,
}

impl Lookup for Data<'_> {
    fn var(&self, path: &str) -> Option<Value> {
        match path {
            "$flagd.flagKey" => Some(self.flag.into()),
            "$flagd.timestamp" => Some(self.now.into()),
            path => Value::from(self.context).at_path(path).cloned(),
        }
    }
}

/// The value that a client of flagd gets; None: its own default.
fn theirs(key: &str, flag: &Json, context: &Json, now: i64, fractional: Fractional) -> Option<Json> {
    if flag["state"] == "DISABLED" {
        return None;
    }
    let chosen = flag.get("targeting").map(|rule| {
        let rule = json_logic::compile(rule, fractional).unwrap();
        rule.evaluate(&Data {
            flag: key,
            context,
            now,
        })
        .unwrap()
    });
    let variant = match chosen {
        None | Some(Value::Null) => flag.get("defaultVariant")?.as_str()?.to_owned(),
        Some(value) => value.text().unwrap(),
    };
    Some(flag["variants"][&variant].clone())
}

const NOW: i64 = 1_790_000_000;

/// Every flag of these rules for every context: what is exported answers as we do. Returns pairs and gaps.
fn compare(rules: &Json, contexts: &[Json], fractional: Fractional) -> (usize, Vec<String>) {
    let rules: Ruleset = serde_json::from_value(rules.clone()).unwrap();
    let (snapshot, problems) = Snapshot::compile(&rules);
    assert_eq!(problems, []);
    let exported = export(&rules, "set", fractional);
    let mut pairs = 0;
    for (key, flag) in exported.document["flags"].as_object().unwrap() {
        for context in contexts {
            let own = Context::from_json(context.as_object().unwrap());
            let moment = Moment {
                now: Timestamp::from_second(NOW).unwrap(),
                seed: 0,
            };
            let bound = snapshot.bind(&own);
            let outcome = snapshot.evaluate(snapshot.flag(key).unwrap(), &bound, &moment, &mut NoVisitor);
            let expected = if flag["state"] == "DISABLED" {
                None
            } else {
                outcome.value().cloned()
            };
            let got = theirs(key, flag, context, NOW, fractional);
            assert_eq!(got, expected, "{key} for {context}: {flag}");
            pairs += 1;
        }
    }
    let gaps = exported
        .gaps
        .into_iter()
        .map(|gap| format!("{}: {}", gap.flag, gap.text))
        .collect();
    (pairs, gaps)
}

fn contexts() -> Vec<Json> {
    let values = [
        json!("DE"),
        json!("de"),
        json!("DE-BY"),
        json!("x DE"),
        json!(""),
        json!("5"),
        json!(5),
        json!(5.0),
        json!(1.5),
        json!(true),
        json!(false),
        json!(null),
        json!([]),
        json!(["DE"]),
        json!(["x", "DE-BY", 5]),
        json!([["DE"]]),
        json!([null]),
        json!({"a": "DE"}),
        json!("ÄDE"),
        json!("DEÄ"),
        json!([true, "5"]),
    ];
    let mut all = vec![json!({})];
    for value in &values {
        all.push(json!({"a": value}));
        all.push(json!({"a": value, "b": "DE", "targetingKey": "u1"}));
    }
    all.extend(["u1", "u2", "m1", "nobody"].map(|key| json!({"targetingKey": key, "b": "FR"})));
    all
}

#[test]
fn exported_flags_mean_what_they_mean_here() {
    let variants =
        json!([{"key": "on", "value": "on"}, {"key": "off", "value": "off"}, {"key": "third", "value": "3"}]);
    let test = |op: &str, values: Json| json!({"test": {"attribute": "a", "op": op, "values": values}});
    let negated = |mut test: Json| {
        test["test"]["negate"] = json!(true);
        test
    };
    let mut conditions = BTreeMap::from([
        ("equals", test("equals", json!(["DE"]))),
        ("equals-number", test("equals", json!([5]))),
        ("equals-bool", test("equals", json!([true]))),
        ("in", test("in", json!(["DE", 5, false, 1.5]))),
        ("in-nothing", test("in", json!([]))),
        ("contains", test("contains", json!(["DE", "zz"]))),
        ("starts", test("starts_with", json!(["DE", "Ä"]))),
        ("ends", test("ends_with", json!(["DE", "Ä"]))),
        ("exists", test("exists", json!([]))),
        ("segment", json!({"segment": "s"})),
        ("no-segment", json!({"segment": "nowhere"})),
        (
            "all",
            json!({"all": [test("exists", json!([])), {"not": test("in", json!(["DE"]))}]}),
        ),
        (
            "any",
            json!({"any": [test("equals", json!(["5"])), {"test": {"attribute": "b", "op": "equals", "values": ["FR"]}}]}),
        ),
        ("empty-all", json!({"all": []})),
        ("empty-any", json!({"any": []})),
    ]);
    for name in ["equals", "in", "contains", "starts", "ends", "exists"] {
        let name: &'static str = name;
        let other = negated(conditions[name].clone());
        conditions.insert(Box::leak(format!("not-{name}").into_boxed_str()), other);
    }
    let serve = |variant: &str| json!({"serve": {"variant": variant}});
    let mut flags: Vec<Json> = (0..)
        .zip(&conditions)
        .map(|(index, (name, condition))| {
            json!({"key": name, "index": index, "kind": "string", "variants": variants, "steps": [
                {"subjects": {"groups": [{"serve": serve("third"), "subjects": ["u2"]}]}},
                {"rules": {"rules": [{"id": "1", "condition": condition, "serve": serve("on")}]}},
                {"serve": {"serve": serve("off")}}]})
        })
        .collect();
    let more = [
        json!([{"off": {"off": serve("off")}}, {"serve": {"serve": serve("on")}}]),
        json!([{"off": {"off": {"serve": "code_default"}}}, {"serve": {"serve": serve("on")}}]),
        json!([{"kill": {"until": null, "off": serve("off")}}, {"serve": {"serve": serve("on")}}]),
        json!([{"kill": {"until": Timestamp::from_second(NOW).unwrap(), "off": serve("off")}}, {"serve": {"serve": serve("on")}}]),
        json!([{"kill": {"until": Timestamp::from_second(NOW + 1).unwrap(), "off": serve("off")}}, {"serve": {"serve": serve("on")}}]),
        json!([{"segments": {"groups": [{"segment": "s", "serve": serve("third")}]}}, {"serve": {"serve": {"serve": "code_default"}}}]),
        json!([{"rules": {"rules": [{"id": "1", "condition": {"segment": "s"}, "serve": {"serve": "code_default"}}]}}, {"serve": {"serve": serve("on")}}]),
        json!([{"rules": {"rules": [{"id": "1", "serve": serve("third")}]}}, {"serve": {"serve": serve("on")}}]),
        json!([{"serve": {"serve": {"serve": {"json_logic": {"expression": {"fractional": [["on"], ["off"]]}, "otherwise": "third"}}}}}]),
        json!([{"subjects": {"groups": [{"serve": serve("third"), "subjects": ["u2"]}]}},
            {"serve": {"serve": {"serve": {"json_logic": {"expression": {"in": ["x", {"var": "a"}]}, "otherwise": "on"}}}}}]),
    ];
    let boolean = json!([{"key": "true", "value": "T"}, {"key": "false", "value": "F"}, {"key": "on", "value": "on"},
        {"key": "third", "value": "3"}]);
    for (index, steps) in (100..).zip(more) {
        let variants = if index == 109 { &boolean } else { &variants };
        flags.push(json!({"key": format!("more-{index}"), "index": index, "kind": "string", "variants": variants, "steps": steps}));
    }
    let rules = json!({"v": 1, "environment": "e", "flags": flags, "segments": [{"key": "s", "index": 0,
        "members": ["m1"], "condition": {"test": {"attribute": "b", "op": "equals", "values": ["DE"]}}}]});
    let (pairs, gaps) = compare(&rules, &contexts(), Fractional::V2);
    assert_eq!(gaps, Vec::<String>::new());
    assert_eq!(pairs, (conditions.len() + 10) * contexts().len());
}

#[test]
fn what_cannot_be_said_is_left_out_and_named() {
    let variants = json!([{"key": "on", "value": true}, {"key": "off", "value": false}]);
    let serve = |variant: &str| json!({"serve": {"variant": variant}});
    let last = json!({"serve": {"serve": serve("off")}});
    let ruled = |rule: Json| json!([{"rules": {"rules": [rule]}}, last]);
    let tested = |test: Json| ruled(json!({"id": "1", "serve": serve("on"), "condition": {"test": test}}));
    let allocation = json!({"scheme": "hoist64", "salt": "s", "inputs": [{"first_of": ["targetingKey"]}]});
    let third =
        json!({"expression": {"if": [true, {"fractional": [["on"], ["off"]]}]}, "otherwise": "on", "fractional": "v3"});
    let rows = [
        (
            tested(json!({"attribute": "a", "op": "matches", "values": ["x"]})),
            "matches",
        ),
        (tested(json!({"attribute": "a", "op": "gt", "values": [1]})), "gt"),
        (tested(json!({"attribute": "a.b", "op": "exists"})), "a.b"),
        (tested(json!({"attribute": "userId", "op": "exists"})), "userId"),
        (
            tested(json!({"attribute": "a", "op": "equals", "values": ["x"], "ignore_case": true})),
            "case",
        ),
        (
            tested(json!({"attribute": "a", "op": "equals", "values": ["x"], "quantifier": "all"})),
            "every element",
        ),
        (
            tested(json!({"attribute": "a", "op": "starts_with", "values": ["\u{1f600}"]})),
            "beyond the first plane",
        ),
        (
            tested(json!({"attribute": "a", "op": "equals", "values": [9_007_199_254_740_993_i64]})),
            "exactly",
        ),
        (
            ruled(json!({"id": "1", "serve": serve("on"), "gate": {"allocation": allocation, "share": 10}})),
            "gate",
        ),
        (
            ruled(json!({"id": "1", "serve": {"serve": {"value": true}}})),
            "no variant",
        ),
        (
            json!([{"prerequisites": {"all": [{"flag": "x"}], "off": serve("off")}}, last]),
            "prerequisites",
        ),
        (
            json!([{"kill": {"until": "2030-01-01T00:00:00.5Z", "off": serve("off")}}, last]),
            "between two seconds",
        ),
        (
            json!([{"serve": {"serve": {"serve": {"json_logic": third}}}}]),
            "another generation",
        ),
    ];
    for (steps, why) in rows {
        let rules = json!({"v": 1, "environment": "e", "flags": [
            {"key": "f", "index": 0, "kind": "boolean", "variants": variants, "steps": steps}]});
        let rules: Ruleset = serde_json::from_value(rules).unwrap();
        let exported = export(&rules, "set", Fractional::V2);
        assert_eq!(exported.document["flags"], json!({}), "{why}");
        assert!(exported.gaps[0].text.contains(why), "{:?} lacks {why}", exported.gaps);
    }
}

#[test]
fn the_generation_that_is_asked_for_is_told() {
    let flag = |key: &str, generation: &str| {
        json!({"key": key, "index": 0, "kind": "string", "profile": "flagd",
        "variants": [{"key": "on", "value": "1"}, {"key": "off", "value": "0"}], "steps": [{"serve": {"serve": {"serve":
        {"json_logic": {"expression": {"fractional": [["on"], ["off"]]}, "otherwise": "on", "fractional": generation}}}}}]})
    };
    let rules = json!({"v": 1, "environment": "e", "flags": [flag("second", "v2"), flag("third", "v3")]});
    let contexts: Vec<Json> = (0..50).map(|at| json!({"targetingKey": format!("u{at}")})).collect();
    for (fractional, gap) in [(Fractional::V2, "third"), (Fractional::V3, "second")] {
        let (pairs, gaps) = compare(&rules, &contexts, fractional);
        assert_eq!((pairs, gaps.len()), (50, 1));
        assert!(gaps[0].starts_with(gap));
    }
}
