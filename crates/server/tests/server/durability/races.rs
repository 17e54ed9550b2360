//! Many people edit a few flags at once, through two processes: an edit is applied to what its author saw, or refused
//! with the name of who was first, and what stands in the end is what the log says.

use std::collections::BTreeMap;
use std::time::Duration;

use hoist_model::Id;
use hoist_model::log::{Effect, LogEntry};
use serde_json::{Value as Json, json};

use super::client::Client;
use super::two::{Pair, soon, with_pair};
use super::{PROJECT, number, past};

/// Edits tried; `HOIST_RACES` sets another number.
const EDITS: u64 = 480;
const WRITERS: u64 = 8;
const FLAGS: u64 = 4;

/// What became of the edits of one writer.
#[derive(Default)]
struct Tally {
    /// Revisions by note.
    applied: BTreeMap<String, u64>,
    refused: u64,
    /// Neither: nobody could write just then.
    put_off: u64,
}

#[test]
fn racing_edits_are_applied_or_name_the_winner() {
    with_pair(
        "durability::races::racing_edits_are_applied_or_name_the_winner",
        |pair, url| {
            create_flags(&pair);
            let edits = number("HOIST_RACES", EDITS);
            let tallies = race(&pair, edits / WRITERS);
            let refused: u64 = tallies.iter().map(|tally| tally.refused).sum();
            let put_off: u64 = tallies.iter().map(|tally| tally.put_off).sum();
            let applied: BTreeMap<String, u64> = tallies.into_iter().flat_map(|tally| tally.applied).collect();
            eprintln!(
                "torture: races edits={edits} applied={} refused={refused} put_off={put_off} lost=0",
                applied.len()
            );
            assert!(applied.len() as u64 * 5 >= edits, "a fifth at least");
            assert!(refused > 0, "nobody raced");
            let (entries, problems) = past::read(url);
            assert!(problems.is_empty(), "{problems:#?}");
            let mut logged = past::noted(&entries);
            logged.retain(|note, _| note.starts_with('w'));
            assert_eq!(logged, applied, "the log has what was told, and nothing else");
            assert_eq!(
                past::documents(url),
                fold(&entries),
                "documents are the fold of the log"
            );
        },
    );
}

fn create_flags(pair: &Pair) {
    for n in 0..FLAGS {
        let create = json!([{ "flag": { "create": { "key": key(n), "kind": "boolean" } } }]);
        pair.person(0).must_change(&create, "");
    }
    soon("both know them", || pair.person(1).flags().len() as u64 == FLAGS);
}

fn key(n: u64) -> String {
    format!("shared-{n}")
}

fn race(pair: &Pair, each: u64) -> Vec<Tally> {
    std::thread::scope(|scope| {
        let writers = (0..WRITERS).map(|writer| {
            let client = pair.person(usize::from(writer % 2 == 1));
            scope.spawn(move || edit(client, writer, each))
        });
        let writers: Vec<_> = writers.collect();
        writers
            .into_iter()
            .map(|writer| writer.join().expect("a writer"))
            .collect()
    })
}

/// Reads a flag, then edits what it has read; all writers edit the same field.
fn edit(mut client: Client, writer: u64, times: u64) -> Tally {
    let mut tally = Tally::default();
    for n in 0..times {
        let note = format!("w{writer}-{n}");
        let key = key((writer + n) % FLAGS);
        let seen = client.get(&format!("{PROJECT}/flags/{key}"));
        let (id, revision) = (&seen["flag"]["id"], seen["flag"]["revision"].as_u64());
        let (id, revision) = (id.as_str().expect("an id"), revision.expect("a revision"));
        let body = json!({
            "changes": [{ "flag": { "edit": { "flag": key, "patch": { "description": note } } } }],
            "base": { id: revision },
            "note": note,
        });
        let (status, answer) = client
            .ask("POST", &format!("{PROJECT}/changes"), Some(&body))
            .expect("an answer");
        match status {
            200 => {
                let revision = answer["revision"].as_u64().expect("a revision");
                tally.applied.insert(note, revision);
            }
            409 => {
                tally.refused += 1;
                let winner = &answer["winner"];
                assert!(winner["revision"].as_u64() > Some(revision), "{answer}");
                assert!(winner["actor"]["name"].is_string(), "{answer}");
                assert_eq!(winner["document"], json!(id), "{answer}");
            }
            503 => {
                tally.put_off += 1;
                std::thread::sleep(Duration::from_millis(50));
            }
            _ => panic!("{status}: {answer}"),
        }
    }
    tally
}

/// What the effects of all entries lead to: revision and body of each document.
fn fold(entries: &[LogEntry]) -> BTreeMap<Id, (u64, Json)> {
    let mut documents = BTreeMap::new();
    for effect in entries.iter().flat_map(|entry| &entry.effects) {
        match effect {
            Effect::Put { before, after } => {
                let known = documents.insert(after.id, past::content(after));
                assert_eq!(
                    known,
                    before.as_ref().map(past::content),
                    "an effect builds on the one before it"
                );
            }
            Effect::Remove { before } => {
                documents.remove(&before.id);
            }
            Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => {}
        }
    }
    documents
}
