//! The schema and its versions.

use hoist_store::{SecretKind, SecretValue, Store, StoreError};

use crate::support::*;

on_both! {
    async fn opening_again_changes_nothing(db: &Db) {
        let first = db.open().await;
        let head = write(&first, Vec::new()).await.unwrap();
        let mut again = db.config.clone();
        (again.instance, again.epoch, again.now) = (new_id(), "other".to_owned(), time(99));
        let second = Store::open(&again).await.unwrap();
        assert_eq!(second.instance(), db.config.instance);
        assert_eq!(second.head().await.unwrap().epoch, db.config.epoch);
        assert_eq!(second.entry(1).await.unwrap(), Some(head));
    }

    async fn an_applied_migration_must_not_be_edited(db: &Db) {
        db.open().await.close().await;
        db.tamper("UPDATE migration SET checksum = checksum + 1").await;
        let error = Store::open(&db.config).await.unwrap_err();
        assert!(matches!(&error, StoreError::Invalid(text) if text.contains("migration 1")), "{error}");
    }

    async fn an_older_program_may_only_read(db: &Db) {
        let store = db.open().await;
        write(&store, Vec::new()).await.unwrap();
        db.tamper("INSERT INTO migration VALUES (9999, 'future', 1, 1)").await;
        // Newer, but not too new.
        write(&db.open().await, Vec::new()).await.unwrap();
        db.tamper("UPDATE head SET min_writer = 2").await;
        // Both a program that starts now and one that was running.
        for store in [db.open().await, store] {
            let error = store.begin().await.map(drop).unwrap_err();
            assert_eq!(error, StoreError::TooNew { min_writer: 2 });
            assert_eq!(store.check_writer(), Err(error.clone()));
            let secret = SecretValue::new("x");
            assert_eq!(store.put_secret(new_id(), SecretKind::Password, secret).await, Err(error));
            assert_eq!(store.load(drop).await.unwrap().head.revision, 2);
        }
    }

    async fn nodes_that_start_together_migrate_once(db: &Db) {
        let all: Vec<_> = (0..4).map(|_| tokio::spawn({
            let config = db.config.clone();
            async move { Store::open(&config).await }
        })).collect();
        for opened in all {
            let opened = opened.await.unwrap();
            // Only one process ever opens a SQLite file; the others may find it half-made.
            if db.is_postgres() {
                opened.unwrap();
            }
        }
        write(&db.open().await, Vec::new()).await.unwrap();
    }
}

#[tokio::test]
async fn urls_are_checked() {
    for url in ["", "control.db", "mysql://h/d", "sqlite://", "sqlite:///a?mode=memory"] {
        let error = Store::open(&config(url.to_owned())).await.unwrap_err();
        assert!(matches!(error, StoreError::Invalid(_)), "{url}: {error}");
    }
}
