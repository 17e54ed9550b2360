//! A start with many flags.

use std::time::Instant;

use serde_json::{Map, Value as Json, json};

use super::client::{Client, token_of};
use super::{ADMIN, PROJECT};
use crate::hoist::{Server, wait};

const FLAGS: usize = 10_000;
/// Flags of an import: well below 1 MiB.
const BATCH: usize = 2_000;

#[test]
fn it_starts_with_ten_thousand_flags() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &ADMIN);
    let token = token_of(&server);
    let mut client = Client::new(server.address, &token);
    let seeding = Instant::now();
    let mut revision = 0;
    for first in (0..FLAGS).step_by(BATCH) {
        let file = project(first..first + BATCH);
        assert!(file.to_string().len() < 1 << 20);
        let import = json!([{ "import": { "source": "hoist", "file": file } }]);
        revision = client.must_change(&import, "").0;
    }
    let seeded = seeding.elapsed();
    drop(server);
    let start = Instant::now();
    let server = Server::start(folder.path(), &[], &[]);
    let listening = start.elapsed();
    wait(|| (server.get("/readyz", &[]).status == 200).then_some(()));
    let ready = start.elapsed();
    let mut client = Client::new(server.address, &token);
    assert_eq!(client.get("/readyz")["revision"], json!(revision));
    assert_eq!(client.get(&format!("{PROJECT}/flags?limit=1"))["total"], json!(FLAGS));
    let last = client.get(&format!("{PROJECT}/flags/{}", key(FLAGS - 1)));
    assert_eq!(last["flag"]["key"], json!(key(FLAGS - 1)), "{last}");
    eprintln!(
        "torture: start flags={FLAGS} build={} imported={seeded:.1?} listening={listening:.2?} ready={ready:.2?}",
        if cfg!(debug_assertions) { "debug" } else { "release" }
    );
}

fn key(n: usize) -> String {
    format!("flag-{n:05}")
}

/// Flags with a configuration of their own in one environment.
fn project(numbers: std::ops::Range<usize>) -> Json {
    let flag = |n: usize| {
        let serve = |variant: &str| json!({ "serve": { "variant": variant } });
        let config = json!({ "enabled": n % 2 == 1, "off": serve("off"), "default": serve("on") });
        let variants = json!([{ "key": "on", "value": true }, { "key": "off", "value": false }]);
        json!({ "kind": "boolean", "variants": variants, "environments": { "dev": config } })
    };
    let flags: Map<String, Json> = numbers.map(|n| (key(n), flag(n))).collect();
    json!({ "format": "hoist-project/1", "flags": flags })
}
