//! The writer: one task per node that turns submissions into committed, published changes.
//!
//! Requests only await it, so a dropped connection cannot fall between commit and publish. It
//! plans on a state of its own that runs ahead of what readers see by the open batch only; when
//! a batch fails, that state is taken anew from what is published.

use std::sync::Arc;
use std::time::Duration;

use hoist_model::Id;
use hoist_model::log::LogEntry;
use hoist_model::plan::{self, Plan, SecretKind, SecretWrite};
use hoist_model::state::{ReadEntry, State};
use hoist_store::{Batch, Commit, Conflict, Remember, Store, StoreError};
use serde_json::Value as Json;
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::follower::start_anew;
use crate::past::loaded::{LoadedPast, Wanted};
use crate::policy::{Policy, Verdict};
use crate::source::Maker;
use crate::submit::{Answer, Failure, Outcome, PlanChanged, Remembered, Submission, failure, plan_token};
use crate::world::World;

/// Submissions that wait at most; more are refused at once.
pub(crate) const QUEUE: usize = 256;
/// Submissions in one transaction at most.
const BATCH: usize = 64;
/// Log entries read at once when catching up.
const CATCH_UP: u32 = 500;

/// A submission with where its answer goes.
pub(crate) struct Job {
    pub(crate) submission: Submission,
    pub(crate) answer: oneshot::Sender<Result<Answer, Failure>>,
}

pub(crate) struct Writer {
    pub(crate) store: Store,
    pub(crate) world: Arc<World>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) maker: Maker,
    pub(crate) policy: Policy,
    pub(crate) jobs: mpsc::Receiver<Job>,
}

/// An entry of the open batch, with its documents for both copies of the state.
pub(crate) struct Written {
    pub(crate) entry: LogEntry,
    read: ReadEntry,
}

/// What became of one submission, to be answered after COMMIT.
enum Done {
    /// Answered whatever happens to the batch.
    Settled(Result<Answer, Failure>),
    /// Counts only if the batch commits.
    Written { answer: Answer, change: Id },
}

impl Writer {
    pub(crate) async fn run(mut self) {
        let mut ahead = self.world.clone_state();
        while let Some(first) = self.jobs.recv().await {
            let mut jobs = vec![first];
            while jobs.len() < BATCH
                && let Ok(job) = self.jobs.try_recv()
            {
                jobs.push(job);
            }
            if !self.batch(&mut ahead, jobs).await {
                ahead = self.world.clone_state();
            }
        }
    }

    /// Runs one transaction. False when `ahead` no longer equals what is published.
    async fn batch(&mut self, ahead: &mut State, jobs: Vec<Job>) -> bool {
        let mut batch = match self.store.begin().await {
            Ok(batch) => batch,
            Err(error) => {
                refuse_all(jobs, &error);
                return true;
            }
        };
        if let Err(error) = self.catch_up(&mut batch, ahead).await {
            refuse_all(jobs, &error);
            return false;
        }
        let mut entries = Vec::new();
        let mut waiting = Vec::new();
        let mut broken = None;
        for job in jobs {
            if let Some(error) = &broken {
                let _ = job.answer.send(Err(failure(error)));
                continue;
            }
            match self.one(&mut batch, ahead, &job.submission, &mut entries).await {
                Ok(done) => waiting.push((done, job.answer)),
                Err(error) => {
                    let _ = job.answer.send(Err(failure(&error)));
                    broken = Some(error);
                }
            }
        }
        let result = match broken {
            Some(error) => {
                batch.rollback().await;
                Err(error)
            }
            None if entries.is_empty() => {
                batch.rollback().await;
                Ok(())
            }
            None => self.commit(batch, &waiting).await,
        };
        if result.is_ok() {
            for written in &entries {
                self.world.publish_read(&written.entry, &written.read);
            }
        }
        for (done, answer) in waiting {
            let sent = match (done, &result) {
                (Done::Settled(settled), _) => settled,
                (Done::Written { answer, .. }, Ok(())) => Ok(answer),
                (Done::Written { .. }, Err(error)) => Err(failure(error)),
            };
            // A client that has gone away changes nothing.
            let _ = answer.send(sent);
        }
        result.is_ok() || entries.is_empty()
    }

    /// Commits; when the outcome is unknown, asks the log before answering.
    async fn commit(
        &self,
        batch: Batch,
        waiting: &[(Done, oneshot::Sender<Result<Answer, Failure>>)],
    ) -> Result<(), StoreError> {
        let Err(error) = batch.commit().await else {
            return Ok(());
        };
        tracing::error!(%error, "commit failed; asking the log what became of it");
        let changes: Vec<Id> = waiting
            .iter()
            .filter_map(|(done, _)| match done {
                Done::Written { change, .. } => Some(*change),
                Done::Settled(_) => None,
            })
            .collect();
        match self.store.known_changes(&changes).await {
            Ok(known) if known.len() == changes.len() => Ok(()),
            _ => Err(error),
        }
    }

    /// Takes over what other nodes have written.
    async fn catch_up(&self, batch: &mut Batch, ahead: &mut State) -> Result<(), StoreError> {
        if batch.head().epoch != ahead.head().epoch {
            self.world.end_epoch();
            return Err(StoreError::Unavailable {
                retry: Duration::from_secs(1),
                reason: "the database was restored meanwhile".to_owned(),
            });
        }
        while ahead.revision() < batch.head().revision {
            let entries = match batch.log_after(ahead.revision(), CATCH_UP).await {
                Err(StoreError::Damaged(damaged)) => {
                    start_anew(&self.store, &self.world, &damaged).await?;
                    *ahead = self.world.clone_state();
                    continue;
                }
                entries => entries?,
            };
            if entries.is_empty() {
                break;
            }
            for entry in &entries {
                let read = ReadEntry::of(entry);
                ahead.apply_read(entry, &read);
                self.world.publish_read(entry, &read);
            }
        }
        Ok(())
    }

    /// Plans and appends one submission. An error is the database's and ends the batch.
    async fn one(
        &mut self,
        batch: &mut Batch,
        ahead: &mut State,
        submission: &Submission,
        entries: &mut Vec<Written>,
    ) -> Result<Done, StoreError> {
        if let Some(key) = &submission.idempotency
            && let Some(found) = batch.remembered(&key.scope, &key.key).await?
        {
            return Ok(Done::Settled(repeated(&found, &key.fingerprint)));
        }
        let pending = entries.iter().map(|written| &written.entry).collect();
        let past = match LoadedPast::fetch(&self.store, Wanted::of(ahead, submission), ahead, pending).await {
            Ok(past) => past.with_batch(entries),
            // Of this submission only: the others of the batch do not build on it.
            Err(error @ StoreError::Damaged(_)) => return Ok(Done::Settled(Err(failure(&error)))),
            Err(error) => return Err(error),
        };
        let now = self.clock.now();
        let planned = plan::plan(
            ahead,
            &submission.request,
            &submission.actor,
            now,
            &mut self.maker,
            &past,
        );
        let mut plan = match planned {
            Ok(plan) => plan,
            Err(refusal) => return Ok(Done::Settled(Err(Failure::Refused(refusal)))),
        };
        if submission.seen.as_ref().is_some_and(|seen| *seen != plan_token(&plan)) {
            return Ok(Done::Settled(Err(Failure::PlanChanged(Box::new(PlanChanged { plan })))));
        }
        if plan.effects.is_empty() {
            return Ok(Done::Settled(Ok(unchanged(ahead.revision(), plan))));
        }
        match self.policy.judge(&plan) {
            Verdict::Apply => {}
            Verdict::Propose => {
                return Ok(Done::Settled(Ok(put_off(
                    Outcome::Proposed,
                    None,
                    ahead.revision(),
                    plan,
                ))));
            }
            Verdict::Refuse { reason } => {
                return Ok(Done::Settled(Ok(put_off(
                    Outcome::Refused,
                    Some(reason),
                    ahead.revision(),
                    plan,
                ))));
            }
        }
        let change = self.maker.id();
        let entry = self.entry(change, submission, &plan, ahead.revision() + 1, now);
        let remember = submission.idempotency.as_ref().map(|key| Remember {
            scope: key.scope.clone(),
            key: key.key.clone(),
            fingerprint: key.fingerprint.clone(),
            answer: remembered_text(entry.revision, change),
        });
        let secrets = plan.secrets.iter().map(secret_write).collect();
        let commit = Commit {
            entry,
            secrets,
            remember,
        };
        match batch.append(&commit).await {
            Ok(()) => {}
            Err(StoreError::Conflict(conflict)) => return Ok(Done::Settled(Err(conflict_failure(&conflict, ahead)))),
            Err(StoreError::Invalid(detail)) => {
                let problem = plan::Problem {
                    code: "bad_value".into(),
                    detail,
                    pointer: "/changes".into(),
                };
                return Ok(Done::Settled(Err(Failure::Refused(plan::Refusal::Invalid(vec![
                    problem,
                ])))));
            }
            Err(error) => return Err(error),
        }
        let entry = commit.entry;
        let revision = entry.revision;
        let read = ReadEntry::of(&entry);
        ahead.apply_read(&entry, &read);
        entries.push(Written { entry, read });
        let reveals = std::mem::take(&mut plan.reveals);
        let answer = Answer {
            outcome: Outcome::Applied,
            revision,
            change: Some(change),
            reason: None,
            plan: Some(plan),
            reveals,
        };
        Ok(Done::Written { answer, change })
    }

    fn entry(&self, change: Id, submission: &Submission, plan: &Plan, revision: u64, now: jiff::Timestamp) -> LogEntry {
        LogEntry {
            revision,
            change,
            at: now,
            actor: submission.actor.clone(),
            project: plan.project,
            environments: plan.environments.clone(),
            summary: plan.summary(),
            note: submission.request.note.clone(),
            correlation: None,
            undoes: plan.undoes,
            intent: intent(submission),
            effects: plan.effects.clone(),
        }
    }
}

/// What was asked, for people. An import's file is told by its effects already.
fn intent(submission: &Submission) -> Json {
    use hoist_model::change::Change;
    let told: Vec<Json> = submission
        .request
        .changes
        .iter()
        .map(|change| match change {
            Change::Import(import) => serde_json::json!({"import": {"source": import.source}}),
            other => serde_json::to_value(other).unwrap_or(Json::Null),
        })
        .collect();
    Json::Array(told)
}

fn secret_write(write: &SecretWrite) -> hoist_store::SecretWrite {
    let kind = match write.kind {
        SecretKind::Password => hoist_store::SecretKind::Password,
    };
    hoist_store::SecretWrite::Put {
        owner: write.owner,
        kind,
        value: hoist_store::SecretValue::new(write.digest.as_bytes()),
    }
}

fn unchanged(revision: u64, plan: Plan) -> Answer {
    Answer {
        outcome: Outcome::Applied,
        revision,
        change: None,
        reason: None,
        plan: Some(plan),
        reveals: Vec::new(),
    }
}

fn put_off(outcome: Outcome, reason: Option<String>, revision: u64, plan: Plan) -> Answer {
    Answer {
        outcome,
        revision,
        change: None,
        reason,
        plan: Some(plan),
        reveals: Vec::new(),
    }
}

fn remembered_text(revision: u64, change: Id) -> String {
    serde_json::to_string(&Remembered {
        outcome: Outcome::Applied,
        revision,
        change: Some(change),
    })
    .unwrap_or_default()
}

fn repeated(found: &hoist_store::Remembered, fingerprint: &str) -> Result<Answer, Failure> {
    if found.fingerprint != fingerprint {
        return Err(Failure::KeyReused);
    }
    let kept: Remembered = serde_json::from_str(&found.answer).map_err(|_| Failure::Internal)?;
    Ok(Answer {
        outcome: kept.outcome,
        revision: kept.revision,
        change: kept.change,
        reason: None,
        plan: None,
        reveals: Vec::new(),
    })
}

fn conflict_failure(conflict: &Conflict, ahead: &State) -> Failure {
    match conflict {
        Conflict::Key { kind, key, .. } => {
            let detail = format!("a {} with the key {key} exists already", kind.as_str());
            let problem = plan::Problem {
                code: "key_taken".into(),
                detail,
                pointer: "/changes".into(),
            };
            Failure::Refused(plan::Refusal::Invalid(vec![problem]))
        }
        Conflict::Stale { document, .. } => {
            let winner = ahead.get(*document).map_or(0, |doc| doc.revision);
            Failure::Refused(plan::Refusal::Conflict {
                document: *document,
                winner,
                paths: Vec::new(),
            })
        }
        Conflict::Change(_) | Conflict::Exists => Failure::Internal,
    }
}

fn refuse_all(jobs: Vec<Job>, error: &StoreError) {
    for job in jobs {
        let _ = job.answer.send(Err(failure(error)));
    }
}
