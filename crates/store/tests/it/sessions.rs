//! Sessions.

use hoist_model::Id;
use hoist_store::{Session, SessionDigest};

use crate::support::*;

fn session(user: Id, n: u8) -> Session {
    Session {
        digest: SessionDigest([n; 32]),
        user,
        created: time(n.into()),
        expires: time(1000 + i64::from(n)),
        last_seen: time(n.into()),
        address: "2001:db8::1".to_owned(),
        agent: "Mozilla/5.0 (ö)".to_owned(),
    }
}

on_both! {
    async fn a_session_lives_and_ends(db: &Db) {
        let store = db.open().await;
        let mut one = session(new_id(), 1);
        store.create_session(&one).await.unwrap();
        assert_eq!(store.session(one.digest, time(5)).await.unwrap(), Some(one.clone()));
        assert_eq!(store.session(one.digest, one.expires).await.unwrap(), None);
        assert!(store.touch_session(one.digest, time(50)).await.unwrap());
        one.last_seen = time(50);
        assert_eq!(store.session(one.digest, time(5)).await.unwrap(), Some(one.clone()));
        assert!(!store.touch_session(SessionDigest([9; 32]), time(50)).await.unwrap());
        assert!(store.delete_session(one.digest).await.unwrap());
        assert!(!store.delete_session(one.digest).await.unwrap());
        assert_eq!(store.session(one.digest, time(5)).await.unwrap(), None);
    }

    async fn sessions_of_a_person_are_listed_and_ended(db: &Db) {
        let store = db.open().await;
        let (ann, bob) = (new_id(), new_id());
        for (n, user) in [(1, ann), (2, ann), (3, ann), (4, bob)] {
            store.create_session(&session(user, n)).await.unwrap();
        }
        let listed = store.sessions_of(ann, time(1001)).await.unwrap();
        assert_eq!(listed, [session(ann, 3), session(ann, 2)]);
        let kept = SessionDigest([2; 32]);
        assert_eq!(store.delete_sessions_of(ann, Some(kept)).await.unwrap(), 2);
        assert_eq!(store.sessions_of(ann, time(0)).await.unwrap(), [session(ann, 2)]);
        assert_eq!(store.delete_sessions_of(ann, None).await.unwrap(), 1);
        assert_eq!(store.sessions_of(bob, time(0)).await.unwrap(), [session(bob, 4)]);
    }

    async fn ended_sessions_are_purged(db: &Db) {
        let store = db.open().await;
        for n in 1..=3 {
            store.create_session(&session(new_id(), n)).await.unwrap();
        }
        assert_eq!(store.purge_sessions(time(1002)).await.unwrap(), 2);
        assert!(store.session(SessionDigest([3; 32]), time(0)).await.unwrap().is_some());
    }
}
