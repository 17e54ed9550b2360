//! Appending, committing, taking back, refusing.

use hoist_model::log::Effect;
use hoist_model::record::{Kind, Record};
use hoist_store::{Conflict, StoreError};

use crate::support::*;

on_both! {
    async fn a_new_database_is_empty(db: &Db) {
        let store = db.open().await;
        let (loaded, documents) = loaded(&store).await;
        assert_eq!((loaded.head.revision, loaded.head.epoch.len()), (0, 8));
        assert!(documents.is_empty() && loaded.members.is_empty() && loaded.damaged.is_empty());
        assert_eq!(store.instance(), db.config.instance);
        store.ping().await.unwrap();
        assert_eq!(store.check_file().await.unwrap(), Vec::<String>::new());
    }

    async fn what_is_committed_is_there_after_reopening(db: &Db) {
        let store = db.open().await;
        let (project, mut batch) = (new_id(), store.begin().await.unwrap());
        let a = flag(project, "a", 1);
        let first = entry(1, vec![created(&a)]);
        batch.append(&commit_of(first.clone())).await.unwrap();
        let instance_wide = Record { kind: Kind::Organization, scope: None, ..flag(project, "ö \"'%", 2) };
        let (a, edit) = edited(&a, 2);
        let second = entry(2, vec![created(&instance_wide), edit]);
        batch.append(&commit_of(second.clone())).await.unwrap();
        assert_eq!(batch.head().revision, 2);
        assert_eq!(batch.commit().await.unwrap().revision, 2);
        store.close().await;

        let store = db.open().await;
        let (loaded, documents) = loaded(&store).await;
        assert_eq!(loaded.head, store.head().await.unwrap());
        assert_eq!(documents, [instance_wide, a]);
        assert_eq!(store.tail(0, 10).await.unwrap(), [first.clone(), second.clone()]);
        assert_eq!(store.tail(1, 10).await.unwrap(), [second]);
        assert_eq!(store.tail(0, 1).await.unwrap(), std::slice::from_ref(&first));
        assert_eq!(store.entry(1).await.unwrap(), Some(first));
        assert_eq!(store.entry(3).await.unwrap(), None);
    }

    async fn what_is_not_committed_never_happened(db: &Db) {
        let store = db.open().await;
        for end in ["drop", "rollback"] {
            let mut batch = store.begin().await.unwrap();
            let commit = commit_of(entry(1, vec![created(&flag(new_id(), "a", 1))]));
            batch.append(&commit).await.unwrap();
            match end {
                "drop" => drop(batch),
                _ => batch.rollback().await,
            }
            let batch = store.begin().await.unwrap();
            assert_eq!(batch.head().revision, 0);
            assert_eq!(batch.commit().await.unwrap().revision, 0);
            assert!(loaded(&store).await.1.is_empty());
            assert!(store.known_changes(&[commit.entry.change]).await.unwrap().is_empty());
        }
    }

    async fn a_refusal_drops_only_itself(db: &Db) {
        let store = db.open().await;
        let (project, mut batch) = (new_id(), store.begin().await.unwrap());
        let (a, b, taken) = (flag(project, "a", 1), flag(project, "b", 2), flag(project, "a", 2));
        batch.append(&commit_of(entry(1, vec![created(&a)]))).await.unwrap();
        let refused = commit_of(entry(2, vec![created(&b), created(&taken)]));
        let error = batch.append(&refused).await.unwrap_err();
        let expected = Conflict::Key { kind: Kind::Flag, scope: Some(project), key: "a".to_owned() };
        assert_eq!(error, StoreError::Conflict(expected));
        assert_eq!(batch.head().revision, 1);
        batch.append(&commit_of(entry(2, vec![created(&b)]))).await.unwrap();
        batch.commit().await.unwrap();
        assert_eq!(loaded(&store).await.1, [a, b]);
        assert!(store.known_changes(&[refused.entry.change]).await.unwrap().is_empty());
    }

    async fn keys_are_unique_in_kind_and_scope_only(db: &Db) {
        let store = db.open().await;
        let (one, two) = (new_id(), new_id());
        let segment = Record { kind: Kind::Segment, ..flag(one, "a", 1) };
        let effects = vec![created(&flag(one, "a", 1)), created(&flag(two, "a", 1)), created(&segment)];
        write(&store, effects).await.unwrap();
        let user = |revision| Record { kind: Kind::User, scope: None, ..flag(one, "u", revision) };
        write(&store, vec![created(&user(2))]).await.unwrap();
        let error = write(&store, vec![created(&user(3))]).await.unwrap_err();
        assert!(matches!(error, StoreError::Conflict(Conflict::Key { scope: None, .. })));
    }

    async fn an_effect_applies_to_the_state_it_was_planned_on(db: &Db) {
        let store = db.open().await;
        let a = flag(new_id(), "a", 1);
        write(&store, vec![created(&a)]).await.unwrap();
        let (b, edit) = edited(&a, 2);
        write(&store, vec![edit]).await.unwrap();
        let stale = StoreError::Conflict(Conflict::Stale { document: a.id, expected: 1 });
        assert_eq!(write(&store, vec![edited(&a, 3).1]).await.unwrap_err(), stale);
        assert_eq!(write(&store, vec![Effect::Remove { before: a.clone() }]).await.unwrap_err(), stale);
        write(&store, vec![Effect::Remove { before: b.clone() }]).await.unwrap();
        let gone = StoreError::Conflict(Conflict::Stale { document: a.id, expected: 2 });
        assert_eq!(write(&store, vec![edited(&b, 4).1]).await.unwrap_err(), gone);
        assert_eq!(store.head().await.unwrap().revision, 3);
    }

    async fn a_document_can_change_its_key_and_scope(db: &Db) {
        let store = db.open().await;
        let a = flag(new_id(), "a", 1);
        let b = flag(a.scope.unwrap(), "b", 1);
        write(&store, vec![created(&a), created(&b)]).await.unwrap();
        let rename = |key: &str, revision| {
            let after = Record { key: key.to_owned(), revision, ..a.clone() };
            (after.clone(), Effect::Put { before: Some(a.clone()), after })
        };
        let error = write(&store, vec![rename("b", 2).1]).await.unwrap_err();
        assert!(matches!(error, StoreError::Conflict(Conflict::Key { .. })));
        let (c, effect) = rename("c", 2);
        write(&store, vec![effect]).await.unwrap();
        assert_eq!(loaded(&store).await.1, [c, b]);
    }

    async fn revisions_and_change_ids_are_checked(db: &Db) {
        let store = db.open().await;
        let mut batch = store.begin().await.unwrap();
        for (revision, document) in [(2, 2), (0, 0), (1, 2)] {
            let effects = vec![created(&flag(new_id(), "a", document))];
            let error = batch.append(&commit_of(entry(revision, effects))).await.unwrap_err();
            assert!(matches!(error, StoreError::Invalid(_)), "{error}");
        }
        let mut first = commit_of(entry(1, Vec::new()));
        batch.append(&first).await.unwrap();
        first.entry.revision = 2;
        let error = batch.append(&first).await.unwrap_err();
        assert_eq!(error, StoreError::Conflict(Conflict::Change(first.entry.change)));
        batch.commit().await.unwrap();
        let known = store.known_changes(&[new_id(), first.entry.change]).await.unwrap();
        assert_eq!(known, [(first.entry.change, 1)]);
    }

    async fn a_batch_sees_what_others_wrote_before(db: &Db) {
        let store = db.open().await;
        let first = write(&store, Vec::new()).await.unwrap();
        let mut batch = store.begin().await.unwrap();
        assert_eq!(batch.log_after(0, 10).await.unwrap(), [first]);
        assert_eq!(batch.log_after(1, 10).await.unwrap(), []);
    }

    async fn a_write_that_is_cut_off_cannot_be_committed(db: &Db) {
        let store = db.open().await;
        let mut batch = store.begin().await.unwrap();
        let effects = (0..500).map(|n| created(&flag(new_id(), &format!("a{n}"), 1))).collect();
        let commit = commit_of(entry(1, effects));
        let patience = std::time::Duration::from_millis(2);
        assert!(tokio::time::timeout(patience, batch.append(&commit)).await.is_err());
        assert!(batch.append(&commit).await.unwrap_err().is_unavailable());
        assert!(batch.commit().await.unwrap_err().is_unavailable());
        assert_eq!(store.begin().await.unwrap().head().revision, 0);
        assert!(loaded(&store).await.1.is_empty());
    }

    async fn nul_is_refused_alike(db: &Db) {
        let store = db.open().await;
        let mut batch = store.begin().await.unwrap();
        let in_body = Record { body: body(r#"{"a":"\u0000"}"#), ..flag(new_id(), "a", 1) };
        let cases = [
            entry(1, vec![created(&flag(new_id(), "a\0b", 1))]),
            entry(1, vec![created(&in_body)]),
            entry(1, vec![Effect::AddMembers { segment: new_id(), members: vec!["a\0".to_owned()] }]),
            hoist_model::log::LogEntry { summary: "\0".to_owned(), ..entry(1, Vec::new()) },
            hoist_model::log::LogEntry { intent: "\0".into(), ..entry(1, Vec::new()) },
        ];
        for case in cases {
            let error = batch.append(&commit_of(case)).await.unwrap_err();
            assert_eq!(error, StoreError::Invalid("text must not contain U+0000".to_owned()));
        }
        let harmless = Record { body: body(r#"{"a":"\\u0000"}"#), ..flag(new_id(), "a", 1) };
        batch.append(&commit_of(entry(1, vec![created(&harmless)]))).await.unwrap();
        batch.commit().await.unwrap();
        assert_eq!(loaded(&store).await.1, [harmless]);
        let error = store.members(new_id(), Some("\0"), "", 1).await.unwrap_err();
        assert!(matches!(error, StoreError::Invalid(_)));
    }
}
