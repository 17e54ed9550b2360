//! Confidence's engine. A rule is a segment with an allocation; all flags are resolved in one call.

use bench_kit::{AGE, CONTEXTS, COUNTRIES, COUNTRY, Cell, Counting, MIN_AGE, RULES, Shape, VERSION, min_version, user};
use bytes::Bytes;
use confidence_resolver::proto::confidence::flags::resolver::v1::{
    ResolveFlagsRequest, ResolveProcessRequest, ResolvedFlag, Sdk,
};
use confidence_resolver::proto::google::Struct;
use confidence_resolver::{
    AccountResolver, Client, FlagToApply, Host, MaterializationContext, ResolvedValue, ResolverState,
};
use serde_json::{Value as Json, json};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const NAME: &str = "confidence_resolver";

/// Logs nothing.
struct Silent;

impl Host for Silent {
    fn log_resolve(_: &str, _: &Struct, _: &[ResolvedValue<'_>], _: &Client) {}
    fn log_assign(_: &str, _: &[FlagToApply<'_>], _: &Client, _: &Option<Sdk>) {}
}

fn main() {
    for cell in Cell::every() {
        let mut document = Document::default();
        for key in &cell.names {
            document.add(cell.shape, key);
        }
        let state = serde_json::from_value(document.finish()).expect("a state");
        let state = ResolverState::from_proto(state, "acc", None).expect("a state");
        let encryption = Bytes::from_static(&[0; 16]);
        let contexts: Vec<AccountResolver<'_, Silent>> = (0..CONTEXTS)
            .map(|number| {
                let context = context(number).to_string();
                state
                    .get_resolver_with_json_context("s", &context, &encryption)
                    .expect("a context")
            })
            .collect();
        let one = |key: &str, at: usize| {
            let flag = &state.flags[&format!("flags/{key}")];
            contexts[at]
                .resolve_flag(flag, &mut MaterializationContext::discovery())
                .ok()
        };
        cell.check(NAME, |key, at| {
            let resolved = one(key, at).expect("resolved");
            let variant = ResolvedFlag::try_from(&resolved).ok().expect("a flag").variant;
            variant.ends_with("/on") || variant.contains("/variants/v")
        });
        cell.one(NAME, |key, at| one(key, at).is_some());
        cell.all(NAME, |at| {
            let request = ResolveFlagsRequest {
                client_secret: "s".into(),
                apply: true,
                ..ResolveFlagsRequest::default()
            };
            let request = ResolveProcessRequest::without_materializations(request);
            contexts[at].resolve_flags(request).is_ok()
        });
    }
}

fn context(number: usize) -> Json {
    json!({ "id": user(number), "country": COUNTRY, "age": AGE, "version": VERSION })
}

/// The parts of a state.
#[derive(Default)]
struct Document {
    flags: Vec<Json>,
    segments: Vec<Json>,
    bitsets: Vec<Json>,
}

impl Document {
    fn add(&mut self, shape: Shape, key: &str) {
        let half = [("on", 0, 50), ("off", 50, 100)];
        let third = [("v1", 0, 333), ("v2", 333, 666), ("v3", 666, 1000)];
        let rules: Vec<Json> = match shape {
            Shape::A => vec![self.rule(key, 0, &json!({}), &[("on", 0, 1)])],
            Shape::B => vec![self.rule(key, 0, &json!({}), &half)],
            Shape::C => (0..RULES)
                .map(|rule| self.rule(key, rule, &targeting(rule), &third))
                .collect(),
        };
        let variant = |name: &&str| json!({ "name": variant_name(key, name), "value": { "enabled": *name != "off", "name": name } });
        let variants: Vec<Json> = ["on", "off", "v1", "v2", "v3"].iter().map(variant).collect();
        self.flags.push(json!({
            "name": format!("flags/{key}"), "state": "ACTIVE", "variants": variants, "rules": rules,
            "clients": ["clients/c"], "schema": { "schema": { "enabled": { "boolSchema": {} }, "name": { "stringSchema": {} } } },
        }));
    }

    /// Arms are variants with the bounds of their buckets.
    fn rule(&mut self, key: &str, rule: usize, targeting: &Json, arms: &[(&str, u32, u32)]) -> Json {
        let segment = format!("segments/{key}-{rule}");
        self.segments.push(json!({
            "name": segment, "targeting": targeting, "state": "ALLOCATED", "allocation": { "proportion": { "value": "1" } },
        }));
        self.bitsets.push(json!({ "segment": segment, "fullBitset": true }));
        let assignment = |(variant, lower, upper): &(&str, u32, u32)| {
            let buckets = json!([{ "lower": lower, "upper": upper }]);
            json!({
                "assignmentId": variant, "variant": { "variant": variant_name(key, variant) }, "bucketRanges": buckets,
            })
        };
        let assignments: Vec<Json> = arms.iter().map(assignment).collect();
        let count = arms.last().map(|(_, _, upper)| *upper);
        json!({
            "name": format!("flags/{key}/rules/{rule}"), "segment": segment, "enabled": true,
            "targetingKeySelector": "id", "assignmentSpec": { "bucketCount": count, "assignments": assignments },
        })
    }

    fn finish(self) -> Json {
        json!({
            "flags": self.flags, "segmentsNoBitsets": self.segments, "bitsets": self.bitsets,
            "clients": [{ "name": "clients/c" }],
            "clientCredentials": [{ "name": "clients/c/clientCredentials/x", "clientSecret": { "secret": "s" } }],
        })
    }
}

fn variant_name(key: &str, variant: &str) -> String {
    format!("flags/{key}/variants/{variant}")
}

fn targeting(rule: usize) -> Json {
    let country: Vec<Json> = COUNTRIES
        .iter()
        .map(|country| json!({ "stringValue": country }))
        .collect();
    let least = min_version(rule);
    json!({
        "criteria": {
            "c0": { "attribute": { "attributeName": "country", "setRule": { "values": country } } },
            "c1": { "attribute": { "attributeName": "age", "rangeRule": { "startInclusive": { "numberValue": MIN_AGE } } } },
            "c2": { "attribute": {
                "attributeName": "version",
                "rangeRule": { "startInclusive": { "versionValue": { "version": least } } },
            } },
        },
        "expression": { "and": { "operands": [{ "ref": "c0" }, { "ref": "c1" }, { "ref": "c2" }] } },
    })
}
