//! Two processes on one PostgreSQL.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::client::{Client, secret, token_of};
use super::{ADMIN, PROJECT, past};
use crate::hoist::Server;
use crate::postgres::Database;

/// What one process acknowledges, the other one shows within this time.
const SOON: Duration = Duration::from_secs(2);
/// Writers on each of both processes.
const WRITERS: usize = 4;
/// Changes of each writer.
const CHANGES: usize = 15;
const EVALUATION: &str = "/ofrep/v1/evaluate/flags";

/// Two servers, and what a test needs to talk to them.
pub(super) struct Pair {
    pub(super) servers: [Server; 2],
    /// Of a person.
    token: String,
    /// Of an application in `dev`.
    application: String,
}

impl Pair {
    fn start(url: &str, folders: &[tempfile::TempDir; 2]) -> Self {
        let database = [("HOIST_DATABASE__URL", url)];
        let first = [ADMIN[0], ADMIN[1], database[0]];
        let a = Server::start(folders[0].path(), &[], &first);
        let token = token_of(&a);
        let create = json!([{ "credential": { "create": { "name": "app", "kind": "server", "environment": "dev" } } }]);
        let application = secret(&Client::new(a.address, &token).must_change(&create, "").1);
        let b = Server::start(folders[1].path(), &[], &database);
        Self {
            servers: [a, b],
            token,
            application,
        }
    }

    pub(super) fn person(&self, server: usize) -> Client {
        Client::new(self.servers[server].address, &self.token)
    }

    fn application(&self, server: usize) -> Client {
        Client::new(self.servers[server].address, &self.application)
    }
}

/// Runs a test with a database of its own; says so where there is none.
pub(super) fn with_pair(test: &str, run: impl FnOnce(Pair, &str)) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let Some(database) = runtime.block_on(Database::create(test, "server")) else {
        return;
    };
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    run(Pair::start(&database.url, &folders), &database.url);
    runtime.block_on(database.remove());
}

#[test]
fn what_one_acknowledges_the_other_shows() {
    with_pair("durability::two::what_one_acknowledges_the_other_shows", |pair, _| {
        let mut slowest = Duration::ZERO;
        for n in 0..6 {
            let (from, to) = (n % 2, 1 - n % 2);
            let key = format!("flag-{n}");
            let (mut lists, mut evaluates) = (pair.person(to), pair.application(to));
            let create = json!([
                { "flag": { "create": { "key": key, "kind": "boolean" } } },
                { "config": { "switch": { "flag": key, "environment": "dev", "on": true } } },
            ]);
            pair.person(from).must_change(&create, "");
            slowest = slowest.max(soon("it is in the list", || {
                lists.flags().iter().any(|flag| flag["key"] == key)
            }));
            slowest = slowest.max(soon("it serves on", || served(&mut evaluates, &key) == json!(true)));
            let switch = json!([{ "config": { "switch": { "flag": key, "environment": "dev", "on": false } } }]);
            pair.person(from).must_change(&switch, "");
            slowest = slowest.max(soon("it serves off", || served(&mut evaluates, &key) == json!(false)));
        }
        eprintln!("seen in the other process within {slowest:.0?}");
    });
}

/// The value of a flag in the answer for all flags.
fn served(client: &mut Client, key: &str) -> Json {
    let context = json!({ "context": { "targetingKey": "somebody" } });
    let (status, body) = client.ask("POST", EVALUATION, Some(&context)).expect("an answer");
    assert_eq!(status, 200, "{body}");
    let mut flags = body["flags"].as_array().expect("flags").iter();
    flags
        .find(|flag| flag["key"] == key)
        .map_or(Json::Null, |flag| flag["value"].clone())
}

/// How long it took to become so.
#[track_caller]
pub(super) fn soon(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < SOON, "not within {SOON:?}: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
    start.elapsed()
}

#[test]
fn edits_through_both_are_all_kept() {
    with_pair("durability::two::edits_through_both_are_all_kept", |pair, url| {
        let create = json!([{ "flag": { "create": { "key": "shared", "kind": "boolean" } } }]);
        pair.person(0).must_change(&create, "");
        soon("both know it", || {
            pair.person(1).flags().iter().any(|flag| flag["key"] == "shared")
        });
        let told: Vec<BTreeMap<String, u64>> = std::thread::scope(|scope| {
            let writers = (0..2 * WRITERS).map(|n| {
                let client = pair.person(n % 2);
                scope.spawn(move || edit_shared(client, n))
            });
            let writers: Vec<_> = writers.collect();
            writers
                .into_iter()
                .map(|writer| writer.join().expect("a writer"))
                .collect()
        });
        let told: BTreeMap<String, u64> = told.into_iter().flatten().collect();
        assert_eq!(told.len(), 2 * WRITERS * CHANGES);
        let (entries, problems) = past::read(url);
        assert!(problems.is_empty(), "{problems:#?}");
        let logged = past::noted(&entries);
        assert_eq!(logged, told, "the log has what was told, and nothing else");
        assert_eq!(
            told.values().collect::<BTreeSet<_>>().len(),
            told.len(),
            "revisions are used once"
        );
        for server in 0..2 {
            let mut client = pair.person(server);
            soon("every field has its writer's last value", || {
                let shared = client.get(&format!("{PROJECT}/flags/shared"));
                (0..2 * WRITERS).all(|n| field(&shared, &format!("w{n}")) == json!(CHANGES - 1))
            });
        }
    });
}

/// A field of the flag's metadata.
fn field(flag: &Json, name: &str) -> Json {
    let flag = flag.get("flag").unwrap_or(flag);
    flag["metadata"][name].clone()
}

/// Counts in a field of the shared flag that no other writer touches. Revisions by token.
fn edit_shared(mut client: Client, writer: usize) -> BTreeMap<String, u64> {
    let mut told = BTreeMap::new();
    for n in 0..CHANGES {
        let token = format!("w{writer}-{n}");
        let metadata = json!({ format!("w{writer}"): n });
        let edit = json!([{ "flag": { "edit": { "flag": "shared", "patch": { "metadata": metadata } } } }]);
        let give_up = Instant::now() + Duration::from_secs(20);
        loop {
            let (status, body) = client.change(&edit, &token).expect("an answer");
            match (status, body["revision"].as_u64()) {
                (200, Some(revision)) => {
                    told.insert(token, revision);
                    break;
                }
                // Refused without effect: whoever asks tries again.
                (409 | 503, _) if Instant::now() < give_up => {}
                _ => panic!("{status}: {body}"),
            }
        }
    }
    told
}

#[test]
fn one_goes_on_when_the_other_is_killed() {
    with_pair("durability::two::one_goes_on_when_the_other_is_killed", |pair, url| {
        let [mut left, mut right] = [pair.person(0), pair.person(1)];
        let mut evaluates = pair.application(1);
        let [a, _b] = pair.servers;
        let stop = std::sync::atomic::AtomicBool::new(false);
        let (told_left, told_right) = std::thread::scope(|scope| {
            let ending = scope.spawn(|| create_until(&mut left, "left", || false));
            let staying =
                scope.spawn(|| create_until(&mut right, "right", || stop.load(std::sync::atomic::Ordering::Relaxed)));
            std::thread::sleep(Duration::from_millis(500));
            drop(a);
            let told_left = ending.join().expect("a writer");
            std::thread::sleep(Duration::from_millis(500));
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
            (told_left, staying.join().expect("a writer"))
        });
        assert!(!told_left.is_empty() && !told_right.is_empty());
        let asked = Instant::now();
        let (last, _) = right.must_change(
            &json!([
                { "flag": { "create": { "key": "after", "kind": "boolean" } } },
                { "config": { "switch": { "flag": "after", "environment": "dev", "on": true } } },
            ]),
            "after",
        );
        assert!(asked.elapsed() < Duration::from_secs(5), "nobody waits for the dead");
        soon("it serves on", || served(&mut evaluates, "after") == json!(true));
        let (entries, problems) = past::read(url);
        assert!(problems.is_empty(), "{problems:#?}");
        let logged = past::noted(&entries);
        for (token, revision) in told_left.iter().chain(&told_right) {
            assert_eq!(logged.get(token), Some(revision), "{token}");
        }
        assert_eq!(logged.get("after"), Some(&last));
        let flags: BTreeSet<String> = right
            .flags()
            .iter()
            .map(|flag| flag["key"].as_str().unwrap_or_default().to_owned())
            .collect();
        let keys: BTreeSet<String> = logged.into_keys().collect();
        assert_eq!(flags, keys, "a flag for each entry, an entry for each flag");
        eprintln!(
            "{} changes before the kill, {} beside and after it",
            told_left.len(),
            told_right.len()
        );
    });
}

/// Creates flags until told to stop or until nobody answers. Revisions by key.
pub(super) fn create_until(client: &mut Client, prefix: &str, stop: impl Fn() -> bool) -> BTreeMap<String, u64> {
    let mut told = BTreeMap::new();
    for n in 0_u64.. {
        let key = format!("{prefix}-{n}");
        let create = json!([{ "flag": { "create": { "key": key, "kind": "boolean" } } }]);
        match client.change(&create, &key) {
            Ok((200, body)) => told.insert(key, body["revision"].as_u64().expect("a revision")),
            Ok((409 | 503, _)) => None,
            Ok((status, body)) => panic!("{status}: {body}"),
            Err(_) => break,
        };
        if stop() {
            break;
        }
    }
    told
}
