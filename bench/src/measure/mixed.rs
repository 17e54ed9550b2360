//! A Hoist with an environment of mixed flags, and the requests of its users.

use std::path::Path;

use bench_workload::hoist::{Scheme, context, project};
use bench_workload::mixed;
use serde_json::json;

use crate::Failure;
use crate::programs::Programs;
use crate::server::{Client, Folder, Hoist, request};

/// The environment that is asked.
pub const ENVIRONMENT: &str = "production";

/// Users that take turns.
pub const USERS: usize = 64;

/// A Hoist whose one environment has so many mixed flags.
pub struct Mixed {
    /// The server.
    pub hoist: Hoist,
    /// The header that software presents.
    pub key: String,
    /// Where it stores; removed last.
    pub folder: Folder,
}

impl Mixed {
    /// Starts it and imports the flags. Users of shape b are placed by murmur3, as unleash-edge does.
    pub fn start(programs: &Programs, flags: usize) -> Result<Self, Failure> {
        Self::with_environments(programs, flags, &[ENVIRONMENT])
    }

    /// The same with several environments that are configured alike.
    pub fn with_environments(programs: &Programs, flags: usize, environments: &[&str]) -> Result<Self, Failure> {
        let folder = programs.folder("hoist")?;
        let hoist = Hoist::start(&programs.hoist()?, folder.path())?;
        hoist.import(&project(mixed(flags), Scheme::Unleash, environments))?;
        let key = hoist.credential(ENVIRONMENT)?;
        Ok(Self { hoist, key, folder })
    }

    /// The folder of everything.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A request of each user, with more headers.
    pub fn requests(&self, path: &str, headers: impl Fn(usize) -> String) -> Vec<Vec<u8>> {
        let each = |user| {
            let headers = format!("{}\r\n{}", self.key, headers(user));
            request("POST", path, &headers, &question(user))
        };
        (0..USERS).map(each).collect()
    }

    /// A connection of software.
    pub fn client(&self) -> Result<Client, Failure> {
        Client::connect(self.hoist.address, &self.key).map_err(|error| format!("hoist: {error}"))
    }
}

/// The body of a user's request.
pub fn question(user: usize) -> String {
    json!({ "context": context(user) }).to_string()
}
