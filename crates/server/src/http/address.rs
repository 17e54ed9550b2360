//! Who is at the other end, when trusted proxies stand between.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{HeaderMap, Request};

use crate::config::Network;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the client: the peer, or what trusted proxies say of it.
pub fn client<B>(request: &Request<B>, trusted: &[Network]) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    Some(behind(peer.ip().to_canonical(), request.headers(), trusted))
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
}
