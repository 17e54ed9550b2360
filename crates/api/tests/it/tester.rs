//! The tester says what applications get: 10,000 decisions of made-up flags and contexts, live, as drafted and as of a
//! past revision.

use hoist_testkit::{PROJECT, Person, Seeded, TestApp};
use http::Request;
use serde_json::{Value as Json, json};

const FLAGS: usize = 100;
const CONTEXTS: usize = 100;
/// Flags whose drafts are tried.
const DRAFTED: usize = 20;

struct Dice(Seeded);

impl Dice {
    fn test(&self) -> Json {
        let (country, plan) = (self.0.of(&["NO", "SE", "DK"]), self.0.of(&["free", "pro", "max"]));
        let mut test = match self.0.below(8) {
            0 => json!({"attribute": "country", "op": "equals", "values": [country]}),
            1 => json!({"attribute": "country", "op": "in", "values": [country, "FI"]}),
            2 => json!({"attribute": "plan", "op": "starts_with", "values": [plan], "ignore_case": true}),
            3 => json!({"attribute": "age", "op": "gte", "values": [self.0.below(80)]}),
            4 => json!({"attribute": "age", "op": "modulo", "values": [3, self.0.below(3)]}),
            5 => {
                json!({"attribute": "app.version", "op": "semver_range", "values": [format!(">=1.{}", self.0.below(9))]})
            }
            6 => json!({"attribute": "since", "op": "before", "values": ["-P30D"]}),
            _ => json!({"attribute": "plan", "op": "exists"}),
        };
        test["negate"] = json!(self.0.below(4) == 0);
        json!({ "test": test })
    }

    fn condition(&self, depth: usize) -> Json {
        let inner = || (0..2).map(|_| self.condition(depth - 1)).collect::<Vec<_>>();
        match self.0.below(6) {
            0 if depth > 0 => json!({ "all": inner() }),
            1 if depth > 0 => json!({ "any": inner() }),
            2 if depth > 0 => json!({ "not": self.condition(depth - 1) }),
            3 => json!({ "segment": "staff" }),
            _ => self.test(),
        }
    }

    fn variant(&self) -> Json {
        json!({"serve": {"variant": self.0.of(&["on", "off"])}})
    }

    /// Rules that serve a variant, each by a condition of its own.
    fn rules(&self) -> Json {
        let rules = (0..=self.0.below(3))
            .map(|n| json!({"id": format!("r{n}"), "condition": self.condition(2), "serve": self.variant()}));
        json!({"rules": rules.collect::<Vec<_>>(), "default": self.variant()})
    }

    /// Some of what the rules ask for, some of it of a wrong type.
    fn context(&self, n: usize) -> Json {
        let mut context = json!({ "targetingKey": format!("user-{n}") });
        let mut maybe = |name: &str, value: Json| {
            if self.0.below(5) > 0 {
                context[name] = value;
            }
        };
        maybe("country", json!(self.0.of(&["NO", "SE", "FI", "DE"])));
        maybe("plan", json!(self.0.of(&["free", "Pro", "maximal"])));
        maybe(
            "age",
            if self.0.below(8) == 0 {
                json!("old")
            } else {
                json!(self.0.below(90))
            },
        );
        maybe("app", json!({ "version": format!("1.{}.0", self.0.below(10)) }));
        maybe("since", json!(format!("2026-{:02}-01", 1 + self.0.below(11))));
        context
    }
}

/// What counts of a decision.
fn told(result: &Json) -> Json {
    json!([
        result["enabled"],
        result["variant"],
        result["value"],
        result["reason"],
        result["rule"]
    ])
}

async fn explained(house: &TestApp, who: &Person, flag: &str, contexts: &[Json], more: (&str, Json)) -> Vec<Json> {
    let mut form = json!({"flags": [flag], "environments": ["dev"], "contexts": contexts});
    form[more.0] = more.1;
    let answer = house
        .post(Some(who), &format!("{PROJECT}/explain"), form)
        .await
        .with(200);
    answer["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(told)
        .collect()
}

#[tokio::test]
async fn the_tester_agrees_with_what_applications_get() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let dice = Dice(Seeded::new(31));
    let key = |n: usize| format!("flag-{n:03}");
    let members: Vec<String> = (0..CONTEXTS / 3).map(|n| format!("user-{}", n * 3)).collect();
    let mut changes = vec![json!({"segment": {"create": {"key": "staff", "members": members}}})];
    for n in 0..FLAGS {
        changes.push(json!({"flag": {"create": {"key": key(n), "kind": "boolean"}}}));
        let mut patch = dice.rules();
        patch["enabled"] = json!(dice.0.below(10) > 0);
        if dice.0.below(4) == 0 {
            let arms = json!([{"variant": "on", "weight": 1}, {"variant": "off", "weight": 2}]);
            patch["default"] = json!({"serve": {"split": {"arms": arms}}});
        }
        changes.push(json!({"config": {"edit": {"flag": key(n), "environment": "dev", "patch": patch}}}));
    }
    let first = house.change(&admin, json!(changes)).await;
    let made = json!({"name": "app", "kind": "server", "environment": "dev"});
    let made = house
        .post(Some(&admin), &format!("{PROJECT}/credentials"), made)
        .await
        .with(201);
    let secret = made["secrets"][0]["secret"].as_str().expect("a secret").to_owned();
    let contexts: Vec<Json> = (0..CONTEXTS).map(|n| dice.context(n)).collect();

    let request = Request::post("/hoist/v1/evaluate").header("authorization", format!("Bearer {secret}"));
    let request = request.body(json!({ "contexts": contexts }).to_string().into());
    let evaluated = house.send(None, request.expect("a request")).await.with(200);
    let results = evaluated["results"].as_array().expect("results");
    assert_eq!(results.len(), FLAGS * CONTEXTS);
    let on = results.iter().filter(|result| result["variant"] == "on").count();
    assert!((results.len() / 5..results.len() * 4 / 5).contains(&on), "{on} are on");
    let mut live = Vec::new();
    for n in 0..FLAGS {
        let of_flag = results.iter().filter(|result| result["key"] == json!(key(n)));
        let served: Vec<Json> = of_flag.map(told).collect();
        assert_eq!(
            explained(&house, &admin, &key(n), &contexts, ("at", Json::Null)).await,
            served,
            "{}",
            key(n)
        );
        live.push(served);
    }

    let mut changed = 0;
    for (n, before) in live.iter().enumerate().take(DRAFTED) {
        let (flag, patch) = (key(n), dice.rules());
        let draft = json!({"flag": flag, "environment": "dev", "config": patch});
        let drafted = explained(&house, &admin, &flag, &contexts, ("draft", draft)).await;
        let edit = json!([{"config": {"edit": {"flag": flag, "environment": "dev", "patch": patch}}}]);
        house.change(&admin, edit).await;
        let now = explained(&house, &admin, &flag, &contexts, ("at", Json::Null)).await;
        assert_eq!(drafted, now, "{flag}, as drafted and as applied");
        changed += usize::from(&now != before);
    }
    assert!(changed > DRAFTED / 2, "{changed}");
    for (n, then) in live.iter().enumerate() {
        let past = explained(&house, &admin, &key(n), &contexts, ("revision", json!(first))).await;
        assert_eq!(&past, then, "{} at revision {first}", key(n));
    }
}
