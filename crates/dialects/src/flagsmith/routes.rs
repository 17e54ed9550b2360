//! The route table and the handlers of flags and identities.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use bytes::Bytes;
use hoist_engine::ruleset::Profile;
use hoist_engine::{Context, FlagRef, Moment, NoVisitor, Outcome, Snapshot};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::answer::{About, Pen};
use super::catalogue::Catalogue;
use super::document::Asked;
use super::refusal::Refusal;
use super::wire::{self, Identity};
use super::{Flagsmith, analytics, headers, stream};
use crate::body::{self, Unread};
use crate::ports::{Class, Environment, Evaluated, Notice, Seat};
use crate::query;
use crate::{Access, DialectRoute};

/// A call of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Flags,
    Identities,
    Document,
    Gaps,
    Traits,
    TraitsInBulk,
    IncrementTrait,
    Analytics,
    AnalyticsOfIdentities,
    Events,
    EventsBesideFlags,
    Stream,
    Version,
    Health,
    Liveness,
    Readiness,
}

const ALL: [Call; 16] = [
    Call::Flags,
    Call::Identities,
    Call::Document,
    Call::Gaps,
    Call::Traits,
    Call::TraitsInBulk,
    Call::IncrementTrait,
    Call::Analytics,
    Call::AnalyticsOfIdentities,
    Call::Events,
    Call::EventsBesideFlags,
    Call::Stream,
    Call::Version,
    Call::Health,
    Call::Liveness,
    Call::Readiness,
];

impl Call {
    fn path(self) -> &'static str {
        match self {
            Self::Flags => "/api/v1/flags",
            Self::Identities => "/api/v1/identities",
            Self::Document => "/api/v1/environment-document",
            Self::Gaps => "/api/v1/environment-document/gaps",
            Self::Traits => "/api/v1/traits",
            Self::TraitsInBulk => "/api/v1/traits/bulk",
            Self::IncrementTrait => "/api/v1/traits/increment-value",
            Self::Analytics => "/api/v1/analytics/flags",
            Self::AnalyticsOfIdentities => "/api/v2/analytics/flags",
            Self::Events => "/v1/events",
            Self::EventsBesideFlags => "/api/v1/events",
            Self::Stream => "/sse/environments/{key}/stream",
            Self::Version => "/version",
            Self::Health => "/health",
            Self::Liveness => "/health/liveness",
            Self::Readiness => "/health/readiness",
        }
    }

    /// Its methods, and the same as `Allow` has them.
    fn methods(self) -> (&'static [Method], &'static str) {
        match self {
            Self::Identities => (&[Method::GET, Method::HEAD, Method::POST], "GET, HEAD, POST, OPTIONS"),
            Self::Traits
            | Self::IncrementTrait
            | Self::Analytics
            | Self::AnalyticsOfIdentities
            | Self::Events
            | Self::EventsBesideFlags => (&[Method::POST], "POST, OPTIONS"),
            Self::TraitsInBulk => (&[Method::PUT], "PUT, OPTIONS"),
            Self::Stream => (&[Method::GET], "GET, OPTIONS"),
            Self::Flags
            | Self::Document
            | Self::Gaps
            | Self::Version
            | Self::Health
            | Self::Liveness
            | Self::Readiness => (&[Method::GET, Method::HEAD], "GET, HEAD, OPTIONS"),
        }
    }

    fn access(self) -> Access {
        match self {
            Self::Version | Self::Health | Self::Liveness | Self::Readiness => Access::Public,
            _ => Access::Credential,
        }
    }
}

/// The route table. Every path ends with a slash or not, as clients like.
pub fn routes(flagsmith: &Arc<Flagsmith>) -> Vec<DialectRoute> {
    let route = |call: Call, slash: &str| {
        let own = Arc::clone(flagsmith);
        let (methods, _) = call.methods();
        let methods = methods.iter().map(|method| (method.clone(), call.access()));
        DialectRoute {
            methods: methods.chain([(Method::OPTIONS, Access::Public)]).collect(),
            path: format!("{}{}{slash}", flagsmith.settings.path, call.path()),
            handler: any(move |request: Request| async move { own.respond(call, request).await }),
        }
    };
    let both = |call: Call| [route(call, ""), route(call, "/")];
    ALL.into_iter().flat_map(both).collect()
}

/// Who asks, and when.
pub(super) struct Asker {
    pub(super) seat: Seat,
    pub(super) now: Timestamp,
}

impl Flagsmith {
    async fn respond(self: &Arc<Self>, call: Call, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        if parts.method == Method::OPTIONS {
            return headers::preflight();
        }
        let (methods, allowed) = call.methods();
        if !methods.contains(&parts.method) {
            return Refusal::Method(allowed).response();
        }
        let answer = self.answer(call, &parts, body).await;
        let mut response = answer.unwrap_or_else(|refusal| refusal.response());
        if parts.method == Method::HEAD {
            *response.body_mut() = Body::empty();
        }
        response
    }

    async fn answer(self: &Arc<Self>, call: Call, parts: &Parts, body: Body) -> Result<Response, Refusal> {
        match call {
            Call::Version => return Ok(plain(&version())),
            Call::Health | Call::Liveness | Call::Readiness => return Ok(plain(&json!({"status": "ok"}))),
            Call::Stream => return stream::listen(self, parts.uri.path()),
            _ => {}
        }
        let asker = self.asker(&parts.headers)?;
        let query = parts.uri.query();
        match call {
            Call::Flags => self.flags(&asker, query).await,
            Call::Identities if parts.method == Method::POST => {
                let identity = wire::identity(&self.read(&parts.headers, body).await?)?;
                self.identity(&asker, &identity, query).await
            }
            Call::Identities => self.identity(&asker, &wire::asked_for(query)?, query).await,
            Call::Document => self.document(&asker, &parts.headers, Asked::Document).await,
            Call::Gaps => self.document(&asker, &parts.headers, Asked::Gaps).await,
            Call::Traits | Call::TraitsInBulk | Call::IncrementTrait => Err(Refusal::NotStored),
            Call::Analytics => {
                let counted = analytics::first(&self.read(&parts.headers, body).await?, &asker.seat)?;
                self.ports.facts.reported(&asker.seat, &counted);
                Ok(empty(StatusCode::OK))
            }
            Call::AnalyticsOfIdentities => {
                let counted = analytics::second(&self.read(&parts.headers, body).await?, &asker.seat)?;
                self.ports.facts.reported(&asker.seat, &counted);
                Ok(empty(StatusCode::NO_CONTENT))
            }
            Call::Events | Call::EventsBesideFlags => {
                analytics::events(&self.read(&parts.headers, body).await?)?;
                Ok(empty(StatusCode::ACCEPTED))
            }
            // Answered above, without a key.
            Call::Stream | Call::Version | Call::Health | Call::Liveness | Call::Readiness => Err(Refusal::Broken),
        }
    }

    /// A key as it is; a secret one also behind [`wire::SECRET`].
    pub(super) fn asker(&self, headers: &HeaderMap) -> Result<Asker, Refusal> {
        let now = (self.ports.now)();
        let key = wire::key(headers).ok_or(Refusal::Unknown)?;
        let seat = self.ports.credentials.seat(key, now).or_else(|| {
            let secret = self.ports.credentials.seat(key.strip_prefix(wire::SECRET)?, now);
            secret.filter(|seat| seat.class == Class::Server)
        });
        let seat = seat.ok_or(Refusal::Unknown)?;
        Ok(Asker { seat, now })
    }

    pub(super) async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
        let (most, setting) = (self.settings.body_bytes, self.settings.body_setting);
        body::read(headers, body, most).await.map_err(|unread| match unread {
            Unread::TooLarge => Refusal::TooLarge { most, setting },
            Unread::Packed => Refusal::Packed,
            Unread::TooSlow => Refusal::TooSlow,
            Unread::Broken => Refusal::Unreadable("the body could not be read to its end".into()),
        })
    }

    async fn catalogue(&self, environment: &Arc<dyn Environment>) -> Result<Arc<Catalogue>, Refusal> {
        let make = |environment: &dyn Environment| Catalogue::new(&environment.rules(), environment.flag_set());
        let made = self.catalogues.get(environment, (), make).await;
        made.ok_or(Refusal::Broken)
    }

    async fn flags(&self, asker: &Asker, query: Option<&str>) -> Result<Response, Refusal> {
        let environment = &asker.seat.environment;
        let catalogue = self.catalogue(environment).await?;
        let context = wire::of_nobody(&catalogue.environment);
        let snapshot = environment.snapshot();
        let pen = Pen::new(About::Nobody, snapshot.flags().len());
        let answered = Answered {
            asker,
            catalogue: &catalogue,
            snapshot: &snapshot,
            context: &context,
            about: About::Nobody,
        };
        self.written(&answered, pen, query, |_| {})
    }

    async fn identity(&self, asker: &Asker, identity: &Identity, query: Option<&str>) -> Result<Response, Refusal> {
        let environment = &asker.seat.environment;
        let catalogue = self.catalogue(environment).await?;
        let name = identity.name(|| self.passing_name(asker));
        let mut context = identity.context(&name, &catalogue.environment);
        self.ports.identities.enrich(&**environment, &mut context);
        let snapshot = environment.snapshot();
        let mut pen = Pen::new(About::Identity, snapshot.flags().len());
        if query::value(query, "feature").is_none() {
            pen.identity(&name);
        }
        let answered = Answered {
            asker,
            catalogue: &catalogue,
            snapshot: &snapshot,
            context: &context,
            about: About::Identity,
        };
        self.written(&answered, pen, query, |pen| pen.traits(&identity.traits))
    }

    /// All flags, closed by what follows them, or the one that is asked for.
    fn written(
        &self,
        answered: &Answered<'_>,
        mut pen: Pen,
        query: Option<&str>,
        close: impl FnOnce(&mut Pen),
    ) -> Result<Response, Refusal> {
        let seat = &answered.asker.seat;
        let moment = Moment {
            now: answered.asker.now,
            seed: self.seeds.next(answered.asker.now),
        };
        if let Some(name) = query::value(query, "feature") {
            let flag = answered.named(&name).ok_or(Refusal::Feature)?;
            let evaluated = answered.evaluate([flag].into_iter(), &moment, |flag, outcome| {
                pen.flag(flag, answered.catalogue.flag(flag.key()), outcome);
            });
            self.ports.facts.evaluated(seat, &evaluated);
        } else {
            pen.open();
            let visible = answered.snapshot.flags().filter(|flag| is_visible(seat.class, *flag));
            let evaluated = answered.evaluate(visible, &moment, |flag, outcome| {
                pen.item(flag, answered.catalogue.flag(flag.key()), outcome);
            });
            self.ports.facts.evaluated(seat, &evaluated);
            pen.close();
            close(&mut pen);
        }
        Ok(json(pen.finish(), &answered.asker.seat))
    }

    /// A name for somebody of whom nothing is known, another for every request.
    fn passing_name(&self, asker: &Asker) -> String {
        wire::hex(&self.seeds.next(asker.now).to_be_bytes())
    }
}

/// What an answer is made of.
struct Answered<'a> {
    asker: &'a Asker,
    catalogue: &'a Catalogue,
    snapshot: &'a Snapshot,
    context: &'a Context,
    about: About,
}

impl<'a> Answered<'a> {
    /// By its name, as it is or else whatever its case is.
    fn named(&self, name: &str) -> Option<FlagRef<'a>> {
        let is_visible = |flag: &FlagRef<'_>| is_visible(self.asker.seat.class, *flag);
        let exact = self.snapshot.flag(name).filter(is_visible);
        exact.or_else(|| {
            let folded = name.to_lowercase();
            let mut all = self.snapshot.flags().filter(is_visible);
            all.find(|flag| flag.key().to_lowercase() == folded)
        })
    }

    /// Has each flag's outcome written, and says what was answered.
    fn evaluate(
        &self,
        flags: impl Iterator<Item = FlagRef<'a>>,
        moment: &Moment,
        mut write: impl FnMut(FlagRef<'_>, &Outcome<'_>),
    ) -> Vec<Evaluated> {
        let bound = self.snapshot.bind(self.context);
        let nobody = &self.catalogue.nobody;
        let bound_to_nobody = nobody.bind(self.context);
        let mut evaluated = Vec::with_capacity(flags.size_hint().1.unwrap_or_default());
        for flag in flags {
            let own = Some(flag).filter(|flag| self.about == About::Nobody && flag.profile() == Profile::Flagsmith);
            let outcome = match own.and_then(|flag| nobody.flag(flag.key())) {
                Some(own) => nobody.evaluate(own, &bound_to_nobody, moment, &mut NoVisitor),
                None => self.snapshot.evaluate(flag, &bound, moment, &mut NoVisitor),
            };
            evaluated.push(Evaluated {
                flag: outcome.flag_index(),
                variant: outcome.variant_index(),
            });
            write(flag, &outcome);
        }
        evaluated
    }
}

fn is_visible(class: Class, flag: FlagRef<'_>) -> bool {
    match class {
        Class::Server => true,
        Class::Client => flag.client_visible(),
    }
}

fn json(text: Vec<u8>, seat: &Seat) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::OK;
    let to = response.headers_mut();
    headers::json(to);
    let notice = *seat.environment.notices(seat.class).borrow();
    to.insert(headers::UPDATED_AT, updated_at(last_change(&notice)));
    response
}

fn plain(body: &Json) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    headers::json(response.headers_mut());
    response
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    headers::common(response.headers_mut());
    response
}

/// What Flagsmith's tools look at: the version that is spoken.
fn version() -> Json {
    json!({
        "ci_commit_sha": "unknown",
        "image_tag": headers::VERSION_SPOKEN,
        "has_email_provider": false,
        "is_enterprise": false,
        "is_saas": false,
        "package_versions": {".": headers::VERSION_SPOKEN},
        "self_hosted_data": null,
    })
}

/// A moment as clients compare it.
pub(super) fn updated_at(at: Timestamp) -> HeaderValue {
    HeaderValue::from_str(&seconds(at)).unwrap_or(HeaderValue::from_static("0.0"))
}

/// When what is served last changed, by hand or by time.
pub(super) fn last_change(notice: &Notice) -> Timestamp {
    notice.changed_at.max(notice.turned_at)
}

/// Seconds since 1970, with microseconds.
pub(super) fn seconds(at: Timestamp) -> String {
    let micros = at.as_microsecond().max(0);
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
