use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use hoist_fuzz::mutate::mutated;
use hoist_fuzz::random::Random;
use hoist_fuzz::{TARGETS, Target, named};

/// No input takes longer, on a busy machine and without optimisation.
const SLOWEST: Duration = Duration::from_secs(10);

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is a whole number, not {text:?}")),
    )
}

/// How many inputs a target is fed.
#[derive(Clone, Copy)]
enum Effort {
    Cases(u64),
    Time(Duration),
}

impl Effort {
    fn of_environment() -> Self {
        match number("HOIST_FUZZ_SECONDS") {
            Some(seconds) => Self::Time(Duration::from_secs(seconds)),
            None => Self::Cases(number("HOIST_FUZZ_CASES").unwrap_or(1000)),
        }
    }

    fn is_done(self, cases: u64, start: Instant) -> bool {
        match self {
            Self::Cases(most) => cases >= most,
            Self::Time(most) => start.elapsed() >= most,
        }
    }
}

fn folder(target: &Target) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target.name)
}

/// In order of name, so that a seed means the same everywhere.
fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let folder = folder(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "the corpus of {} is empty", target.name);
    paths.iter().map(|path| std::fs::read(path).expect("a file")).collect()
}

/// Feeds one input; what was fed is shown where it fails.
#[track_caller]
fn feed(target: &Target, input: &[u8], origin: &str) {
    let start = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    let took = start.elapsed();
    if outcome.is_err() || took > SLOWEST {
        let kept = std::env::temp_dir().join(format!("hoist-fuzz-{}", target.name));
        std::fs::write(&kept, input).expect("the input is kept");
        let what = if outcome.is_err() { "fails" } else { "is too slow" };
        panic!(
            "{} {what} ({origin}, {took:?}); the input is in {}",
            target.name,
            kept.display()
        );
    }
}

#[expect(clippy::print_stderr, reason = "figures are for whoever runs the long form")]
fn fuzz(name: &str) {
    let target = named(name);
    let corpus = corpus(&target);
    for (at, input) in corpus.iter().enumerate() {
        feed(&target, input, &format!("number {at} of the corpus"));
    }
    let seed = number("HOIST_FUZZ_SEED").unwrap_or(1);
    let (effort, start, mut cases) = (Effort::of_environment(), Instant::now(), 0);
    while !effort.is_done(cases, start) {
        // Each case has a seed of its own: it can be made again without those before it.
        let case = seed.wrapping_mul(0x1_0000_0001).wrapping_add(cases);
        let input = mutated(&corpus, target.shape, &mut Random::new(case));
        feed(&target, &input, &format!("case {cases} of seed {seed}"));
        cases += 1;
    }
    let seconds = start.elapsed().as_secs();
    let seeds = corpus.len();
    eprintln!("torture: fuzz target={name} seeds={seeds} executions={cases} failures=0 seconds={seconds}");
}

macro_rules! tests {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                fuzz(stringify!($name));
            }
        )*

        #[test]
        fn every_target_has_a_test_a_program_and_a_corpus() {
            let tested = [$(stringify!($name)),*];
            let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(tested.as_slice(), known);
            for target in TARGETS {
                let name = target.name;
                let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
                let program = std::fs::read_to_string(root.join(format!("fuzz_targets/{name}.rs"))).expect("a program");
                assert!(program.contains(&format!("hoist_fuzz::named(\"{name}\")")), "{name}: {program}");
                let manifest = std::fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
                assert!(manifest.contains(&format!("fuzz_targets/{name}.rs")), "{name} is not in fuzz/Cargo.toml");
                assert!(!corpus(target).is_empty());
            }
        }
    };
}

tests! {
    context ruleset change unleash flagd flagsmith togglr fluxgate toggle_meister project_file comments cron semver cidr regex instant ofrep_body ofrep_head unleash_said unleash_body
}
