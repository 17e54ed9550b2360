//! Through the pipe: planned by a running Hoist, shown, and carried out after a yes.

use std::io::{BufRead, Write};

use hoist_app::source::Maker;
use serde_json::Value as Json;

use super::given::{Given, StandardInput};
use super::keys::Keys;
use super::{ImportArgs, text};
use crate::cli::place::{choose, choose_organization};
use crate::cli::progress::Bar;
use crate::cli::remote::{Ask, Remote};
use crate::cli::{FAILED, Failure, output};
use crate::{runtime, serve};

/// Plans, asks, applies.
pub(super) fn run(
    args: &ImportArgs,
    given: Given,
    url: &str,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Failure> {
    let remote = Remote::with_token(url, args.into.token.as_deref())?;
    check_questions(args, given.standard_input)?;
    let keys = args.into.keys.as_deref().map(Keys::read).transpose()?;
    if keys.is_some() && args.into.new_project && args.into.project.is_none() {
        return Err(Failure::bad_input(
            "--keys needs --project with --new-project: the keys go there",
        ));
    }
    runtime(async {
        let import = Import::begin(args, &remote, given, keys, err).await?;
        import.carry_out(input, out, err).await
    })?
}

/// Whoever cannot be asked has to say beforehand what to do.
fn check_questions(args: &ImportArgs, standard_input: StandardInput) -> Result<(), Failure> {
    let decided = args.into.yes || args.into.dry_run;
    let why = match (decided, args.json, standard_input) {
        (true, _, _) | (false, false, StandardInput::Free) => return Ok(()),
        (false, true, _) => "--json asks no questions",
        (false, false, StandardInput::Taken) => "standard input is the document and cannot answer",
    };
    Err(Failure::bad_input(format!("{why}: say --yes or --dry-run")))
}

/// One document on its way into one project.
struct Import<'a> {
    args: &'a ImportArgs,
    remote: &'a Remote,
    organization: String,
    /// None: it is made.
    project: Option<String>,
    note: String,
    /// Its name for people.
    file: String,
    bytes: Vec<u8>,
    keys: Option<Keys>,
}

impl<'a> Import<'a> {
    async fn begin(
        args: &'a ImportArgs,
        remote: &'a Remote,
        given: Given,
        keys: Option<Keys>,
        err: &mut dyn Write,
    ) -> Result<Self, Failure> {
        if remote.is_in_clear() {
            let warning = "warning: the token travels in clear; use https where others could listen\n";
            output::write_report(err, warning)?;
        }
        let session = remote.get(&["hoist", "v1", "session"]).await?;
        let into = &args.into;
        let (organization, project) = if into.new_project {
            (choose_organization(&session, into.organization.as_deref())?, None)
        } else {
            let (organization, project) = choose(&session, into.organization.as_deref(), into.project.as_deref())?;
            (organization, Some(project))
        };
        let Given { name: file, bytes, .. } = given;
        let address = remote.address();
        let size = bytes.len().div_ceil(1024);
        output::write_report(
            err,
            &format!(
                "planning {file} ({size} KiB) into {organization}/{} at {address}\n",
                project.as_deref().or(into.project.as_deref()).unwrap_or("(new)")
            ),
        )?;
        let note = args.into.note.clone();
        Ok(Self {
            args,
            remote,
            organization,
            project,
            note: note.unwrap_or_else(|| format!("hoist import {} {file}", args.source.word())),
            file,
            bytes,
            keys,
        })
    }

    async fn carry_out(
        &self,
        input: &mut dyn BufRead,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> Result<(), Failure> {
        let planned = self.send(&[("dry_run", "true")], None).await?;
        if !self.args.json {
            output::write(out, &text::plan(&planned))?;
        }
        if self.args.into.dry_run {
            self.report(&planned, "dry run: nothing has changed\n", out)?;
            return self.adopt(&[("dry_run", "true")], err).await;
        }
        if planned["plan"]["effect_count"] != 0 && !self.args.into.yes {
            ask(&planned["plan"], input, err)?;
        }
        output::write_report(err, "applying\n")?;
        let token = planned["plan"]["token"].as_str().unwrap_or_default();
        let outside = serve::usual();
        let key = Maker::new(outside.clock, outside.randomness).token();
        let answer = self.send(&[("plan", token)], Some(&key)).await?;
        self.report(&answer, &text::outcome(&answer), out)?;
        self.adopt(&[], err).await
    }

    /// The keys after the flags they are for.
    async fn adopt(&self, query: &[(&str, &str)], err: &mut dyn Write) -> Result<(), Failure> {
        let project = self.project.as_deref().or(self.args.into.project.as_deref());
        let (Some(keys), Some(project)) = (&self.keys, project) else {
            return Ok(());
        };
        if self.project.is_none() && self.args.into.dry_run {
            return output::write_report(err, "the keys are not checked: there is no such project yet\n");
        }
        let usual = (
            self.args.environment.as_deref().unwrap_or_default(),
            self.args.source.word(),
        );
        let adopted = keys
            .adopt(self.remote, (&self.organization, project), usual, query)
            .await?;
        let (new, known) = (adopted.new, adopted.known);
        if adopted.proposed > 0 {
            output::write_report(err, &format!("{} keys wait for approval\n", adopted.proposed))?;
        }
        let text = if query.is_empty() {
            format!("{new} keys taken over, {known} known before\n")
        } else {
            format!("{new} keys would be taken over, {known} are known\n")
        };
        output::write_report(err, &text)
    }

    async fn send(&self, more: &[(&str, &str)], idempotency: Option<&str>) -> Result<Json, Failure> {
        let environment = self.args.environment.as_deref().unwrap_or_default();
        let mut query = vec![
            ("from", self.args.source.word()),
            ("environment", environment),
            ("note", &self.note),
        ];
        if let Some(fractional) = self.args.fractional {
            query.push(("fractional", fractional.word()));
        }
        query.extend(more);
        let mut path = vec!["hoist", "v1", "organizations", self.organization.as_str()];
        match (&self.project, &self.args.into.project) {
            (Some(project), _) => path.extend(["projects", project.as_str()]),
            (None, Some(key)) => query.push(("project", key)),
            (None, None) => {}
        }
        path.push("import");
        let ask = Ask {
            path: &path,
            query: &query,
            body: Some(self.bytes.clone()),
            idempotency,
        };
        let _bar = Bar::waiting("the server is at it");
        self.remote.json(ask).await.map_err(|failure| Failure {
            message: format!("{}: {failure}", self.file),
            ..failure
        })
    }

    fn report(&self, answer: &Json, text: &str, out: &mut dyn Write) -> Result<(), Failure> {
        if self.args.json {
            output::write(out, &format!("{answer}\n"))
        } else {
            output::write(out, text)
        }
    }
}

/// Asks once. What deletes or reshuffles wants its key typed, as in the console.
fn ask(plan: &Json, input: &mut dyn BufRead, err: &mut dyn Write) -> Result<(), Failure> {
    let key = plan["confirm"].as_str();
    let question = match key {
        Some(key) => format!("type {key} to carry this out: "),
        None => "carry this out? [y/N] ".to_owned(),
    };
    output::write_report(err, &question)?;
    let mut line = String::new();
    input
        .read_line(&mut line)
        .map_err(|error| Failure::bad_input(format!("standard input: cannot be read ({error})")))?;
    let said = line.trim();
    let yes = match key {
        Some(key) => said == key,
        None => matches!(said.to_ascii_lowercase().as_str(), "y" | "yes"),
    };
    if yes {
        return Ok(());
    }
    Err(Failure {
        code: FAILED,
        message: "not confirmed: nothing has changed".into(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        let answered = |plan: &Json, line: &str| ask(plan, &mut line.as_bytes(), &mut Vec::new()).is_ok();
        let plain = json!({});
        assert!(answered(&plain, "y\n") && answered(&plain, " YES "));
        assert!(!answered(&plain, "") && !answered(&plain, "\n") && !answered(&plain, "yup\n"));
        let typed = json!({"confirm": "beam"});
        assert!(answered(&typed, "beam\n") && !answered(&typed, "y\n"));
    }
}
