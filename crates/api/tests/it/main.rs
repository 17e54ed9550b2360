//! The API over HTTP: whole instances on SQLite, no mocks.

mod deciding;
mod document;
mod past;
mod permissions;
mod pipe;
mod reads;
mod states;
