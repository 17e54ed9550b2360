//! The measurements of servers, one per file.

pub mod bulk;
mod contest;
pub mod many;
mod mixed;
pub mod one;
pub mod publish;
pub mod streams;
pub mod unchanged;
pub mod writes;
