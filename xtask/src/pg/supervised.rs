//! A server that cannot outlive us.

use super::{Durability, Installation, Server};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// Waits until the pipe on its standard input closes, then stops the server with pid `$1` by a fast shutdown, at
/// last by an immediate one, and removes the folder `$2`. The number is believed only while the server's own pid
/// file names it.
const WATCH: &str = r#"
trap '' INT TERM HUP
ours() { [ "$(head -n 1 "$2/data/postmaster.pid" 2>/dev/null)" = "$1" ] && kill -0 "$1" 2>/dev/null; }
cat >/dev/null
if ours "$1" "$2"; then
  kill -INT "$1"
  tries=200
  while [ "$tries" -gt 0 ] && ours "$1" "$2"; do sleep 0.05; tries=$((tries - 1)); done
  ours "$1" "$2" && kill -QUIT "$1"
fi
rm -rf "$2"
"#;

/// A server with a watcher. Dropping it stops the server and waits until it is gone.
#[derive(Debug)]
pub(crate) struct Supervised {
    server: Server,
    watcher: Child,
}

impl Supervised {
    /// Starts a server and its watcher.
    pub(crate) fn start(installation: &Installation, durability: Durability) -> Result<Self, String> {
        let server = Server::start(installation, durability)?;
        match watch(&server) {
            Ok(watcher) => Ok(Self { server, watcher }),
            Err(error) => {
                server.stop();
                Err(format!("the watcher of PostgreSQL did not start: {error}"))
            }
        }
    }

    /// Where clients reach the server.
    pub(crate) fn url(&self) -> String {
        self.server.url()
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

/// The watcher has a process group of its own, so that Ctrl-C in our terminal does not reach it; and it holds none of
/// our outputs, so that nobody waits for it who reads them.
fn watch(server: &Server) -> std::io::Result<Child> {
    Command::new("sh")
        .args(["-c", WATCH, "watch-postgres", &server.pid.to_string()])
        .arg(&server.folder)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;

    /// Runs only where PostgreSQL is installed; `make test` reports the absence in its own step.
    #[test]
    fn dropping_stops_the_server_and_removes_its_folder() {
        let Ok(installation) = Installation::find() else { return };
        let supervised = Supervised::start(&installation, Durability::Fast).unwrap();
        let url = supervised.url();
        let address = url.split('@').nth(1).unwrap().trim_end_matches("/postgres").to_owned();
        let folder = supervised.server.folder.clone();
        assert!(TcpStream::connect(&address).is_ok() && supervised.server.is_running());
        drop(supervised);
        assert!(TcpStream::connect(&address).is_err() && !folder.exists());
    }
}
