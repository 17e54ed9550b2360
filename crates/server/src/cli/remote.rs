//! A running Hoist, asked over its API: the one HTTP client of the commands.

use ::http::{HeaderValue, StatusCode, header};
use bytes::Bytes;
use reqwest::{Client, Url};
use serde_json::Value as Json;

use super::{BAD_INPUT, FAILED, Failure, http};

/// Where it is, and as whom we ask.
pub(super) struct Remote {
    http: Client,
    base: Url,
    token: String,
}

/// What is asked: a POST where there is a body, else a GET.
#[derive(Default)]
pub(super) struct Ask<'a> {
    pub(super) path: &'a [&'a str],
    pub(super) query: &'a [(&'a str, &'a str)],
    /// JSON.
    pub(super) body: Option<Vec<u8>>,
    /// The same request sent again with it happens once.
    pub(super) idempotency: Option<&'a str>,
}

impl Remote {
    /// Does not connect yet.
    ///
    /// # Errors
    /// When the address or the token cannot be one.
    pub(super) fn new(url: &str, token: &str) -> Result<Self, Failure> {
        let base = http::address("--url", url)?;
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = "--token: this is no token; make one in the console under your name, or ask an owner";
            return Err(Failure::bad_input(message));
        }
        let http = http::client(&base).map_err(|error| Failure {
            code: FAILED,
            message: format!("--url {url}: cannot be asked ({})", http::why(&error)),
        })?;
        Ok(Self {
            http,
            base,
            token: token.to_owned(),
        })
    }

    /// The same; whoever names an address has to bring a token.
    ///
    /// # Errors
    /// When there is none, or as [`Remote::new`].
    pub(super) fn with_token(url: &str, token: Option<&str>) -> Result<Self, Failure> {
        let token = token.ok_or_else(|| {
            Failure::bad_input(
                "--url needs --token or the variable HOIST_TOKEN; make one in the console under your name",
            )
        })?;
        Self::new(url, token)
    }

    /// For people.
    pub(super) fn address(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Whether somebody between us and the server could read the token.
    pub(super) fn is_in_clear(&self) -> bool {
        http::is_in_clear(&self.base)
    }

    /// Reads.
    pub(super) async fn get(&self, path: &[&str]) -> Result<Json, Failure> {
        self.json(Ask { path, ..Ask::default() }).await
    }

    /// Every item of a list, page by page.
    pub(super) async fn all(&self, path: &[&str]) -> Result<Json, Failure> {
        let (mut items, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let mut query = vec![("limit", "500")];
            query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let ask = Ask {
                path,
                query: &query,
                ..Ask::default()
            };
            let mut page = self.json(ask).await?;
            items.extend(page["items"].as_array_mut().map(std::mem::take).unwrap_or_default());
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(serde_json::json!({ "items": items })),
            }
        }
    }

    /// Asks for JSON.
    pub(super) async fn json(&self, ask: Ask<'_>) -> Result<Json, Failure> {
        self.read(ask, |body| serde_json::from_slice(body).ok()).await
    }

    /// Asks for JSON; None if the answer is a problem of this code.
    pub(super) async fn unless(&self, ask: Ask<'_>, code: &str) -> Result<Option<Json>, Failure> {
        let (status, body, location) = self.send(ask).await?;
        match serde_json::from_slice::<Json>(&body) {
            Ok(answer) if status.is_success() => Ok(Some(answer)),
            Ok(problem) if problem["code"] == code => Ok(None),
            _ => Err(self.failed(status, &body, location.as_ref())),
        }
    }

    /// Asks for what is not JSON: the text as it is.
    pub(super) async fn text(&self, ask: Ask<'_>) -> Result<String, Failure> {
        self.read(ask, |body| String::from_utf8(body.to_vec()).ok()).await
    }

    /// Asks, and reads the answer to what succeeded.
    async fn read<T>(&self, ask: Ask<'_>, read: impl Fn(&Bytes) -> Option<T>) -> Result<T, Failure> {
        let (status, body, location) = self.send(ask).await?;
        match read(&body) {
            Some(read) if status.is_success() => Ok(read),
            _ => Err(self.failed(status, &body, location.as_ref())),
        }
    }

    /// Status, body, and where it sends us on to.
    async fn send(&self, ask: Ask<'_>) -> Result<(StatusCode, Bytes, Option<HeaderValue>), Failure> {
        let mut url = http::below(&self.base, ask.path);
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(ask.query);
        }
        let request = match ask.body {
            Some(body) => {
                let post = self.http.post(url);
                post.header(header::CONTENT_TYPE, "application/json").body(body)
            }
            None => self.http.get(url),
        };
        let mut request = request.bearer_auth(&self.token);
        if let Some(key) = ask.idempotency {
            request = request.header("idempotency-key", key);
        }
        let unreachable = |error: reqwest::Error| self.unreachable(&error);
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        let location = answer.headers().get(header::LOCATION).cloned();
        let body = answer.bytes().await.map_err(unreachable)?;
        Ok((status, body, location))
    }

    fn failed(&self, status: StatusCode, body: &[u8], location: Option<&HeaderValue>) -> Failure {
        match serde_json::from_slice::<Json>(body) {
            Ok(problem) if problem.get("code").is_some_and(Json::is_string) => refused(status, &problem),
            _ => self.stranger(status, location.and_then(|to| to.to_str().ok())),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let (address, why) = (self.address(), http::why(error));
        Failure {
            code: FAILED,
            message: format!("{address} cannot be reached ({why}); is `hoist serve` running there?"),
        }
    }

    /// An answer that none of our servers gives.
    fn stranger(&self, status: StatusCode, location: Option<&str>) -> Failure {
        let address = self.address();
        let message = match location {
            Some(to) if status.is_redirection() => {
                format!("{address} sends us on to {to}; give the address where Hoist itself answers")
            }
            _ => format!("{address} answered {status} and no word of Hoist’s; is the address right?"),
        };
        Failure { code: FAILED, message }
    }
}

/// A problem document as a failure: input that cannot be used is told apart from everything else.
fn refused(status: StatusCode, problem: &Json) -> Failure {
    let text = |of: &Json, name: &str| of.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let code = match status.as_u16() {
        400 | 404 | 413 | 422 => BAD_INPUT,
        _ => FAILED,
    };
    let mut message = match status {
        StatusCode::UNAUTHORIZED => {
            "the token is not accepted: it is unknown, expired or revoked; make a new one in the console".to_owned()
        }
        _ => text(problem, "detail"),
    };
    for each in problem["problems"].as_array().into_iter().flatten() {
        let (pointer, detail) = (text(each, "pointer"), text(each, "detail"));
        if !pointer.is_empty() {
            message.push_str(&format!("\n  {pointer}: {detail}"));
        }
    }
    let winner = &problem["winner"];
    if winner.is_object() {
        let (who, revision) = (text(&winner["actor"], "name"), &winner["revision"]);
        message.push_str(&format!("\n  first was {who} with revision {revision}"));
    }
    if let Some(seconds) = problem["retry_after_s"].as_u64() {
        message.push_str(&format!("; try again in {seconds} s"));
    }
    message.push_str(&format!(" ({})", text(problem, "code")));
    Failure { code, message }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn problems_keep_their_pointers_and_winners() {
        let problem = json!({
            "code": "moved", "detail": "somebody else changed this document",
            "problems": [{"pointer": "/rules/0", "detail": "changed on both sides"}],
            "winner": {"revision": 12, "actor": {"name": "Ada"}},
        });
        let failure = refused(StatusCode::CONFLICT, &problem);
        assert_eq!(failure.code, FAILED);
        assert_eq!(
            failure.message,
            "somebody else changed this document\n  /rules/0: changed on both sides\n  \
             first was Ada with revision 12 (moved)"
        );
        let busy = json!({"code": "unavailable", "detail": "busy", "retry_after_s": 2});
        assert_eq!(
            refused(StatusCode::SERVICE_UNAVAILABLE, &busy).message,
            "busy; try again in 2 s (unavailable)"
        );
    }
}
