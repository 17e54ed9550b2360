//! What comes by itself: turns of windows, points of ramps and ends of kills in an environment.
//!
//! Like everything that depends on time it is computed from the rules; nothing is planned or stored. How to add
//! a kind of event: a case of [`Event`] and a source in [`sources_of`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter::Peekable;

use axum::Json;
use axum::extract::State;
use hoist_engine::ruleset::Turns;
use hoist_engine::windows::Turn;
use hoist_model::document::Environment;
use hoist_model::record::Kind;
use hoist_model::state::Setting;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::guard::Scope;
use crate::problem::Problem;
use crate::query::Query as UrlQuery;

/// Longest time line.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);
/// Shown unless an end is given.
const USUAL: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Events of one answer.
const MOST: usize = 2_000;

/// From when to when, of which flag.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TimelineQuery {
    /// Now unless given.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// At most 366 days after `from`; 30 days unless given.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Key of a flag; all flags unless given.
    pub flag: Option<String>,
}

/// What comes by itself between two moments.
#[derive(Serialize, ToSchema)]
pub struct Timeline {
    /// The first moment.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// The first moment that is not looked at.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// In order of time, then of flag.
    pub events: Vec<TimelineEvent>,
    /// Whether there are more than fit: those after the last one are missing.
    pub truncated: bool,
}

/// A moment at which a flag begins to answer otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TimelineEvent {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Key of the flag.
    pub flag: String,
    /// What happens.
    pub event: Event,
    /// Of a turn: whether the flag is on from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
    /// Of a turn: id of the window that decides from then on; absent if none is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// Of a ramp: share from then on, in hundredths of a percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<u16>,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimelineEventKind)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Windows turn the flag on or off; of a named flag also what they say at `from`.
    Turn,
    /// A ramp reaches a point.
    Ramp,
    /// A kill ends.
    KillEnds,
}

/// What comes by itself in an environment.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/environments/{environment}/timeline", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ("environment" = String, Path), TimelineQuery),
    responses((status = 200, body = Timeline), (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn get(
    State(api): State<Api>,
    scope: Scope,
    UrlQuery(asked): UrlQuery<TimelineQuery>,
) -> Result<Json<Timeline>, Problem> {
    let (from, to) = span(&asked, api.app.clock.now())?;
    let state = api.app.world.state();
    let project = scope.project()?;
    let place = state
        .find(Kind::Environment, Some(project), scope.param("environment"))
        .filter(|doc| doc.as_a::<Environment>().is_some())
        .ok_or_else(|| Problem::not_found("environment"))?
        .id;
    if let Some(key) = &asked.flag {
        state
            .find(Kind::Flag, Some(project), key)
            .ok_or_else(|| Problem::not_found(format!("flag {key}")))?;
    }
    let live = state.flags(project).filter(|(_, flag)| flag.archived_at.is_none());
    let wanted = live.filter(|(_, flag)| asked.flag.as_ref().is_none_or(|key| *key == flag.key));
    let mut sources = Vec::new();
    for (doc, flag) in wanted {
        if let Some(setting) = state.setting(doc.id, place) {
            sources.extend(sources_of(&flag.key, setting, from));
        }
    }
    // What holds at the beginning matters to who looks at one flag; of all flags it would drown what comes.
    let begins = |event: &TimelineEvent| asked.flag.is_none() && event.event == Event::Turn && event.at == from;
    let mut events: Vec<TimelineEvent> = merged(sources)
        .filter(|event| !begins(event))
        .take_while(|event| event.at < to)
        .take(MOST + 1)
        .collect();
    let truncated = events.len() > MOST;
    events.truncate(MOST);
    Ok(Json(Timeline {
        from,
        to,
        events,
        truncated,
    }))
}

/// Events of one window set, ramp or kill, in order of time.
type Source<'s> = Box<dyn Iterator<Item = TimelineEvent> + 's>;

/// All events in order of time, then of flag. No source is asked for more than is taken: a pattern that fires
/// each minute would otherwise be followed for a year.
fn merged(sources: Vec<Source<'_>>) -> impl Iterator<Item = TimelineEvent> {
    let mut sources: Vec<Peekable<Source<'_>>> = sources.into_iter().map(Iterator::peekable).collect();
    let place = |at: usize, source: &mut Peekable<Source<'_>>| source.peek().map(|next| Reverse((next.at, at)));
    let mut waiting: BinaryHeap<Reverse<(Timestamp, usize)>> = sources
        .iter_mut()
        .enumerate()
        .filter_map(|(at, source)| place(at, source))
        .collect();
    std::iter::from_fn(move || {
        let Reverse((_, at)) = waiting.pop()?;
        let source = sources.get_mut(at)?;
        let event = source.next();
        waiting.extend(place(at, source));
        event
    })
}

fn span(asked: &TimelineQuery, now: Timestamp) -> Result<(Timestamp, Timestamp), Problem> {
    let from = asked.from.unwrap_or(now);
    let to = asked.to.map_or_else(|| from.checked_add(USUAL), Ok);
    let to = to.unwrap_or(Timestamp::MAX);
    let length = to.duration_since(from);
    if length > SignedDuration::ZERO && length <= LONGEST {
        return Ok((from, to));
    }
    let detail = "`to` must be after `from` and at most 366 days later";
    Err(Problem::invalid("bad_span", detail, "/to"))
}

/// What makes a flag in an environment answer otherwise by itself.
fn sources_of<'s>(flag: &'s str, setting: &'s Setting, from: Timestamp) -> Vec<Source<'s>> {
    let bare = move |at, event| TimelineEvent {
        at,
        flag: flag.to_owned(),
        event,
        on: None,
        window: None,
        share: None,
    };
    let mut sources: Vec<Source<'s>> = Vec::new();
    let ends = setting.kill().and_then(|kill| kill.until).filter(|at| from <= *at);
    sources.extend(ends.map(|at| Box::new(std::iter::once(bare(at, Event::KillEnds))) as Source<'s>));
    let Some(config) = setting.config().filter(|config| config.enabled) else {
        return sources;
    };
    if let Some(windows) = config.schedule.read() {
        let named = move |turn: Turn| {
            let window = turn.window.and_then(|at| config.schedule.windows.get(at));
            TimelineEvent {
                on: Some(turn.turns == Turns::On),
                window: window.map(|window| window.id.clone()),
                ..bare(turn.at, Event::Turn)
            }
        };
        sources.push(Box::new(windows.turns(from).map(named)));
    }
    for curve in config.curves() {
        let points = std::iter::successors(curve.next_point(from), |(at, _)| curve.next_point(*at));
        sources.push(Box::new(points.map(move |(at, share)| TimelineEvent {
            share: Some(share.hundredths()),
            ..bare(at, Event::Ramp)
        })));
    }
    sources
}
