//! A policy that wants approval: every surface says that the change waits, and nothing changes.

use serde_json::{Value as Json, json};

use crate::durability::client::{Client, token_of};
use crate::durability::{ADMIN, PROJECT};
use crate::hoist::Server;

fn ask(client: &mut Client, method: &str, path: &str, body: &Json) -> (u16, Json) {
    client
        .ask(method, &format!("{PROJECT}{path}"), Some(body))
        .expect("an answer")
}

#[test]
fn a_change_waits_for_approval_and_a_kill_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--test-policy", "propose"], &ADMIN);
    let mut client = Client::new(server.address, &token_of(&server));
    let segment = json!({"changes": [{"segment": {"create": {"key": "fleet"}}}]});
    let (status, applied) = ask(&mut client, "POST", "/changes", &segment);
    assert_eq!(
        (status, &applied["outcome"]),
        (200, &json!("applied")),
        "touches no environment"
    );
    let before = client.get("/readyz")["revision"].clone();

    let create = json!({"flag": {"create": {"key": "beam", "kind": "boolean"}}});
    let switch = json!({"config": {"switch": {"flag": "beam", "environment": "dev", "on": true}}});
    let both = json!({"changes": [create, switch]});
    let dry = json!({"changes": both["changes"], "dry_run": true});
    let (status, planned) = ask(&mut client, "POST", "/changes", &dry);
    assert_eq!((status, &planned["outcome"]), (200, &json!("planned")));
    assert_eq!(planned["plan"]["outcome"], "propose");
    let (status, proposed) = ask(&mut client, "POST", "/changes", &both);
    assert_eq!((status, &proposed["outcome"]), (202, &json!("proposed")));
    assert_eq!(proposed["plan"]["outcome"], "propose");
    assert!(proposed.get("change").is_none(), "nothing is in the log: {proposed}");
    assert_eq!(proposed["revision"], before);
    let file = json!({"flags": {"horn": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"}}});
    let (status, imported) = ask(&mut client, "POST", "/import?from=flagd&environment=dev", &file);
    assert_eq!((status, &imported["outcome"]), (202, &json!("proposed")));
    assert_eq!(imported["created"], json!(["horn"]));
    assert_eq!(client.get(&format!("{PROJECT}/flags"))["total"], 0);
    assert_eq!(client.get("/readyz")["revision"], before);

    // The flag comes into being under another policy.
    drop(server);
    let server = Server::start(folder.path(), &[], &[]);
    let mut client = Client::new(server.address, &token_of(&server));
    client.must_change(&json!([create]), "");
    drop(server);
    let server = Server::start(folder.path(), &["--test-policy", "propose"], &[]);
    let mut client = Client::new(server.address, &token_of(&server));
    let path = "/flags/beam/environments/dev";
    let (status, switched) = ask(&mut client, "POST", &format!("{path}/switch"), &json!({"on": true}));
    assert_eq!((status, &switched["outcome"]), (202, &json!("proposed")));
    let (status, killed) = ask(&mut client, "POST", &format!("{path}/kill"), &json!({"reason": "fog"}));
    assert_eq!((status, &killed["outcome"]), (200, &json!("applied")), "{killed}");
}
