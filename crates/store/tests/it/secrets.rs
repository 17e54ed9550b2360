//! Secrets: with a change, without one, never in the log.

use hoist_store::{SecretKind, SecretValue, SecretWrite};

use crate::support::*;

on_both! {
    async fn secrets_share_the_fate_of_their_change(db: &Db) {
        let store = db.open().await;
        let (owner, value) = (new_id(), SecretValue::new(*b"digest\0\xff"));
        let mut commit = commit_of(entry(1, Vec::new()));
        commit.secrets = vec![SecretWrite::Put { owner, kind: SecretKind::Token, value: value.clone() }];
        let mut batch = store.begin().await.unwrap();
        batch.append(&commit).await.unwrap();
        batch.rollback().await;
        assert_eq!(store.secret(owner, SecretKind::Token).await.unwrap(), None);
        let mut batch = store.begin().await.unwrap();
        batch.append(&commit).await.unwrap();
        batch.commit().await.unwrap();
        assert_eq!(store.secret(owner, SecretKind::Token).await.unwrap(), Some(value.clone()));
        assert_eq!(store.secret(owner, SecretKind::Password).await.unwrap(), None);
        assert_eq!(store.owner_of_secret(SecretKind::Token, &value).await.unwrap(), Some(owner));
        assert_eq!(store.owner_of_secret(SecretKind::Credential, &value).await.unwrap(), None);
        assert_eq!(store.secrets(SecretKind::Token).await.unwrap(), [(owner, value)]);
    }

    async fn secrets_can_be_replaced_and_removed(db: &Db) {
        let store = db.open().await;
        let (owner, other) = (new_id(), new_id());
        for value in ["one", "two"] {
            store.put_secret(owner, SecretKind::Password, SecretValue::new(value)).await.unwrap();
        }
        store.put_secret(other, SecretKind::Password, SecretValue::new("two")).await.unwrap();
        let found = store.secret(owner, SecretKind::Password).await.unwrap().unwrap();
        assert_eq!(found.expose(), b"two");
        store.delete_secrets(owner).await.unwrap();
        assert_eq!(store.secret(owner, SecretKind::Password).await.unwrap(), None);
        assert!(store.secret(other, SecretKind::Password).await.unwrap().is_some());
        let mut commit = commit_of(entry(1, Vec::new()));
        commit.secrets = vec![SecretWrite::Remove { owner: other }];
        let mut batch = store.begin().await.unwrap();
        batch.append(&commit).await.unwrap();
        batch.commit().await.unwrap();
        assert_eq!(store.secret(other, SecretKind::Password).await.unwrap(), None);
    }
}

#[test]
fn secrets_are_not_printed() {
    let value = SecretValue::new("hunter2");
    let write = SecretWrite::Put {
        owner: new_id(),
        kind: SecretKind::Password,
        value,
    };
    let printed = format!("{write:?}");
    assert!(printed.contains("***") && !printed.contains("hunter2") && !printed.contains("104"));
    let config = config("postgres://hoist:hunter2@db/hoist".to_owned());
    assert!(!format!("{config:?}").contains("hunter2"));
}
