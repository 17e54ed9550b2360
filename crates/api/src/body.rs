//! Reading JSON bodies: the error names the path and what was expected there.

use std::io::ErrorKind;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use crate::Api;
use crate::limit::Limit;
use crate::problem::Problem;

/// A JSON merge patch (RFC 7396), as it came; planning reads it.
pub type Patch = serde_json::Value;

/// A JSON body, with the bytes it was read from.
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// As it came.
    pub bytes: Bytes,
}

impl<T: DeserializeOwned> FromRequest<Api> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Api) -> Result<Self, Problem> {
        let bytes = read(request).await?;
        let value = parse(&bytes)?;
        Ok(Self { value, bytes })
    }
}

/// A body as it comes, up to the limit of its route.
///
/// # Errors
/// 413, 415, 408, or 400 when it does not come to its end.
pub async fn read(request: Request) -> Result<Bytes, Problem> {
    let limit = request.extensions().get::<Limit>().copied();
    if is_packed(request.headers()) {
        let detail = "bodies are not unpacked here: send it without Content-Encoding";
        return Err(Problem::new(http::StatusCode::UNSUPPORTED_MEDIA_TYPE, "packed", detail));
    }
    // What is announced as too large is not waited for.
    if let Some(limit) = limit
        && announced(request.headers()).is_some_and(|bytes| bytes > limit.bytes)
    {
        return Err(limit.problem());
    }
    Bytes::from_request(request, &()).await.map_err(|error| {
        if is_too_slow(&error) {
            let detail = "the body came too slowly (limits.body_timeout_s); send it again, or in smaller parts";
            return Problem::new(http::StatusCode::REQUEST_TIMEOUT, "too_slow", detail);
        }
        match (error.status(), limit) {
            (http::StatusCode::PAYLOAD_TOO_LARGE, Some(limit)) => limit.problem(),
            _ => Problem::bad_request("unreadable", "the body could not be read to its end"),
        }
    })
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// Nothing is unpacked here: what is small on the wire stays small.
fn is_packed(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(header::CONTENT_ENCODING).iter();
    codings
        .into_iter()
        .any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Whoever runs the router ends a slow body with [`ErrorKind::TimedOut`].
fn is_too_slow(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut causes = causes.filter_map(|error| error.downcast_ref::<std::io::Error>());
    causes.any(|error| error.kind() == ErrorKind::TimedOut)
}

/// Reads JSON; U+0000 is refused, since no database of ours stores it.
///
/// # Errors
/// 400 when it is not JSON, 422 when it is not of the form asked for.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    parse_with(bytes, |error| {
        Problem::invalid("bad_body", error.inner().to_string(), pointer(error.path()))
    })
}

/// The same for forms that hold a secret: what is wrong is told without the value, which may be the secret at a wrong
/// place.
///
/// # Errors
/// 400 when it is not JSON, 422 when it is not of the form asked for.
pub fn parse_secret<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    parse_with(bytes, |_| {
        let detail =
            "a field is missing, unknown or no text; what is expected stands in the description of this request";
        Problem::invalid("bad_body", detail, "")
    })
}

fn parse_with<T: DeserializeOwned>(
    bytes: &[u8],
    wrong: fn(&serde_path_to_error::Error<serde_json::Error>) -> Problem,
) -> Result<T, Problem> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    let reader = &mut serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut *reader).map_err(|error| {
        let inner = error.inner();
        if inner.is_data() {
            wrong(&error)
        } else {
            Problem::bad_request("not_json", format!("the body is not JSON: {inner}"))
        }
    })?;
    reader
        .end()
        .map_err(|error| Problem::bad_request("not_json", format!("the body is not JSON: {error}")))?;
    if has_nul(bytes) {
        return Err(Problem::invalid(
            "nul_character",
            "text with the character U+0000 cannot be kept",
            "",
        ));
    }
    Ok(value)
}

/// Whether a JSON text holds U+0000, which only an escape can bring in.
fn has_nul(json: &[u8]) -> bool {
    let mut escaped = false;
    json.windows(5).enumerate().any(|(at, window)| {
        let before = at.checked_sub(1).and_then(|at| json.get(at)).copied();
        escaped = before == Some(b'\\') && !escaped;
        escaped && window == b"u0000"
    })
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|part| match part {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_nul_are_seen_and_escaped_backslashes_are_not() {
        assert!(has_nul(br#"{"a":"\u0000"}"#));
        assert!(has_nul(br#"{"a":"\\\u0000"}"#));
        assert!(!has_nul(br#"{"a":"\\u0000"}"#));
        assert!(!has_nul(br#"{"a":"u0000"}"#));
    }

    #[test]
    fn the_path_of_a_bad_field_is_named() {
        #[derive(Debug, serde::Deserialize)]
        struct Form {
            #[expect(dead_code, reason = "only its type matters")]
            list: Vec<u8>,
        }
        let problem = parse::<Form>(br#"{"list":[1,"x"]}"#).expect_err("not a number");
        assert_eq!(
            problem.problems.first().map(|detail| detail.pointer.as_str()),
            Some("/list/1")
        );
        assert_eq!(problem.status, 422);
        let quiet = parse_secret::<Form>(br#"{"list":[1,"secret"]}"#).expect_err("not a number");
        assert!(!format!("{quiet:?}").contains("secret\""), "{quiet:?}");
    }
}
