//! The route table and the handlers.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use bytes::Bytes;
use hoist_engine::{Context, FlagRef, Moment, NoVisitor, Outcome, Snapshot, UntilVisitor};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;

use super::answer::Pen;
use super::refusal::{Refusal, push_failure};
use super::{Ofrep, etag, headers, stream, token, wire};
use crate::body::{self, Unread};
use crate::ports::{Class, Evaluated, Seat};
use crate::{Access, DialectRoute, keys};

/// The route table. Bulk answers also with a slash at its end; the single route takes the rest of the path.
pub fn routes(ofrep: &Arc<Ofrep>) -> Vec<DialectRoute> {
    let route = |path: &str, method: Method, access: Access, handler: axum::routing::MethodRouter| DialectRoute {
        methods: vec![(method, access), (Method::OPTIONS, Access::Public)],
        path: format!("{}{path}", ofrep.settings.path),
        handler,
    };
    let all = |ofrep: &Arc<Ofrep>| {
        let ofrep = Arc::clone(ofrep);
        any(move |request: Request| async move { ofrep.all(request).await })
    };
    let one = Arc::clone(ofrep);
    let listen = Arc::clone(ofrep);
    vec![
        route("/evaluate/flags", Method::POST, Access::Credential, all(ofrep)),
        route("/evaluate/flags/", Method::POST, Access::Credential, all(ofrep)),
        route(
            "/evaluate/flags/{*key}",
            Method::POST,
            Access::Credential,
            any(move |request: Request| async move { one.one(request).await }),
        ),
        route(
            "/streams/{token}",
            Method::GET,
            Access::StreamToken,
            any(move |request: Request| async move { stream::listen(&listen, &request) }),
        ),
    ]
}

/// A question, read.
struct Question {
    seat: Seat,
    now: Timestamp,
    context: Context,
    /// Version of what is stored of the subject.
    identity: u64,
}

impl Ofrep {
    /// Answers for one flag.
    async fn one(self: &Arc<Self>, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let key = wire::key(parts.uri.path());
        match parts.method {
            Method::OPTIONS => return headers::preflight(),
            Method::POST => {}
            _ => return Refusal::Method.response(Some(&key)),
        }
        match self.question(&parts.headers, body).await {
            Ok(question) => self.answer_one(&question, &key),
            Err(refusal) => refusal.response(Some(&key)),
        }
    }

    /// Answers for all flags.
    async fn all(self: &Arc<Self>, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        match parts.method {
            Method::OPTIONS => return headers::preflight(),
            Method::POST => {}
            _ => return Refusal::Method.response(None),
        }
        match self.question(&parts.headers, body).await {
            Ok(question) => self.answer_all(&question, parts.uri.query(), parts.headers.get(header::IF_NONE_MATCH)),
            Err(refusal) => refusal.response(None),
        }
    }

    async fn question(&self, headers: &HeaderMap, body: Body) -> Result<Question, Refusal> {
        let now = (self.ports.now)();
        let seat = keys::presented(headers).find_map(|key| self.ports.credentials.seat(key, now));
        let seat = seat.ok_or(Refusal::Unknown)?;
        let body = self.read(headers, body).await?;
        let mut context = wire::context(&body, &self.settings)?;
        let identity = self.ports.identities.enrich(&*seat.environment, &mut context);
        Ok(Question {
            seat,
            now,
            context,
            identity,
        })
    }

    async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
        let (most, setting) = (self.settings.body_bytes, self.settings.body_setting);
        body::read(headers, body, most).await.map_err(|unread| match unread {
            Unread::TooLarge => Refusal::TooLarge { most, setting },
            Unread::Packed => Refusal::Packed,
            Unread::TooSlow => Refusal::TooSlow,
            Unread::Broken => Refusal::Unreadable("the body could not be read to its end".into()),
        })
    }

    fn answer_one(&self, question: &Question, key: &str) -> Response {
        let snapshot = question.seat.environment.snapshot();
        let flag = snapshot.flag(key).filter(|flag| is_visible(question.seat.class, *flag));
        let Some(flag) = flag else {
            return not_found(key, question.seat.environment.flag_set());
        };
        let bound = snapshot.bind(&question.context);
        let moment = Moment {
            now: question.now,
            seed: self.seeds.next(question.now),
        };
        let outcome = snapshot.evaluate(flag, &bound, &moment, &mut NoVisitor);
        self.ports.facts.evaluated(&question.seat, &[evaluated(&outcome)]);
        let mut pen = Pen::new(question.seat.environment.flag_set(), 1);
        pen.flag(flag, &outcome);
        let is_failure = outcome.error.is_some() && outcome.value_json().is_none();
        let status = if is_failure {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::OK
        };
        json(status, pen.finish())
    }

    fn answer_all(&self, question: &Question, query: Option<&str>, known: Option<&HeaderValue>) -> Response {
        let snapshot = question.seat.environment.snapshot();
        let filter = wire::filter(query, &question.context);
        let revision = question
            .seat
            .environment
            .visible_revision(question.seat.class, &snapshot);
        let hash = etag::Identity {
            epoch: snapshot.epoch(),
            revision,
            class: question.seat.class,
            credential: question.seat.credential,
            filter: filter.as_deref(),
            context: question.context.digest(),
            identity: question.identity,
        }
        .hash();
        if let Some(tag) = known.and_then(|known| etag::fresh(known, hash, question.now)) {
            return unchanged(tag);
        }
        let (json_text, until) = self.write_all(question, &snapshot, filter.as_deref(), (hash, revision));
        let mut response = json(StatusCode::OK, json_text);
        if let Some(tag) = etag::value(hash, until.until()) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }

    /// Draws take the tag's hash for their seed: asked again, the answer is the same.
    fn write_all(
        &self,
        question: &Question,
        snapshot: &Snapshot,
        filter: Option<&[String]>,
        (seed, revision): (u64, u64),
    ) -> (Vec<u8>, UntilVisitor) {
        let seat = &question.seat;
        let count = filter.map_or_else(|| snapshot.flags().len(), <[String]>::len);
        let mut pen = Pen::new(seat.environment.flag_set(), count);
        let mut batch = Vec::with_capacity(count);
        let mut until = UntilVisitor::default();
        let bound = snapshot.bind(&question.context);
        let moment = Moment {
            now: question.now,
            seed,
        };
        pen.open();
        for flag in wanted(snapshot, filter).filter(|flag| is_visible(seat.class, *flag)) {
            let outcome = snapshot.evaluate(flag, &bound, &moment, &mut until);
            batch.push(evaluated(&outcome));
            pen.item(flag, &outcome);
        }
        self.ports.facts.evaluated(seat, &batch);
        let address = token::issue(seat);
        pen.close(revision, &[&self.settings.path, "/streams/", &address]);
        (pen.finish(), until)
    }
}

/// The named flags that exist, or all.
fn wanted<'s>(snapshot: &'s Snapshot, filter: Option<&'s [String]>) -> impl Iterator<Item = FlagRef<'s>> {
    let named = filter.unwrap_or_default().iter().filter_map(|key| snapshot.flag(key));
    let all = filter.is_none().then(|| snapshot.flags()).into_iter().flatten();
    named.chain(all)
}

fn is_visible(class: Class, flag: FlagRef<'_>) -> bool {
    match class {
        Class::Server => true,
        Class::Client => flag.client_visible(),
    }
}

fn evaluated(outcome: &Outcome<'_>) -> Evaluated {
    Evaluated {
        flag: outcome.flag_index(),
        variant: outcome.variant_index(),
    }
}

/// A flag that a public key may not see is as unknown as one that does not exist.
fn not_found(key: &str, flag_set: &str) -> Response {
    let mut text = Vec::with_capacity(160);
    push_failure(
        &mut text,
        Some(key),
        "FLAG_NOT_FOUND",
        &format!("there is no flag \"{key}\" in {flag_set}"),
    );
    json(StatusCode::NOT_FOUND, text)
}

fn json(status: StatusCode, text: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    headers::json(response.headers_mut());
    response
}

fn unchanged(tag: HeaderValue) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    headers::cross_origin(response.headers_mut());
    response.headers_mut().insert(header::ETAG, tag);
    response
}
