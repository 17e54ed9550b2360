//! The process that is killed: eight tasks that ask for writes, one that commits them in groups.

use std::time::Duration;

use hoist_model::Id;
use hoist_model::log::Effect;
use hoist_model::record::{Kind, Record};
use hoist_store::{Batch, Commit, Remember, SecretKind, SecretValue, SecretWrite, Store, StoreError};
use tokio::sync::{mpsc, oneshot};

use crate::support::*;

/// Where to write; its presence makes a process a writer.
pub const URL: &str = "HOIST_CRASH_URL";
/// Of the answers that are kept.
pub const SCOPE: &str = "crash";

const TASKS: usize = 8;
const GROUP: usize = 32;
/// If nobody kills it.
const LIFE: Duration = Duration::from_secs(90);

/// Asks for the write with this token; the answer is its revision, or nothing if it was refused.
struct Request {
    task: usize,
    token: String,
    refuse: bool,
    answer: oneshot::Sender<Option<u64>>,
}

pub async fn run(url: String) {
    let store = Store::open(&config(url)).await.unwrap();
    let (sender, requests) = mpsc::channel(GROUP);
    for task in 0..TASKS {
        tokio::spawn(ask(task, sender.clone()));
    }
    let committing = commit_groups(&store, requests);
    assert!(
        tokio::time::timeout(LIFE, committing).await.is_err(),
        "nobody asks any more"
    );
}

async fn ask(task: usize, requests: mpsc::Sender<Request>) {
    for n in 0_u64.. {
        let token = format!("{}-{task}-{n}", std::process::id());
        say(&format!("invoke {token}"));
        let (answer, answered) = oneshot::channel();
        let request = Request {
            task,
            token: token.clone(),
            refuse: n % 7 == 3,
            answer,
        };
        requests.send(request).await.unwrap();
        match answered.await.unwrap() {
            Some(revision) => say(&format!("ok {token} {revision}")),
            None => say(&format!("fail {token}")),
        }
    }
}

#[expect(clippy::print_stdout, reason = "the parent process reads it")]
fn say(line: &str) {
    println!("{line}");
}

async fn commit_groups(store: &Store, mut requests: mpsc::Receiver<Request>) {
    let mut shared = Shared::load(store).await;
    let mut group = Vec::new();
    while requests.recv_many(&mut group, GROUP).await > 0 {
        let mut batch = store.begin().await.unwrap();
        let mut answers = Vec::new();
        for request in group.drain(..) {
            answers.push((
                request.answer,
                shared
                    .write(&mut batch, request.task, &request.token, request.refuse)
                    .await,
            ));
        }
        batch.commit().await.unwrap();
        for (answer, revision) in answers {
            let _ = answer.send(revision);
        }
    }
}

/// Documents that are written again and again: a counter for each task, and a segment.
struct Shared {
    project: Id,
    segment: Id,
    counters: Vec<Option<Record>>,
}

impl Shared {
    async fn load(store: &Store) -> Self {
        let mut documents = Vec::new();
        store.load(|record| documents.push(record)).await.unwrap();
        let counter = |task| {
            let of_task = |record: &&Record| record.kind == Kind::Segment && record.key == format!("counter-{task}");
            documents.iter().find(of_task).cloned()
        };
        let counters = (0..TASKS).map(counter).collect();
        Self {
            project: store.instance(),
            segment: store.instance(),
            counters,
        }
    }

    async fn write(&mut self, batch: &mut Batch, task: usize, token: &str, refuse: bool) -> Option<u64> {
        let revision = batch.head().revision + 1;
        let before = self.counters[task].take();
        let fresh = || Record {
            kind: Kind::Segment,
            ..flag(self.project, &format!("counter-{task}"), revision)
        };
        let after = match &before {
            Some(before) => edited(before, revision).0,
            None => fresh(),
        };
        let new = flag(self.project, token, revision);
        let mut effects = vec![
            Effect::Put {
                before: before.clone(),
                after: after.clone(),
            },
            created(&new),
            Effect::AddMembers {
                segment: self.segment,
                members: vec![token.to_owned()],
            },
        ];
        if refuse {
            // The same key twice: refused after most of it has been written.
            effects.push(created(&flag(self.project, token, revision)));
        }
        match batch.append(&with_sides(revision, token, effects)).await {
            Ok(()) => self.counters[task] = Some(after),
            Err(StoreError::Conflict(_)) if refuse => {
                self.counters[task] = before;
                return None;
            }
            Err(error) => panic!("{error}"),
        }
        Some(revision)
    }
}

/// A change with a secret and an answer.
fn with_sides(revision: u64, token: &str, effects: Vec<Effect>) -> Commit {
    let mut entry = entry(revision, effects);
    token.clone_into(&mut entry.note);
    let remember = Remember {
        scope: SCOPE.to_owned(),
        key: token.to_owned(),
        fingerprint: token.to_owned(),
        answer: revision.to_string(),
    };
    let value = SecretValue::new(token);
    let secrets = vec![SecretWrite::Put {
        owner: entry.change,
        kind: SecretKind::Token,
        value,
    }];
    Commit {
        entry,
        secrets,
        remember: Some(remember),
    }
}
