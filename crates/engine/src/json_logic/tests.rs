use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

struct Data(Value);

impl Lookup for Data {
    fn var(&self, path: &str) -> Option<Value> {
        if path.is_empty() {
            Some(self.0.clone())
        } else {
            self.0.at_path(path).cloned()
        }
    }
}

fn read(rule: &Json) -> Result<Expression, String> {
    compile(rule, Fractional::V2)
}

fn run(rule: &Json, data: &Json) -> Value {
    read(rule).unwrap().evaluate(&Data(Value::from(data))).unwrap()
}

/// Each row is a rule, the data and the value.
fn check(rows: &[(Json, Json, Json)]) {
    for (rule, data, expected) in rows {
        assert_eq!(run(rule, data), Value::from(expected), "{rule} on {data}");
    }
}

fn constant(rows: &[(Json, Json)]) {
    let rows: Vec<_> = rows
        .iter()
        .map(|(rule, expected)| (rule.clone(), json!({}), expected.clone()))
        .collect();
    check(&rows);
}

#[test]
fn variables() {
    let data = json!({"a": {"b": [10, {"c": "x"}]}, "n": null, "": "blank"});
    let rows = [
        (json!({"var": "a.b.1.c"}), json!("x")),
        (json!({"var": ["a.b.0"]}), json!(10)),
        (json!({"var": ["a.z", "d"]}), json!("d")),
        (json!({"var": ["a.z", {"var": "a.b.0"}]}), json!(10)),
        (json!({"var": "a.z"}), json!(null)),
        (json!({"var": {"cat": ["a.", "b", ".0"]}}), json!(10)),
        (json!({"var": ""}), data.clone()),
        (json!({"var": []}), data.clone()),
        (json!({"missing": ["a", "z", "n"]}), json!(["z", "n"])),
        (json!({"missing": {"merge": ["q", ["a"]]}}), json!(["q"])),
        (json!({"missing_some": [1, ["a", "z"]]}), json!([])),
        (json!({"missing_some": [2, ["a", "z"]]}), json!(["z"])),
    ];
    check(&rows.map(|(rule, expected)| (rule, data.clone(), expected)));
}

#[test]
fn logic_is_lazy_and_returns_values() {
    constant(&[
        (json!({"if": []}), json!(null)),
        (json!({"if": ["x"]}), json!("x")),
        (json!({"if": [false, 1, "", 2, [], 3, 4]}), json!(4)),
        (json!({"if": [false, 1]}), json!(null)),
        (json!({"and": [1, "", 3]}), json!("")),
        (json!({"and": [1, 2]}), json!(2)),
        (json!({"or": [0, "x", 3]}), json!("x")),
        (json!({"or": [0, null]}), json!(null)),
        (json!({"!": [[]]}), json!(true)),
        (json!({"!": "0"}), json!(false)),
        (json!({"!!": [{}]}), json!(true)),
        (json!({"!!": 0.0}), json!(false)),
        (json!({"!!": []}), json!(false)),
    ]);
}

#[test]
fn equality() {
    constant(&[
        (json!({"==": [1, "1"]}), json!(true)),
        (json!({"==": [1, 1.0]}), json!(true)),
        (json!({"==": [true, 1]}), json!(true)),
        (json!({"==": [0, ""]}), json!(true)),
        (json!({"==": [null, 0]}), json!(false)),
        (json!({"==": [null, null]}), json!(true)),
        (json!({"==": ["a", "a"]}), json!(true)),
        (json!({"==": ["1", "01"]}), json!(false)),
        (json!({"==": ["inf", "inf"]}), json!(true)),
        (json!({"==": [[1, "a"], [1.0, "a"]]}), json!(true)),
        (json!({"==": ["x"]}), json!(false)),
        (json!({"!=": [1, 2]}), json!(true)),
        (json!({"===": [1, "1"]}), json!(false)),
        (json!({"===": [1, 1.0]}), json!(true)),
        (json!({"!==": [1, "1"]}), json!(true)),
    ]);
}

#[test]
fn order() {
    constant(&[
        (json!({"<": ["a", "b"]}), json!(true)),
        (json!({"<": ["10", "9"]}), json!(true)),
        (json!({"<": ["10", 9]}), json!(false)),
        (json!({"<": [1, 2, 3]}), json!(true)),
        (json!({"<": [1, 1, 3]}), json!(false)),
        (json!({"<=": [1, 1, 3]}), json!(true)),
        (json!({">": [2, "x"]}), json!(false)),
        (json!({"<": [2, "x"]}), json!(false)),
        (json!({">=": [null, 0]}), json!(true)),
        (json!({">": [1]}), json!(false)),
    ]);
}

#[test]
fn arithmetic_keeps_whole_numbers_and_gives_null_on_bad_input() {
    constant(&[
        (json!({"+": [1, 2, "3"]}), json!(6)),
        (json!({"+": "7"}), json!(7)),
        (json!({"+": [0.5, 1]}), json!(1.5)),
        (json!({"+": [i64::MAX, 1]}), json!(i64::MAX as f64 + 1.0)),
        (json!({"+": ["x", 1]}), json!(null)),
        (json!({"+": []}), json!(null)),
        (json!({"-": [5, 7]}), json!(-2)),
        (json!({"-": 5}), json!(-5)),
        (json!({"*": [2, 3, 4]}), json!(24)),
        (json!({"/": [6, 3]}), json!(2)),
        (json!({"/": [1, 4]}), json!(0.25)),
        (json!({"/": [1, 0]}), json!(null)),
        (json!({"%": [7, 3]}), json!(1)),
        (json!({"%": [-7, 3]}), json!(-1)),
        (json!({"%": [7, 0]}), json!(null)),
        (json!({"%": [i64::MIN, -1]}), json!(-0.0)),
        (json!({"max": [1, 3.5, 2]}), json!(3.5)),
        (json!({"min": [4, "2", 3]}), json!(2)),
        (json!({"max": []}), json!(null)),
    ]);
    check(&[(json!({"max": {"var": "l"}}), json!({"l": [1, 9, 3]}), json!(9))]);
}

#[test]
fn text_and_lists() {
    constant(&[
        (json!({"cat": ["a", 1, 2.0, true, null, ["b", 3]]}), json!("a12trueb,3")),
        (json!({"cat": "x"}), json!("x")),
        (json!({"substr": ["jsonlogic", 4]}), json!("logic")),
        (json!({"substr": ["jsonlogic", -5]}), json!("logic")),
        (json!({"substr": ["jsonlogic", 1, 3]}), json!("son")),
        (json!({"substr": ["jsonlogic", 4, -2]}), json!("log")),
        (json!({"substr": ["æøå", 1, 1]}), json!("ø")),
        (json!({"substr": ["a", 9, 9]}), json!("")),
        (json!({"substr": ["a", "x"]}), json!(null)),
        (json!({"in": ["Ring", "Springfield"]}), json!(false)),
        (json!({"in": ["ring", "Springfield"]}), json!(true)),
        (json!({"in": ["a", ["b", "a"]]}), json!(true)),
        (json!({"in": [1, ["b", 1.0]]}), json!(true)),
        (json!({"in": [1, ["1"]]}), json!(false)),
        (json!({"in": ["a", null]}), json!(false)),
        (json!({"in": ["a"]}), json!(false)),
        (json!({"merge": [[1, 2], 3, [[4]]]}), json!([1, 2, 3, [4]])),
    ]);
}

#[test]
fn loops() {
    let data = json!({"l": [1, 2, 3], "o": [{"k": "a"}, {"k": "b"}], "s": "text"});
    let rows = [
        (
            json!({"map": [{"var": "l"}, {"*": [{"var": ""}, 2]}]}),
            json!([2, 4, 6]),
        ),
        (json!({"map": [{"var": "o"}, {"var": "k"}]}), json!(["a", "b"])),
        (json!({"map": [{"var": "s"}, 1]}), json!([])),
        (
            json!({"filter": [{"var": "l"}, {">": [{"var": ""}, 1]}]}),
            json!([2, 3]),
        ),
        (
            json!({"reduce": [{"var": "l"}, {"+": [{"var": "accumulator"}, {"var": "current"}]}, 10]}),
            json!(16),
        ),
        (json!({"reduce": [{"var": "s"}, 1, "init"]}), json!("init")),
        (json!({"all": [{"var": "l"}, {">": [{"var": ""}, 0]}]}), json!(true)),
        (json!({"all": [[], true]}), json!(false)),
        (json!({"some": [{"var": "l"}, {">": [{"var": ""}, 2]}]}), json!(true)),
        (json!({"some": [[], true]}), json!(false)),
        (json!({"none": [{"var": "l"}, {">": [{"var": ""}, 3]}]}), json!(true)),
        (json!({"none": [[], true]}), json!(true)),
    ];
    check(&rows.map(|(rule, expected)| (rule, data.clone(), expected)));
}

#[test]
fn flagd_operators() {
    constant(&[
        (json!({"starts_with": ["abc", "ab"]}), json!(true)),
        (json!({"ends_with": ["abc", "ab"]}), json!(false)),
        (json!({"starts_with": [123, "1"]}), json!(null)),
        (json!({"ends_with": ["x"]}), json!(null)),
        (json!({"starts_with": ["a", "b", "c"]}), json!(null)),
        (json!({"sem_ver": ["v1.2.3", "=", "1.2.3+build"]}), json!(true)),
        (json!({"sem_ver": [1.2, ">", "1.1"]}), json!(true)),
        (json!({"sem_ver": [2, "^", "2.9.9"]}), json!(true)),
        (json!({"sem_ver": ["1.2.9", "~", "1.2"]}), json!(true)),
        (json!({"sem_ver": ["1.3.0", "~", "1.2"]}), json!(false)),
        (json!({"sem_ver": ["1.0-rc.1", "<", "1"]}), json!(true)),
        (json!({"sem_ver": ["1.0.0", "!=", "1.0.1"]}), json!(true)),
        (json!({"sem_ver": ["1.0.0.0", "=", "1.0.0"]}), json!(null)),
        (json!({"sem_ver": ["1.0.0", "===", "1.0.0"]}), json!(null)),
        (json!({"sem_ver": ["", "=", "1.0.0"]}), json!(null)),
        (json!({"sem_ver": ["1.0.0", "="]}), json!(null)),
        (json!({"sem_ver": [true, "=", "1.0.0"]}), json!(null)),
    ]);
}

#[test]
fn objects_that_are_no_calls_are_data() {
    constant(&[
        (json!({}), json!({})),
        (json!({"a": 1, "b": {"var": "x"}}), json!({"a": 1, "b": {"var": "x"}})),
    ]);
}

#[test]
fn what_cannot_be_read_is_named() {
    let error = |rule: Json| read(&rule).unwrap_err();
    assert_eq!(
        error(json!({"frobnicate": 1})),
        "the operator `frobnicate` does not exist"
    );
    assert_eq!(error(json!({"$ref": "x"})), "a `$ref` that names no evaluator");
}

#[test]
fn depth_and_size_are_limited() {
    let deep = (0..MAX_DEPTH + 1).fold(json!(1), |inner, _| json!({"!": [inner]}));
    assert!(read(&deep).unwrap_err().contains("deeper"));
    let deep = (0..MAX_DEPTH + 1).fold(json!(1), |inner, _| json!({"a": inner, "b": 1}));
    assert!(read(&deep).unwrap_err().contains("deeper"));
    let wide = json!({"merge": vec![1; MAX_NODES]});
    assert!(read(&wide).unwrap_err().contains("more than"));
}

#[test]
fn growth_is_limited() {
    let list = vec![0; 1_000];
    let stops = |body: Json, start: Json| {
        let rule = json!({"reduce": [list, body, start]});
        read(&rule).unwrap().evaluate(&Data(Value::Null)).unwrap_err()
    };
    let sum = json!({"var": "accumulator"});
    assert!(stops(json!({"cat": [sum, sum]}), json!("x")).contains("steps"));
    assert!(stops(json!({"merge": [sum, sum]}), json!([1])).contains("steps"));
    assert!(stops(json!([sum]), json!([])).contains("deeper"));
    let squared = json!({"map": [list, {"map": [list, 1]}]});
    assert!(stops(squared, json!(0)).contains("steps"));
}

/// JSON of every form, with operator names as keys more often than not.
fn any_json() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[a-c.0-9v*-]{0,6}".prop_map(Json::from),
        prop_oneof![Just("="), Just("~"), Just("accumulator"), Just("current"), Just("")].prop_map(Json::from),
    ];
    let names = prop_oneof![
        Just("var"),
        Just("missing"),
        Just("missing_some"),
        Just("if"),
        Just("=="),
        Just("==="),
        Just("!="),
        Just("!=="),
        Just(">"),
        Just(">="),
        Just("<"),
        Just("<="),
        Just("%"),
        Just("/"),
        Just("*"),
        Just("+"),
        Just("-"),
        Just("max"),
        Just("min"),
        Just("merge"),
        Just("cat"),
        Just("substr"),
        Just("in"),
        Just("map"),
        Just("filter"),
        Just("all"),
        Just("none"),
        Just("some"),
        Just("reduce"),
        Just("!"),
        Just("!!"),
        Just("or"),
        Just("and"),
        Just("sem_ver"),
        Just("starts_with"),
        Just("ends_with"),
        Just("fractional"),
        Just("x")
    ];
    scalar.prop_recursive(5, 60, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            (names.clone(), prop::collection::vec(inner.clone(), 0..4)).prop_map(|(name, args)| json!({name: args})),
            (names.clone(), inner).prop_map(|(name, arg)| json!({name: arg})),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_rule_panics_and_equal_runs_agree(rule in any_json(), data in any_json()) {
        if let Ok(rule) = read(&rule) {
            let data = Data(Value::from(&data));
            let (first, second) = (rule.evaluate(&data), rule.evaluate(&data));
            prop_assert_eq!(format!("{first:?}"), format!("{second:?}"));
        }
    }

    #[test]
    fn negation_turns_truth_around(rule in any_json(), data in any_json()) {
        let (yes, no) = (read(&json!({"!!": [rule]})), read(&json!({"!": [rule]})));
        if let (Ok(yes), Ok(no)) = (yes, no) {
            let data = Data(Value::from(&data));
            if let (Ok(Value::Bool(yes)), Ok(Value::Bool(no))) = (yes.evaluate(&data), no.evaluate(&data)) {
                prop_assert_ne!(yes, no);
            }
        }
    }
}

/// A choice by a choice by a choice … takes the room of what is written.
#[test]
fn nested_choices_do_not_multiply() {
    let mut rule = json!({"var": "a"});
    for _ in 0..60 {
        rule = json!({"fractional": [rule, ["a", 1]]});
    }
    let compiled = compile(&rule, Fractional::V2).unwrap();
    assert!(format!("{compiled:?}").len() < 100_000);
}
