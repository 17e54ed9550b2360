//! Another system, asked over its own API: what the importer reads, put together as one document.
//!
//! How to extend: a system is a module with one function that asks [`Site`] and gives the document its importer in
//! `hoist-compat` describes, and a line in [`read`].

mod flagsmith;
mod fluxgate;
mod toggle_meister;
mod togglr;
mod unleash;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ::http::header::HeaderName;
use ::http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, Url};
use serde_json::Value as Json;

use super::ImportSource;
use crate::cli::progress::Bar;
use crate::cli::{FAILED, Failure, http};

/// Largest answer, bytes.
const LARGEST: usize = 64 * 1024 * 1024;

/// All answers together, bytes.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// Pages that one list may have.
const MOST_PAGES: u32 = 1_000;

/// Where the other system answers, and what is meant there.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SiteArgs {
    /// Instead of FILE: address of the other system, whose API is asked.
    #[arg(long, value_name = "URL", conflicts_with = "file")]
    pub(super) source_url: Option<String>,
    /// Key or token of the other system.
    #[arg(
        long,
        value_name = "KEY",
        requires = "source_url",
        env = "HOIST_SOURCE_KEY",
        hide_env_values = true
    )]
    pub(super) source_key: Option<String>,
    /// Project (Togglr) or team (FluxGate) there, by id or name; not needed where there is one only.
    #[arg(long, value_name = "NAME", requires = "source_url")]
    pub(super) source_project: Option<String>,
    /// Environment there, if it is not called like --environment here.
    #[arg(long, value_name = "NAME", requires = "source_url")]
    pub(super) source_environment: Option<String>,
    /// Where to keep what was read; `hoist import` and `hoist eval --from` read it as FILE.
    #[arg(long, value_name = "FILE", requires = "source_url")]
    pub(super) save: Option<std::path::PathBuf>,
}

/// What is asked for.
pub(super) struct Wanted<'a> {
    pub(super) source: ImportSource,
    pub(super) key: Option<&'a str>,
    pub(super) project: Option<&'a str>,
    /// As it is called there.
    pub(super) environment: &'a str,
    pub(super) now: Timestamp,
}

/// The document of one environment.
///
/// # Errors
/// When the system has no API for it, cannot be reached, or does not know what is asked for.
pub(super) async fn read(site: &Site, wanted: &Wanted<'_>) -> Result<Json, Failure> {
    let _bar = Bar::waiting("the other system is asked");
    match wanted.source {
        ImportSource::Unleash => unleash::read(site, wanted).await,
        ImportSource::Flagsmith => flagsmith::read(site, wanted).await,
        ImportSource::Togglr => togglr::read(site, wanted).await,
        ImportSource::Fluxgate => fluxgate::read(site, wanted).await,
        ImportSource::ToggleMeister => toggle_meister::read(site, wanted).await,
        ImportSource::Flagd | ImportSource::Hoist => {
            let message = "--source-url: this source is read from a file; give FILE instead";
            Err(Failure::bad_input(message))
        }
    }
}

impl Wanted<'_> {
    /// The key; whoever needs one says what kind it is.
    fn key(&self, what: &str) -> Result<&str, Failure> {
        self.key.ok_or_else(|| {
            let text = format!("--source-url needs --source-key or the variable HOIST_SOURCE_KEY: {what}");
            Failure::bad_input(text)
        })
    }
}

/// One system, asked as one caller.
pub(super) struct Site {
    http: Client,
    base: Url,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Bytes that were read.
    read: Arc<AtomicUsize>,
}

impl Site {
    /// Does not connect yet.
    ///
    /// # Errors
    /// When the address cannot be one.
    pub(super) fn new(url: &str) -> Result<Self, Failure> {
        let base = http::address("--source-url", url)?;
        let http = http::client(&base).map_err(|error| Failure {
            code: FAILED,
            message: format!("--source-url {url}: cannot be asked ({})", http::why(&error)),
        })?;
        Ok(Self {
            http,
            base,
            headers: Vec::new(),
            read: Arc::default(),
        })
    }

    /// Whether somebody between us and the system could read the key.
    pub(super) fn is_in_clear(&self) -> bool {
        http::is_in_clear(&self.base)
    }

    /// Sends a header with every request from now on.
    fn with(&self, name: &'static str, value: &str) -> Result<Self, Failure> {
        let value = HeaderValue::from_str(value)
            .map_err(|_| Failure::bad_input("--source-key: this is no key: it has letters that no header may have"))?;
        let mut headers = self.headers.clone();
        headers.push((HeaderName::from_static(name), value));
        Ok(Self {
            http: self.http.clone(),
            base: self.base.clone(),
            headers,
            read: Arc::clone(&self.read),
        })
    }

    async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Json, Failure> {
        let url = self.url(path, query);
        self.send(self.http.get(url.clone()), &url).await
    }

    async fn post(&self, path: &[&str], body: &Json) -> Result<Json, Failure> {
        let url = self.url(path, &[]);
        let request = self.http.post(url.clone()).header("content-type", "application/json");
        self.send(request.body(body.to_string()), &url).await
    }

    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = http::below(&self.base, path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    async fn send(&self, request: RequestBuilder, url: &Url) -> Result<Json, Failure> {
        let failed = |why: String| Failure {
            code: FAILED,
            message: format!("{url}: {why}"),
        };
        let request = self
            .headers
            .iter()
            .fold(request, |request, (name, value)| request.header(name, value));
        let unreachable = |error: reqwest::Error| failed(format!("cannot be read ({})", http::why(&error)));
        let mut answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(unreachable)? {
            if body.len() + part.len() > LARGEST {
                return Err(failed(format!("the answer is larger than {} MiB", LARGEST >> 20)));
            }
            if self.read.fetch_add(part.len(), Ordering::Relaxed) > MOST_BYTES {
                return Err(failed(format!(
                    "all answers together are larger than {} MiB",
                    MOST_BYTES >> 20
                )));
            }
            body.extend_from_slice(&part);
        }
        match (status, serde_json::from_slice(&body)) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => {
                Err(failed(format!("answered {status}: the key is not accepted there")))
            }
            (status, Ok(document)) if status.is_success() => Ok(document),
            (status, _) if status.is_success() => Err(failed("answered something that is no JSON".to_owned())),
            (status, _) => Err(failed(format!("answered {status}"))),
        }
    }
}

/// The items of a list, whatever member of the answer they stand in.
fn items(answer: Json) -> Vec<Json> {
    match answer {
        Json::Array(items) => items,
        Json::Object(members) => {
            let mut lists = members.into_iter().filter_map(|(_, member)| match member {
                Json::Array(items) => Some(items),
                _ => None,
            });
            lists.next().unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The one that is asked for by id or name, or the only one there is.
fn chosen<'i>(items: &'i [Json], wanted: Option<&str>, what: &str) -> Result<&'i Json, Failure> {
    let names = |item: &'i Json| {
        ["id", "key", "name"]
            .into_iter()
            .filter_map(|name| item.get(name).and_then(Json::as_str))
    };
    let found = match wanted {
        Some(wanted) => items
            .iter()
            .find(|item| names(item).any(|name| name.eq_ignore_ascii_case(wanted))),
        None => items.first().filter(|_| items.len() == 1),
    };
    found.ok_or_else(|| {
        let known: Vec<&str> = items
            .iter()
            .take(20)
            .filter_map(|item| names(item).next_back())
            .collect();
        let asked = wanted.map_or_else(|| format!("several {what}s"), |wanted| format!("no {what} `{wanted}`"));
        Failure::bad_input(format!("there are {asked} there; known are {}", known.join(", ")))
    })
}

fn text<'j>(item: &'j Json, member: &str) -> &'j str {
    item.get(member).and_then(Json::as_str).unwrap_or_default()
}
