//! What Cargo knows about the workspace.

use crate::command;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The workspace as `cargo metadata --no-deps` describes it.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    /// The packages of the workspace.
    pub(crate) packages: Vec<Package>,
    /// Where Cargo puts what it builds.
    pub(crate) target: PathBuf,
}

/// One package of the workspace.
#[derive(Debug, Default, Clone)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) license: String,
    /// Its `Cargo.toml`, from the root of the workspace.
    pub(crate) manifest: String,
    /// The root file of its library, or of its binary where it has no library; from the root of the workspace.
    pub(crate) root_file: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a `[dependencies]` table.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// Which table a dependency stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Dev,
    Build,
}

impl Metadata {
    /// Asks Cargo.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let text = command::output(command::cargo(root).args(["metadata", "--no-deps", "--format-version", "1"]))?;
        let value: Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
        Ok(Self::from_json(&value))
    }

    fn from_json(value: &Value) -> Self {
        let root = PathBuf::from(text(&value["workspace_root"]));
        Self {
            packages: list(&value["packages"])
                .iter()
                .map(|value| package(value, &root))
                .collect(),
            target: PathBuf::from(text(&value["target_directory"])),
        }
    }

    /// The package of that name.
    pub(crate) fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }
}

fn package(value: &Value, root: &Path) -> Package {
    let manifest = relative(root, &text(&value["manifest_path"]));
    Package {
        name: text(&value["name"]),
        description: text(&value["description"]),
        license: text(&value["license"]),
        root_file: root_file(list(&value["targets"])).map(|file| relative(root, &file)),
        manifest,
        dependencies: list(&value["dependencies"]).iter().map(dependency).collect(),
    }
}

fn root_file(targets: &[Value]) -> Option<String> {
    let of_kind = |kind: &str| {
        targets
            .iter()
            .find(|target| list(&target["kind"]).iter().any(|found| found == kind))
    };
    of_kind("lib")
        .or_else(|| of_kind("bin"))
        .map(|target| text(&target["src_path"]))
}

fn dependency(value: &Value) -> Dependency {
    let kind = match value["kind"].as_str() {
        Some("dev") => Kind::Dev,
        Some("build") => Kind::Build,
        _ => Kind::Normal,
    };
    Dependency {
        name: text(&value["name"]),
        kind,
    }
}

fn relative(root: &Path, path: &str) -> String {
    Path::new(path)
        .strip_prefix(root)
        .ok()
        .and_then(Path::to_str)
        .unwrap_or(path)
        .to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_the_fields_we_use() {
        let metadata = Metadata::from_json(&json!({
            "target_directory": "/t",
            "workspace_root": "/r",
            "packages": [{
                "name": "hoist-model", "description": null, "license": "Apache-2.0", "manifest_path": "/r/crates/model/Cargo.toml",
                "targets": [{"kind": ["test"], "src_path": "/r/t.rs"}, {"kind": ["lib"], "src_path": "/r/lib.rs"}],
                "dependencies": [{"name": "hoist-engine", "kind": null}, {"name": "insta", "kind": "dev"}],
            }],
        }));
        let model = metadata.package("hoist-model").unwrap();
        assert_eq!(
            (model.manifest.as_str(), model.root_file.as_deref()),
            ("crates/model/Cargo.toml", Some("lib.rs"))
        );
        assert_eq!(
            model.dependencies.iter().map(|d| d.kind).collect::<Vec<_>>(),
            [Kind::Normal, Kind::Dev]
        );
        assert_eq!(model.description, "");
    }
}
