//! The power is cut, again and again: what was written and not synced is lost, kept, reordered or torn. Whatever was
//! acknowledged is there, nothing is damaged, and what is there is a beginning of the log.
//!
//! A server is traced while several clients change things. [`recording`] reads what it did with its files, [`disk`] plays
//! it and says what a disk may hold after a cut at each point. Each of these is opened. Some are served again, traced
//! again, and cut a second time while they recover.
//!
//! | variable | default | meaning |
//! |---|---|---|
//! | `HOIST_POWER_CUTS` | 200 | cut points; a twentieth as many are second cuts |

mod disk;
mod recording;

use std::collections::BTreeMap;
use std::path::Path;

use hoist_fuzz::random::Random;
use hoist_model::Id;
use hoist_model::log::{Effect, LogEntry};
use hoist_store::{Store, StoreConfig};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::client::{Client, token_of};
use super::synced::can_trace;
use super::{ADMIN, number, past};
use crate::hoist::{Server, wait};
use crate::skip::skip;
use disk::{Disk, Fate, Files};
use recording::Event;

const NAME: &str = "control.db";
const WRITERS: usize = 4;
/// Enough for the log to be carried over into the file, which takes a thousand pages.
const LONG: usize = 160;
/// Second cuts of one recovery.
const SECONDS_EACH: usize = 50;

#[test]
fn acknowledged_changes_survive_a_loss_of_power() {
    if let Err(reason) = can_trace() {
        let name = "durability::power::acknowledged_changes_survive_a_loss_of_power";
        return skip(name, &reason);
    }
    let cuts = usize::try_from(number("HOIST_POWER_CUTS", 200)).expect("a number of cuts");
    let seed = number("HOIST_CRASH_SEED", std::process::id().into());
    eprintln!("HOIST_CRASH_SEED={seed}");
    let mut random = Random::new(seed);
    let first = Recording::make(fresh(), "first", if cuts < 1000 { LONG / 8 } else { LONG });
    assert!(
        first.lies_are_noticed(),
        "a disk that forgets what was synced goes unnoticed"
    );
    let seconds = cuts / 20;
    let left = first.cut(cuts, seconds.div_ceil(SECONDS_EACH).max(1), &mut random);
    for files in &left {
        let recovery = Recording::make(files.clone(), "second", WRITERS);
        recovery.cut(seconds.div_ceil(left.len()), 1, &mut random);
    }
    eprintln!(
        "torture: power cuts={cuts} second_cuts={seconds} recoveries={} seed={seed} file_events={} \
         checkpointed_pages={} acknowledged_revision={} lost=0 torn=0",
        left.len(),
        first.events.len(),
        first.pages(),
        first.acknowledged(),
    );
}

/// The files of an instance with an owner.
fn fresh() -> Files {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &ADMIN);
    let _ = token_of(&server);
    server.signal("TERM");
    assert_eq!(server.end(), Some(0));
    let names = [NAME, "control.db-wal"].into_iter();
    let read = |name: &str| {
        Some((
            name.to_owned(),
            std::fs::read(folder.path().join("data").join(name)).ok()?,
        ))
    };
    let files: Files = names.filter_map(read).collect();
    assert!(files.contains_key(NAME));
    files
}

/// What a server did with files that it found.
struct Recording {
    before: Files,
    events: Vec<Event>,
    /// The log as it was without a cut.
    entries: Vec<LogEntry>,
}

impl Recording {
    /// Serves these files, traced, until so many changes were acknowledged.
    fn make(before: Files, name: &str, changes: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        put(&before, folder.path());
        let trace = folder.path().join("trace");
        let options = ["-xx", "-s", "16384", "-e", recording::CALLS];
        let server = Server::start_traced(folder.path(), &options, &trace, &ADMIN);
        let token = token_of(&server);
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let mut client = Client::new(server.address, &token);
                scope.spawn(move || {
                    for n in 0..changes.div_ceil(WRITERS) {
                        let key = format!("{name}-{writer}-{n}");
                        let create = json!([{ "flag": { "create": { "key": key, "kind": "boolean" } } }]);
                        client.must_change(&create, "");
                    }
                });
            }
        });
        drop(server);
        let text = wait(|| {
            let text = std::fs::read_to_string(&trace).ok()?;
            text.ends_with("+++ killed by SIGKILL +++\n").then_some(text)
        });
        let events = recording::read(&text, NAME);
        let (entries, problems) = past::read(&past::url_in(folder.path()));
        assert!(problems.is_empty(), "without a cut: {problems:#?}");
        let this = Self {
            before,
            events,
            entries,
        };
        let last = this.entries.last().map(|entry| entry.revision);
        assert_eq!(Some(this.acknowledged()), last, "every answer is in the trace");
        this
    }

    /// The newest revision that was acknowledged.
    fn acknowledged(&self) -> u64 {
        let told = self.events.iter().map(|event| match event {
            Event::Acknowledged { revision } => *revision,
            _ => 0,
        });
        told.max().unwrap_or(0)
    }

    /// Pages that were written into the file itself.
    fn pages(&self) -> usize {
        let into_file = |event: &&Event| matches!(event, Event::Wrote { file, .. } if file == NAME);
        self.events.iter().filter(into_file).count()
    }

    /// Cuts at points that are spread over all events, and looks at what is left each time; so many of these are kept.
    #[track_caller]
    fn cut(&self, cuts: usize, keep: usize, random: &mut Random) -> Vec<Files> {
        let runtime = Runtime::new().expect("a runtime");
        let mut disk = Disk::with(self.before.clone());
        let mut fates = Fate::ALL.iter().cycle();
        let (mut done, mut kept) = (0, Vec::new());
        for (number, event) in self.events.iter().enumerate() {
            disk.play(event);
            let due = cuts * (number + 1) / self.events.len();
            while done < due {
                let fate = *fates.next().expect("without end");
                let files = disk.after_cut(fate, random);
                let problems = runtime.block_on(judge(&files, disk.acknowledged(), &self.entries));
                assert!(problems.is_empty(), "cut after event {number}, {fate:?}: {problems:#?}");
                done += 1;
                // From the middle of each part.
                if (done + cuts / keep / 2) * keep / cuts > kept.len() && kept.len() < keep {
                    kept.push(files);
                }
            }
        }
        assert_eq!((done, kept.len()), (cuts, keep));
        kept
    }

    /// Whether losing what was synced and acknowledged shows.
    fn lies_are_noticed(&self) -> bool {
        let mut disk = Disk::with(self.before.clone());
        for event in &self.events {
            match event {
                Event::Synced { .. } => disk.play(&Event::FolderSynced { covers: 0 }),
                event => disk.play(event),
            }
        }
        let files = disk.after_cut(Fate::Lost, &mut Random::new(1));
        let runtime = Runtime::new().expect("a runtime");
        !runtime
            .block_on(judge(&files, disk.acknowledged(), &self.entries))
            .is_empty()
    }
}

/// Writes files where a server looks for them.
fn put(files: &Files, folder: &Path) {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).expect("a folder");
    for (name, bytes) in files {
        std::fs::write(data.join(name), bytes).expect("a file");
    }
}

/// What is wrong with what a cut left: everything up to the acknowledged revision is there, whole, and what is there
/// more is how the log went on.
async fn judge(files: &Files, acknowledged: u64, log: &[LogEntry]) -> Vec<String> {
    // What the disk does is played already: this one need not be one.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    let folder = folder.expect("a folder");
    put(files, folder.path());
    let mut config = StoreConfig::new(
        past::url_in(folder.path()),
        Timestamp::UNIX_EPOCH,
        Id::from_parts(0, [0; 10]),
    );
    config.readers = 1;
    let store = match Store::open(&config).await {
        Ok(store) => store,
        Err(error) => return vec![format!("it does not open: {error}")],
    };
    let problems = match found(&store, acknowledged, log).await {
        Ok(problems) => problems,
        Err(error) => vec![format!("it cannot be read: {error}")],
    };
    store.close().await;
    problems
}

async fn found(store: &Store, acknowledged: u64, log: &[LogEntry]) -> hoist_store::Result<Vec<String>> {
    let mut problems = store.check_file().await?;
    let limit = u32::try_from(log.len()).unwrap_or(u32::MAX).saturating_add(1);
    let entries = store.tail(0, limit).await?;
    if log.get(..entries.len()) != Some(&entries[..]) {
        problems.push("the log is not a beginning of what it was".to_owned());
    }
    let last = entries.last().map_or(0, |entry| entry.revision);
    if last < acknowledged {
        problems.push(format!("the log ends at {last}, {acknowledged} was acknowledged"));
    }
    let mut documents = BTreeMap::new();
    let loaded = store
        .load(|record| drop(documents.insert(record.id, past::content(&record))))
        .await?;
    problems.extend(loaded.damaged.iter().map(ToString::to_string));
    if loaded.head.revision != last {
        problems.push(format!("the head is {}, the log ends at {last}", loaded.head.revision));
    }
    if documents != folded(&entries) {
        problems.push("the documents are not those of the log".to_owned());
    }
    Ok(problems)
}

/// The documents that a log makes.
fn folded(entries: &[LogEntry]) -> BTreeMap<Id, (u64, Json)> {
    let mut documents = BTreeMap::new();
    for effect in entries.iter().flat_map(|entry| &entry.effects) {
        match effect {
            Effect::Put { after, .. } => drop(documents.insert(after.id, past::content(after))),
            Effect::Remove { before } => drop(documents.remove(&before.id)),
            Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => {}
        }
    }
    documents
}
