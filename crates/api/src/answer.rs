//! How a submitted change is answered: one union for every write.

use std::collections::BTreeMap;

use hoist_app::policy::Verdict;
use hoist_app::submit::{PlanChanged, plan_token};
use hoist_app::{Answer, Failure, Outcome, Submission};
use hoist_model::Id;
use hoist_model::authorise::Place;
use hoist_model::change::Change;
use hoist_model::document::{Environment, Flag};
use hoist_model::log::Effect;
use hoist_model::plan::{Moved, Plan, Request, Sentence, Use, Warning};
use hoist_model::state::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::Api;
use crate::guard::Scope;
use crate::problem::{Problem, Winner};
use crate::wire::actor::ActorView;

/// What became of a change, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// It has happened.
    Applied,
    /// It was only planned.
    Planned,
    /// It waits for approval.
    Proposed,
    /// It waits for its time.
    Scheduled,
    /// Policy refuses it.
    Refused,
}

/// What became of a change.
#[derive(Serialize, ToSchema)]
#[schema(as = Answer)]
pub struct AnswerView {
    /// What became of it. A refusal of policy is a problem document.
    #[schema(value_type = crate::wire::schema::AnswerOutcome)]
    pub outcome: Became,
    /// The revision that contains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// Id of the change in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub change: Option<Id>,
    /// Why policy refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it does; absent when a repeated request is answered from memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanView>,
    /// Secrets, shown this once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretView>,
}

impl AnswerView {
    /// How it is answered; `done` is the status of a change that has happened.
    ///
    /// # Errors
    /// 403 when policy refuses.
    pub fn status(&self, done: StatusCode) -> Result<StatusCode, Problem> {
        match self.outcome {
            Became::Applied => Ok(done),
            Became::Planned => Ok(StatusCode::OK),
            Became::Proposed | Became::Scheduled => Ok(StatusCode::ACCEPTED),
            Became::Refused => {
                let reason = self.reason.clone().unwrap_or_default();
                Err(Problem::new(StatusCode::FORBIDDEN, "refused_by_policy", reason))
            }
        }
    }
}

/// A secret that is shown once.
#[derive(Serialize, ToSchema)]
pub struct SecretView {
    /// The document it belongs to.
    #[schema(value_type = String)]
    pub document: Id,
    /// In clear.
    pub secret: String,
}

/// A plan, for people and programs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Plan)]
pub struct PlanView {
    /// What it does, in words: the first 500 sentences, or as many as were asked for.
    #[schema(value_type = Vec<crate::wire::schema::Sentence>)]
    pub sentences: Vec<Sentence>,
    /// How many sentences there are.
    pub sentence_count: usize,
    /// What becomes of how many documents, by kind.
    pub tally: Vec<Tally>,
    /// How dangerous: 0 harmless, 1 normal, 2 guarded, 3 the key has to be typed.
    #[schema(maximum = 3)]
    pub grade: u8,
    /// What becomes of each document.
    pub effects: Vec<EffectView>,
    /// How many effects there are; only the first 200 are listed.
    pub effect_count: usize,
    /// Worth knowing.
    #[schema(value_type = Vec<crate::wire::schema::Warning>)]
    pub warnings: Vec<Warning>,
    /// Always empty in a plan that can be carried out.
    pub problems: Vec<crate::problem::Detail>,
    /// What it reaches.
    pub impact: Impact,
    /// What policy says.
    #[schema(value_type = crate::wire::schema::PlanOutcome)]
    pub outcome: &'static str,
    /// Why policy refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What has to be typed for grade 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
    /// Send it with the change: then only this very plan is carried out.
    pub token: String,
    /// Revisions of the touched documents before the change.
    #[schema(value_type = std::collections::BTreeMap<String, u64>)]
    pub base: BTreeMap<Id, u64>,
}

/// How many documents of a kind something becomes of.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tally {
    /// What happens to them.
    pub act: Act,
    /// Kind of the documents.
    #[schema(value_type = crate::wire::schema::DocumentKind)]
    pub kind: &'static str,
    /// How many.
    pub count: usize,
}

/// What happens to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// It is made.
    Create,
    /// It changes.
    Change,
    /// It goes.
    Remove,
    /// Members join it.
    AddMembers,
    /// Members leave it.
    RemoveMembers,
}

impl Act {
    fn of(effect: &Effect) -> Self {
        match effect {
            Effect::Put { before: None, .. } => Self::Create,
            Effect::Put { before: Some(_), .. } => Self::Change,
            Effect::Remove { .. } => Self::Remove,
            Effect::AddMembers { .. } => Self::AddMembers,
            Effect::RemoveMembers { .. } => Self::RemoveMembers,
        }
    }
}

/// Counts effects by kind and act.
fn tally(plan: &Plan) -> Vec<Tally> {
    let mut counts: BTreeMap<(&'static str, Act), usize> = BTreeMap::new();
    for effect in shown(&plan.effects) {
        *counts.entry((kind(effect), Act::of(effect))).or_default() += 1;
    }
    let each = counts.into_iter();
    each.map(|((kind, act), count)| Tally { act, kind, count }).collect()
}

/// How many sentences of a plan are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sentences {
    /// The first 500.
    #[default]
    First,
    /// All of them, up to 20,000.
    All,
}

impl Sentences {
    const fn most(self) -> usize {
        match self {
            Self::First => 500,
            Self::All => 20_000,
        }
    }
}

/// What a plan reaches.
#[derive(Debug, Serialize, ToSchema)]
pub struct Impact {
    /// Environments whose answers may change, in promotion order.
    pub environments: Vec<ReachedEnvironment>,
    /// Flags that change.
    pub flags: usize,
    /// Segments that change.
    pub segments: usize,
    /// Flags that use what changes.
    #[schema(value_type = Vec<crate::wire::schema::Use>)]
    pub used_by: Vec<Use>,
}

/// An environment that a plan reaches.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReachedEnvironment {
    /// In paths.
    pub key: String,
    /// For people.
    pub name: String,
    /// Whether changes there are graded as dangerous.
    pub protected: bool,
}

/// What becomes of one document or member list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Effect)]
pub struct EffectView {
    /// What happens.
    #[schema(value_type = crate::wire::schema::EffectOp)]
    pub op: &'static str,
    /// Kind of the document.
    #[schema(value_type = crate::wire::schema::DocumentKind)]
    pub kind: &'static str,
    /// Its key.
    pub key: String,
    /// The document.
    #[schema(value_type = String)]
    pub document: Id,
    /// As it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub before: Option<Json>,
    /// As it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub after: Option<Json>,
    /// Members that join or leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
}

/// Effects listed in an answer.
const LISTED: usize = 200;

impl EffectView {
    /// For people: readable keys, and no digest of any key.
    pub fn of(state: &State, effect: &Effect) -> Self {
        let (op, record, count) = match effect {
            Effect::Put { after, .. } => ("put", Some(after), None),
            Effect::Remove { before } => ("remove", Some(before), None),
            Effect::AddMembers { members, .. } => ("add_members", None, Some(members.len())),
            Effect::RemoveMembers { members, .. } => ("remove_members", None, Some(members.len())),
        };
        let (before, after) = match effect {
            Effect::Put { before, after } => (before.as_ref().map(body_of), Some(body_of(after))),
            Effect::Remove { before } => (Some(body_of(before)), None),
            Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => (None, None),
        };
        let key = match record {
            Some(record) => readable_key(state, &record.key),
            None => state
                .get(effect.document())
                .map_or_else(String::new, |doc| doc.key.to_string()),
        };
        Self {
            op,
            kind: record.map_or("segment", |record| record.kind.as_str()),
            key,
            document: effect.document(),
            before,
            after,
            count,
        }
    }
}

/// Effects that people can tell.
pub fn shown(effects: &[Effect]) -> impl Iterator<Item = &Effect> {
    effects.iter().filter(|effect| !effect.is_bookkeeping())
}

/// A record's body without what nobody needs to see.
fn body_of(record: &hoist_model::record::Record) -> Json {
    let mut body: Json = serde_json::from_str(record.body.get()).unwrap_or(Json::Null);
    if let Some(object) = body.as_object_mut() {
        object.remove("digest");
    }
    body
}

/// Settings are keyed by ids; people know flags and environments by key.
fn readable_key(state: &State, key: &str) -> String {
    let parts: Option<Vec<String>> = key
        .split('/')
        .map(|part| Some(state.get(part.parse().ok()?)?.key.to_string()))
        .collect();
    parts
        .filter(|parts| parts.len() == 2)
        .map_or_else(|| key.to_owned(), |parts| parts.join(" in "))
}

impl PlanView {
    /// For people.
    pub fn of(state: &State, plan: &Plan, verdict: &Verdict, sentences: Sentences) -> Self {
        let environments = plan
            .environments
            .iter()
            .filter_map(|id| state.get_a::<Environment>(*id))
            .map(|body| ReachedEnvironment {
                key: body.key.clone(),
                name: body.name.clone(),
                protected: body.protected,
            });
        let (outcome, reason) = match verdict {
            Verdict::Apply => ("apply", None),
            Verdict::Propose => ("propose", None),
            Verdict::Refuse { reason } => ("refuse", Some(reason.clone())),
        };
        Self {
            sentences: plan.sentences.iter().take(sentences.most()).cloned().collect(),
            sentence_count: plan.sentences.len(),
            tally: tally(plan),
            grade: plan.grade.into(),
            effects: shown(&plan.effects)
                .take(LISTED)
                .map(|effect| EffectView::of(state, effect))
                .collect(),
            effect_count: shown(&plan.effects).count(),
            warnings: plan.warnings.clone(),
            problems: Vec::new(),
            impact: Impact {
                environments: environments.collect(),
                flags: touched_flags(state, plan),
                segments: plan.effects.iter().filter(|effect| kind(effect) == "segment").count(),
                used_by: plan.used_by.clone(),
            },
            outcome,
            reason,
            confirm: plan.confirm.clone(),
            token: plan_token(plan),
            base: plan.base(),
        }
    }
}

fn kind(effect: &Effect) -> &'static str {
    match effect {
        Effect::Put { after: record, .. } | Effect::Remove { before: record } => record.kind.as_str(),
        Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => "segment",
    }
}

fn touched_flags(state: &State, plan: &Plan) -> usize {
    let flags: std::collections::BTreeSet<&str> = plan
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Put { after: record, .. } | Effect::Remove { before: record } => Some(record),
            _ => None,
        })
        .filter_map(|record| match record.kind {
            hoist_model::record::Kind::Flag => Some(record.key.as_str()),
            hoist_model::record::Kind::Config
            | hoist_model::record::Kind::Overrides
            | hoist_model::record::Kind::Kill => {
                let id: Id = record.key.split('/').next()?.parse().ok()?;
                state
                    .get(id)
                    .filter(|doc| doc.as_a::<Flag>().is_some())
                    .map(|doc| &*doc.key)
            }
            _ => None,
        })
        .collect();
    flags.len()
}

/// How a change is to be carried out.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Plan only.
    pub dry_run: bool,
    /// The plan that was seen.
    pub seen: Option<String>,
    /// Why.
    pub note: String,
    /// Revisions of documents that the change was made from.
    pub base: BTreeMap<Id, u64>,
    /// What becomes of a change to a document that has moved on since.
    pub moved: Moved,
    /// How many sentences of the plan are wanted.
    pub sentences: Sentences,
    /// The client's Idempotency-Key and the request's fingerprint.
    pub idempotency: Option<(String, String)>,
}

/// Submits changes in the scope's place, or plans them.
///
/// # Errors
/// Any problem.
pub async fn submit(
    api: &Api,
    scope: &Scope,
    place: Place,
    changes: Vec<Change>,
    options: Options,
) -> Result<AnswerView, Problem> {
    let (view, _) = submit_planned(api, scope, place, changes, options).await?;
    Ok(view)
}

/// The same, with the whole plan beside the answer; absent when a repeated request is answered from memory.
///
/// # Errors
/// Any problem.
pub async fn submit_planned(
    api: &Api,
    scope: &Scope,
    place: Place,
    changes: Vec<Change>,
    options: Options,
) -> Result<(AnswerView, Option<Plan>), Problem> {
    let idempotency = options
        .idempotency
        .map(|(key, fingerprint)| hoist_app::submit::Idempotency {
            scope: serde_json::to_string(&scope.actor).unwrap_or_default(),
            key,
            fingerprint,
        });
    let request = Request {
        place,
        changes,
        note: options.note,
        base: options.base,
        moved: options.moved,
    };
    let submission = Submission {
        actor: scope.actor.clone(),
        request,
        seen: options.seen,
        idempotency,
    };
    if options.dry_run {
        let (plan, verdict) = api
            .app
            .dry_run(submission)
            .await
            .map_err(|failure| explain(api, failure))?;
        let view = PlanView::of(&api.app.world.state(), &plan, &verdict, options.sentences);
        let view = AnswerView {
            outcome: Became::Planned,
            revision: None,
            change: None,
            reason: None,
            plan: Some(view),
            secrets: Vec::new(),
        };
        return Ok((view, Some(plan)));
    }
    let answer = api
        .app
        .submit(submission)
        .await
        .map_err(|failure| explain(api, failure))?;
    Ok(view(api, answer, options.sentences))
}

fn view(api: &Api, answer: Answer, sentences: Sentences) -> (AnswerView, Option<Plan>) {
    let (outcome, verdict) = match answer.outcome {
        Outcome::Applied => (Became::Applied, Verdict::Apply),
        Outcome::Proposed => (Became::Proposed, Verdict::Propose),
        // What has been scheduled was allowed.
        Outcome::Scheduled => (Became::Scheduled, Verdict::Apply),
        Outcome::Refused => {
            let reason = answer.reason.clone().unwrap_or_default();
            (Became::Refused, Verdict::Refuse { reason })
        }
    };
    let state = api.app.world.state();
    let plan = answer
        .plan
        .as_ref()
        .map(|plan| PlanView::of(&state, plan, &verdict, sentences));
    let secrets = answer
        .reveals
        .into_iter()
        .map(|reveal| SecretView {
            document: reveal.document,
            secret: reveal.secret,
        })
        .collect();
    let view = AnswerView {
        outcome,
        revision: Some(answer.revision),
        change: answer.change,
        reason: answer.reason,
        plan,
        secrets,
    };
    (view, answer.plan)
}

/// A failure with what the state knows about it: the winner's name, the new plan.
fn explain(api: &Api, failure: Failure) -> Problem {
    let state = api.app.world.state();
    let changed = match &failure {
        Failure::PlanChanged(changed) => Some(new_plan(api, &state, changed)),
        _ => None,
    };
    let mut problem = Problem::from(failure);
    problem.plan = changed.map(Box::new);
    if let Some(winner) = &mut problem.winner {
        name_winner(&state, winner);
    }
    problem
}

fn new_plan(api: &Api, state: &State, changed: &PlanChanged) -> PlanView {
    let verdict = api.app.policy.judge(&changed.plan);
    PlanView::of(state, &changed.plan, &verdict, Sentences::First)
}

fn name_winner(state: &State, winner: &mut Winner) {
    if let Some(stamp) = state.stamp(winner.revision) {
        winner.actor = Some(ActorView::of(state, &stamp.actor));
        winner.at = Some(stamp.at);
    }
}
