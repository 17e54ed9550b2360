//! A client that outlives the server: each request ends in an answer or in an error.

use std::io::{BufRead as _, BufReader, Error, ErrorKind, Read as _, Result, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{EMAIL, PASSWORD, PROJECT};
use crate::hoist::{Server, wait};

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Keeps its connection while the server does.
pub(crate) struct Client {
    address: SocketAddr,
    header: String,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    /// Asks with a token in hand.
    pub(crate) fn new(address: SocketAddr, token: &str) -> Self {
        Self::with_header(address, format!("authorization: Bearer {token}"))
    }

    /// Asks with a header of its own.
    pub(crate) fn with_header(address: SocketAddr, header: String) -> Self {
        Self {
            address,
            header,
            connection: None,
        }
    }

    /// A request with a body of JSON or without one; the answer's status and body.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: Option<&Json>) -> Result<(u16, Json)> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(self.address)?,
        };
        let body = body.map(Json::to_string).unwrap_or_default();
        let (header, length) = (&self.header, body.len());
        let head = format!("{method} {path} HTTP/1.1\r\nhost: hoist\r\n{header}\r\nhoist-csrf: 1");
        let kind = "content-type: application/json";
        let request = format!("{head}\r\n{kind}\r\ncontent-length: {length}\r\n\r\n{body}");
        connection.get_mut().write_all(request.as_bytes())?;
        let answer = read(&mut connection)?;
        self.connection = Some(connection);
        Ok(answer)
    }

    /// Changes of the project that happen together. The note is the history's.
    pub(crate) fn change(&mut self, changes: &Json, note: &str) -> Result<(u16, Json)> {
        let body = json!({ "changes": changes, "note": note });
        self.ask("POST", &format!("{PROJECT}/changes"), Some(&body))
    }

    /// The same where nothing may fail; the revision.
    #[track_caller]
    pub(crate) fn must_change(&mut self, changes: &Json, note: &str) -> (u64, Json) {
        let (status, body) = self.change(changes, note).expect("an answer");
        assert_eq!((status, &body["outcome"]), (200, &json!("applied")), "{body}");
        (body["revision"].as_u64().expect("a revision"), body)
    }

    /// What a path answers with 200.
    #[track_caller]
    pub(crate) fn get(&mut self, path: &str) -> Json {
        let (status, body) = self.ask("GET", path, None).expect("an answer");
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Every flag of the project.
    pub(crate) fn flags(&mut self) -> Vec<Json> {
        self.list("flags")
    }

    /// Every change of the project, newest first.
    pub(crate) fn history(&mut self) -> Vec<Json> {
        self.list("history")
    }

    /// A list of the project, page by page.
    fn list(&mut self, name: &str) -> Vec<Json> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let mut page = self.get(&format!("{PROJECT}/{name}?limit=500{cursor}"));
            all.append(page["items"].as_array_mut().expect("items"));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }
}

/// Signs the first operator in and makes an access token.
pub(crate) fn token_of(server: &Server) -> String {
    let credentials = json!({ "email": EMAIL, "password": PASSWORD });
    let signed_in = wait(|| {
        let answer = server.post("/hoist/v1/session", &credentials);
        (answer.status == 200).then_some(answer)
    });
    let cookie = signed_in.header("set-cookie").split(';').next().unwrap_or_default();
    let mut client = Client::with_header(server.address, format!("cookie: {cookie}"));
    let create = json!({ "changes": [{ "token": { "create": { "name": "tests" } } }] });
    let (status, body) = client
        .ask("POST", "/hoist/v1/changes", Some(&create))
        .expect("an answer");
    assert_eq!(status, 200, "{body}");
    secret(&body)
}

/// The one secret of an answer.
pub(crate) fn secret(answer: &Json) -> String {
    answer["secrets"][0]["secret"].as_str().expect("a secret").to_owned()
}

fn connect(address: SocketAddr) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(BufReader::new(stream))
}

/// An answer whose length is told, to its last byte.
fn read(connection: &mut BufReader<TcpStream>) -> Result<(u16, Json)> {
    let status = line(connection)?.split(' ').nth(1).and_then(|word| word.parse().ok());
    let mut length = 0;
    loop {
        let line = line(connection)?;
        match line.split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().map_err(Error::other)?;
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    let status = status.ok_or_else(|| Error::other("no status"))?;
    Ok((status, serde_json::from_slice(&body)?))
}

/// A line without its end; a line that is cut short is an error.
fn line(connection: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    connection.read_line(&mut line)?;
    let whole = line.strip_suffix("\r\n").map(str::to_owned);
    whole.ok_or_else(|| ErrorKind::UnexpectedEof.into())
}
