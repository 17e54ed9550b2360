//! The same events over a WebSocket, for tools whose platform speaks it better than server-sent events.
//!
//! A browser opens a WebSocket to anybody and sends the cookie along, without asking first and without CORS. So
//! whoever comes with a cookie has to come from our own pages ([`check_origin`]). What a client says is not read:
//! there is nothing to say but pings.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{Stream, StreamExt as _};
use hoist_app::events::Form;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use crate::caller::check_origin;
use crate::guard::Scope;
use crate::listener::{EventsQuery, Heard, listen, written};
use crate::problem::Problem;
use crate::query::Query;
use crate::streams::Place;
use crate::{Api, OverHttps};

/// What is read from a client in one frame or message; pings have 125 bytes at most.
const MOST_READ: usize = 4096;
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// The events over a WebSocket, a JSON text `{"event", "data"}` each: `connected`, `change`, `reset`, with the data
/// that `/hoist/v1/events` sends. Whoever comes with a cookie must come from a page of Hoist's own origin. A ping comes
/// every 20 s and wants its pong. It closes with 1001 when the server ends, 1003 when anything but a ping is sent,
/// 1008 with the session or token, 4408 when nothing is heard or taken any more.
#[utoipa::path(get, path = "/hoist/v1/ws", tag = "events", params(EventsQuery),
    responses((status = 101, description = "The connection is a WebSocket from now on."),
        (status = 426, description = "It does not ask for a WebSocket.", body = Problem)))]
pub async fn socket(
    State(api): State<Api>,
    scope: Scope,
    headers: HeaderMap,
    over_https: Option<Extension<OverHttps>>,
    Query(query): Query<EventsQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    check_origin(&headers, over_https.map(|Extension(mark)| mark))?;
    let Ok(upgrade) = upgrade else {
        return Ok(not_a_socket());
    };
    let (first, news) = listen(api.clone(), scope.actor, &headers, &query)?;
    let place = api.config.streams.take().ok_or_else(too_many)?;
    let upgrade = upgrade
        .max_frame_size(MOST_READ)
        .max_message_size(MOST_READ)
        // Each message leaves at once, so that at most one is kept for a client that does not read.
        .write_buffer_size(0);
    Ok(upgrade.on_upgrade(move |socket| converse(socket, api, first, news, place)))
}

fn not_a_socket() -> Response {
    let detail = "this address speaks WebSocket, version 13; /hoist/v1/events tells the same as server-sent events";
    let mut response = Problem::new(StatusCode::UPGRADE_REQUIRED, "not_a_websocket", detail).into_response();
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    response
}

fn too_many() -> Problem {
    let detail = "too many event streams are open (setting limits.streams); poll, or try again later";
    Problem {
        retry_after_s: Some(10),
        ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", detail)
    }
}

/// Why a conversation is over.
enum End {
    /// The client has gone, or says so.
    Left,
    /// The client sends what is not read.
    Spoke,
    /// The client sends what is no WebSocket, or more than is read.
    Broken,
    /// Nothing was heard from the client, or it takes nothing.
    Silent,
    /// What opened it holds no more.
    SignedOut,
    /// The process is to end.
    Ending,
}

impl End {
    fn frame(&self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Left => return None,
            Self::Spoke => (1003, "only pings are read here"),
            Self::Broken => (1002, "only pings are read here, and no more than 4096 bytes"),
            Self::Silent => (4408, "nothing was heard for too long"),
            Self::SignedOut => (1008, "the session or token that opened this has ended"),
            Self::Ending => (1001, "the server ends; come back with since"),
        };
        let reason = Utf8Bytes::from_static(reason);
        Some(CloseFrame { code, reason })
    }
}

/// Holds the conversation and its place, and says goodbye.
async fn converse(
    mut socket: WebSocket,
    api: Api,
    first: Vec<Heard>,
    news: impl Stream<Item = Heard>,
    mut place: Place,
) {
    let end = tell(&mut socket, &api, first, news, &mut place).await;
    let goodbye = async {
        if let Some(frame) = end.frame() {
            socket.send(Message::Close(Some(frame))).await?;
        }
        // Until the client has answered: closing earlier could take back what it has not read yet.
        while let Some(Ok(_)) = socket.recv().await {}
        Ok::<_, axum::Error>(())
    };
    // Whoever does not take it has gone anyway.
    let _ = timeout(GOODBYE, goodbye).await;
}

async fn tell(
    socket: &mut WebSocket,
    api: &Api,
    first: Vec<Heard>,
    news: impl Stream<Item = Heard>,
    place: &mut Place,
) -> End {
    let period = api.config.ping;
    for heard in first {
        if let Some(end) = send(socket, message(api, &heard), period).await {
            return end;
        }
    }
    let mut beat = interval_at(Instant::now() + period, period);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_heard = true;
    tokio::pin!(news);
    loop {
        let told = tokio::select! {
            heard = news.next() => match heard {
                Some(heard) => message(api, &heard),
                None => return End::SignedOut,
            },
            said = socket.recv() => match said {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                    is_heard = true;
                    None
                }
                Some(Ok(Message::Text(_) | Message::Binary(_))) => return End::Spoke,
                Some(Ok(Message::Close(_))) | None => return End::Left,
                Some(Err(_)) => return End::Broken,
            },
            _ = beat.tick() => {
                if !std::mem::take(&mut is_heard) {
                    return End::Silent;
                }
                Some(Message::Ping(bytes::Bytes::new()))
            }
            () = &mut place.ended => return End::Ending,
        };
        if let Some(end) = send(socket, told, period).await {
            return end;
        }
    }
}

/// Sends, unless there is nothing to send; says how it ended if it did.
async fn send(socket: &mut WebSocket, message: Option<Message>, patience: Duration) -> Option<End> {
    match timeout(patience, socket.send(message?)).await {
        Ok(Ok(())) => None,
        Ok(Err(_)) => Some(End::Left),
        Err(_) => Some(End::Silent),
    }
}

/// What is heard, as a message; silence is none, since pings break it.
fn message(api: &Api, heard: &Heard) -> Option<Message> {
    let text = match heard {
        Heard::Connected(revision) => {
            format!("{{\"event\":\"connected\",\"data\":{{\"revision\":{revision}}}}}").into()
        }
        Heard::Change(published) => {
            let form = |data: &str| format!("{{\"event\":\"change\",\"data\":{data}}}");
            // Never refused: it was written as text.
            Utf8Bytes::try_from(written(api, published, Form::Message, form)).unwrap_or_default()
        }
        Heard::Reset => Utf8Bytes::from_static("{\"event\":\"reset\",\"data\":{}}"),
        Heard::Silence => return None,
    };
    Some(Message::Text(text))
}
