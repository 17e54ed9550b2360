//! The API over HTTP: whole instances on SQLite, no mocks.

mod document;
mod permissions;
mod pipe;
