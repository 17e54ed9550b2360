//! Who is at the other end, when trusted proxies stand between.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap, Request};

use crate::config::Network;

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The address of the client: the peer, or what trusted proxies say of it.
pub fn client<B>(request: &Request<B>, trusted: &[Network]) -> Option<IpAddr> {
    of_client(request.extensions(), request.headers(), trusted)
}

/// The same of a request that was taken apart.
pub fn of_client(extensions: &Extensions, headers: &HeaderMap, trusted: &[Network]) -> Option<IpAddr> {
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(behind(peer.ip().to_canonical(), headers, trusted))
}

/// Whether a trusted proxy says that the client came to it over HTTPS. Nobody else is believed: we
/// speak no TLS ourselves.
pub fn came_over_https<B>(request: &Request<B>, trusted: &[Network]) -> bool {
    let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() else {
        return false;
    };
    says_https(peer.ip().to_canonical(), request.headers(), trusted)
}

/// The last word is that of the nearest proxy.
fn says_https(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> bool {
    let said = headers
        .get_all(FORWARDED_PROTO)
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next());
    said.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
        && trusted.iter().any(|network| network.contains(peer))
}

/// Walks from the nearest proxy outwards, as long as each hop is trusted. A hop that is no address
/// ends the walk: what lies beyond cannot be known.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let values = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut address = peer;
    for hop in hops.into_iter().rev() {
        if !is_trusted(address) {
            break;
        }
        match hop.parse::<IpAddr>() {
            Ok(next) => address = next.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        let seen = |peer: &str, forwarded: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(FORWARDED_FOR, forwarded.parse().expect("a header"));
            behind(peer.parse().expect("an address"), &headers, &trusted).to_string()
        };
        assert_eq!(seen("1.1.1.1", "2.2.2.2"), "1.1.1.1");
        assert_eq!(seen("10.0.0.1", "2.2.2.2"), "2.2.2.2");
        assert_eq!(
            seen("10.0.0.1", "6.6.6.6, 2.2.2.2, 10.0.0.2"),
            "2.2.2.2",
            "a forged first hop"
        );
        assert_eq!(seen("10.0.0.1", "nonsense"), "10.0.0.1");
    }

    #[test]
    fn only_a_trusted_proxy_makes_a_request_one_over_https() {
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        let secure = |peer: &str, said: &str, trusted: &[Network]| {
            let mut headers = HeaderMap::new();
            headers.insert(FORWARDED_PROTO, said.parse().expect("a header"));
            says_https(peer.parse().expect("an address"), &headers, trusted)
        };
        assert!(secure("10.0.0.1", "https", &trusted));
        assert!(secure("10.0.0.1", "http, HTTPS", &trusted));
        assert!(!secure("10.0.0.1", "https, http", &trusted));
        assert!(!secure("1.1.1.1", "https", &trusted));
        assert!(!secure("10.0.0.1", "https", &[]));
    }
}
