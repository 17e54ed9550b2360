//! Reading a request's body: to its end, in time, never larger than allowed, never unpacked.

use std::error::Error;
use std::io;

use axum::body::{Body, HttpBody as _, to_bytes};
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError};

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// Larger than allowed; known at once where the length is announced.
    TooLarge,
    /// Packed. Nothing is unpacked here: what is small on the wire stays small.
    Packed,
    /// It came too slowly.
    TooSlow,
    /// The connection broke, or what came is not HTTP.
    Broken,
}

/// Reads a body of at most so many bytes.
pub(crate) async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Unread> {
    if is_packed(headers) {
        return Err(Unread::Packed);
    }
    if usize::try_from(body.size_hint().lower()).is_ok_and(|length| length > most) {
        return Err(Unread::TooLarge);
    }
    whole(body, most).await.map_err(|error| unread(&error))
}

/// Nearly all bodies come in one piece, which is handed on as it is.
async fn whole(mut body: Body, most: usize) -> Result<Bytes, axum::Error> {
    if body.size_hint().exact().is_none() {
        return to_bytes(body, most).await;
    }
    let first = match body.frame().await {
        Some(frame) => frame?.into_data().unwrap_or_default(),
        None => Bytes::new(),
    };
    if body.is_end_stream() {
        return Ok(first);
    }
    let rest = to_bytes(body, most.saturating_sub(first.len())).await?;
    Ok([first, rest].concat().into())
}

fn is_packed(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(header::CONTENT_ENCODING).iter();
    codings
        .into_iter()
        .any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Whoever runs the router ends a slow body with [`io::ErrorKind::TimedOut`].
fn unread(error: &axum::Error) -> Unread {
    let first: &(dyn Error + 'static) = error;
    let mut causes = std::iter::successors(Some(first), |cause| (**cause).source());
    let known = causes.find_map(|cause| {
        if cause.is::<LengthLimitError>() {
            return Some(Unread::TooLarge);
        }
        let io = cause.downcast_ref::<io::Error>()?;
        (io.kind() == io::ErrorKind::TimedOut).then_some(Unread::TooSlow)
    });
    known.unwrap_or(Unread::Broken)
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn in_pieces(pieces: Vec<Result<&'static str, io::Error>>) -> Body {
        Body::from_stream(stream::iter(pieces))
    }

    async fn read_at_most(body: Body, most: usize) -> Result<Bytes, Unread> {
        read(&HeaderMap::new(), body, most).await
    }

    #[tokio::test]
    async fn bodies_are_read_to_their_end_and_no_further() {
        assert_eq!(read_at_most(Body::empty(), 0).await.unwrap(), "");
        assert_eq!(read_at_most(Body::from("four"), 4).await.unwrap(), "four");
        assert_eq!(read_at_most(Body::from("five!"), 4).await, Err(Unread::TooLarge));
        let pieces = || in_pieces(vec![Ok("tw"), Ok("o pieces")]);
        assert_eq!(read_at_most(pieces(), 10).await.unwrap(), "two pieces");
        assert_eq!(read_at_most(pieces(), 9).await, Err(Unread::TooLarge));
    }

    #[tokio::test]
    async fn the_reason_is_told() {
        let slow = in_pieces(vec![Ok("a"), Err(io::ErrorKind::TimedOut.into())]);
        assert_eq!(read_at_most(slow, 9).await, Err(Unread::TooSlow));
        let broken = in_pieces(vec![Ok("a"), Err(io::ErrorKind::ConnectionReset.into())]);
        assert_eq!(read_at_most(broken, 9).await, Err(Unread::Broken));
        let packed = HeaderMap::from_iter([(header::CONTENT_ENCODING, "gzip".parse().unwrap())]);
        assert_eq!(read(&packed, Body::from("x"), 9).await, Err(Unread::Packed));
    }
}
