//! murmur3 (x86, 32 bits), in pieces: the hash of Unleash's and of flagd's clients.

const C1: u32 = 0xcc9e_2d51;
const C2: u32 = 0x1b87_3593;

/// The running hash. Bytes short of a word wait in the low bits of `pending`.
#[derive(Clone, Copy, Debug)]
pub struct Murmur3 {
    state: u32,
    pending: u64,
    waiting: u32,
    length: u32,
}

impl Murmur3 {
    /// Nothing read yet.
    pub const fn new(seed: u32) -> Self {
        Self {
            state: seed,
            pending: 0,
            waiting: 0,
            length: 0,
        }
    }

    /// Goes on with a text.
    #[must_use]
    #[inline]
    pub fn after(mut self, text: &str) -> Self {
        self.write(text.as_bytes());
        self
    }

    /// Goes on with bytes.
    pub fn write(&mut self, bytes: &[u8]) {
        self.length = self.length.wrapping_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        let (words, rest) = bytes.as_chunks::<4>();
        for word in words {
            self.pending |= u64::from(u32::from_le_bytes(*word)) << (8 * self.waiting);
            self.take_word();
        }
        for byte in rest {
            self.pending |= u64::from(*byte) << (8 * self.waiting);
            self.waiting += 1;
            if self.waiting == 4 {
                self.take_word();
                self.waiting = 0;
            }
        }
    }

    fn take_word(&mut self) {
        let [a, b, c, d, ..] = self.pending.to_le_bytes();
        self.state ^= scramble(u32::from_le_bytes([a, b, c, d]));
        self.state = self.state.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
        self.pending >>= 32;
    }

    /// The hash of everything read.
    pub fn finish(mut self) -> u32 {
        if self.waiting > 0 {
            let [a, b, c, d, ..] = self.pending.to_le_bytes();
            self.state ^= scramble(u32::from_le_bytes([a, b, c, d]));
        }
        avalanche(self.state ^ self.length)
    }
}

fn scramble(word: u32) -> u32 {
    word.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2)
}

fn avalanche(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn murmur(text: &str, seed: u32) -> u32 {
        Murmur3::new(seed).after(text).finish()
    }

    #[test]
    fn published_vectors() {
        assert_eq!(murmur("", 0), 0);
        assert_eq!(murmur("", 1), 0x514E_28B7);
        assert_eq!(murmur("", 0xffff_ffff), 0x81F1_6F39);
        assert_eq!(murmur("test", 0), 0xba6b_d213);
        assert_eq!(murmur("Hello, world!", 0), 0xc036_3e43);
        assert_eq!(murmur("Hello, world!", 0x9747_b28c), 0x2488_4CBA);
        assert_eq!(murmur("The quick brown fox jumps over the lazy dog", 0), 0x2e4f_f723);
        assert_eq!(murmur("aaaa", 0x9747_b28c), 0x5A97_808A);
    }

    #[test]
    fn pieces_hash_like_their_concatenation() {
        let text = "flag-é:subject-1234567";
        for first in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            for second in (first..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                let pieces = [&text[..first], &text[first..second], &text[second..]];
                assert_eq!(
                    pieces.into_iter().fold(Murmur3::new(7), Murmur3::after).finish(),
                    murmur(text, 7),
                    "{first} {second}"
                );
            }
        }
    }
}
