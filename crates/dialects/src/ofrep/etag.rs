//! The tag of a bulk answer: `"HASH.UNTIL"`.
//!
//! HASH covers everything an answer depends on but the clock; UNTIL is the first moment at which the
//! clock alone may change it (milliseconds since 1970 in base 36, 0 = never). So "unchanged" is known
//! without evaluating: the hash is the same and UNTIL has not come.

use http::HeaderValue;
use jiff::Timestamp;
use xxhash_rust::xxh3::Xxh3;

use crate::ports::{Class, CredentialId};
use crate::text::push_base36;

/// Engine and wire: answers may be written otherwise after an upgrade.
const VERSION: &str = concat!("ofrep-1/", env!("CARGO_PKG_VERSION"));

/// Everything an answer depends on but the clock.
pub(super) struct Identity<'i> {
    /// Changes when a backup is restored.
    pub(super) epoch: &'i str,
    /// The youngest change the asker can notice.
    pub(super) revision: u64,
    /// What the asker may see.
    pub(super) class: Class,
    /// The asker: part of the stream's address, which an unchanged answer does not repeat.
    pub(super) credential: CredentialId,
    /// The flags asked for, sorted.
    pub(super) filter: Option<&'i [String]>,
    /// Digest of the context with what is stored of the subject.
    pub(super) context: u64,
    /// Version of what is stored of the subject.
    pub(super) identity: u64,
}

impl Identity<'_> {
    /// The tag's first half, also the seed of draws in this answer.
    pub(super) fn hash(&self) -> u64 {
        let mut state = Xxh3::new();
        let class: &[u8] = match self.class {
            Class::Server => b"server",
            Class::Client => b"client",
        };
        text(&mut state, VERSION.as_bytes());
        text(&mut state, self.epoch.as_bytes());
        text(&mut state, class);
        state.update(&self.revision.to_le_bytes());
        state.update(&self.credential.0.to_le_bytes());
        state.update(&self.context.to_le_bytes());
        state.update(&self.identity.to_le_bytes());
        for key in self.filter.unwrap_or_default() {
            text(&mut state, key.as_bytes());
        }
        state.digest()
    }
}

fn text(state: &mut Xxh3, bytes: &[u8]) {
    state.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
    state.update(bytes);
}

/// The tag as it is sent.
pub(super) fn value(hash: u64, until: Option<Timestamp>) -> Option<HeaderValue> {
    let mut tag = Vec::with_capacity(26);
    tag.push(b'"');
    push_base36(&mut tag, hash);
    tag.push(b'.');
    push_base36(&mut tag, until.map_or(0, milliseconds));
    tag.push(b'"');
    HeaderValue::from_maybe_shared(bytes::Bytes::from(tag)).ok()
}

/// The tag of the header that still holds, if one does: quotes, weakness marks (proxies that compress
/// add them) and lists are understood.
pub(super) fn fresh(header: &HeaderValue, hash: u64, now: Timestamp) -> Option<HeaderValue> {
    let tags = header.to_str().ok()?.split(',');
    let tags = tags.map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'));
    let now = milliseconds(now);
    let holds = tags
        .filter_map(parsed)
        .find(|(own, until)| *own == hash && (*until == 0 || now < *until));
    holds.and_then(|(_, until)| {
        value(
            hash,
            Timestamp::from_millisecond(i64::try_from(until).ok()?)
                .ok()
                .filter(|_| until != 0),
        )
    })
}

fn parsed(tag: &str) -> Option<(u64, u64)> {
    let (hash, until) = tag.split_once('.')?;
    Some((
        u64::from_str_radix(hash, 36).ok()?,
        u64::from_str_radix(until, 36).ok()?,
    ))
}

/// Rounded down, and never 0: a tag that ends early only costs an evaluation.
fn milliseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond()).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn holds(header: &str, hash: u64, now: Timestamp) -> bool {
        fresh(&HeaderValue::from_str(header).unwrap(), hash, now).is_some()
    }

    #[test]
    fn holds_until_the_moment_and_no_longer() {
        let tag = value(77, Some(at(1_000))).unwrap();
        let tag = tag.to_str().unwrap();
        assert!(holds(tag, 77, at(999)));
        assert!(!holds(tag, 77, at(1_000)));
        assert!(!holds(tag, 78, at(999)));
        let endless = value(77, None).unwrap();
        assert!(holds(endless.to_str().unwrap(), 77, at(9_999_999)));
    }

    #[test]
    fn lists_and_weak_tags_are_understood_and_nonsense_is_not() {
        let tag = value(u64::MAX, None).unwrap();
        let tag = tag.to_str().unwrap();
        assert!(holds(&format!("W/{tag}"), u64::MAX, at(1)));
        assert!(holds(&format!("\"x\", {tag}"), u64::MAX, at(1)));
        for nonsense in ["*", "\"\"", "\".\"", "\"zzzzzzzzzzzzzzzzzzz.0\"", "1"] {
            assert!(!holds(nonsense, u64::MAX, at(1)), "{nonsense}");
        }
    }
}
