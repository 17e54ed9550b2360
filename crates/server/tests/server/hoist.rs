//! A running `hoist serve`, and a client as small as the tests need.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The binary, without the variables of whoever runs the tests.
pub(crate) fn hoist(folder: &Path, arguments: &[&str]) -> Command {
    prepared(Command::new(env!("CARGO_BIN_EXE_hoist")), folder, arguments)
}

fn prepared(mut command: Command, folder: &Path, arguments: &[&str]) -> Command {
    let ours = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HOIST_"));
    ours.for_each(|(name, _)| {
        command.env_remove(name);
    });
    command.current_dir(folder).args(arguments);
    command
}

/// Runs a command to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    hoist(folder, arguments).output().expect("the binary starts")
}

/// Standard output and error as text.
pub(crate) fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// A server in a folder. It is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    /// Where it answers.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts on a free port and waits until it listens.
    pub(crate) fn start(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let all: Vec<&str> = ["serve", "--listen", "127.0.0.1:0"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        let mut command = hoist(folder, &all);
        command.envs(variables.iter().copied());
        Self::spawn(command, folder)
    }

    /// The same at an address.
    pub(crate) fn start_at(folder: &Path, address: SocketAddr, variables: &[(&str, &str)]) -> Self {
        let mut command = hoist(folder, &["serve", "--listen", &address.to_string()]);
        command.envs(variables.iter().copied());
        Self::spawn(command, folder)
    }

    /// The same with few files.
    pub(crate) fn start_with_files(folder: &Path, files: u32) -> Self {
        let script = format!(
            "ulimit -n {files}; exec {} serve --listen 127.0.0.1:0",
            env!("CARGO_BIN_EXE_hoist")
        );
        Self::spawn(prepared(Command::new("sh"), folder, &["-c", &script]), folder)
    }

    /// The same with a signal ignored.
    pub(crate) fn start_ignoring(folder: &Path, signal: &str, variables: &[(&str, &str)]) -> Self {
        let script = format!(
            "trap '' {signal}; exec {} serve --listen 127.0.0.1:0",
            env!("CARGO_BIN_EXE_hoist")
        );
        let mut command = prepared(Command::new("sh"), folder, &["-c", &script]);
        command.envs(variables.iter().copied());
        Self::spawn(command, folder)
    }

    /// Limits the size that its files may have; 0 lets nothing be written, None lifts the limit.
    pub(crate) fn limit_files_to(&self, bytes: Option<u64>) {
        let size = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        // The soft limit only: it can be lifted again.
        let arguments = [format!("--pid={}", self.child.id()), format!("--fsize={size}:")];
        let done = Command::new("prlimit").args(arguments).status().expect("prlimit runs");
        assert!(done.success());
    }

    /// The same; the system calls that the options name are written to a file, in the order in which the tracer
    /// sees them. The tracer is nobody's parent: who kills the server kills the server.
    pub(crate) fn start_traced(folder: &Path, options: &[&str], trace: &Path, variables: &[(&str, &str)]) -> Self {
        let options = [&["-D", "-f", "-y"], options, &["-o"]].concat();
        let mut command = prepared(Command::new("strace"), folder, &options);
        command
            .arg(trace)
            .arg(env!("CARGO_BIN_EXE_hoist"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .envs(variables.iter().copied());
        Self::spawn(command, folder)
    }

    fn spawn(mut command: Command, folder: &Path) -> Self {
        let log = folder.join("log");
        let _ = std::fs::remove_file(&log);
        let file = std::fs::File::create(&log).expect("a log");
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .expect("the binary starts");
        let mut server = Self {
            child,
            log,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        server.address = server.wait_for_line("listening")["address"]
            .as_str()
            .and_then(|address| address.parse().ok())
            .expect("an address");
        server
    }

    /// The log so far, a JSON object per line.
    pub(crate) fn log(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Waits for a line with a message.
    pub(crate) fn wait_for_line(&mut self, message: &str) -> serde_json::Value {
        wait(|| {
            let found = self.log().into_iter().find(|line| line["message"] == message);
            let ended = self.child.try_wait().expect("a child").is_some();
            assert!(
                found.is_some() || !ended,
                "ended: {}",
                std::fs::read_to_string(&self.log).unwrap_or_default()
            );
            found
        })
    }

    /// Memory it holds now, bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .expect("a line");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kib << 10
    }

    /// Whether it has not ended.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_none()
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let done = Command::new("kill")
            .args(["-s", name, &pid])
            .status()
            .expect("kill runs");
        assert!(done.success());
    }

    /// Ends it at once, and waits until it has: its address is free then.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Waits for the end.
    pub(crate) fn end(mut self) -> Option<i32> {
        wait(|| self.child.try_wait().expect("a child")).code()
    }

    /// GET with headers.
    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let request = format!("GET {path} HTTP/1.1\r\nhost: hoist\r\nconnection: close\r\n{lines}\r\n");
        Answer::read(self.send(request.as_bytes()))
    }

    /// POST of JSON.
    pub(crate) fn post(&self, path: &str, body: &serde_json::Value) -> Answer {
        let body = body.to_string();
        let head = "connection: close\r\ncontent-type: application/json\r\nhoist-csrf: 1";
        let length = body.len();
        let request =
            format!("POST {path} HTTP/1.1\r\nhost: hoist\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}");
        Answer::read(self.send(request.as_bytes()))
    }

    /// The same with a token.
    pub(crate) fn post_as(&self, path: &str, body: &serde_json::Value, token: &str) -> Answer {
        let body = body.to_string();
        let head = format!("connection: close\r\ncontent-type: application/json\r\nauthorization: Bearer {token}");
        let length = body.len();
        let request =
            format!("POST {path} HTTP/1.1\r\nhost: hoist\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}");
        Answer::read(self.send(request.as_bytes()))
    }

    /// A connection on which something was sent.
    pub(crate) fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.write_all(bytes).expect("it reads");
        stream
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks until there is an answer.
pub(crate) fn wait<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited too long");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// An answer.
pub(crate) struct Answer {
    /// Of the first line.
    pub(crate) status: u16,
    head: String,
    /// As it came.
    pub(crate) body: String,
}

impl Answer {
    /// Reads to the end of the connection.
    pub(crate) fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        Self {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// A header; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut named = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.next().map_or("", |(_, value)| value)
    }
}
