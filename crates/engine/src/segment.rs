//! Compiled segments: a condition and members.
//!
//! Members lie in shards chosen by hash. A snapshot shares the shards it did not change, so adding
//! to a list of millions copies one shard of some hundred entries.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::index::{TextTable, text_hash};
use crate::program::{Program, Shape, Target};

/// Members per shard aimed at.
const SHARD: usize = 256;

/// Shards are split anew when they hold this many on average.
const FULL: usize = 4 * SHARD;

/// One segment of a snapshot.
#[derive(Clone, Debug)]
pub(crate) struct CompiledSegment {
    pub(crate) key: Arc<str>,
    pub(crate) index: u32,
    pub(crate) presence: Presence,
    /// Absent: nobody beside the members.
    pub(crate) condition: Option<Arc<SegmentCondition>>,
    pub(crate) members: Members,
}

/// Whether the segment is defined or only referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Defined,
    Missing,
}

/// The condition of a segment.
#[derive(Debug)]
pub(crate) struct SegmentCondition {
    pub(crate) program: Program,
    pub(crate) entry: Target,
    pub(crate) shape: Option<Shape>,
    pub(crate) problem: Option<Box<str>>,
    /// Slots of the segments it refers to.
    pub(crate) refers_to: Box<[u32]>,
}

impl CompiledSegment {
    /// A place for a segment that something refers to and nobody defined.
    pub(crate) fn missing(key: &str) -> Self {
        Self {
            key: key.into(),
            index: 0,
            presence: Presence::Missing,
            condition: None,
            members: Members::default(),
        }
    }
}

/// Subject keys in shards.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members {
    shards: Vec<Arc<TextTable>>,
    count: usize,
}

impl Members {
    /// From keys in any order; repetitions count once.
    pub(crate) fn new<'k>(keys: impl Iterator<Item = &'k str>) -> Self {
        let mut keyed: Vec<(u64, &str)> = keys.map(|key| (text_hash(key), key)).collect();
        let shards = (keyed.len() / SHARD).next_power_of_two();
        keyed.sort_unstable_by_key(|(hash, key)| (shard(*hash, shards), *key));
        keyed.dedup();
        let mut rest = keyed.as_slice();
        let mut built = Vec::with_capacity(shards);
        for number in 0..shards {
            let end = rest.partition_point(|(hash, _)| shard(*hash, shards) <= number);
            let (own, others) = rest.split_at(end);
            built.push(Arc::new(TextTable::new(own.iter().map(|(_, key)| *key))));
            rest = others;
        }
        Self {
            shards: built,
            count: keyed.len(),
        }
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Whether the key, whose hash is known, is a member.
    #[inline]
    pub(crate) fn contains(&self, hash: u64, key: &str) -> bool {
        self.shard_of(hash)
            .is_some_and(|shard| shard.position(hash, key).is_some())
    }

    /// The same with some keys more and some less; of a key in both lists the removal wins.
    pub(crate) fn patched(&self, added: &[String], removed: &[String]) -> Self {
        let gone: FxHashSet<&str> = removed.iter().map(String::as_str).collect();
        let new = added.iter().map(String::as_str).filter(|key| !gone.contains(key));
        if (self.count + added.len()) / self.shards.len().max(1) > FULL {
            return Self::new(self.iter().filter(|key| !gone.contains(key)).chain(new));
        }
        let mut patched = self.clone();
        if patched.shards.is_empty() {
            patched.shards.push(Arc::default());
        }
        let shards = patched.shards.len();
        let mut touched: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        new.for_each(|key| touched.entry(shard(text_hash(key), shards)).or_default().push(key));
        for key in &gone {
            touched.entry(shard(text_hash(key), shards)).or_default();
        }
        for (number, new) in touched {
            patched.rebuild(number, &new, &gone);
        }
        patched
    }

    fn rebuild(&mut self, number: usize, new: &[&str], gone: &FxHashSet<&str>) {
        let Some(place) = self.shards.get_mut(number) else {
            return;
        };
        let kept = place.iter().filter(|key| !gone.contains(key));
        let mut keys: Vec<&str> = kept.chain(new.iter().copied()).collect();
        keys.sort_unstable();
        keys.dedup();
        let rebuilt = TextTable::new(keys.into_iter());
        self.count = self.count + rebuilt.len() - place.len();
        *place = Arc::new(rebuilt);
    }

    fn shard_of(&self, hash: u64) -> Option<&TextTable> {
        self.shards.get(shard(hash, self.shards.len())).map(|shard| &**shard)
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        self.shards.iter().flat_map(|shard| shard.iter())
    }
}

/// The high bits choose the shard; the low ones choose the bucket inside.
fn shard(hash: u64, shards: usize) -> usize {
    (hash >> 40) as usize & shards.wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(range: std::ops::Range<u32>) -> Vec<String> {
        range.map(|n| format!("user-{n}")).collect()
    }

    fn has(members: &Members, key: &str) -> bool {
        members.contains(text_hash(key), key)
    }

    #[test]
    fn members_come_and_go() {
        let first = names(0..10_000);
        let members = Members::new(first.iter().map(String::as_str));
        assert_eq!(members.len(), 10_000);
        assert!(first.iter().all(|key| has(&members, key)));
        assert!(!has(&members, "user-10000"));
        let patched = members.patched(&names(9_999..10_002), &names(0..2));
        assert_eq!(patched.len(), 10_000);
        assert!(has(&patched, "user-10001") && !has(&patched, "user-0") && has(&members, "user-0"));
        let shared = members
            .shards
            .iter()
            .zip(&patched.shards)
            .filter(|(a, b)| Arc::ptr_eq(a, b))
            .count();
        assert!(shared >= members.shards.len() - 5);
    }

    #[test]
    fn an_empty_list_grows() {
        let mut members = Members::default();
        assert!(!has(&members, ""));
        for start in (0..5_000).step_by(100) {
            members = members.patched(&names(start..start + 100), &[]);
        }
        assert_eq!(members.len(), 5_000);
        assert!(members.shards.len() > 1);
        assert!(names(0..5_000).iter().all(|key| has(&members, key)));
        assert_eq!(members.patched(&[], &names(0..5_000)).len(), 0);
    }
}
