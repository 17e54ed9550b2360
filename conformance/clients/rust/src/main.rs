//! The provider of the Rust SDK: every value type, and what each refusal becomes. Prints a line per check.

use std::env;

use open_feature::provider::FeatureProvider;
use open_feature::{EvaluationContext, EvaluationErrorCode, Value};
use open_feature_ofrep::{OfrepOptions, OfrepProvider};
use reqwest::header::{HeaderMap, HeaderValue};

type Checked = Result<(), String>;

async fn provider(key: &str) -> OfrepProvider {
    let mut headers = HeaderMap::new();
    headers.insert("x-api-key", HeaderValue::from_str(key).expect("a header"));
    let base_url = env::var("OFREP_URL").expect("OFREP_URL");
    let options = OfrepOptions { base_url, headers, ..Default::default() };
    OfrepProvider::new(options).await.expect("a provider")
}

fn equal<T: PartialEq + std::fmt::Debug>(actual: &T, expected: &T) -> Checked {
    if actual == expected { Ok(()) } else { Err(format!("{actual:?} instead of {expected:?}")) }
}

async fn values(ours: &OfrepProvider, who: &EvaluationContext) -> Vec<(&'static str, Checked)> {
    let why = |error: open_feature::EvaluationError| format!("{error:?}");
    let boolean = ours.resolve_bool_value("typed.boolean", who).await.map_err(why);
    let string = ours.resolve_string_value("typed.string", who).await.map_err(why);
    let integer = ours.resolve_int_value("typed.integer", who).await.map_err(why);
    let float = ours.resolve_float_value("typed.float", who).await.map_err(why);
    let object = ours.resolve_struct_value("typed.object", who).await.map_err(why);
    let rule = ours.resolve_bool_value("by-country", who).await.map_err(why);
    let theme = |object: &open_feature::StructValue| match object.fields.get("theme") {
        Some(Value::Struct(theme)) => equal(&theme.fields.get("name"), &Some(&Value::String("dark".into()))),
        other => Err(format!("{other:?}")),
    };
    vec![
        ("booleans", boolean.and_then(|it| equal(&it.value, &true))),
        ("strings", string.and_then(|it| equal(&it.value, &"dark \"mode\" ü".to_owned()))),
        ("integers", integer.and_then(|it| equal(&it.value, &10))),
        ("floats", float.and_then(|it| equal(&it.value, &10.0))),
        ("objects", object.and_then(|it| theme(&it.value))),
        ("a rule", rule.and_then(|it| equal(&it.value, &true))),
    ]
}

async fn code(provider: &OfrepProvider, flag: &str, who: &EvaluationContext) -> Option<EvaluationErrorCode> {
    provider.resolve_bool_value(flag, who).await.err().map(|error| error.code)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let who = EvaluationContext::default().with_targeting_key("u1").with_custom_field("country", "DE");
    let ours = provider(&env::var("OFREP_KEY").expect("OFREP_KEY")).await;
    let mut checks = values(&ours, &who).await;
    let unknown = code(&ours, "nope", &who).await;
    checks.push(("an unknown flag", equal(&unknown, &Some(EvaluationErrorCode::FlagNotFound))));
    let stranger = provider("nonsense").await;
    let refused = matches!(code(&stranger, "typed.boolean", &who).await, Some(EvaluationErrorCode::General(_)));
    checks.push(("an unknown key", equal(&refused, &true)));
    for (name, checked) in checks {
        match checked {
            Ok(()) => println!("ok {name}"),
            Err(why) => println!("not ok {name}: {}", why.replace('\n', " ")),
        }
    }
}
