//! Rows and files that are not what was written.

use std::os::unix::fs::PermissionsExt as _;

use hoist_model::log::Effect;
use hoist_store::{Damaged, Fate, HistoryFilter, Logged, Store, StoreError};

use crate::support::*;

on_both! {
    async fn damaged_rows_are_found_and_taken_from_the_log(db: &Db) {
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
        assert_eq!(documents, flags);
        let all = || ["x", "y", "z"].map(str::to_owned).to_vec();
        assert_eq!(loaded.members, [(segment, all())]);
        let says_so = |row: &Damaged| row.fate == Fate::TakenFromLog;
        assert!(loaded.damaged.iter().all(says_so), "{:#?}", loaded.damaged);
        let mut damaged: Vec<_> = loaded.damaged.iter().map(|row| (row.table, row.id.clone())).collect();
        let mut expected: Vec<_> = flags[..6].iter().map(|flag| ("document", flag.id.to_string())).collect();
        expected.push(("member", format!("{segment}/yy")));
        damaged.sort();
        expected.sort();
        assert_eq!(damaged, expected);
        let page = store.members(segment, None, "", 10).await.unwrap();
        assert_eq!(page.members.len(), 2);
    }

    async fn the_next_change_mends_a_damaged_row(db: &Db) {
        let store = db.open().await;
        let flags: Vec<_> = ["a", "b", "c", "d", "e"].map(|key| flag(new_id(), key, 1)).into();
        write(&store, flags.iter().map(created).collect()).await.unwrap();
        for sql in [
            "UPDATE document SET body = '{' WHERE key = 'a'",
            "UPDATE document SET revision = 9 WHERE key = 'b'",
            "UPDATE document SET kind = 'toggle' WHERE key = 'c'",
            "UPDATE document SET id = REPLACE(id, '-', '_') WHERE key = 'd'",
            "UPDATE document SET id = REPLACE(id, '-', '_') WHERE key = 'e'",
        ] {
            db.tamper(sql).await;
        }
        let (expected, mut effects): (Vec<_>, Vec<_>) = flags[..4].iter().map(|before| edited(before, 2)).unzip();
        effects.push(Effect::Remove { before: flags[4].clone() });
        write(&store, effects).await.unwrap();
        let (loaded, documents) = loaded(&store).await;
        assert_eq!(loaded.damaged, []);
        assert_eq!(documents, expected);
        // A good row at another revision is a conflict as ever.
        let stale = edited(&flags[0], 3).1;
        assert!(matches!(write(&store, vec![stale]).await, Err(StoreError::Conflict(_))));
    }

    async fn what_is_damaged_in_the_log_too_is_lost(db: &Db) {
        let store = db.open().await;
        let (project, segment) = (new_id(), new_id());
        let flags = ["a", "b"].map(|key| flag(project, key, 1));
        write(&store, vec![created(&flags[0])]).await.unwrap();
        let second = edited(&flags[1], 2).0;
        write(&store, vec![created(&second)]).await.unwrap();
        let members = ["x", "y"].map(str::to_owned).into();
        write(&store, vec![Effect::AddMembers { segment, members }]).await.unwrap();
        for sql in [
            "UPDATE document SET body = '{}'",
            "UPDATE member SET subject = 'yy' WHERE subject = 'y'",
            "UPDATE change SET body = REPLACE(body, 'Change', 'Chance') WHERE revision <> 2",
        ] {
            db.tamper(sql).await;
        }
        let (loaded, documents) = loaded(&store).await;
        assert_eq!(documents, [second]);
        assert_eq!(loaded.members, [(segment, vec!["x".to_owned()])]);
        assert_eq!(loaded.damaged.len(), 3);
        let lost = loaded.damaged.iter().filter(|row| row.fate == Fate::Lost);
        assert_eq!(lost.count(), 2, "{:#?}", loaded.damaged);
    }

    async fn a_row_of_an_earlier_time_is_found_beside_a_damaged_one(db: &Db) {
        let store = db.open().await;
        let flags = ["a", "b"].map(|key| flag(new_id(), key, 1));
        write(&store, flags.iter().map(created).collect()).await.unwrap();
        db.tamper("CREATE TABLE earlier AS SELECT * FROM document WHERE key = 'a'").await;
        let (after, effect) = edited(&flags[0], 2);
        write(&store, vec![effect]).await.unwrap();
        for sql in [
            "DELETE FROM document WHERE key = 'a'",
            "INSERT INTO document SELECT * FROM earlier",
            "DROP TABLE earlier",
            "UPDATE document SET body = '{}' WHERE key = 'b'",
        ] {
            db.tamper(sql).await;
        }
        let (loaded, documents) = loaded(&store).await;
        assert_eq!(loaded.damaged.len(), 2, "{:#?}", loaded.damaged);
        // The earlier one was handed over first; who reads them keeps the last.
        assert_eq!(documents, [flags[0].clone(), after, flags[1].clone()]);
    }

    async fn a_head_that_is_not_the_end_of_the_log_is_damage(db: &Db) {
        let store = db.open().await;
        write(&store, Vec::new()).await.unwrap();
        db.tamper("UPDATE head SET revision = 7").await;
        let error = store.load(drop).await.unwrap_err();
        let StoreError::Damaged(row) = &error else { panic!("{error}") };
        assert_eq!((row.table, row.problem.as_str()), ("head", "it says 7, the log ends at 1"));
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
        let marked: Vec<_> = found.iter().map(|logged| (logged.revision(), logged.brief().is_some())).collect();
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

#[tokio::test]
async fn a_schema_that_is_no_text_is_refused() {
    let db = Db::sqlite();
    db.open().await.close().await;
    let file = std::fs::read(db.file()).unwrap();
    let types = file
        .windows(4)
        .enumerate()
        .filter(|(_, word)| *word == b"TEXT" || *word == b"BIGI");
    let places: Vec<usize> = types.map(|(at, _)| at).collect();
    assert!(places.len() > 40, "{}", places.len());
    for at in places {
        let mut bytes = file.clone();
        bytes[at + 1] = 0xff;
        std::fs::write(db.file(), bytes).unwrap();
        let error = Store::open(&db.config).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged(_)), "{at}: {error}");
    }
}
