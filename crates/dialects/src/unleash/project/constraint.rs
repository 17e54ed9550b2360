//! A test as constraints: one way or several in which it holds.
//!
//! What was imported comes back as it was. A test of ours is said where every client of Unleash's answers it as we do.
//! Their contexts are flat and of text, where our tests of numbers take numbers only, so those are never said.

use hoist_engine::context::{SUBJECT_NAMES, TARGETING_KEY};
use hoist_engine::ruleset::{Operator, Profile, Quantifier, Test};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json};

use super::condition::{Piece, Said, Sense, Ways};
use super::size::MOST_SUBJECTS;

/// The subject key's name in Unleash.
pub(super) const USER: &str = "userId";
/// The moment's name in Unleash.
const MOMENT: &str = "currentTime";

/// Names that clients in JavaScript find in every object.
const INHERITED: [&str; 8] = [
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "properties",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// How a test is read: as it came from Unleash, or as one of ours.
pub(super) fn ways(test: &Test, profile: Profile, sense: Sense) -> Said<Ways> {
    let sense = sense.turned(test.negate);
    match profile {
        Profile::Unleash => imported(test, sense),
        Profile::Native => native(test, sense),
        _ => Err("its conditions mean what they mean where they came from".to_owned()),
    }
}

/// Being one of these subjects.
pub(super) fn subjects(keys: &[String], sense: Sense) -> Said<Ways> {
    if keys.is_empty() {
        return Ok(sense.constant(false));
    }
    if keys.len() > MOST_SUBJECTS {
        return Err(format!("it lists {} subjects, more than {MOST_SUBJECTS}", keys.len()));
    }
    keys.iter().try_for_each(|key| plain_text(key))?;
    Ok(listed(USER, ("IN", "NOT_IN"), keys, sense))
}

fn single(pieces: Json) -> Ways {
    vec![vec![Piece::Constraint(pieces)]]
}

fn constraint(name: &str, operator: &str, more: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    let mut all = Map::from_iter([
        ("contextName".to_owned(), Json::from(name)),
        ("operator".to_owned(), Json::from(operator)),
    ]);
    all.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Json::Object(all)
}

/// A test of a list whose opposite has a name.
fn listed(name: &str, (plain, opposite): (&str, &str), values: &[String], sense: Sense) -> Ways {
    let operator = if sense == Sense::Plain { plain } else { opposite };
    single(constraint(name, operator, [("values", values.into())]))
}

fn inverted(sense: Sense) -> Option<(&'static str, Json)> {
    (sense == Sense::Inverted).then(|| ("inverted", true.into()))
}

fn folded(test: &Test) -> Option<(&'static str, Json)> {
    test.ignore_case.then(|| ("caseInsensitive", true.into()))
}

/// A test of a list of texts.
fn texts(test: &Test, name: &str, operator: &str, values: &[String], sense: Sense) -> Ways {
    let more = [Some(("values", values.into())), folded(test), inverted(sense)];
    single(constraint(name, operator, more.into_iter().flatten()))
}

/// A test of one value.
fn one(test: &Test, name: &str, operator: &str, value: String, sense: Sense) -> Ways {
    let more = [Some(("value", value.into())), folded(test), inverted(sense)];
    single(constraint(name, operator, more.into_iter().flatten()))
}

fn words(test: &Test) -> Vec<String> {
    test.values.iter().map(word).collect()
}

fn word(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn first(test: &Test) -> Said<String> {
    test.values
        .first()
        .map(word)
        .ok_or_else(|| format!("a test of `{}` has no value", test.attribute))
}

/// As it came.
fn imported(test: &Test, sense: Sense) -> Said<Ways> {
    let name = test.attribute.as_str();
    let number = || -> Said<String> {
        match test.values.first() {
            Some(Json::Number(number)) => decimal(number),
            _ => first(test),
        }
    };
    Ok(match test.op {
        Operator::Equals | Operator::In if test.ignore_case => {
            return Err("Unleash cannot leave case aside where whole texts are compared".into());
        }
        Operator::Equals | Operator::In => listed(name, ("IN", "NOT_IN"), &words(test), sense),
        Operator::Contains => texts(test, name, "STR_CONTAINS", &words(test), sense),
        Operator::StartsWith => texts(test, name, "STR_STARTS_WITH", &words(test), sense),
        Operator::EndsWith => texts(test, name, "STR_ENDS_WITH", &words(test), sense),
        Operator::Cidr => texts(test, name, "IN_CIDR", &words(test), sense),
        Operator::Matches => one(test, name, "REGEX", first(test)?, sense),
        Operator::Before => one(test, moment_name(name), "DATE_BEFORE", first(test)?, sense),
        Operator::After => one(test, moment_name(name), "DATE_AFTER", first(test)?, sense),
        op => match (numeric(op), versioned(op)) {
            (Some(operator), _) => one(test, name, operator, number()?, sense),
            (_, Some(operator)) => one(test, name, operator, first(test)?, sense),
            _ => return Err(format!("Unleash has no operator for a test of `{name}`")),
        },
    })
}

fn numeric(op: Operator) -> Option<&'static str> {
    Some(match op {
        Operator::Eq => "NUM_EQ",
        Operator::Gt => "NUM_GT",
        Operator::Gte => "NUM_GTE",
        Operator::Lt => "NUM_LT",
        Operator::Lte => "NUM_LTE",
        _ => return None,
    })
}

fn versioned(op: Operator) -> Option<&'static str> {
    Some(match op {
        Operator::SemverEq => "SEMVER_EQ",
        Operator::SemverGt => "SEMVER_GT",
        Operator::SemverGte => "SEMVER_GTE",
        Operator::SemverLt => "SEMVER_LT",
        Operator::SemverLte => "SEMVER_LTE",
        _ => return None,
    })
}

/// Without an exponent, which some clients do not read.
fn decimal(number: &serde_json::Number) -> Said<String> {
    if number.is_i64() || number.is_u64() {
        return Ok(number.to_string());
    }
    let float = number.as_f64().filter(|float| float.abs() < 1e15);
    let written = |float: f64| {
        if float.fract() == 0.0 {
            format!("{float:.1}")
        } else {
            float.to_string()
        }
    };
    float
        .map(written)
        .ok_or_else(|| format!("Unleash's clients do not read the number {number}"))
}

fn moment_name(name: &str) -> &str {
    if name == "$now" { MOMENT } else { name }
}

/// One of ours.
fn native(test: &Test, sense: Sense) -> Said<Ways> {
    if test.quantifier != Quantifier::Any {
        return Err("Unleash has no lists to ask every element of".into());
    }
    match test.op {
        Operator::Before | Operator::After | Operator::Within => return moment(test, sense),
        _ => {}
    }
    let name = context_name(&test.attribute)?;
    match test.op {
        Operator::Equals | Operator::In => equality(test, name, sense),
        Operator::Contains => parts(test, name, "STR_CONTAINS", sense),
        Operator::StartsWith => parts(test, name, "STR_STARTS_WITH", sense),
        Operator::EndsWith => parts(test, name, "STR_ENDS_WITH", sense),
        Operator::Matches => {
            let pattern = first(test)?;
            shared_pattern(&pattern)?;
            Ok(one(test, name, "REGEX", pattern, sense))
        }
        Operator::Cidr => Ok(texts(test, name, "IN_CIDR", &words(test), sense)),
        op if numeric(op).is_some() => Err(no_number(name)),
        op => match versioned(op) {
            Some(operator) => Ok(one(test, name, operator, first(test)?, sense)),
            None => Err(format!("Unleash has no operator for a test of `{name}`")),
        },
    }
}

/// The name that Unleash's clients send an attribute under.
fn context_name(attribute: &str) -> Said<&str> {
    if attribute == TARGETING_KEY {
        return Ok(USER);
    }
    let is_alias = SUBJECT_NAMES.contains(&attribute) && attribute != USER;
    let is_odd = attribute.is_empty() || attribute.starts_with('$') || INHERITED.contains(&attribute);
    let breaks_rules = attribute.contains(['"', '\\']) || attribute.chars().any(char::is_control);
    if is_alias || is_odd || breaks_rules || attribute == MOMENT {
        return Err(format!(
            "Unleash's clients read the attribute `{attribute}` in another way"
        ));
    }
    Ok(attribute)
}

/// Unleash's clients take the text `20` for a number.
fn no_number(name: &str) -> String {
    format!(
        "Unleash's clients read numbers out of texts; `{name}` is compared with a number, which only numbers meet here"
    )
}

/// One of these texts.
fn equality(test: &Test, name: &str, sense: Sense) -> Said<Ways> {
    if test.ignore_case {
        return Err("Unleash cannot leave case aside where whole texts are compared".into());
    }
    let mut texts = Vec::new();
    for value in &test.values {
        match value {
            Json::String(text) => {
                plain_text(text)?;
                texts.push(text.clone());
            }
            Json::Number(_) => return Err(no_number(name)),
            other => {
                return Err(format!(
                    "Unleash's contexts are of text; `{name}` is compared with {other}"
                ));
            }
        }
    }
    if texts.is_empty() {
        return Ok(sense.constant(false));
    }
    Ok(listed(name, ("IN", "NOT_IN"), &texts, sense))
}

/// Clients differ about blanks around a value and about the empty text.
fn plain_text(text: &str) -> Said<()> {
    if text.is_empty() || text.trim() != text {
        return Err("some of Unleash's clients trim values, or know no empty one".into());
    }
    Ok(())
}

fn parts(test: &Test, name: &str, operator: &str, sense: Sense) -> Said<Ways> {
    let words = words(test);
    if words.iter().any(String::is_empty) {
        return Err("some of Unleash's clients never find the empty text".into());
    }
    Ok(texts(test, name, operator, &words, sense))
}

/// Patterns that mean the same in every client's language: no classes by letter, no flags, nothing nested.
fn shared_pattern(pattern: &str) -> Said<()> {
    let mut letters = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(letter) = letters.next() {
        let is_odd = match letter {
            // `\<` and `\>` are borders of words for some.
            '\\' => letters
                .next()
                .is_none_or(|next| !next.is_ascii_punctuation() || matches!(next, '<' | '>')),
            '(' if !in_class => letters.peek() == Some(&'?'),
            '[' => std::mem::replace(&mut in_class, true),
            ']' => !std::mem::replace(&mut in_class, false),
            '&' | '~' | '-' if in_class => letters.peek() == Some(&letter),
            _ => false,
        };
        if is_odd {
            return Err(format!(
                "the pattern `{pattern}` is read in other ways by Unleash's clients"
            ));
        }
    }
    Ok(())
}

/// The moment of evaluation; a date in another attribute is read by some clients only.
fn moment(test: &Test, sense: Sense) -> Said<Ways> {
    if test.attribute != "$now" {
        return Err(format!(
            "some of Unleash's clients compare the moment where `{}` is asked for",
            test.attribute
        ));
    }
    let at = |position: usize| test.values.get(position).map_or_else(|| Err(no_instant("")), instant);
    match test.op {
        Operator::Before => Ok(one(test, MOMENT, "DATE_BEFORE", at(0)?, sense)),
        Operator::After => Ok(one(test, MOMENT, "DATE_AFTER", at(0)?, sense)),
        _ => {
            let (start, end) = (at(0)?, at(1)?);
            let from = |sense: Sense| one(test, MOMENT, "DATE_BEFORE", start.clone(), sense.turned(true));
            let until = |sense: Sense| one(test, MOMENT, "DATE_BEFORE", end.clone(), sense);
            Ok(match sense {
                Sense::Plain => vec![from(sense).into_iter().chain(until(sense)).flatten().collect()],
                Sense::Inverted => from(sense).into_iter().chain(until(sense)).collect(),
            })
        }
    }
}

/// In the one form that every client reads: milliseconds, UTC.
fn instant(value: &Json) -> Said<String> {
    let text = value.as_str().unwrap_or_default();
    let date = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    let read = text.parse::<Timestamp>().ok().or_else(|| Some(date()?.timestamp()));
    let exact = read.filter(|at| at.subsec_nanosecond() % 1_000_000 == 0 && at.as_second() > 0);
    exact.map(|at| format!("{at:.3}")).ok_or_else(|| no_instant(text))
}

fn no_instant(text: &str) -> String {
    format!("Unleash's clients do not read the moment `{text}`")
}

#[cfg(test)]
mod tests {
    use super::super::condition::{always, never};
    use super::*;

    #[test]
    fn patterns_that_all_read_alike() {
        for pattern in ["^a.*b$", r"^[a-z0-9]+@acme\.com$", "(a|b){2,3}", r"a\-b", "[^/]+"] {
            assert_eq!(shared_pattern(pattern), Ok(()), "{pattern}");
        }
        for pattern in [
            r"\d+",
            r"\bword",
            r"\<word",
            r"word\>",
            "(?i)a",
            "[[:alpha:]]",
            "[a&&b]",
            r"\",
            r"\p{L}",
            "a]",
        ] {
            assert!(shared_pattern(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn moments_have_one_form() {
        assert_eq!(instant(&"2026-11-21".into()), Ok("2026-11-21T00:00:00.000Z".into()));
        assert_eq!(
            instant(&"2026-11-21T12:00:00.25+01:00".into()),
            Ok("2026-11-21T11:00:00.250Z".into())
        );
        for odd in ["2026-11-21T12:00:00.000001Z", "now", "-P1D", ""] {
            assert!(instant(&odd.into()).is_err(), "{odd}");
        }
    }

    #[test]
    fn constants_have_no_constraint() {
        let nobody = Test {
            attribute: "country".into(),
            op: Operator::In,
            values: Vec::new(),
            negate: false,
            ignore_case: false,
            quantifier: Quantifier::Any,
        };
        assert_eq!(ways(&nobody, Profile::Native, Sense::Plain), Ok(never()));
        assert_eq!(ways(&nobody, Profile::Native, Sense::Inverted), Ok(always()));
    }
}
