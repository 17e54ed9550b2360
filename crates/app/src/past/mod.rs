//! Environments as they were at a revision, to be evaluated like those of today.
//!
//! Looking back has a small pool of its own: a few at work, a few who wait, and everybody else is told to come again.
//! So evaluation and changes never wait for somebody's question about last month.

mod cache;
pub(crate) mod loaded;
pub(crate) mod rewind;

use std::sync::Arc;

use hoist_model::Id;
use hoist_model::document::Environment;
use hoist_model::record::Kind;
use hoist_model::state::State;
use hoist_store::{Store, StoreError};
use jiff::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};

use self::cache::{Cache, Name};
use self::rewind::{Rewind, Wanted};
use crate::app::App;
use crate::world::{EnvironmentView, compile};

/// Looks back at the same time.
const AT_WORK: usize = 2;
/// Those and the ones that wait.
const ADMITTED: usize = 10;

/// Who may look back now, and what was seen before.
pub struct Pasts {
    admitted: Semaphore,
    at_work: Semaphore,
    cache: Cache,
}

impl Default for Pasts {
    fn default() -> Self {
        Self {
            admitted: Semaphore::new(ADMITTED),
            at_work: Semaphore::new(AT_WORK),
            cache: Cache::default(),
        }
    }
}

/// A place in the pool.
pub struct Admission<'p> {
    _admitted: SemaphorePermit<'p>,
    _at_work: SemaphorePermit<'p>,
}

impl Pasts {
    /// Waits for one's turn.
    ///
    /// # Errors
    /// When too many wait already.
    pub async fn admit(&self) -> Result<Admission<'_>, PastError> {
        let admitted = self.admitted.try_acquire().map_err(|_| PastError::Busy)?;
        let at_work = self.at_work.acquire().await.map_err(|_| PastError::Busy)?;
        Ok(Admission {
            _admitted: admitted,
            _at_work: at_work,
        })
    }
}

/// Why a past cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// Too many look back already.
    #[error("too many requests look back at once")]
    Busy,
    /// There is no such revision yet.
    #[error("the newest revision is {newest}")]
    Unknown {
        /// The newest.
        newest: u64,
    },
    /// It was longer ago than anybody may look.
    #[error("revision {revision} is from {at}")]
    TooOld {
        /// The revision.
        revision: u64,
        /// When it was written.
        at: Timestamp,
    },
    /// The environment at this position of the request did not exist.
    #[error("environment {0} did not exist")]
    UnknownEnvironment(usize),
    /// The log does not say what something was.
    #[error("the log has a gap")]
    Gap,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug.
    #[error("a task failed")]
    Internal,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct PastQuery {
    /// The project.
    pub project: Id,
    /// Keys of environments, as they were then.
    pub environments: Vec<String>,
    /// Keys of flags; all unless given.
    pub flags: Option<Vec<String>>,
    /// After this change, and before the next.
    pub revision: u64,
    /// Revisions from before are too old.
    pub oldest: Timestamp,
}

/// Environments as they were.
pub struct Past {
    /// When the revision was written.
    pub written_at: Timestamp,
    /// In the order they were asked for.
    pub environments: Vec<Arc<EnvironmentView>>,
}

impl App {
    /// Environments of a project as they were at a revision: definitions, settings, members.
    ///
    /// # Errors
    /// See [`PastError`].
    pub async fn past(&self, query: PastQuery) -> Result<Past, PastError> {
        let newest = self.world.state().revision();
        if query.revision > newest {
            return Err(PastError::Unknown { newest });
        }
        let _turn = self.pasts.admit().await?;
        let entry = self.store.entry(query.revision).await?;
        let written_at = entry.ok_or(PastError::Unknown { newest })?.at;
        if written_at < query.oldest {
            return Err(PastError::TooOld {
                revision: query.revision,
                at: written_at,
            });
        }
        let names: Vec<Name> = query.environments.iter().map(|key| name(&query, key)).collect();
        let known: Option<Vec<_>> = names.iter().map(|name| self.pasts.cache.get(name)).collect();
        if let Some(environments) = known {
            return Ok(Past {
                written_at,
                environments,
            });
        }
        let environments = self.rebuilt(query).await?;
        for (name, (weight, view)) in names.into_iter().zip(&environments) {
            self.pasts.cache.keep(name, *weight, Arc::clone(view));
        }
        Ok(Past {
            written_at,
            environments: environments.into_iter().map(|(_, view)| view).collect(),
        })
    }

    async fn rebuilt(&self, query: PastQuery) -> Result<Vec<(usize, Arc<EnvironmentView>)>, PastError> {
        let world = Arc::clone(&self.world);
        let now = tokio::task::spawn_blocking(move || world.clone_state())
            .await
            .map_err(|_| PastError::Internal)?;
        let rewind = Rewind::new(&self.store, &now, Vec::new(), query.project, query.revision);
        let wanted = Wanted {
            environments: &query.environments,
            flags: query.flags.as_deref(),
        };
        let past = rewind.state(&wanted).await?;
        let compiled = tokio::task::spawn_blocking(move || compiled(&past, &query));
        compiled.await.map_err(|_| PastError::Internal)
    }
}

/// A project as it was at a revision, for commands that work without a server: nobody else waits for them. Of the
/// state, only the project is there.
///
/// # Errors
/// When there is no such revision, or the database cannot be read.
pub async fn project_at(store: &Store, now: &State, project: Id, revision: u64) -> Result<State, PastError> {
    if revision == 0 || revision > now.revision() {
        return Err(PastError::Unknown { newest: now.revision() });
    }
    Rewind::new(store, now, Vec::new(), project, revision).whole().await
}

fn name(query: &PastQuery, environment: &str) -> Name {
    Name {
        project: query.project,
        environment: environment.to_owned(),
        revision: query.revision,
        flags: query.flags.clone(),
    }
}

fn compiled(past: &State, query: &PastQuery) -> Vec<(usize, Arc<EnvironmentView>)> {
    let project = query.project;
    let members = past.segments(project).filter_map(|(doc, _)| past.members(doc.id));
    let weight = past.count(Kind::Flag, Some(project))
        + past.count(Kind::Segment, Some(project))
        + members.map(|set| set.len() / 100).sum::<usize>();
    let environments = query.environments.iter().filter_map(|key| {
        let doc = past.find(Kind::Environment, Some(project), key)?;
        let body = doc.as_a::<Environment>()?;
        Some((weight + 1, Arc::new(compile(past, project, doc.id, body))))
    });
    environments.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_few_work_a_few_wait_and_the_rest_come_again() {
        let pasts = Arc::new(Pasts::default());
        let mut at_work = Vec::new();
        for _ in 0..AT_WORK {
            at_work.push(pasts.admit().await.expect("a place"));
        }
        let mut waiting = tokio::task::JoinSet::new();
        for _ in AT_WORK..ADMITTED {
            let pasts = Arc::clone(&pasts);
            waiting.spawn(async move { pasts.admit().await.map(drop).is_ok() });
        }
        while pasts.admitted.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(pasts.admit().await, Err(PastError::Busy)));
        drop(at_work);
        assert!(waiting.join_all().await.into_iter().all(|was_admitted| was_admitted));
        assert!(pasts.admit().await.is_ok());
    }
}
