//! The API over HTTP: whole instances on SQLite, no mocks.

mod accounts;
mod deciding;
mod document;
mod events;
mod large;
mod past;
mod permissions;
mod pipe;
mod reads;
mod restore;
mod states;
mod travel;
mod windows;
