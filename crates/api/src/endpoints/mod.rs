//! One endpoint or one aggregate's endpoints per file: types, docs, handlers.

pub mod changes;
pub mod environments;
pub mod events;
pub mod flags;
pub mod organizations;
pub mod projects;
pub mod session;
pub mod setup;
