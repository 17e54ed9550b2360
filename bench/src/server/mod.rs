//! Servers that are measured: each in a process of its own on the measured core, spoken to over loopback.

mod ceiling;
mod client;
mod edge;
mod hoist;
mod process;

pub use ceiling::Ceiling;
pub use client::{Client, request};
pub use edge::Edge;
pub use hoist::{Hoist, PROJECT};
pub use process::{Folder, Process};

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::Failure;

/// An address of loopback that nobody listens on.
fn free_address() -> Result<SocketAddr, Failure> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    bound.map_err(|error| format!("no port is free: {error}"))
}
