//! Submitting changes: the one door, for people, scripts and imports alike.

use hoist_store::StoreError;
use std::fmt;

use hoist_model::Id;
use hoist_model::log::Actor;
use hoist_model::plan::{Plan, Refusal, Request, Reveal};
use serde::{Deserialize, Serialize};

/// A request with who asks and how.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Who.
    pub actor: Actor,
    /// What.
    pub request: Request,
    /// The plan that the actor has seen; a plan that says something else is not carried out.
    pub seen: Option<String>,
    /// For requests that may come twice.
    pub idempotency: Option<Idempotency>,
}

/// Tells a repeated request from a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// Whose key it is.
    pub scope: String,
    /// The client's key.
    pub key: String,
    /// Hash of the request.
    pub fingerprint: String,
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done, and served.
    Applied,
    /// Waits for approval.
    Proposed,
    /// Waits for its time.
    Scheduled,
    /// Policy says no.
    Refused,
}

/// The answer to a submission.
pub struct Answer {
    /// What became of it.
    pub outcome: Outcome,
    /// The revision that contains it; unchanged when there was nothing to do.
    pub revision: u64,
    /// The change's id, to be found in the log; absent when nothing happened.
    pub change: Option<Id>,
    /// Why policy refused.
    pub reason: Option<String>,
    /// What it did; absent in a repeated answer.
    pub plan: Option<Plan>,
    /// Secrets to show once; never in a repeated answer.
    pub reveals: Vec<Reveal>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("outcome", &self.outcome)
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

/// What is remembered of an answer.
#[derive(Serialize, Deserialize)]
pub(crate) struct Remembered {
    pub(crate) outcome: Outcome,
    pub(crate) revision: u64,
    pub(crate) change: Option<Id>,
}

/// Why a submission was not carried out.
#[derive(Debug)]
pub enum Failure {
    /// It cannot be planned.
    Refused(Refusal),
    /// The plan differs from the one that was seen; this is the new one.
    PlanChanged(Box<PlanChanged>),
    /// The idempotency key was used for another request.
    KeyReused,
    /// The database is unavailable; try again after so many seconds.
    Unavailable {
        /// Whole seconds, at least 1.
        retry_after_s: u64,
    },
    /// A newer Hoist has taken over the database; this one only reads.
    ReadOnly,
    /// An entry of the log that it builds on cannot be read.
    Damaged {
        /// The entry.
        revision: String,
    },
    /// A bug here; details are in the log.
    Internal,
}

/// A plan that says something else than the one that was seen.
pub struct PlanChanged {
    /// As it would be now.
    pub plan: Plan,
}

impl fmt::Debug for PlanChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlanChanged").finish_non_exhaustive()
    }
}

/// Names what a plan says to people: its sentences, warnings and grade. Fresh ids and salts do
/// not enter, since every planning makes new ones.
pub fn plan_token(plan: &Plan) -> String {
    let mut text = String::new();
    for sentence in &plan.sentences {
        text.push_str(&sentence.text);
        text.push('\n');
    }
    for warning in &plan.warnings {
        text.push_str(&warning.text);
        text.push('\n');
    }
    for (document, revision) in plan.base() {
        // Documents that the plan creates have new ids each time.
        if revision > 0 {
            text.push_str(&format!("{document}@{revision}\n"));
        }
    }
    text.push_str(&format!("{:?}", plan.grade));
    crate::source::digest_hex(&text).chars().take(32).collect()
}

/// What a failure of the store means to whoever asked; what is ours is logged.
pub fn failure(error: &StoreError) -> Failure {
    match error {
        StoreError::Unavailable { retry, reason } => {
            tracing::warn!(%reason, "the database is unavailable");
            Failure::Unavailable {
                retry_after_s: retry.as_secs().max(1),
            }
        }
        StoreError::TooNew { .. } => Failure::ReadOnly,
        StoreError::Damaged(damaged) if damaged.table == "change" => {
            tracing::error!(%damaged, "a row of the log is damaged");
            Failure::Damaged {
                revision: damaged.id.clone(),
            }
        }
        other => {
            tracing::error!(error = %other, "the store failed");
            Failure::Internal
        }
    }
}
