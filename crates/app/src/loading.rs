//! Everything out of the store into memory, and what of it cannot be used.

use std::sync::Arc;

use hoist_model::state::{Doc, Stamp, State};
use hoist_store::{Store, StoreError};

/// What was read.
pub struct Loaded {
    /// All that can be used.
    pub state: State,
    /// What is left out, and why.
    pub left_out: Vec<String>,
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
    let mut left_out: Vec<String> = loaded.damaged.iter().map(ToString::to_string).collect();
    for document in documents {
        match document {
            Ok(document) => state.add(document),
            Err((id, error)) => left_out.push(format!("document {id}: {error}")),
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
    Ok(Loaded { state, left_out })
}

/// The same for a server, which goes on with what it has.
pub(crate) async fn load_and_tell(store: &Store) -> Result<State, StoreError> {
    let loaded = load(store).await?;
    for row in &loaded.left_out {
        tracing::error!(row, "left out");
    }
    Ok(loaded.state)
}
