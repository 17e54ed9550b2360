//! The n-th call to the database fails, for every n and in three ways, while the schema is made, while something is
//! written, read, backed up or restored. What was acknowledged is there once, what was refused leaves nothing, and the
//! next attempt works.

use std::path::Path;

use hoist_model::log::Effect;
use hoist_model::record::Record;
use hoist_store::{Backup, Fault, Present, Result, SecretKind, SecretValue, Session, SessionDigest, Store, StoreError};

use crate::support::*;

const FAULTS: [Fault; 3] = [Fault::Refused, Fault::Broken, Fault::AnswerLost];

/// More calls than any step makes.
const MANY: u64 = 1000;

on_both! {
    /// A node that is killed at any statement of a migration leaves a schema that the next start completes.
    async fn an_interrupted_migration_is_completed(db: &Db) {
        let mut interrupted = 0;
        for fault in FAULTS {
            for n in 1..MANY {
                db.wipe().await;
                let (opened, spared) = db.config.faults.during(n, fault, Store::open(&db.config)).await;
                if let Err(error) = &opened {
                    assert!(!spared && error.is_unavailable(), "{fault:?} at call {n}: {error}");
                    interrupted += 1;
                }
                drop(opened);
                let store = db.open().await;
                assert_eq!(store.schema().await.unwrap().0, 3, "{fault:?} at call {n}");
                everything_works(&store).await;
                store.close().await;
                if spared {
                    break;
                }
            }
        }
        // The migrations have a dozen statements at least.
        assert!(interrupted > 3 * 12, "{interrupted}");
        eprintln!("torture: migrations database={} interrupted={interrupted}", db.name());
    }

    async fn a_write_happens_once_or_not_at_all(db: &Db) {
        let store = db.open().await;
        let mut held = Held::new();
        let mut struck = 0;
        for fault in FAULTS {
            for n in 1..MANY {
                let revision = held.revision + 1;
                let (next, effects) = held.change(revision);
                let (written, spared) = store.faults().during(n, fault, write(&store, effects)).await;
                let head = store.head().await.unwrap().revision;
                match written {
                    Ok(_) => assert_eq!(head, revision, "{fault:?} at call {n}"),
                    Err(error) => {
                        assert!(!spared && error.is_unavailable(), "{fault:?} at call {n}: {error}");
                        let was_lost = fault == Fault::AnswerLost && head == revision;
                        assert!(was_lost || head == held.revision, "{fault:?} at call {n}: head {head}");
                        struck += 1;
                    }
                }
                if head == revision {
                    held = next;
                }
                held.check(&store).await;
                if spared {
                    break;
                }
            }
        }
        assert!(struck > 3 * 8, "{struck}");
        eprintln!("torture: writes database={} struck={struck}", db.name());
    }

    async fn other_calls_fail_and_work_the_next_time(db: &Db) {
        let store = db.open().await;
        let (mut held, mut struck) = (Held::new(), 0);
        let (next, effects) = held.change(1);
        write(&store, effects).await.unwrap();
        held = next;
        for step in STEPS {
            for fault in FAULTS {
                for n in 1..MANY {
                    let place = db.folder.path().join(format!("{step:?}-{fault:?}-{n}.hoist"));
                    let work = step.run(&store, db, &place);
                    let (done, spared) = store.faults().during(n, fault, work).await;
                    if let Err(error) = done {
                        let told = error.is_unavailable() || matches!(error, StoreError::Invalid(_));
                        assert!(!spared && told, "{step:?}, {fault:?} at call {n}: {error}");
                        struck += 1;
                        assert!(!place.exists(), "{step:?}, {fault:?} at call {n}: half a backup");
                        step.run(&store, db, &place).await.unwrap();
                    }
                    held.check(&store).await;
                    if spared {
                        break;
                    }
                }
            }
        }
        assert!(struck > STEPS.len(), "{struck}");
        eprintln!("torture: calls database={} struck={struck}", db.name());
    }
}

/// What the store has to hold.
struct Held {
    revision: u64,
    flag: Option<Record>,
    project: hoist_model::Id,
    segment: hoist_model::Id,
    members: Vec<String>,
}

impl Held {
    fn new() -> Self {
        Self {
            revision: 0,
            flag: None,
            project: new_id(),
            segment: new_id(),
            members: Vec::new(),
        }
    }

    /// A change of a document and a list, and what is held after it.
    fn change(&self, revision: u64) -> (Self, Vec<Effect>) {
        let (after, effect) = match &self.flag {
            Some(before) => edited(before, revision),
            None => {
                let first = flag(self.project, "first", revision);
                let effect = created(&first);
                (first, effect)
            }
        };
        let joining = format!("subject-{revision}");
        let mut effects = vec![
            effect,
            Effect::AddMembers {
                segment: self.segment,
                members: vec![joining.clone()],
            },
        ];
        let mut members = self.members.clone();
        if members.len() > 2 {
            effects.push(Effect::RemoveMembers {
                segment: self.segment,
                members: vec![members.remove(0)],
            });
        }
        members.push(joining);
        let next = Self {
            revision,
            flag: Some(after),
            members,
            ..*self
        };
        (next, effects)
    }

    async fn check(&self, store: &Store) {
        let (loaded, documents) = loaded(store).await;
        assert_eq!(loaded.damaged, []);
        assert_eq!(loaded.head.revision, self.revision);
        assert_eq!(documents.first(), self.flag.as_ref());
        let members = loaded.members.first().map(|(_, members)| members.as_slice());
        assert_eq!(members.unwrap_or_default(), self.members);
    }
}

async fn everything_works(store: &Store) {
    let held = Held::new();
    let (held, effects) = held.change(1);
    write(store, effects).await.unwrap();
    held.check(store).await;
    for step in [Step::Session, Step::Secret, Step::Uses] {
        step.session_secret_or_use(store).await.unwrap();
    }
}

/// Something that is done with a store.
#[derive(Clone, Copy, Debug)]
enum Step {
    Session,
    Secret,
    Uses,
    History,
    Past,
    Backup,
    Restore,
}

const STEPS: [Step; 7] = [
    Step::Session,
    Step::Secret,
    Step::Uses,
    Step::History,
    Step::Past,
    Step::Backup,
    Step::Restore,
];

impl Step {
    async fn run(self, store: &Store, db: &Db, place: &Path) -> Result<()> {
        match self {
            Self::Session | Self::Secret | Self::Uses => self.session_secret_or_use(store).await,
            Self::History => {
                let found = store.history(&hoist_store::HistoryFilter::default(), None, 10).await?;
                assert_eq!(found.len(), 1);
                Ok(())
            }
            Self::Past => {
                let mut entries = 0;
                store.entries(&[1], |_| entries += 1).await?;
                assert_eq!(entries, 1);
                store.stamps().await.map(drop)
            }
            Self::Backup => store.backup(place, &db.config, &mut |_| ()).await.map(drop),
            Self::Restore => {
                let whole = place.with_extension("whole");
                if !whole.exists() {
                    let made = store
                        .faults()
                        .aside(store.backup(&whole, &db.config, &mut |_| ()))
                        .await;
                    made.unwrap();
                }
                let backup = Backup::open(&whole)?;
                store
                    .restore(&backup, "another", Present::Replace, &mut |_| ())
                    .await
                    .map(drop)
            }
        }
    }

    async fn session_secret_or_use(self, store: &Store) -> Result<()> {
        match self {
            Self::Session => {
                let mut digest = [0; 32];
                digest[..16].copy_from_slice(new_id().as_bytes());
                let session = Session {
                    digest: SessionDigest(digest),
                    user: new_id(),
                    created: time(0),
                    expires: time(100),
                    last_seen: time(0),
                    address: String::new(),
                    agent: String::new(),
                };
                store.create_session(&session).await?;
                let found = store.session(session.digest, time(1)).await?;
                assert_eq!(found.as_ref(), Some(&session));
                assert!(store.touch_session(session.digest, time(2)).await?);
                assert!(store.delete_session(session.digest).await?);
                store.purge_sessions(time(3)).await.map(drop)
            }
            Self::Secret => {
                let (owner, value) = (new_id(), SecretValue::new("x"));
                store.put_secret(owner, SecretKind::Token, value.clone()).await?;
                assert_eq!(store.secret(owner, SecretKind::Token).await?, Some(value));
                store.delete_secrets(owner).await
            }
            _ => {
                let id = new_id();
                store.save_uses(&[(id, 7)]).await?;
                assert!(store.uses().await?.contains(&(id, 7)));
                store.purge_remembered(time(1)).await.map(drop)
            }
        }
    }
}
