//! The smallest axum server for each of our hot paths.
//!
//! | route | does |
//! |---|---|
//! | `GET`, `POST /fixed` | answers a fixed body and looks at nothing |
//! | `POST /unchanged` | reads the body and answers an empty 304 |
//! | `GET /events` | a stream of what is published |
//! | `POST /publish` | publishes its body |

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::routing::{any, get, post};
use axum::serve::ListenerExt as _;
use tokio::net::TcpSocket;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt as _};

/// Events that a slow reader may fall behind.
const BACKLOG: usize = 64;

/// Connections that wait to be accepted.
const WAITING: u32 = 4096;

struct Ceiling {
    body: Bytes,
    events: broadcast::Sender<Arc<str>>,
}

/// Serves until it is killed.
pub(crate) fn serve(address: SocketAddr, body: Vec<u8>) -> Result<(), Box<dyn Error>> {
    let ceiling = Ceiling {
        body: body.into(),
        events: broadcast::channel(BACKLOG).0,
    };
    let routes = Router::new()
        .route("/fixed", any(fixed))
        .route("/unchanged", post(unchanged))
        .route("/events", get(events))
        .route("/publish", post(publish))
        .with_state(Arc::new(ceiling));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_io().build()?;
    runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(WAITING)?.tap_io(|stream| {
            // Without it small answers wait for each other, which is no limit but a mistake.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, routes).await?;
        Ok(())
    })
}

async fn fixed(State(ceiling): State<Arc<Ceiling>>) -> ([(HeaderName, &'static str); 1], Bytes) {
    ([(header::CONTENT_TYPE, "application/json")], ceiling.body.clone())
}

async fn unchanged(body: Bytes) -> StatusCode {
    std::hint::black_box(body);
    StatusCode::NOT_MODIFIED
}

async fn events(State(ceiling): State<Arc<Ceiling>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let published = BroadcastStream::new(ceiling.events.subscribe());
    Sse::new(published.filter_map(|text| Some(Ok(Event::default().event("change").data(&*text.ok()?)))))
}

async fn publish(State(ceiling): State<Arc<Ceiling>>, body: Bytes) -> String {
    let text: Arc<str> = String::from_utf8_lossy(&body).into();
    ceiling.events.send(text).unwrap_or_default().to_string()
}
