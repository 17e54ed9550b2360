//! The dialects against an in-memory house.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod flagd;
mod flagsmith;
mod house;
mod ofrep;
mod unleash;
