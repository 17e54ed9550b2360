//! The start page: made anew for each load, with a nonce in place of `{{nonce}}` and a policy that
//! only lets our own files and that nonce run.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{Files, START_PAGE, blank};

const NONCE: &str = "{{nonce}}";

/// Shown where the console was not built.
const NOT_BUILT: &str = include_str!("not_built.html");

/// The start page, cut at its nonces.
#[derive(Clone, Debug)]
pub struct Page {
    parts: Vec<String>,
}

impl Page {
    /// The embedded page, or the one that says how to build it.
    pub fn embedded() -> Self {
        let file = Files::get(START_PAGE);
        match file.as_ref().and_then(|file| std::str::from_utf8(&file.data).ok()) {
            Some(text) => Self::of(text),
            None => Self::of(NOT_BUILT),
        }
    }

    fn of(text: &str) -> Self {
        Self {
            parts: text.split(NONCE).map(str::to_owned).collect(),
        }
    }

    /// Whether the console is there.
    pub fn is_built() -> bool {
        Files::get(START_PAGE).is_some()
    }

    /// The page for one load.
    pub fn answer(&self, nonce: &str) -> Response {
        let mut response = blank();
        *response.body_mut() = Body::from(self.parts.join(nonce));
        protect(response.headers_mut(), nonce);
        response
    }
}

fn protect(headers: &mut HeaderMap, nonce: &str) {
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    // Nonces are base64, so the policy is always a header's value; without it nothing may run.
    let policy = HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    let fixed: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nonce_is_replaced() {
        let page = Page::of("a {{nonce}} b {{nonce}} c");
        assert_eq!(page.parts.join("N"), "a N b N c");
        let response = page.answer("abc");
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .expect("text");
        assert!(policy.contains("script-src 'self' 'nonce-abc';"));
        assert!(!policy.contains("unsafe"));
    }

    #[test]
    fn the_page_without_a_console_runs_nothing() {
        assert!(!NOT_BUILT.contains("<script"));
        assert!(NOT_BUILT.contains(NONCE), "its style needs the nonce");
    }
}
