//! Requests that come twice.

use hoist_store::{REMEMBER_FOR, Remember, Remembered};

use crate::support::*;

fn remember(key: &str, answer: &str) -> Remember {
    Remember {
        scope: "credential".to_owned(),
        key: key.to_owned(),
        fingerprint: "f".to_owned(),
        answer: answer.to_owned(),
    }
}

fn remembered(answer: &str) -> Option<Remembered> {
    Some(Remembered {
        fingerprint: "f".to_owned(),
        answer: answer.to_owned(),
    })
}

on_both! {
    async fn answers_are_kept_with_their_change(db: &Db) {
        let store = db.open().await;
        let mut batch = store.begin().await.unwrap();
        let mut commit = commit_of(entry(1, Vec::new()));
        commit.remember = Some(remember("k", "one"));
        batch.append(&commit).await.unwrap();
        assert_eq!(batch.remembered("credential", "k").await.unwrap(), remembered("one"));
        batch.rollback().await;
        let mut batch = store.begin().await.unwrap();
        assert_eq!(batch.remembered("credential", "k").await.unwrap(), None);
        batch.append(&commit).await.unwrap();
        batch.remember(&remember("proposed", "two"), time(1)).await.unwrap();
        batch.commit().await.unwrap();
        let mut batch = store.begin().await.unwrap();
        assert_eq!(batch.remembered("credential", "k").await.unwrap(), remembered("one"));
        assert_eq!(batch.remembered("credential", "proposed").await.unwrap(), remembered("two"));
        assert_eq!(batch.remembered("other", "k").await.unwrap(), None);
    }

    async fn a_refused_change_keeps_no_answer(db: &Db) {
        let store = db.open().await;
        let a = flag(new_id(), "a", 1);
        let mut batch = store.begin().await.unwrap();
        let mut commit = commit_of(entry(1, vec![created(&a), created(&a)]));
        commit.remember = Some(remember("k", "one"));
        batch.append(&commit).await.unwrap_err();
        assert_eq!(batch.remembered("credential", "k").await.unwrap(), None);
    }

    async fn answers_are_forgotten_after_a_day(db: &Db) {
        let store = db.open().await;
        let mut batch = store.begin().await.unwrap();
        batch.remember(&remember("old", "1"), time(0)).await.unwrap();
        batch.remember(&remember("new", "2"), time(1)).await.unwrap();
        batch.commit().await.unwrap();
        assert_eq!(store.purge_remembered(time(0) + REMEMBER_FOR).await.unwrap(), 0);
        assert_eq!(store.purge_remembered(time(1) + REMEMBER_FOR).await.unwrap(), 1);
        let mut batch = store.begin().await.unwrap();
        assert_eq!(batch.remembered("credential", "old").await.unwrap(), None);
        assert_eq!(batch.remembered("credential", "new").await.unwrap(), remembered("2"));
    }
}
