//! The suites `make test` and `make check`: tables of steps, cheap ones first, and the loop that runs them.

use crate::command::{self, command};
use crate::counts::Runner;
use crate::report::{Finished, Report, seconds};
use crate::session::{CONFORMANCE_DIR, POSTGRES_URL, Session, TEST_DATABASE, conformance_data};
use crate::step::{Outcome, Step, Tolerance};
use crate::{Answer, bench, licences, pg, tidy, ui, workspace};
use std::process::Command;
use std::time::Instant;

/// One set of features for lints, tests and the test binary, so that they share what is built.
const WHOLE_WORKSPACE: &[&str] = &["--workspace", "--all-features"];

#[rustfmt::skip]
const TEST: &[Step] = &[
    FMT,
    TIDY,
    LICENCES,
    CLIPPY,
    UI_CHECK,
    step("ui-test", "unit tests of the console", &[], |session| ui::script_step(session, "test", Runner::Vitest)),
    step("postgres", "start a throw-away PostgreSQL, or take the one in HOIST_TEST_POSTGRES_URL", &[], start_postgres),
    step("rust", "the Rust tests (nextest if installed)", &["postgres"], rust_tests),
    step("api-postgres", "the tests of the API once more, on PostgreSQL", &["postgres"], api_on_postgres),
    step("doc", "the examples in Rust documentation", &[], doc_tests),
    step("bench", "format, lints and tests of the benchmarks' runner", &[], |session| bench::test(session).into()),
    step("ui-build", "the console", &[], build_console),
    step("ui-size", "the console's budget of script and style", &["ui-build"], |session| ui::script_step(session, "size", Runner::Program)),
    step("e2e", "the built console in a browser, with fixtures", &["ui-build"], |session| ui::browser_step(session, "e2e")),
    step("build", "the binary with its test hooks", &["ui-build"], |session| session.run(&mut build_command(session), Runner::Compiler).into()),
    step("live", "the console in a browser against the real binary", &["postgres", "build"], |session| ui::browser_step(session, "live")),
    step("conformance", "unmodified foreign clients against the real binary", &["postgres", "build"], conformance),
    step("schemathesis", "requests made up from the OpenAPI document, on both databases", &["postgres", "build"], schemathesis),
    step("data", "public test data in HOIST_CONFORMANCE_DIR", &[], public_data),
    step("skips", "tests that skipped themselves", &[], skipped_tests),
];

const CHECK: &[Step] = &[
    FMT,
    TIDY,
    LICENCES,
    CLIPPY,
    step(
        "deny",
        "the same by the texts of licences, and sources (cargo-deny)",
        &[],
        deny,
    ),
    UI_CHECK,
];

const FMT: Step = step("fmt", "formatting of Rust", &[], |session| {
    let mut fmt = command::cargo(&session.root);
    session
        .run(fmt.args(["fmt", "--all", "--check"]), Runner::Program)
        .into()
});
const TIDY: Step = step("tidy", "the repository rules", &[], |session| {
    tidy::check(&session.root, &session.metadata).into()
});
const LICENCES: Step = step(
    "licences",
    "licences of dependencies, and banned crates",
    &[],
    |session| licences::check(&session.root).into(),
);
const CLIPPY: Step = step("clippy", "lints of Rust, warnings are errors", &[], |session| {
    let mut clippy = command::cargo(&session.root);
    clippy.arg("clippy").args(WHOLE_WORKSPACE);
    clippy.args(["--all-targets", "--", "-D", "warnings"]);
    session.run(&mut clippy, Runner::Compiler).into()
});
const UI_CHECK: Step = step("ui-check", "format, lints and types of the console", &[], |session| {
    ui::script_step(session, "check", Runner::Program)
});

const fn step(
    name: &'static str,
    about: &'static str,
    needs: &'static [&'static str],
    run: fn(&mut Session) -> Outcome,
) -> Step {
    Step {
        name,
        about,
        needs,
        run,
    }
}

/// Every test.
pub(crate) fn test(arguments: &[String]) -> Answer {
    main(TEST, arguments)
}

/// What runs no tests.
pub(crate) fn check(arguments: &[String]) -> Answer {
    main(CHECK, arguments)
}

/// Whether the loop goes on after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AfterFailure {
    GoOn,
    Stop,
}

fn main(table: &'static [Step], arguments: &[String]) -> Answer {
    if arguments.iter().any(|argument| argument == "--list") {
        table
            .iter()
            .for_each(|step| println!("{:<12} {}", step.name, step.about));
        return Ok(());
    }
    let after_failure = if arguments.iter().any(|argument| argument == "--fail-fast") {
        AfterFailure::Stop
    } else {
        AfterFailure::GoOn
    };
    let names: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| *argument != "--fail-fast")
        .collect();
    let steps = chosen(table, &names)?;
    let mut session = Session::new(workspace::root())?;
    let report = run_all(&steps, &mut session, after_failure);
    drop(session.postgres.take());
    println!("{}", report.text(session.counts));
    if report.fails() {
        Err("the run failed".to_owned())
    } else {
        Ok(())
    }
}

/// The named steps with what they need, in the order of the table; no names means all.
fn chosen(table: &'static [Step], names: &[&str]) -> Result<Vec<&'static Step>, String> {
    if let Some(unknown) = names.iter().find(|name| !table.iter().any(|step| step.name == **name)) {
        return Err(format!("there is no step `{unknown}`; `--list` names them"));
    }
    let mut wanted: Vec<&str> = names.to_vec();
    for step in table.iter().rev() {
        if wanted.contains(&step.name) {
            wanted.extend(step.needs);
        }
    }
    Ok(table
        .iter()
        .filter(|step| names.is_empty() || wanted.contains(&step.name))
        .collect())
}

fn run_all(steps: &[&'static Step], session: &mut Session, after_failure: AfterFailure) -> Report {
    let mut report = Report::new(session.strictness);
    for step in steps {
        println!("\n── {}: {}", step.name, step.about);
        let start = Instant::now();
        let outcome = match step.needs.iter().find(|name| report.failed(name)) {
            Some(broken) => Outcome::Failed(format!("not run, since `{broken}` failed")),
            None => (step.run)(session),
        };
        let took = start.elapsed();
        announce(step.name, &outcome, &seconds(took));
        report.add(Finished {
            name: step.name,
            took,
            outcome,
            findings: std::mem::take(&mut session.findings),
        });
        if report.fails() && after_failure == AfterFailure::Stop {
            break;
        }
    }
    report
}

fn announce(name: &str, outcome: &Outcome, took: &str) {
    match outcome {
        Outcome::Passed => println!("── {name}: ok in {took}"),
        Outcome::Failed(why) => println!("── {name}: FAILED in {took}: {why}"),
        Outcome::Skipped(why, _) => println!("── {name}: skipped: {why}"),
    }
}

fn start_postgres(session: &mut Session) -> Outcome {
    if std::env::var_os(POSTGRES_URL).is_some() {
        println!("using the server in {POSTGRES_URL}");
        return Outcome::Passed;
    }
    let installation = match pg::Installation::find() {
        Ok(installation) => installation,
        Err(reason) => return Outcome::skipped(reason),
    };
    match pg::Supervised::start(&installation, pg::Durability::Fast) {
        Ok(server) => {
            println!("{POSTGRES_URL}={}", server.url());
            session.postgres = Some(server);
            Outcome::Passed
        }
        Err(error) => Outcome::Failed(error),
    }
}

fn rust_tests(session: &mut Session) -> Outcome {
    let mut cargo = command::cargo(&session.root);
    let runner = if has_nextest() {
        cargo.args(["nextest", "run", "--no-fail-fast", "--no-tests=pass"]);
        Runner::Nextest
    } else {
        cargo.args(["test", "--no-fail-fast", "--lib", "--bins", "--tests"]);
        Runner::CargoTest
    };
    session.run(cargo.args(WHOLE_WORKSPACE), runner).into()
}

fn has_nextest() -> bool {
    command::find_on_path("cargo-nextest").is_some()
}

/// The same tests as in `rust`, where they ran on SQLite; with nextest nothing is compiled again for it.
fn api_on_postgres(session: &mut Session) -> Outcome {
    if !session.has_postgres() {
        return Outcome::skipped("there is no PostgreSQL");
    }
    let mut cargo = command::cargo(&session.root);
    let runner = if has_nextest() {
        cargo.args(["nextest", "run", "--no-fail-fast"]).args(WHOLE_WORKSPACE);
        cargo.args(["-E", "binary_id(hoist-api::it)"]);
        Runner::Nextest
    } else {
        cargo.args([
            "test",
            "--no-fail-fast",
            "-p",
            "hoist-api",
            "--all-features",
            "--test",
            "it",
        ]);
        Runner::CargoTest
    };
    session.run(cargo.env(TEST_DATABASE, "postgres"), runner).into()
}

fn doc_tests(session: &mut Session) -> Outcome {
    let mut cargo = command::cargo(&session.root);
    session
        .run(
            cargo.args(["test", "--doc", "--no-fail-fast"]).args(WHOLE_WORKSPACE),
            Runner::CargoTest,
        )
        .into()
}

fn build_console(session: &mut Session) -> Outcome {
    let console = session.ui();
    match ui::obstacle(&console) {
        Some(reason) => Outcome::skipped(reason),
        None => ui::build(&console, &session.metadata.target.clone(), &mut |npm| {
            session.run(npm, Runner::Program)
        })
        .into(),
    }
}

/// Builds every binary in the development profile.
fn build_command(session: &Session) -> Command {
    let mut cargo = command::cargo(&session.root);
    cargo.args(["build", "--bins"]).args(WHOLE_WORKSPACE);
    cargo
}

fn deny(session: &mut Session) -> Outcome {
    if command::find_on_path("cargo-deny").is_none() {
        return Outcome::skipped("cargo-deny is not installed (cargo install cargo-deny --locked)");
    }
    let mut deny = command::cargo(&session.root);
    deny.args(["deny", "check", "bans", "licenses", "sources"]);
    session.run(&mut deny, Runner::Compiler).into()
}

fn conformance(session: &mut Session) -> Outcome {
    let program = session.root.join("conformance/run");
    if !command::is_executable(&program) {
        return Outcome::skipped("conformance/run does not exist yet");
    }
    session
        .run(&mut command(program, &session.root), Runner::Program)
        .into()
}

/// The databases it needs are told by their absence in its own words; it fails for that in a strict run.
fn schemathesis(session: &mut Session) -> Outcome {
    if command::find_on_path("python3").is_none() {
        return Outcome::skipped("python3 is not installed");
    }
    let mut program = command(session.root.join("conformance/schemathesis/run"), &session.root);
    session.run(&mut program, Runner::Program).into()
}

fn public_data(_: &mut Session) -> Outcome {
    match conformance_data() {
        Some(folder) => {
            println!("{}", folder.display());
            Outcome::Passed
        }
        None => Outcome::Skipped(
            format!("{CONFORMANCE_DIR} does not name a folder: tests on public data did not run"),
            Tolerance::PublicData,
        ),
    }
}

fn skipped_tests(session: &mut Session) -> Outcome {
    let skips = session.skipped_tests();
    skips
        .iter()
        .for_each(|skip| println!("skipped: {}: {}", skip.name, skip.reason));
    let unforgiven = skips.iter().filter(|skip| skip.tolerance == Tolerance::MustRun).count();
    match (unforgiven, skips.len()) {
        (0, _) => Outcome::Passed,
        (count, all) => Outcome::skipped(format!("{count} of {all} skipped tests need something that is missing")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(steps: &[&Step]) -> Vec<&'static str> {
        steps.iter().map(|step| step.name).collect()
    }

    #[test]
    fn asking_for_a_step_brings_what_it_needs_in_order() {
        assert_eq!(
            names(&chosen(TEST, &["live", "fmt"]).unwrap()),
            ["fmt", "postgres", "ui-build", "build", "live"]
        );
        assert_eq!(chosen(TEST, &[]).unwrap().len(), TEST.len());
        assert!(chosen(TEST, &["nope"]).is_err_and(|error| error.contains("`nope`")));
    }

    #[test]
    fn names_are_unique_and_needs_stand_earlier() {
        for (position, step) in TEST.iter().enumerate() {
            let earlier = &TEST[..position];
            assert!(
                !earlier.iter().any(|other| other.name == step.name),
                "{} twice",
                step.name
            );
            assert!(
                step.needs
                    .iter()
                    .all(|need| earlier.iter().any(|other| other.name == *need)),
                "{}",
                step.name
            );
        }
    }
}
