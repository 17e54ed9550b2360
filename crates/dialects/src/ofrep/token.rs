//! The capability that opens a stream: an address that a browser can use without headers.
//!
//! It is signed over environment and credential with a secret of the credential's own, says nothing about a subject, reads nothing and does
//! not expire by itself: an address that ends while the flags stay the same would make clients come
//! back with it for ever. It ends with its credential.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::ports::{CredentialId, Credentials, Seat};

const PURPOSE: &[u8] = b"ofrep-stream-1";
/// Bytes of the credential's id, then of the signature.
const ID: usize = 16;
const SIGNATURE: usize = 16;

/// The capability of a seat.
pub(super) fn issue(seat: &Seat) -> String {
    let mut bytes = [0; ID + SIGNATURE];
    let (id, signature) = bytes.split_at_mut(ID);
    id.copy_from_slice(&seat.credential.0.to_be_bytes());
    for (to, from) in signature.iter_mut().zip(signed(seat).finalize().into_bytes()) {
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
    signed(&seat).verify_truncated_left(signature).is_ok().then_some(seat)
}

fn signed(seat: &Seat) -> Hmac<Sha256> {
    let mut key = [0; 64];
    for (to, from) in key.iter_mut().zip(seat.secret) {
        *to = from;
    }
    let mut signed = <Hmac<Sha256> as KeyInit>::new(&key.into());
    signed.update(PURPOSE);
    signed.update(&seat.environment.id().0.to_be_bytes());
    signed.update(&seat.credential.0.to_be_bytes());
    signed
}
