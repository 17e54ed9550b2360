//! A database that is locked, gone, silent or full.

use std::time::{Duration, Instant};

use hoist_store::{Store, StoreError};
use sqlx::{Connection as _, SqliteConnection};
use tokio::net::TcpListener;

use crate::cable::Cable;
use crate::support::*;

const QUICKLY: Duration = Duration::from_millis(3500);

async fn fails_quickly<T>(what: &str, work: impl Future<Output = hoist_store::Result<T>>) {
    let start = Instant::now();
    let error = work.await.map(drop).unwrap_err();
    assert!(error.is_unavailable(), "{what}: {error}");
    assert!(start.elapsed() < QUICKLY, "{what} took {:?}", start.elapsed());
}

on_both! {
    async fn a_head_that_somebody_else_holds_is_not_waited_for(db: &Db) {
        // The holder may be idle for longer than the other one waits.
        let mut patient = db.config.clone();
        patient.patience = Duration::from_secs(20);
        let (one, two) = (Store::open(&patient).await.unwrap(), db.open().await);
        let held = one.begin().await.unwrap();
        fails_quickly("begin", two.begin()).await;
        held.rollback().await;
        write(&two, Vec::new()).await.unwrap();
    }
}

#[tokio::test]
async fn sqlite_locked_by_a_stranger_is_unavailable() {
    let db = Db::sqlite();
    let store = db.open().await;
    let mut stranger = SqliteConnection::connect(&db.config.url).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut stranger).await.unwrap();
    fails_quickly("begin", store.begin()).await;
    assert_eq!(store.load(drop).await.unwrap().head.revision, 0);
    stranger.close().await.unwrap();
    write(&store, Vec::new()).await.unwrap();
}

#[tokio::test]
async fn sqlite_in_an_impossible_place_is_unavailable() {
    let db = Db::sqlite();
    std::fs::write(db.folder.path().join("data"), "a file where the folder should be").unwrap();
    fails_quickly("open", Store::open(&db.config)).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://hoist@{}/hoist", free.local_addr().unwrap());
    // It accepts and never answers.
    fails_quickly("open", Store::open(&config(url.clone()))).await;
    drop(free);
    fails_quickly("open", Store::open(&config(url))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_falls_silent_is_unavailable_until_it_is_back() {
    let name = concat!(
        module_path!(),
        "::a_server_that_falls_silent_is_unavailable_until_it_is_back"
    );
    let Some(db) = Db::postgres(name).await else { return };
    let cable = Cable::to(&db.config.url).await;
    let store = Store::open(&config(cable.url.clone())).await.unwrap();
    write(&store, Vec::new()).await.unwrap();
    let mut batch = store.begin().await.unwrap();
    cable.cut();
    fails_quickly("append", batch.append(&commit_of(entry(2, Vec::new())))).await;
    fails_quickly("commit", batch.commit()).await;
    for _ in 0..2 {
        fails_quickly("begin", store.begin()).await;
        fails_quickly("ping", store.ping()).await;
    }
    cable.mend();
    let deadline = Instant::now() + Duration::from_secs(10);
    while let Err(error) = write(&store, Vec::new()).await {
        assert!(error.is_unavailable() && Instant::now() < deadline, "{error}");
    }
    assert_eq!(store.head().await.unwrap().revision, 2);
    db.remove().await;
}

/// A transaction that was left open on the server must not hold up the others.
#[tokio::test]
async fn an_idle_writer_loses_its_lock() {
    let Some(db) = Db::postgres(concat!(module_path!(), "::an_idle_writer_loses_its_lock")).await else {
        return;
    };
    let (one, two) = (db.open().await, db.open().await);
    let mut idle = one.begin().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let mut batch = two.begin().await.unwrap();
    batch.append(&commit_of(entry(1, Vec::new()))).await.unwrap();
    batch.commit().await.unwrap();
    let error = idle.append(&commit_of(entry(1, Vec::new()))).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    drop(idle);
    write(&one, Vec::new()).await.unwrap();
    db.remove().await;
}
