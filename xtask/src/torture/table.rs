//! The lines of the scorecard: what is claimed, and what shows it.
//!
//! To add a trial, have its test print `torture: NAME key=value …` and name the test here; a variable that sets how long
//! it takes goes into `numbers` with the number of the long form.

/// A claim.
pub(super) struct Line {
    /// As people call it.
    pub(super) id: &'static str,
    pub(super) about: &'static str,
    /// What has to hold.
    pub(super) target: &'static str,
    /// What shows it; the claim holds if each of them passes.
    pub(super) trials: &'static [Trial],
    /// What is not shown, and why.
    pub(super) open: Option<&'static str>,
}

/// What shows a claim.
pub(super) enum Trial {
    Tests(Tests),
    /// Rows of the benchmarks, by the names of their parts.
    Bench(&'static [&'static str]),
    /// So many calls made up from the OpenAPI document.
    Schemathesis(u64),
    /// Bugs planted into a copy of the sources.
    Mutants,
    /// A file of browser tests against the real binary.
    Browser(&'static str),
}

/// Tests of a package, by the beginning of their names.
pub(super) struct Tests {
    pub(super) package: &'static str,
    pub(super) target: &'static str,
    pub(super) names: &'static [&'static str],
    pub(super) database: Database,
    pub(super) build: Build,
    /// Variables with the numbers of the long form.
    pub(super) numbers: &'static [(&'static str, u64)],
}

/// The database under tests that let it be chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Database {
    /// The test has its own or takes both.
    Own,
    Postgres,
}

/// How the tests, and the binary that they drive, are built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Build {
    /// With the checks of a debug build.
    Debug,
    /// Optimised: what is timed must not be the time of checks that no release has.
    Release,
}

const fn server(names: &'static [&'static str], numbers: &'static [(&'static str, u64)]) -> Trial {
    Trial::Tests(server_tests(names, numbers, Build::Debug))
}

/// The same where times are judged or thousands of clients wait.
const fn load(names: &'static [&'static str], numbers: &'static [(&'static str, u64)]) -> Trial {
    Trial::Tests(server_tests(names, numbers, Build::Release))
}

const fn server_tests(names: &'static [&'static str], numbers: &'static [(&'static str, u64)], build: Build) -> Tests {
    Tests {
        package: "hoist-server",
        target: "server",
        names,
        database: Database::Own,
        build,
        numbers,
    }
}

const fn store(names: &'static [&'static str], numbers: &'static [(&'static str, u64)]) -> Trial {
    Trial::Tests(Tests {
        package: "hoist-store",
        target: "it",
        names,
        database: Database::Own,
        build: Build::Debug,
        numbers,
    })
}

const fn api(names: &'static [&'static str], database: Database) -> Trial {
    Trial::Tests(Tests {
        package: "hoist-api",
        target: "it",
        names,
        database,
        build: Build::Debug,
        numbers: &[],
    })
}

pub(super) const LINES: &[Line] = &[
    Line {
        id: "S1",
        about: "acknowledged writes lost by kill -9, of Hoist and of PostgreSQL",
        target: "0 in 1,000 cycles",
        trials: &[
            server(&["durability::kill::acknowledged"], &[("HOIST_CRASH_CYCLES", 1000)]),
            store(&["crash::acknowledged"], &[("HOIST_CRASH_CYCLES", 1000)]),
            server(
                &["durability::postgres_killed::acknowledged"],
                &[("HOIST_POSTGRES_KILLS", 1000)],
            ),
        ],
        open: None,
    },
    Line {
        id: "S2",
        about: "writes lost or torn by a loss of power",
        target: "0 in 10,000 cut points",
        trials: &[server(
            &["durability::synced", "durability::power::acknowledged"],
            &[("HOIST_POWER_CUTS", 10_000)],
        )],
        open: Some(
            "of SQLite, whose system calls are recorded and cut; PostgreSQL keeps its own log, and S1 kills it with fsync on",
        ),
    },
    Line {
        id: "S4",
        about: "5xx or violations of the schema in made-up calls, on both databases, by three roles",
        target: "0 in 100,000",
        trials: &[Trial::Schemathesis(100_000)],
        open: None,
    },
    Line {
        id: "S5",
        about: "panics, hangs and broken promises in fuzzing",
        target: "0",
        trials: &[Trial::Tests(Tests {
            package: "hoist-fuzz",
            target: "it",
            names: &["targets"],
            database: Database::Own,
            build: Build::Debug,
            numbers: &[("HOIST_FUZZ_SECONDS", 600)],
        })],
        open: Some("mutations of the corpora in a fixed order; libFuzzer, led by coverage, is run by hand (fuzz/)"),
    },
    Line {
        id: "S6",
        about: "role × route × own or foreign",
        target: "100 % as the table of routes says",
        trials: &[api(&["permissions"], Database::Own)],
        open: None,
    },
    Line {
        id: "S7",
        about: "planted bugs that the tests notice",
        target: "all",
        trials: &[Trial::Mutants],
        open: Some("the mutants are a list of ours; none are generated"),
    },
    Line {
        id: "S8",
        about: "from commit to the byte at the client, 1,000 streams",
        target: "p99 ≤ 150 ms",
        trials: &[Trial::Bench(&["streams"])],
        open: Some("there is no edge yet, and 10,000 streams are not timed"),
    },
    Line {
        id: "S10",
        about: "restart with 10,000 flags",
        target: "ready ≤ 2 s",
        trials: &[Trial::Bench(&["many"]), server(&["durability::crowd"], &[])],
        open: None,
    },
    Line {
        id: "S11",
        about: "10,000 clients that come back at once",
        target: "all current ≤ 60 s, no evaluation fails, p99 ≤ 50 ms, ≤ 600 MiB",
        trials: &[load(
            &["hostile::streams::all_come_back"],
            &[("HOIST_STAMPEDE_STREAMS", 10_000), ("HOIST_STAMPEDE_ROUNDS", 20)],
        )],
        open: None,
    },
    Line {
        id: "S12",
        about: "slow readers beside quick ones",
        target: "the others are not slower, memory + 50 MiB at most",
        trials: &[load(
            &["hostile::streams::streams_that_nobody"],
            &[("HOIST_SLOW_STREAMS", 2500)],
        )],
        open: Some("how fast the others hear is printed, not judged"),
    },
    Line {
        id: "S13",
        about: "evaluation while the database is gone",
        target: "0 errors; writes 503 with Retry-After",
        trials: &[server(
            &["outage::a_database", "durability::postgres_killed::acknowledged"],
            &[],
        )],
        open: None,
    },
    Line {
        id: "S14",
        about: "a full disk",
        target: "0 crashes, evaluation 0 errors, writes again ≤ 5 s after",
        trials: &[server(&["outage::a_disk"], &[])],
        open: None,
    },
    Line {
        id: "S15",
        about: "silent wrong answers from damaged rows and files",
        target: "0 in 10,000",
        trials: &[store(&["mutations", "damage"], &[("HOIST_MUTATIONS", 10_000)])],
        open: None,
    },
    Line {
        id: "S16",
        about: "environments made to do harm",
        target: "0 of 10,000 take down more than their flag; decided in p99 ≤ 200 ms",
        trials: &[load(&["hostile::poison"], &[("HOIST_POISON", 10_000)])],
        open: None,
    },
    Line {
        id: "S17",
        about: "every call to the database fails once, in three ways",
        target: "0 lost, 0 doubled, 0 panics",
        trials: &[
            store(&["sweep::a_write", "sweep::other"], &[]),
            api(&["sweep"], Database::Own),
            api(&["sweep"], Database::Postgres),
        ],
        open: None,
    },
    Line {
        id: "S18",
        about: "racing edits on two nodes; a node that stands still",
        target: "0 lost in 10,000; the others wait ≤ 3 s",
        trials: &[server(
            &["durability::races", "durability::paused", "durability::two"],
            &[("HOIST_RACES", 10_000), ("HOIST_PAUSES", 50)],
        )],
        open: Some("schedules are functions of time, so there is no scheduler to stop"),
    },
    Line {
        id: "S19",
        about: "migrations broken off at each statement, on both databases",
        target: "all are completed by the next start",
        trials: &[store(&["sweep::an_interrupted_migration", "migrations"], &[])],
        open: None,
    },
    Line {
        id: "S21",
        about: "hostile HTTP",
        target: "0 crashes, memory + 100 MiB at most",
        trials: &[server(
            &[
                "limits",
                "hostile::bodies",
                "hostile::framing",
                "hostile::heads",
                "hostile::slow",
            ],
            &[],
        )],
        open: None,
    },
    Line {
        id: "S24",
        about: "XSS and CSRF in the browser",
        target: "0 scripts run, 0 reports; every unsafe route refuses",
        trials: &[Trial::Browser("xss"), Trial::Browser("csrf")],
        open: None,
    },
    Line {
        id: "S25",
        about: "abuse of the sign-in",
        target: "≤ 10 guesses per minute and account, no lock-out of the owner, ≥ 15 sign-ins per second, gap in time < 2 ms",
        trials: &[
            api(&["accounts", "guessing", "clock::nobody"], Database::Own),
            load(
                &["hostile::login"],
                &[("HOIST_LOGIN_FLOOD", 20_000), ("HOIST_LOGIN_PAIRS", 200)],
            ),
        ],
        open: None,
    },
    Line {
        id: "S26",
        about: "planted secrets in logs, dumps, snapshots and answers",
        target: "0",
        trials: &[server(&["hostile::canaries"], &[])],
        open: None,
    },
    Line {
        id: "S28",
        about: "backups of a busy server, restored",
        target: "100 of 100 give the same answers",
        trials: &[server(&["backup"], &[("HOIST_BACKUPS", 100)])],
        open: None,
    },
];
