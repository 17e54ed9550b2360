//! What every command that asks somebody over HTTP has in common: addresses and the client.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use super::Failure;

/// Until there is a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Until there is an answer: the largest import takes seconds.
const ANSWER: Duration = Duration::from_secs(300);

/// The address that an option names.
///
/// # Errors
/// When it is none of HTTP.
pub(super) fn address(option: &str, url: &str) -> Result<Url, Failure> {
    // The address itself is not told: keys stand in some.
    let wrong = |why: &str| Failure::bad_input(format!("{option}: {why}; give one like https://flags.example.com"));
    let base = Url::parse(url).map_err(|error| wrong(&format!("this is no address ({error})")))?;
    if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
        return Err(wrong("this is no address of HTTP"));
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err(wrong("an address has no query and no fragment"));
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err(Failure::bad_input(format!(
            "{option}: a name and password in an address are not sent; leave them out"
        )));
    }
    Ok(base)
}

/// A client for one address.
///
/// # Errors
/// When there are no certificates to trust.
pub(super) fn client(base: &Url) -> reqwest::Result<Client> {
    // Fails when there is a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("hoist/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        // A redirected POST would arrive as a GET, and a key somewhere else.
        .redirect(Policy::none());
    if base.scheme() == "http" {
        // A machine without certificates can still ask over plain HTTP.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

/// An address with names added to its path.
pub(super) fn below(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

/// Whether somebody between us and the server could read what is sent.
pub(super) fn is_in_clear(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default();
    let here = host == "localhost" || host.starts_with("127.") || host == "[::1]";
    base.scheme() == "http" && !here
}

/// Why nothing came back: what lies below the layers that say “error sending request”.
pub(super) fn why(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let first: &dyn std::error::Error = error;
    let mut causes = std::iter::successors(Some(first), |cause| cause.source());
    causes.by_ref().last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::BAD_INPUT;

    #[test]
    fn addresses_are_of_http_and_end_at_the_path() {
        assert!(address("--url", "https://flags.example.com/hoist").is_ok());
        for wrong in ["flags.example.com", "ftp://a", "http://a/?b", "http://a/#b", ""] {
            let failure = address("--url", wrong).expect_err(wrong);
            assert_eq!(failure.code, BAD_INPUT);
            assert!(failure.message.contains("give one like"), "{failure}");
        }
        let failure = address("--url", "https://ada:secret@flags.example.com").expect_err("a password");
        assert!(!failure.message.contains("secret"), "{failure}");
    }

    #[test]
    fn keys_stay_off_the_open_road() {
        let in_clear = |url: &str| is_in_clear(&address("--url", url).expect("an address"));
        assert!(in_clear("http://flags.example.com"));
        for fine in [
            "https://flags.example.com",
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:1",
        ] {
            assert!(!in_clear(fine), "{fine}");
        }
    }
}
