//! Live events: what changes, as it changes, as far as the caller may see it.
//!
//! A change is written down once for all who listen: a stream adds nothing to it, and takes the same bytes as its
//! neighbours. Who may hear of it is found once, too ([`hoist_app::events::Published::is_for`]).

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{StreamExt as _, once};
use hoist_app::events::Form;
use http::{HeaderMap, HeaderValue, header};

use crate::Api;
use crate::guard::Scope;
use crate::listener::{EventsQuery, Heard, listen, written};
use crate::problem::Problem;
use crate::query::Query;

/// A stream of server-sent events: `connected`, then a `change` per change that the caller may
/// see, `reset` when more was missed than is remembered. A comment comes every 15 s. It ends with the session or token.
#[utoipa::path(get, path = "/hoist/v1/events", tag = "events", params(EventsQuery, ("Last-Event-ID" = Option<u64>, Header)),
    responses((status = 200, content_type = "text/event-stream", body = crate::wire::schema::ServerEvent), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub async fn stream(
    State(api): State<Api>,
    scope: Scope,
    headers: HeaderMap,
    Query(query): Query<EventsQuery>,
) -> Result<Response, Problem> {
    let (first, news) = listen(api.clone(), scope.actor, &headers, &query)?;
    let first: Vec<u8> = first.iter().flat_map(|heard| event(&api, heard)).collect();
    let pieces = once(std::future::ready(Bytes::from(first))).chain(news.map(move |heard| event(&api, &heard)));
    let mut response = Response::new(Body::from_stream(pieces.map(Ok::<_, Infallible>)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// What is heard, as a server-sent event.
fn event(api: &Api, heard: &Heard) -> Bytes {
    match heard {
        Heard::Connected(revision) => {
            format!("event: connected\nid: {revision}\ndata: {{\"revision\":{revision}}}\n\n").into()
        }
        Heard::Change(published) => written(api, published, Form::EventStream, |data| {
            format!("event: change\nid: {}\ndata: {data}\n\n", published.revision)
        }),
        Heard::Reset => Bytes::from_static(b"event: reset\ndata: {}\n\n"),
        Heard::Silence => Bytes::from_static(b":\n\n"),
    }
}
