//! Routes are declared in one table, with the permission each needs, so that a test can walk them all.

use super::source::code;
use super::{Problem, Tree};
use crate::metadata::Metadata;

/// Where our API's routes are declared.
const ROUTE_TABLE: &str = "crates/api/src/routes.rs";
/// The files that may build a router by hand: the table, and the server that mounts the dialects' tables and operations.
const BUILDERS: &[&str] = &[ROUTE_TABLE, "crates/server/src/serve/routes.rs"];
/// What builds routes.
const CALLS: &[&str] = &[".route(", ".route_service("];

pub(super) fn find(tree: &Tree, _: &Metadata) -> Vec<Problem> {
    let others = tree
        .texts(&["crates/"], &["rs"])
        .filter(|(path, _)| !BUILDERS.contains(path));
    others.flat_map(|(path, text)| in_file(path, text)).collect()
}

fn in_file<'a>(path: &'a str, text: &'a str) -> impl Iterator<Item = Problem> + 'a {
    let guilty = text
        .lines()
        .enumerate()
        .filter(|(_, line)| CALLS.iter().any(|call| code(line).contains(call)));
    guilty.map(move |(index, _)| {
        let message = format!("a route outside the route table: add a line with its permission to {ROUTE_TABLE}");
        Problem::line(path, index, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_table_may_build_routes() {
        let text = "let r = Router::new()\n    .route(\"/x\", get(x));\n// .route( in a comment\n.route_layer(l)";
        let tree = Tree::of(&[(ROUTE_TABLE, text), ("crates/dialects/src/ofrep/routes.rs", text)]);
        let problems = find(&tree, &Metadata::default());
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0]
                .to_string()
                .starts_with("crates/dialects/src/ofrep/routes.rs:2:")
        );
    }
}
