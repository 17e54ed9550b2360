//! `hoist serve`: configuration → build → run.
//!
//! | file | subject |
//! |---|---|
//! | [`routes`] | everything that is served, in one place |
//! | [`mounts`] | dialects and where they answer; overlaps are refused |
//! | [`operations`] | health, readiness, metrics |
//! | [`memory`] | handing back what is not needed any more |
//! | [`listener`] | accepting connections, whatever happens |
//! | [`connection`] | one connection: limits, timeouts, graceful end |
//! | [`arriving`], [`socket`] | bodies that come, and answers that are taken, too slowly |
//! | [`first_run`] | the link that sets an instance up |
//! | [`signals`] | SIGTERM, SIGINT |
//! | `test_clock` | only with the feature `test-hooks`: a clock that tests move |

mod arriving;
mod connection;
mod files;
mod first_run;
mod listener;
mod memory;
mod mounts;
mod operations;
mod routes;
mod signals;
mod socket;
#[cfg(feature = "test-hooks")]
mod test_clock;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use hoist_app::app::Outside;
use hoist_app::limiter::SignInLimits;
use hoist_app::policy::Policy;
use hoist_app::source::SystemRandomness;
use hoist_app::{App, Clock, SystemClock};
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;

use crate::cli::Failure;
use crate::config::{Config, Surroundings};
use crate::console::Page;
use crate::http::observe;
use crate::http::request_id::RequestIds;
use crate::metrics::Metrics;
use crate::shutdown::{Shutdown, Trigger, shutdown};

use listener::{Door, listen};
use signals::Signals;

/// What only tests may change.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    /// A socket that moves the clock.
    #[cfg(feature = "test-hooks")]
    pub clock: Option<std::path::PathBuf>,
    /// Whether changes wait for approval.
    #[cfg(feature = "test-hooks")]
    pub policy: TestPolicy,
}

/// Policies that tests may choose.
#[cfg(feature = "test-hooks")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum TestPolicy {
    /// The usual one.
    #[default]
    Open,
    /// Whatever touches an environment is proposed.
    Propose,
}

/// Serves until a signal comes, or until the database tells another history than the one that was loaded.
///
/// # Errors
/// When something that the configuration names cannot be used.
pub async fn run(config: Config, surroundings: &Surroundings, hooks: &Hooks) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    let (trigger, shutdown) = shutdown();
    let server = tokio::select! {
        built = Server::build(config, surroundings, hooks, &shutdown) => built?,
        () = signals.next() => return Ok(()),
    };
    server.run(trigger, signals).await
}

/// Built, listening, not serving yet.
struct Server {
    doors: Vec<(Door, Router)>,
    app: Arc<App>,
    limits: connection::Limits,
    metrics: Arc<Metrics>,
    shutdown: Shutdown,
}

impl Server {
    async fn build(
        config: Config,
        surroundings: &Surroundings,
        hooks: &Hooks,
        shutdown: &Shutdown,
    ) -> Result<Self, Failure> {
        files::raise_limit();
        memory::use_small_pages();
        let (public, address) = bind("listen.address", config.listen.address)?;
        let admin = match config.listen.admin {
            Some(admin) => Some(bind("listen.admin", admin)?),
            None => None,
        };
        let app = open(&config, hooks).await?;
        let metrics = Arc::new(Metrics::default());
        count_changes(&app, &metrics);
        let all = observe::Surroundings {
            metrics: Arc::clone(&metrics),
            ids: RequestIds::new(u64::from_ne_bytes(app.maker.bytes())),
            trusted: config.security.trusted_proxies.clone(),
            logged: config.log.requests,
            streams: config.limits.streams,
            shutdown: shutdown.clone(),
        };
        let house = routes::House {
            app: Arc::clone(&app),
            metrics: Arc::clone(&metrics),
            all: Arc::new(all),
            page: Page::embedded(),
        };
        let place = if admin.is_some() {
            routes::Operations::Elsewhere
        } else {
            routes::Operations::Here
        };
        let mut doors = vec![(Door::new(public), routes::public(&house, &config, place)?)];
        if let Some((listener, address)) = admin {
            tracing::info!(%address, "health and metrics answer here");
            doors.push((Door::new(listener), routes::admin(&house)));
        }
        let console = console_url(&config, address);
        tracing::info!(%address, console, version = env!("CARGO_PKG_VERSION"), "listening");
        if !Page::is_built() {
            tracing::warn!("the console was not built; its address says how to build it");
        }
        first_run::prepare(&app, surroundings, &console).await?;
        Ok(Self {
            doors,
            app,
            limits: connection::Limits::of(&config.limits),
            metrics,
            shutdown: shutdown.clone(),
        })
    }

    async fn run(self, trigger: Trigger, mut signals: Signals) -> Result<(), Failure> {
        let grace = self.limits.shutdown;
        let connections = Arc::new(connection::Connections::new(
            self.limits,
            self.metrics,
            self.shutdown.clone(),
        ));
        for (door, router) in self.doors {
            tokio::spawn(door.serve(router, Arc::clone(&connections), self.shutdown.clone()));
        }
        let housekeeping = tokio::spawn(memory::keep_handing_back());
        let end = tokio::select! {
            () = signals.next() => Ok(()),
            () = self.app.world.epoch_ended() => Err(Failure {
                code: crate::cli::FAILED,
                message: "database.url: the database was restored while this server was running; start it again".to_owned(),
            }),
        };
        housekeeping.abort();
        tracing::info!("ending: streams end now, requests may finish");
        trigger.pull();
        tokio::select! {
            finished = connections.finished(grace) => match finished {
                Ok(()) => tracing::info!("ended"),
                Err(open) => tracing::warn!(connections = open, "ended before all requests had finished"),
            },
            () = signals.next() => {
                tracing::warn!("ended at once, as asked");
                return end;
            }
        }
        end?;
        if let Err(error) = self.app.save_uses().await {
            tracing::warn!(%error, "the last uses of keys were not written down");
        }
        Ok(())
    }
}

fn bind(setting: &str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let refused = |error| {
        Failure::bad_input(format!(
            "{setting}: cannot listen on {address} ({error}); take another address or port"
        ))
    };
    let listener = listen(address).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}

async fn open(config: &Config, hooks: &Hooks) -> Result<Arc<App>, Failure> {
    let outside = Outside {
        clock: clock(hooks)?,
        randomness: Arc::new(SystemRandomness),
        policy: policy(hooks),
        sign_in: config.security.sign_in,
    };
    open_app(&config.database_url, outside).await
}

/// Opens the application; also for commands that work on the database.
///
/// # Errors
/// When the database cannot be used.
pub async fn open_app(url: &str, outside: Outside) -> Result<Arc<App>, Failure> {
    App::open(url, outside).await.map_err(|error| Failure {
        code: crate::cli::FAILED,
        message: format!("database.url: {error}"),
    })
}

/// The usual surroundings of the application.
pub fn usual() -> Outside {
    Outside {
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
        policy: Policy::default(),
        sign_in: SignInLimits::default(),
    }
}

#[cfg(not(feature = "test-hooks"))]
#[expect(clippy::unnecessary_wraps, reason = "fails with the feature test-hooks")]
fn clock(_: &Hooks) -> Result<Arc<dyn Clock>, Failure> {
    Ok(Arc::new(SystemClock))
}

#[cfg(feature = "test-hooks")]
fn clock(hooks: &Hooks) -> Result<Arc<dyn Clock>, Failure> {
    match &hooks.clock {
        Some(socket) => test_clock::start(socket).map(|clock| clock as Arc<dyn Clock>),
        None => Ok(Arc::new(SystemClock)),
    }
}

#[cfg(not(feature = "test-hooks"))]
fn policy(_: &Hooks) -> Policy {
    Policy::default()
}

#[cfg(feature = "test-hooks")]
fn policy(hooks: &Hooks) -> Policy {
    match hooks.policy {
        TestPolicy::Open => Policy::default(),
        TestPolicy::Propose => Policy::ProposeAll,
    }
}

/// Counts what is published, by whichever node it was written.
fn count_changes(app: &App, metrics: &Arc<Metrics>) {
    let mut events = app.world.events().subscribe();
    let metrics = Arc::clone(metrics);
    tokio::spawn(async move {
        loop {
            let count = match events.recv().await {
                Ok(event) => u64::from(!event.touched.is_empty()),
                Err(RecvError::Lagged(missed)) => missed,
                Err(RecvError::Closed) => return,
            };
            metrics.changes_applied.fetch_add(count, Ordering::Relaxed);
        }
    });
}

/// Where people find the console.
fn console_url(config: &Config, address: SocketAddr) -> String {
    if let Some(url) = &config.listen.public_url {
        return url.clone();
    }
    match address.ip().is_unspecified() {
        true => format!("http://localhost:{}", address.port()),
        false => format!("http://{address}"),
    }
}
