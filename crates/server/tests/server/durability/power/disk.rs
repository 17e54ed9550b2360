//! A disk that loses power: it has what was synced, and of the rest whatever it happened to write, sector by sector.

use std::collections::BTreeMap;

use hoist_fuzz::random::Random;

use super::recording::Event;

/// What a disk writes whole.
const SECTOR: usize = 512;

/// Files by name.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// What becomes of writes that were not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// All are lost.
    Lost,
    /// All are kept.
    Kept,
    /// Each for itself.
    Single,
    /// Each sector for itself: writes are torn.
    Torn,
}

impl Fate {
    pub(super) const ALL: [Self; 4] = [Self::Lost, Self::Kept, Self::Single, Self::Torn];
}

/// A file, whatever its name is.
#[derive(Default)]
struct File {
    durable: Vec<u8>,
    /// Events that are not on the disk yet, with their numbers.
    open: Vec<(usize, Change)>,
}

enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Resize(usize),
}

/// A change of the folder.
enum Naming {
    Made { name: String, file: usize },
    Removed(String),
}

/// The disk under a recording that is played.
pub(super) struct Disk {
    files: Vec<File>,
    /// Names as running programs see them.
    seen: BTreeMap<String, usize>,
    /// Names that are on the disk.
    durable: BTreeMap<String, usize>,
    open: Vec<(usize, Naming)>,
    played: usize,
    acknowledged: u64,
}

impl Disk {
    /// A disk that has these files.
    pub(super) fn with(files: Files) -> Self {
        let names: BTreeMap<String, usize> = files.keys().cloned().zip(0..).collect();
        let file = |durable| File {
            durable,
            open: Vec::new(),
        };
        Self {
            files: files.into_values().map(file).collect(),
            seen: names.clone(),
            durable: names,
            open: Vec::new(),
            played: 0,
            acknowledged: 0,
        }
    }

    /// The newest revision of whose success somebody was told.
    pub(super) const fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Plays the next event.
    pub(super) fn play(&mut self, event: &Event) {
        let number = self.played;
        self.played += 1;
        match event {
            Event::Opened(name) if self.seen.contains_key(name) => {}
            Event::Opened(name) => {
                let file = self.files.len();
                self.files.push(File::default());
                self.seen.insert(name.clone(), file);
                let name = name.clone();
                self.open.push((number, Naming::Made { name, file }));
            }
            Event::Removed(name) => {
                self.seen.remove(name);
                self.open.push((number, Naming::Removed(name.clone())));
            }
            Event::Wrote { file, at, bytes } => {
                let (at, bytes) = (*at, bytes.clone());
                self.file(file).open.push((number, Change::Write { at, bytes }));
            }
            Event::Resized { file, to } => self.file(file).open.push((number, Change::Resize(*to))),
            Event::Synced { file, covers } => self.file(file).sync(*covers),
            Event::FolderSynced { covers } => {
                let (done, open) = std::mem::take(&mut self.open)
                    .into_iter()
                    .partition(|(number, _)| number < covers);
                self.open = open;
                name(&mut self.durable, done);
            }
            Event::Acknowledged { revision } => self.acknowledged = self.acknowledged.max(*revision),
        }
    }

    fn file(&mut self, name: &str) -> &mut File {
        let file = self.seen.get(name).copied();
        let file = file.and_then(|file| self.files.get_mut(file));
        file.unwrap_or_else(|| panic!("{name} was never opened"))
    }

    /// What is there when the power comes back.
    pub(super) fn after_cut(&self, fate: Fate, random: &mut Random) -> Files {
        let mut names = self.durable.clone();
        let open = self.open.iter().filter(|_| happens(fate, random));
        name(&mut names, open.map(|(number, naming)| (*number, naming.copy())));
        let kept = |file: usize, random: &mut Random| self.files[file].after_cut(fate, random);
        let files = names.into_iter().map(|(name, file)| (name, kept(file, random)));
        files.collect()
    }
}

impl Naming {
    fn copy(&self) -> Self {
        match self {
            Self::Made { name, file } => Self::Made {
                name: name.clone(),
                file: *file,
            },
            Self::Removed(name) => Self::Removed(name.clone()),
        }
    }
}

fn name(names: &mut BTreeMap<String, usize>, done: impl IntoIterator<Item = (usize, Naming)>) {
    for (_, naming) in done {
        match naming {
            Naming::Made { name, file } => drop(names.insert(name, file)),
            Naming::Removed(name) => drop(names.remove(&name)),
        }
    }
}

fn happens(fate: Fate, random: &mut Random) -> bool {
    match fate {
        Fate::Lost => false,
        Fate::Kept => true,
        Fate::Single | Fate::Torn => random.once_in(2),
    }
}

impl File {
    fn sync(&mut self, covers: usize) {
        for (number, change) in std::mem::take(&mut self.open) {
            if number < covers {
                change.apply(&mut self.durable);
            } else {
                self.open.push((number, change));
            }
        }
    }

    fn after_cut(&self, fate: Fate, random: &mut Random) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for (_, change) in &self.open {
            match change {
                Change::Write { at, bytes: written } if fate == Fate::Torn => {
                    for (at, sector) in sectors(*at, written) {
                        if happens(fate, random) {
                            put(&mut bytes, at, sector);
                        }
                    }
                }
                change if happens(fate, random) => change.apply(&mut bytes),
                _ => {}
            }
        }
        bytes
    }
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Write { at, bytes } => put(to, *at, bytes),
            Self::Resize(size) => to.resize(*size, 0),
        }
    }
}

fn put(to: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if to.len() < end {
        to.resize(end, 0);
    }
    to[at..end].copy_from_slice(bytes);
}

/// Parts of a write that lie in one sector each.
fn sectors(at: usize, bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let first = (SECTOR - at % SECTOR).min(bytes.len());
    let (head, rest) = bytes.split_at(first);
    let tail = rest.chunks(SECTOR).enumerate();
    let tail = tail.map(|(n, part)| (at + first + n * SECTOR, part));
    std::iter::once((at, head)).chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrote(at: usize, text: &str) -> Event {
        Event::Wrote {
            file: "a".into(),
            at,
            bytes: text.into(),
        }
    }

    fn left(disk: &Disk, fate: Fate) -> Option<Vec<u8>> {
        disk.after_cut(fate, &mut Random::new(1)).remove("a")
    }

    #[test]
    fn what_is_synced_stays_and_the_rest_may_go() {
        let mut disk = Disk::with(Files::from([("a".to_owned(), b"....".to_vec())]));
        let synced = Event::Synced {
            file: "a".into(),
            covers: 2,
        };
        for event in [wrote(0, "1"), wrote(1, "2"), wrote(2, "3"), synced] {
            disk.play(&event);
        }
        assert_eq!(left(&disk, Fate::Lost).as_deref(), Some(&b"12.."[..]));
        assert_eq!(left(&disk, Fate::Kept).as_deref(), Some(&b"123."[..]));
        disk.play(&Event::Resized {
            file: "a".into(),
            to: 1,
        });
        assert_eq!(left(&disk, Fate::Lost).as_deref(), Some(&b"12.."[..]));
        assert_eq!(left(&disk, Fate::Kept).as_deref(), Some(&b"1"[..]));
    }

    #[test]
    fn a_file_is_there_when_its_folder_was_synced() {
        let mut disk = Disk::with(Files::new());
        disk.play(&Event::Opened("a".into()));
        disk.play(&wrote(0, "x"));
        disk.play(&Event::Synced {
            file: "a".into(),
            covers: 2,
        });
        assert_eq!(left(&disk, Fate::Lost), None);
        disk.play(&Event::FolderSynced { covers: 3 });
        assert_eq!(left(&disk, Fate::Lost).as_deref(), Some(&b"x"[..]));
        disk.play(&Event::Removed("a".into()));
        assert_eq!(
            (left(&disk, Fate::Lost).is_some(), left(&disk, Fate::Kept)),
            (true, None)
        );
    }

    #[test]
    fn writes_are_torn_at_sectors() {
        let bytes = [7; 1200];
        let parts = sectors(500, &bytes);
        let lengths: Vec<(usize, usize)> = parts.iter().map(|(at, part)| (*at, part.len())).collect();
        assert_eq!(lengths, [(500, 12), (512, 512), (1024, 512), (1536, 164)]);
        assert_eq!(sectors(0, &[1; 24]).len(), 1);
    }
}
