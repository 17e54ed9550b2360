//! A compact hash index from text to positions, laid out for reading.
//!
//! Why not a map of strings: the text already lives with what it names (a flag, a list of
//! values), so the index keeps only 32 bits of the hash and the position: eight bytes per
//! bucket, one cache line for most look-ups. Immutable; small ones are rebuilt.

use xxhash_rust::xxh3::xxh3_64;

const FREE: u32 = u32::MAX;

/// The hash all indexes and sets of text use.
#[inline]
pub(crate) fn text_hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// The part of a hash that is kept beside a position.
#[inline]
pub(crate) fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tag: u32,
    position: u32,
}

/// Positions by hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct HashIndex {
    buckets: Box<[Bucket]>,
}

impl HashIndex {
    /// Indexes the hashes at positions 0, 1, …; at most half full.
    pub(crate) fn new(hashes: impl ExactSizeIterator<Item = u64>) -> Self {
        let size = (hashes.len() * 2).next_power_of_two();
        let mut index = Self {
            buckets: vec![Bucket { tag: 0, position: FREE }; size].into_boxed_slice(),
        };
        for (position, hash) in (0..).zip(hashes) {
            index.insert(hash, position);
        }
        index
    }

    fn insert(&mut self, hash: u64, position: u32) {
        let mut at = self.start(hash);
        while let Some(bucket) = self.buckets.get_mut(at) {
            if bucket.position == FREE {
                *bucket = Bucket {
                    tag: tag(hash),
                    position,
                };
                return;
            }
            at = self.next(at);
        }
    }

    /// The first position under this hash that `matches` confirms.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut matches: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut at = self.start(hash);
        loop {
            let bucket = self.buckets.get(at)?;
            if bucket.position == FREE {
                return None;
            }
            if bucket.tag == tag(hash) && matches(bucket.position) {
                return Some(bucket.position);
            }
            at = self.next(at);
        }
    }

    #[inline]
    fn start(&self, hash: u64) -> usize {
        hash as usize & self.buckets.len().wrapping_sub(1)
    }

    #[inline]
    fn next(&self, at: usize) -> usize {
        (at + 1) & self.buckets.len().wrapping_sub(1)
    }
}

/// A set of text with positions, in one piece of memory plus its index.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextTable {
    text: Box<str>,
    ends: Box<[u32]>,
    index: HashIndex,
}

impl TextTable {
    /// Keeps texts in the given order; of repeated ones the first position is found.
    pub(crate) fn new<'t>(texts: impl Iterator<Item = &'t str> + Clone) -> Self {
        let mut text = String::new();
        let mut ends = Vec::new();
        let mut hashes = Vec::new();
        for one in texts {
            text.push_str(one);
            ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
            hashes.push(text_hash(one));
        }
        Self {
            text: text.into(),
            ends: ends.into(),
            index: HashIndex::new(hashes.into_iter()),
        }
    }

    /// How many texts.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text at a position.
    pub(crate) fn get(&self, position: u32) -> Option<&str> {
        let at = position as usize;
        let start = if at == 0 { 0 } else { *self.ends.get(at - 1)? };
        self.text.get(start as usize..*self.ends.get(at)? as usize)
    }

    /// All texts in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).filter_map(|position| self.get(position))
    }

    /// The position of a text whose hash is known.
    #[inline]
    pub(crate) fn position(&self, hash: u64, text: &str) -> Option<u32> {
        self.index.find(hash, |position| self.get(position) == Some(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_there_and_nothing_else() {
        let texts: Vec<String> = (0..1_000).map(|n| format!("text-{n}")).collect();
        let table = TextTable::new(texts.iter().map(String::as_str));
        for (position, text) in (0..).zip(&texts) {
            assert_eq!(table.position(text_hash(text), text), Some(position));
        }
        assert_eq!(table.position(text_hash("other"), "other"), None);
        assert_eq!(table.iter().count(), 1_000);
        let empty = TextTable::new(std::iter::empty());
        assert_eq!(empty.position(text_hash(""), ""), None);
        assert_eq!(TextTable::default().position(1, ""), None);
    }
}
