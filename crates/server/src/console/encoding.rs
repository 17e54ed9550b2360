//! Which form of a file to send: as it is, or one that the build has compressed beside it.

use std::borrow::Cow;

use http::{HeaderMap, header};

use super::Files;

/// Codings by preference, with the ending of the file that holds them.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// A file in one form.
pub(super) struct Found {
    /// Its bytes.
    pub(super) data: Cow<'static, [u8]>,
    /// SHA-256 of them.
    pub(super) hash: [u8; 32],
    /// Its coding, if it has one.
    pub(super) coding: Option<&'static str>,
    /// Whether there are other forms.
    pub(super) varies: bool,
}

/// The best form that the caller accepts.
pub(super) fn best(path: &str, headers: &HeaderMap) -> Option<Found> {
    let varies = CODINGS
        .iter()
        .any(|(_, ending)| Files::get(&format!("{path}{ending}")).is_some());
    let accepted = CODINGS.iter().filter(|(coding, _)| accepts(headers, coding));
    let compressed = accepted
        .filter_map(|(coding, ending)| found(&format!("{path}{ending}"), Some(*coding), varies))
        .next();
    compressed.or_else(|| found(path, None, varies))
}

fn found(path: &str, coding: Option<&'static str>, varies: bool) -> Option<Found> {
    let file = Files::get(path)?;
    let hash = file.metadata.sha256_hash();
    Some(Found {
        data: file.data,
        hash,
        coding,
        varies,
    })
}

/// Whether `Accept-Encoding` names a coding without forbidding it.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let values = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case(coding) && weight.is_none_or(|weight| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_accepted_by_name_and_weight() {
        let accepts = |value: &str, coding: &str| {
            accepts(
                &HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().expect("a header"))]),
                coding,
            )
        };
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("GZIP;q=0.5", "gzip"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("identity", "gzip"));
    }
}
