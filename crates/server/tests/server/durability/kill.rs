//! Kills the server again and again in the middle of changes, starts it again, and asks it what is
//! there.
//!
//! Every change creates a flag whose key is a token that is used once, and writes the token into
//! the description of its writer's own flag. Its note is the token too. So a change has three
//! traces besides its revision, and all of them are there or none. The history over HTTP is held
//! against the log in the database's file.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use hoist_model::log::LogEntry;
use serde_json::{Value as Json, json};

use super::client::{Client, token_of};
use super::delays::Delays;
use super::journal::Journal;
use super::{ADMIN, number, past};
use crate::hoist::Server;

/// Connections that ask for changes at the same time.
const WRITERS: usize = 8;
/// So many must have been acknowledged in a cycle before the server may be killed.
const ACKNOWLEDGED: usize = 20;
/// That takes no longer than this.
const PATIENCE: Duration = Duration::from_secs(60);
/// Then a new instance: reading everything stays cheap however many cycles there are.
const CYCLES_OF_AN_INSTANCE: u64 = 20;

#[test]
fn acknowledged_changes_survive_kill() {
    let cycles = number("HOIST_CRASH_CYCLES", 20);
    let seed = number("HOIST_CRASH_SEED", std::process::id().into());
    // First, so that it is known after a failure, too.
    eprintln!("HOIST_CRASH_CYCLES={cycles} HOIST_CRASH_SEED={seed}");
    let (start, mut delays) = (Instant::now(), Delays::new(seed));
    let (mut invoked, mut acknowledged, mut unanswered, mut kept) = (0, 0, 0, 0);
    let mut cycle = 0;
    while cycle < cycles {
        let mut instance = Instance::new();
        for _ in 0..CYCLES_OF_AN_INSTANCE.min(cycles - cycle) {
            cycle += 1;
            let delay = delays.next();
            instance.write_until_killed(cycle, delay);
            let (problems, open, there) = instance.inspect();
            assert!(
                problems.is_empty(),
                "cycle {cycle}, killed after {delay:?}: {problems:#?}"
            );
            unanswered += open;
            kept += there;
        }
        let journal = instance.journal();
        invoked += journal.invoked();
        acknowledged += journal.acknowledged();
    }
    let took = start.elapsed().as_secs_f32();
    eprintln!(
        "torture: kills database=sqlite over=http cycles={cycles} seconds={took:.1} writes={invoked} \
         acknowledged={acknowledged} lost=0 unanswered={unanswered} unanswered_there={kept}"
    );
}

/// One database and the server on it.
struct Instance {
    folder: tempfile::TempDir,
    server: Option<Server>,
    token: String,
    journal: Mutex<Journal>,
    /// Tokens that were never answered in this cycle.
    open: Mutex<Vec<String>>,
}

impl Instance {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(folder.path(), &[], &ADMIN);
        let token = token_of(&server);
        let mut client = Client::new(server.address, &token);
        let counters: Vec<Json> = (0..WRITERS)
            .map(|n| json!({ "flag": { "create": { "key": counter(n), "kind": "boolean" } } }))
            .collect();
        client.must_change(&json!(counters), "");
        Self {
            folder,
            server: Some(server),
            token,
            journal: Mutex::default(),
            open: Mutex::default(),
        }
    }

    fn journal(&self) -> std::sync::MutexGuard<'_, Journal> {
        self.journal.lock().expect("a journal")
    }

    /// All writers write until some time after the last acknowledgement that is waited for. Then
    /// the server gets a SIGKILL, and a new one is started on what is left.
    fn write_until_killed(&mut self, cycle: u64, delay: Duration) {
        let mut server = self.server.take().expect("a server");
        let address = server.address;
        let enough = self.journal().acknowledged() + ACKNOWLEDGED;
        let this = &*self;
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                scope.spawn(move || this.write(Client::new(address, &this.token), cycle, writer));
            }
            let give_up = Instant::now() + PATIENCE;
            while this.journal().acknowledged() < enough && Instant::now() < give_up {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(delay);
            let alive = server.is_alive();
            drop(server);
            assert!(alive, "the server ended by itself");
        });
        assert!(
            self.journal().acknowledged() >= enough,
            "the server got too little done"
        );
        self.server = Some(Server::start(self.folder.path(), &[], &[]));
    }

    /// Asks for one change after the other until the server is gone.
    fn write(&self, mut client: Client, cycle: u64, writer: usize) {
        for n in 0_u64.. {
            let token = format!("c{cycle}-{writer}-{n}");
            let create = json!({ "flag": { "create": { "key": token, "kind": "boolean" } } });
            let edit = json!({ "flag": { "edit": { "flag": counter(writer), "patch": { "description": token } } } });
            let changes = if n % 7 == 3 {
                // The same key twice: refused after most of it has been planned.
                json!([create, edit, create])
            } else {
                json!([create, edit])
            };
            self.journal().read_line(&format!("invoke {token}"));
            let answer = client.change(&changes, &token);
            match answer {
                Ok((200, body)) => {
                    let revision = body["revision"].as_u64().expect("a revision");
                    self.journal().read_line(&format!("ok {token} {revision}"));
                }
                Ok((422, _)) => self.journal().read_line(&format!("fail {token}")),
                Ok((503, _)) => self.open.lock().expect("a list").push(token),
                Ok((status, body)) => panic!("{status}: {body}"),
                Err(_) => {
                    self.open.lock().expect("a list").push(token);
                    return;
                }
            }
        }
    }

    /// What is wrong; how many changes were never answered, and how many of them are there.
    fn inspect(&mut self) -> (Vec<String>, usize, usize) {
        let server = self.server.as_ref().expect("a server");
        let mut client = Client::new(server.address, &self.token);
        let (entries, mut problems) = past::read(&past::url_in(self.folder.path()));
        let revision = client.get("/readyz")["revision"].as_u64();
        if revision != entries.last().map(|entry| entry.revision) {
            problems.push(format!("the server is at {revision:?}, not at the end of the log"));
        }
        let there = agree(&client.flags(), &entries, &mut problems);
        problems.extend(self.journal().check(&there));
        let told = told(&client.history(), &entries, &mut problems);
        problems.extend(self.journal().check(&told));
        let open = std::mem::take(&mut *self.open.lock().expect("a list"));
        let kept = open.iter().filter(|token| there.contains_key(*token)).count();
        (problems, open.len(), kept)
    }
}

/// Revisions of all changes by token, as the history over HTTP tells them. It is the log of the
/// project: every entry once, newest first.
fn told(history: &[Json], entries: &[LogEntry], problems: &mut Vec<String>) -> BTreeMap<String, u64> {
    let said: Vec<(u64, &str)> = history
        .iter()
        .map(|item| {
            let revision = item["revision"].as_u64().unwrap_or_default();
            (revision, item["note"].as_str().unwrap_or_default())
        })
        .collect();
    let of_project = entries.iter().rev().filter(|entry| entry.project.is_some());
    let kept: Vec<(u64, &str)> = of_project.map(|entry| (entry.revision, entry.note.as_str())).collect();
    if said != kept {
        let apart = said.iter().zip(&kept).find(|(said, kept)| said != kept);
        let (said, kept) = (said.len(), kept.len());
        problems.push(format!(
            "the history tells {said} changes, the log {kept}; first difference {apart:?}"
        ));
    }
    let single = said.iter().filter(|(_, note)| note.split_whitespace().count() == 1);
    single.map(|(revision, note)| ((*note).to_owned(), *revision)).collect()
}

#[test]
fn a_history_that_lies_is_found() {
    let entry = |revision: u64, note: &str| {
        let entry = json!({"revision": revision, "change": hoist_model::Id::from_parts(revision, [0; 10]),
            "at": "2026-01-01T00:00:00Z", "actor": {"kind": "system"}, "environments": [], "summary": "", "note": note,
            "project": hoist_model::Id::from_parts(0, [1; 10]), "intent": [], "effects": []});
        serde_json::from_value::<LogEntry>(entry).expect("an entry")
    };
    let entries = [entry(1, "first run"), entry(2, "a"), entry(3, "b")];
    let item = |revision: u64, note: &str| json!({ "revision": revision, "note": note });
    let problems = |history: &[Json]| {
        let mut problems = Vec::new();
        told(history, &entries, &mut problems);
        problems.len()
    };
    let (a, b, first) = (item(2, "a"), item(3, "b"), item(1, "first run"));
    assert_eq!(problems(&[b.clone(), a.clone(), first.clone()]), 0);
    assert_eq!(problems(&[a.clone(), b.clone(), first.clone()]), 1, "order");
    assert_eq!(problems(&[b.clone(), a.clone(), a, first.clone()]), 1, "twice");
    assert_eq!(problems(&[b, first]), 1, "missing");
}

/// The flag of a writer.
fn counter(writer: usize) -> String {
    format!("counter-{writer}")
}

/// Revisions of all changes by token, after flags, counters and log have been compared.
fn agree(flags: &[Json], entries: &[LogEntry], problems: &mut Vec<String>) -> BTreeMap<String, u64> {
    let logged = past::noted(entries);
    let mut counters = BTreeMap::new();
    for (token, revision) in &logged {
        let writer = token.split('-').nth(1).unwrap_or_default();
        let says = (token.clone(), *revision);
        let last = counters
            .entry(format!("counter-{writer}"))
            .or_insert_with(|| says.clone());
        if last.1 < *revision {
            *last = says;
        }
    }
    let mut shown = BTreeMap::new();
    for flag in flags {
        let key = flag["key"].as_str().unwrap_or_default().to_owned();
        let revision = flag["revision"].as_u64().unwrap_or_default();
        if !key.starts_with("counter-") {
            shown.insert(key, revision);
            continue;
        }
        let says = (flag["description"].as_str().unwrap_or_default().to_owned(), revision);
        if counters.get(&key).is_some_and(|last| *last != says) {
            problems.push(format!("{key} says {says:?}, the log {:?}", counters.get(&key)));
        }
    }
    if shown != logged {
        let all = shown.keys().chain(logged.keys());
        let apart = all.filter(|token| shown.get(*token) != logged.get(*token));
        problems.extend(apart.map(|token| format!("{token}: flag and log differ")));
    }
    shown
}
