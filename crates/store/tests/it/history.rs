//! Questions about the past.

use hoist_model::log::{Actor, Effect};
use hoist_model::record::{Kind, Record};
use hoist_store::{ActorFilter, HistoryFilter, Logged, Store};

use crate::support::*;

async fn found(store: &Store, filter: HistoryFilter) -> Vec<u64> {
    let entries = store.history(&filter, None, 100).await.unwrap();
    entries.iter().map(Logged::revision).collect()
}

on_both! {
    async fn filters_find_and_combine(db: &Db) {
        let store = db.open().await;
        let (project, environment, import) = (new_id(), new_id(), new_id());
        let (user, token, segment) = (new_id(), new_id(), new_id());
        let a = flag(project, "a", 1);
        write_entry(&store, |entry| {
            entry.effects = vec![created(&a)];
            entry.project = Some(project);
            entry.actor = Actor::User { id: user };
            entry.summary = "Created flag a".to_owned();
        })
        .await;
        let (_, edit) = edited(&a, 2);
        write_entry(&store, |entry| {
            entry.effects = vec![edit];
            entry.project = Some(project);
            entry.environments = vec![environment, new_id()];
            entry.actor = Actor::Token { user, id: token };
            entry.note = "because 50%_of \\ it failed".to_owned();
        })
        .await;
        write_entry(&store, |entry| {
            let members = vec!["x".to_owned()];
            entry.effects = vec![Effect::AddMembers { segment, members }];
            entry.correlation = Some(import);
            entry.actor = Actor::Operator;
        })
        .await;
        write_entry(&store, |entry| entry.environments = vec![environment]).await;

        let all = HistoryFilter::default;
        assert_eq!(found(&store, all()).await, [4, 3, 2, 1]);
        assert_eq!(found(&store, HistoryFilter { documents: vec![a.id], ..all() }).await, [2, 1]);
        assert_eq!(found(&store, HistoryFilter { documents: vec![a.id, segment], ..all() }).await, [3, 2, 1]);
        assert_eq!(found(&store, HistoryFilter { documents: vec![environment], ..all() }).await, [0; 0]);
        assert_eq!(found(&store, HistoryFilter { projects: vec![project, new_id()], ..all() }).await, [2, 1]);
        assert_eq!(found(&store, HistoryFilter { environment: Some(environment), ..all() }).await, [4, 2]);
        assert_eq!(found(&store, HistoryFilter { correlation: Some(import), ..all() }).await, [3]);
        assert_eq!(found(&store, HistoryFilter { kind: Some(Kind::Flag), ..all() }).await, [2, 1]);
        assert_eq!(found(&store, HistoryFilter { kind: Some(Kind::Segment), ..all() }).await, [3]);
        for (actor, expected) in [
            (ActorFilter::Person(user), vec![2, 1]),
            (ActorFilter::Token(token), vec![2]),
            (ActorFilter::Operator, vec![3]),
            (ActorFilter::System, vec![4]),
        ] {
            assert_eq!(found(&store, HistoryFilter { actor: Some(actor), ..all() }).await, expected);
        }
        assert_eq!(found(&store, HistoryFilter { other_than: Some(user), ..all() }).await, [4, 3]);
        assert_eq!(found(&store, HistoryFilter { other_than: Some(new_id()), ..all() }).await, [4, 3, 2, 1]);
        assert_eq!(found(&store, HistoryFilter { from: Some(time(2)), to: Some(time(4)), ..all() }).await, [3, 2]);
        for (text, expected) in [
            ("created FLAG", vec![1]),
            ("50%_OF \\", vec![2]),
            ("5_%", vec![]),
            ("e", vec![4, 3, 2, 1]),
        ] {
            assert_eq!(found(&store, HistoryFilter { text: Some(text.to_owned()), ..all() }).await, expected, "{text}");
        }
        let both = HistoryFilter { environment: Some(environment), projects: vec![project], ..all() };
        assert_eq!(found(&store, both).await, [2]);
    }

    async fn live_documents_know_who_wrote_them(db: &Db) {
        let store = db.open().await;
        let (user, token) = (new_id(), new_id());
        let actors = [Actor::User { id: user }, Actor::Token { user, id: token }, Actor::Operator, Actor::System];
        for (n, actor) in actors.iter().enumerate() {
            write_entry(&store, |entry| {
                let record = flag(user, &format!("flag {n}"), entry.revision);
                entry.effects = vec![created(&record)];
                entry.actor = actor.clone();
            })
            .await;
        }
        write(&store, Vec::new()).await.unwrap(); // Of no document: not asked for.
        let mut stamps = store.stamps().await.unwrap();
        stamps.sort_by_key(|(revision, ..)| *revision);
        let expected: Vec<_> = (1..).zip(actors).map(|(n, actor)| (n, time(i64::try_from(n).unwrap()), actor)).collect();
        assert_eq!(stamps, expected);
    }

    async fn pages_follow_each_other(db: &Db) {
        let store = db.open().await;
        for _ in 0..5 {
            write(&store, Vec::new()).await.unwrap();
        }
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let page = store.history(&HistoryFilter::default(), before, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some(last.revision());
            seen.extend(page.iter().map(Logged::revision));
        }
        assert_eq!(seen, [5, 4, 3, 2, 1]);
    }

    async fn a_document_is_known_as_it_was(db: &Db) {
        let store = db.open().await;
        let segment = Record { kind: Kind::Segment, ..flag(new_id(), "s", 2) };
        write(&store, Vec::new()).await.unwrap();
        write(&store, vec![created(&segment)]).await.unwrap();
        let members = vec!["x".to_owned()];
        write(&store, vec![Effect::AddMembers { segment: segment.id, members }]).await.unwrap();
        let (later, edit) = edited(&segment, 4);
        write(&store, vec![edit]).await.unwrap();
        write(&store, vec![Effect::Remove { before: later.clone() }]).await.unwrap();
        let expected = [None, Some(&segment), Some(&segment), Some(&later), None];
        for (revision, expected) in (1..).zip(expected) {
            let at = store.document_at(segment.id, revision).await.unwrap();
            assert_eq!(at.as_ref(), expected, "at {revision}");
        }
        assert_eq!(store.document_at(new_id(), 5).await.unwrap(), None);
    }
}
