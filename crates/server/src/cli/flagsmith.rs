//! `hoist eval --from flagsmith-context`: documents that have their context in them.

use std::io::Write;
use std::path::Path;

use hoist_compat::flagsmith::{self, Evaluation};
use hoist_engine::Moment;

use super::{Failure, import, input, output};

/// A generation of Flagsmith's engines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ReasonStyle {
    /// `DEFAULT` where no segment decides.
    #[default]
    #[value(name = "10")]
    Ten,
    /// `STATIC` where no segment could decide.
    #[value(name = "11")]
    Eleven,
}

impl std::convert::From<ReasonStyle> for flagsmith::ReasonStyle {
    fn from(style: ReasonStyle) -> Self {
        match style {
            ReasonStyle::Ten => Self::V10,
            ReasonStyle::Eleven => Self::V11,
        }
    }
}

/// Answers each document of a file with one document, in their order.
pub(super) fn answer(
    file: &Path,
    moment: &Moment,
    style: ReasonStyle,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Failure> {
    let evaluations = Evaluation::read(&input::text(file)?)
        .map_err(|error| Failure::bad_input(format!("{}: {error}", input::shown(file))))?;
    for evaluation in evaluations {
        output::write_report(err, &import::gaps(evaluation.gaps()))?;
        output::write(out, &format!("{}\n", evaluation.result(moment, style.into())))?;
    }
    Ok(())
}
