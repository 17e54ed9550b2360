//! A change is on the disk before anybody hears of its success.

use std::process::Command;

use serde_json::json;

use super::client::{Client, token_of};
use super::{ADMIN, trace};
use crate::hoist::{Server, wait};
use crate::skip::skip;

/// What is traced; receiving too, so that one file tells the whole order.
const CALLS: &str = "trace=fdatasync,fsync,write,writev,sendto,sendmsg,read,readv,recvfrom,recvmsg";
/// How a change begins. Of a connection's first request the server takes 24 bytes to begin with.
const REQUEST: &str = "\"POST /hoist/v1/organizat";
const CHANGES: usize = 20;

#[test]
fn a_change_is_answered_after_it_is_synced() {
    let folder = tempfile::tempdir().expect("a folder");
    if let Err(reason) = can_trace() {
        return skip("durability::synced::a_change_is_answered_after_it_is_synced", &reason);
    }
    let file = folder.path().join("trace");
    let server = Server::start_traced(folder.path(), &["-s", "96", "-e", CALLS], &file, &ADMIN);
    let token = token_of(&server);
    let mut client = Client::new(server.address, &token);
    for n in 0..CHANGES {
        let change = if n % 2 == 0 {
            json!([{ "flag": { "create": { "key": format!("f{n}"), "kind": "boolean" } } }])
        } else {
            let patch = json!({ "description": "edited" });
            json!([{ "flag": { "edit": { "flag": format!("f{}", n - 1), "patch": patch } } }])
        };
        client.must_change(&change, "");
    }
    drop(server);
    let text = wait(|| {
        let text = std::fs::read_to_string(&file).ok()?;
        text.ends_with("+++ killed by SIGKILL +++\n").then_some(text)
    });
    let (acknowledged, problems) = trace::judge(&text, REQUEST, "/data/control.db-wal>");
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(acknowledged, CHANGES);
    eprintln!("torture: synced changes={acknowledged} unsynced=0");
}

/// Whether there is a tracer, and it may trace.
pub(super) fn can_trace() -> Result<(), String> {
    let tried = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    let output = tried.map_err(|error| format!("strace does not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("strace cannot trace here: {}", said.trim()))
}
