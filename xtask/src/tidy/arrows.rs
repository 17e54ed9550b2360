//! Which crate of ours may depend on which, and what some of them must not know at all.
//!
//! The table is the architecture: a crate exists to forbid a dependency. To allow a new arrow, change the table in
//! the same commit and say why in ARCHITECTURE.md.

use super::{Problem, Tree};
use crate::metadata::{Dependency, Kind, Metadata, Package};

/// One crate's rights.
struct Rights {
    package: &'static str,
    /// The crates of ours it may use.
    ours: Ours,
    /// Foreign crates it must not know, by name or by the beginning of the name.
    unknown: &'static [&'static str],
}

/// What a crate may use of ours.
enum Ours {
    Only(&'static [&'static str]),
    Everything,
}

/// Crates that run, talk, log or draw random numbers: none of it belongs into pure computation.
const IMPURE: &[&str] = &[
    "tokio",
    "axum",
    "hyper",
    "http",
    "reqwest",
    "sqlx",
    "tracing",
    "log",
    "rand",
    "getrandom",
    "tonic",
];
const SQL: &[&str] = &["sqlx", "rusqlite"];
const HTTP: &[&str] = &["axum", "hyper", "reqwest", "http", "tonic"];

#[rustfmt::skip]
const TABLE: &[Rights] = &[
    Rights { package: "hoist-engine",   ours: Ours::Only(&[]), unknown: IMPURE },
    Rights { package: "hoist-stats",    ours: Ours::Only(&[]), unknown: IMPURE },
    Rights { package: "hoist-model",    ours: Ours::Only(&["hoist-engine", "hoist-stats"]), unknown: IMPURE },
    Rights { package: "hoist-store",    ours: Ours::Only(&["hoist-model"]), unknown: HTTP },
    Rights { package: "hoist-app",      ours: Ours::Only(&["hoist-engine", "hoist-stats", "hoist-model", "hoist-store"]), unknown: &["axum", "tonic", "async-graphql"] },
    Rights { package: "hoist-dialects", ours: Ours::Only(&["hoist-engine"]), unknown: SQL },
    // `hoist-engine`: an importer writes the ruleset's own types, which `hoist-model` would only re-export.
    Rights { package: "hoist-compat",   ours: Ours::Only(&["hoist-engine", "hoist-model", "hoist-app", "hoist-dialects"]), unknown: SQL },
    Rights { package: "hoist-api",      ours: Ours::Only(&["hoist-model", "hoist-app", "hoist-engine"]), unknown: SQL },
    Rights { package: "hoist-rpc",      ours: Ours::Only(&["hoist-engine", "hoist-app"]), unknown: SQL },
    Rights { package: "hoist-identity", ours: Ours::Only(&["hoist-model", "hoist-app"]), unknown: &["axum", "sqlx"] },
    Rights { package: "hoist-edge",     ours: Ours::Only(&["hoist-engine", "hoist-dialects"]), unknown: SQL },
    Rights { package: "hoist-server",   ours: Ours::Everything, unknown: &[] },
    Rights { package: "hoist-testkit",  ours: Ours::Everything, unknown: &[] },
    Rights { package: "hoist-fuzz",     ours: Ours::Everything, unknown: &[] },
    Rights { package: "xtask",          ours: Ours::Only(&[]), unknown: &[] },
];

/// The one crate that every other may use in its tests.
const TESTKIT: &str = "hoist-testkit";

pub(super) fn find(_: &Tree, metadata: &Metadata) -> Vec<Problem> {
    metadata
        .packages
        .iter()
        .flat_map(|package| of_package(package, metadata))
        .collect()
}

fn of_package(package: &Package, metadata: &Metadata) -> Vec<Problem> {
    let manifest = package.manifest.as_str();
    let Some(rights) = TABLE.iter().find(|rights| rights.package == package.name) else {
        let message = format!(
            "the crate `{}` is not in the table of arrows (xtask/src/tidy/arrows.rs)",
            package.name
        );
        return vec![Problem::file(manifest, message)];
    };
    let complaints = package
        .dependencies
        .iter()
        .filter_map(|dependency| match metadata.package(&dependency.name) {
            Some(_) => complaint_about_ours(rights, dependency),
            None => complaint_about_foreign(rights, dependency),
        });
    complaints.map(|message| Problem::file(manifest, message)).collect()
}

fn complaint_about_ours(rights: &Rights, dependency: &Dependency) -> Option<String> {
    let for_tests = dependency.kind == Kind::Dev && dependency.name == TESTKIT;
    let allowed = match rights.ours {
        Ours::Everything => true,
        Ours::Only(names) => names.contains(&dependency.name.as_str()),
    };
    if for_tests || allowed {
        return None;
    }
    Some(format!(
        "`{}` must not use `{}`: the arrow is not in the table of arrows",
        rights.package, dependency.name
    ))
}

fn complaint_about_foreign(rights: &Rights, dependency: &Dependency) -> Option<String> {
    let name = dependency.name.as_str();
    let known = |banned: &&str| name == *banned || name.strip_prefix(*banned).is_some_and(|rest| rest.starts_with('-'));
    let refused = dependency.kind != Kind::Dev && rights.unknown.iter().any(known);
    refused.then(|| {
        format!(
            "`{}` must not know `{name}`: this crate exists to stay free of it",
            rights.package
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(arrows: &[(&str, &[(&str, Kind)])]) -> Metadata {
        let packages = arrows.iter().map(|(name, dependencies)| Package {
            name: (*name).to_owned(),
            dependencies: dependencies
                .iter()
                .map(|(name, kind)| Dependency {
                    name: (*name).to_owned(),
                    kind: *kind,
                })
                .collect(),
            ..Package::default()
        });
        Metadata {
            packages: packages.collect(),
            ..Metadata::default()
        }
    }

    fn problems(arrows: &[(&str, &[(&str, Kind)])]) -> Vec<String> {
        find(&Tree::default(), &workspace(arrows))
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    #[test]
    fn allowed_arrows_pass() {
        let arrows: &[(&str, &[(&str, Kind)])] = &[
            (
                "hoist-engine",
                &[
                    ("serde", Kind::Normal),
                    ("hoist-testkit", Kind::Dev),
                    ("tokio", Kind::Dev),
                ],
            ),
            ("hoist-model", &[("hoist-engine", Kind::Normal)]),
            ("hoist-server", &[("hoist-model", Kind::Normal)]),
            ("hoist-testkit", &[("hoist-model", Kind::Normal)]),
        ];
        assert_eq!(problems(arrows), Vec::<String>::new());
    }

    #[test]
    fn forbidden_arrows_fail_in_every_table() {
        for kind in [Kind::Normal, Kind::Dev, Kind::Build] {
            let found = problems(&[("hoist-engine", &[("hoist-model", kind)]), ("hoist-model", &[])]);
            assert_eq!(found.len(), 1, "{kind:?}");
            assert!(found[0].contains("`hoist-engine` must not use `hoist-model`"));
        }
    }

    #[test]
    fn the_testkit_is_for_tests_only() {
        assert_eq!(
            problems(&[
                ("hoist-app", &[("hoist-testkit", Kind::Normal)]),
                ("hoist-testkit", &[])
            ])
            .len(),
            1
        );
    }

    #[test]
    fn foreign_crates_are_banned_with_their_families() {
        let arrows: &[(&str, &[(&str, Kind)])] = &[(
            "hoist-model",
            &[
                ("tokio-stream", Kind::Normal),
                ("tokio", Kind::Normal),
                ("tokiox", Kind::Normal),
            ],
        )];
        assert_eq!(problems(arrows).len(), 2);
    }

    #[test]
    fn a_new_crate_must_enter_the_table() {
        assert!(problems(&[("hoist-new", &[])])[0].contains("not in the table"));
    }
}
