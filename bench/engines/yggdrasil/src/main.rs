//! Unleash's engine. Shape c asks for the variant, which tells also whether the feature is enabled.

use bench_kit::{AGE, CONTEXTS, COUNTRY, Cell, Counting, Shape, VERSION, user};
use bench_workload::unleash;
use unleash_yggdrasil::{Context, EngineState, UpdateMessage};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const NAME: &str = "yggdrasil";

fn main() {
    let contexts: Vec<Context> = (0..CONTEXTS).map(context).collect();
    for cell in Cell::every() {
        let document = unleash::features(cell.names.iter().map(|name| (name.clone(), cell.shape)));
        let document = serde_json::from_value(document).expect("features");
        let engine = EngineState::default();
        engine.take_state(UpdateMessage::FullResponse(document));
        if cell.shape == Shape::C {
            let variant = |name: &str, at: usize| engine.get_variant(name, &contexts[at], &None).name;
            cell.check(NAME, |name, at| variant(name, at).starts_with('v'));
            cell.one(NAME, variant);
        } else {
            let is_enabled = |name: &str, at: usize| engine.is_enabled(name, &contexts[at], &None);
            cell.check(NAME, is_enabled);
            cell.one(NAME, is_enabled);
        }
        cell.all(NAME, |at| engine.resolve_all(&contexts[at], &None));
    }
}

fn context(number: usize) -> Context {
    let properties = [
        ("country", COUNTRY.to_owned()),
        ("age", AGE.to_string()),
        ("version", VERSION.to_owned()),
    ];
    Context {
        user_id: Some(user(number)),
        session_id: None,
        environment: None,
        app_name: None,
        current_time: None,
        remote_address: None,
        properties: Some(
            properties
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect(),
        ),
    }
}
