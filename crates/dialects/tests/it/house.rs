//! An in-memory house behind the ports: one environment, a clock moved by hand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use hoist_dialects::ports::{
    Class, CredentialId, Credentials, Environment, EnvironmentId, Evaluated, Facts, Identities, Notice, Ports,
    Reported, Seat,
};
use hoist_engine::ruleset::Ruleset;
use hoist_engine::{Context, Snapshot};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::watch;

/// The moment at which every test begins.
pub const START: &str = "2026-11-21T12:00:00Z";

pub struct House {
    now: Mutex<Timestamp>,
    keys: Mutex<HashMap<String, (CredentialId, Class)>>,
    pub secret: Mutex<[u8; 32]>,
    place: Arc<Place>,
    pub stored: Mutex<Option<(String, String, u64)>>,
    pub answered: Mutex<Vec<Evaluated>>,
    pub reported: Mutex<Vec<Reported>>,
}

struct Place {
    rules: Mutex<Ruleset>,
    snapshot: Mutex<Arc<Snapshot>>,
    client_revision: Mutex<u64>,
    server: watch::Sender<Notice>,
    client: watch::Sender<Notice>,
}

/// Who can notice a change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Everybody,
    ServersOnly,
}

impl House {
    /// With the flags of [`rules`], a server key `server` and a client key `client`; the last change
    /// lies long back.
    pub fn new() -> Arc<Self> {
        let now: Timestamp = START.parse().unwrap();
        let long_ago = now - SignedDuration::from_hours(1);
        let notice = Notice {
            revision: 1,
            changed_at: long_ago,
            turned_at: long_ago,
        };
        let place = Place {
            rules: Mutex::new(read(&rules(), 1)),
            snapshot: Mutex::new(compiled(&rules(), 1)),
            client_revision: Mutex::new(1),
            server: watch::Sender::new(notice),
            client: watch::Sender::new(notice),
        };
        let keys = [
            ("server".to_owned(), (CredentialId(1), Class::Server)),
            ("client".to_owned(), (CredentialId(2), Class::Client)),
        ];
        Arc::new(Self {
            now: Mutex::new(now),
            keys: Mutex::new(HashMap::from(keys)),
            secret: Mutex::new([7; 32]),
            place: Arc::new(place),
            stored: Mutex::default(),
            answered: Mutex::default(),
            reported: Mutex::default(),
        })
    }

    pub fn ports(self: &Arc<Self>) -> Ports {
        let clock = Arc::clone(self);
        Ports {
            credentials: Arc::clone(self) as Arc<dyn Credentials>,
            identities: Arc::clone(self) as Arc<dyn Identities>,
            facts: Arc::clone(self) as Arc<dyn Facts>,
            now: Arc::new(move || *clock.now.lock().unwrap()),
        }
    }

    pub fn advance(&self, seconds: i64) {
        let mut now = self.now.lock().unwrap();
        *now += SignedDuration::from_secs(seconds);
    }

    pub fn revoke(&self, key: &str) {
        self.keys.lock().unwrap().remove(key);
        self.place.server.send_modify(|_| {});
        self.place.client.send_modify(|_| {});
    }

    pub fn rename(&self, key: &str, credential: u128) {
        let mut keys = self.keys.lock().unwrap();
        keys.get_mut(key).unwrap().0 = CredentialId(credential);
    }

    /// Publishes rules at a revision.
    pub fn publish(&self, rules: &Value, revision: u64, audience: Audience) {
        let changed_at = *self.now.lock().unwrap();
        *self.place.rules.lock().unwrap() = read(rules, revision);
        *self.place.snapshot.lock().unwrap() = compiled(rules, revision);
        let notice = |last: &mut Notice| {
            *last = Notice {
                revision,
                changed_at,
                ..*last
            }
        };
        self.place.server.send_modify(notice);
        if audience == Audience::Everybody {
            *self.place.client_revision.lock().unwrap() = revision;
            self.place.client.send_modify(notice);
        }
    }

    /// Says that time alone has changed an answer.
    pub fn turn(&self) {
        let turned_at = *self.now.lock().unwrap();
        let turn = |last: &mut Notice| last.turned_at = turned_at;
        self.place.server.send_modify(turn);
        self.place.client.send_modify(turn);
    }

    pub fn listeners(&self) -> usize {
        self.place.server.receiver_count() + self.place.client.receiver_count()
    }

    fn seat_where(&self, fits: impl Fn(&str, CredentialId) -> bool) -> Option<Seat> {
        let keys = self.keys.lock().unwrap();
        let (_, (credential, class)) = keys.iter().find(|(key, (id, _))| fits(key, *id))?;
        Some(Seat {
            credential: *credential,
            class: *class,
            secret: *self.secret.lock().unwrap(),
            environment: Arc::clone(&self.place) as Arc<dyn Environment>,
        })
    }
}

impl Credentials for House {
    fn seat(&self, presented: &str, _: Timestamp) -> Option<Seat> {
        self.seat_where(|key, _| key == presented)
    }

    fn seat_of(&self, credential: CredentialId, _: Timestamp) -> Option<Seat> {
        self.seat_where(|_, id| id == credential)
    }
}

impl Identities for House {
    fn enrich(&self, _: &dyn Environment, context: &mut Context) -> u64 {
        match &*self.stored.lock().unwrap() {
            Some((name, value, version)) => {
                context.set(name.clone(), value.clone());
                *version
            }
            None => 0,
        }
    }
}

impl Facts for House {
    fn evaluated(&self, _: &Seat, batch: &[Evaluated]) {
        self.answered.lock().unwrap().extend_from_slice(batch);
    }

    fn reported(&self, _: &Seat, batch: &[Reported]) {
        self.reported.lock().unwrap().extend_from_slice(batch);
    }
}

impl Environment for Place {
    fn id(&self) -> EnvironmentId {
        EnvironmentId(9)
    }

    fn flag_set(&self) -> &str {
        "acme/shop/production"
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().unwrap())
    }

    fn rules(&self) -> Ruleset {
        self.rules.lock().unwrap().clone()
    }

    fn visible_revision(&self, class: Class, snapshot: &Arc<Snapshot>) -> u64 {
        match class {
            Class::Server => snapshot.revision(),
            Class::Client => *self.client_revision.lock().unwrap(),
        }
    }

    fn notices(&self, class: Class) -> watch::Receiver<Notice> {
        match class {
            Class::Server => self.server.subscribe(),
            Class::Client => self.client.subscribe(),
        }
    }
}

fn read(rules: &Value, revision: u64) -> Ruleset {
    let mut ruleset: Ruleset = serde_json::from_value(rules.clone()).unwrap();
    ruleset.revision = revision;
    ruleset
}

fn compiled(rules: &Value, revision: u64) -> Arc<Snapshot> {
    let (snapshot, problems) = Snapshot::compile(&read(rules, revision));
    assert_eq!(problems, [], "the rules compile");
    Arc::new(snapshot)
}

/// One flag per thing that can be said.
pub fn rules() -> Value {
    let boolean = json!([{"key": "on", "value": true}, {"key": "off", "value": false}]);
    let constant = |variant: &str| json!([{"serve": {"serve": {"serve": {"variant": variant}}}}]);
    let plain = |key: &str, index: u32, kind: &str, value: Value| {
        json!({"key": key, "index": index, "kind": kind, "client_visible": true, "version": 40 + index,
            "variants": [{"key": "only", "value": value}], "steps": constant("only")})
    };
    let split = json!({"split": {"allocation": {"scheme": "hoist64", "salt": "s", "inputs": [{"first_of": ["targetingKey"]}],
        "missing": "not_matched", "draw": "interval", "assign": "stable"},
        "arms": [{"variant": "on", "weight": 1}, {"variant": "off", "weight": 1}]}});
    let drawn = {
        let mut drawn = split.clone();
        drawn["split"]["allocation"]["assign"] = json!("request");
        drawn
    };
    let country = json!({"rules": {"rules": [{"id": "r-\"1\"", "serve": {"serve": {"variant": "on"}},
        "condition": {"test": {"attribute": "country", "op": "equals", "values": ["DE"]}}}]}});
    let window = json!({"rules": {"rules": [{"id": "night", "serve": {"serve": {"variant": "on"}},
        "condition": {"test": {"attribute": "$now", "op": "after", "values": ["2026-11-21T12:10:00Z"]}}}]}});
    let serve = |what: &Value| json!({"serve": {"serve": {"serve": what}}});
    let off = json!({"variant": "off"});
    json!({"v": 1, "environment": "production", "epoch": "e1", "flags": [
        plain("integer", 0, "integer", json!(10)),
        plain("float", 1, "float", json!(10)),
        plain("string", 2, "string", json!("a \"quoted\" text")),
        plain("object", 3, "object", json!({"a": [1, null]})),
        {"key": "rule", "index": 4, "kind": "boolean", "client_visible": true, "variants": boolean,
            "steps": [country, serve(&off)]},
        {"key": "split", "index": 5, "kind": "boolean", "client_visible": true, "variants": boolean,
            "steps": [serve(&split)]},
        {"key": "secret/with%slash", "index": 6, "kind": "boolean", "variants": boolean, "steps": constant("on")},
        {"key": "code-default", "index": 7, "kind": "boolean", "client_visible": true, "variants": boolean,
            "steps": [{"serve": {"serve": {"serve": "code_default"}}}]},
        {"key": "disabled", "index": 8, "kind": "boolean", "client_visible": true, "variants": boolean,
            "steps": [{"off": {"off": {"serve": off, "enabled": false}}}]},
        {"key": "window", "index": 9, "kind": "boolean", "client_visible": true, "variants": boolean,
            "steps": [window, serve(&off)]},
        {"key": "drawn", "index": 10, "kind": "boolean", "variants": boolean, "steps": [serve(&drawn)]},
        {"key": "metadata", "index": 11, "kind": "boolean", "client_visible": true, "variants": boolean,
            "metadata": {"version": "mine", "nothing": null, "nested": {"a": 1}, "number": 5},
            "steps": constant("on")},
    ]})
}
