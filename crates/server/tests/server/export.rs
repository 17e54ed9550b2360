//! `hoist export` and `hoist import hoist`: a project moves from one real server to another without loss.

use serde_json::{Value as Json, json};

use crate::durability::ADMIN;
use crate::durability::client::{Client, token_of};
use crate::hoist::{Server, hoist, texts};

struct House {
    folder: tempfile::TempDir,
    server: Server,
    token: String,
}

impl House {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(folder.path(), &[], &ADMIN);
        let token = token_of(&server);
        Self { folder, server, token }
    }

    /// A command that asks the server; what it said.
    #[track_caller]
    fn asked(&self, arguments: &[&str]) -> (String, String) {
        let url = format!("http://{}", self.server.address);
        let arguments = [arguments, &["--url", &url]].concat();
        self.told(&arguments, 0)
    }

    /// A command in the server's folder.
    #[track_caller]
    fn told(&self, arguments: &[&str], code: i32) -> (String, String) {
        let mut command = hoist(self.folder.path(), arguments);
        let output = command.env("HOIST_TOKEN", &self.token).output().expect("it runs");
        let (out, err) = texts(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {out}{err}");
        (out, err)
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

fn furnish(house: &House) {
    let mut client = Client::new(house.server.address, &house.token);
    let flag = |key: &str| {
        json!({"flag": {"create": {"key": key, "kind": "boolean", "tags": ["no", "1.0", "ö"], "owner": "~",
        "metadata": {"whole": 1, "float": 1.0, "text": "1.0"}}}})
    };
    let on = json!({"serve": {"variant": "on"}});
    let split =
        json!({"serve": {"split": {"arms": [{"variant": "on", "weight": 1}, {"variant": "off", "weight": 2}]}}});
    client.must_change(
        &json!([
            flag("gone"), flag("beam"), flag("amber"), flag("old"),
            {"segment": {"create": {"key": "crew", "members": ["zoe", "adam", "no", "Ö"]}}},
            {"config": {"edit": {"flag": "beam", "environment": "prod", "patch": {"enabled": true,
                "rules": [{"name": "the crew", "condition": {"segment": "crew"}, "serve": split}]}}}},
            {"config": {"override": {"flag": "amber", "environment": "dev", "patch": {"subjects": [{"serve": on, "subjects": ["u"]}]}}}},
            {"config": {"kill": {"flag": "amber", "environments": ["prod"], "reason": "yes"}}},
            {"flag": {"archive": {"flag": "old"}}},
            {"flag": {"archive": {"flag": "gone"}}}, {"flag": {"delete": {"flag": "gone"}}},
        ]),
        "furniture",
    );
}

#[test]
fn a_project_moves_between_servers_byte_for_byte() {
    let (from, to) = (House::start(), House::start());
    furnish(&from);
    let (json, _) = from.asked(&["export"]);
    // The database itself says the same, while the server runs.
    assert_eq!(from.told(&["export"], 0).0, json);
    let yaml = from.path("project.yaml");
    let (_, told) = from.asked(&["export", "--out", &yaml]);
    assert!(told.starts_with("exported default/first to "), "{told}");
    assert_eq!(
        from.told(&["export", "--format", "yaml"], 0).0,
        std::fs::read_to_string(&yaml).expect("the file")
    );

    let (checked, _) = to.told(&["import", "hoist", &yaml], 0);
    assert!(
        checked.contains("project first with 3 flags in 3 environments and 1 segment; 0 problems"),
        "{checked}"
    );
    let moving = ["import", "hoist", &yaml, "--new-project", "--project", "moved"];
    let (plan, _) = to.asked(&[&moving[..], &["--dry-run"]].concat());
    assert!(
        plan.contains("Creates project moved") && plan.contains("Creates flag old, archived"),
        "{plan}"
    );
    to.asked(&[&moving[..], &["--yes"]].concat());
    let (back, _) = to.asked(&["export", "--project", "moved"]);
    assert_eq!(back.replace("\"project\": \"moved\"", "\"project\": \"first\""), json);

    // Over the project of the same name it becomes that project; a second time there is nothing to do.
    let over = ["import", "hoist", &yaml, "--project", "first", "--yes"];
    to.asked(&over);
    assert_eq!(to.asked(&["export", "--project", "first"]).0, json);
    assert!(to.asked(&over).0.contains("nothing to change"));
}

/// A project is evaluated and exported as it was, also what is gone by now.
#[test]
fn a_project_of_the_past_is_evaluated_and_exported() {
    let house = House::start();
    let mut client = Client::new(house.server.address, &house.token);
    let flag = |key: &str| json!({"flag": {"create": {"key": key, "kind": "boolean"}}});
    let switch = |on: bool| json!([{"config": {"switch": {"flag": "beam", "environment": "dev", "on": on}}}]);
    client.must_change(&json!([flag("beam"), flag("gone")]), "");
    let (on, _) = client.must_change(&switch(true), "");
    let (then, _) = house.told(&["export"], 0);
    client.must_change(&switch(false), "");
    client.must_change(
        &json!([{"flag": {"archive": {"flag": "gone"}}}, {"flag": {"delete": {"flag": "gone"}}}]),
        "",
    );
    std::fs::write(house.path("people.jsonl"), "{\"targetingKey\": \"ann\"}\n").expect("a file");
    let contexts = house.path("people.jsonl");
    let served = |more: &[&str]| {
        let mut arguments = vec!["eval", "--contexts", &contexts, "--environment", "dev"];
        arguments.extend(more);
        let (out, _) = house.told(&arguments, 0);
        let lines = out
            .lines()
            .map(|line| serde_json::from_str::<Json>(line).expect("JSON"));
        lines
            .map(|line| (line["key"].clone(), line["value"].clone()))
            .collect::<Vec<_>>()
    };
    let revision = on.to_string();
    assert_eq!(served(&[]), [(json!("beam"), json!(false))]);
    assert_eq!(
        served(&["--as-of-revision", &revision]),
        [(json!("beam"), json!(true)), (json!("gone"), json!(false))]
    );
    assert_eq!(house.told(&["export", "--as-of-revision", &revision], 0).0, then);
    let (_, early) = house.told(&["eval", "--contexts", &contexts, "--as-of-revision", "1"], 2);
    assert!(early.contains("there was no project default/first then"), "{early}");
    let (_, late) = house.told(&["eval", "--contexts", &contexts, "--as-of-revision", "9999"], 2);
    assert!(late.contains("the newest revision is"), "{late}");
}

#[test]
fn what_cannot_be_exported_or_imported_is_said() {
    let house = House::start();
    let (_, error) = house.told(&["export", "--project", "other"], 2);
    assert!(error.contains("it sees default/first"), "{error}");
    let (_, error) = house.told(&["export", "--database", "sqlite://nowhere.db"], 2);
    assert!(error.contains("there is no database nowhere.db"), "{error}");
    assert!(!house.folder.path().join("nowhere.db").exists());
    let file = house.path("bad.yaml");
    std::fs::write(&file, "format: hoist-project/1\nflags:\n  beam:\n    kind: colour\n").expect("a file");
    let (_, error) = house.told(&["import", "hoist", &file], 2);
    assert!(error.contains("at /flags/beam/kind"), "{error}");
}
