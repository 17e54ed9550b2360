//! The commands themselves: shapes, order, options, errors.

use serde_json::{Value as Json, json};

use crate::{Scratch, hoist};

const UNLEASH: &str = r#"{
  // the flags of a small shop
  "version": 2,
  "features": [
    {"name": "b", "enabled": true, "strategies": [{"name": "default", "constraints": [
      {"contextName": "currentTime", "operator": "DATE_AFTER", "value": "2030-01-01T00:00:00Z"}]}]},
    {"name": "a", "enabled": true, "strategies": [{"name": "userWithId", "parameters": {"userIds": "u1"}}],
     "variants": [{"name": "red", "weight": 1, "payload": {"type": "string", "value": "r"}}]},
    {"name": "c", "enabled": true, "strategies": [{"name": "gradualRolloutRandom", "parameters": {"percentage": "50"}}]},
    {"name": "d", "enabled": true, "strategies": [{"name": "homemade"}]}
  ]
}"#;

#[test]
fn unleash_lines() {
    let state = Scratch::new("unleash-lines.json", UNLEASH);
    let contexts =
        "[{\"userId\": \"u1\", \"currentTime\": \"2031-01-01T00:00:00Z\"}, {\"properties\": {\"userId\": \"u1\"}}]";
    let args = [
        "eval",
        "--from",
        "unleash",
        state.path(),
        "--contexts",
        "-",
        "--now",
        "2020-01-01T00:00:00Z",
    ];
    let run = hoist(
        &[
            &args[..],
            &["--flag", "b", "--flag", "a", "--flag", "zz", "--flag", "a"],
        ]
        .concat(),
        contexts,
    );
    let off = json!({"name": "disabled", "enabled": false, "feature_enabled": false});
    let plain = json!({"name": "disabled", "enabled": false, "feature_enabled": true});
    let red =
        json!({"name": "red", "enabled": true, "feature_enabled": true, "payload": {"type": "string", "value": "r"}});
    let wanted = [
        json!({"context": 0, "name": "a", "enabled": true, "variant": red}),
        json!({"context": 0, "name": "b", "enabled": true, "variant": plain}),
        json!({"context": 0, "name": "zz", "enabled": false, "variant": off}),
        json!({"context": 1, "name": "a", "enabled": true, "variant": red}),
        json!({"context": 1, "name": "b", "enabled": false, "variant": off}),
        json!({"context": 1, "name": "zz", "enabled": false, "variant": off}),
    ];
    assert_eq!(run.lines(), wanted);
    assert!(run.err.contains("unknown_strategy"), "{}", run.err);
}

#[test]
fn native_lines() {
    let (state, project) = (
        Scratch::new("native.json", UNLEASH),
        Scratch::new("native-project.json", ""),
    );
    let run = hoist(
        &[
            "import",
            "unleash",
            state.path(),
            "--environment",
            "dev",
            "--out",
            project.path(),
        ],
        "",
    );
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert!(
        run.err.contains("gap unknown_strategy: flag d:") && run.err.contains("4 flags"),
        "{}",
        run.err
    );
    let args = ["eval", project.path(), "--contexts", "-", "--flag", "a", "--flag", "zz"];
    let lines = hoist(&args, "{\"targetingKey\": \"u1\"}").lines();
    let first = json!({"context": 0, "key": "a", "enabled": true, "variant": "red", "value": true,
        "reason": "SPLIT", "rule": "strategy-1"});
    assert_eq!(lines[0], first);
    assert_eq!(lines[1]["errorCode"], "FLAG_NOT_FOUND");
    let args = [&args[..], &["--explain", "--environment", "dev"]].concat();
    let explained = hoist(&args, "{\"targetingKey\": \"u1\"}").lines().remove(0);
    assert_eq!(explained["explanation"]["outcome"]["variant"], "red");
}

#[test]
fn flagd_lines() {
    let flags = json!({"flags": {"f": {"state": "ENABLED", "variants": {"a": 1.0}, "defaultVariant": "a",
        "metadata": {"team": "t"}}, "g": {"state": "DISABLED", "variants": {"a": 1}}}});
    let state = Scratch::new("flagd.json", &flags.to_string());
    let run = hoist(&["eval", "--from", "flagd", state.path(), "--contexts", "-"], "{}\n");
    let first = "{\"context\":0,\"key\":\"f\",\"metadata\":{\"team\":\"t\"},\"reason\":\"STATIC\",\"value\":1.0,\"variant\":\"a\"}";
    assert_eq!(run.out.lines().next().unwrap(), first);
    assert_eq!(
        run.lines()[1],
        json!({"context": 0, "key": "g", "reason": "DISABLED", "metadata": {}})
    );
    let unknown = hoist(
        &[
            "eval",
            "--from",
            "flagd",
            state.path(),
            "--contexts",
            "-",
            "--flag",
            "zz",
        ],
        "{}",
    );
    assert_eq!(unknown.lines()[0]["errorCode"], "FLAG_NOT_FOUND");
}

#[test]
fn flagd_types_and_generations() {
    let flags = json!({"flags": {
        "f": {"state": "ENABLED", "variants": {"a": 0.0}, "defaultVariant": "a", "metadata": {"team": "t"}},
        "s": {"state": "ENABLED", "variants": {"heads": "h", "tails": "t"}, "defaultVariant": "tails",
            "targeting": {"fractional": [["heads"], ["tails"]]}}}});
    let state = Scratch::new("flagd-types.json", &flags.to_string());
    let eval = |more: &[&str], contexts: &str| {
        let args = ["eval", "--from", "flagd", state.path(), "--contexts", "-"];
        hoist(&[&args[..], more].concat(), contexts)
    };
    let float = eval(&["--flag", "f", "--type", "float"], "{}");
    assert!(float.out.contains("\"value\":0.0,"), "{}", float.out);
    let text = eval(&["--flag", "f", "--type", "string"], "{}").lines().remove(0);
    assert_eq!(text["errorCode"], "TYPE_MISMATCH");
    assert_eq!(
        (&text["reason"], &text["metadata"]),
        (&json!("ERROR"), &json!({"team": "t"}))
    );
    assert!(text.get("value").is_none() && text.get("variant").is_none());

    let contexts: String = (0..60)
        .map(|at| format!("{{\"targetingKey\": \"user-{at}\"}}\n"))
        .collect();
    let second = eval(&["--flag", "s"], &contexts).lines();
    assert_eq!(second, eval(&["--flag", "s", "--fractional", "2"], &contexts).lines());
    let third = eval(&["--flag", "s", "--fractional", "3"], &contexts).lines();
    assert_ne!(second, third);

    // What is imported answers as what was evaluated, in the generation of the import.
    let project = Scratch::new("flagd-third.json", "");
    let import = [
        "import",
        "flagd",
        state.path(),
        "--environment",
        "dev",
        "--out",
        project.path(),
    ];
    let run = hoist(&[&import[..], &["--fractional", "3"]].concat(), "");
    assert_eq!(run.code, 0, "{}", run.err);
    let stored = hoist(&["eval", project.path(), "--contexts", "-", "--flag", "s"], &contexts).lines();
    let variants = |lines: &[Json]| lines.iter().map(|line| line["variant"].clone()).collect::<Vec<_>>();
    assert_eq!(variants(&stored), variants(&third));
}

#[test]
fn options_of_flagd_go_with_flagd() {
    let state = Scratch::new("flagd-options.json", UNLEASH);
    for (args, option) in [
        (
            &[
                "eval",
                "--from",
                "unleash",
                state.path(),
                "--contexts",
                "-",
                "--type",
                "string",
            ][..],
            "--type",
        ),
        (
            &[
                "eval",
                "--from",
                "unleash",
                state.path(),
                "--contexts",
                "-",
                "--fractional",
                "3",
            ],
            "--fractional",
        ),
        (
            &[
                "import",
                "unleash",
                state.path(),
                "--environment",
                "dev",
                "--fractional",
                "3",
            ],
            "--fractional",
        ),
        (
            &[
                "eval",
                "--from",
                "flagd",
                state.path(),
                "--contexts",
                "-",
                "--fractional",
                "1",
            ],
            "--fractional",
        ),
    ] {
        let run = hoist(args, "{}");
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains(option), "{}", run.err);
    }
}

#[test]
fn draws_repeat_and_follow_the_seed() {
    let state = Scratch::new("draws.json", UNLEASH);
    let contexts = "{}\n".repeat(200);
    let draw = |seed: &str| {
        let args = [
            "eval",
            "--from",
            "unleash",
            state.path(),
            "--contexts",
            "-",
            "--flag",
            "c",
            "--seed",
            seed,
        ];
        let enabled: Vec<bool> = hoist(&args, &contexts)
            .lines()
            .iter()
            .map(|line| line["enabled"] == Json::Bool(true))
            .collect();
        enabled
    };
    let first = draw("0");
    assert!((60..140).contains(&first.iter().filter(|on| **on).count()));
    assert_eq!(first, draw("0"));
    assert_ne!(first, draw("1"));
}

#[test]
fn bad_input_exits_with_2_and_says_where_and_what_next() {
    let state = Scratch::new("errors.json", UNLEASH);
    let broken = Scratch::new("broken.json", "// features\n{\"features\": oops}");
    let project = Scratch::new(
        "project.json",
        "{\"format\": \"hoist-project/1\", \"flags\": {\"f\": {\"kind\": \"what\"}}}",
    );
    let empty = Scratch::new("empty.json", "{\"format\": \"hoist-project/1\"}");
    let rows: [(&[&str], &str, &[&str]); 11] = [
        (
            &["eval", state.path(), "--contexts", "-"],
            "",
            &["no project file", "--from unleash"],
        ),
        (
            &["eval", "--from", "unleash", broken.path(), "--contexts", "-"],
            "",
            &["broken.json: line 2, column", "give a JSON document"],
        ),
        (
            &["eval", "--from", "flagd", state.path(), "--contexts", "-"],
            "",
            &["there are no `flags`", "flagd definition"],
        ),
        (
            &["eval", "--from", "unleash", state.path(), "--contexts", "-"],
            "{}\n{]",
            &["standard input: line 2", "one JSON object per line"],
        ),
        (
            &["eval", "--from", "unleash", state.path(), "--contexts", "-"],
            "{}\n7\n",
            &["line 2: context 1 is a number"],
        ),
        (
            &["eval", "--from", "unleash", "/nowhere", "--contexts", "-"],
            "",
            &["/nowhere: cannot be read"],
        ),
        (
            &["eval", project.path(), "--contexts", "-"],
            "",
            &["at /flags/f/kind", "unknown variant"],
        ),
        (&["eval", empty.path(), "--contexts", "-"], "", &["has no environment"]),
        (
            &["eval", "--from", "flagsmith-context", state.path(), "--contexts", "-"],
            "",
            &["--contexts is part of an evaluation context"],
        ),
        (
            &["eval", "--from", "flagsmith-context", state.path()],
            "",
            &["no evaluation context of Flagsmith", "give an evaluation context"],
        ),
        (
            &["import", "unleash", state.path(), "--environment", "no way"],
            "",
            &["--environment no way"],
        ),
    ];
    for (args, input, parts) in rows {
        let run = hoist(args, input);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
        for part in parts {
            assert!(run.err.contains(part), "{args:?}: {} lacks {part}", run.err);
        }
    }
}

#[test]
fn an_unknown_environment_names_those_there_are() {
    let (state, project) = (
        Scratch::new("environments.json", UNLEASH),
        Scratch::new("environments-project.json", ""),
    );
    hoist(
        &[
            "import",
            "unleash",
            state.path(),
            "--environment",
            "dev",
            "--out",
            project.path(),
        ],
        "",
    );
    let run = hoist(
        &["eval", project.path(), "--contexts", "-", "--environment", "prod"],
        "{}",
    );
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("no environment `prod`") && run.err.contains("it has: dev"),
        "{}",
        run.err
    );
}
