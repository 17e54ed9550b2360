//! The events over a WebSocket: who may open one, what it tells, and what ends it. Over real sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use hoist_api::ApiConfig;
use hoist_api::streams::{Place, Streams};
use hoist_testkit::{FOREIGN, OPERATOR, PROJECT, Person, TestApp, contract};
use serde_json::{Value as Json, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// A header of a request.
type Header<'a> = (&'static str, &'a str);

/// Somebody at the other end.
struct Tool(WebSocketStream<TcpStream>);

impl Tool {
    /// What is told next.
    async fn told(&mut self) -> Json {
        loop {
            match self.0.next().await.expect("it goes on").expect("a message") {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The data of what is told next, which has this name.
    async fn told_of(&mut self, event: &str) -> Json {
        let mut told = self.told().await;
        assert_eq!(told["event"], event, "{told}");
        told["data"].take()
    }

    /// Code and reason of its end, whatever is told before.
    async fn end(&mut self) -> (u16, String) {
        loop {
            match self.0.next().await.expect("it says why").expect("a message") {
                Message::Close(Some(frame)) => return (frame.code.into(), frame.reason.to_string()),
                Message::Text(_) | Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Serves the API on a socket.
async fn serve(house: &TestApp, config: ApiConfig) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = hoist_api::router(Arc::clone(&house.app), config);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Somebody with a browser who may look.
struct Viewer {
    at: SocketAddr,
    person: Person,
    origin: String,
}

impl Viewer {
    /// At a server of their own.
    async fn of(house: &TestApp, config: ApiConfig) -> Self {
        let at = serve(house, config).await;
        let person = house.sign_in_as("viewer").await;
        let origin = own(at);
        Self { at, person, origin }
    }

    /// What their browser sends by itself.
    fn headers(&self) -> [Header<'_>; 2] {
        [("cookie", self.person.cookie()), ("origin", &self.origin)]
    }

    async fn open(&self) -> Tool {
        open(self.at, "", &self.headers()).await
    }
}

async fn try_open(at: SocketAddr, query: &str, headers: &[Header<'_>]) -> Result<Tool, (u16, Json)> {
    let mut request = format!("ws://{at}/hoist/v1/ws{query}")
        .into_client_request()
        .expect("a request");
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).expect("a value");
        request.headers_mut().insert(*name, value);
    }
    let stream = TcpStream::connect(at).await.expect("it listens");
    match client_async(request, stream).await {
        Ok((socket, answer)) => {
            assert_eq!(answer.status(), 101);
            Ok(Tool(socket))
        }
        Err(Error::Http(answer)) => {
            let body = answer.body().as_deref().unwrap_or_default();
            Err((
                answer.status().as_u16(),
                serde_json::from_slice(body).unwrap_or_default(),
            ))
        }
        Err(other) => panic!("{other}"),
    }
}

async fn open(at: SocketAddr, query: &str, headers: &[Header<'_>]) -> Tool {
    let tool = try_open(at, query, headers).await;
    tool.unwrap_or_else(|refused| panic!("{refused:?}"))
}

/// The origin of our own pages.
fn own(at: SocketAddr) -> String {
    format!("http://{at}")
}

#[tokio::test]
async fn it_tells_what_the_stream_of_events_tells() {
    let house = TestApp::start().await;
    let at = serve(&house, ApiConfig::default()).await;
    let (editor, viewer) = (house.sign_in_as("editor").await, house.sign_in_as("viewer").await);
    let operator = house.person(OPERATOR).await;
    let origin = own(at);
    let headers = [("cookie", viewer.cookie()), ("origin", origin.as_str())];
    let before = house.revision();
    let mut tool = open(at, "", &headers).await;
    assert_eq!(tool.told_of("connected").await, json!({"revision": before}));
    let mut stream = house.listen(&viewer, "").await;
    // What the viewer may not see would come first.
    let flag = |key: &str| json!({"key": key, "kind": "boolean"});
    house
        .post(Some(&operator), &format!("{FOREIGN}/flags"), flag("theirs"))
        .await
        .with(201);
    house
        .post(Some(&editor), &format!("{PROJECT}/flags"), flag("checkout"))
        .await
        .with(201);
    let told = tool.told_of("change").await;
    assert_eq!(told, stream.next_named("change").await);
    assert_eq!(told["touched"][0]["key"], "checkout");
    let schema = json!({"$ref": "#/components/schemas/ChangeEvent"});
    assert_eq!(contract::violations(&schema, &told), Vec::<String>::new());
    // Whoever comes back hears what was missed, and then that it is all.
    let mut again = open(at, &format!("?since={before}"), &headers).await;
    assert_eq!(again.told_of("change").await, told);
    assert_eq!(again.told_of("connected").await, json!({"revision": house.revision()}));
    let (status, problem) = try_open(at, "?since=x", &headers).await.err().expect("refused");
    assert_eq!(status, 400, "{problem}");
    let (status, problem) = try_open(at, "?after=1", &headers).await.err().expect("refused");
    assert_eq!((status, &problem["code"]), (400, &json!("bad_query")));
    // More than is remembered: what came before a start.
    let house = house.reopened().await;
    let at = serve(&house, ApiConfig::default()).await;
    let origin = own(at);
    let mut lost = open(at, "?since=1", &[("cookie", viewer.cookie()), ("origin", &origin)]).await;
    assert_eq!(lost.told_of("reset").await, json!({}));
}

/// A page of another origin opens a WebSocket without being asked, and the browser sends the cookie along.
#[tokio::test]
async fn a_page_of_another_origin_is_refused() {
    let house = TestApp::start().await;
    let at = serve(&house, ApiConfig::default()).await;
    let viewer = house.sign_in_as("viewer").await;
    let cookie = ("cookie", viewer.cookie());
    let other_port = format!("http://127.0.0.1:{}", at.port().wrapping_add(1));
    let longer = format!("http://{at}.evil.example");
    let user = format!("http://{at}@evil.example");
    for origin in [
        "https://evil.example",
        "null",
        "",
        "http://",
        &other_port,
        &longer,
        &user,
    ] {
        let (status, problem) = try_open(at, "", &[cookie, ("origin", origin)])
            .await
            .err()
            .unwrap_or_else(|| panic!("{origin} is let in"));
        assert_eq!((status, &problem["code"]), (403, &json!("cross_site")), "{origin}");
    }
    let (status, _) = try_open(at, "", &[cookie])
        .await
        .err()
        .expect("refused without an origin");
    assert_eq!(status, 403);
    let from_elsewhere = [cookie, ("hoist-csrf", "1"), ("sec-fetch-site", "cross-site")];
    let (status, _) = try_open(at, "", &from_elsewhere).await.err().expect("refused");
    assert_eq!(status, 403);
    let origin = own(at);
    for good in [("origin", origin.as_str()), ("hoist-csrf", "1")] {
        open(at, "", &[cookie, good]).await.told_of("connected").await;
    }
    // A token is sent by nobody's browser.
    let made = house
        .post(Some(&viewer), "/hoist/v1/tokens", json!({"name": "tool"}))
        .await
        .with(201);
    let token = format!("Bearer {}", made["secrets"][0]["secret"].as_str().expect("a secret"));
    let headers = [("authorization", token.as_str()), ("origin", "https://evil.example")];
    open(at, "", &headers).await.told_of("connected").await;
    let refused = try_open(at, "", &[("origin", origin.as_str())]).await.err();
    assert_eq!(refused.map(|(status, _)| status), Some(401), "nobody is signed in");
    let refused = try_open(at, "", &[("authorization", "Bearer hst_wrong")]).await.err();
    assert_eq!(refused.map(|(status, _)| status), Some(401));
}

#[tokio::test]
async fn it_ends_with_its_session_and_with_its_token() {
    let house = TestApp::start().await;
    let at = serve(&house, ApiConfig::default()).await;
    let operator = house.person(OPERATOR).await;
    let viewer = house.sign_in_as("viewer").await;
    let origin = own(at);
    let made = house
        .post(Some(&viewer), "/hoist/v1/tokens", json!({"name": "tool"}))
        .await
        .with(201);
    let token = format!("Bearer {}", made["secrets"][0]["secret"].as_str().expect("a secret"));
    let mut with_cookie = open(at, "", &[("cookie", viewer.cookie()), ("origin", &origin)]).await;
    let mut with_token = open(at, "", &[("authorization", &token)]).await;
    for tool in [&mut with_cookie, &mut with_token] {
        tool.told_of("connected").await;
    }
    house.delete(Some(&viewer), "/hoist/v1/session").await.with(204);
    let (code, reason) = with_cookie.end().await;
    assert_eq!(
        (code, reason.as_str()),
        (1008, "the session or token that opened this has ended")
    );
    let path = format!("/hoist/v1/users/{}/password", viewer.id);
    house
        .post(Some(&operator), &path, json!({"tokens": "revoke"}))
        .await
        .with(200);
    assert_eq!(with_token.end().await.0, 1008);
}

#[tokio::test]
async fn it_only_tells() {
    let house = TestApp::start().await;
    let viewer = Viewer::of(&house, ApiConfig::default()).await;
    let mut tool = viewer.open().await;
    tool.0.send(Message::Ping("hello".into())).await.expect("sent");
    tool.told_of("connected").await;
    let answer = tool.0.next().await.expect("it goes on").expect("a message");
    assert_eq!(answer, Message::Pong("hello".into()));
    tool.0.send(Message::text("subscribe")).await.expect("sent");
    assert_eq!(tool.end().await.0, 1003);
    // Too much is not even read.
    let mut flood = viewer.open().await;
    flood.0.send(Message::text("x".repeat(1 << 20))).await.ok();
    assert_eq!(flood.end().await.0, 1002);
    let mut polite = viewer.open().await;
    polite.0.close(None).await.expect("said");
    while let Some(Ok(message)) = polite.0.next().await {
        assert!(matches!(message, Message::Text(_) | Message::Close(_)), "{message:?}");
    }
}

#[tokio::test]
async fn whoever_is_silent_is_asked_and_then_let_go() {
    let house = TestApp::start().await;
    let config = ApiConfig {
        ping: Duration::from_millis(100),
        ..ApiConfig::default()
    };
    let viewer = Viewer::of(&house, config).await;
    // Whoever reads answers pings, without knowing it.
    let mut alive = viewer.open().await;
    for _ in 0..5 {
        while !matches!(alive.0.next().await, Some(Ok(Message::Ping(_)))) {}
        alive.0.flush().await.expect("its pong leaves");
    }
    // A peer that reads without ever answering: nothing of the protocol, just the socket.
    let silent = viewer.open().await;
    let mut raw = silent.0.into_inner();
    let mut read = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut raw, &mut read)
        .await
        .expect("it is closed");
    let close = [0x88_u8, 32, 0x11, 0x38];
    assert!(
        read.windows(close.len()).any(|window| window == close),
        "4408 and why: {read:?}"
    );
}

#[tokio::test]
async fn places_are_counted_and_end_with_the_process() {
    let house = TestApp::start().await;
    let (end, ended) = watch::channel(false);
    let places = Arc::new(tokio::sync::Semaphore::new(1));
    let taken = Arc::clone(&places);
    let streams = Streams::new(move || {
        let (place, mut ended) = (Arc::clone(&taken).try_acquire_owned().ok()?, ended.clone());
        Some(Place::new(place, async move {
            let _ = ended.wait_for(|is| *is).await;
        }))
    });
    let config = ApiConfig {
        streams,
        ..ApiConfig::default()
    };
    let viewer = Viewer::of(&house, config).await;
    let mut tool = viewer.open().await;
    tool.told_of("connected").await;
    let (status, problem) = try_open(viewer.at, "", &viewer.headers())
        .await
        .err()
        .expect("no place");
    assert_eq!((status, &problem["code"]), (503, &json!("too_many_streams")));
    end.send_replace(true);
    assert_eq!(tool.end().await.0, 1001);
    // Reading on answers the goodbye, and gives the place back.
    while tool.0.next().await.is_some() {}
    let _free = places.acquire().await.expect("the place is free again");
}

/// Without the words of the protocol it is no WebSocket; the answer says which words.
#[tokio::test]
async fn a_plain_request_is_told_what_to_speak() {
    let house = TestApp::start().await;
    let viewer = house.sign_in_as("viewer").await;
    let reply = house.get(Some(&viewer), "/hoist/v1/ws").await;
    assert_eq!(reply.headers["upgrade"], "websocket");
    assert_eq!(reply.headers["sec-websocket-version"], "13");
    assert_eq!(reply.code(), "not_a_websocket");
    reply.with(426);
    let reply = house.get(None, "/hoist/v1/ws").await;
    assert_eq!(reply.status, 401);
}
