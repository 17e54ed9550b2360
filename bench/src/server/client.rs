//! One connection that asks and waits, for setting up and for latencies.

use std::io::{BufRead as _, BufReader, Error, ErrorKind, Read as _, Result, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value as Json;

use crate::Failure;

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(180);

/// A connection.
pub struct Client {
    connection: BufReader<TcpStream>,
    /// Sent with each request, with its line end.
    header: String,
}

/// An answer, read to its end.
pub struct Answer {
    /// Of the first line.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// As it came.
    pub body: Vec<u8>,
}

impl Client {
    /// Connects. The header is one line without its end, or empty.
    pub fn connect(address: SocketAddr, header: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let header = if header.is_empty() {
            String::new()
        } else {
            format!("{header}\r\n")
        };
        Ok(Self {
            connection: BufReader::new(stream),
            header,
        })
    }

    /// Asks with a body of JSON text, or an empty one.
    pub fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<Answer> {
        let request = request(method, path, &self.header, body);
        self.connection.get_mut().write_all(&request)?;
        self.answer()
    }

    /// Asks and expects an answer of JSON with status 200 or 201.
    pub fn must(&mut self, method: &str, path: &str, body: &str) -> std::result::Result<Json, Failure> {
        let failure = |what: &dyn std::fmt::Display| format!("{method} {path}: {what}");
        let answer = self.ask(method, path, body).map_err(|error| failure(&error))?;
        if !matches!(answer.status, 200 | 201) {
            return Err(failure(&format!("{} {}", answer.status, answer.text())));
        }
        serde_json::from_slice(&answer.body).map_err(|error| failure(&error))
    }

    fn answer(&mut self) -> Result<Answer> {
        let status = self.line()?.split(' ').nth(1).and_then(|word| word.parse().ok());
        let mut answer = Answer {
            status: status.ok_or_else(|| Error::other("no status"))?,
            headers: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let line = self.line()?;
            match line.split_once(':') {
                Some((name, value)) => answer
                    .headers
                    .push((name.to_ascii_lowercase(), value.trim().to_owned())),
                None => break,
            }
        }
        let length = answer.header("content-length").parse().unwrap_or_default();
        answer.body = vec![0; length];
        self.connection.read_exact(&mut answer.body)?;
        Ok(answer)
    }

    /// A line without its end.
    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.connection.read_line(&mut line)?;
        let whole = line.strip_suffix("\r\n").map(str::to_owned);
        whole.ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }
}

impl Answer {
    /// A header by its name in lower case; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        let mut named = self.headers.iter().filter(|(known, _)| known == name);
        named.next().map_or("", |(_, value)| value)
    }

    /// The body as text.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

/// A whole request; each header line with its end.
pub fn request(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let about_body = match body {
        "" => String::new(),
        body => format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()),
    };
    format!("{method} {path} HTTP/1.1\r\nhost: bench\r\n{headers}{about_body}\r\n{body}").into_bytes()
}
