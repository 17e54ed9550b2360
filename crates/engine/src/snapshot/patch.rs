//! The next snapshot from this one and what changed.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Batch, Snapshot, fill, place};
use crate::compile;
use crate::flag::CompiledFlag;
use crate::index::HashIndex;
use crate::problem::Problem;
use crate::ruleset::{FlagRules, SegmentRules};
use crate::segment::{CompiledSegment, Presence};

/// Up to this many new flags are inserted one by one; more are sorted in.
const FEW: usize = 8;

/// What changed between two revisions. Order does not matter; a key is in at most one list of its kind.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// The revision reached.
    pub revision: u64,
    /// New or changed flags, whole.
    pub flags: Vec<FlagRules>,
    /// Keys of flags that are gone; unknown ones are ignored.
    pub removed_flags: Vec<String>,
    /// New or changed segments, whole, members included.
    pub segments: Vec<SegmentRules>,
    /// Keys of segments that are gone; what refers to them does not match any more.
    pub removed_segments: Vec<String>,
    /// Changed members of segments that are not listed above.
    pub members: Vec<MemberPatch>,
}

/// Members that came and went.
#[derive(Clone, Debug, Default)]
pub struct MemberPatch {
    /// Key of the segment; an unknown one is reported.
    pub segment: String,
    /// New subject keys; those already there are ignored.
    pub added: Vec<String>,
    /// Subject keys that are gone; of a key in both lists the removal wins.
    pub removed: Vec<String>,
}

impl Snapshot {
    /// The next snapshot. Only what the patch names is compiled; a flag that became unreadable keeps
    /// its last good compile. The problems are those of what the patch names.
    pub fn patched(&self, patch: Patch) -> (Self, Vec<Problem>) {
        let Patch {
            revision,
            flags,
            removed_flags,
            segments,
            removed_segments,
            members,
        } = patch;
        let mut problems = Vec::new();
        let mut next = self.clone();
        next.revision = revision;
        next.patch_segments(&segments, &removed_segments, &mut problems);
        for members in &members {
            next.patch_members(members, &mut problems);
        }
        next.patch_flags(&flags, &removed_flags, &mut problems);
        fill(&mut next.segments, &next.tables);
        (next, problems)
    }

    fn patch_segments(&mut self, changed: &[SegmentRules], removed: &[String], problems: &mut Vec<Problem>) {
        for key in removed {
            if let Some(slot) = self.segment_slot(key) {
                place(&mut self.segments, slot, CompiledSegment::missing(key), &self.tables);
            }
        }
        for rules in changed {
            let slot = self.tables.segment(&rules.key);
            let (segment, found) = compile::segment(rules, &mut self.tables);
            problems.extend(found);
            place(&mut self.segments, slot, segment, &self.tables);
        }
        if !changed.is_empty() {
            problems.extend(segment_cycles(&self.segments));
        }
    }

    fn patch_members(&mut self, patch: &MemberPatch, problems: &mut Vec<Problem>) {
        let slot = self.segment_slot(&patch.segment);
        let Some((slot, segment)) = slot.and_then(|slot| Some((slot, self.segment_at(slot)?))) else {
            problems.push(Problem::segment(&patch.segment, "/members", "there is no such segment"));
            return;
        };
        let members = segment.members.patched(&patch.added, &patch.removed);
        let segment = CompiledSegment {
            members,
            ..segment.clone()
        };
        place(&mut self.segments, slot, segment, &self.tables);
    }

    fn patch_flags(&mut self, changed: &[FlagRules], removed: &[String], problems: &mut Vec<Problem>) {
        if changed.is_empty() && removed.is_empty() {
            return;
        }
        let mut batch = Batch::default();
        for rules in changed {
            let last_good = self.position(&rules.key).and_then(|at| self.flags.get(at));
            batch.flag(rules, last_good, &mut self.tables, problems);
        }
        let compiled = batch.finish();
        self.patch_cycles(&compiled, removed);
        problems.extend(self.cycles.problems(compiled.iter().map(|flag| flag.key())));
        let known: Option<Vec<usize>> = compiled.iter().map(|flag| self.position(flag.key())).collect();
        let gone = removed.iter().any(|key| self.position(key).is_some());
        match known {
            Some(places) if !gone => self.replace(compiled, &places),
            _ => self.rebuild(&compiled, removed),
        }
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.flags.binary_search_by(|flag| flag.key().cmp(key)).ok()
    }

    /// The same keys: the index is shared.
    fn replace(&mut self, compiled: Vec<CompiledFlag>, places: &[usize]) {
        let mut flags: Vec<CompiledFlag> = self.flags.to_vec();
        for (flag, at) in compiled.into_iter().zip(places) {
            if let Some(place) = flags.get_mut(*at) {
                *place = flag;
            }
        }
        self.flags = flags.into();
    }

    /// Other keys: flags are merged in order and the index is built anew.
    fn rebuild(&mut self, compiled: &[CompiledFlag], removed: &[String]) {
        let mut flags: Vec<CompiledFlag> = self.flags.to_vec();
        if !removed.is_empty() {
            let gone: FxHashSet<&str> = removed.iter().map(String::as_str).collect();
            flags.retain(|flag| !gone.contains(flag.key()));
        }
        let mut new = Vec::new();
        for flag in compiled {
            match flags.binary_search_by(|own| own.key().cmp(flag.key())) {
                Ok(at) => flags.get_mut(at).into_iter().for_each(|place| *place = flag.clone()),
                Err(_) => new.push(flag.clone()),
            }
        }
        new.sort_by(|a, b| a.key().cmp(b.key()));
        new.dedup_by(|later, first| later.key() == first.key());
        if new.len() > FEW {
            flags.append(&mut new);
            flags.sort_by(|a, b| a.key().cmp(b.key()));
        }
        for flag in new {
            let at = flags.partition_point(|own| own.key() < flag.key());
            flags.insert(at, flag);
        }
        self.keys = Arc::new(HashIndex::new(flags.iter().map(CompiledFlag::key_hash)));
        self.flags = flags.into();
    }

    fn patch_cycles(&mut self, compiled: &[CompiledFlag], removed: &[String]) {
        let is_gone = |key: &String| self.cycles.edges.contains_key(key.as_str());
        if !removed.iter().any(is_gone) && !compiled.iter().any(|flag| self.cycles.differs(flag)) {
            return;
        }
        let cycles = Arc::make_mut(&mut self.cycles);
        for key in removed {
            cycles.edges.remove(key.as_str());
        }
        for flag in compiled {
            cycles.set(flag);
        }
        cycles.find();
    }
}

/// A problem for each segment whose condition leads back to itself.
pub(super) fn segment_cycles(segments: &[Arc<CompiledSegment>]) -> Vec<Problem> {
    let refers_to = |slot: usize| {
        let condition = segments.get(slot).and_then(|segment| segment.condition.as_ref());
        condition.map(|condition| &*condition.refers_to).unwrap_or_default()
    };
    let leads_back = |start: usize| {
        let mut seen = FxHashSet::default();
        let mut stack: Vec<u32> = refers_to(start).to_vec();
        while let Some(slot) = stack.pop() {
            if slot as usize == start {
                return true;
            }
            if seen.insert(slot) {
                stack.extend(refers_to(slot as usize));
            }
        }
        false
    };
    let defined = segments
        .iter()
        .enumerate()
        .filter(|(_, segment)| segment.presence == Presence::Defined);
    let caught = defined.filter(|(slot, _)| !refers_to(*slot).is_empty() && leads_back(*slot));
    caught
        .map(|(_, segment)| Problem::segment(&segment.key, "/condition", "it refers to itself"))
        .collect()
}
