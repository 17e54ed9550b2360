//! The capability that opens a stream: an address that a browser can use without headers.
//!
//! It is signed over environment and credential, says nothing about a subject, reads nothing and does
//! not expire by itself: an address that ends while the flags stay the same would make clients come
//! back with it for ever. It ends with its credential.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::ports::{CredentialId, Credentials, EnvironmentId, Seat};

const PURPOSE: &[u8] = b"ofrep-stream-1";
/// Bytes of the credential's id, then of the signature.
const ID: usize = 16;
const SIGNATURE: usize = 16;

/// The capability of a seat.
pub(super) fn issue(credentials: &dyn Credentials, seat: &Seat) -> String {
    let mut bytes = [0; ID + SIGNATURE];
    let (id, signature) = bytes.split_at_mut(ID);
    id.copy_from_slice(&seat.credential.0.to_be_bytes());
    let signed = signed(credentials, seat.environment.id(), seat.credential).finalize();
    for (to, from) in signature.iter_mut().zip(signed.into_bytes()) {
        *to = from;
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The seat that a capability opens at this moment.
pub(super) fn open(credentials: &dyn Credentials, token: &str, now: Timestamp) -> Option<Seat> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (id, signature) = bytes.split_at_checked(ID)?;
    if signature.len() != SIGNATURE {
        return None;
    }
    let credential = CredentialId(u128::from_be_bytes(id.try_into().ok()?));
    let seat = credentials.seat_of(credential, now)?;
    let signed = signed(credentials, seat.environment.id(), credential);
    signed.verify_truncated_left(signature).is_ok().then_some(seat)
}

fn signed(credentials: &dyn Credentials, environment: EnvironmentId, credential: CredentialId) -> Hmac<Sha256> {
    let mut key = [0; 64];
    for (to, from) in key.iter_mut().zip(credentials.signing_secret()) {
        *to = from;
    }
    let mut signed = <Hmac<Sha256> as KeyInit>::new(&key.into());
    signed.update(PURPOSE);
    signed.update(&environment.0.to_be_bytes());
    signed.update(&credential.0.to_be_bytes());
    signed
}
