//! Operators whose values are little languages: a line is what the rule says, the next what the context has. Each is held
//! against a second reading that knows nothing of the engine.

use std::cmp::Ordering;
use std::net::IpAddr;

use hoist_engine::ruleset::{FlagRules, Operator, Ruleset};
use hoist_engine::{Context, Limits, Moment, NoVisitor, Snapshot, validate};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use semver::{Version, VersionReq};
use serde_json::json;

use super::lines;

/// Whether a rule is accepted, and whether it holds for an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Verdict {
    accepted: bool,
    holds: bool,
}

/// Asks the engine.
fn ask(op: Operator, value: &str, attribute: &str, now: Timestamp) -> Verdict {
    let steps = json!([
        {"rules": {"rules": [{"id": "r", "serve": {"serve": {"variant": "on"}},
            "condition": {"test": {"attribute": "it", "op": op, "values": [value]}}}]}},
        {"serve": {"serve": {"serve": {"variant": "off"}}}},
    ]);
    let flag = json!({"key": "f", "index": 0, "kind": "boolean", "steps": steps,
        "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}]});
    let flag: FlagRules = serde_json::from_value(flag).expect("a flag");
    let accepted = validate(&flag, &Limits::default()).is_empty();
    let rules = Ruleset {
        v: 1,
        flags: vec![flag],
        ..Ruleset::default()
    };
    let (snapshot, problems) = Snapshot::compile(&rules);
    assert_eq!(
        accepted,
        problems.is_empty(),
        "checked and compiled differently: {problems:?}"
    );
    let context = Context::new().with("it", attribute);
    let bound = snapshot.bind(&context);
    let moment = Moment { now, seed: 1 };
    let flag = snapshot.flag("f").expect("the flag");
    let outcome = snapshot.evaluate(flag, &bound, &moment, &mut NoVisitor);
    let holds = outcome.variant() == Some("on");
    assert!(accepted || !holds, "a rule holds that is refused");
    Verdict { accepted, holds }
}

/// Both halves of an input.
fn pair(data: &[u8]) -> Option<(&str, &str)> {
    match lines(data).as_slice() {
        [rule, attribute, ..] => Some((*rule, *attribute)),
        _ => None,
    }
}

/// Versions order as in SemVer, builds ignored; ranges are those of the reader of manifests.
///
/// # Panics
/// Where that does not hold.
pub fn semver(data: &[u8]) {
    let Some((rule, attribute)) = pair(data) else { return };
    let (than, own) = (Version::parse(rule), Version::parse(attribute));
    let expected = |holds: fn(Ordering) -> bool| Verdict {
        accepted: than.is_ok(),
        holds: match (&than, &own) {
            (Ok(than), Ok(own)) => holds(own.cmp_precedence(than)),
            _ => false,
        },
    };
    let now = Timestamp::UNIX_EPOCH;
    for (op, holds) in [
        (Operator::SemverEq, Ordering::is_eq as fn(Ordering) -> bool),
        (Operator::SemverLt, Ordering::is_lt),
        (Operator::SemverLte, Ordering::is_le),
        (Operator::SemverGt, Ordering::is_gt),
        (Operator::SemverGte, Ordering::is_ge),
    ] {
        assert_eq!(ask(op, rule, attribute, now), expected(holds), "{op:?}");
    }
    let range = VersionReq::parse(rule);
    let inside = Verdict {
        accepted: range.is_ok(),
        holds: matches!((&range, &own), (Ok(range), Ok(own)) if range.matches(own)),
    };
    assert_eq!(ask(Operator::SemverRange, rule, attribute, now), inside);
}

/// An address is in a block where their first bits are the same.
///
/// # Panics
/// Where that does not hold.
pub fn cidr(data: &[u8]) {
    let Some((rule, attribute)) = pair(data) else { return };
    let block = block(rule);
    let own = attribute.parse::<IpAddr>().ok().map(|own| own.to_canonical());
    let expected = Verdict {
        accepted: block.is_some(),
        holds: matches!((block, own), (Some((bits, prefix)), Some(own)) if starts_alike(&bits, &bits_of(own), prefix)),
    };
    assert_eq!(ask(Operator::Cidr, rule, attribute, Timestamp::UNIX_EPOCH), expected);
}

/// The bits of a block and how many of them count. A bare address counts whole, in its plain form.
fn block(text: &str) -> Option<(Vec<bool>, usize)> {
    let Some((network, prefix)) = text.split_once('/') else {
        let bits = bits_of(text.parse::<IpAddr>().ok()?.to_canonical());
        let all = bits.len();
        return Some((bits, all));
    };
    let bits = bits_of(network.parse().ok()?);
    let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
    let prefix = digits.then(|| prefix.parse::<u8>().ok()).flatten()?;
    (usize::from(prefix) <= bits.len()).then_some((bits, usize::from(prefix)))
}

fn bits_of(address: IpAddr) -> Vec<bool> {
    let octets = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let bits = octets
        .into_iter()
        .flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1 == 1));
    bits.collect()
}

fn starts_alike(block: &[bool], own: &[bool], prefix: usize) -> bool {
    block.len() == own.len() && block.iter().zip(own).take(prefix).all(|(a, b)| a == b)
}

/// Longest pattern and text tried: both grow with their product.
const LONGEST: usize = 512;

/// A pattern means what it means to the library, or is refused where that refuses it or would need much room.
///
/// # Panics
/// Where that does not hold.
pub fn regex(data: &[u8]) {
    let Some((rule, attribute)) = pair(data).filter(|(rule, own)| rule.len().max(own.len()) <= LONGEST) else {
        return;
    };
    let verdict = ask(Operator::Matches, rule, attribute, Timestamp::UNIX_EPOCH);
    match regex::Regex::new(rule) {
        Ok(pattern) if verdict.accepted => assert_eq!(verdict.holds, pattern.is_match(attribute)),
        // Too large for us.
        Ok(_) => assert!(!verdict.holds),
        Err(_) => assert!(!verdict.accepted),
    }
}

/// Moments written down lie in the order of time, and none is both before and after another.
///
/// # Panics
/// Where that does not hold.
pub fn instant(data: &[u8]) {
    let lines = lines(data);
    let [rule, attribute, now, ..] = lines.as_slice() else {
        return;
    };
    let Ok(now) = now.parse::<Timestamp>() else { return };
    let before = ask(Operator::Before, rule, attribute, now);
    let after = ask(Operator::After, rule, attribute, now);
    assert_eq!(before.accepted, after.accepted);
    assert!(!(before.holds && after.holds), "before and after at once");
    if let (Some(edge), Some(own)) = (moment(rule), moment(attribute)) {
        let accepted = true;
        assert_eq!(
            before,
            Verdict {
                accepted,
                holds: own < edge
            }
        );
        assert_eq!(
            after,
            Verdict {
                accepted,
                holds: own > edge
            }
        );
    }
}

/// A date-time with an offset, or a date as its midnight in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    if text.len() == 10 {
        let date: jiff::civil::Date = text.parse().ok()?;
        return Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp());
    }
    let is_span = text.trim_start_matches(['+', '-']).starts_with(['P', 'p']);
    (!is_span).then(|| text.parse().ok()).flatten()
}
