//! A connection of the generator: it sends prepared bytes and looks for the end of the answer.

use std::io::{Error, ErrorKind, Read as _, Result, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// One connection.
pub struct Connection {
    stream: TcpStream,
    asked: Instant,
    /// A head that has not come to its end.
    head: Vec<u8>,
    /// Bytes of the body that are still to come; absent while the head is read.
    rest: Option<usize>,
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            asked: Instant::now(),
            head: Vec::new(),
            rest: None,
        })
    }

    /// For polling.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Sends a request. It fits into the socket's buffer, since nothing else is under way.
    pub fn ask(&mut self, request: &[u8]) -> Result<()> {
        self.asked = Instant::now();
        self.stream.write_all(request)
    }

    /// Reads what is there; the latency once the answer is whole.
    pub fn read(&mut self, buffer: &mut [u8], status: u16) -> Result<Option<Duration>> {
        let count = match self.stream.read(buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error),
        };
        let read = &buffer[..count];
        let body = match self.rest {
            Some(_) => count,
            None => match self.read_head(read, status)? {
                Some(body) => body,
                None => return Ok(None),
            },
        };
        let rest = self.rest.unwrap_or_default().checked_sub(body);
        match rest.ok_or_else(|| Error::other("more came than was announced"))? {
            0 => {
                self.rest = None;
                Ok(Some(self.asked.elapsed()))
            }
            rest => {
                self.rest = Some(rest);
                Ok(None)
            }
        }
    }

    /// Looks for the end of the head; how much of the body came with it.
    fn read_head(&mut self, read: &[u8], status: u16) -> Result<Option<usize>> {
        // Nearly always the head comes whole, and nothing needs to be kept.
        if self.head.is_empty() {
            if let Some(end) = end_of_head(read) {
                self.rest = Some(length_of_body(&read[..end], status)?);
                return Ok(Some(read.len() - end));
            }
            self.head.extend_from_slice(read);
            return Ok(None);
        }
        self.head.extend_from_slice(read);
        let Some(end) = end_of_head(&self.head) else {
            return Ok(None);
        };
        self.rest = Some(length_of_body(&self.head[..end], status)?);
        let body = self.head.len() - end;
        self.head.clear();
        Ok(Some(body))
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// What the head announces. The answer must have the expected status: errors are fast, and would look like success.
fn length_of_body(head: &[u8], status: u16) -> Result<usize> {
    let text = std::str::from_utf8(head).map_err(Error::other)?;
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let own = first.split(' ').nth(1).and_then(|word| word.parse::<u16>().ok());
    if own != Some(status) {
        return Err(Error::other(format!("{first}, where {status} was expected")));
    }
    if status == 304 {
        return Ok(0);
    }
    let named = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    };
    lines
        .find_map(named)
        .ok_or_else(|| Error::other("an answer without a length"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_tell_how_much_follows() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n";
        assert_eq!(end_of_head(b"HTTP/1.1 200 OK\r\n"), None);
        assert_eq!(end_of_head(head), Some(head.len()));
        assert_eq!(length_of_body(head, 200).unwrap(), 12);
        assert_eq!(length_of_body(b"HTTP/1.1 304 Not Modified\r\n\r\n", 304).unwrap(), 0);
        assert!(length_of_body(head, 304).is_err());
        assert!(length_of_body(b"HTTP/1.1 200 OK\r\n\r\n", 200).is_err());
    }
}
