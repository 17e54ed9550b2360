//! Secrets are planted wherever one can be, and looked for wherever none may be: in every line of the log down to
//! `trace`, in the database, backups, exports, metrics, and every answer but the one that shows it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::durability::{ADMIN, EMAIL, PROJECT};
use crate::hoist::{Answer, Server, run, texts, wait};
use crate::postgres::Database;
use crate::skip::skip;

/// Secrets by what they are.
#[derive(Default)]
struct Planted(BTreeMap<String, String>);

impl Planted {
    /// A secret of ours.
    fn make(&mut self, what: &str) -> String {
        let secret = format!("canary-{}-7Zq9", what.replace(' ', "-"));
        self.0.insert(what.to_owned(), secret.clone());
        secret
    }

    /// A secret that the server made.
    fn note(&mut self, what: &str, secret: &str) {
        assert!(secret.len() >= 12, "{what} is no secret: {secret}");
        self.0.insert(what.to_owned(), secret.to_owned());
    }

    /// No secret stands in these bytes but those that may.
    #[track_caller]
    fn are_not_in(&self, place: &str, bytes: &[u8], allowed: &[&str]) -> usize {
        for (what, secret) in &self.0 {
            let found = bytes
                .windows(secret.len())
                .position(|window| window == secret.as_bytes());
            if let (Some(at), false) = (found, allowed.contains(&what.as_str())) {
                let around = &bytes[at.saturating_sub(200)..(at + secret.len() + 100).min(bytes.len())];
                panic!("{what} stands in {place}: …{}…", String::from_utf8_lossy(around));
            }
        }
        bytes.len()
    }
}

/// Asks the server, and looks at every answer.
struct Scenario<'s> {
    server: &'s Server,
    planted: RefCell<Planted>,
    scanned: RefCell<usize>,
}

impl Scenario<'_> {
    /// Any request; the answer may show these and no others.
    #[track_caller]
    fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str, shows: &[&str]) -> Answer {
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let length = body.len();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nhost: hoist\r\nconnection: close\r\nhoist-csrf: 1\r\n{lines}content-length: {length}\r\n\r\n{body}"
        );
        let answer = Answer::read(self.server.send(request.as_bytes()));
        let text = format!("{}\n{}", answer.header("set-cookie"), answer.body);
        *self.scanned.borrow_mut() +=
            self.planted
                .borrow()
                .are_not_in(&format!("{method} {target}"), text.as_bytes(), shows);
        answer
    }

    fn plant(&self, what: &str) -> String {
        self.planted.borrow_mut().make(what)
    }

    /// The cookie of a fresh session.
    fn sign_in(&self, name: &str, email: &str, password: &str) -> String {
        let body = json!({"email": email, "password": password}).to_string();
        let answer = wait(|| {
            let answer = self.send("POST", "/hoist/v1/session", &[], &body, &[]);
            (answer.status == 200).then_some(answer)
        });
        let cookie = answer
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned();
        self.planted
            .borrow_mut()
            .note(name, cookie.trim_start_matches("hoist_session="));
        cookie
    }

    /// What an answer shows once.
    #[track_caller]
    fn shown(&self, what: &str, answer: &Answer) -> String {
        let body: Json = serde_json::from_str(&answer.body).expect("JSON");
        let secret = body["secrets"][0]["secret"].as_str().or(body["password"].as_str());
        let secret = secret.unwrap_or_else(|| panic!("{what}: {body}")).to_owned();
        self.planted.borrow_mut().note(what, &secret);
        secret
    }
}

/// Everything that a person, a program and a stranger do, with secrets at each step.
fn act(scene: &Scenario<'_>, password: &str) {
    let cookie = scene.sign_in("session", EMAIL, password);
    let signed_in = [("cookie", cookie.as_str())];
    // Wrong secrets are secrets, too: of another service, or with a letter missing.
    let wrong = scene.plant("wrong password");
    let body = json!({"email": EMAIL, "password": wrong}).to_string();
    assert_eq!(scene.send("POST", "/hoist/v1/session", &[], &body, &[]).status, 401);
    for (name, value) in [
        ("authorization", "Bearer"),
        ("authorization", "Basic"),
        ("x-api-key", ""),
        ("cookie", "hoist_session="),
    ] {
        let secret = scene.plant(&format!("unknown {name} {value}"));
        let value = if value.ends_with('=') {
            format!("{value}{secret}")
        } else {
            format!("{value} {secret}")
        };
        for target in [PROJECT, "/hoist/v1/session", "/", "/metrics", "/hoist/v1/nothing"] {
            scene.send("GET", target, &[(name, &value)], "", &[]);
        }
        scene.send("POST", "/ofrep/v1/evaluate/flags", &[(name, &value)], "{}", &[]);
    }
    bodies_that_fail(scene, &signed_in);
    // A new password for oneself, and one that the server makes for somebody else.
    let new = scene.plant("changed password");
    let change = json!({"current": password, "new": new}).to_string();
    let changed = scene.send("POST", "/hoist/v1/session/password", &signed_in, &change, &[]);
    assert_eq!(changed.status, 200, "{}", changed.body);
    let cookie = scene.sign_in("second session", EMAIL, &new);
    let signed_in = [("cookie", cookie.as_str())];
    let member = json!({"email": "colleague@b.example", "role": "viewer"}).to_string();
    let made = scene.send(
        "POST",
        "/hoist/v1/organizations/default/members",
        &signed_in,
        &member,
        &[],
    );
    let user: Json = serde_json::from_str(&made.body).expect("JSON");
    assert_eq!(made.status, 201, "{user}");
    if user["secrets"][0]["secret"].is_string() {
        scene.shown("first password of a member", &made);
    }
    let list = scene.send("GET", "/hoist/v1/users", &signed_in, "", &[]);
    let list: Json = serde_json::from_str(&list.body).expect("JSON");
    let colleague = list["items"]
        .as_array()
        .expect("users")
        .iter()
        .find(|user| user["email"] == "colleague@b.example");
    let colleague = colleague.expect("the colleague")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let reset = scene.send(
        "POST",
        &format!("/hoist/v1/users/{colleague}/password"),
        &signed_in,
        "{}",
        &[],
    );
    scene.shown("reset password", &reset);
    // Keys and tokens, made with a key of idempotence, so that the answer is remembered.
    let create = json!({"changes": [{"token": {"create": {"name": "script"}}}]}).to_string();
    let again = [("cookie", cookie.as_str()), ("idempotency-key", "once")];
    let made = scene.send("POST", "/hoist/v1/changes", &again, &create, &[]);
    let token = scene.shown("access token", &made);
    let replayed = scene.send("POST", "/hoist/v1/changes", &again, &create, &[]);
    assert_eq!(replayed.status, 200, "{}", replayed.body);
    let bearer = format!("Bearer {token}");
    let by_token = [("authorization", bearer.as_str())];
    let changes = |changes: Json| json!({"changes": changes}).to_string();
    let path = format!("{PROJECT}/changes");
    let flag = changes(json!([{"flag": {"create": {"key": "shown", "kind": "boolean"}}}]));
    assert_eq!(scene.send("POST", &path, &by_token, &flag, &[]).status, 200);
    for kind in ["server", "client"] {
        let create = changes(json!([{"credential": {"create": {"name": kind, "kind": kind, "environment": "dev"}}}]));
        let made = scene.send("POST", &path, &by_token, &create, &[]);
        let key = if kind == "server" {
            scene.shown("server key", &made)
        } else {
            // Keys for browsers are public, and shown whenever somebody asks.
            let body: Json = serde_json::from_str(&made.body).expect("JSON");
            body["secrets"][0]["secret"].as_str().expect("a key").to_owned()
        };
        evaluate(scene, &key);
    }
    read_everything(scene, &by_token);
}

/// Secrets where the server expects something else.
fn bodies_that_fail(scene: &Scenario<'_>, signed_in: &[(&str, &str)]) {
    let secret = scene.plant("a secret in a body that fails");
    for body in [
        format!("{{\"email\":\"a@b.example\",\"password\":\"{secret}\""),
        format!("{{\"email\":\"a@b.example\",\"password\":[\"{secret}\"]}}"),
        format!("{{\"email\":\"a@b.example\",\"password\":{{\"{secret}\":1}}}}"),
        format!("{{\"email\":7,\"password\":\"{secret}\"}}"),
        format!("{{\"token\":\"{secret}\",\"email\":\"a@b.example\",\"password\":\"{secret}\"}}"),
        format!("{{\"current\":\"{secret}\",\"new\":\"short\"}}"),
        format!("{{\"current\":\"{secret}\",\"new\":\"{secret}\"}}"),
        format!("{secret}{{}}"),
        format!("\"{secret}\""),
    ] {
        for target in ["/hoist/v1/session", "/hoist/v1/setup", "/hoist/v1/session/password"] {
            let answer = scene.send("POST", target, signed_in, &body, &[]);
            assert!((400..500).contains(&answer.status), "{target} {body}: {}", answer.body);
        }
    }
    let number = "735190246813579";
    scene.planted.borrow_mut().note("a password of digits", number);
    for target in ["/hoist/v1/session", "/hoist/v1/setup", "/hoist/v1/session/password"] {
        for body in [
            format!("{{\"email\":\"a@b.example\",\"password\":{number}}}"),
            format!("{{\"current\":{number},\"new\":{number}}}"),
            format!("{{\"token\":{number},\"email\":\"a@b.example\",\"password\":{number}}}"),
            format!("{{\"email\":\"a@b.example\",\"password\":\"{number}\",\"more\":1}}"),
        ] {
            scene.send("POST", target, signed_in, &body, &[]);
        }
    }
    let query = scene.plant("a secret in a query");
    for target in [
        "/hoist/v1/session",
        "/",
        "/setup",
        "/healthz",
        "/hoist/v1/audit",
        "/assets/x.js",
        "/hoist/v1/events",
    ] {
        scene.send("GET", &format!("{target}?token={query}&flags={query}"), &[], "", &[]);
    }
    let setup = json!({"token": query, "email": "x@y.example", "password": query}).to_string();
    assert_eq!(scene.send("POST", "/hoist/v1/setup", &[], &setup, &[]).status, 403);
}

/// What an application sends about people, and the address of its stream.
fn evaluate(scene: &Scenario<'_>, key: &str) {
    let attribute = scene.plant("an attribute");
    let context = json!({"context": {"targetingKey": attribute, "email": attribute, "nested": {"deep": [attribute]}}});
    for (name, value) in [
        ("authorization", format!("Bearer {key}")),
        ("x-api-key", key.to_owned()),
    ] {
        let headers = [(name, value.as_str())];
        let all = scene.send(
            "POST",
            "/ofrep/v1/evaluate/flags",
            &headers,
            &context.to_string(),
            &["address of a stream"],
        );
        let answer: Json = serde_json::from_str(&all.body).expect("JSON");
        let stream = answer["eventStreams"][0]["endpoint"]["requestUri"]
            .as_str()
            .expect("a stream");
        let token = stream.rsplit('/').next().unwrap_or_default().to_owned();
        scene.planted.borrow_mut().note("address of a stream", &token);
        scene.send(
            "POST",
            "/ofrep/v1/evaluate/flags/shown",
            &headers,
            &context.to_string(),
            &[],
        );
        scene.send(
            "POST",
            "/ofrep/v1/evaluate/flags",
            &headers,
            &format!("{{\"context\":\"{attribute}\"}}"),
            &["an attribute"],
        );
        let opened = scene
            .server
            .send(format!("GET {stream} HTTP/1.1\r\nhost: hoist\r\n\r\n").as_bytes());
        drop(opened);
    }
}

/// Every list and document that there is.
fn read_everything(scene: &Scenario<'_>, headers: &[(&str, &str)]) {
    let session = "/hoist/v1/session";
    for target in [
        session,
        "/hoist/v1/users",
        "/hoist/v1/tokens",
        "/hoist/v1/audit",
        "/hoist/v1/roles",
        "/metrics",
        "/readyz",
        "/",
    ] {
        scene.send("GET", target, headers, "", &[]);
    }
    for part in [
        "",
        "/flags",
        "/flags/shown",
        "/credentials",
        "/history",
        "/environments",
        "/segments",
        "/export?format=yaml",
        "/export?format=json",
    ] {
        let answer = scene.send("GET", &format!("{PROJECT}{part}"), headers, "", &[]);
        assert_eq!(answer.status, 200, "{part}: {}", answer.body);
    }
}

/// What lies in the folder of the server, whatever it is called.
fn scan_files(planted: &Planted, folder: &Path, allowed: &[&str]) -> usize {
    let mut scanned = 0;
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            scanned += scan_files(planted, &path, allowed);
        } else if let Ok(bytes) = std::fs::read(&path) {
            scanned += planted.are_not_in(&path.display().to_string(), &bytes, allowed);
        }
    }
    scanned
}

/// Commands that read or copy what there is.
fn run_commands(planted: &Planted, folder: &Path, url: &str) -> usize {
    let mut scanned = 0;
    for arguments in [
        &["backup", "--database", url, "copy.db"][..],
        &["doctor", "--database", url],
        &["audit", "--database", url],
        &["export", "--database", url, "--project", "first"],
        &["config", "check", "--database", url],
        &["migrate", "--database", url],
    ] {
        let output = run(folder, arguments);
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{arguments:?}: {out}{err}");
        scanned += planted.are_not_in(&arguments.join(" "), format!("{out}\n{err}").as_bytes(), &[]);
    }
    scanned
}

/// Everything that PostgreSQL itself writes out of the database; it tells bytes as hexadecimal digits.
fn scan_dump(test: &str, planted: &Planted, url: &str) -> usize {
    let dumped = Command::new("pg_dump").args(["--dbname", url]).output();
    let dump = match dumped {
        Ok(output) => output,
        Err(error) => {
            skip(test, &format!("pg_dump does not start: {error}"));
            return 0;
        }
    };
    let (text, err) = texts(&dump);
    assert!(dump.status.success(), "{err}");
    assert!(text.contains("COPY public.document "), "the dump holds rows");
    let as_bytes = planted.0.iter().map(|(what, secret)| {
        let digits: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        (format!("{what}, as bytes,"), digits)
    });
    Planted(as_bytes.collect()).are_not_in("the dump", &dump.stdout, &[]);
    planted.are_not_in("the dump", &dump.stdout, &[])
}

#[expect(clippy::print_stderr, reason = "figures are for whoever runs the long form")]
fn report(name: &str, scanned: usize, planted: &Planted) {
    let secrets = planted.0.len();
    eprintln!("torture: canaries database={name} planted={secrets} scanned_bytes={scanned} found=0");
}

#[test]
fn no_secret_is_found_where_none_belongs() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut planted = Planted::default();
    let password = planted.make("first password");
    for level in ["debug", "trace"] {
        let variables = [
            ADMIN[0],
            ("HOIST_ADMIN_PASSWORD", password.as_str()),
            ("HOIST_LOG__LEVEL", level),
            ("HOIST_LOG__REQUESTS", "all"),
        ];
        let home = folder.path().join(level);
        std::fs::create_dir(&home).expect("a folder");
        let server = Server::start(&home, &[], &variables);
        let scene = Scenario {
            server: &server,
            planted: RefCell::new(planted),
            scanned: RefCell::new(0),
        };
        act(&scene, &password);
        let mut scanned = scene.scanned.into_inner();
        planted = scene.planted.into_inner();
        scanned += run_commands(&planted, &home, "sqlite://data/control.db");
        assert!(server.log().len() > 20, "the log tells something at {level}");
        // While it runs, the newest lies in the journal; afterwards in the file.
        scanned += scan_files(&planted, &home, &[]);
        server.signal("TERM");
        assert_eq!(server.end(), Some(0));
        scanned += scan_files(&planted, &home, &[]);
        assert!(scanned > 100_000, "only {scanned} bytes were looked at");
        report(&format!("sqlite_{level}"), scanned, &planted);
    }
}

/// The token that sets an instance up stands in one line of the log, for whoever operates it, and nowhere else.
#[test]
fn the_token_of_the_first_run_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let variables = [("HOIST_LOG__LEVEL", "trace"), ("HOIST_LOG__REQUESTS", "all")];
    let mut server = Server::start(folder.path(), &[], &variables);
    let line = server.wait_for_line("nobody has set this instance up; open the link to do so");
    let link = line["link"].as_str().expect("a link").to_owned();
    let token = link.split("token=").nth(1).expect("a token").to_owned();
    let mut planted = Planted::default();
    planted.note("token of the first run", &token);
    let scene = Scenario {
        server: &server,
        planted: RefCell::new(planted),
        scanned: RefCell::new(0),
    };
    let password = scene.plant("password of the first run");
    scene.send(
        "GET",
        &format!("/setup?token={token}"),
        &[("accept", "text/html")],
        "",
        &[],
    );
    scene.send("GET", "/hoist/v1/setup", &[], "", &[]);
    let weak = json!({"token": token, "email": EMAIL, "password": "short"}).to_string();
    assert_eq!(scene.send("POST", "/hoist/v1/setup", &[], &weak, &[]).status, 422);
    let owner = json!({"token": token, "email": EMAIL, "password": password}).to_string();
    assert_eq!(scene.send("POST", "/hoist/v1/setup", &[], &owner, &[]).status, 201);
    assert_eq!(scene.send("POST", "/hoist/v1/setup", &[], &owner, &[]).status, 403);
    let planted = scene.planted.into_inner();
    let log = std::fs::read_to_string(folder.path().join("log")).expect("a log");
    let told: Vec<&str> = log.lines().filter(|line| line.contains(&token)).collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    let rest: String = log.lines().filter(|line| !line.contains(&link)).collect();
    planted.are_not_in("the log", rest.as_bytes(), &[]);
    scan_files(&planted, &folder.path().join("data"), &[]);
}

/// The password of a database is part of its URL, which every message about the database would like to name.
#[test]
fn the_password_of_the_database_is_not_told() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let test = "hostile::canaries::the_password_of_the_database_is_not_told";
    let mut planted = Planted::default();
    let secret = planted.make("password of the database");
    let folder = tempfile::tempdir().expect("a folder");
    // Nobody answers, no such scheme, no such host, no such parameter: each is complained about.
    for url in [
        format!("postgres://hoist:{secret}@127.0.0.1:1/none"),
        format!("postgresql://hoist:{secret}@no-such-host.invalid/none?connect_timeout=1"),
        format!("mysql://hoist:{secret}@127.0.0.1/none"),
        format!("postgres://hoist:{secret}@127.0.0.1:99999/none"),
        format!("postgres://hoist:{secret}@[::1/none?sslmode=maybe"),
        format!("postgres://127.0.0.1:1/none?password={secret}&sslmode=strange"),
        format!("sqlite://{secret}/../no/such/folder/x.db?mode=odd"),
    ] {
        let is_path = url.starts_with("sqlite");
        for arguments in [
            &["serve", "--listen", "127.0.0.1:0"][..],
            &["doctor"],
            &["config", "check"],
            &["migrate"],
        ] {
            let mut command = crate::hoist::hoist(folder.path(), arguments);
            command
                .env("HOIST_DATABASE__URL", &url)
                .env("HOIST_LOG__LEVEL", "trace");
            let (out, err) = texts(&command.output().expect("it starts"));
            let allowed = if is_path {
                &["password of the database"][..]
            } else {
                &[]
            };
            planted.are_not_in(
                &format!("{arguments:?} with {url}"),
                format!("{out}\n{err}").as_bytes(),
                allowed,
            );
        }
    }
    let Some(database) = runtime.block_on(Database::create(test, "canaries")) else {
        return;
    };
    let (scheme, rest) = database.url.split_once("://").expect("a URL");
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let user = rest
        .split_once('@')
        .map_or("postgres", |(user, _)| user.split(':').next().unwrap_or_default());
    // The test's server trusts everybody: any password does.
    let url = format!("{scheme}://{user}:{secret}@{host}");
    let password = planted.make("first password");
    let variables = [
        ADMIN[0],
        ("HOIST_ADMIN_PASSWORD", password.as_str()),
        ("HOIST_DATABASE__URL", url.as_str()),
        ("HOIST_LOG__LEVEL", "trace"),
        ("HOIST_LOG__REQUESTS", "all"),
    ];
    let server = Server::start(folder.path(), &[], &variables);
    let scene = Scenario {
        server: &server,
        planted: RefCell::new(planted),
        scanned: RefCell::new(0),
    };
    act(&scene, &password);
    let (mut scanned, planted) = (scene.scanned.into_inner(), scene.planted.into_inner());
    scanned += run_commands(&planted, folder.path(), &url);
    scanned += scan_dump(test, &planted, &database.url);
    drop(server);
    scanned += scan_files(&planted, folder.path(), &[]);
    report("postgres_trace", scanned, &planted);
    runtime.block_on(database.remove());
}
