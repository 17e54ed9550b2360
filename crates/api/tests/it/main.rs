//! The API over HTTP: whole instances on SQLite, no mocks.

mod accounts;
mod adopt;
mod clock;
mod deciding;
mod document;
mod events;
mod guessing;
mod hostile;
mod large;
mod past;
mod permissions;
mod pipe;
mod reads;
mod restore;
mod socket;
mod states;
#[cfg(feature = "test-hooks")]
mod sweep;
mod tester;
mod travel;
mod windows;
