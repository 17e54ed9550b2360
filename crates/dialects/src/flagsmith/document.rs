//! The environment document: made once for each state, and again when time makes another one.

use axum::body::Body;
use axum::response::Response;
use hoist_engine::ruleset::Ruleset;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::json;

use super::project::{About, Export, export};
use super::refusal::Refusal;
use super::routes::{Asker, last_change, updated_at};
use super::{Flagsmith, headers};
use crate::documents::{ASK_AGAIN, Document, GAPS};
use crate::ports::{Class, Environment, Notice};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Document,
    Gaps,
}

/// A document as it is served.
pub(super) struct Made {
    document: Document,
    gaps: Document,
    /// How many gaps there are.
    missing: usize,
    /// Of which it was made.
    notice: Notice,
    updated_at: Timestamp,
    until: Option<Timestamp>,
}

impl Made {
    fn new(rules: &Ruleset, flag_set: &str, notice: Notice, now: Timestamp) -> Self {
        let about = About {
            flag_set,
            now,
            updated_at: last_change(&notice),
        };
        let Export {
            document,
            gaps,
            until,
            updated_at,
        } = export(rules, &about);
        Self {
            document: Document::new(&document),
            missing: gaps.len(),
            gaps: Document::new(&json!({ "gaps": gaps })),
            notice,
            updated_at,
            until,
        }
    }
}

impl Flagsmith {
    /// Rules leave the house: that is for secret keys only.
    pub(super) async fn document(&self, asker: &Asker, asked: &HeaderMap, what: Asked) -> Result<Response, Refusal> {
        if asker.seat.class != Class::Server {
            return Err(Refusal::Public);
        }
        let now = asker.now;
        let notice = *asker.seat.environment.notices(Class::Server).borrow();
        let still_right = move |made: &Made| made.until.is_none_or(|until| now < until) && made.notice == notice;
        let make =
            move |environment: &dyn Environment| Made::new(&environment.rules(), environment.flag_set(), notice, now);
        let made = self
            .documents
            .get_while(&asker.seat.environment, (), still_right, make)
            .await;
        let made = made.ok_or(Refusal::Broken)?;
        Ok(respond(asked, &made, what, now))
    }
}

fn respond(asked: &HeaderMap, made: &Made, what: Asked, now: Timestamp) -> Response {
    let body = match what {
        Asked::Document => &made.document,
        Asked::Gaps => &made.gaps,
    };
    let changed_at = made.updated_at;
    let is_known = if asked.contains_key(header::IF_NONE_MATCH) {
        body.is_known(asked)
    } else {
        is_known_since(asked, changed_at)
    };
    let text = if is_known {
        Body::empty()
    } else {
        Body::from(body.text.clone())
    };
    let mut response = Response::new(text);
    let to = response.headers_mut();
    headers::json(to);
    to.insert(header::CACHE_CONTROL, ASK_AGAIN);
    to.insert(header::ETAG, body.tag.clone());
    to.insert(GAPS, HeaderValue::from(made.missing));
    to.insert(headers::UPDATED_AT, updated_at(made.updated_at));
    if let Some(date) = date(changed_at).filter(|_| is_over(changed_at, now)) {
        to.insert(header::LAST_MODIFIED, date);
    }
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response
}

/// Dates have whole seconds: while the second of a change lasts, another change could hide behind its date.
fn is_over(changed_at: Timestamp, now: Timestamp) -> bool {
    changed_at.as_second() < now.as_second()
}

fn date(at: Timestamp) -> Option<HeaderValue> {
    let text = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()?;
    HeaderValue::from_str(&text).ok()
}

/// Whether a request says that it has what has not changed since.
fn is_known_since(headers: &HeaderMap, changed_at: Timestamp) -> bool {
    let since = headers
        .get(header::IF_MODIFIED_SINCE)
        .and_then(|value| value.to_str().ok());
    let since = since.and_then(|text| rfc2822::DateTimeParser::new().parse_timestamp(text).ok());
    since.is_some_and(|since| changed_at.as_second() <= since.as_second())
}
