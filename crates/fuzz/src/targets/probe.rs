//! Asks a snapshot everything twice, in every way it can be asked.

use hoist_engine::{Context, Moment, NoVisitor, Outcome, Snapshot, UntilVisitor};
use jiff::Timestamp;
use serde_json::json;

/// Moments with an edge: before 1970, a leap day, a change of clocks, the last second there is.
const SECONDS: [i64; 5] = [-377_705_023_201, -1, 1_709_210_096, 1_743_294_599, 253_402_207_200];

/// What is told of an outcome.
fn told(outcome: &Outcome<'_>) -> String {
    format!(
        "{:?}",
        (
            outcome.enabled,
            outcome.variant(),
            outcome.value(),
            outcome.reason,
            outcome.rule(),
            outcome.error
        )
    )
}

/// Somebody, somebody with everything, nobody.
fn contexts() -> [Context; 3] {
    let read = |json: serde_json::Value| json.as_object().map(Context::from_json).unwrap_or_default();
    [
        Context::new(),
        read(json!({"targetingKey": "user-1", "a": "x", "plan": "beta", "tonnage": 7, "tags": ["a", 1, null]})),
        read(
            json!({"userId": 7, "a": {"b": [1.5, "1.2.3"]}, "appVersion": "1.2.3-rc.1", "ip": "10.1.2.3",
            "currentTime": "2026-01-01", "sessionId": "s", "email": "ANN@example.org"}),
        ),
    ]
}

/// Whatever is in it, equal questions get equal answers, explained or not, and no answer ends before it is given.
pub(super) fn everything(snapshot: &Snapshot) {
    for context in contexts() {
        with(snapshot, &context);
    }
}

/// The same for one context.
pub(super) fn with(snapshot: &Snapshot, context: &Context) {
    let bound = snapshot.bind(context);
    for (seed, second) in (0..).zip(SECONDS) {
        let now = Timestamp::from_second(second).expect("within the range of time");
        let moment = Moment { now, seed };
        for flag in snapshot.flags() {
            let mut until = UntilVisitor::default();
            let first = told(&snapshot.evaluate(flag, &bound, &moment, &mut until));
            let second = told(&snapshot.evaluate(flag, &bound, &moment, &mut NoVisitor));
            let (explained, explanation) = snapshot.explain(flag, &bound, &moment);
            assert_eq!(
                first,
                second,
                "flag {:?} answers differently when asked again",
                flag.key()
            );
            assert_eq!(
                first,
                told(&explained),
                "flag {:?} is explained differently",
                flag.key()
            );
            assert!(until.until().is_none_or(|until| until > now), "{:?}", flag.key());
            serde_json::to_string(&explanation).expect("an explanation is JSON");
        }
    }
}
