//! Rows and files with random bytes in them: what is loaded is what was written, or an error. Never something else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hoist_model::Id;
use hoist_model::log::Effect;
use hoist_model::record::Record;
use hoist_store::{Damaged, Fate, Store};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tokio::time::timeout;

use crate::support::*;

/// Mutations of each kind; `HOIST_MUTATIONS` sets another number.
const MUTATIONS: u64 = 150;
const FLAGS: u64 = 12;
const SUBJECTS: u64 = 20;
/// Longer than this nothing takes.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes changed in a file at most.
const BYTES: u64 = 4;

/// A number from the environment.
fn number(variable: &str, default: u64) -> u64 {
    let text = std::env::var(variable).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Xorshift: the same for the same seed.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let seed = number("HOIST_MUTATION_SEED", 1);
        eprintln!("HOIST_MUTATION_SEED={seed}");
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

/// Everything that evaluation depends on.
#[derive(Debug, PartialEq)]
struct Whole {
    documents: BTreeMap<Id, Record>,
    members: BTreeMap<Id, BTreeSet<String>>,
}

/// What is loaded, and the damaged rows that the log could not stand in for.
async fn whole(store: &Store) -> hoist_store::Result<(Whole, Found)> {
    let mut documents = BTreeMap::new();
    let loaded = store
        .load(|record| {
            documents.insert(record.id, record);
        })
        .await?;
    let members = loaded
        .members
        .into_iter()
        .map(|(id, list)| (id, list.into_iter().collect()));
    let members = members.collect();
    let (mended, lost) = loaded
        .damaged
        .into_iter()
        .partition(|row| row.fate == Fate::TakenFromLog);
    Ok((Whole { documents, members }, Found { mended, lost }))
}

/// Rows that were noticed.
#[derive(Debug)]
struct Found {
    mended: Vec<Damaged>,
    lost: Vec<Damaged>,
}

/// Flags with some history, and two segments.
async fn seed(db: &Db) -> Whole {
    let store = db.open().await;
    let project = new_id();
    for n in 0..FLAGS {
        let before = flag(project, &format!("flag-{n}"), 3 * n + 1);
        write(&store, vec![created(&before)]).await.unwrap();
        let (_, effect) = edited(&before, 3 * n + 2);
        write(&store, vec![effect]).await.unwrap();
        let members = (0..SUBJECTS).map(|subject| format!("subject-{n}-{subject}")).collect();
        let segment = new_id();
        write(&store, vec![Effect::AddMembers { segment, members }])
            .await
            .unwrap();
    }
    let (whole, found) = whole(&store).await.unwrap();
    assert_eq!(whole.documents.len() as u64, FLAGS);
    assert!(found.mended.is_empty() && found.lost.is_empty(), "{found:?}");
    store.close().await;
    whole
}

/// Changes one value of one row; false where the schema refuses that.
async fn mutate_row(url: &str, dice: &mut Dice) -> bool {
    let (table, rows, texts, numbers): (_, _, &[&str], &[&str]) = if dice.below(4) == 0 {
        (
            "member",
            FLAGS * SUBJECTS,
            &["segment", "subject"],
            &["join_seq", "checksum"],
        )
    } else {
        (
            "document",
            FLAGS,
            &["id", "kind", "scope", "key", "body"],
            &["revision", "v", "checksum"],
        )
    };
    let keys = if table == "member" { "segment, subject" } else { "id" };
    let row = format!(
        "SELECT {keys} FROM {table} ORDER BY {keys} LIMIT 1 OFFSET {}",
        dice.below(rows)
    );
    let change = if dice.below(3) == 0 {
        let (column, by) = (dice.one_of(numbers), dice.below(1000) + 1);
        format!("{column} = {column} + {by}")
    } else {
        let (column, at) = (dice.one_of(texts), dice.below(40));
        let letter = dice.one_of(&["0", "1", "7", "a", "f", "x", "\"", "{", " ", "é"]);
        format!("{column} = substr({column}, 1, {at}) || '{letter}' || substr({column}, {at} + 2)")
    };
    let mut conn = SqliteConnection::connect(url).await.unwrap();
    let sql = format!("UPDATE {table} SET {change} WHERE ({keys}) = ({row})");
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await;
    conn.close().await.unwrap();
    done.is_ok()
}

/// With the log whole, nothing is lost at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_row_changes_nothing() {
    let db = Db::sqlite();
    let golden = seed(&db).await;
    let original = std::fs::read(db.file()).unwrap();
    let mut dice = Dice::new();
    let mut found = 0;
    for n in 0..number("HOIST_MUTATIONS", MUTATIONS) {
        put_back(&db, &original);
        if !mutate_row(&db.config.url, &mut dice).await {
            continue;
        }
        let store = db.open().await;
        let (whole, rows) = whole(&store).await.unwrap();
        store.close().await;
        assert!(
            whole == golden,
            "mutation {n}: {}; {rows:?}",
            difference(&golden, &whole)
        );
        found += usize::from(!rows.mended.is_empty());
    }
    eprintln!("torture: mutated-rows found={found} wrong=0");
    assert!(found > 0);
}

/// Bytes anywhere in the file: an error, or what was written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_file_is_refused_or_changes_nothing() {
    let db = Db::sqlite();
    let golden = seed(&db).await;
    let original = std::fs::read(db.file()).unwrap();
    let mut dice = Dice::new();
    let (mut refused, mut mended, mut unharmed, mut reported) = (0, 0, 0, 0);
    for n in 0..number("HOIST_MUTATIONS", MUTATIONS) {
        let mut bytes = original.clone();
        for _ in 0..=dice.below(BYTES) {
            let at = usize::try_from(dice.below(bytes.len() as u64)).unwrap();
            bytes[at] ^= u8::try_from(1 + dice.below(255)).unwrap();
        }
        put_back(&db, &bytes);
        match timeout(PATIENCE, look(&db)).await {
            Err(_) => panic!("mutation {n}: no answer in {PATIENCE:?}"),
            Ok(Err(_)) => refused += 1,
            Ok(Ok((whole, rows))) if whole == golden => {
                let found = !rows.mended.is_empty() || !rows.lost.is_empty();
                *(if found { &mut mended } else { &mut unharmed }) += 1;
            }
            // The log was hit, too: then what is lost is named.
            Ok(Ok((whole, rows))) => {
                let different = difference(&golden, &whole);
                assert!(!rows.lost.is_empty(), "mutation {n}: {different}; {rows:?}");
                reported += 1;
            }
        }
    }
    eprintln!(
        "torture: mutated-files wrong=0 refused={refused} mended={mended} losses_named={reported} unharmed={unharmed}"
    );
    assert!(refused > 0 && unharmed > 0);
}

/// Opens, loads, closes.
async fn look(db: &Db) -> hoist_store::Result<(Whole, Found)> {
    let store = Store::open(&db.config).await?;
    let found = whole(&store).await;
    store.close().await;
    found
}

/// In few words: what is lost, what has appeared, what reads otherwise.
fn difference(golden: &Whole, whole: &Whole) -> String {
    let documents = golden
        .documents
        .keys()
        .filter(|id| whole.documents.get(id) != golden.documents.get(id));
    let segments = golden
        .members
        .keys()
        .filter(|id| whole.members.get(id) != golden.members.get(id));
    format!(
        "{} documents and {} lists differ; {} and {} there, {} and {} expected",
        documents.count(),
        segments.count(),
        whole.documents.len(),
        whole.members.len(),
        golden.documents.len(),
        golden.members.len()
    )
}

fn put_back(db: &Db, bytes: &[u8]) {
    for end in ["-wal", "-shm"] {
        let mut name = db.file().into_os_string();
        name.push(end);
        let _ = std::fs::remove_file(name);
    }
    std::fs::write(db.file(), bytes).unwrap();
}
