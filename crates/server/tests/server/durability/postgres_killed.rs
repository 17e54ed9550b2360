//! PostgreSQL itself is killed under a server: a process of its gets a SIGKILL, whereupon it throws its memory away and
//! recovers from its log. What was acknowledged is there, once; evaluation goes on; writing does again by itself.
//!
//! No other test may use that PostgreSQL, so this one has its own, with fsync on: it runs itself under
//! `cargo xtask pg run --fsync`.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;
use sqlx::Connection as _;

use super::client::{Client, secret, token_of};
use super::delays::Delays;
use super::journal::Journal;
use super::{ADMIN, number, past};
use crate::hoist::{Server, wait};
use crate::postgres::Database;
use crate::skip::skip;

/// How often PostgreSQL is killed; `HOIST_POSTGRES_KILLS` sets another number.
const KILLS: u64 = 3;
const WRITERS: usize = 8;
/// So many more must have been acknowledged before it is killed again.
const ACKNOWLEDGED: usize = 20;
/// Its presence says that the PostgreSQL is ours alone.
const OWN: &str = "HOIST_TEST_POSTGRES_IS_OURS";

#[test]
fn acknowledged_changes_survive_the_death_of_postgres() {
    const NAME: &str = "durability::postgres_killed::acknowledged_changes_survive_the_death_of_postgres";
    if std::env::var_os("HOIST_TEST_POSTGRES_URL").is_none() {
        skip(NAME, "HOIST_TEST_POSTGRES_URL is not set");
        return;
    }
    let mut own = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    own.args(["xtask", "pg", "run", "--fsync", "--"])
        .arg(std::env::current_exe().expect("this program"))
        .args([
            "durability::postgres_killed::with_a_postgres_of_its_own",
            "--exact",
            "--nocapture",
        ])
        .env(OWN, "1")
        .env_remove("HOIST_TEST_POSTGRES_URL")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let done = own.status().expect("cargo runs");
    assert!(done.success(), "{done}");
}

/// The test itself, if this process was started for it.
#[test]
fn with_a_postgres_of_its_own() {
    if std::env::var_os(OWN).is_none() {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let database = runtime.block_on(Database::create("postgres_killed", "killed"));
    let database = database.expect("a PostgreSQL of our own");
    let (kills, seed) = (
        number("HOIST_POSTGRES_KILLS", KILLS),
        number("HOIST_CRASH_SEED", std::process::id().into()),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let variables = [ADMIN[0], ADMIN[1], ("HOIST_DATABASE__URL", database.url.as_str())];
    let server = Server::start(folder.path(), &[], &variables);
    let crowd = Crowd::on(&server);
    std::thread::scope(|scope| {
        let end = EndOnDrop(&crowd.end);
        for writer in 0..WRITERS {
            let (crowd, client) = (&crowd, Client::new(server.address, &crowd.token));
            scope.spawn(move || crowd.write(client, writer));
        }
        scope.spawn(|| crowd.evaluate(&server));
        let mut delays = Delays::new(seed);
        for _ in 0..kills {
            crowd.wait_for(ACKNOWLEDGED);
            std::thread::sleep(delays.next());
            runtime.block_on(kill_a_process(&database.url));
        }
        // After the last time, too.
        crowd.wait_for(ACKNOWLEDGED);
        drop(end);
    });
    let (entries, mut problems) = past::read(&database.url);
    let there = past::noted(&entries);
    let mut journal = crowd.journal.into_inner().expect("a journal");
    problems.extend(journal.check(&there));
    assert!(problems.is_empty(), "seed {seed}: {problems:#?}");
    eprintln!(
        "torture: postgres-killed kills={kills} seed={seed} writes={} acknowledged={} lost=0 refused={} evaluations={}",
        journal.invoked(),
        journal.acknowledged(),
        crowd.refused.into_inner(),
        crowd.evaluated.into_inner(),
    );
}

/// Those who use the server meanwhile.
struct Crowd {
    token: String,
    application: String,
    journal: Mutex<Journal>,
    end: AtomicBool,
    refused: AtomicUsize,
    evaluated: AtomicUsize,
}

/// Lets the others end, also when something fails.
struct EndOnDrop<'a>(&'a AtomicBool);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Crowd {
    fn on(server: &Server) -> Self {
        let token = token_of(server);
        let changes = json!([
            { "credential": { "create": { "name": "app", "kind": "server", "environment": "dev" } } },
            { "flag": { "create": { "key": "shown", "kind": "boolean" } } },
            { "config": { "switch": { "flag": "shown", "environment": "dev", "on": true } } },
        ]);
        let made = Client::new(server.address, &token).must_change(&changes, "the first change");
        Self {
            application: secret(&made.1),
            token,
            journal: Mutex::default(),
            end: AtomicBool::new(false),
            refused: AtomicUsize::new(0),
            evaluated: AtomicUsize::new(0),
        }
    }

    fn journal(&self) -> std::sync::MutexGuard<'_, Journal> {
        self.journal.lock().expect("a journal")
    }

    fn has_ended(&self) -> bool {
        self.end.load(Ordering::Relaxed)
    }

    /// Waits until so many more changes are acknowledged.
    fn wait_for(&self, more: usize) {
        let enough = self.journal().acknowledged() + more;
        wait(|| (self.journal().acknowledged() >= enough).then_some(()));
    }

    /// One change after the other; one that is answered by 503 may be there or not.
    fn write(&self, mut client: Client, writer: usize) {
        for n in 0_u64.. {
            if self.has_ended() {
                return;
            }
            let token = format!("{writer}-{n}");
            let create = json!([{ "flag": { "create": { "key": format!("flag-{token}"), "kind": "boolean" } } }]);
            self.journal().read_line(&format!("invoke {token}"));
            match client.change(&create, &token).expect("the server lives") {
                (200, body) => {
                    let revision = body["revision"].as_u64().expect("a revision");
                    self.journal().read_line(&format!("ok {token} {revision}"));
                }
                (503, _) => drop(self.refused.fetch_add(1, Ordering::Relaxed)),
                (status, body) => panic!("{status}: {body}"),
            }
        }
    }

    /// The flag serves on, all the time.
    fn evaluate(&self, server: &Server) {
        let mut client = Client::new(server.address, &self.application);
        let context = json!({ "context": { "targetingKey": "somebody" } });
        while !self.has_ended() {
            let answer = client.ask("POST", "/ofrep/v1/evaluate/flags/shown", Some(&context));
            let (status, body) = answer.expect("an answer");
            assert_eq!((status, &body["value"]), (200, &json!(true)), "{body}");
            self.evaluated.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}

/// Kills a process that serves Hoist: PostgreSQL ends all others and recovers.
async fn kill_a_process(url: &str) {
    let mut connection = sqlx::PgConnection::connect(url).await.expect("a connection");
    let sql =
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'hoist' ORDER BY xact_start DESC NULLS LAST LIMIT 1";
    let pid: i32 = sqlx::query_scalar(sql)
        .fetch_one(&mut connection)
        .await
        .expect("a process");
    let pid = pid.to_string();
    let killed = Command::new("kill").args(["-s", "KILL", &pid]).status();
    assert!(killed.expect("kill runs").success());
}
