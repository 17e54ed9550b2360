//! The dialects against an in-memory house.

mod house;
mod ofrep;
