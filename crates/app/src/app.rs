//! The running application: opens the store, loads the world, starts the writer and the follower.

use std::sync::Arc;

use hoist_model::authorise::{self, Access, Place};
use hoist_model::change::Change;
use hoist_model::log::{Actor, Head};
use hoist_model::plan::{self, Plan, Request};
use hoist_model::state::State;
use hoist_store::{Store, StoreConfig, StoreError};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::attempts::Attempts;
use crate::clock::Clock;
use crate::follower::follow;
use crate::hashing::Hashing;
use crate::housekeeping;
use crate::limiter::SignInLimits;
use crate::loading::load_and_tell;
use crate::past::Pasts;
use crate::past::loaded::{LoadedPast, Wanted};
use crate::policy::{Policy, Verdict};
use crate::source::{DryMaker, Maker, Randomness};
use crate::submit::{Answer, Failure, Submission, failure};
use crate::transitions::tell;
use crate::world::World;
use crate::writer::{Job, QUEUE, Writer};

/// Everything a surface needs; cheap to share.
pub struct App {
    /// Where it is kept.
    pub store: Store,
    /// What is published.
    pub world: Arc<World>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Makes ids and secrets.
    pub maker: Maker,
    /// What becomes of plans.
    pub policy: Policy,
    /// Hashes passwords.
    pub hashing: Hashing,
    pub(crate) attempts: Attempts,
    pub(crate) decoy: String,
    pub(crate) pasts: Pasts,
    pub(crate) endings: broadcast::Sender<[u8; 32]>,
    pub(crate) setup_token: std::sync::Mutex<Option<String>>,
    jobs: mpsc::Sender<Job>,
}

/// Why the application does not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store does not open or load.
    #[error("the store does not open: {0}")]
    Store(#[from] StoreError),
}

/// What is passed in from outside.
pub struct Outside {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub randomness: Arc<dyn Randomness>,
    /// What becomes of plans.
    pub policy: Policy,
    /// How often somebody may try to sign in.
    pub sign_in: SignInLimits,
}

impl App {
    /// Opens the store at a URL, loads it and starts working. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the store does not open or its rows cannot be read.
    pub async fn open(url: &str, outside: Outside) -> Result<Arc<Self>, OpenError> {
        let Outside {
            clock,
            randomness,
            policy,
            sign_in,
        } = outside;
        let maker = Maker::new(Arc::clone(&clock), randomness);
        let store = Store::open(&StoreConfig::new(url, clock.now(), maker.id())).await?;
        let world = Arc::new(World::new(load_and_tell(&store).await?));
        for (id, minute) in store.uses().await? {
            world.uses().learn(id, minute);
        }
        let (jobs, queue) = mpsc::channel(QUEUE);
        let decoy = maker.unmatched_hash();
        let app = Arc::new(Self {
            store: store.clone(),
            world: Arc::clone(&world),
            clock: Arc::clone(&clock),
            maker: maker.clone(),
            policy: policy.clone(),
            hashing: Hashing::default(),
            attempts: Attempts::new(sign_in),
            decoy,
            pasts: Pasts::default(),
            endings: broadcast::channel(ENDINGS).0,
            setup_token: std::sync::Mutex::new(None),
            jobs,
        });
        let writer = Writer {
            store: store.clone(),
            world: Arc::clone(&world),
            clock,
            maker,
            policy,
            jobs: queue,
        };
        tokio::spawn(writer.run());
        tokio::spawn(tell(Arc::clone(&world), Arc::clone(&app.clock)));
        tokio::spawn(follow(store, world));
        tokio::spawn(housekeeping::keep(Arc::downgrade(&app)));
        app.seed_roles().await;
        Ok(app)
    }

    /// Has a submission planned, judged, committed and published.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn submit(&self, submission: Submission) -> Result<Answer, Failure> {
        let (answer, received) = oneshot::channel();
        let job = Job { submission, answer };
        match self.jobs.try_send(job) {
            Ok(()) => received.await.unwrap_or(Err(Failure::Internal)),
            Err(_) => Err(Failure::Unavailable { retry_after_s: 1 }),
        }
    }

    /// Plans a submission without carrying it out.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn dry_run(&self, submission: Submission) -> Result<(Plan, Verdict), Failure> {
        let wanted = Wanted::of(&self.world.state(), &submission);
        // A look back is made from one state, and planned on that.
        let seen_from = wanted.looks_back().then(|| self.world.clone_state());
        let nothing = State::empty(Head::default());
        let fetched = LoadedPast::fetch(&self.store, wanted, seen_from.as_ref().unwrap_or(&nothing), Vec::new());
        let past = fetched.await.map_err(|error| failure(&error))?;
        let is_large = seen_from.is_some() || takes_long(&submission.request);
        let (mut maker, now) = (DryMaker(self.maker.clone()), self.clock.now());
        let mut plan_on =
            move |state: &State| plan::plan(state, &submission.request, &submission.actor, now, &mut maker, &past);
        let planned = if is_large {
            // On a copy: whoever publishes would wait for the guard, and every reader for them.
            let state = seen_from.unwrap_or_else(|| self.world.clone_state());
            tokio::task::spawn_blocking(move || plan_on(&state))
                .await
                .map_err(|_| Failure::Internal)?
        } else {
            plan_on(&self.world.state())
        };
        let plan = planned.map_err(Failure::Refused)?;
        let verdict = self.policy.judge(&plan);
        Ok((plan, verdict))
    }

    /// Submissions that wait for the writer.
    pub fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    /// What an actor may do at a place.
    pub fn access(&self, actor: &Actor, place: Place) -> Access {
        authorise::access(&*self.world.state(), actor, place)
    }
}

/// Ended sessions that a listener may be behind with; farther behind it asks the database.
const ENDINGS: usize = 256;

/// Changes in a request that is still planned at once.
const FEW: usize = 50;

/// Whether planning a request takes longer than a reader should wait.
fn takes_long(request: &Request) -> bool {
    request.changes.len() > FEW || request.changes.iter().any(|change| matches!(change, Change::Import(_)))
}
