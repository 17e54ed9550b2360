//! `hoist import --url`: the plan is shown, confirmed and carried out by a running server.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value as Json, json};

use crate::durability::client::{Client, secret, token_of};
use crate::durability::{ADMIN, PROJECT};
use crate::hoist::{Server, hoist, texts};
use crate::skip::skip;

const FLAGD: &str = r#"{
  // a lighthouse
  "flags": {
    "beam": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"},
    "horn": {"state": "DISABLED", "variants": {"loud": "fff", "soft": "p"}, "defaultVariant": "soft"}
  }
}"#;

/// A server with the first operator's token, and a file.
struct House {
    folder: tempfile::TempDir,
    server: Server,
    token: String,
}

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl House {
    fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let variables: Vec<(&str, &str)> = ADMIN.iter().chain(variables).copied().collect();
        let server = Server::start(folder.path(), arguments, &variables);
        let token = token_of(&server);
        std::fs::write(folder.path().join("flags.json"), FLAGD).expect("a file");
        Self { folder, server, token }
    }

    fn client(&self) -> Client {
        Client::new(self.server.address, &self.token)
    }

    fn revision(&self) -> u64 {
        self.client().get("/readyz")["revision"].as_u64().expect("a revision")
    }

    fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// `hoist import` with this token and this on its standard input.
    fn import_as(&self, token: &str, arguments: &[&str], input: &str) -> Run {
        let url = self.url();
        let mut all = vec!["import"];
        all.extend(arguments);
        all.extend(["--url", &url]);
        import(self.folder.path(), &all, token, input)
    }

    fn import(&self, arguments: &[&str]) -> Run {
        self.import_as(&self.token, arguments, "")
    }
}

fn import(folder: &Path, arguments: &[&str], token: &str, input: &str) -> Run {
    let mut child = hoist(folder, arguments)
        .env("HOIST_TOKEN", token)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // Who fails early does not read.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let (out, err) = texts(&output);
    Run {
        code: output.status.code(),
        out,
        err,
    }
}

const BASICS: [&str; 4] = ["flagd", "flags.json", "--environment", "prod"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    BASICS.iter().chain(more).copied().collect()
}

#[test]
fn the_plan_is_shown_and_a_yes_carries_it_out() {
    let house = House::start(&[], &[]);
    let before = house.revision();
    let no = house.import_as(&house.token, &BASICS, "no\n");
    assert_eq!(no.code, Some(1), "{}", no.err);
    assert!(no.out.starts_with("plan:\n  "), "{}", no.out);
    assert!(no.out.contains("beam") && no.out.contains("horn"), "{}", no.out);
    assert!(
        no.out
            .contains("2 flags: 2 new, 0 changed, 0 as they are; reaches prod (protected); 0 gaps\n"),
        "{}",
        no.out
    );
    assert!(
        no.err
            .contains("planning flags.json (1 KiB) into default/first at http://127.0.0.1:")
    );
    assert!(no.err.ends_with("not confirmed: nothing has changed\n"), "{}", no.err);
    let dry = house.import(&with(&["--dry-run"]));
    assert_eq!(dry.code, Some(0), "{}", dry.err);
    assert!(dry.out.ends_with("dry run: nothing has changed\n"), "{}", dry.out);
    assert_eq!(house.revision(), before);

    let yes = house.import_as(&house.token, &BASICS, "y\n");
    assert_eq!(yes.code, Some(0), "{}", yes.err);
    assert!(
        yes.out.ends_with(&format!("applied as revision {}\n", before + 1)),
        "{}",
        yes.out
    );
    let flag = house.client().get(&format!("{PROJECT}/flags/beam"));
    assert_eq!(flag["flag"]["kind"], "boolean");
    let entry = house.client().get(&format!("{PROJECT}/history/{}", before + 1));
    assert_eq!(entry["note"], "hoist import flagd flags.json");

    let again = house.import(&with(&["--yes"]));
    assert_eq!(again.code, Some(0), "{}", again.err);
    let told = format!("nothing to change: revision {} holds it all\n", before + 1);
    assert!(again.out.ends_with(&told), "{}", again.out);
    assert_eq!(house.revision(), before + 1);
}

#[test]
fn a_program_gets_one_object_and_no_question() {
    let house = House::start(&[], &[]);
    let asked = house.import(&with(&["--json"]));
    assert_eq!(asked.code, Some(2));
    assert_eq!(asked.err, "hoist: --json asks no questions: say --yes or --dry-run\n");
    let piped = house.import_as(&house.token, &["flagd", "-", "--environment", "dev"], FLAGD);
    assert_eq!(piped.code, Some(2));
    let planned: Json = serde_json::from_str(&house.import(&with(&["--json", "--dry-run"])).out).expect("an object");
    assert_eq!(planned["outcome"], "planned");
    let more = [
        "flagd",
        "-",
        "--environment",
        "dev",
        "--yes",
        "--json",
        "--note",
        "from the pier",
    ];
    let done = house.import_as(&house.token, &more, FLAGD);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let done: Json = serde_json::from_str(&done.out).expect("an object");
    assert_eq!(
        (&done["outcome"], &done["created"]),
        (&json!("applied"), &json!(["beam", "horn"]))
    );
    let entry = house.client().get(&format!("{PROJECT}/history/{}", done["revision"]));
    assert_eq!(entry["note"], "from the pier");
}

#[test]
fn refusals_say_what_is_wrong_and_where() {
    let house = House::start(&[], &[("HOIST_LIMITS__IMPORT_BYTES", "1024")]);
    let before = house.revision();
    let told = |run: Run, code: i32, expected: &str| {
        assert_eq!(run.code, Some(code), "{}{}", run.out, run.err);
        assert!(run.err.contains(expected), "{} lacks {expected}", run.err);
    };
    let yes = with(&["--yes"]);
    told(house.import_as("hst_unknown", &yes, ""), 1, "the token is not accepted");
    told(house.import_as("", &yes, ""), 2, "--token: this is no token");
    told(
        house.import(&with(&["--yes", "--project", "second"])),
        2,
        "it sees default/first",
    );
    let viewer = viewer(&house);
    told(house.import_as(&viewer, &yes, ""), 1, "import.run");
    std::fs::write(house.folder.path().join("flags.json"), "{\"flags\": 5").expect("a file");
    told(house.import(&yes), 2, "flags.json: ");
    std::fs::write(house.folder.path().join("flags.json"), vec![b' '; 1025]).expect("a file");
    told(house.import(&yes), 2, "larger than 1024 bytes");
    std::fs::write(
        house.folder.path().join("flags.json"),
        "{\"flags\": {\"a\": {\"state\": \"ENABLED\", \"variants\": {\"x\": 1}, \"defaultVariant\": \"x\"}}}",
    )
    .expect("a file");
    told(house.import(&yes), 0, "applying");
    std::fs::write(
        house.folder.path().join("flags.json"),
        "{\"flags\": {\"a\": {\"state\": \"ENABLED\", \"variants\": {\"x\": \"t\"}, \"defaultVariant\": \"x\"}}}",
    )
    .expect("a file");
    told(house.import(&yes), 2, "exists with another type of values");
    assert_eq!(
        house.revision(),
        before + 3,
        "a member, a token and the one import that was right"
    );
    let House { folder, server, token } = house;
    let url = format!("http://{}", server.address);
    drop(server);
    let mut gone = vec!["import"];
    gone.extend(&yes);
    gone.extend(["--url", &url]);
    told(
        import(folder.path(), &gone, &token, ""),
        1,
        "is `hoist serve` running there?",
    );
    let wrong = [
        "import",
        "flagd",
        "flags.json",
        "--environment",
        "prod",
        "--url",
        "flags.example.com",
    ];
    told(import(folder.path(), &wrong, &token, ""), 2, "give one like https://");
}

/// The token of a member who may only look.
fn viewer(house: &House) -> String {
    let add = json!({"changes": [{"member": {"add": {"email": "v@b.example", "role": "viewer"}}}]});
    let mut client = house.client();
    let path = "/hoist/v1/organizations/default/changes";
    let (status, body) = client.ask("POST", path, Some(&add)).expect("an answer");
    assert_eq!(status, 200, "{body}");
    let session = json!({"email": "v@b.example", "password": secret(&body)});
    let signed_in = house.server.post("/hoist/v1/session", &session);
    let cookie = signed_in.header("set-cookie").split(';').next().unwrap_or_default();
    let mut client = Client::with_header(house.server.address, format!("cookie: {cookie}"));
    let create = json!({"changes": [{"token": {"create": {"name": "viewer"}}}]});
    let (status, body) = client
        .ask("POST", "/hoist/v1/changes", Some(&create))
        .expect("an answer");
    assert_eq!(status, 200, "{body}");
    secret(&body)
}

#[test]
fn real_files_come_in_once() {
    let Some(real) = real() else {
        return skip(
            "import::real_files_come_in_once",
            "HOIST_CONFORMANCE_DIR does not name a folder with real/",
        );
    };
    let house = House::start(&[], &[]);
    let mut total = 0;
    for (source, file, environment) in [
        ("unleash", "unleash-hosted-features.json", "prod"),
        ("unleash", "unleash-example-features.json", "example"),
        ("flagd", "otel-demo.flagd.json", "demo"),
    ] {
        let path = real.join(file);
        let basics = [source, path.to_str().expect("text"), "--environment", environment];
        let offline = offline(house.folder.path(), &basics);
        let run = |more: &[&str]| house.import(&[&basics[..], more].concat());
        let done = run(&["--yes", "--json"]);
        assert_eq!(done.code, Some(0), "{file}: {}", done.err);
        let done: Json = serde_json::from_str(&done.out).expect("an object");
        assert_eq!(done["outcome"], "applied");
        assert_eq!(done["gaps"], offline["gaps"], "the same gaps as offline");
        let created = done["created"].as_array().expect("keys").len();
        assert!(created > 0, "{file}");
        total += created;
        let again = run(&["--yes"]);
        assert!(
            again.out.contains("nothing to change: revision "),
            "{file}: {}",
            again.out
        );
        let gaps = again.out.lines().filter(|line| line.starts_with("gap ")).count();
        assert_eq!(Some(gaps), offline["gaps"].as_array().map(Vec::len), "{}", again.out);
    }
    let list = house.client().get(&format!("{PROJECT}/flags?limit=1"));
    assert_eq!(list["total"], json!(total));
}

/// The report of the same import into a file.
fn offline(folder: &Path, basics: &[&str]) -> Json {
    let all = [&["import"], basics, &["--out", "project.json", "--json"]].concat();
    let run = import(folder, &all, "", "");
    assert_eq!(run.code, Some(0), "{}", run.err);
    serde_json::from_str(&run.err).expect("a report")
}

fn real() -> Option<PathBuf> {
    let root = std::env::var_os("HOIST_CONFORMANCE_DIR").map(PathBuf::from)?;
    let repository = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut places = [root.join("real"), repository.join(root).join("real")].into_iter();
    places.find(|place| place.is_dir())
}

/// What was exported offline comes in as it would have come in directly.
#[test]
fn a_project_file_comes_in_too() {
    let house = House::start(&[], &[]);
    let into_file = [&["import"], &BASICS[..], &["--out", "project.json"]].concat();
    assert_eq!(import(house.folder.path(), &into_file, "", "").code, Some(0));
    let done = house.import(&["hoist", "project.json", "--yes"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let direct = house.import(&with(&["--yes"]));
    assert!(direct.out.contains("nothing to change"), "{}", direct.out);
}

#[cfg(feature = "test-hooks")]
#[test]
fn what_waits_for_approval_is_proposed() {
    let house = House::start(&["--test-policy", "propose"], &[]);
    let before = house.revision();
    let run = house.import(&with(&["--yes"]));
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(
        run.out
            .ends_with("proposed: it waits for approval, nothing has changed yet\n"),
        "{}",
        run.out
    );
    let json: Json = serde_json::from_str(&house.import(&with(&["--yes", "--json"])).out).expect("an object");
    assert_eq!(
        (&json["outcome"], &json["plan"]["outcome"]),
        (&json!("proposed"), &json!("propose"))
    );
    assert_eq!(house.revision(), before);
}

/// Clients of the other system change an address and nothing else: their keys go on.
#[test]
fn keys_of_the_other_system_keep_working() {
    const SERVER: &str = "*:production.964a287e1b728cb5f4f3e0120df92cb5";
    let house = House::start(&[], &[]);
    let keys = format!(
        "{{\"secret\": \"{SERVER}\", \"kind\": \"server\"}}\n\
         {{\"secret\": \"AYGp5kZ2xXcxkPcyTi\", \"kind\": \"client\", \"environment\": \"dev\", \"name\": \"shop\"}}\n"
    );
    let folder = house.folder.path();
    std::fs::write(folder.join("keys.jsonl"), &keys).expect("a file");
    let dry = house.import(&with(&["--keys", "keys.jsonl", "--dry-run"]));
    assert!(
        dry.code == Some(0) && dry.err.ends_with("2 keys would be taken over, 0 are known\n"),
        "{}",
        dry.err
    );
    let done = house.import(&with(&["--keys", "keys.jsonl", "--yes"]));
    assert!(
        done.code == Some(0) && done.err.ends_with("2 keys taken over, 0 known before\n"),
        "{}",
        done.err
    );
    let mut asked = Client::new(house.server.address, SERVER);
    let body = json!({"context": {"targetingKey": "ship"}});
    let answer = asked
        .ask("POST", "/ofrep/v1/evaluate/flags/beam", Some(&body))
        .expect("an answer");
    assert_eq!((answer.0, &answer.1["value"]), (200, &json!(true)), "{}", answer.1);
    let again = house.import(&with(&["--keys", "keys.jsonl", "--yes"]));
    assert!(
        again.code == Some(0) && again.err.ends_with("0 keys taken over, 2 known before\n"),
        "{}",
        again.err
    );
    // No message, and nothing that is kept, tells a key.
    std::fs::write(
        folder.join("keys.jsonl"),
        format!("{{\"secret\": \"{SERVER}\", \"kind\": \"other\"}}"),
    )
    .expect("a file");
    let wrong = house.import(&with(&["--keys", "keys.jsonl", "--yes"]));
    assert!(wrong.code == Some(2) && wrong.err.contains("line 1"), "{}", wrong.err);
    for run in [&dry, &done, &again, &wrong] {
        assert!(
            !run.err.contains("964a287e") && !run.out.contains("964a287e"),
            "{}{}",
            run.out,
            run.err
        );
    }
    let database = std::fs::read(folder.join("data/control.db")).expect("the database");
    let wal = std::fs::read(folder.join("data/control.db-wal")).unwrap_or_default();
    let holds = |bytes: &[u8]| bytes.windows(SERVER.len()).any(|window| window == SERVER.as_bytes());
    assert!(!holds(&database) && !holds(&wal), "the key is not kept");
}
