//! The one place that makes ids, salts and secrets.

use std::sync::Arc;

use argon2::password_hash::{Output, ParamsString, Result as HashResult, SaltString};
use argon2::{Algorithm, Argon2, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hoist_model::Id;
use hoist_model::plan::Source;
use sha2::{Digest, Sha256};

use crate::clock::Clock;

/// Randomness: the operating system's, or a test's.
pub trait Randomness: Send + Sync + 'static {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    #[expect(clippy::disallowed_methods, reason = "this is the source of randomness")]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives randomness");
    }
}

/// Makes ids, salts and secrets from a clock and randomness.
#[derive(Clone)]
pub struct Maker {
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
}

impl Maker {
    /// From its parts.
    pub fn new(clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Self {
        Self { clock, randomness }
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.randomness.fill(&mut bytes);
        bytes
    }

    /// A new id.
    pub fn id(&self) -> Id {
        let ms = u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0);
        Id::from_parts(ms, self.bytes())
    }

    /// 256 random bits as text.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A new password: twenty characters, 120 random bits.
    pub fn password(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<15>())
    }

    /// A hash of a password, for keeping. Takes tens of milliseconds on purpose.
    pub fn hash_password(&self, password: &str) -> String {
        let salt = SaltString::encode_b64(&self.bytes::<16>());
        let hash = salt.and_then(|salt| {
            Argon2::default()
                .hash_password(password.as_bytes(), &salt)
                .map(|hash| hash.to_string())
        });
        // Argon2 refuses only passwords above 4 GiB; a hash that nothing matches is the safe answer.
        hash.unwrap_or_default()
    }

    /// A hash that no password is known for. Comparing with it takes as long as with a real one; making it does not.
    pub fn unmatched_hash(&self) -> String {
        self.try_unmatched_hash()
            .unwrap_or_else(|_| self.hash_password(&self.token()))
    }

    fn try_unmatched_hash(&self) -> HashResult<String> {
        let salt = SaltString::encode_b64(&self.bytes::<16>())?;
        let hash = PasswordHash {
            algorithm: Algorithm::default().ident(),
            version: Some(Version::default().into()),
            params: ParamsString::try_from(Argon2::default().params())?,
            salt: Some(salt.as_salt()),
            hash: Some(Output::new(&self.bytes::<32>())?),
        };
        Ok(hash.to_string())
    }
}

impl Source for Maker {
    fn id(&mut self) -> Id {
        Self::id(self)
    }

    fn salt(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<12>())
    }

    fn secret(&mut self, prefix: &str) -> (String, String) {
        let secret = format!("{prefix}{}", self.token());
        let digest = digest_hex(&secret);
        (secret, digest)
    }

    fn digest(&self, secret: &str) -> String {
        digest_hex(secret)
    }

    fn password(&mut self) -> (String, String) {
        let password = Self::password(self);
        let hash = self.hash_password(&password);
        (password, hash)
    }
}

/// A source for dry runs: its secrets are never shown, so it spends no time on hashes.
#[derive(Clone)]
pub struct DryMaker(pub Maker);

impl Source for DryMaker {
    fn id(&mut self) -> Id {
        self.0.id()
    }

    fn salt(&mut self) -> String {
        Source::salt(&mut self.0)
    }

    fn secret(&mut self, prefix: &str) -> (String, String) {
        (prefix.to_owned(), String::new())
    }

    fn digest(&self, secret: &str) -> String {
        digest_hex(secret)
    }

    fn password(&mut self) -> (String, String) {
        (String::new(), String::new())
    }
}

/// Whether a password matches its kept hash.
pub fn password_matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// SHA-256, for secrets with 256 bits of randomness.
pub fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The same in hexadecimal.
pub fn digest_hex(secret: &str) -> String {
    digest_hex_bytes(secret.as_bytes())
}

/// SHA-256 of any bytes in hexadecimal.
pub fn digest_hex_bytes(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn a_hash_without_password_is_compared_like_any_other() {
        let maker = Maker::new(Arc::new(SystemClock), Arc::new(SystemRandomness));
        let (real, unmatched) = (maker.hash_password("a long horse battery"), maker.unmatched_hash());
        let shape = |hash: &str| {
            let parts: Vec<&str> = hash.split('$').collect();
            let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
            (parts[..4].join("$"), lengths)
        };
        assert_eq!(shape(&unmatched), shape(&real));
        assert!(password_matches("a long horse battery", &real));
        assert!(!password_matches("a long horse battery", &unmatched));
        assert!(maker.try_unmatched_hash().is_ok(), "not made the long way");
    }
}
