//! Small transactions on SQLite, WAL and `synchronous=FULL`: one flag's row is updated, one row of the log is added.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

/// Rows of flags.
const FLAGS: u64 = 1000;
/// Bytes of a document.
const BODY: usize = 240;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE flag (id INTEGER PRIMARY KEY, key TEXT UNIQUE, body TEXT, revision INTEGER);
    CREATE TABLE log (id INTEGER PRIMARY KEY, at INTEGER, actor TEXT, flag INTEGER, body TEXT);
    CREATE INDEX log_flag ON log (flag, at);";

/// Commits for a while and prints `commits TAB seconds TAB p99 of one in µs`.
pub(crate) fn commits(folder: &Path, time: Duration) -> Result<(), Box<dyn Error>> {
    let file = folder.join("bare.db");
    let remove = || {
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{end}", file.display()));
        }
    };
    remove();
    let mut database = Connection::open(&file)?;
    database.execute_batch(SCHEMA)?;
    let body = "x".repeat(BODY);
    let filling = database.transaction()?;
    for flag in 0..FLAGS {
        filling.execute(
            "INSERT INTO flag VALUES (?1, ?2, ?3, 0)",
            params![flag, format!("flag-{flag:04}"), body],
        )?;
    }
    filling.commit()?;
    let began = Instant::now();
    let mut took: Vec<Duration> = Vec::new();
    while began.elapsed() < time {
        let number = took.len() as u64;
        let (flag, start) = (number * 7919 % FLAGS, Instant::now());
        let change = database.transaction()?;
        change
            .prepare_cached("UPDATE flag SET body = ?2, revision = revision + 1 WHERE id = ?1")?
            .execute(params![flag, body])?;
        change
            .prepare_cached("INSERT INTO log (at, actor, flag, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![number, "user@example.org", flag, body])?;
        change.commit()?;
        took.push(start.elapsed());
    }
    let elapsed = began.elapsed();
    took.sort();
    let p99 = took.get(took.len() * 99 / 100).copied().unwrap_or_default();
    println!("{}\t{}\t{}", took.len(), elapsed.as_secs_f64(), p99.as_micros());
    drop(database);
    remove();
    Ok(())
}
