//! `hoist doctor`: what is wrong with an installation, and what to do.

use std::io::Write;
use std::path::Path;

use hoist_app::checkup::{self, Finding, Grade};
use hoist_app::loading;
use hoist_store::{Damaged, Store, StoreConfig, WRITER};
use serde_json::json;

use super::progress::Bar;
use super::{FAILED, Failure, data, output};
use crate::config::{Config, Cookies, DataFlags, Surroundings};
use crate::{runtime, serve};

/// Looks at configuration, database and every row of it, and says what is wrong and what to do.
///
/// Changes nothing, and may run beside a server. Checked are: the configuration; the database, its file, schema and
/// version; every checksum; references to what is not there; rules that do not compile; the clock; free disk space;
/// settings that are unsafe.
///
/// Exit codes: 0 nothing is wrong (there may be warnings), 1 something is.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist doctor && systemctl start hoist")]
pub struct DoctorArgs {
    #[command(flatten)]
    data: DataFlags,
    /// Report as one JSON object.
    #[arg(long)]
    json: bool,
}

/// At most so many lines about one check.
const LINES: usize = 20;
/// Free disk space below which changes may soon be refused.
const LITTLE_MIB: u64 = 512;
/// Below which they nearly are.
const NONE_MIB: u64 = 32;

/// Looks. Findings go to `out`.
///
/// # Errors
/// When something is wrong.
pub fn run(args: &DoctorArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let findings = match Config::load(&args.data.clone().into(), &Surroundings::of_process()) {
        Err(error) => vec![Finding::new("configuration", Grade::Wrong, error.to_string())],
        Ok(config) => {
            let mut findings = vec![Finding::fine("configuration", "is right")];
            findings.extend(settings(&config));
            findings.extend(runtime(database(&config.database_url))?);
            findings
        }
    };
    let worst = findings
        .iter()
        .map(|finding| finding.grade)
        .max()
        .unwrap_or(Grade::Fine);
    output::write(
        out,
        &if args.json {
            machine(&findings, worst)
        } else {
            people(&findings)
        },
    )?;
    if worst < Grade::Wrong {
        return Ok(());
    }
    let count = findings.iter().filter(|finding| finding.grade == Grade::Wrong).count();
    let message = match count {
        1 => "1 thing is wrong".to_owned(),
        count => format!("{count} things are wrong"),
    };
    Err(Failure { code: FAILED, message })
}

fn machine(findings: &[Finding], worst: Grade) -> String {
    let list: Vec<serde_json::Value> = findings
        .iter()
        .map(|finding| json!({"check": finding.check, "grade": finding.grade.word(), "text": finding.text}))
        .collect();
    format!("{}\n", json!({"grade": worst.word(), "findings": list}))
}

fn people(findings: &[Finding]) -> String {
    let line = |finding: &Finding| format!("{:8} {:14} {}\n", finding.grade.word(), finding.check, finding.text);
    findings.iter().map(line).collect()
}

/// Settings that work and are unsafe.
fn settings(config: &Config) -> Vec<Finding> {
    const CHECK: &str = "safety";
    let mut found = Vec::new();
    let secure = config
        .listen
        .public_url
        .as_deref()
        .is_some_and(|url| url.starts_with("https://"));
    if !config.listen.address.ip().is_loopback() && !secure {
        let text = format!(
            "listen.address is {}, which others can reach, and listen.public_url is no https address: put a proxy with TLS in front and name its address",
            config.listen.address
        );
        found.push(Finding::new(CHECK, Grade::Warning, text));
    }
    if config.security.cookie_secure == Cookies::Never {
        let text = "security.cookie_secure is never: sessions travel in clear; use auto";
        found.push(Finding::new(CHECK, Grade::Warning, text));
    }
    if found.is_empty() {
        found.push(Finding::fine(CHECK, "no unsafe setting"));
    }
    found
}

async fn database(url: &str) -> Vec<Finding> {
    const CHECK: &str = "database";
    let config = data::store_config(url);
    let shown = config.redacted_url();
    if let Some(file) = config.file().filter(|file| !file.exists()) {
        let text = format!("there is no {} yet; `hoist serve` makes it", file.display());
        return vec![Finding::new(CHECK, Grade::Warning, text)];
    }
    let store = match Store::open(&config).await {
        Ok(store) => store,
        Err(error) => return vec![Finding::new(CHECK, Grade::Wrong, format!("{shown}: {error}"))],
    };
    let mut found = vec![Finding::fine(CHECK, format!("{shown} answers"))];
    let bar = Bar::waiting("reading every row");
    match rows(&store, &config, &mut found).await {
        Ok(()) => {}
        Err(error) => found.push(Finding::new(CHECK, Grade::Wrong, error.to_string())),
    }
    bar.finish();
    store.close().await;
    found
}

async fn rows(store: &Store, config: &StoreConfig, found: &mut Vec<Finding>) -> hoist_store::Result<()> {
    let (version, min_writer) = store.schema().await?;
    found.push(if min_writer > WRITER {
        let text = format!("needs a writer of version {min_writer}, this program is {WRITER}: use the newer version");
        Finding::new("schema", Grade::Wrong, text)
    } else {
        Finding::fine("schema", format!("version {version}, oldest writer {min_writer}"))
    });
    if let Some(file) = config.file() {
        found.push(lines("file", "is whole", store.check_file().await?));
        found.push(space(file));
    }
    let verified = store.verify(drop).await?;
    let loaded = loading::load(store).await?;
    // Loading says what became of a row; only verifying reads the whole log.
    let is_new = |row: &&Damaged| {
        !loaded
            .damaged
            .iter()
            .any(|known| (known.table, &known.id) == (row.table, &row.id))
    };
    let bad = loaded.damaged.iter().chain(verified.damaged.iter().filter(is_new));
    let bad = bad.map(ToString::to_string).collect();
    let whole = format!(
        "{} documents, {} members and {} changes are what was written",
        verified.documents, verified.members, verified.entries
    );
    found.push(lines("checksums", &whole, bad));
    let state = &loaded.state;
    found.push(lines("references", "all lead somewhere", checkup::dangling(state)));
    let now = serve::usual().clock.now();
    let (wrong, gaps): (Vec<_>, Vec<_>) = checkup::broken(state, now)
        .into_iter()
        .partition(|(grade, _)| *grade == Grade::Wrong);
    let texts = |list: Vec<(Grade, String)>| list.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
    found.push(lines("rules", "all compile", texts(wrong)));
    if !gaps.is_empty() {
        let mut gaps = lines("imported rules", "", texts(gaps));
        gaps.grade = Grade::Warning;
        found.push(gaps);
    }
    let last = state.stamp(verified.head.revision).map(|stamp| stamp.at);
    found.push(checkup::clock(now, store.time().await?, last));
    Ok(())
}

/// Fine, or what is wrong line by line.
fn lines(check: &'static str, fine: &str, wrong: Vec<String>) -> Finding {
    if wrong.is_empty() {
        return Finding::fine(check, fine);
    }
    let more = wrong.len().saturating_sub(LINES);
    let mut text = wrong.into_iter().take(LINES).collect::<Vec<_>>().join("\n  ");
    if more > 0 {
        text.push_str(&format!("\n  and {more} more"));
    }
    Finding::new(check, Grade::Wrong, text)
}

/// Of the disk that the database lies on.
fn space(file: &Path) -> Finding {
    const CHECK: &str = "disk";
    match rustix::fs::statvfs(file) {
        Err(error) => Finding::new(CHECK, Grade::Warning, format!("free space cannot be asked ({error})")),
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize) >> 20;
            let grade = match free {
                NONE_MIB.. if free >= LITTLE_MIB => Grade::Fine,
                NONE_MIB.. => Grade::Warning,
                _ => Grade::Wrong,
            };
            let advice = if grade == Grade::Fine {
                ""
            } else {
                ": changes are refused when it is full, make room"
            };
            Finding::new(CHECK, grade, format!("{free} MiB are free{advice}"))
        }
    }
}
