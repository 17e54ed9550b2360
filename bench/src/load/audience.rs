//! Many open event streams on one thread, and when each of them heard something.

use std::io::{Error, ErrorKind, Read as _, Result, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::epoll;
use rustix::fd::OwnedFd;
use rustix::time::Timespec;

/// Longer than any wait; only so that a mistake ends.
const PATIENCE: Duration = Duration::from_secs(20);

/// Open streams.
pub struct Audience {
    epoll: OwnedFd,
    listeners: Vec<Listener>,
}

struct Listener {
    stream: TcpStream,
    /// What came since the last mark.
    heard: Vec<u8>,
}

impl Audience {
    /// Opens so many streams with the same request, and waits until each was greeted.
    pub fn open(address: SocketAddr, count: usize, request: &[u8], greeting: &str) -> Result<Self> {
        let mut this = Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            listeners: Vec::with_capacity(count),
        };
        for number in 0..count {
            let mut stream = TcpStream::connect(address)?;
            stream.write_all(request)?;
            stream.set_nonblocking(true)?;
            let data = epoll::EventData::new_u64(number as u64);
            epoll::add(&this.epoll, &stream, data, epoll::EventFlags::IN)?;
            this.listeners.push(Listener {
                stream,
                heard: Vec::new(),
            });
        }
        this.hear(greeting)?;
        Ok(this)
    }

    /// Waits until every stream has brought the mark; when each did.
    pub fn hear(&mut self, mark: &str) -> Result<Vec<Instant>> {
        let began = Instant::now();
        let mut heard_at: Vec<Option<Instant>> = vec![None; self.listeners.len()];
        let mut missing = heard_at.len();
        let mut events = Vec::with_capacity(256);
        let pause = Timespec { tv_sec: 1, tv_nsec: 0 };
        while missing > 0 {
            epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&pause))?;
            for event in events.drain(..) {
                let number = event.data.u64() as usize;
                let listener = &mut self.listeners[number];
                listener.read()?;
                if heard_at[number].is_none() && listener.has(mark) {
                    heard_at[number] = Some(Instant::now());
                    listener.heard.clear();
                    missing -= 1;
                }
            }
            if began.elapsed() > PATIENCE {
                return Err(Error::other(format!("{missing} streams never heard {mark}")));
            }
        }
        Ok(heard_at.into_iter().flatten().collect())
    }
}

impl Listener {
    fn read(&mut self) -> Result<()> {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                self.heard.extend_from_slice(&buffer[..count]);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn has(&self, mark: &str) -> bool {
        self.heard.windows(mark.len()).any(|part| part == mark.as_bytes())
    }
}
