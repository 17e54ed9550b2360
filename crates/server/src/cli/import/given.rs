//! The document of an import: a file, standard input, or what another system's API says.

use std::io::Write;

use serde_json::Value as Json;

use super::ImportArgs;
use super::site::{self, Site, Wanted};
use crate::cli::{Failure, input, output};
use crate::{runtime, serve};

/// A document with its name for people.
pub(super) struct Given {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) standard_input: StandardInput,
}

/// Whether questions can be answered there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StandardInput {
    Free,
    /// It was the document.
    Taken,
}

/// Reads it, and keeps what an API said where --save says.
pub(super) fn read(args: &ImportArgs, err: &mut dyn Write) -> Result<Given, Failure> {
    match (&args.file, &args.site.source_url) {
        (Some(file), _) => Ok(Given {
            name: input::shown(file),
            bytes: input::bytes(file)?,
            standard_input: if input::is_standard(file) {
                StandardInput::Taken
            } else {
                StandardInput::Free
            },
        }),
        (None, Some(url)) => asked(args, url, err),
        (None, None) => Err(Failure::bad_input(
            "give FILE, or --source-url to ask the other system itself",
        )),
    }
}

fn asked(args: &ImportArgs, url: &str, err: &mut dyn Write) -> Result<Given, Failure> {
    let site = Site::new(url)?;
    if args.site.source_key.is_some() && site.is_in_clear() {
        let warning = "warning: the key of the other system travels in clear; use https where others could listen\n";
        output::write_report(err, warning)?;
    }
    let own = args.environment.as_deref().unwrap_or_default();
    let wanted = Wanted {
        source: args.source,
        key: args.site.source_key.as_deref(),
        project: args.site.source_project.as_deref(),
        environment: args.site.source_environment.as_deref().unwrap_or(own),
        now: serve::usual().clock.now(),
    };
    let document: Json = runtime(site::read(&site, &wanted))??;
    let bytes = document.to_string().into_bytes();
    if let Some(path) = &args.site.save {
        output::write_file(path, &bytes)?;
    }
    Ok(Given {
        name: url.to_owned(),
        bytes,
        standard_input: StandardInput::Free,
    })
}
