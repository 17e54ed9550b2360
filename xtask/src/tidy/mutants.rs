//! The planted bugs still fit the sources: each text is there exactly once.

use super::{Problem, Tree};
use crate::metadata::Metadata;
use crate::mutants::TABLE;

pub(super) fn find(tree: &Tree, _: &Metadata) -> Vec<Problem> {
    let complaints = TABLE
        .iter()
        .filter_map(|mutant| Some((mutant.file, mutant.misfit(tree.text(mutant.file))?)));
    complaints.map(|(file, message)| Problem::file(file, message)).collect()
}
