//! What surrounds every request: ids, addresses, counts, logs, the guard against panics, streams.
//!
//! [`observe::Observe`] is the one layer, so that a request passes one box. It is put on the whole
//! router once and learns its route when the first request comes.

pub mod address;
pub mod observe;
pub mod problem;
pub mod request_id;
pub mod streams;
