//! Backups of either database, restored into either.

use hoist_model::log::Effect;
use hoist_store::{Backup, Present, StoreError};

use crate::support::{Db, created, edited, flag, loaded, new_id, write};

on_both! {
    /// Documents, members and log come back, and the epoch is new.
    async fn what_was_backed_up_comes_back(db: &Db) {
        let store = db.open().await;
        let project = new_id();
        let record = flag(project, "beam", 1);
        let segment = new_id();
        write(&store, vec![created(&record)]).await.unwrap();
        let subjects: Vec<String> = (0..450).map(|n| format!("user {n} ö")).collect();
        write(&store, vec![Effect::AddMembers { segment, members: subjects.clone() }]).await.unwrap();
        let (_, edit) = edited(&record, 3);
        write(&store, vec![edit]).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("copy.db");
        let head = store.backup(&file, &db.config, &mut drop).await.unwrap();
        assert_eq!(head, store.head().await.unwrap());
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["copy.db"], "one file, and nothing beside it");
        write(&store, vec![created(&flag(project, "later", 4))]).await.unwrap();

        let backup = Backup::open(&file).unwrap();
        let verified = backup.verify(drop).await.unwrap();
        assert_eq!((verified.documents, verified.members, verified.entries), (1, 450, 3));
        assert_eq!((verified.damaged, &verified.head), (Vec::new(), &head));

        // Elsewhere, into SQLite.
        let elsewhere = Db::sqlite();
        let other = elsewhere.open().await;
        let (before, after) = other.restore(&backup, "other", Present::Keep, &mut drop).await.unwrap();
        assert_eq!((before.revision, after.revision, after.epoch.as_str()), (0, 3, "other"));
        let (there, documents) = loaded(&other).await;
        assert_eq!((there.head, there.damaged), (after, Vec::new()));
        assert_eq!(documents[0].revision, 3);
        assert_eq!(there.members, vec![(segment, subjects)]);
        assert_eq!(other.entry(2).await.unwrap(), store.entry(2).await.unwrap());

        // Back in place: what came later is gone, and only when that was said.
        let refused = store.restore(&backup, "new", Present::Keep, &mut drop).await;
        assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
        assert_eq!(store.head().await.unwrap().revision, 4);
        let (before, after) = store.restore(&backup, "new", Present::Replace, &mut drop).await.unwrap();
        assert_eq!((before.epoch, before.revision), (head.epoch.clone(), 4));
        assert_eq!((after.epoch.as_str(), after.revision), ("new", 3));
        assert_eq!(loaded(&store).await.1, documents);
        // The log goes on behind it.
        assert_eq!(write(&store, vec![created(&flag(project, "again", 4))]).await.unwrap().revision, 4);
    }

    /// A backup that cannot be written leaves nothing.
    async fn a_backup_without_a_place_leaves_nothing(db: &Db) {
        let store = db.open().await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("missing/copy.db");
        let refused = store.backup(&file, &db.config, &mut drop).await;
        // PostgreSQL's way makes the folder for its file.
        assert!(refused.is_err() || db.is_postgres(), "{refused:?}");
        assert!(!file.with_extension("db.part").exists());
    }
}
