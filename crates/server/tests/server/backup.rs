//! The drill: a server under writes is backed up, goes on, and is restored elsewhere.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

use crate::durability::client::{Client, secret, token_of};
use crate::durability::{ADMIN, PROJECT, number};
use crate::hoist::{Server, run, texts, wait};

fn create(key: &str) -> Json {
    json!([{"flag": {"create": {"key": key, "kind": "boolean"}}}])
}

/// What an application gets for some people, and the tag of one of the answers.
fn answers(server: &Server, key: &str) -> (Vec<Json>, String) {
    let mut client = Client::with_header(server.address, format!("authorization: Bearer {key}"));
    let bulk = |client: &mut Client, who: usize| {
        let body = json!({"context": {"targetingKey": format!("user-{who}"), "plan": if who.is_multiple_of(2) { "beta" } else { "none" }}});
        let (status, answer) = client
            .ask("POST", "/ofrep/v1/evaluate/flags", Some(&body))
            .expect("an answer");
        assert_eq!(status, 200, "{answer}");
        answer
    };
    let all: Vec<Json> = (0..40).map(|who| bulk(&mut client, who)).collect();
    let body = json!({"context": {"targetingKey": "user-1"}});
    let text = body.to_string();
    let request = format!(
        "POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nhost: hoist\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    );
    let answer = crate::hoist::Answer::read(server.send(request.as_bytes()));
    (all, answer.header("etag").to_owned())
}

fn furnish(client: &mut Client) -> String {
    client.must_change(
        &json!([
            {"segment": {"create": {"key": "crew", "members": ["user-3", "user-5"]}}},
            {"flag": {"create": {"key": "beam", "kind": "boolean"}}},
            {"config": {"edit": {"flag": "beam", "environment": "prod", "patch": {"enabled": true, "rules": [
                {"condition": {"segment": "crew"}, "serve": {"serve": {"variant": "on"}}},
                {"condition": {"test": {"attribute": "plan", "op": "equals", "values": ["beta"]}},
                 "serve": {"serve": {"split": {"arms": [{"variant": "on", "weight": 1}, {"variant": "off", "weight": 1}]}}}}],
                "default": {"serve": {"variant": "off"}}}}}},
        ]),
        "furniture",
    );
    let key = json!([{"credential": {"create": {"name": "drill", "kind": "server", "environment": "prod"}}}]);
    secret(&client.must_change(&key, "a key").1)
}

/// `HOIST_BACKUPS` sets another number than one.
#[test]
fn a_backup_of_a_busy_server_is_restored_elsewhere() {
    let drills = number("HOIST_BACKUPS", 1);
    for _ in 0..drills {
        drill();
    }
    eprintln!("torture: backups drills={drills} wrong=0");
}

fn drill() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &ADMIN);
    let token = token_of(&server);
    let mut client = Client::new(server.address, &token);
    let key = furnish(&mut client);
    let golden = answers(&server, &key);

    let (acknowledged, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
    let writer = {
        let (acknowledged, stop, address, token) = (
            Arc::clone(&acknowledged),
            Arc::clone(&stop),
            server.address,
            token.clone(),
        );
        std::thread::spawn(move || {
            let mut client = Client::new(address, &token);
            for n in 0.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let key = format!("busy-{n}");
                client.must_change(&create(&key), &key);
                acknowledged.lock().expect("the list").push(key);
            }
        })
    };
    wait(|| (acknowledged.lock().expect("the list").len() >= 20).then_some(()));
    let before: Vec<String> = acknowledged.lock().expect("the list").clone();
    let made = run(folder.path(), &["backup", "copy.db", "--json"]);
    let (out, err) = texts(&made);
    assert!(made.status.success(), "{err}");
    let told: Json = serde_json::from_str(&out).expect("an object");
    let count = acknowledged.lock().expect("the list").len();
    wait(|| (acknowledged.lock().expect("the list").len() > count + 5).then_some(()));
    stop.store(true, Ordering::Relaxed);
    writer.join().expect("the writer");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join("copy.db"))
            .expect("the file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = run(folder.path(), &["backup", "copy.db"]);
    assert!(texts(&again).1.contains("is there already"), "{again:?}");

    let elsewhere = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("copy.db").display().to_string();
    let restored = run(elsewhere.path(), &["restore", &file, "--json"]);
    let (out, err) = texts(&restored);
    assert!(restored.status.success(), "{err}");
    let report: Json = serde_json::from_str(&out).expect("an object");
    assert_eq!(report["new"]["revision"], told["revision"]);
    assert_eq!(report["old"]["revision"], 0);
    assert_ne!(report["new"]["epoch"], told["epoch"]);

    let copy = Server::start(elsewhere.path(), &[], &[]);
    let mut there = Client::new(copy.address, &token);
    let flags: Vec<String> = there
        .flags()
        .iter()
        .map(|flag| flag["key"].as_str().expect("a key").to_owned())
        .collect();
    for key in &before {
        assert!(flags.contains(key), "{key} was acknowledged before the backup began");
    }
    // The same flags as the golden answers had: those made meanwhile are off and stand beside them.
    let now = answers(&copy, &key);
    let beam = |all: &[Json]| -> Vec<Json> {
        let find = |one: &Json| {
            one["flags"]
                .as_array()
                .expect("flags")
                .iter()
                .find(|flag| flag["key"] == "beam")
                .cloned()
        };
        all.iter().map(|one| find(one).expect("beam")).collect()
    };
    let values: Vec<(Json, Json)> = beam(&golden.0)
        .iter()
        .map(|one| (one["value"].clone(), one["variant"].clone()))
        .collect();
    assert!(
        values.contains(&(json!(true), json!("on"))) && values.contains(&(json!(false), json!("off"))),
        "{values:?}"
    );
    assert_eq!(
        beam(&now.0)
            .iter()
            .map(|one| (one["value"].clone(), one["variant"].clone()))
            .collect::<Vec<_>>(),
        values
    );
    // It goes on from there.
    there.must_change(&create("after"), "after");
    assert!(there.flags().iter().any(|flag| flag["key"] == "after"));
}

/// The same configuration at the same revision, and yet another tag: an old answer is never taken for a current one.
#[test]
fn a_restore_in_place_changes_every_tag() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &ADMIN);
    let mut client = Client::new(server.address, &token_of(&server));
    let key = furnish(&mut client);
    let (golden, tag) = answers(&server, &key);
    assert!(run(folder.path(), &["backup", "copy.db"]).status.success());
    drop(server);
    let refused = run(folder.path(), &["restore", "copy.db"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(texts(&refused).1.contains("--replace throws them away"), "{refused:?}");
    let done = run(folder.path(), &["restore", "copy.db", "--replace"]);
    let (out, err) = texts(&done);
    assert!(done.status.success(), "{err}");
    assert!(out.contains("revision ") && out.contains("epoch "), "{out}");
    let server = Server::start(folder.path(), &[], &[]);
    let (now, other) = answers(&server, &key);
    assert_eq!(now, golden);
    assert!(!tag.is_empty() && tag != other, "{tag} {other}");
}

/// Going on would write what was planned on one history into another.
#[test]
fn a_server_that_runs_through_a_restore_writes_nothing_more_and_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path(), &[], &ADMIN);
    let token = token_of(&server);
    let mut client = Client::new(server.address, &token);
    furnish(&mut client);
    assert!(run(folder.path(), &["backup", "copy.db"]).status.success());
    client.must_change(&create("later"), "later");
    let done = run(folder.path(), &["restore", "copy.db", "--replace"]);
    assert!(done.status.success(), "{done:?}");
    // The follower may have been quicker, and nobody is there any more.
    let body = json!({ "changes": create("too-late") });
    if let Ok((status, answer)) = client.ask("POST", &format!("{PROJECT}/changes"), Some(&body)) {
        assert_eq!(status, 503, "{answer}");
    }
    wait(|| (!server.is_alive()).then_some(()));
    assert_eq!(server.end(), Some(1));
    let server = Server::start(folder.path(), &[], &[]);
    let mut client = Client::new(server.address, &token);
    let keys: Vec<Json> = client.flags().iter().map(|flag| flag["key"].clone()).collect();
    assert_eq!(keys, ["beam"]);
    client.must_change(&create("after"), "after");
}

fn tamper(file: &Path, sql: &'static str) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        use sqlx::Connection as _;
        let url = format!("sqlite://{}", file.display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("it opens");
        let done = sqlx::query(sql).execute(&mut connection).await.expect("it runs");
        assert!(done.rows_affected() > 0);
        connection.close().await.expect("closed");
    });
}

#[test]
fn a_damaged_backup_is_refused_before_anything_is_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &ADMIN);
    let mut client = Client::new(server.address, &token_of(&server));
    furnish(&mut client);
    for (sql, told) in [
        (
            "UPDATE document SET body = REPLACE(body, 'beam', 'boom') WHERE key = 'beam'",
            "checksum does not match",
        ),
        (
            "UPDATE member SET subject = 'user-4' WHERE subject = 'user-3'",
            "checksum does not match",
        ),
        (
            "UPDATE change SET body = body || ' ' WHERE revision = 2",
            "change 2: checksum does not match",
        ),
        (
            "DELETE FROM change WHERE revision = 2",
            "change 2: the entry is missing",
        ),
    ] {
        assert!(
            run(folder.path(), &["backup", "copy.db", "--overwrite"])
                .status
                .success()
        );
        tamper(&folder.path().join("copy.db"), sql);
        let refused = run(
            folder.path(),
            &["restore", "copy.db", "--database", "sqlite://other.db"],
        );
        let (_, err) = texts(&refused);
        assert_eq!(refused.status.code(), Some(1), "{sql}: {err}");
        assert!(err.contains(told), "{sql}: {err}");
        assert!(!folder.path().join("other.db").exists());
    }
    std::fs::write(folder.path().join("text.db"), "no database at all").expect("a file");
    let refused = run(
        folder.path(),
        &["restore", "text.db", "--database", "sqlite://other.db"],
    );
    assert!(texts(&refused).1.contains("this is no backup of Hoist"), "{refused:?}");
}
