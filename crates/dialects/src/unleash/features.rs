//! The client features document, for SDKs that evaluate by themselves.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::Unleash;
use super::changes::State;
use super::project::{LeftOut, project};
use super::query::{self, Filter, SPEC};
use super::refusal::Refusal;
use super::wire::{Feature, Segment};
use crate::documents::{ASK_AGAIN, Document, GAPS};
use crate::ports::{Environment, Seat};

/// In which form clients want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// Segments apart.
    Segments,
    /// Constraints of segments in the strategies.
    Inlined,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// All features.
    All,
    /// One feature.
    One,
    /// What is left out.
    Gaps,
}

/// An environment at a moment.
pub(super) struct Made {
    features: Vec<Feature>,
    /// Those that features refer to.
    pub(super) segments: BTreeMap<u32, Segment>,
    /// Digests of them all.
    pub(super) state: Arc<State>,
    /// Name and Hoist's project, for the query.
    environment: String,
    project: String,
    /// Everything.
    pub(super) all: Document,
    gaps: Document,
    /// How many flags are left out.
    missing: usize,
    /// When it stops being right.
    until: Option<Timestamp>,
}

/// The document.
#[derive(Serialize)]
struct Features<'m> {
    version: u8,
    features: Vec<&'m Feature>,
    query: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    segments: Option<Vec<&'m Segment>>,
}

impl Made {
    fn new(environment: &dyn Environment, form: Form, now: Timestamp) -> Self {
        let flag_set = environment.flag_set();
        let projection = project(&environment.rules(), flag_set, now);
        let mut names = flag_set.split('/').skip(1).map(str::to_owned);
        let mut segments = projection.segments;
        let own = |feature: Feature| match form {
            Form::Segments => feature,
            Form::Inlined => feature.inlined(&segments),
        };
        let features: Vec<Feature> = projection.features.into_iter().map(own).collect();
        let used: HashSet<u32> = features.iter().flat_map(Feature::segments).collect();
        segments.retain(|id, _| used.contains(id));
        let left_out = projection.gaps.iter().filter(|gap| gap.left_out == LeftOut::Flag);
        let mut made = Self {
            project: names.next().unwrap_or_default(),
            environment: names.next().unwrap_or_default(),
            missing: left_out.count(),
            gaps: Document::new(&json!({ "gaps": projection.gaps })),
            all: Document::of_text(String::new()),
            until: projection.until,
            state: Arc::new(State::new(&features, &segments)),
            features,
            segments,
        };
        made.all = made.written(&Filter::default(), form);
        made
    }

    /// Whether it is still right.
    fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn written(&self, filter: &Filter, form: Form) -> Document {
        let features: Vec<&Feature> = self.wanted(filter).collect();
        let document = Features {
            version: 2,
            query: self.query(filter, form),
            segments: (form == Form::Segments).then(|| self.segments_of(&features)),
            features,
        };
        Document::of_text(serde_json::to_string(&document).unwrap_or_default())
    }

    pub(super) fn wanted(&self, filter: &Filter) -> impl Iterator<Item = &Feature> {
        let is_wanted = |feature: &&Feature| self.is_wanted(&feature.name, &feature.project, filter);
        self.features.iter().filter(is_wanted)
    }

    /// The segments that these refer to.
    pub(super) fn segments_of(&self, features: &[&Feature]) -> Vec<&Segment> {
        let used: HashSet<u32> = features.iter().flat_map(|feature| feature.segments()).collect();
        self.segments
            .values()
            .filter(|segment| used.contains(&segment.id))
            .collect()
    }

    /// A project is that of Unleash, or ours.
    pub(super) fn is_wanted(&self, name: &str, project: &str, filter: &Filter) -> bool {
        let prefix = filter.prefix.as_deref().unwrap_or_default();
        filter.admits(Some(project), &self.project) && name.starts_with(prefix)
    }

    fn query(&self, filter: &Filter, form: Form) -> Json {
        let mut query = json!({"environment": self.environment, "inlineSegmentConstraints": form == Form::Inlined});
        if let Some(members) = query.as_object_mut() {
            let mut add = |name: &str, value: Json| drop(members.insert(name.to_owned(), value));
            if !filter.projects.is_empty() {
                add("project", json!(filter.projects));
            }
            if let Some(prefix) = &filter.prefix {
                add("namePrefix", json!(prefix));
            }
            if !filter.tags.is_empty() {
                add("tag", json!(filter.tags));
            }
        }
        query
    }
}

impl Unleash {
    pub(super) async fn features(&self, parts: &Parts, asked: Asked, name: &str) -> Result<Response, Refusal> {
        if parts.method != Method::GET && parts.method != Method::HEAD {
            return Err(Refusal::Method("GET, HEAD"));
        }
        let now = (self.ports.now)();
        let seat = query::server_seat(&parts.headers, &*self.ports.credentials, now)?;
        let form = if query::reads_segments(&parts.headers)? {
            Form::Segments
        } else {
            Form::Inlined
        };
        let filter = Filter::of(&parts.headers, parts.uri.query())?;
        let made = self.made(&seat, form, now).await?;
        let own;
        let document = match asked {
            Asked::Gaps => &made.gaps,
            Asked::All if filter.is_open() => &made.all,
            Asked::All => {
                own = made.written(&filter, form);
                &own
            }
            Asked::One => {
                let at = made
                    .features
                    .binary_search_by(|feature| feature.name.as_str().cmp(name));
                let feature = at.ok().and_then(|at| made.features.get(at));
                let feature = feature.filter(|own| made.is_wanted(&own.name, &own.project, &filter));
                let feature = feature.ok_or_else(|| Refusal::NoFlag(name.to_owned()))?;
                own = Document::of_text(serde_json::to_string(feature).unwrap_or_default());
                &own
            }
        };
        Ok(respond(parts, document, made.missing))
    }

    pub(super) async fn made(&self, seat: &Seat, form: Form, now: Timestamp) -> Result<Arc<Made>, Refusal> {
        let holds = move |made: &Made| made.holds(now);
        let make = move |environment: &dyn Environment| Made::new(environment, form, now);
        let made = self.made.get_while(&seat.environment, form, holds, make).await;
        made.ok_or(Refusal::Broken)
    }
}

fn respond(parts: &Parts, document: &Document, missing: usize) -> Response {
    let is_known = document.is_known(&parts.headers);
    let text = if is_known || parts.method == Method::HEAD {
        Body::empty()
    } else {
        Body::from(document.text.clone())
    };
    let mut response = Response::new(text);
    let to: &mut HeaderMap = response.headers_mut();
    to.insert(header::ETAG, document.tag.clone());
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    to.insert(header::CACHE_CONTROL, ASK_AGAIN);
    to.insert(header::VARY, HeaderValue::from_name(SPEC));
    to.append(header::VARY, HeaderValue::from_static("authorization, x-api-key"));
    to.insert(GAPS, HeaderValue::from(missing));
    to.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if parts.method == Method::HEAD {
        to.insert(header::CONTENT_LENGTH, HeaderValue::from(document.text.len()));
    }
    response
}
