//! A row of the log that is not what was written: its page of the history still answers.

use serde_json::{Value as Json, json};

use crate::durability::client::{Client, token_of};
use crate::durability::{ADMIN, PROJECT};
use crate::hoist::{Server, wait};

/// Changes the database behind the server's back.
fn tamper(file: &std::path::Path, sql: &'static str, revision: u64) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let changed = runtime.block_on(async {
        use sqlx::Connection as _;
        let url = format!("sqlite://{}", file.display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("the database opens");
        let revision = i64::try_from(revision).expect("a number");
        let done = sqlx::query(sql).bind(revision).execute(&mut connection).await;
        connection.close().await.expect("closed");
        done.expect("changed").rows_affected()
    });
    assert_eq!(changed, 1);
}

#[test]
fn a_damaged_entry_is_marked_and_hides_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &ADMIN);
    let token = token_of(&server);
    let mut client = Client::new(server.address, &token);
    let create = |key: &str| json!([{"flag": {"create": {"key": key, "kind": "boolean"}}}]);
    let revisions = ["a", "b", "c"].map(|key| client.must_change(&create(key), key).0);
    drop(server);
    let file = folder.path().join("data/control.db");
    tamper(
        &file,
        "UPDATE change SET body = REPLACE(body, 'Creates', 'Created') WHERE revision = $1",
        revisions[1],
    );
    let server = Server::start(folder.path(), &[], &[]);
    let mut client = Client::new(server.address, &token);
    for path in [
        format!("{PROJECT}/history?limit=3"),
        "/hoist/v1/organizations/default/audit?limit=3".to_owned(),
        "/hoist/v1/audit?limit=3".to_owned(),
    ] {
        let page = client.get(&path);
        let items = page["items"].as_array().expect("items");
        let told: Vec<(&Json, &Json)> = items.iter().map(|item| (&item["revision"], &item["damaged"])).collect();
        let [a, b, c] = revisions.map(Json::from);
        assert_eq!(
            told,
            [(&c, &Json::Null), (&b, &json!(true)), (&a, &Json::Null)],
            "{path}"
        );
        assert_eq!(items[1]["summary"], format!("damaged entry {}", revisions[1]));
        assert_eq!(
            (&items[1]["project"], &items[1]["actor"]["kind"]),
            (&json!("first"), &json!("unknown"))
        );
        assert!(
            items[1]["at"].as_str().is_some_and(|at| at.starts_with("20")),
            "{}",
            items[1]
        );
    }
    let logged = server
        .log()
        .into_iter()
        .find(|line| line["message"] == "a row of the log is damaged");
    let line = logged.expect("a line in the log");
    assert_eq!(line["level"], "ERROR");
    assert!(line.to_string().contains(&revisions[1].to_string()), "{line}");
    let path = format!("{PROJECT}/history/{}", revisions[1]);
    let (status, problem) = client.ask("GET", &path, None).expect("an answer");
    assert_eq!((status, &problem["code"]), (500, &json!("damaged")), "{problem}");
    // The others can still be read, and changes go on.
    client.get(&format!("{PROJECT}/history/{}", revisions[2]));
    client.must_change(&create("d"), "d");
}

/// An entry of another node that cannot be read: what it led to is taken from the documents, and the node goes on.
#[test]
fn an_entry_that_cannot_be_followed_stops_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &ADMIN);
    let token = token_of(&server);
    let mut client = Client::new(server.address, &token);
    let create = |key: &str| json!([{"flag": {"create": {"key": key, "kind": "boolean"}}}]);
    let known = client.must_change(&create("a"), "a").0;
    let file = folder.path().join("data/control.db");
    let insert = "INSERT INTO change SELECT revision + 1, change_id || 'x', at, actor_kind, actor_id, token_id, project, \
         summary, note, 'not what was written', checksum FROM change WHERE revision = $1";
    tamper(&file, insert, known);
    tamper(
        &file,
        "UPDATE head SET revision = revision + 1 WHERE revision = $1",
        known,
    );
    // By the follower, which looks once a second, or by the writer, whoever is first.
    let next = client.must_change(&create("b"), "b").0;
    assert_eq!(next, known + 2, "the number is taken");
    let ready: Json = wait(|| {
        let answer = server.get("/readyz", &[]);
        let is_ready = answer.status == 200;
        is_ready.then(|| serde_json::from_str(&answer.body).expect("JSON"))
    });
    assert_eq!((&ready["status"], &ready["revision"]), (&json!("ready"), &json!(next)));
    let message = "an entry of the log cannot be read; all documents are read anew";
    let logged = server.log().into_iter().find(|line| line["message"] == message);
    assert_eq!(logged.expect("a line in the log")["level"], "ERROR");
    let path = format!("{PROJECT}/history/{}/undo", known + 1);
    let (status, problem) = client.ask("POST", &path, None).expect("an answer");
    assert_eq!((status, &problem["code"]), (500, &json!("damaged")), "{problem}");
    let path = format!("{PROJECT}/history/{known}/undo?dry_run=true");
    let (status, problem) = client.ask("POST", &path, None).expect("an answer");
    assert_eq!((status, &problem["code"]), (500, &json!("damaged")), "{problem}");
    client.must_change(&create("c"), "c");
}
