//! Questions about the past, as the store takes them.

pub use hoist_store::{ActorFilter, HistoryFilter, Logged, StoreError};
