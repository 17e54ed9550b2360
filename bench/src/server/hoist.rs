//! A Hoist of our own: SQLite in a folder, one project, one operator with a token.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::{Client, Process, free_address};
use crate::Failure;

/// The project that everything happens in.
pub const PROJECT: &str = "/hoist/v1/organizations/default/projects/bench";

const ORGANIZATION: &str = "/hoist/v1/organizations/default";
const EMAIL: &str = "bench@example.org";
const PASSWORD: &str = "correct horse battery";

/// A start takes no longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running instance.
pub struct Hoist {
    /// The process that is measured.
    pub process: Process,
    /// Where it answers.
    pub address: SocketAddr,
    /// From start to ready.
    pub took: Duration,
    program: PathBuf,
    folder: PathBuf,
    /// Of the operator.
    token: String,
}

impl Hoist {
    /// Starts a new instance with an empty project.
    pub fn start(program: &Path, folder: &Path) -> Result<Self, Failure> {
        let (process, address, took) = serve(program, folder)?;
        let mut this = Self {
            process,
            address,
            took,
            program: program.to_owned(),
            folder: folder.to_owned(),
            token: String::new(),
        };
        this.token = this.make_token()?;
        let project = json!({ "changes": [{ "project": { "create": { "key": "bench" } } }] });
        let path = format!("{ORGANIZATION}/changes");
        this.client()?.must("POST", &path, &project.to_string())?;
        Ok(this)
    }

    /// Ends it and starts it again on what it stored.
    pub fn restart(&mut self) -> Result<(), Failure> {
        // The old one ends before the new one opens the file.
        self.process.end()?;
        (self.process, self.address, self.took) = serve(&self.program, &self.folder)?;
        Ok(())
    }

    /// A connection of the operator.
    pub fn client(&self) -> Result<Client, Failure> {
        let header = self.authorization();
        Client::connect(self.address, &header).map_err(|error| format!("hoist: {error}"))
    }

    /// The operator's header.
    pub fn authorization(&self) -> String {
        format!("authorization: Bearer {}", self.token)
    }

    /// Takes a project file over.
    pub fn import(&self, file: &Json) -> Result<(), Failure> {
        let path = format!("{PROJECT}/import?from=hoist");
        let answer = self.client()?.must("POST", &path, &file.to_string())?;
        match answer["outcome"] == "applied" {
            true => Ok(()),
            false => Err(format!("the import was not applied: {answer}")),
        }
    }

    /// A key of software for an environment: the header that presents it.
    pub fn credential(&self, environment: &str) -> Result<String, Failure> {
        let create = json!({ "name": "bench", "kind": "server", "environment": environment });
        let changes = json!({ "changes": [{ "credential": { "create": create } }] });
        let path = format!("{PROJECT}/changes");
        let answer = self.client()?.must("POST", &path, &changes.to_string())?;
        Ok(format!("authorization: Bearer {}", secret(&answer)?))
    }

    fn make_token(&self) -> Result<String, Failure> {
        let mut client = Client::connect(self.address, "hoist-csrf: 1").map_err(|error| error.to_string())?;
        let credentials = json!({ "email": EMAIL, "password": PASSWORD }).to_string();
        let answer = client
            .ask("POST", "/hoist/v1/session", &credentials)
            .map_err(|error| error.to_string())?;
        if answer.status != 200 {
            return Err(format!("nobody can sign in: {}", answer.text()));
        }
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default();
        let headers = format!("hoist-csrf: 1\r\ncookie: {cookie}");
        let mut client = Client::connect(self.address, &headers).map_err(|error| error.to_string())?;
        let create = json!({ "changes": [{ "token": { "create": { "name": "bench" } } }] });
        secret(&client.must("POST", "/hoist/v1/changes", &create.to_string())?)
    }
}

/// The one secret of an answer.
fn secret(answer: &Json) -> Result<String, Failure> {
    let secret = answer["secrets"][0]["secret"].as_str();
    secret
        .map(str::to_owned)
        .ok_or_else(|| format!("no secret in {answer}"))
}

/// Starts the program and waits until it is ready.
fn serve(program: &Path, folder: &Path) -> Result<(Process, SocketAddr, Duration), Failure> {
    let address = free_address()?;
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HOIST_")) {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .args(["serve", "--listen", &address.to_string(), "--log-format", "json"])
        .envs([("HOIST_ADMIN_EMAIL", EMAIL), ("HOIST_ADMIN_PASSWORD", PASSWORD)]);
    let began = Instant::now();
    let mut process = Process::start(command, &folder.join("log"))?;
    loop {
        let answer = Client::connect(address, "").and_then(|mut client| client.ask("GET", "/readyz", ""));
        if answer.is_ok_and(|answer| answer.status == 200) {
            return Ok((process, address, began.elapsed()));
        }
        if process.has_ended() || began.elapsed() > PATIENCE {
            return Err(format!("hoist does not become ready: {}", process.log()));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
