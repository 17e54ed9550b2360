//! What clients report: that they are there, and how often they asked for what.

use std::collections::HashMap;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Map, Value as Json, json};

use super::frontend::Faces;
use super::refusal::{Detail, Refusal};
use super::{Unleash, query};
use crate::body::{self, Unread};
use crate::ports::{Class, Reported, Seat};

/// The version that is spoken.
const VERSION: HeaderName = HeaderName::from_static("x-unleash-version");

/// How many tokens are looked at in one request.
const MOST_TOKENS: usize = 1000;

/// What is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// A client is there.
    Register,
    /// What one client asked for.
    Metrics,
    /// What many clients asked for, gathered on the way.
    Bulk,
    /// What Unleash's Edge tells of itself.
    Edge,
}

/// Who may report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// Servers.
    Backend,
    /// Everybody with a key.
    Frontend,
}

impl Unleash {
    pub(super) async fn report(
        &self,
        parts: &Parts,
        body: Body,
        what: Report,
        from: From,
    ) -> Result<Response, Refusal> {
        if parts.method != Method::POST {
            return Err(Refusal::Method("POST"));
        }
        let now = (self.ports.now)();
        let seat = match from {
            From::Backend => query::server_seat(&parts.headers, &*self.ports.credentials, now)?,
            From::Frontend => query::seat(&parts.headers, &*self.ports.credentials, now)?,
        };
        query::is_json(&parts.headers)?;
        let body = self.read(&parts.headers, body).await?;
        let document = parsed(&body)?;
        match what {
            Report::Register => registration(&document)?,
            Report::Metrics => self.count(&seat, &bucket(&document)?).await?,
            Report::Bulk => self.count(&seat, &bulk(&document)?).await?,
            Report::Edge => {}
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = match from {
            From::Backend => StatusCode::ACCEPTED,
            From::Frontend => StatusCode::OK,
        };
        if what == Report::Register {
            response
                .headers_mut()
                .insert(VERSION, HeaderValue::from_static("8.2.0"));
        }
        Ok(response)
    }

    /// What the given tokens open. Whoever has a token may ask for everything that it opens anyway.
    pub(super) async fn validate(&self, parts: &Parts, body: Body) -> Result<Response, Refusal> {
        if parts.method != Method::POST {
            return Err(Refusal::Method("POST"));
        }
        query::is_json(&parts.headers)?;
        let body = self.read(&parts.headers, body).await?;
        let document = parsed(&body)?;
        let tokens = list(&document, "tokens", "/body/tokens")?;
        let now = (self.ports.now)();
        let known = tokens
            .iter()
            .take(MOST_TOKENS)
            .filter_map(Json::as_str)
            .filter_map(|token| {
                let value = HeaderValue::from_str(token).ok()?;
                let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
                let seat = query::seat(&headers, &*self.ports.credentials, now).ok()?;
                let kind = match seat.class {
                    Class::Server => "backend",
                    Class::Client => "frontend",
                };
                let environment = seat.environment.flag_set().rsplit('/').next().unwrap_or_default();
                let project = query::project(&headers).unwrap_or("*");
                Some(json!({"token": token, "type": kind, "projects": [project], "environment": environment}))
            });
        let known: Vec<Json> = known.collect();
        let mut response = Response::new(Body::from(json!({ "tokens": known }).to_string()));
        let to = response.headers_mut();
        to.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(response)
    }

    pub(super) async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
        let most = self.settings.body_bytes;
        body::read(headers, body, most).await.map_err(|unread| match unread {
            Unread::TooLarge => Refusal::TooLarge(most),
            Unread::TooSlow => Refusal::TooSlow,
            Unread::Packed => Refusal::BadData(vec![Detail::plain("the body is packed; send it as it is")]),
            Unread::Broken => Refusal::BadData(vec![Detail::plain("the body could not be read to its end")]),
        })
    }

    /// Names that are not flags here are left aside.
    async fn count(&self, seat: &Seat, counts: &[Count]) -> Result<(), Refusal> {
        if counts.is_empty() {
            return Ok(());
        }
        let faces = self.faces(seat).await?;
        let snapshot = seat.environment.snapshot();
        let known = counts.iter().filter_map(|count| {
            let flag = snapshot.flag(&count.feature)?;
            let is_visible = seat.class == Class::Server || flag.client_visible();
            let keys: Vec<&str> = flag.variants().map(|variant| variant.key()).collect();
            is_visible.then(|| Reported {
                flag: flag.index(),
                yes: count.yes,
                no: count.no,
                untold: 0,
                variants: variants(count, &keys, &faces),
            })
        });
        let batch: Vec<Reported> = known.collect();
        self.ports.facts.reported(seat, &batch);
        Ok(())
    }
}

fn variants(count: &Count, keys: &[&str], faces: &Faces) -> Vec<(u16, u64)> {
    let face = faces.get(&count.feature);
    let place = |name: &String| {
        let key = face?.key_of(name)?;
        let at = keys.iter().position(|own| *own == key)?;
        u16::try_from(at).ok()
    };
    let known = count
        .variants
        .iter()
        .filter_map(|(name, times)| Some((place(name)?, *times)));
    known.collect()
}

/// How often a flag was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Count {
    feature: String,
    yes: u64,
    no: u64,
    variants: HashMap<String, u64>,
}

fn parsed(body: &[u8]) -> Result<Map<String, Json>, Refusal> {
    match serde_json::from_slice::<Json>(body) {
        Ok(Json::Object(members)) => Ok(members),
        Ok(_) => Err(wrong("/body", "object")),
        Err(error) => Err(Refusal::BadData(vec![Detail::plain(format!(
            "the body is no JSON: {error}"
        ))])),
    }
}

fn wrong(path: &str, kind: &str) -> Refusal {
    Refusal::BadData(vec![Detail::at(path, format!("The `{path}` property must be {kind}."))])
}

fn missing(path: &str) -> Refusal {
    let text = format!("The `{path}` property is required. It was not present on the data you sent.");
    Refusal::BadData(vec![Detail::at(path, text)])
}

fn text<'m>(members: &'m Map<String, Json>, name: &str, path: &str) -> Result<&'m str, Refusal> {
    match members.get(name) {
        Some(Json::String(text)) => Ok(text),
        Some(_) => Err(wrong(path, "string")),
        None => Err(missing(path)),
    }
}

fn list<'m>(members: &'m Map<String, Json>, name: &str, path: &str) -> Result<&'m [Json], Refusal> {
    match members.get(name) {
        Some(Json::Array(items)) => Ok(items),
        Some(_) => Err(wrong(path, "array")),
        None => Err(missing(path)),
    }
}

/// Absent or null is fine.
fn optional(
    members: &Map<String, Json>,
    name: &str,
    path: &str,
    kind: &str,
    fits: fn(&Json) -> bool,
) -> Result<(), Refusal> {
    match members.get(name) {
        None | Some(Json::Null) => Ok(()),
        Some(value) if fits(value) => Ok(()),
        Some(_) => Err(wrong(path, kind)),
    }
}

fn registration(document: &Map<String, Json>) -> Result<(), Refusal> {
    text(document, "appName", "/body/appName")?;
    optional(document, "strategies", "/body/strategies", "array", Json::is_array)?;
    optional(document, "interval", "/body/interval", "number", Json::is_number)?;
    optional(document, "started", "/body/started", "date-time or number", is_moment)
}

fn is_moment(value: &Json) -> bool {
    match value {
        Json::Number(_) => true,
        Json::String(text) => text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok(),
        _ => false,
    }
}

/// One client's counts.
fn bucket(document: &Map<String, Json>) -> Result<Vec<Count>, Refusal> {
    text(document, "appName", "/body/appName")?;
    optional(
        document,
        "impactMetrics",
        "/body/impactMetrics",
        "array",
        Json::is_array,
    )?;
    let bucket = match document.get("bucket") {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(Json::Object(bucket)) => bucket,
        Some(_) => return Err(wrong("/body/bucket", "object")),
    };
    for name in ["start", "stop"] {
        let path = format!("/body/bucket/{name}");
        match bucket.get(name) {
            Some(moment) if is_moment(moment) => {}
            Some(_) => return Err(wrong(&path, "date-time or number")),
            None => return Err(missing(&path)),
        }
    }
    let path = "/body/bucket/toggles";
    let toggles = match bucket.get("toggles") {
        Some(Json::Object(toggles)) => toggles,
        Some(_) => return Err(wrong(path, "object")),
        None => return Err(missing(path)),
    };
    let one = |(name, value): (&String, &Json)| match value {
        Json::Object(members) => count(name, members, &format!("{path}/{}", shown(name))),
        _ => Err(wrong(&format!("{path}/{}", shown(name)), "object")),
    };
    toggles.iter().map(one).collect()
}

/// Counts of many clients, and who they are.
fn bulk(document: &Map<String, Json>) -> Result<Vec<Count>, Refusal> {
    for (at, application) in list(document, "applications", "/body/applications")?.iter().enumerate() {
        let path = format!("/body/applications/{at}");
        let members = application.as_object().ok_or_else(|| wrong(&path, "object"))?;
        text(members, "appName", &format!("{path}/appName"))?;
    }
    let metrics = list(document, "metrics", "/body/metrics")?.iter().enumerate();
    let one = |(at, metric): (usize, &Json)| {
        let path = format!("/body/metrics/{at}");
        let members = metric.as_object().ok_or_else(|| wrong(&path, "object"))?;
        let name = text(members, "featureName", &format!("{path}/featureName"))?;
        count(name, members, &path)
    };
    metrics.map(one).collect()
}

fn count(feature: &str, members: &Map<String, Json>, path: &str) -> Result<Count, Refusal> {
    let whole = |members: &Map<String, Json>, name: &str, path: String| match members.get(name) {
        None | Some(Json::Null) => Ok(0),
        Some(value) => times(value).ok_or_else(|| wrong(&path, "integer of at least 0")),
    };
    let variants = match members.get("variants") {
        None | Some(Json::Null) => HashMap::new(),
        Some(Json::Object(variants)) => {
            let one = |name: &String| {
                let path = format!("{path}/variants/{}", shown(name));
                Ok((name.clone(), whole(variants, name, path)?))
            };
            variants.keys().map(one).collect::<Result<_, Refusal>>()?
        }
        Some(_) => return Err(wrong(&format!("{path}/variants"), "object")),
    };
    Ok(Count {
        feature: feature.to_owned(),
        yes: whole(members, "yes", format!("{path}/yes"))?,
        no: whole(members, "no", format!("{path}/no"))?,
        variants,
    })
}

/// Some clients write whole numbers with a point.
fn times(value: &Json) -> Option<u64> {
    let float = || {
        value
            .as_f64()
            .filter(|float| *float >= 0.0 && float.fract() == 0.0 && *float < 9e15)
    };
    value.as_u64().or_else(|| float().map(|float| float as u64))
}

/// A name in a message.
fn shown(name: &str) -> String {
    name.chars().take(80).collect()
}
