//! Reads what `strace` wrote: was the log synced between a request and its answer?

/// What a line of the trace says.
#[derive(Debug, PartialEq, Eq)]
enum Event<'a> {
    /// A change was received, whole or in part.
    Asked,
    /// A thread began to wait for the disk.
    Syncing(&'a str),
    /// The disk has it.
    Synced(&'a str),
    /// Success began to be sent.
    Acknowledged,
}

/// How many changes were acknowledged, and those that were not synced by then.
pub(super) fn judge(trace: &str, request: &str, log: &str) -> (usize, Vec<String>) {
    let (mut acknowledged, mut problems) = (0, Vec::new());
    let mut asked = false;
    let mut syncing: Vec<&str> = Vec::new();
    let mut synced = false;
    for (number, line) in trace.lines().enumerate() {
        for event in events(line, request, log) {
            match event {
                Event::Asked => {
                    (asked, synced) = (true, false);
                    syncing.clear();
                }
                Event::Syncing(thread) => syncing.push(thread),
                Event::Synced(thread) => synced |= asked && syncing.contains(&thread),
                Event::Acknowledged if asked => {
                    acknowledged += 1;
                    if !synced {
                        problems.push(format!("line {}: acknowledged before it was synced", number + 1));
                    }
                    asked = false;
                }
                Event::Acknowledged => {}
            }
        }
    }
    (acknowledged, problems)
}

fn events<'a>(line: &'a str, request: &str, log: &str) -> Vec<Event<'a>> {
    let Some((thread, call)) = line.split_once(' ') else {
        return Vec::new();
    };
    let call = call.trim_start();
    let is = |names: &[&str]| {
        let name = call.strip_prefix("<... ").unwrap_or(call);
        names.iter().any(|known| {
            name.strip_prefix(known)
                .is_some_and(|rest| rest.starts_with(['(', ' ']))
        })
    };
    let resumed = call.starts_with("<... ");
    let done = call.ends_with("= 0");
    if is(&["fdatasync", "fsync"]) {
        let begins = !resumed && call.contains(log);
        let mut all = Vec::new();
        all.extend(begins.then_some(Event::Syncing(thread)));
        all.extend((done && (begins || resumed)).then_some(Event::Synced(thread)));
        return all;
    }
    if is(&["recvfrom", "read", "readv", "recvmsg"]) && call.contains(request) {
        return vec![Event::Asked];
    }
    // What is sent counts from the moment in which the call begins.
    let sends = !resumed && is(&["write", "writev", "sendto", "sendmsg"]);
    if sends && call.contains("\"HTTP/1.1 2") {
        return vec![Event::Acknowledged];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::judge;

    const ASKED: &str = r#"7 recvfrom(9<socket:[1]>, "POST /changes HTTP/1.1\r\n", 8192, 0, NULL, NULL) = 24"#;
    const OK: &str = r#"7 sendto(9<socket:[1]>, "HTTP/1.1 200 OK\r\n", 17, 0, NULL, 0 <unfinished ...>"#;
    const SYNCED: &str = "8 fdatasync(12</d/control.db-wal>) = 0";
    const BEGUN: &str = "8  fdatasync(12</d/control.db-wal> <unfinished ...>";
    const RESUMED: &str = "8 <... fdatasync resumed>) = 0";

    fn found(lines: &[&str]) -> (usize, usize) {
        let (acknowledged, problems) = judge(&lines.join("\n"), "\"POST /changes", "control.db-wal>");
        (acknowledged, problems.len())
    }

    #[test]
    fn what_is_synced_in_time_is_accepted() {
        assert_eq!(found(&[ASKED, SYNCED, OK]), (1, 0));
        assert_eq!(found(&[ASKED, BEGUN, "9 write(1, \"x\", 1) = 1", RESUMED, OK]), (1, 0));
        assert_eq!(found(&[ASKED, SYNCED, OK, OK, ASKED, SYNCED, OK]), (2, 0));
    }

    #[test]
    fn what_is_not_is_found() {
        assert_eq!(found(&[ASKED, OK]), (1, 1));
        assert_eq!(found(&[ASKED, OK, SYNCED]), (1, 1));
        assert_eq!(found(&[SYNCED, ASKED, OK]), (1, 1));
        assert_eq!(
            found(&[BEGUN, ASKED, RESUMED, OK]),
            (1, 1),
            "it began before the request"
        );
        assert_eq!(found(&[ASKED, BEGUN, OK, RESUMED]), (1, 1));
        assert_eq!(
            found(&[ASKED, "8 fdatasync(12</d/control.db-wal>) = -1 EIO (x)", OK]),
            (1, 1)
        );
        assert_eq!(found(&[ASKED, "8 fdatasync(12</d/another>) = 0", OK]), (1, 1));
        assert_eq!(found(&[ASKED, SYNCED, OK, ASKED, OK]), (2, 1));
    }
}
