//! The generator: so many connections on one thread, each of which asks again as soon as it is answered.

mod audience;
mod connection;

pub use audience::Audience;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rustix::event::epoll;

use crate::Failure;
use crate::machine::{Core, pinned};
use connection::Connection;

/// What is asked of a server.
pub struct Load {
    /// Whom.
    pub address: SocketAddr,
    /// At once.
    pub connections: usize,
    /// Whole requests, in rotation.
    pub requests: Vec<Vec<u8>>,
    /// The status that each must be answered with.
    pub status: u16,
}

/// What came back.
pub struct Volume {
    /// Answers.
    pub answers: u64,
    /// Time in which they came.
    pub elapsed: Duration,
    /// From request to the last byte of its answer, in µs, ascending.
    pub latencies_us: Vec<u32>,
}

impl Load {
    /// Asks for a while, from the measuring core.
    pub fn run(&self, time: Duration) -> Result<Volume, Failure> {
        pinned(Core::Measuring, || {
            self.generate(time)
                .map_err(|error| format!("load on {}: {error}", self.address))
        })
    }

    fn generate(&self, time: Duration) -> std::io::Result<Volume> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut connections = Vec::with_capacity(self.connections);
        for number in 0..self.connections {
            let connection = Connection::open(self.address)?;
            epoll::add(
                &epoll,
                connection.stream(),
                epoll::EventData::new_u64(number as u64),
                epoll::EventFlags::IN,
            )?;
            connections.push(connection);
        }
        let mut requests = self.requests.iter().cycle();
        let mut next = || requests.next().map(Vec::as_slice).unwrap_or_default();
        let began = Instant::now();
        for connection in &mut connections {
            connection.ask(next())?;
        }
        let mut latencies_us = Vec::with_capacity(1 << 18);
        let mut events = Vec::with_capacity(self.connections);
        let mut buffer = vec![0; 1 << 16];
        while began.elapsed() < time {
            epoll::wait(&epoll, rustix::buffer::spare_capacity(&mut events), None)?;
            for event in events.drain(..) {
                let connection = &mut connections[event.data.u64() as usize];
                if let Some(latency) = connection.read(&mut buffer, self.status)? {
                    latencies_us.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
                    connection.ask(next())?;
                }
            }
        }
        let elapsed = began.elapsed();
        latencies_us.sort_unstable();
        Ok(Volume {
            answers: latencies_us.len() as u64,
            elapsed,
            latencies_us,
        })
    }
}

impl Volume {
    /// The latency that this share of answers did not exceed, in ms.
    pub fn percentile_ms(&self, share: f64) -> f64 {
        let last = self.latencies_us.len().saturating_sub(1);
        let at = (self.latencies_us.len() as f64 * share) as usize;
        self.latencies_us
            .get(at.min(last))
            .map_or(0.0, |latency| f64::from(*latency) / 1e3)
    }
}
