//! The console's own tools. `ui/package.json` offers scripts; this module calls them by name.
//!
//! | script | what it does |
//! |---|---|
//! | `check` | Biome and the TypeScript compiler |
//! | `test` | unit tests, once |
//! | `build` | the console into `ui/dist` |
//! | `size` | the budget of script and style in `ui/dist` |
//! | `e2e` | Playwright on the built files, with fixtures |
//! | `live` | Playwright on the real binary in `HOIST_BIN`, which the tests start themselves |
//! | `shots` | Playwright, writing pictures to `HOIST_SHOTS_DIR` |

use crate::Answer;
use crate::command::{self, command};
use crate::counts::Runner;
use crate::session::{Session, chromium};
use crate::step::Outcome;
use crate::workspace;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// How to run a program: with our terminal, or as part of a step.
pub(crate) type Run<'a> = &'a mut dyn FnMut(&mut Command) -> Answer;

/// What stands between us and running a script of the console.
pub(crate) fn obstacle(ui: &Path) -> Option<String> {
    if !ui.join("package.json").is_file() {
        return Some("ui/ does not exist yet".to_owned());
    }
    command::find_on_path("npm")
        .is_none()
        .then(|| "npm is not installed (Node 20 or newer brings it)".to_owned())
}

/// Runs a script of the console as a step of a suite.
pub(crate) fn script_step(session: &mut Session, script: &str, runner: Runner) -> Outcome {
    let ui = session.ui();
    if let Some(reason) = obstacle(&ui) {
        return Outcome::skipped(reason);
    }
    if !has_script(&ui, script) {
        return Outcome::skipped(format!("ui/package.json has no script `{script}`"));
    }
    let target = session.metadata.target.clone();
    if let Err(error) = install(&ui, &target, &mut |npm| session.run(npm, Runner::Program)) {
        return Outcome::Failed(error);
    }
    session.run(&mut npm_run(&ui, script), runner).into()
}

/// Runs a script of the console that also needs a browser.
pub(crate) fn browser_step(session: &mut Session, script: &str) -> Outcome {
    if let Some(reason) = browser_obstacle(session) {
        return Outcome::skipped(reason);
    }
    script_step(session, script, Runner::Playwright)
}

/// What stands between us and driving a browser.
pub(crate) fn browser_obstacle(session: &Session) -> Option<String> {
    obstacle(&session.ui()).or_else(|| {
        chromium()
            .is_none()
            .then(|| "no Chromium: install the package `chromium` or set CHROMIUM_PATH".to_owned())
    })
}

/// `npm run SCRIPT` in the console's folder.
pub(crate) fn npm_run(ui: &Path, script: &str) -> Command {
    let mut npm = command("npm", ui);
    npm.args(["run", "--silent", script]);
    npm
}

/// Whether `package.json` offers that script.
pub(crate) fn has_script(ui: &Path, script: &str) -> bool {
    let text = fs::read_to_string(ui.join("package.json")).unwrap_or_default();
    let package: Value = serde_json::from_str(&text).unwrap_or_default();
    package["scripts"][script].is_string()
}

/// `npm ci`, unless the lock file is unchanged since the last one.
fn install(ui: &Path, target: &Path, run: Run<'_>) -> Answer {
    let stamp = Stamp::new(target, "ui-installed");
    let inputs = [ui.join("package.json"), ui.join("package-lock.json")];
    if ui.join("node_modules").is_dir() && stamp.is_newer_than(&inputs) {
        return Ok(());
    }
    println!("console: npm ci");
    run(command("npm", ui).args(["ci", "--no-audit", "--no-fund"]))?;
    stamp.touch()
}

/// Builds `ui/dist`, unless nothing in `ui/` changed since the last build.
pub(crate) fn build(ui: &Path, target: &Path, run: Run<'_>) -> Answer {
    let stamp = Stamp::new(target, "ui-built");
    if ui.join("dist").is_dir() && stamp.is_newer_than(&workspace::files_below(ui)) {
        return Ok(());
    }
    install(ui, target, run)?;
    println!("console: npm run build");
    run(&mut npm_run(ui, "build"))?;
    stamp.touch()
}

/// An empty file whose age says when something was last done.
struct Stamp {
    path: PathBuf,
}

impl Stamp {
    fn new(target: &Path, name: &str) -> Self {
        Self {
            path: target.join(format!("{name}.stamp")),
        }
    }

    fn is_newer_than(&self, inputs: &[PathBuf]) -> bool {
        let Some(stamp) = modified(&self.path) else {
            return false;
        };
        inputs
            .iter()
            .filter_map(|input| modified(input))
            .all(|input| input < stamp)
    }

    fn touch(&self) -> Answer {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.path, ""))
            .map_err(|error| format!("{}: {error}", self.path.display()))
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|data| data.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("hoist-xtask-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_stamp_is_stale_when_missing_or_older() {
        let folder = folder("stamp");
        let input = folder.join("input");
        fs::write(&input, "").unwrap();
        let stamp = Stamp::new(&folder, "done");
        assert!(!stamp.is_newer_than(std::slice::from_ref(&input)), "missing");
        std::thread::sleep(std::time::Duration::from_millis(20));
        stamp.touch().unwrap();
        assert!(stamp.is_newer_than(std::slice::from_ref(&input)));
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(&input, "changed").unwrap();
        assert!(!stamp.is_newer_than(&[input]), "older");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn scripts_are_looked_up() {
        let folder = folder("scripts");
        assert!(obstacle(&folder).unwrap().contains("does not exist"));
        fs::write(
            folder.join("package.json"),
            r#"{"scripts": {"check": "biome check ."}}"#,
        )
        .unwrap();
        assert!(has_script(&folder, "check") && !has_script(&folder, "e2e"));
        fs::remove_dir_all(folder).unwrap();
    }
}
