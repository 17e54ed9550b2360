//! Member lists, short and long.

use std::time::Instant;

use hoist_model::log::Effect;
use hoist_store::join_seq;

use crate::support::*;

fn names(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

on_both! {
    async fn subjects_join_and_leave(db: &Db) {
        let store = db.open().await;
        let (one, two) = (new_id(), new_id());
        let join = |segment, keys: &[&str]| Effect::AddMembers { segment, members: names(keys) };
        let leave = |segment, keys: &[&str]| Effect::RemoveMembers { segment, members: names(keys) };
        write(&store, vec![join(one, &["b", "a", "b"]), join(two, &["z"])]).await.unwrap();
        write(&store, vec![join(one, &["0", "a"]), leave(two, &["z", "nobody"])]).await.unwrap();
        write(&store, vec![leave(one, &["b"]), join(one, &["b"])]).await.unwrap();
        let loaded = store.load(drop).await.unwrap();
        assert_eq!(loaded.members, [(one, names(&["a", "0", "b"]))]);
        assert_eq!(store.member_count(one).await.unwrap(), 3);
        assert_eq!(store.member_count(two).await.unwrap(), 0);
        let page = store.members(one, None, "", 10).await.unwrap();
        let seen: Vec<_> = page.members.iter().map(|member| (member.subject.as_str(), member.joined)).collect();
        assert_eq!(seen, [("0", join_seq(2, 0)), ("a", join_seq(1, 1)), ("b", join_seq(3, 0))]);
    }

    async fn pages_and_prefixes_go_by_bytes(db: &Db) {
        let store = db.open().await;
        let segment = new_id();
        let members = names(&["a", "B", "ab", "a_", "a%", "ä", "Z", "ab\u{10ffff}", "b"]);
        write(&store, vec![Effect::AddMembers { segment, members }]).await.unwrap();
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = store.members(segment, after.as_deref(), "", 2).await.unwrap();
            seen.extend(page.members.into_iter().map(|member| member.subject));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, names(&["B", "Z", "a", "a%", "a_", "ab", "ab\u{10ffff}", "b", "ä"]));
        for (prefix, expected) in [("a", 5), ("a%", 1), ("ab", 2), ("ä", 1), ("x", 0)] {
            let page = store.members(segment, None, prefix, 99).await.unwrap();
            assert_eq!(page.members.len(), expected, "{prefix}");
        }
        let page = store.members(segment, Some("a_"), "a", 99).await.unwrap();
        assert_eq!(page.members.len(), 2);
    }

    async fn a_hundred_thousand_join_and_leave_quickly(db: &Db) {
        let store = db.open().await;
        let segment = new_id();
        let members: Vec<String> = (0..100_000).map(|n| format!("subject-{:06}", n * 7919 % 100_000)).collect();
        let start = Instant::now();
        write(&store, vec![Effect::AddMembers { segment, members: members.clone() }]).await.unwrap();
        let joined = start.elapsed();
        let loaded = store.load(drop).await.unwrap();
        assert_eq!(loaded.members, [(segment, members.clone())]);
        let start = Instant::now();
        write(&store, vec![Effect::RemoveMembers { segment, members }]).await.unwrap();
        eprintln!("100,000 members joined in {joined:?}, left in {:?}", start.elapsed());
        assert_eq!(store.member_count(segment).await.unwrap(), 0);
    }
}
