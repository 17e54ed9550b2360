//! Start, service, end.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::durability::client::{Client, token_of};
use crate::durability::{ADMIN, EMAIL, PASSWORD, PROJECT};
use crate::hoist::{Answer, Server, run, texts, wait};

const INVITATION: &str = "nobody has set this instance up; open the link to do so";
const HTML: (&str, &str) = ("accept", "text/html,*/*;q=0.8");

#[test]
fn it_serves_operations_console_and_api() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &[]);
    assert_eq!(server.get("/healthz", &[]).body, "ok\n");
    let ready = server.get("/readyz", &[]);
    assert_eq!((ready.status, ready.header("content-type")), (200, "application/json"));
    let metrics = server.get("/metrics", &[]);
    assert!(
        metrics
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    assert!(
        metrics
            .body
            .contains("hoist_requests_total{route=\"/healthz\",method=\"GET\",status=\"2xx\"} 1")
    );
    assert_eq!(server.get("/hoist/v1/setup", &[]).body, "{\"needed\":true}");
    let unknown = server.get("/hoist/v1/unknown", &[HTML]);
    assert_eq!(
        (unknown.status, unknown.header("content-type")),
        (404, "application/problem+json")
    );
    let named = server.get("/healthz", &[("x-request-id", "mine-1")]);
    assert_eq!(
        (named.header("x-request-id"), named.header("x-content-type-options")),
        ("mine-1", "nosniff")
    );
    assert_eq!(
        server
            .get("/healthz", &[("x-request-id", "not mine")])
            .header("x-request-id")
            .len(),
        16
    );
}

#[test]
fn the_console_has_a_fresh_nonce_for_each_load() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &[]);
    let pages = [server.get("/", &[]), server.get("/o/p/flags/deep", &[HTML])];
    let nonces = pages.each_ref().map(|page| {
        assert_eq!((page.status, page.header("cache-control")), (200, "no-cache"));
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .and_then(|rest| rest.split('\'').next())
            .expect("a nonce");
        assert!(page.body.contains(nonce) && !page.body.contains("{{nonce}}"));
        nonce
    });
    assert_ne!(nonces[0], nonces[1]);
    assert_eq!(
        server.get("/o/p/flags/deep", &[("accept", "application/json")]).status,
        404
    );
    assert_eq!(server.get("/assets/unknown.js", &[HTML]).status, 404);
}

#[test]
fn the_first_start_invites_and_later_ones_do_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = Server::start(folder.path(), &[], &[]);
    let link = first.wait_for_line(INVITATION)["link"]
        .as_str()
        .expect("a link")
        .to_owned();
    assert!(link.starts_with(&format!("http://{}/setup?token=", first.address)));
    let token = link.split("token=").nth(1).expect("a token");
    let owner = json!({ "token": token, "email": "a@b.example", "password": "correct horse battery", "name": "A" });
    assert_eq!(first.post("/hoist/v1/setup", &owner).status, 201);
    first.signal("KILL");
    drop(first);
    let mut second = Server::start(folder.path(), &[], &[]);
    assert_eq!(
        second.get("/hoist/v1/setup", &[]).body,
        "{\"needed\":false}",
        "survives SIGKILL"
    );
    let credentials = json!({ "email": "a@b.example", "password": "correct horse battery" });
    assert_eq!(second.post("/hoist/v1/session", &credentials).status, 200);
    second.signal("TERM");
    second.wait_for_line("ended");
    assert!(second.log().iter().all(|line| line["message"] != INVITATION));
}

#[test]
fn variables_make_the_first_operator() {
    let folder = tempfile::tempdir().expect("a folder");
    let both = [
        ("HOIST_ADMIN_EMAIL", "a@b.example"),
        ("HOIST_ADMIN_PASSWORD", "correct horse battery"),
    ];
    let server = Server::start(folder.path(), &[], &both);
    let credentials = json!({ "email": "a@b.example", "password": "correct horse battery" });
    crate::hoist::wait(|| (server.post("/hoist/v1/session", &credentials).status == 200).then_some(()));
    let reset = run(folder.path(), &["user", "reset-password", "a@b.example"]);
    let (password, _) = texts(&reset);
    assert_eq!(server.post("/hoist/v1/session", &credentials).status, 401);
    let credentials = json!({ "email": "a@b.example", "password": password.trim_end() });
    assert_eq!(server.post("/hoist/v1/session", &credentials).status, 200);
}

#[test]
fn one_variable_without_the_other_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = crate::hoist::hoist(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    let output = command
        .env("HOIST_ADMIN_EMAIL", "a@b.example")
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(texts(&output).1.contains("HOIST_ADMIN_PASSWORD is not set"));
}

#[test]
fn it_ends_gracefully() {
    for signal in ["TERM", "INT"] {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(folder.path(), &[], &[]);
        // Idle connections do not hold it up.
        let _idle = server.send(b"");
        let _kept = server.send(b"GET /healthz HTTP/1.1\r\nhost: hoist\r\n\r\n");
        let asked = Instant::now();
        server.signal(signal);
        assert_eq!(server.end(), Some(0));
        assert!(asked.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn operations_move_to_their_own_listener() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path(), &["--admin-listen", "127.0.0.1:0"], &[]);
    assert_eq!(server.get("/healthz", &[]).status, 404);
    let line = server.wait_for_line("health and metrics answer here");
    server.address = line["address"]
        .as_str()
        .and_then(|address| address.parse().ok())
        .expect("an address");
    assert_eq!(server.get("/healthz", &[]).status, 200);
    assert_eq!(server.get("/metrics", &[]).status, 200);
    assert_eq!(server.get("/", &[HTML]).status, 404);
}

#[cfg(feature = "test-hooks")]
#[test]
fn tests_move_the_clock() {
    use std::io::{BufRead as _, BufReader, Write as _};
    let folder = tempfile::tempdir().expect("a folder");
    let _server = Server::start(folder.path(), &["--test-clock", "clock"], &[]);
    let mut socket = std::os::unix::net::UnixStream::connect(folder.path().join("clock")).expect("it listens");
    socket
        .write_all(b"set 2030-01-01T00:00:00Z\nadvance 90\nfly\n")
        .expect("it reads");
    let mut lines = BufReader::new(socket).lines();
    let mut next = || lines.next().expect("a line").expect("a text");
    assert_eq!(next(), "ok 2030-01-01T00:00:00Z");
    assert_eq!(next(), "ok 2030-01-01T00:01:30Z");
    assert!(next().starts_with("error "));
}

#[test]
fn cookies_are_for_https_where_a_trusted_proxy_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let over = |server: &Server, said: &str| {
        let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
        let head = format!(
            "hoist-csrf: 1\r\nx-forwarded-proto: {said}\r\ncontent-length: {}",
            body.len()
        );
        let request =
            format!("POST /hoist/v1/session HTTP/1.1\r\nhost: hoist\r\nconnection: close\r\n{head}\r\n\r\n{body}");
        let answer = wait(|| {
            let answer = Answer::read(server.send(request.as_bytes()));
            (answer.status == 200).then_some(answer)
        });
        answer.header("set-cookie").contains("; Secure")
    };
    let server = Server::start(folder.path(), &[], &ADMIN);
    assert!(!over(&server, "https"), "by default nobody is believed");
    drop(server);
    let trusted = [("HOIST_SECURITY__TRUSTED_PROXIES", "127.0.0.1")];
    let server = Server::start(folder.path(), &[], &trusted);
    assert!(over(&server, "https"));
    assert!(!over(&server, "http"));
    drop(server);
    let never = [trusted[0], ("HOIST_SECURITY__COOKIE_SECURE", "never")];
    let server = Server::start(folder.path(), &[], &never);
    assert!(!over(&server, "https"));
}

#[test]
fn the_last_use_of_a_key_is_written_down_before_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &ADMIN);
    let token = token_of(&server);
    let mut client = Client::new(server.address, &token);
    let create = json!([{"credential": {"create": {"name": "k", "kind": "server", "environment": "dev"}}}]);
    let (_, made) = client.must_change(&create, "");
    let key = made["secrets"][0]["secret"].as_str().expect("a secret");
    let mut software = Client::with_header(server.address, format!("authorization: Bearer {key}"));
    let body = json!({"context": {"targetingKey": "ann"}});
    let (status, answer) = software
        .ask("POST", "/ofrep/v1/evaluate/flags", Some(&body))
        .expect("an answer");
    assert_eq!(status, 200, "{answer}");
    drop((client, software));
    server.signal("TERM");
    assert_eq!(server.end(), Some(0));
    let server = Server::start(folder.path(), &[], &[]);
    let list = Client::new(server.address, &token).get(&format!("{PROJECT}/credentials"));
    let used = list["items"][0]["last_used_at"].as_str().expect("a time");
    assert!(used.ends_with(":00Z"), "{used}");
}
