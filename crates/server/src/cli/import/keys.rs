//! `--keys FILE`: keys that clients of the other system have, so that they need to change nothing but an address.
//!
//! One JSON object per line, or a list of them: `secret`, `kind` (`server` or `client`), and if they are others than
//! the import's, `environment` and `name`.

use std::collections::BTreeSet;
use std::path::Path;

use hoist_compat::json;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::cli::remote::{Ask, Remote};
use crate::cli::{Failure, input};

/// What the server calls a key that it has already.
const KNOWN: &str = "key_known";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    secret: String,
    kind: Kind,
    #[serde(default)]
    environment: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Server,
    Client,
}

/// Keys to be taken over.
pub(super) struct Keys(Vec<Row>);

/// How many are new, how many were known, and how many wait.
#[derive(Default)]
pub(super) struct Adopted {
    pub(super) new: usize,
    pub(super) known: usize,
    /// Wait for approval.
    pub(super) proposed: usize,
}

impl Keys {
    /// Reads a file of keys. No message tells a key.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let name = input::shown(path);
        let wrong = |line: usize, what: &str| {
            let next = "give one JSON object per line: {\"secret\": …, \"kind\": \"server\" or \"client\"}";
            Failure::bad_input(format!("{name}: line {line}: {what}; {next}"))
        };
        let values = json::read_many(&input::text(path)?).map_err(|bad| wrong(bad.line, "this is no JSON"))?;
        let rows = values.into_iter().map(|(line, value)| {
            // What serde says may quote the value.
            Row::deserialize(value).map_err(|_| wrong(line, "this is no key"))
        });
        let rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
        let mut seen = BTreeSet::new();
        match rows.iter().position(|row| !seen.insert(&row.secret)) {
            Some(at) => Err(Failure::bad_input(format!("{name}: key {} stands there twice", at + 1))),
            None => Ok(Self(rows)),
        }
    }

    /// Takes them over into a project, or with `dry_run` asks whether that could be done.
    pub(super) async fn adopt(
        &self,
        remote: &Remote,
        (organization, project): (&str, &str),
        usual: (&str, &str),
        query: &[(&str, &str)],
    ) -> Result<Adopted, Failure> {
        let (environment, system) = usual;
        let path = [
            "hoist",
            "v1",
            "organizations",
            organization,
            "projects",
            project,
            "credentials",
        ];
        let mut adopted = Adopted::default();
        for (number, row) in (1_usize..).zip(&self.0) {
            let body: Json = json!({
                "name": row.name.clone().unwrap_or_else(|| format!("from {system}, {number}")),
                "kind": match row.kind { Kind::Server => "server", Kind::Client => "client" },
                "environment": row.environment.as_deref().unwrap_or(environment),
                "secret": row.secret,
            });
            let ask = Ask {
                path: &path,
                query,
                body: Some(body.to_string().into_bytes()),
                idempotency: None,
            };
            match remote.unless(ask, KNOWN).await {
                Ok(Some(answer)) if answer["outcome"] == "proposed" => adopted.proposed += 1,
                Ok(Some(_)) => adopted.new += 1,
                Ok(None) => adopted.known += 1,
                Err(failure) => {
                    let message = format!("key {number}: {failure}");
                    return Err(Failure { message, ..failure });
                }
            }
        }
        Ok(adopted)
    }
}
