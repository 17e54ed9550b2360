//! Statsig's SDK, exposures off. Its rules have no split: each arm of shape c is a rule of its own. All flags are the
//! response that a client starts with.

use std::collections::HashMap;
use std::sync::Arc;

use bench_kit::{AGE, CONTEXTS, COUNTRIES, COUNTRY, Cell, Counting, MIN_AGE, RULES, Shape, VERSION, min_version, user};
use serde_json::{Map, Value as Json, json};
use statsig_rust::hashing::djb2;
use statsig_rust::{
    ExperimentEvaluationOptions, FeatureGateEvaluationOptions, Statsig, StatsigLocalFileSpecsAdapter, StatsigOptions,
    StatsigUser, StatsigUserBuilder,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const NAME: &str = "statsig-rust";

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        for cell in Cell::every() {
            let folder = std::env::temp_dir().join(format!("statsig-bench-{}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a folder");
            let statsig = start(&cell, folder.to_str().expect("a path")).await;
            measure(&cell, &statsig);
            let _ = statsig.shutdown().await;
            let _ = std::fs::remove_dir_all(&folder);
        }
    });
}

async fn start(cell: &Cell, folder: &str) -> Statsig {
    let mut document = Document::default();
    for key in &cell.names {
        document.add(cell.shape, key);
    }
    let key = format!("secret-bench-{}-{}", cell.shape.name(), cell.names.len());
    let file = format!("{folder}/{}_specs.json", djb2(&key));
    std::fs::write(file, document.finish(&key).to_string()).expect("a file");
    let adapter = Arc::new(StatsigLocalFileSpecsAdapter::new(&key, folder, None, false, true));
    let options = StatsigOptions {
        specs_adapter: Some(adapter.clone()),
        disable_network: Some(true),
        disable_all_logging: Some(true),
        ..StatsigOptions::default()
    };
    let statsig = Statsig::new(&key, Some(Arc::new(options)));
    statsig.initialize().await.expect("it starts");
    adapter.resync_from_file().expect("the file is read");
    statsig
}

fn measure(cell: &Cell, statsig: &Statsig) {
    let contexts: Vec<StatsigUser> = (0..CONTEXTS).map(context).collect();
    if cell.shape == Shape::C {
        let options = || ExperimentEvaluationOptions {
            disable_exposure_logging: true,
            ..ExperimentEvaluationOptions::default()
        };
        let one = |key: &str, at: usize| statsig.get_experiment_with_options(&contexts[at], key, options());
        cell.check(NAME, |key, at| one(key, at).rule_id.starts_with('v'));
        cell.one(NAME, one);
    } else {
        let options = || FeatureGateEvaluationOptions {
            disable_exposure_logging: true,
        };
        let one = |key: &str, at: usize| statsig.check_gate_with_options(&contexts[at], key, options());
        cell.check(NAME, one);
        cell.one(NAME, one);
    }
    cell.all(NAME, |at| statsig.get_client_init_response(&contexts[at]));
}

fn context(number: usize) -> StatsigUser {
    let custom = HashMap::from([
        ("ctry".to_owned(), COUNTRY.to_owned()),
        ("age".to_owned(), AGE.to_string()),
    ]);
    StatsigUserBuilder::new_with_user_id(user(number))
        .app_version(Some(VERSION.to_owned()))
        .custom_from_str_map(Some(custom))
        .build()
}

/// The parts of a configuration. Equal conditions have one entry, as in what Statsig publishes.
#[derive(Default)]
struct Document {
    conditions: Map<String, Json>,
    gates: Map<String, Json>,
    configs: Map<String, Json>,
}

impl Document {
    fn add(&mut self, shape: Shape, key: &str) {
        match shape {
            Shape::A => self.gate(key, 100),
            Shape::B => self.gate(key, 50),
            Shape::C => self.config(key),
        }
    }

    fn gate(&mut self, key: &str, share: u32) {
        let everybody = self.condition("public", "", "", &Json::Null, &json!({}));
        let rules = json!([rule(key, "r0", share, &[everybody], &json!(true))]);
        self.gates.insert(
            key.to_owned(),
            json!({
                "type": "feature_gate", "salt": key, "enabled": true, "defaultValue": false, "idType": "userID",
                "entity": "feature_gate", "version": 1, "rules": rules,
            }),
        );
    }

    fn config(&mut self, key: &str) {
        let mut rules = Vec::new();
        for number in 0..RULES {
            let constraints = self.constraints(number);
            if number + 1 < RULES {
                rules.push(rule(
                    key,
                    &format!("r{number}"),
                    100,
                    &constraints,
                    &json!({ "value": "never" }),
                ));
                continue;
            }
            for (variant, end) in [("v1", 333), ("v2", 666), ("v3", 1000)] {
                let bucket = self.condition("user_bucket", "lt", "", &json!(end), &json!({ "salt": key }));
                let conditions = [constraints.as_slice(), &[bucket]].concat();
                rules.push(rule(key, variant, 100, &conditions, &json!({ "value": variant })));
            }
        }
        self.configs.insert(
            key.to_owned(),
            json!({
                "type": "dynamic_config", "salt": key, "enabled": true, "defaultValue": {}, "idType": "userID",
                "entity": "experiment", "version": 1, "isActive": true, "hasSharedParams": false, "rules": rules,
            }),
        );
    }

    fn constraints(&mut self, rule: usize) -> Vec<String> {
        let none = json!({});
        vec![
            self.condition("user_field", "any", "ctry", &json!(COUNTRIES), &none),
            self.condition("user_field", "gte", "age", &json!(MIN_AGE), &none),
            self.condition(
                "user_field",
                "version_gte",
                "appVersion",
                &json!(min_version(rule)),
                &none,
            ),
        ]
    }

    /// The id of a condition.
    fn condition(&mut self, kind: &str, operator: &str, field: &str, target: &Json, extra: &Json) -> String {
        let condition = json!({
            "type": kind, "operator": operator, "field": field, "targetValue": target, "additionalValues": extra,
            "idType": "userID",
        });
        let id = djb2(&condition.to_string());
        self.conditions.insert(id.clone(), condition);
        id
    }

    fn finish(self, checksum: &str) -> Json {
        json!({
            "company_id": "c", "response_format": "dcs-v2", "time": 1_767_981_029_384_u64, "has_updates": true,
            "checksum": checksum, "feature_gates": self.gates, "dynamic_configs": self.configs, "layer_configs": {},
            "condition_map": self.conditions, "experiment_to_layer": {},
        })
    }
}

fn rule(key: &str, id: &str, share: u32, conditions: &[String], value: &Json) -> Json {
    json!({
        "name": id, "id": id, "salt": format!("{key}-{id}"), "passPercentage": share, "conditions": conditions,
        "returnValue": value, "idType": "userID", "groupName": id,
    })
}
