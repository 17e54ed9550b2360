//! `hoist doctor`, `hoist audit` and `hoist token` against real databases and servers.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::durability::client::{Client, token_of};
use crate::durability::{ADMIN, EMAIL};
use crate::hoist::{Server, hoist, run, texts};

fn create(key: &str) -> Json {
    json!([{"flag": {"create": {"key": key, "kind": "boolean"}}}])
}

/// A folder with a database in which there are two flags.
fn furnished() -> (tempfile::TempDir, Server, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &ADMIN);
    let token = token_of(&server);
    let mut client = Client::new(server.address, &token);
    client.must_change(&create("beam"), "the first");
    client.must_change(&create("horn"), "the second");
    (folder, server, token)
}

fn tamper(folder: &Path, sql: &'static str) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        use sqlx::Connection as _;
        let url = format!("sqlite://{}", folder.join("data/control.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("it opens");
        let done = sqlx::query(sql).execute(&mut connection).await.expect("it runs");
        assert!(done.rows_affected() > 0);
        connection.close().await.expect("closed");
    });
}

fn findings(folder: &Path, code: i32) -> Vec<(String, String, String)> {
    let output = run(folder, &["doctor", "--json"]);
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    let report: Json = serde_json::from_str(&out).expect("an object");
    let text = |item: &Json, name: &str| item[name].as_str().expect("a text").to_owned();
    let items = report["findings"].as_array().expect("findings").iter();
    items
        .map(|item| (text(item, "check"), text(item, "grade"), text(item, "text")))
        .collect()
}

fn grade_of(findings: &[(String, String, String)], check: &str) -> (String, String) {
    let found = findings.iter().find(|(name, ..)| name == check);
    let (_, grade, text) = found.unwrap_or_else(|| panic!("no {check} in {findings:?}"));
    (grade.clone(), text.clone())
}

#[test]
fn the_doctor_finds_nothing_where_nothing_is_wrong() {
    let (folder, _server, _) = furnished();
    let found = findings(folder.path(), 0);
    for check in [
        "configuration",
        "safety",
        "database",
        "schema",
        "file",
        "checksums",
        "references",
        "rules",
        "clock",
    ] {
        assert_eq!(grade_of(&found, check).0, "ok", "{found:?}");
    }
    let people = texts(&run(folder.path(), &["doctor"])).0;
    assert!(
        people
            .lines()
            .all(|line| line.starts_with("ok ") || line.contains("disk")),
        "{people}"
    );
}

#[test]
fn the_doctor_names_what_is_damaged() {
    let (folder, server, _) = furnished();
    drop(server);
    let export = || run(folder.path(), &["export"]);
    let whole = export();
    tamper(
        folder.path(),
        "UPDATE document SET body = REPLACE(body, 'beam', 'boom') WHERE kind = 'flag' AND key = 'beam'",
    );
    tamper(
        folder.path(),
        "UPDATE change SET at = at + 1, body = body || ' ' WHERE revision = 2",
    );
    let (grade, text) = grade_of(&findings(folder.path(), 1), "checksums");
    assert_eq!(grade, "wrong");
    assert!(
        text.contains("document ") && text.contains("change 2: checksum does not match"),
        "{text}"
    );
    // The log stands in for the row ...
    assert!(text.contains("what the log says is used"), "{text}");
    assert_eq!(export(), whole);
    // ... until it has lost it, too: then nothing is exported.
    tamper(folder.path(), "UPDATE change SET body = body || ' '");
    let refused = export();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        texts(&refused).1.contains("the project would be without them"),
        "{refused:?}"
    );
}

#[test]
fn the_doctor_knows_unsafe_settings_newer_schemas_and_wrong_configurations() {
    let (folder, server, _) = furnished();
    drop(server);
    std::fs::write(
        folder.path().join("hoist.toml"),
        "[listen]\naddress = \"0.0.0.0:8080\"\n",
    )
    .expect("written");
    let (grade, text) = grade_of(&findings(folder.path(), 0), "safety");
    assert_eq!(grade, "warning");
    assert!(text.contains("0.0.0.0:8080"), "{text}");
    tamper(folder.path(), "UPDATE head SET min_writer = 99");
    assert_eq!(grade_of(&findings(folder.path(), 1), "schema").0, "wrong");
    std::fs::write(folder.path().join("hoist.toml"), "[listen]\nadress = 1\n").expect("written");
    let (grade, text) = grade_of(&findings(folder.path(), 1), "configuration");
    assert_eq!(grade, "wrong");
    assert!(text.contains("listen.address"), "{text}");
}

fn audit(folder: &Path, more: &[&str]) -> Vec<Json> {
    let output = run(folder, &[&["audit", "--json"], more].concat());
    let (out, err) = texts(&output);
    assert!(output.status.success(), "{err}");
    out.lines()
        .map(|line| serde_json::from_str(line).expect("an object per line"))
        .collect()
}

#[test]
fn the_audit_is_read_by_actor_project_flag_and_time() {
    let (folder, _server, _) = furnished();
    let all = audit(folder.path(), &[]);
    assert!(all.len() > 4, "{all:?}");
    let notes = |list: &[Json]| -> Vec<String> {
        list.iter()
            .map(|one| one["note"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(notes(&audit(folder.path(), &["--flag", "beam"])), ["the first"]);
    assert_eq!(
        notes(&audit(folder.path(), &["--project", "first", "--limit", "2"])),
        ["the second", "the first"]
    );
    assert_eq!(
        notes(&audit(folder.path(), &["--actor", EMAIL, "--limit", "1"])),
        ["the second"]
    );
    assert_eq!(
        audit(folder.path(), &["--since", "2999-01-01T00:00:00Z"]),
        Vec::<Json>::new()
    );
    let people = texts(&run(folder.path(), &["audit", "--flag", "horn"])).0;
    assert!(
        people.contains("Creates flag horn") && people.ends_with("(the second)\n"),
        "{people}"
    );
    assert_eq!(run(folder.path(), &["audit", "--flag", "none"]).status.code(), Some(2));
}

#[test]
fn tokens_are_made_used_listed_and_revoked() {
    let (folder, server, token) = furnished();
    let url = format!("http://{}", server.address);
    for place in [vec!["--user", EMAIL], vec!["--url", &url]] {
        let told = |arguments: &[&str]| {
            let mut command = hoist(folder.path(), &[&["token"], arguments, &place].concat());
            let output = command.env("HOIST_TOKEN", &token).output().expect("it runs");
            let (out, err) = texts(&output);
            assert!(output.status.success(), "{arguments:?} {place:?}: {err}");
            (out, err)
        };
        let made: Json = serde_json::from_str(&told(&["create", "pipeline", "--json"]).0).expect("an object");
        let (id, secret) = (
            made["id"].as_str().expect("an id"),
            made["secret"].as_str().expect("a secret"),
        );
        let asks = |status: u16| {
            let header = format!("Bearer {secret}");
            crate::hoist::wait(|| {
                let answer = server.get("/hoist/v1/session", &[("authorization", &header)]);
                (answer.status == status).then_some(())
            });
        };
        asks(200);
        assert!(
            told(&["list"])
                .0
                .lines()
                .any(|line| line.starts_with(id) && line.ends_with("works"))
        );
        assert!(!told(&["list", "--json"]).0.contains(secret));
        told(&["revoke", id]);
        asks(401);
        assert!(
            told(&["list"])
                .0
                .lines()
                .any(|line| line.starts_with(id) && line.contains("revoked "))
        );
    }
}
