//! Published vectors, and the operator said again in another way.

use std::collections::HashMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::Value;
use crate::json_logic::{Lookup, compile};
use crate::ruleset::Fractional::{self, V2, V3};

struct Data(Value);

impl Lookup for Data {
    fn var(&self, path: &str) -> Option<Value> {
        match path {
            "$flagd.flagKey" => Some("flag".into()),
            path => self.0.at_path(path).cloned(),
        }
    }
}

fn run(generation: Fractional, rule: &Json, context: &Json) -> Json {
    let rule = compile(rule, generation).unwrap();
    let value = rule.evaluate(&Data(Value::from(context))).unwrap();
    serde_json::to_value(value).unwrap()
}

/// A choice among `b1` to `b25` by this value.
fn bucket(generation: Fractional, by: &Json) -> Json {
    let mut args = vec![json!({"var": "by"})];
    args.extend((1..=25).map(|at| json!([format!("b{at}"), 1])));
    run(generation, &json!({"fractional": args}), &json!({"by": by}))
}

/// flagd's testbed 3.10: a choice among 25.
#[test]
fn vectors_of_the_third_generation() {
    let long = |letters: usize| "a".repeat(letters);
    let rows = [
        (json!(true), 5),
        (json!(false), 1),
        (json!("user1"), 22),
        (json!("user2"), 16),
        (json!(123), 20),
        (json!(456), 12),
        (json!(1.23), 14),
        (json!(4.56), 18),
        (json!("123"), 22),
        (json!("true"), 24),
        (json!("false"), 1),
        (json!("null"), 8),
        (json!("1.23"), 4),
        (json!(0), 8),
        (json!(1.0), 23),
        (json!(1), 23),
        (json!(-2.0), 12),
        (json!(-2), 12),
        (json!(9_007_199_254_740_992.0), 10),
        (json!(9_007_199_254_740_992_i64), 10),
        (json!(0.0), 8),
        (json!(-0.0), 8),
        (json!(2_147_483_647), 10),
        (json!(2_147_483_648_i64), 25),
        (json!(-2_147_483_648), 8),
        (json!(-2_147_483_649_i64), 18),
        (json!(9_007_199_254_740_991_i64), 2),
        (json!(23), 21),
        (json!(24), 11),
        (json!(255), 13),
        (json!(256), 13),
        (json!(65_535), 4),
        (json!(65_536), 11),
        (json!(4_294_967_295_i64), 14),
        (json!(4_294_967_296_i64), 19),
        (json!(-24), 4),
        (json!(-25), 16),
        (json!(1e20), 19),
        (json!(-1e20), 25),
        (json!(65_504.0), 16),
        (json!(-65_504.0), 9),
        (json!(0.000_061_035_156_25), 22),
        (json!(5.960_464_477_539_063e-8), 23),
        (json!(65_505.0), 17),
        (json!(-65_505.0), 17),
        (json!(3.402_823_466_385_288_6e38), 10),
        (json!(-3.402_823_466_385_288_6e38), 3),
        (json!(1.175_494_350_822_287_5e-38), 24),
        (json!(3.5e38), 1),
        (json!(-3.5e38), 6),
        (json!(f64::MAX), 17),
        (json!(f64::MIN), 9),
        (json!(f64::MIN_POSITIVE), 11),
        (json!(f64::from_bits(1)), 2),
        (json!({"a": 1, "b": 2}), 23),
        (json!({"a": 1, "b": 2, "c": 3}), 18),
        (json!({"z": 1, "aa": 2}), 21),
        (json!({"a": {"b": 1}, "b": 2}), 9),
        (json!({"a": true, "bbb": 1, "c": "text", "dddd": 2.5}), 25),
        (json!({"aaa": 1, "\u{ff}": 2}), 12),
        (json!({"": 2, "abc": 1}), 25),
        (json!({"key": -0.0}), 10),
        (json!({"key": 0}), 10),
        (json!({"b": -0.0, "a": {"b": 1}, "c": 0.0}), 8),
        (json!({"café": "façade", "b": {"résumé": {"ÿ": true}}}), 22),
        (json!({}), 3),
        (json!({"a": {}}), 20),
        (json!({"b": 2, "a": {}}), 20),
        (json!({"a": {}, "b": {}}), 21),
        (json!({"a": {}, "b": []}), 7),
        (json!({"c": 0.0, "a": []}), 18),
        (json!({"c": 0.0, "b": -0.0, "a": {"b": []}}), 9),
        (json!({"a": []}), 12),
        (json!({"a": [1, [], 3], "b": null}), 3),
        (json!({"a": ["a", "b", {}], "b": [1, null, 2]}), 23),
        (json!({"a": [1, "two", true, [], null]}), 23),
        (json!({"x": [{"a": 1}, {"b": 2}, {"b": null}]}), 3),
        (json!({"x": [{"a": {"b": []}}]}), 16),
        (json!({"x": [{"a": {"b": null}}]}), 6),
        (json!({"x": [{"a": {"b": {}}}]}), 2),
        (json!({"": null}), 25),
        (json!({"": {"": {"": ""}}}), 11),
        (json!({"a": [[[[[]]]]]}), 15),
        (json!({"a": [[[[null]]]]}), 7),
        (json!({"a": {"b": {"c": {"d": {}}}}}), 21),
        (json!({"a": {"b": {"c": {"d": null}}}}), 19),
        (json!(""), 4),
        (json!("a"), 6),
        (json!("12345678901234567890123"), 4),
        (json!("123456789012345678901234"), 14),
        (json!(long(255)), 18),
        (json!(long(256)), 7),
        (json!("あいうえおかき"), 17),
        (json!("あいうえおかきく"), 16),
        (json!("ééééééééééé"), 16),
        (json!("éééééééééééé"), 19),
        (json!("café façade résumé café"), 9),
    ];
    for (by, expected) in rows {
        assert_eq!(bucket(V3, &by), json!(format!("b{expected}")), "{by}");
    }
}

fn cards(generation: Fractional, seed: &str, name: &str) -> Json {
    let rule = json!({"fractional": [{"cat": [seed, {"var": "user.name"}]},
        ["clubs", 25], ["diamonds", 25], ["hearts", 25], ["spades", 25]]});
    run(generation, &rule, &json!({"user": {"name": name}}))
}

#[test]
fn vectors_of_both_generations() {
    let rows = [
        ("fractional-flag", "jack", "hearts", "diamonds"),
        ("fractional-flag", "queen", "spades", "diamonds"),
        ("fractional-flag", "ten", "clubs", "clubs"),
        ("fractional-flag", "nine", "diamonds", "clubs"),
        ("fractional-flag", "3", "clubs", "spades"),
        ("shared-seed", "seven", "hearts", "hearts"),
        ("shared-seed", "eight", "diamonds", "hearts"),
        ("shared-seed", "nine", "clubs", "diamonds"),
        ("shared-seed", "two", "spades", "diamonds"),
    ];
    for (seed, name, second, third) in rows {
        assert_eq!(cards(V2, seed, name), second, "{seed} {name}");
        assert_eq!(cards(V3, seed, name), third, "{seed} {name}");
    }
}

/// Keys whose hash is 0, 1, 2^31 - 1, 2^31 and 2^32 - 1.
#[test]
fn the_ends_of_the_hash() {
    let rule = json!({"fractional": [{"var": "by"}, ["lower", 50], ["upper", 50]]});
    let rows = [
        ("ejOoVL", "lower"),
        ("bY9fO-", "lower"),
        ("SI7p-", "lower"),
        ("6LvT0", "upper"),
        ("ceQdGm", "upper"),
    ];
    for (by, expected) in rows {
        assert_eq!(run(V2, &rule, &json!({"by": by})), expected, "{by}");
    }
}

#[test]
fn without_what_is_hashed_the_flag_and_its_subject_are() {
    let short = json!({"fractional": [["heads"], ["tails", 1]]});
    let long =
        json!({"fractional": [{"cat": [{"var": "$flagd.flagKey"}, {"var": "targetingKey"}]}, ["heads"], ["tails"]]});
    let mut heads = 0;
    for at in 0..200 {
        let context = json!({"targetingKey": format!("user-{at}")});
        let chosen = run(V2, &short, &context);
        assert_eq!(chosen, run(V2, &long, &context));
        heads += usize::from(chosen == "heads");
    }
    assert!((60..140).contains(&heads), "{heads}");
    for generation in [V2, V3] {
        for nobody in [
            json!({}),
            json!({"targetingKey": ""}),
            json!({"targetingKey": 12345}),
            json!({"targetingKey": true}),
        ] {
            assert_eq!(run(generation, &short, &nobody), Json::Null, "{nobody}");
        }
    }
}

#[test]
fn what_cannot_be_chosen_is_null() {
    let context = json!({"targetingKey": "u", "n": 7, "pair": ["a", 1], "w": "x"});
    let nothing = [
        json!([]),
        json!(["x"]),
        json!([{"var": "nobody"}, ["a"], ["b"]]),
        json!(["x", ["a", 0], ["b", 0]]),
        json!(["x", ["a", -1]]),
        json!(["x", ["a", 1.5]]),
        json!(["x", ["a", "1"]]),
        json!(["x", ["a", true]]),
        json!(["x", ["a", null]]),
        json!(["x", []]),
        json!(["x", ["a", 1, 2]]),
        json!(["x", "a"]),
        json!(["x", [["a"], 1]]),
        json!(["x", [{}, 1]]),
        json!(["x", ["a", 2_147_483_647], ["b", 1]]),
        json!(["x", ["a", 1e300]]),
        json!(["x", ["a", i64::MAX], ["b", i64::MAX]]),
        json!(["x", ["a", {"var": "w"}]]),
    ];
    for args in nothing {
        for generation in [V2, V3] {
            assert_eq!(
                run(generation, &json!({"fractional": args}), &context),
                Json::Null,
                "{args}"
            );
        }
    }
    let number = json!({"fractional": [{"var": "n"}, ["a"], ["b"]]});
    assert_eq!(run(V2, &number, &context), Json::Null, "no text is no text");
    assert_ne!(run(V3, &number, &context), Json::Null);
}

#[test]
fn arms_are_computed_like_anything_else() {
    let context =
        json!({"targetingKey": "jon@company.com", "tier": "premium", "pair": ["a", 1], "all": [["a", 1], ["b", 0]]});
    for generation in [V2, V3] {
        let only =
            |weight: Json| json!({"fractional": [{"var": "targetingKey"}, ["no", 0], [{"var": "tier"}, weight]]});
        assert_eq!(run(generation, &only(json!(3.0)), &context), "premium");
        assert_eq!(run(generation, &only(json!({"+": [1, 1]})), &context), "premium");
        let condition = json!({"if": [{"fractional": [[false, 0], [true, 100]]}, "big", "small"]});
        assert_eq!(run(generation, &condition, &context), "big");
        assert_eq!(
            run(generation, &json!({"fractional": [[null, 1]]}), &context),
            Json::Null
        );
        assert_eq!(run(generation, &json!({"fractional": [[7, 1]]}), &context), 7);
        assert_eq!(
            run(
                generation,
                &json!({"fractional": [{"var": "pair"}, ["b", 0]]}),
                &context
            ),
            "a"
        );
        assert_eq!(run(generation, &json!({"fractional": {"var": "all"}}), &context), "a");
        assert_eq!(
            run(generation, &json!({"fractional": [["a", -5], ["b", 1]]}), &context),
            "b"
        );
    }
}

/// murmur3 of all bytes at once, as its author writes it.
fn murmur3(bytes: &[u8]) -> u32 {
    let mixed = |word: u32| word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let mut hash = 0_u32;
    for chunk in bytes.chunks(4) {
        let word = chunk
            .iter()
            .rev()
            .fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        hash ^= mixed(word);
        if chunk.len() == 4 {
            hash = hash.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
        }
    }
    hash ^= u32::try_from(bytes.len()).unwrap();
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// Every finite half float and its bits.
static HALVES: LazyLock<HashMap<u64, u16>> = LazyLock::new(|| {
    let value = |bits: u16| {
        let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
        let size = match exponent {
            0 => fraction * 2_f64.powi(-24),
            31 => return None,
            _ => (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
        };
        Some(if bits & 0x8000 == 0 { size } else { -size })
    };
    (0..=u16::MAX)
        .filter_map(|bits| Some((value(bits)?.to_bits(), bits)))
        .collect()
});

fn cbor(value: &Json) -> Vec<u8> {
    let head = |kind: u8, number: u128| {
        let (more, length) = match number {
            0..24 => return vec![kind << 5 | u8::try_from(number).unwrap()],
            24..0x100 => (24, 1),
            0x100..0x1_0000 => (25, 2),
            0x1_0000..0x1_0000_0000 => (26, 4),
            _ => (27, 8),
        };
        [&[kind << 5 | more], &number.to_be_bytes()[16 - length..]].concat()
    };
    match value {
        Json::Null => vec![0xf6],
        Json::Bool(value) => vec![0xf4 + u8::from(*value)],
        Json::String(text) => [head(3, text.len() as u128), text.as_bytes().to_vec()].concat(),
        Json::Array(items) => {
            let items = items.iter().map(cbor);
            [head(4, items.len() as u128), items.collect::<Vec<_>>().concat()].concat()
        }
        Json::Object(members) => {
            let mut members: Vec<(Vec<u8>, Vec<u8>)> = members
                .iter()
                .map(|(name, value)| (cbor(&json!(name)), cbor(value)))
                .collect();
            members.sort();
            let pairs = members
                .iter()
                .map(|(name, value)| [name.clone(), value.clone()].concat());
            [head(5, pairs.len() as u128), pairs.collect::<Vec<_>>().concat()].concat()
        }
        Json::Number(number) => {
            let float = number.as_f64().unwrap();
            let whole = number.as_i64().map(i128::from).or_else(|| {
                let fits = float.fract() == 0.0 && float >= -(2_f64.powi(63)) && float < 2_f64.powi(64);
                fits.then_some(float as i128)
            });
            match whole {
                Some(whole) if whole >= 0 => head(0, whole.unsigned_abs()),
                Some(whole) => head(1, whole.unsigned_abs() - 1),
                None if HALVES.contains_key(&float.to_bits()) => {
                    [&[0xf9][..], &HALVES[&float.to_bits()].to_be_bytes()].concat()
                }
                None if f64::from(float as f32).to_bits() == float.to_bits() => {
                    [&[0xfa][..], &(float as f32).to_be_bytes()].concat()
                }
                None => [&[0xfb][..], &float.to_be_bytes()].concat(),
            }
        }
    }
}

/// The operator over evaluated arguments, said as its documentation says it.
fn restated(generation: Fractional, args: &[Json], key: &Json) -> Json {
    let Some(by) = args.first() else { return Json::Null };
    let own = match generation {
        V2 => by.as_str().map(|text| text.as_bytes().to_vec()),
        V3 if by.is_null() => return Json::Null,
        V3 => (!by.is_array()).then(|| cbor(by)),
    };
    let arms = if own.is_some() { &args[1..] } else { args };
    let bytes = own.or_else(|| {
        let key = key.as_str().filter(|key| !key.is_empty())?;
        Some(match generation {
            V2 => format!("flag{key}").into_bytes(),
            V3 => cbor(&json!(["flag", key])),
        })
    });
    let mut lanes: Vec<(&Json, u128)> = Vec::new();
    for arm in arms {
        let parts = arm.as_array().map(Vec::as_slice);
        let (variant, weight) = match parts {
            Some([variant]) => (variant, 1.0),
            Some([variant, Json::Number(weight)]) => (variant, weight.as_f64().unwrap()),
            _ => return Json::Null,
        };
        if variant.is_array() || variant.is_object() || weight.fract() != 0.0 {
            return Json::Null;
        }
        lanes.push((variant, weight.max(0.0) as u128));
    }
    let total: u128 = lanes.iter().map(|(_, weight)| *weight).fold(0, u128::saturating_add);
    let Some(bytes) = bytes.filter(|_| (1..=2_147_483_647).contains(&total)) else {
        return Json::Null;
    };
    let mut left = u128::from(murmur3(&bytes)) * total / (1 << 32);
    for (variant, weight) in lanes {
        match left.checked_sub(weight) {
            Some(less) => left = less,
            None => return variant.clone(),
        }
    }
    Json::Null
}

fn any_number() -> impl Strategy<Value = Json> {
    let halves: Vec<f64> = HALVES.keys().map(|bits| f64::from_bits(*bits)).collect();
    prop_oneof![
        any::<i64>().prop_map(Json::from),
        (-70_000..70_000_i64).prop_map(Json::from),
        any::<f64>()
            .prop_filter("JSON has none other", |float| float.is_finite())
            .prop_map(Json::from),
        any::<f32>()
            .prop_filter("JSON has none other", |float| float.is_finite())
            .prop_map(|float| f64::from(float).into()),
        prop::sample::select(halves).prop_map(Json::from),
        (any::<i32>(), 0..40).prop_map(|(whole, by)| (f64::from(whole) * 2_f64.powi(by)).into()),
    ]
}

fn any_value() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any_number(),
        "\\PC{0,30}".prop_map(Json::from),
        "[a-z0-9-]{0,12}".prop_map(Json::from),
    ];
    scalar.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::hash_map("[a-zé]{0,4}", inner, 0..4)
                .prop_map(|members| members.into_iter().collect::<Json>()),
        ]
    })
}

fn any_arm() -> impl Strategy<Value = Json> {
    let weight = prop_oneof![
        8 => (0..200_i64).prop_map(Json::from),
        1 => (-9..9_i64).prop_map(|whole| (whole as f64).into()),
        1 => any_value(),
    ];
    let variant = prop_oneof![8 => "[a-e]".prop_map(Json::from), 1 => any_value()];
    prop_oneof![
        1 => variant.clone().prop_map(|variant| json!([variant])),
        9 => (variant, weight).prop_map(|(variant, weight)| json!([variant, weight])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    /// Written arms, computed arms and an argument that is computed as a whole choose alike, and as restated.
    #[test]
    fn the_operator_is_what_it_is_said_to_be(
        by in prop::option::of(any_value()),
        arms in prop::collection::vec(any_arm(), 0..6),
        key in prop_oneof![3 => "[a-z0-9-]{0,9}".prop_map(Json::from), 1 => any_value()],
        generation in prop::sample::select(vec![V2, V3]),
    ) {
        let args: Vec<Json> = by.iter().cloned().chain(arms.iter().cloned()).collect();
        let expected = restated(generation, &args, &key);
        let context = json!({"by": by, "args": args, "targetingKey": key});
        let whole = run(generation, &json!({"fractional": {"var": "args"}}), &context);
        prop_assert_eq!(&whole, &expected, "computed");
        let mut computed: Vec<Json> = (0..args.len()).map(|at| json!({"var": format!("args.{at}")})).collect();
        prop_assert_eq!(&run(generation, &json!({"fractional": computed}), &context), &expected, "computed one by one");
        computed.truncate(usize::from(by.is_some()));
        computed.extend(arms.iter().filter(|arm| is_written(arm)).cloned());
        if computed.len() == args.len() && !args.is_empty() {
            prop_assert_eq!(&run(generation, &json!({"fractional": computed}), &context), &expected, "written arms");
        }
    }
}

/// Whether an arm is data wherever it stands: no object in it, which could be taken for a call.
fn is_written(arm: &Json) -> bool {
    match arm {
        Json::Array(items) => items.iter().all(is_written),
        Json::Object(_) => false,
        _ => true,
    }
}
