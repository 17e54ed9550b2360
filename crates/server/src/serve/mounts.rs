//! Dialects: what each mount serves, and that no two serve the same path.
//!
//! How to add a dialect: an arm in [`table`].

use std::sync::Arc;

use hoist_dialects::DialectRoute;
use hoist_dialects::flagd::{self, Flagd};
use hoist_dialects::flagsmith::{self, Flagsmith};
use hoist_dialects::ofrep::{self, Ofrep};
use hoist_dialects::ports::Ports;
use hoist_dialects::unleash::{self, Unleash};

use crate::cli::Failure;
use crate::config::{Config, Dialect, MountConfig};
use crate::http::address;

/// Paths that are the server's own, whatever is mounted.
const OURS: [&str; 5] = ["/hoist/{*rest}", "/assets/{*rest}", "/healthz", "/readyz", "/metrics"];

/// Routes that somebody owns.
struct Table {
    owner: String,
    paths: Vec<String>,
}

/// The routes of all mounts.
///
/// # Errors
/// When two mounts, or a mount and the server's own paths, overlap.
pub(super) fn routes(config: &Config, ports: &Ports) -> Result<Vec<DialectRoute>, Failure> {
    let ours = Table {
        owner: "the server's own paths".into(),
        paths: OURS.map(str::to_owned).to_vec(),
    };
    let mut tables = vec![ours];
    let mut all = Vec::new();
    for mount in &config.mounts {
        let routes = table(mount, config, ports);
        tables.push(Table {
            owner: format!("{} at {}", mount.dialect.name(), mount.shown_path()),
            paths: routes.iter().map(|route| route.path.clone()).collect(),
        });
        all.extend(routes);
    }
    refuse_overlaps(&tables)?;
    Ok(all)
}

fn table(mount: &MountConfig, config: &Config, ports: &Ports) -> Vec<DialectRoute> {
    match mount.dialect {
        Dialect::Ofrep => {
            let settings = ofrep::Settings {
                path: mount.path.clone(),
                body_bytes: config.limits.body_bytes,
                most_streams: usize::try_from(config.limits.streams).unwrap_or(usize::MAX),
                ..ofrep::Settings::default()
            };
            ofrep::routes(&Ofrep::new(ports.clone(), settings))
        }
        Dialect::Flagd => flagd::routes(&Flagd::new(ports.clone(), mount.path.clone())),
        Dialect::Flagsmith => {
            let settings = flagsmith::Settings {
                path: mount.path.clone(),
                body_bytes: config.limits.body_bytes,
                most_streams: usize::try_from(config.limits.streams).unwrap_or(usize::MAX),
                ..flagsmith::Settings::default()
            };
            flagsmith::routes(&Flagsmith::new(ports.clone(), settings))
        }
        Dialect::Unleash => unleash::routes(&Unleash::new(ports.clone(), unleash_settings(mount, config))),
    }
}

fn unleash_settings(mount: &MountConfig, config: &Config) -> unleash::Settings {
    let trusted = config.security.trusted_proxies.clone();
    unleash::Settings {
        path: mount.path.clone(),
        body_bytes: config.limits.body_bytes,
        most_streams: usize::try_from(config.limits.streams).unwrap_or(usize::MAX),
        caller: Arc::new(move |parts| address::of_client(&parts.extensions, &parts.headers, &trusted)),
    }
}

fn refuse_overlaps(tables: &[Table]) -> Result<(), Failure> {
    for (index, one) in tables.iter().enumerate() {
        for other in tables.iter().skip(index + 1) {
            let clash = one
                .paths
                .iter()
                .flat_map(|path| other.paths.iter().map(move |with| (path, with)))
                .find(|(path, with)| overlap(path, with));
            if let Some((path, with)) = clash {
                let message = format!(
                    "mounts: {} ({with}) overlaps with {} ({path}); give it another path",
                    other.owner, one.owner
                );
                return Err(Failure::bad_input(message));
            }
        }
    }
    Ok(())
}

/// Whether one path can match two patterns.
fn overlap(one: &str, other: &str) -> bool {
    let (mut left, mut right) = (one.split('/'), other.split('/'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(rest), Some(_)) | (Some(_), Some(rest)) if rest.starts_with("{*") => return true,
            (Some(a), Some(b)) if a == b || a.starts_with('{') || b.starts_with('{') => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_overlap_where_a_path_matches_both() {
        assert!(overlap("/a/{x}", "/a/b"));
        assert!(overlap("/a/{*rest}", "/a/b/c"));
        assert!(overlap("/a/b/c", "/a/{*rest}"));
        assert!(!overlap("/a/{x}", "/a/b/c"));
        assert!(!overlap("/a", "/a/"), "a slash at the end is another path");
        assert!(!overlap("/ofrep/v1/{x}", "/hoist/{*rest}"));
    }

    #[test]
    fn both_owners_are_named() {
        let table = |owner: &str, path: &str| Table {
            owner: owner.into(),
            paths: vec![path.into()],
        };
        let tables = [
            table("one at /a", "/a/{x}"),
            table("two at /b", "/b"),
            table("three at /a", "/a/y"),
        ];
        let error = refuse_overlaps(&tables).expect_err("one and three clash");
        assert_eq!(
            error.message,
            "mounts: three at /a (/a/y) overlaps with one at /a (/a/{x}); give it another path"
        );
        assert!(refuse_overlaps(&tables[..2]).is_ok());
    }
}
