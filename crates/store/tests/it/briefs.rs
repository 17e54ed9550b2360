//! Large entries of the log: lists tell of them without reading them.

use hoist_model::brief::Brief;
use hoist_model::log::{Effect, LogEntry};
use hoist_store::{Backup, HistoryFilter, Logged, Present, Store};

use crate::support::*;

/// An entry of some 300 kB, between two small ones.
async fn three(store: &Store) -> Vec<LogEntry> {
    let project = new_id();
    let mut entries = Vec::new();
    for flags in [1, 800, 2] {
        let entry = write_entry(store, |entry| {
            let named = |n| {
                flag(
                    project,
                    &format!("flag-{n}-of-{flags}-with-a-name-of-some-length"),
                    entry.revision,
                )
            };
            entry.effects = (0..flags).map(|n| created(&named(n))).collect();
            entry.project = Some(project);
            entry.environments = vec![new_id()];
            entry.note = format!("{flags} at once");
        });
        entries.push(entry.await);
    }
    entries
}

/// The history, oldest first.
async fn told(store: &Store) -> Vec<Logged> {
    let mut found = store.history(&HistoryFilter::default(), None, 9).await.unwrap();
    found.reverse();
    found
}

fn intact(entries: &[LogEntry]) -> Vec<Logged> {
    let brief = |entry: &LogEntry| Logged::Intact(Box::new(Brief::of(entry)));
    entries.iter().map(brief).collect()
}

/// Another text of the same length in the middle of the large entry.
const ELSEWHERE: &str = "UPDATE change SET body = REPLACE(body, 'flag-400-of', 'flag-4OO-of') WHERE revision = 2";

on_both! {
    async fn a_list_does_not_read_a_large_entry(db: &Db) {
        let store = db.open().await;
        let entries = three(&store).await;
        assert_eq!(told(&store).await, intact(&entries));
        db.tamper(ELSEWHERE).await;
        // Who reads the entry learns that it is damaged; who only lists it does not read it.
        assert!(store.entry(2).await.is_err());
        assert_eq!(told(&store).await, intact(&entries));
        let brief = Brief::of(&entries[1]);
        assert_eq!((brief.count, brief.flags.len(), brief.organizations.len()), (800, 800, 0));
    }

    /// A brief is only believed beside the entry that it is of; without one the entry is read.
    async fn a_brief_that_is_not_of_its_entry_counts_for_nothing(db: &Db) {
        let store = db.open().await;
        let entries = three(&store).await;
        for spoiled in [
            "UPDATE change_brief SET body = REPLACE(body, '800 at once', '900 at once')",
            "UPDATE change_brief SET checksum = checksum + 1",
            "DELETE FROM change_brief",
        ] {
            db.tamper(spoiled).await;
            assert_eq!(told(&store).await, intact(&entries), "{spoiled}");
        }
        db.tamper(ELSEWHERE).await;
        let seen: Vec<_> = told(&store).await.iter().map(|logged| logged.brief().is_some()).collect();
        assert_eq!(seen, [true, false, true]);
    }

    async fn an_entry_of_another_length_or_checksum_is_damaged(db: &Db) {
        for spoiled in ["UPDATE change SET body = body || ' '", "UPDATE change SET checksum = checksum + 1"] {
            db.wipe().await;
            let store = db.open().await;
            three(&store).await;
            db.tamper(spoiled).await;
            assert!(told(&store).await.iter().all(|logged| logged.brief().is_none()), "{spoiled}");
            store.close().await;
        }
    }

    /// As after a start of this program on the database of an earlier one.
    async fn entries_from_before_there_were_briefs_get_theirs(db: &Db) {
        let store = db.open().await;
        let entries = three(&store).await;
        store.close().await;
        db.tamper("DELETE FROM migration WHERE version = 3").await;
        db.tamper("DROP TABLE change_brief").await;
        let store = db.open().await;
        db.tamper(ELSEWHERE).await;
        assert_eq!(told(&store).await, intact(&entries));
        // A damaged one gets none, and hinders nothing.
        store.close().await;
        db.tamper("DELETE FROM migration WHERE version = 3").await;
        db.tamper("DROP TABLE change_brief").await;
        let store = db.open().await;
        let seen: Vec<_> = told(&store).await.iter().map(|logged| logged.brief().is_some()).collect();
        assert_eq!(seen, [true, false, true]);
    }

    async fn briefs_come_back_with_a_backup(db: &Db) {
        let store = db.open().await;
        let entries = three(&store).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("copy.db");
        store.backup(&file, &db.config, &mut drop).await.unwrap();
        let backup = Backup::open(&file).unwrap();
        store.restore(&backup, "new", Present::Replace, &mut drop).await.unwrap();
        db.tamper(ELSEWHERE).await;
        assert_eq!(told(&store).await, intact(&entries));
    }

    /// What an organization's list asks about entries that belong to no project.
    async fn a_brief_knows_the_organizations_of_an_entry_without_a_project(db: &Db) {
        let store = db.open().await;
        let (organization, other) = (new_id(), new_id());
        write_entry(&store, |entry| {
            let own = |scope, key: &str| created(&flag(scope, key, entry.revision));
            let members = vec!["x".to_owned()];
            entry.effects = vec![own(organization, "a"), own(other, "b"), own(organization, "c")];
            entry.effects.push(Effect::AddMembers { segment: new_id(), members });
        })
        .await;
        let found = told(&store).await;
        let brief = found[0].brief().unwrap();
        assert_eq!((brief.count, &brief.organizations), (4, &vec![organization, other]));
    }
}
