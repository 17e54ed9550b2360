//! Rows and files that are not what was written.

use std::os::unix::fs::PermissionsExt as _;

use hoist_model::log::Effect;
use hoist_store::{HistoryFilter, Logged, Store, StoreError};

use crate::support::*;

on_both! {
    async fn damaged_rows_are_found_and_left_out(db: &Db) {
        let store = db.open().await;
        let (project, segment) = (new_id(), new_id());
        let flags: Vec<_> = ["a", "b", "c", "d", "e", "f", "g"].map(|key| flag(project, key, 1)).into();
        let mut effects: Vec<_> = flags.iter().map(created).collect();
        let members = ["x", "y", "z"].map(str::to_owned).into();
        effects.push(Effect::AddMembers { segment, members });
        write(&store, effects).await.unwrap();
        for sql in [
            "UPDATE document SET body = REPLACE(body, '1', '2') WHERE key = 'a'",
            "UPDATE document SET body = '{' WHERE key = 'b'",
            "UPDATE document SET revision = 9 WHERE key = 'c'",
            "UPDATE document SET kind = 'toggle' WHERE key = 'd'",
            "UPDATE document SET key = 'ee' WHERE key = 'e'",
            "UPDATE document SET checksum = checksum + 1 WHERE key = 'f'",
            "UPDATE member SET subject = 'yy' WHERE subject = 'y'",
        ] {
            db.tamper(sql).await;
        }
        let (loaded, documents) = loaded(&store).await;
        assert_eq!(documents, [flags[6].clone()]);
        assert_eq!(loaded.members, [(segment, vec!["x".to_owned(), "z".to_owned()])]);
        let mut damaged: Vec<_> = loaded.damaged.iter().map(|row| (row.table, row.id.clone())).collect();
        let mut expected: Vec<_> = flags[..6].iter().map(|flag| ("document", flag.id.to_string())).collect();
        expected.push(("member", format!("{segment}/yy")));
        damaged.sort();
        expected.sort();
        assert_eq!(damaged, expected);
        let page = store.members(segment, None, "", 10).await.unwrap();
        assert_eq!(page.members.len(), 2);
    }

    async fn damaged_log_rows_are_not_served(db: &Db) {
        let store = db.open().await;
        for _ in 0..3 {
            write(&store, Vec::new()).await.unwrap();
        }
        db.tamper("UPDATE change SET body = REPLACE(body, 'Change', 'Chance') WHERE revision = 2").await;
        assert!(store.entry(1).await.unwrap().is_some());
        for error in [store.entry(2).await.unwrap_err(), store.tail(0, 9).await.unwrap_err()] {
            let StoreError::Damaged(row) = error else { panic!("{error}") };
            assert_eq!((row.table, row.id.as_str()), ("change", "2"));
        }
        assert_eq!(store.tail(2, 9).await.unwrap().len(), 1);
        let found = store.history(&HistoryFilter::default(), None, 9).await.unwrap();
        let marked: Vec<_> = found.iter().map(|logged| (logged.revision(), logged.entry().is_some())).collect();
        assert_eq!(marked, [(3, true), (2, false), (1, true)]);
        let Logged::Damaged { at, .. } = &found[1] else { panic!("{:?}", found[1]) };
        assert!(at.is_some());
    }

    async fn a_missing_head_is_damage(db: &Db) {
        let store = db.open().await;
        db.tamper("DELETE FROM head").await;
        assert!(matches!(store.load(drop).await.unwrap_err(), StoreError::Damaged(_)));
        assert!(matches!(store.begin().await.map(drop).unwrap_err(), StoreError::Damaged(_)));
        assert!(matches!(Store::open(&db.config).await.unwrap_err(), StoreError::Damaged(_)));
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let db = Db::sqlite();
    std::fs::create_dir(db.file().parent().unwrap()).unwrap();
    for content in [
        &b"this is not a database, and long enough to be taken for one, is it not? Yes it is."[..],
        b"",
    ] {
        std::fs::write(db.file(), content).unwrap();
        let error = Store::open(&db.config).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged(_)), "{error}");
        assert_eq!(std::fs::read(db.file()).unwrap(), content);
    }
}

#[tokio::test]
async fn only_the_owner_reads_the_file() {
    let db = Db::sqlite();
    let store = db.open().await;
    write(&store, Vec::new()).await.unwrap();
    for end in ["", "-wal", "-shm"] {
        let path = format!("{}{end}", db.file().display());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path}");
    }
}
