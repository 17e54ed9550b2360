//! Bodies that are deep, large, broken, packed, or mean two things at once.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::json;

use super::{Family, Site};

/// No refusal repeats what it refuses.
const LONGEST_REFUSAL: usize = 4096;

/// Texts that are no JSON, or none that may be kept.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |open: &str, close: &str, levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
    let patch = |value: &str| {
        format!(
            r#"{{"changes":[{{"flag":{{"edit":{{"flag":"shown","patch":{{"description":{value}}}}}}}}}],"context":{{"a":{value}}},"email":{value},"password":"x","flags":{{"f":{{"targeting":{value}}}}}}}"#
        )
    };
    vec![
        ("100000 lists without an end", "[".repeat(100_000).into()),
        ("100000 objects without an end", "{\"a\":".repeat(100_000).into()),
        ("5000 balanced lists", deep("[", "]", 5000).into()),
        ("5000 balanced objects", deep("{\"a\":", "}", 5000).into()),
        ("5000 lists in a field", patch(&deep("[", "]", 5000)).into()),
        ("5000 objects in a field", patch(&deep("{\"not\":", "}", 5000)).into()),
        ("a number without a size", patch("1e999999999").into()),
        ("a lone surrogate", patch(r#""\ud800""#).into()),
        ("half a surrogate pair", patch(r#""\ud83dx""#).into()),
        (
            "bytes that are no text",
            [
                &b"{\"email\":\"\xff\xfe\","[..],
                &b"\"context\":{\"a\":\"\xc3\x28\"},\"changes\":\"\xff\"}"[..],
            ]
            .concat(),
        ),
        (
            "a raw control character",
            b"{\"email\":\"a\x00b\",\"context\":{\"a\":\"\x01\"},\"changes\":\"\x00\"}".to_vec(),
        ),
        ("a byte order mark", b"\xef\xbb\xbf{\"changes\":[]".to_vec()),
        ("the beginning of a body", br#"{"changes":[{"flag":{"cre"#.to_vec()),
        ("two bodies", br#"{"context":{}} {"context":{}}"#.to_vec()),
        (
            "words of another language",
            b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>".to_vec(),
        ),
        ("a text", b"\"changes\"".to_vec()),
        ("nothing but space", " \n\t".repeat(1000).into()),
    ]
}

#[test]
fn malformed_bodies_are_refused_shortly() {
    let mut site = Site::start(&[]);
    for (name, body) in malformed() {
        for family in Family::ALL {
            let reply = site.post(family, "", &body);
            let statuses = reply.statuses();
            let empty = family == Family::Ofrep && name == "nothing but space";
            // What is beside the context is the business of others, however deep it is.
            let ignored = family == Family::Ofrep && name == "5000 balanced objects";
            let fine = if empty || ignored {
                statuses == [200]
            } else {
                matches!(statuses[..], [400..=499])
            };
            assert!(fine, "{name} at {family:?}: {}", reply.text());
            assert!(
                reply.bytes.len() <= LONGEST_REFUSAL,
                "{name} at {family:?} is answered at length"
            );
            let told = reply.json();
            let code = told["code"].is_string() || told["errorCode"].is_string();
            assert!(
                empty || ignored || family == Family::Console || code,
                "{name} at {family:?}: {}",
                reply.text()
            );
        }
    }
    site.is_unharmed("malformed bodies");
}

/// A reader that takes the first and one that takes the last must not disagree about what was asked for.
#[test]
fn a_name_that_stands_twice_is_refused_where_it_decides() {
    let mut site = Site::start(&[]);
    let twice = [
        (
            Family::Api,
            r#"{"changes":[],"changes":[{"flag":{"archive":{"flag":"shown"}}}]}"#,
        ),
        (
            Family::Api,
            r#"{"changes":[{"config":{"switch":{"flag":"shown","on":true,"environment":"dev","on":false}}}]}"#,
        ),
        (
            Family::SignIn,
            r#"{"email":"a@b.example","password":"x","email":"c@d.example"}"#,
        ),
        (
            Family::Ofrep,
            r#"{"context":{"targetingKey":"a"},"context":{"targetingKey":"b"}}"#,
        ),
    ];
    for (family, body) in twice {
        let reply = site.post(family, "", body.as_bytes());
        assert!(matches!(reply.statuses()[..], [400 | 422]), "{body}: {}", reply.text());
    }
    let many: String = (0..60_000).map(|_| "\"a\":1,").collect();
    let many = format!("{{\"context\":{{{many}\"a\":2}}}}");
    let reply = site.post(Family::Ofrep, "", many.as_bytes());
    assert_eq!(reply.statuses(), [400], "too large a context: {}", reply.text());
    site.is_unharmed("names that stand twice");
}

#[test]
fn bodies_beyond_their_limit_are_cut_off() {
    let mut site = Site::start(&[]);
    for family in [Family::Api, Family::Import, Family::SignIn, Family::Ofrep] {
        let head = site.head(family);
        // Announced only: nobody waits for it.
        let announced = site.exchange(format!("{head}content-length: 99999999999\r\n\r\n{{").as_bytes());
        assert!(
            matches!(announced.statuses()[..], [413 | 400]),
            "{family:?}: {}",
            announced.text()
        );
        let chunk = format!("10000\r\n{}\r\n", "[".repeat(0x10000));
        let endless = format!("{head}transfer-encoding: chunked\r\n\r\n{}", chunk.repeat(40 << 4));
        let endless = site.exchange(endless.as_bytes());
        assert_eq!(endless.statuses(), [413], "{family:?}: {}", endless.text());
    }
    let wide = |count: usize| format!("{{\"context\":{{\"a\":[{}0]}}}}", "0,".repeat(count));
    let reply = site.post(Family::Ofrep, "", wide(400_000).as_bytes());
    assert_eq!(reply.statuses(), [400], "{}", reply.text());
    let names: String = (0..5000).map(|n| format!("\"f{n}\":{{}},")).collect();
    let reply = site.post(
        Family::Import,
        "",
        format!("{{\"flags\":{{{names}\"f\":{{}}}}}}").as_bytes(),
    );
    assert!(
        matches!(reply.statuses()[..], [200 | 422]),
        "{}",
        reply.text().chars().take(500).collect::<String>()
    );
    site.is_unharmed("bodies beyond their limit");
}

/// Nothing is unpacked here, so nothing can grow.
#[test]
fn packed_bodies_are_not_unpacked() {
    let mut site = Site::start(&[]);
    let bomb = packed(200 << 20);
    assert!(bomb.len() < 1 << 20, "it is small");
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, gzip"] {
        for family in Family::ALL {
            let reply = site.post(family, &format!("content-encoding: {coding}\r\n"), &bomb);
            assert!(
                matches!(reply.statuses()[..], [400..=499]),
                "{coding} at {family:?}: {}",
                reply.text()
            );
        }
        // What says that it is packed and is not, is not what it says.
        let reply = site.post(Family::Ofrep, &format!("content-encoding: {coding}\r\n"), b"{}");
        assert_eq!(reply.statuses(), [415], "{coding}: {}", reply.text());
    }
    let plain = site.post(Family::Ofrep, "content-encoding: identity\r\n", b"{}");
    assert_eq!(plain.statuses(), [200], "{}", plain.text());
    site.is_unharmed("packed bodies");
}

/// So many zeros, packed.
fn packed(bytes: usize) -> Vec<u8> {
    let mut gzip = Command::new("gzip")
        .args(["-9", "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("gzip is everywhere");
    let mut input = gzip.stdin.take().expect("a pipe");
    let writing = std::thread::spawn(move || {
        let zeros = vec![0; 1 << 20];
        (0..bytes >> 20).for_each(|_| input.write_all(&zeros).expect("it reads"));
    });
    let output = gzip.wait_with_output().expect("it ends");
    writing.join().expect("no panic");
    output.stdout
}

/// U+0000 may come as an escape, in a file within a body, or in a query: it is refused or kept, and never a failure.
#[test]
fn the_character_nul_is_refused_everywhere() {
    let mut site = Site::start(&[]);
    let bodies = [
        (
            Family::Api,
            r#"{"changes":[{"flag":{"edit":{"flag":"shown","patch":{"description":"a\u0000b"}}}}]}"#,
        ),
        (
            Family::SignIn,
            r#"{"email":"a\u0000@b.example","password":"correct horse battery"}"#,
        ),
        (
            Family::Import,
            r#"{"flags":{"a\u0000b":{"state":"ENABLED","variants":{"on":true},"defaultVariant":"on"}}}"#,
        ),
    ];
    for (family, body) in bodies {
        let reply = site.post(family, "", body.as_bytes());
        assert!(
            matches!(reply.statuses()[..], [400..=499] | [200]),
            "{family:?}: {}",
            reply.text()
        );
    }
    let asked = json!({"context": {"targetingKey": "a\u{0}b", "\u{0}": "\u{0}"}});
    let reply = site.post(Family::Ofrep, "", asked.to_string().as_bytes());
    assert_eq!(reply.statuses(), [200], "{}", reply.text());
    for target in [
        "/%00",
        "/assets/%00",
        "/hoist/v1/organizations/%00",
        "/hoist/v1/audit?actor=%00",
        "/%ff%fe",
    ] {
        let bearer = format!("Bearer {}", site.token);
        let answer = site
            .server
            .get(target, &[("authorization", &bearer), ("accept", "text/html")]);
        assert!(answer.status < 500, "{target}: {}", answer.body);
    }
    site.is_unharmed("the character NUL");
}
