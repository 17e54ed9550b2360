//! Everything out of the store into memory, and what of it cannot be used.

use std::sync::Arc;

use hoist_model::state::{Doc, Stamp, State};
use hoist_store::{Damaged, Fate, Store, StoreError};

/// What was read.
pub struct Loaded {
    /// All that can be used.
    pub state: State,
    /// Rows that are not what was written or cannot be understood, and what became of each.
    pub damaged: Vec<Damaged>,
}

impl Loaded {
    /// Rows that are missing in the state.
    pub fn lost(&self) -> impl Iterator<Item = &Damaged> {
        self.damaged.iter().filter(|row| row.fate == Fate::Lost)
    }
}

/// Reads and verifies everything that lives in memory.
///
/// # Errors
/// When the database is unavailable or its frame is damaged; single rows are left out instead.
pub async fn load(store: &Store) -> Result<Loaded, StoreError> {
    let mut documents = Vec::new();
    let loaded = store
        .load(|record| documents.push(Doc::read(&record).map(Arc::new).map_err(|error| (record.id, error))))
        .await?;
    let mut state = State::empty(loaded.head);
    let mut damaged = loaded.damaged;
    for document in documents {
        match document {
            Ok(document) => state.add(document),
            Err((id, error)) => damaged.push(Damaged::new("document", id.to_string(), error.to_string())),
        }
    }
    for (segment, members) in loaded.members {
        state.load_members(segment, members);
    }
    let stamps = store.stamps().await?;
    state.load_stamps(
        stamps
            .into_iter()
            .map(|(revision, at, actor)| (revision, Stamp { at, actor })),
    );
    Ok(Loaded { state, damaged })
}

/// The same for a server, which goes on with what it has.
pub(crate) async fn load_and_tell(store: &Store) -> Result<State, StoreError> {
    let loaded = load(store).await?;
    for row in &loaded.damaged {
        match row.fate {
            Fate::Lost => tracing::error!(%row, "a damaged row is left out"),
            Fate::TakenFromLog => tracing::error!(%row, "a damaged row"),
        }
    }
    Ok(loaded.state)
}
