//! The immutable compiled form of one environment.
//!
//! Flags stand in byte order of key, their parts in blocks; segments have slots that never move. So a
//! patch copies a list of little things, compiles what it touches into a block of its own and shares the rest.
//!
//! How to extend: a new kind of shared table goes to `compile::Tables`, if flags refer to it, and
//! stays append-only.

mod cycles;
mod patch;

pub use cycles::prerequisite_cycle;
pub use patch::{MemberPatch, Patch};

use std::sync::Arc;

use crate::bound::Bound;
use crate::compile::{self, BlockMaker, Tables};
use crate::context::Context;
use crate::flag::{CompiledFlag, CompiledVariant, Head};
use crate::index::{HashIndex, text_hash};
use crate::names::{EnvironmentNames, Names};
use crate::problem::Problem;
use crate::ruleset::{FlagRules, Kind, Metadata, Profile, Ruleset, SegmentRules};
use crate::segment::{CompiledSegment, Presence};
use cycles::Cycles;

/// Everything needed to answer for one environment at one revision.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    epoch: Arc<str>,
    revision: u64,
    /// In byte order of key.
    flags: Arc<[CompiledFlag]>,
    keys: Arc<HashIndex>,
    segments: Vec<Arc<CompiledSegment>>,
    tables: Tables,
    cycles: Arc<Cycles>,
}

/// A flag of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct FlagRef<'s> {
    pub(crate) flag: &'s CompiledFlag,
}

/// A segment of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct SegmentRef<'s> {
    segment: &'s CompiledSegment,
}

impl Snapshot {
    /// Compiles a whole ruleset. Never fails: what cannot be compiled is a problem in the list and
    /// counts as not matched, or as an error of its flag.
    pub fn compile(ruleset: &Ruleset) -> (Self, Vec<Problem>) {
        let mut compiler = Compiler::new(
            &ruleset.environment,
            &ruleset.environment_name,
            &ruleset.epoch,
            ruleset.revision,
        );
        ruleset.segments.iter().for_each(|rules| compiler.segment(rules));
        ruleset.flags.iter().for_each(|rules| compiler.flag(rules));
        compiler.finish()
    }

    /// Key of the environment.
    pub fn environment(&self) -> &str {
        &self.tables.environment
    }

    /// Changes when a backup is restored.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Number of the last change contained.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Makes a context ready for this snapshot; once per context, for any number of flags.
    pub fn bind<'c>(&self, context: &'c Context) -> Bound<'c> {
        Bound::new(&self.tables.names, context)
    }

    /// The flag with this key.
    #[inline]
    pub fn flag(&self, key: &str) -> Option<FlagRef<'_>> {
        self.flag_by_hash(text_hash(key), key).map(|flag| FlagRef { flag })
    }

    /// All flags in byte order of key.
    pub fn flags(&self) -> impl ExactSizeIterator<Item = FlagRef<'_>> + Clone {
        self.flags.iter().map(|flag| FlagRef { flag })
    }

    /// The segment with this key.
    pub fn segment(&self, key: &str) -> Option<SegmentRef<'_>> {
        self.segment_slot(key)
            .and_then(|slot| self.segment_at(slot))
            .map(|segment| SegmentRef { segment })
    }

    /// All segments, in no particular order.
    pub fn segments(&self) -> impl Iterator<Item = SegmentRef<'_>> {
        let defined = self
            .segments
            .iter()
            .filter(|segment| segment.presence == Presence::Defined);
        defined.map(|segment| SegmentRef { segment })
    }

    #[inline]
    pub(crate) fn flag_by_hash(&self, hash: u64, key: &str) -> Option<&CompiledFlag> {
        let is_it = |position: u32| self.flags.get(position as usize).is_some_and(|flag| flag.key() == key);
        let position = self.keys.find(hash, is_it)?;
        self.flags.get(position as usize)
    }

    pub(crate) fn segment_slot(&self, key: &str) -> Option<u32> {
        let slot = self.tables.segments.get(key)?;
        self.segment_at(slot)
            .filter(|segment| segment.presence == Presence::Defined)
            .map(|_| slot)
    }

    pub(crate) fn segment_at(&self, slot: u32) -> Option<&CompiledSegment> {
        self.segments.get(slot as usize).map(|segment| &**segment)
    }

    /// Whether two flags require each other, directly or through others.
    #[inline]
    pub(crate) fn is_cyclic(&self, flag: &str, other: &str) -> bool {
        self.cycles.contain(flag, other)
    }
}

/// Compiles an environment piece by piece, so that rules which are made for compiling only need not all be
/// there at once.
#[derive(Debug)]
pub struct Compiler {
    epoch: Arc<str>,
    revision: u64,
    tables: Tables,
    segments: Vec<Arc<CompiledSegment>>,
    flags: Vec<CompiledFlag>,
    batch: Batch,
    problems: Vec<Problem>,
}

impl Compiler {
    /// For the environment with this key and name, at a revision of an epoch.
    pub fn new(environment: &str, name: &str, epoch: &str, revision: u64) -> Self {
        let names = EnvironmentNames {
            key: environment.into(),
            name: name.into(),
        };
        Self {
            epoch: epoch.into(),
            revision,
            tables: Tables {
                environment: environment.into(),
                names: Arc::new(Names::of(names)),
                ..Tables::default()
            },
            segments: Vec::new(),
            flags: Vec::new(),
            batch: Batch::default(),
            problems: Vec::new(),
        }
    }

    /// Adds a segment.
    pub fn segment(&mut self, rules: &SegmentRules) {
        let slot = self.tables.segment(&rules.key);
        let (segment, found) = compile::segment(rules, &mut self.tables);
        self.problems.extend(found);
        place(&mut self.segments, slot, segment, &self.tables);
    }

    /// Adds a flag. Of two with one key the first counts. In byte order of key, evaluating all of them goes
    /// through memory from one end to the other.
    pub fn flag(&mut self, rules: &FlagRules) {
        self.batch.flag(rules, None, &mut self.tables, &mut self.problems);
        if self.batch.block.is_full() {
            self.flags.extend(std::mem::take(&mut self.batch).finish());
        }
    }

    /// The snapshot, and what could not be compiled.
    pub fn finish(self) -> (Snapshot, Vec<Problem>) {
        let Self {
            epoch,
            revision,
            tables,
            mut segments,
            mut flags,
            batch,
            mut problems,
        } = self;
        flags.extend(batch.finish());
        flags.sort_by(|a, b| a.key().cmp(b.key()));
        flags.dedup_by(|later, first| {
            let repeats = later.key() == first.key();
            if repeats {
                problems.push(Problem::flag(
                    later.key(),
                    "",
                    "this key stands for two flags; the first counts",
                ));
            }
            repeats
        });
        fill(&mut segments, &tables);
        let cycles = Cycles::new(flags.iter());
        problems.extend(cycles.problems(flags.iter().map(|flag| flag.key())));
        let snapshot = Snapshot {
            epoch,
            revision,
            keys: Arc::new(HashIndex::new(flags.iter().map(CompiledFlag::key_hash))),
            flags: flags.into(),
            segments,
            tables,
            cycles: Arc::new(cycles),
        };
        problems.extend(patch::segment_cycles(&snapshot.segments));
        (snapshot, problems)
    }
}

/// Flags that are compiled into one block.
#[derive(Debug, Default)]
struct Batch {
    block: BlockMaker,
    flags: Vec<Batched>,
}

#[derive(Debug)]
enum Batched {
    Compiled(Head),
    LastGood(CompiledFlag),
}

impl Batch {
    /// Compiles a flag; an unreadable one keeps its last good compile.
    fn flag(
        &mut self,
        rules: &FlagRules,
        last_good: Option<&CompiledFlag>,
        tables: &mut Tables,
        problems: &mut Vec<Problem>,
    ) {
        let (compiled, found) = match (compile::flag(rules, tables, &mut self.block), last_good) {
            (Ok((head, found)), _) => (Batched::Compiled(head), found),
            (Err(found), Some(last_good)) => (Batched::LastGood(last_good.clone()), found),
            (Err(found), None) => {
                let head = compile::unreadable(rules, tables, &mut self.block);
                (Batched::Compiled(head), found)
            }
        };
        problems.extend(found);
        self.flags.push(compiled);
    }

    /// The flags in the order in which they came.
    fn finish(self) -> Vec<CompiledFlag> {
        let block = Arc::new(self.block.finish());
        let flag = |batched| match batched {
            Batched::LastGood(flag) => flag,
            Batched::Compiled(head) => CompiledFlag {
                block: Arc::clone(&block),
                head,
            },
        };
        self.flags.into_iter().map(flag).collect()
    }
}

/// Puts a segment into its slot, with placeholders for those referred to but not yet there.
fn place(segments: &mut Vec<Arc<CompiledSegment>>, slot: u32, segment: CompiledSegment, tables: &Tables) {
    fill(segments, tables);
    if let Some(place) = segments.get_mut(slot as usize) {
        *place = Arc::new(segment);
    }
}

/// Gives every known key its slot.
fn fill(segments: &mut Vec<Arc<CompiledSegment>>, tables: &Tables) {
    let missing = tables.segments.keys().iter().skip(segments.len());
    segments.extend(missing.map(|key| Arc::new(CompiledSegment::missing(key))));
}

impl<'s> FlagRef<'s> {
    /// What applications ask for.
    pub fn key(self) -> &'s str {
        self.flag.key()
    }

    /// The key as JSON text, quotes included.
    pub fn key_json(self) -> &'s str {
        self.flag.key_json()
    }

    /// Index of the flag in its project.
    pub fn index(self) -> u32 {
        self.flag.head.index
    }

    /// Type of its values.
    pub fn kind(self) -> Kind {
        self.flag.head.kind
    }

    /// Whether public credentials may see it.
    pub fn client_visible(self) -> bool {
        self.flag.head.client_visible
    }

    /// Whose meaning its conditions have.
    pub fn profile(self) -> Profile {
        self.flag.about().map(|about| about.profile).unwrap_or_default()
    }

    /// Revision of the youngest document it was lowered from.
    pub fn version(self) -> u64 {
        self.flag.head.version
    }

    /// The flag's own metadata, without a variant's or serve's; absent if there is none.
    pub fn metadata(self) -> Option<&'s Metadata> {
        let about = self.flag.about()?;
        Some(&about.metadata).filter(|own| !own.is_empty())
    }

    /// Variants in the order of their indexes.
    pub fn variants(self) -> impl ExactSizeIterator<Item = VariantRef<'s>> {
        self.flag.variants().iter().map(|variant| VariantRef { variant })
    }
}

/// A variant of a flag.
#[derive(Clone, Copy, Debug)]
pub struct VariantRef<'s> {
    variant: &'s CompiledVariant,
}

impl<'s> VariantRef<'s> {
    /// Unique in the flag.
    pub fn key(self) -> &'s str {
        &self.variant.key
    }

    /// Absent: the application's own default.
    pub fn value(self) -> Option<&'s serde_json::Value> {
        self.variant.value.as_deref()
    }
}

impl<'s> SegmentRef<'s> {
    /// Unique in the project.
    pub fn key(self) -> &'s str {
        &self.segment.key
    }

    /// Small stable integer.
    pub fn index(self) -> u32 {
        self.segment.index
    }

    /// How many subject keys are listed.
    pub fn member_count(self) -> usize {
        self.segment.members.len()
    }

    /// Whether a subject key is listed, whatever the condition says.
    pub fn has_member(self, key: &str) -> bool {
        self.segment.members.contains(text_hash(key), key)
    }
}
