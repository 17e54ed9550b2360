//! Environments made to do harm are published on a server: whatever they hold is refused, or harms its own flag only.
//! A flag beside them answers all the time, and so does the list of all.
//!
//! | variable | default | meaning |
//! |---|---|---|
//! | `HOIST_POISON` | 300 | environments |
//!
//! In a release build the decision whether something is published has a limit of time.

use std::path::Path;
use std::time::{Duration, Instant};

use hoist_fuzz::Shape;
use hoist_fuzz::mutate::mutated;
use hoist_fuzz::random::Random;
use serde_json::{Value as Json, json};

use super::Site;
use crate::durability::client::Client;
use crate::durability::{PROJECT, number};

/// 99 of 100 decisions come by then.
const DECIDED: Duration = Duration::from_millis(200);
/// One in so many looks at the answers for all flags, too.
const ALL_FLAGS: u64 = 20;

/// What is sent.
enum Poison {
    Changes(Vec<u8>),
    Import(Vec<u8>),
}

#[test]
fn poison_harms_its_own_flag_only() {
    let count = number("HOIST_POISON", 300);
    let mut site = Site::start(&[]);
    let mut random = Random::new(number("HOIST_FUZZ_SEED", 1));
    let mut person = Client::new(site.server.address, &site.token);
    person.must_change(&stage(), "");
    let mut software = Client::with_header(site.server.address, format!("authorization: Bearer {}", site.key));
    let (changes, imports) = (corpus("change", &hostile()), corpus("unleash", &[]));
    let (mut took, mut published) = (Vec::new(), 0);
    for n in 0..count {
        let poison = match n % 5 {
            0 => Poison::Import(mutated(&imports, Shape::Json, &mut random)),
            1 => Poison::Changes(random.pick(&changes).clone()),
            _ => Poison::Changes(mutated(&changes, Shape::Json, &mut random)),
        };
        let start = Instant::now();
        let status = send(&site, &poison);
        took.push(start.elapsed());
        assert!((200..500).contains(&status), "{n}: {status}: {poison}");
        published += u64::from(status == 200);
        let context = json!({"context": {"targetingKey": format!("user-{n}"), "a": "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}});
        let answer = software.ask("POST", "/ofrep/v1/evaluate/flags/shown", Some(&context));
        let (status, body) = answer.expect("an answer");
        assert_eq!(
            (status, &body["value"]),
            (200, &json!(true)),
            "{n}: {body} after {poison}"
        );
        if n % ALL_FLAGS == 0 {
            let (status, body) = software
                .ask("POST", "/ofrep/v1/evaluate/flags", Some(&context))
                .expect("an answer");
            let all = body["flags"].as_array().expect("flags");
            let shown = all.iter().find(|flag| flag["key"] == "shown");
            assert_eq!(status, 200);
            assert_eq!(
                shown.map(|flag| &flag["value"]),
                Some(&json!(true)),
                "{n}: {body} after {poison}"
            );
        }
    }
    assert!(
        published * 10 >= count,
        "{published} of {count} were published: the rest shows little"
    );
    took.sort();
    let p99 = took[took.len() * 99 / 100];
    // A debug build takes the time of its checks.
    assert!(cfg!(debug_assertions) || p99 <= DECIDED, "{p99:?}");
    assert!(site.server.is_alive());
    let metrics = site.server.get("/metrics", &[]).body;
    assert!(metrics.contains("hoist_panics_total 0"), "{metrics}");
    eprintln!(
        "torture: poison environments={count} published={published} others_harmed=0 decision_p99_us={} slowest_us={}",
        p99.as_micros(),
        took.last().map_or(0, Duration::as_micros),
    );
}

impl std::fmt::Display for Poison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Changes(bytes) | Self::Import(bytes)) = self;
        f.write_str(&String::from_utf8_lossy(&bytes[..bytes.len().min(4000)]))
    }
}

fn send(site: &Site, poison: &Poison) -> u16 {
    let (target, body) = match poison {
        Poison::Changes(changes) => (
            format!("{PROJECT}/changes"),
            [b"{\"changes\":", &changes[..], b"}"].concat(),
        ),
        Poison::Import(file) => (format!("{PROJECT}/import?from=unleash&environment=dev"), file.clone()),
    };
    let (token, length) = (&site.token, body.len());
    let head = format!("authorization: Bearer {token}\r\nconnection: close\r\ncontent-type: application/json");
    let head = format!("POST {target} HTTP/1.1\r\nhost: hoist\r\n{head}\r\ncontent-length: {length}\r\n\r\n");
    let reply = site.exchange(&[head.as_bytes(), &body].concat());
    reply.statuses().first().copied().unwrap_or(0)
}

/// What the changes of the corpus work on.
fn stage() -> Json {
    json!([
        {"environment": {"create": {"key": "none"}}},
        {"flag": {"create": {"key": "a", "kind": "boolean"}}},
        {"flag": {"create": {"key": "b", "kind": "boolean"}}},
        {"segment": {"create": {"key": "s", "condition": {"test": {"attribute": "a", "op": "equals", "values": ["x"]}}}}},
    ])
}

/// Inputs of a fuzzing target that do not take away what `stage` made, and more.
fn corpus(target: &str, more: &[Json]) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("a corpus")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| !["delete", "import", "place"].iter().any(|name| path.ends_with(name)))
        .collect();
    paths.sort();
    let files = paths.iter().map(|path| std::fs::read(path).expect("a file"));
    files
        .chain(more.iter().map(|changes| changes.to_string().into_bytes()))
        .collect()
}

/// Settings that somebody could mean to harm with.
fn hostile() -> Vec<Json> {
    let test = |op: &str, values: Json| json!({"test": {"attribute": "a", "op": op, "values": values}});
    let conditions = [
        test("matches", json!(["(a+)+$"])),
        test("matches", json!(["(a*)*b".repeat(200)])),
        test("matches", json!(["(".repeat(2000)])),
        test("matches", json!(["a{1000}{1000}{1000}"])),
        test("matches", json!(["[\\p{L}--\\p{Lu}]{5000}"])),
        test(
            "matches",
            json!([format!("{}{}", "(?:a|".repeat(500), ")".repeat(500))]),
        ),
        test("in", json!((0..10_000).map(|n| format!("v{n}")).collect::<Vec<_>>())),
        test("semver_range", json!([">=1.x.y || ^"])),
        test("semver_gte", json!(["1.2.3.4.5"])),
        test("before", json!(["-P99999999999Y"])),
        test("after", json!(["9999-99-99T99:99:99Z"])),
        test("cidr", json!(["::/999", "1.2.3.4/-1"])),
        test("modulo", json!([0, 0])),
        test("gte", json!([1e308])),
        test("no_such_operator", json!([])),
        json!({"test": {"attribute": "x".repeat(100_000), "op": "exists", "values": []}}),
        json!({"test": {"attribute": "__proto__.constructor", "op": "equals", "values": ["\u{202e}", "a\u{0}b"]}}),
        (0..30).fold(test("exists", json!([])), |inner, _| json!({"not": inner})),
        (0..100).fold(test("exists", json!([])), |inner, _| json!({"all": [inner]})),
        json!({"any": vec![test("matches", json!(["(a|aa)+$"])); 500]}),
    ];
    let edit = |patch: Json| json!([{"config": {"edit": {"flag": "a", "environment": "dev", "patch": patch}}}]);
    let serve = || json!({"serve": {"variant": "on"}});
    let rule = |condition: &Json| edit(json!({"enabled": true, "rules": [{"condition": condition, "serve": serve()}]}));
    let split = |weights: &[Json]| {
        let arms: Vec<Json> = weights
            .iter()
            .map(|weight| json!({"variant": "on", "weight": weight}))
            .collect();
        edit(json!({"enabled": true, "default": {"serve": {"split": {"arms": arms}}}}))
    };
    let window = |cron: &str, zone: &str, seconds: u64| {
        let recurs = json!({"cron": cron, "time_zone": zone, "seconds": seconds});
        edit(json!({"schedule": {"windows": [{"name": "w", "turns": "off", "recurs": recurs}], "outside": "on"}}))
    };
    let mut all: Vec<Json> = conditions.iter().map(rule).collect();
    all.extend([
        split(&[json!(-1), json!(10_001)]),
        split(&[json!(0)]),
        split(&[json!(u64::MAX), json!(1)]),
        split(&[json!(null), json!("NaN")]),
        split(&vec![json!(1); 10_000]),
        window("* * * * *", "Europe/Oslo", u64::MAX),
        window("0 0 30 2 *", "Mars/Olympus", 1),
        window("99 99 99 99 99", "", 0),
        edit(json!({"prerequisites": [{"flag": "a"}]})),
        edit(json!({"prerequisites": [{"flag": "b"}]})),
        json!([{"config": {"edit": {"flag": "b", "environment": "dev", "patch": {"prerequisites": [{"flag": "a"}]}}}}]),
        json!([{"segment": {"edit": {"segment": "s", "patch": {"condition": {"segment": "t"}}}}}]),
        json!([{"segment": {"edit": {"segment": "s", "patch": {"condition": {"segment": "s"}}}}}]),
        json!([{"flag": {"edit": {"flag": "b", "patch": {"variants": []}}}}]),
        json!([{"flag": {"edit": {"flag": "b", "patch": {"variants": [{"key": "on", "value": "x".repeat(500_000)}]}}}}]),
    ]);
    all
}
