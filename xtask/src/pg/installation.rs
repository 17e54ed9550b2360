//! Finds the PostgreSQL programs and the user that may run them.

use crate::command::{self, command};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Debian and its relatives keep one folder per major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The programs, and whom to run them as.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    programs: PathBuf,
    user: User,
}

/// Whose processes the server's are.
#[derive(Debug, Clone)]
enum User {
    /// Ours, since we are not root.
    Ourselves,
    /// An unprivileged one that root becomes.
    Unprivileged {
        name: &'static str,
        uid: u32,
        gid: u32,
        through: PathBuf,
    },
}

impl Installation {
    /// Looks on `PATH`, then in Debian's folders, newest version first.
    pub(crate) fn find() -> Result<Self, String> {
        let programs = programs(Path::new(DEBIAN))
            .ok_or_else(|| format!("PostgreSQL is not installed: no initdb on PATH or in {DEBIAN}/*/bin"))?;
        Ok(Self {
            programs,
            user: User::find()?,
        })
    }

    /// A command that runs one of the programs as the right user.
    pub(crate) fn program(&self, name: &str, folder: &Path) -> Command {
        let program = self.programs.join(name);
        match &self.user {
            User::Ourselves => command(program, folder),
            User::Unprivileged {
                name: user,
                uid,
                gid,
                through,
            } => {
                let mut command = command(through, folder);
                if through.ends_with("setpriv") {
                    command.args([
                        format!("--reuid={uid}"),
                        format!("--regid={gid}"),
                        "--clear-groups".to_owned(),
                    ]);
                } else {
                    command.args(["-u", user, "--"]);
                }
                command.arg(program);
                command
            }
        }
    }

    /// Makes a folder the property of the user that runs the programs.
    pub(crate) fn hand_over(&self, folder: &Path) -> Result<(), String> {
        match &self.user {
            User::Ourselves => Ok(()),
            User::Unprivileged { uid, gid, .. } => std::os::unix::fs::chown(folder, Some(*uid), Some(*gid))
                .map_err(|error| format!("{}: {error}", folder.display())),
        }
    }
}

impl User {
    fn find() -> Result<Self, String> {
        if id(&["-u"]) != Some(0) {
            return Ok(Self::Ourselves);
        }
        let through = command::find_on_path("setpriv").or_else(|| command::find_on_path("runuser"));
        let through =
            through.ok_or("PostgreSQL refuses to run as root, and neither setpriv nor runuser is installed")?;
        let known = |name| Some((name, id(&["-u", name])?, id(&["-g", name])?));
        let (name, uid, gid) = ["postgres", "nobody"]
            .into_iter()
            .find_map(known)
            .ok_or("PostgreSQL refuses to run as root, and there is no user postgres or nobody")?;
        Ok(Self::Unprivileged {
            name,
            uid,
            gid,
            through,
        })
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    command::output(Command::new("id").args(arguments))
        .ok()?
        .trim()
        .parse()
        .ok()
}

fn programs(debian: &Path) -> Option<PathBuf> {
    if let Some(initdb) = command::find_on_path("initdb") {
        return initdb.parent().map(Path::to_path_buf);
    }
    newest(debian)
}

/// The `bin` folder of the highest version below `debian`.
fn newest(debian: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(debian).ok()?.flatten();
    let numbered = versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())));
    numbered
        .map(|(version, folder)| (version, folder.join("bin")))
        .filter(|(_, folder)| command::is_executable(&folder.join("initdb")))
        .max()
        .map(|(_, folder)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn takes_the_newest_version_that_has_the_programs() {
        let folder = std::env::temp_dir().join(format!("hoist-xtask-versions-{}", std::process::id()));
        for version in ["9", "15", "17"] {
            fs::create_dir_all(folder.join(version).join("bin")).unwrap();
        }
        for version in ["9", "15"] {
            let initdb = folder.join(version).join("bin/initdb");
            fs::write(&initdb, "").unwrap();
            fs::set_permissions(&initdb, fs::Permissions::from_mode(0o755)).unwrap();
        }
        assert_eq!(newest(&folder), Some(folder.join("15/bin")));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_missing_folder_has_no_version() {
        assert_eq!(newest(Path::new("/no/such/folder")), None);
    }
}
