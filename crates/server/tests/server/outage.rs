//! A database that is gone, or whose disk takes nothing: evaluation goes on, a write is refused for now, and all is well
//! again by itself.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::cable::Cable;
use crate::durability::client::{Client, secret, token_of};
use crate::durability::{ADMIN, PROJECT};
use crate::hoist::{Server, wait};
use crate::postgres::Database;

const EVALUATION: &str = "/ofrep/v1/evaluate/flags/shown";
/// How long the trouble lasts.
const TROUBLE: Duration = Duration::from_secs(5);

/// A server with a flag that is on in `dev`.
struct Served {
    server: Server,
    token: String,
    application: String,
}

impl Served {
    fn prepare(server: Server) -> Self {
        let token = token_of(&server);
        let changes = json!([
            { "credential": { "create": { "name": "app", "kind": "server", "environment": "dev" } } },
            { "flag": { "create": { "key": "shown", "kind": "boolean" } } },
            { "config": { "switch": { "flag": "shown", "environment": "dev", "on": true } } },
        ]);
        let application = secret(&Client::new(server.address, &token).must_change(&changes, "").1);
        Self {
            server,
            token,
            application,
        }
    }

    fn person(&self) -> Client {
        Client::new(self.server.address, &self.token)
    }

    /// What the flag serves.
    #[track_caller]
    fn evaluates(&self) {
        let mut client = Client::new(self.server.address, &self.application);
        let context = json!({ "context": { "targetingKey": "somebody" } });
        let (status, body) = client.ask("POST", EVALUATION, Some(&context)).expect("an answer");
        assert_eq!((status, &body["value"]), (200, &json!(true)), "{body}");
    }

    /// Tries to write.
    fn writes(&self, key: &str) -> crate::hoist::Answer {
        let body = json!({ "changes": [{ "flag": { "create": { "key": key, "kind": "boolean" } } }] });
        let path = format!("{PROJECT}/changes");
        self.server.post_as(&path, &body, &self.token)
    }

    /// Evaluates and tries to write while there is trouble; then waits until writing works.
    fn survives(&mut self, begin: impl FnOnce(&Server), end: impl FnOnce(&Server)) -> Survived {
        self.evaluates();
        begin(&self.server);
        let start = Instant::now();
        let mut refused = 0;
        while start.elapsed() < TROUBLE || refused == 0 {
            self.evaluates();
            let answer = self.writes(&format!("meanwhile-{refused}"));
            assert_eq!(answer.status, 503, "{}", answer.body);
            let problem: serde_json::Value = serde_json::from_str(&answer.body).expect("a problem");
            assert_eq!(problem["status"], 503, "{problem}");
            let after: u64 = answer.header("retry-after").parse().expect("seconds");
            assert!((1..=60).contains(&after), "{after}");
            refused += 1;
        }
        let ready = self.server.get("/readyz", &[]).status;
        self.evaluates();
        end(&self.server);
        let ended = Instant::now();
        wait(|| (self.writes("afterwards").status == 200).then_some(()));
        let again_after = ended.elapsed();
        wait(|| (self.server.get("/readyz", &[]).status == 200).then_some(()));
        self.evaluates();
        assert!(self.server.is_alive());
        let keys: Vec<_> = self
            .person()
            .flags()
            .into_iter()
            .map(|flag| flag["key"].clone())
            .collect();
        assert_eq!(
            keys,
            [json!("afterwards"), json!("shown")],
            "what was refused has not happened"
        );
        Survived {
            ready,
            refused,
            again_after,
        }
    }
}

/// How it went.
struct Survived {
    /// What it said of its readiness meanwhile.
    ready: u16,
    /// Writes, and as many evaluations that succeeded.
    refused: usize,
    /// From the end of the trouble to the next write.
    again_after: Duration,
}

impl std::fmt::Display for Survived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            refused, again_after, ..
        } = self;
        write!(
            f,
            "evaluations={refused} evaluation_errors=0 writes_refused={refused} again_after={again_after:.1?}"
        )
    }
}

#[test]
fn a_database_that_is_gone_stops_writing_only() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let test = "outage::a_database_that_is_gone_stops_writing_only";
    let Some(database) = runtime.block_on(Database::create(test, "server")) else {
        return;
    };
    let cable = runtime.block_on(Cable::to(&database.url));
    let folder = tempfile::tempdir().expect("a folder");
    let variables = [ADMIN[0], ADMIN[1], ("HOIST_DATABASE__URL", cable.url.as_str())];
    let mut served = Served::prepare(Server::start(folder.path(), &[], &variables));
    let survived = served.survives(|_| cable.cut(), |_| cable.mend());
    assert_eq!(survived.ready, 503);
    eprintln!("torture: database-gone {survived}");
    drop(served);
    runtime.block_on(database.remove());
}

/// The limit of file sizes stands for the disk: no file may grow.
#[test]
fn a_disk_that_takes_nothing_stops_writing_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut served = Served::prepare(Server::start_ignoring(folder.path(), "XFSZ", &ADMIN));
    let survived = served.survives(
        |server| server.limit_files_to(Some(0)),
        |server| server.limit_files_to(None),
    );
    eprintln!("torture: disk-full {survived}");
}
