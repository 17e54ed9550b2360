//! What requests ask for: keys, the query, the version of the specification.

use http::{HeaderMap, HeaderName, header};

use super::refusal::Refusal;
use crate::keys;
use crate::ports::{Class, Credentials, Seat};
use crate::query::decoded;

/// The version of the client specification that a client speaks.
pub(super) const SPEC: HeaderName = HeaderName::from_static("unleash-client-spec");

/// From this version on clients read segments.
const WITH_SEGMENTS: (u64, u64) = (4, 2);

/// The seat that a request's key opens. A key of ours may stand in a token as Unleash writes them,
/// `project:environment.KEY`: clients read the environment's name out of it.
pub(super) fn seat(headers: &HeaderMap, credentials: &dyn Credentials, now: jiff::Timestamp) -> Result<Seat, Refusal> {
    let mut keys = keys::presented(headers)
        .flat_map(|key| [Some(key), secret_in(key)])
        .flatten();
    keys.find_map(|key| credentials.seat(key, now)).ok_or(Refusal::Unknown)
}

fn secret_in(token: &str) -> Option<&str> {
    let (_, rest) = token.split_once(':')?;
    let (_, secret) = rest.split_once('.')?;
    Some(secret).filter(|secret| !secret.is_empty())
}

/// The project that a token is for; none for tokens of all or of several.
pub(super) fn project(headers: &HeaderMap) -> Option<&str> {
    let mut tokens = keys::presented(headers).filter(|key| secret_in(key).is_some());
    let (project, _) = tokens.next()?.split_once(':')?;
    Some(project).filter(|project| !matches!(*project, "" | "*" | "[]"))
}

/// The same for what only servers may read.
pub(super) fn server_seat(
    headers: &HeaderMap,
    credentials: &dyn Credentials,
    now: jiff::Timestamp,
) -> Result<Seat, Refusal> {
    let seat = seat(headers, credentials, now)?;
    match seat.class {
        Class::Server => Ok(seat),
        Class::Client => Err(Refusal::WrongKind),
    }
}

/// Whether the client reads segments.
pub(super) fn reads_segments(headers: &HeaderMap) -> Result<bool, Refusal> {
    let Some(value) = headers.get(&SPEC) else {
        return Ok(false);
    };
    let text = value.to_str().unwrap_or_default();
    let bad = || {
        let what = if text.starts_with('v') { "prefix" } else { "version" };
        let told: String = text.chars().take(80).collect();
        Refusal::BadHeader(format!("Invalid {what} in the Unleash-Client-Spec header: \"{told}\"."))
    };
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let mut parts = core.split('.').map(|part| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<u64>().ok()).flatten()
    });
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Some(major)), Some(Some(minor)), Some(Some(_)), None) => Ok((major, minor) >= WITH_SEGMENTS),
        _ => Err(bad()),
    }
}

/// Names and values, in order.
pub(super) fn pairs(query: Option<&str>) -> impl Iterator<Item = (String, String)> {
    let all = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    all.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let read = |text: &str| decoded(&text.replace('+', " ")).into_owned();
        (read(name), read(value))
    })
}

/// Which features are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) projects: Vec<String>,
    pub(super) prefix: Option<String>,
    /// Type and value; nothing here has tags of that kind, so they keep nothing out.
    pub(super) tags: Vec<(String, String)>,
}

impl Filter {
    /// Of a request: a token's project counts before those of the query.
    pub(super) fn of(headers: &HeaderMap, query: Option<&str>) -> Result<Self, Refusal> {
        let mut filter = Self::read(query)?;
        if let Some(project) = project(headers) {
            filter.projects = vec![project.to_owned()];
        }
        Ok(filter)
    }

    fn read(query: Option<&str>) -> Result<Self, Refusal> {
        let mut filter = Self::default();
        for (name, value) in pairs(query) {
            match name.as_str() {
                "project" | "project[]" => filter.projects.push(value),
                "namePrefix" => filter.prefix = Some(value),
                "tag" | "tag[]" => {
                    let at = filter.tags.len();
                    let parts = value
                        .split_once(':')
                        .filter(|(kind, value)| !kind.is_empty() && !value.is_empty());
                    let told: String = value.chars().take(80).collect();
                    let (kind, value) = parts.ok_or_else(|| {
                        Refusal::BadData(vec![super::refusal::Detail::plain(format!(
                            "\"tag[{at}]\" with value \"{told}\" fails to match the tag pattern. You provided \"{told}\"."
                        ))])
                    })?;
                    filter.tags.push((kind.to_owned(), value.to_owned()));
                }
                _ => {}
            }
        }
        Ok(filter)
    }

    /// Whether a flag is wanted that is of this project in Unleash and of that one here.
    pub(super) fn admits(&self, project: Option<&str>, ours: &str) -> bool {
        let is_of = |wanted: &String| Some(wanted.as_str()) == project || wanted == ours || wanted == "*";
        self.projects.is_empty() || self.projects.iter().any(is_of)
    }

    pub(super) fn is_open(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether a request's body is announced as JSON.
pub(super) fn is_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let said = headers
        .get(header::CONTENT_TYPE)
        .map(|value| value.to_str().unwrap_or_default());
    let kind = said.map(|said| said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    match kind.as_deref() {
        Some("application/json") => Ok(()),
        other => Err(Refusal::ContentType(other.unwrap_or("none").chars().take(80).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> Result<bool, Refusal> {
        reads_segments(&HeaderMap::from_iter([(SPEC, text.parse().unwrap())]))
    }

    #[test]
    fn segments_from_4_2_on() {
        assert_eq!(reads_segments(&HeaderMap::new()), Ok(false));
        for (text, reads) in [
            ("4.1.9", false),
            ("4.2.0", true),
            ("5.2.0", true),
            ("6.1.0-beta.1", true),
            ("3.9.0", false),
        ] {
            assert_eq!(spec(text), Ok(reads), "{text}");
        }
        for text in ["v5", "5", "5.2", "", "5.2.x", "1.2.3.4", "99999999999999999999.0.0"] {
            assert!(spec(text).is_err(), "{text}");
        }
    }

    #[test]
    fn keys_may_stand_in_tokens() {
        assert_eq!(secret_in("*:development.hsk_abc"), Some("hsk_abc"));
        assert_eq!(secret_in("[]:production.a.b"), Some("a.b"));
        for odd in ["hsk_abc", "a.b", "a:b", "a:b."] {
            assert_eq!(secret_in(odd), None, "{odd}");
        }
        let of = |token: &str| {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, token.parse().unwrap())]);
            let filter = Filter::of(&headers, Some("project=queried")).unwrap();
            filter.projects.join(" ")
        };
        assert_eq!(of("shop:production.KEY"), "shop");
        for open in ["*:production.KEY", "[]:production.KEY", "KEY", "a:b"] {
            assert_eq!(of(open), "queried", "{open}");
        }
    }

    #[test]
    fn filters_are_read() {
        let filter = Filter::read(Some("project=a&project=b+c&namePrefix=x%2Ey&tag=simple:foo&other=1")).unwrap();
        assert_eq!(filter.projects, ["a", "b c"]);
        assert_eq!(filter.prefix.as_deref(), Some("x.y"));
        assert_eq!(filter.tags, [("simple".to_owned(), "foo".to_owned())]);
        assert!(Filter::read(Some("tag=bad")).is_err());
        assert!(Filter::read(Some("&&environment=x")).unwrap().is_open());
    }
}
