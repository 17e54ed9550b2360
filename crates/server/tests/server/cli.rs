//! Commands that end by themselves.

use std::path::Path;

use serde_json::json;

use crate::durability::client::{Client, token_of};
use crate::durability::{ADMIN, EMAIL};
use crate::hoist::{Server, run, texts, wait};

fn help(arguments: &[&str]) -> String {
    let output = run(Path::new("/"), arguments);
    assert!(output.status.success(), "{arguments:?}");
    texts(&output).0
}

#[test]
fn help_says_what_there_is() {
    insta::assert_snapshot!("help", help(&["--help"]));
    insta::assert_snapshot!("help_user_create", help(&["user", "create", "--help"]));
    insta::assert_snapshot!("help_import", help(&["import", "--help"]));
    for command in ["export", "backup", "restore", "doctor", "audit", "token"] {
        insta::assert_snapshot!(format!("help_{command}"), help(&[command, "--help"]));
    }
    insta::assert_snapshot!("help_config", help(&["config", "--help"]));
    // With the hooks of tests there are more flags.
    #[cfg(not(feature = "test-hooks"))]
    insta::assert_snapshot!("help_serve", help(&["serve", "--help"]));
}

/// The words that a help text lists as commands.
fn commands(arguments: &[&str]) -> Vec<String> {
    let help = help(&[arguments, &["--help"]].concat());
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = list
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_is_explained_with_an_example_and_stands_in_the_reference() {
    let page = include_str!("../../../../docs/command-line.md");
    let all = commands(&[]);
    assert!(all.len() > 10, "{all:?}");
    for name in &all {
        assert!(
            page.contains(&format!("`hoist {name}")),
            "docs/command-line.md names hoist {name}"
        );
        for inner in commands(&[name]) {
            let whole = help(&[name, &inner, "--help"]);
            assert!(
                !whole.is_empty() && page.contains(&format!("`{inner}")) || page.contains(&format!("{name} {inner}")),
                "hoist {name} {inner}"
            );
        }
        let help = help(&[name, "--help"]);
        assert!(
            help.contains("Examples:\n  hoist "),
            "hoist {name} --help has no example"
        );
    }
}

#[test]
fn the_printed_configuration_is_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let printed = help(&["config"]);
    std::fs::write(folder.path().join("hoist.toml"), printed).expect("written");
    let output = run(folder.path(), &["config", "check"]);
    assert_eq!(texts(&output), ("the configuration is right\n".into(), String::new()));
}

#[test]
fn a_wrong_configuration_is_bad_input() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("hoist.toml"),
        "[limits]\nstream = 1\n[log]\nformat = \"xml\"\n",
    )
    .expect("written");
    for arguments in [
        &["config", "check"][..],
        &["serve"],
        &["migrate"],
        &["user", "reset-password", "a@b.example"],
    ] {
        let output = run(folder.path(), arguments);
        let (_, error) = texts(&output);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.starts_with("hoist: 2 things are wrong"), "{error}");
        assert!(error.contains("did you mean `limits.streams`?"), "{error}");
    }
}

#[test]
fn overlapping_mounts_are_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let mount = |path: &str| format!("[[mounts]]\ndialect = \"ofrep\"\npath = \"{path}\"\n");
    for (file, expected) in [
        (
            mount("/a") + &mount("/a"),
            "ofrep at /a (/a/evaluate/flags) overlaps with ofrep at /a",
        ),
        (
            mount("/hoist"),
            "ofrep at /hoist (/hoist/evaluate/flags) overlaps with the server's own paths",
        ),
    ] {
        std::fs::write(folder.path().join("hoist.toml"), file).expect("written");
        let output = run(
            folder.path(),
            &["serve", "--listen", "127.0.0.1:0", "--log-level", "error"],
        );
        assert_eq!(output.status.code(), Some(2));
        let (_, error) = texts(&output);
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn small_commands_answer() {
    assert_eq!(help(&["version"]), concat!("hoist ", env!("CARGO_PKG_VERSION"), "\n"));
    let json: serde_json::Value = serde_json::from_str(&help(&["version", "--json"])).expect("an object");
    assert_eq!(json, json!({"name": "hoist", "version": env!("CARGO_PKG_VERSION")}));
    let completions = help(&["completions", "bash"]);
    assert!(completions.contains("reset-password") && completions.contains("--organization"));
    assert_eq!(run(Path::new("/"), &["fly"]).status.code(), Some(2));
}

#[test]
fn accounts_are_made_on_the_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = run(folder.path(), &["user", "create", "A@b.example", "--operator"]);
    let (password, told) = texts(&made);
    assert_eq!(told, "made the account a@b.example\n");
    assert_eq!(password.trim_end().len(), 20);
    let again = run(folder.path(), &["user", "create", "a@b.example"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(texts(&again).1.contains("has an account already"));
    let unknown = run(folder.path(), &["user", "reset-password", "x@b.example"]);
    assert_eq!(unknown.status.code(), Some(2));
    let reset = run(folder.path(), &["user", "reset-password", "a@b.example"]);
    let (new, told) = texts(&reset);
    assert_eq!(told, "set a new password and ended all sessions of a@b.example\n");
    assert!(new.trim_end().len() == 20 && new != password, "{new}");
    let json = texts(&run(folder.path(), &["user", "create", "c@b.example", "--json"])).0;
    let json: serde_json::Value = serde_json::from_str(&json).expect("an object");
    assert_eq!(
        (&json["email"], json["password"].as_str().map(str::len)),
        (&json!("c@b.example"), Some(20))
    );
    let migrated = run(folder.path(), &["migrate"]);
    assert!(texts(&migrated).0.ends_with("is up to date\n"));
}

/// Who works at the shell stands in the audit, the password does not.
#[test]
fn a_password_reset_at_the_shell_is_in_the_audit() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &ADMIN);
    let mut client = Client::new(server.address, &token_of(&server));
    let reset = run(folder.path(), &["user", "reset-password", EMAIL]);
    let (password, told) = texts(&reset);
    assert!(reset.status.success(), "{told}");
    let audit = wait(|| {
        let audit = client.get("/hoist/v1/audit?actor=operator");
        let items = audit["items"].as_array().expect("items");
        (!items.is_empty()).then(|| items.clone())
    });
    assert_eq!(audit.len(), 1);
    assert_eq!(
        audit[0]["summary"],
        format!("Sets a new password for {EMAIL} and ends the sessions of the account")
    );
    assert_eq!(
        (&audit[0]["actor"]["name"], &audit[0]["note"]),
        (&json!("operator"), &json!("hoist user reset-password"))
    );
    let everything = client.get("/hoist/v1/audit?limit=500").to_string();
    assert!(!everything.contains(password.trim()), "{everything}");
    let session = json!({"email": EMAIL, "password": password.trim()});
    assert_eq!(server.post("/hoist/v1/session", &session).status, 200);
}

/// What a server tells of the past is what its database holds, filter by filter and over several pages.
#[test]
fn a_running_server_is_audited_like_its_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &ADMIN);
    let token = token_of(&server);
    let mut client = Client::new(server.address, &token);
    for key in ["first", "second"] {
        let create = json!([{"flag": {"create": {"key": key, "kind": "boolean"}}}]);
        client.must_change(&create, "made for the audit");
    }
    let mut since = String::new();
    for n in 0..510 {
        let edit = json!([{"flag": {"edit": {"flag": "first", "patch": {"description": n.to_string()}}}}]);
        client.must_change(&edit, "");
        if n == 500 {
            let item = &client.get("/hoist/v1/audit?limit=1")["items"][0];
            since = item["at"].as_str().expect("a time").to_owned();
        }
    }
    let url = format!("http://{}", server.address);
    let lines = |arguments: &[&str]| {
        let output = run(folder.path(), &[&["audit"], arguments].concat());
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{arguments:?}: {err}");
        out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let remote = ["--url", url.as_str(), "--token", token.as_str()];
    for (filters, least) in [
        (&["--limit", "1000"][..], 510),
        (&["--limit", "505", "--json"], 505),
        (&["--flag", "second"], 1),
        (&["--project", "first", "--limit", "3"], 3),
        (&["--actor", EMAIL, "--project", "first", "--json"], 50),
        (&["--actor", "system"], 1),
        (&["--since", since.as_str()], 9),
    ] {
        let told = lines(&[filters, &remote].concat());
        assert!(told.len() >= least, "{filters:?}: {told:#?}");
        let local = lines(filters);
        let apart = told.iter().zip(&local).find(|(told, local)| told != local);
        assert_eq!((told.len(), apart), (local.len(), None), "{filters:?}");
    }
    let refused = |arguments: &[&str]| {
        let output = run(folder.path(), &[&["audit", "--url", url.as_str()], arguments].concat());
        (output.status.code(), texts(&output).1)
    };
    let (code, error) = refused(&[]);
    assert!(code == Some(2) && error.contains("HOIST_TOKEN"), "{error}");
    let (code, error) = refused(&["--token", "hst_nobodys"]);
    assert!(code == Some(1) && error.contains("token is not accepted"), "{error}");
    let (code, error) = refused(&["--token", &token, "--project", "none"]);
    assert!(code == Some(2) && error.contains("default/first"), "{error}");
    let (code, error) = refused(&["--token", &token, "--actor", "nobody@b.example"]);
    assert!(code == Some(2) && error.contains("nobody@b.example"), "{error}");
}

/// Who is no operator sees the changes of an organization.
#[test]
fn a_member_audits_the_organization() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &ADMIN);
    let mut operator = Client::new(server.address, &token_of(&server));
    let member = json!({"email": "owner@b.example", "role": "owner"});
    let (status, made) = operator
        .ask("POST", "/hoist/v1/organizations/default/members", Some(&member))
        .expect("an answer");
    assert_eq!(status, 201, "{made}");
    let made = run(
        folder.path(),
        &["token", "create", "audit", "--user", "owner@b.example"],
    );
    let (token, told) = texts(&made);
    assert!(made.status.success(), "{told}");
    let url = format!("http://{}", server.address);
    let arguments = [
        "audit",
        "--url",
        &url,
        "--token",
        token.trim(),
        "--organization",
        "default",
    ];
    for arguments in [&arguments[..5], &arguments] {
        let (out, err) = wait(|| {
            let output = run(folder.path(), arguments);
            output.status.success().then(|| texts(&output))
        });
        assert!(out.contains("owner@b.example"), "{out}{err}");
        // What concerns the instance alone is not theirs.
        assert!(
            !out.contains("access token") && !out.contains("Creates the roles"),
            "{out}"
        );
    }
}
