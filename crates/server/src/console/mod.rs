//! The console inside the binary.
//!
//! Files of `ui/dist` are embedded when they were built, else one page says how to build them. Paths
//! that are no file and whose caller wants HTML get the start page, since the console has its own
//! routes. Files below `assets/` have their hash in the name and may be kept for ever; the start page
//! is made anew for each load, because it carries a nonce.

mod answer;
mod encoding;
mod page;

use axum::body::Body;
use axum::response::Response;
use http::request::Parts;
use http::{Method, header};
use rust_embed::RustEmbed;

use crate::http::problem;
pub use page::Page;

/// What is never the console's.
const FOREIGN: [&str; 3] = ["hoist", "ofrep", "assets"];
const START_PAGE: &str = "index.html";

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Files;

/// Answers whatever no route matches.
pub fn answer(request: &Parts, page: &Page, nonce: impl FnOnce() -> String) -> Response {
    let path = request.uri.path().trim_start_matches('/');
    let reads = request.method == Method::GET || request.method == Method::HEAD;
    if !reads {
        return problem::not_found();
    }
    if path != START_PAGE
        && let Some(file) = encoding::best(path, &request.headers)
    {
        return answer::file(path, file, &request.headers);
    }
    if path.is_empty() || path == START_PAGE || is_view(path, request) {
        return page.answer(&nonce());
    }
    problem::not_found()
}

/// Whether a path is one of the console's own, as far as the server can tell.
fn is_view(path: &str, request: &Parts) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    let accepts = request.headers.get_all(header::ACCEPT).iter();
    let wants_html = accepts
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html"));
    wants_html && !FOREIGN.contains(&first)
}

/// An answer with nothing in it yet.
fn blank() -> Response {
    Response::new(Body::empty())
}
