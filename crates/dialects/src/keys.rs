//! Where requests carry their key.

use http::{HeaderMap, header};

/// The keys presented, in the order in which they are tried.
pub(crate) fn presented(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let own = headers.get("x-api-key").and_then(|value| value.to_str().ok());
    let keys = authorization.map(without_scheme).into_iter().chain(own);
    keys.map(str::trim).filter(|key| !key.is_empty())
}

/// `Bearer KEY` or the bare key.
fn without_scheme(value: &str) -> &str {
    match value.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key,
        _ => value,
    }
}
