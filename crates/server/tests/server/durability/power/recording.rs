//! What a server did with the files of its database, in order, as `strace -f -y -xx` wrote it down.

use std::collections::HashMap;

/// System calls that change files or tell somebody of success.
pub(super) const CALLS: &str = "trace=openat,pwrite64,fsync,fdatasync,ftruncate,unlink,write,writev,sendto,sendmsg";

/// What happened to a file, or became known.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// It was opened, and made if it was not there.
    Opened(String),
    Removed(String),
    Wrote {
        file: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Resized {
        file: String,
        to: usize,
    },
    /// The disk has every event of this file before number `covers`.
    Synced {
        file: String,
        covers: usize,
    },
    /// The disk has the names of its files, as of event number `covers`.
    FolderSynced {
        covers: usize,
    },
    /// Success began to be told.
    Acknowledged {
        revision: u64,
    },
}

/// Calls that have begun and not ended, by thread.
#[derive(Default)]
struct Pending {
    syncs: HashMap<String, (Vec<u8>, usize)>,
    /// Where the thread's unfinished write stands among the events.
    writes: HashMap<String, usize>,
}

/// Reads a trace. Only the database named `name` and its companions count, except the shared memory, which a loss of
/// power takes whole.
pub(super) fn read(trace: &str, name: &str) -> Vec<Event> {
    let (mut events, mut pending) = (Vec::new(), Pending::default());
    for line in trace.lines() {
        if let Some((thread, call)) = line.split_once(' ') {
            take(thread, call.trim_start(), name, &mut events, &mut pending);
        }
    }
    events
}

fn take(thread: &str, call: &str, name: &str, events: &mut Vec<Event>, pending: &mut Pending) {
    if let Some(resumed) = call.strip_prefix("<... ") {
        pending.writes.remove(thread);
        if let Some((path, covers)) = pending.syncs.remove(thread)
            && resumed.ends_with("= 0")
        {
            events.extend(synced(&path, covers, name));
        }
        return;
    }
    let Some((what, rest)) = call.split_once('(') else {
        return;
    };
    let is_unfinished = call.ends_with("<unfinished ...>");
    let failed = call.contains(") = -1 ");
    let texts = texts(rest);
    let file = |text: Option<&Vec<u8>>| text.and_then(|path| known(path, name));
    match what {
        "fsync" | "fdatasync" => {
            let Some(path) = texts.first() else { return };
            // A write of another thread that has not ended may not be covered, nor what comes after it.
            let covers = pending.writes.values().copied().min().unwrap_or(events.len());
            if is_unfinished {
                pending.syncs.insert(thread.to_owned(), (path.clone(), covers));
            } else if !failed {
                events.extend(synced(path, covers, name));
            }
        }
        "pwrite64" if !failed => {
            let (Some(file), Some(bytes), Some(at)) = (file(texts.first()), texts.get(1), number(rest, 3)) else {
                return;
            };
            assert_eq!(number(rest, 2), Some(bytes.len()), "the trace is cut short");
            if is_unfinished {
                pending.writes.insert(thread.to_owned(), events.len());
            }
            let bytes = bytes.clone();
            events.push(Event::Wrote { file, at, bytes });
        }
        "ftruncate" if !failed => {
            if let (Some(file), Some(to)) = (file(texts.first()), number(rest, 1)) {
                events.push(Event::Resized { file, to });
            }
        }
        // The first text is the folder, where it is told.
        "openat" if !failed && rest.contains("O_CREAT") => {
            let path = texts.iter().take(2).next_back();
            events.extend(file(path).map(Event::Opened));
        }
        "unlink" if !failed => events.extend(file(texts.first()).map(Event::Removed)),
        "write" | "writev" | "sendto" | "sendmsg" => {
            events.extend(revision(&texts.concat()).map(|revision| Event::Acknowledged { revision }));
        }
        _ => {}
    }
}

fn synced(path: &[u8], covers: usize, name: &str) -> Option<Event> {
    match known(path, name) {
        Some(file) => Some(Event::Synced { file, covers }),
        None if path.ends_with(b"/data") => Some(Event::FolderSynced { covers }),
        None => None,
    }
}

/// The last part of the path of a file that counts.
fn known(path: &[u8], name: &str) -> Option<String> {
    let path = String::from_utf8_lossy(path);
    let last = path.rsplit('/').next()?;
    let ending = last.strip_prefix(name)?;
    matches!(ending, "" | "-wal" | "-journal").then(|| last.to_owned())
}

/// Everything between `<` and `>` or between quotes, in order.
fn texts(rest: &str) -> Vec<Vec<u8>> {
    let parts = rest.split(['<', '>', '"']).skip(1).step_by(2);
    // The last is what stands after the call, unless the line ends in a text.
    parts.filter(|part| part.starts_with("\\x")).map(bytes).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.split("\\x").skip(1);
    digits
        .map(|digits| u8::from_str_radix(digits, 16).expect("two hexadecimal digits"))
        .collect()
}

/// The argument at a position, counted from 0; texts are single arguments here.
fn number(rest: &str, position: usize) -> Option<usize> {
    let argument = rest.split(", ").nth(position)?;
    let digits = argument.split(|one: char| !one.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// Of an answer that says that a change was applied.
fn revision(sent: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(sent);
    let (_, body) = text.split_once("HTTP/1.1 200")?;
    let _ = body.split_once("\"outcome\":\"applied\"")?;
    let (_, rest) = body.split_once("\"revision\":")?;
    rest.split(|one: char| !one.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> String {
        text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
    }

    fn of(lines: &[String]) -> Vec<Event> {
        read(&lines.join("\n"), "control.db")
    }

    #[test]
    fn calls_become_events() {
        let (wal, folder) = (hex("/d/data/control.db-wal"), hex("/d/data"));
        let answer = hex("HTTP/1.1 200 OK\r\n\r\n{\"outcome\":\"applied\",\"revision\":12,\"x\":1}");
        let events = of(&[
            format!("7 openat(AT_FDCWD<{folder}>, \"{wal}\", O_RDWR|O_CREAT, 0600) = 12<{wal}>"),
            format!("7  pwrite64(12<{wal}>, \"{}\", 3, 40) = 3", hex("abc")),
            format!("7 fsync(12<{wal}>) = 0"),
            format!("7 fsync(14<{folder}>) = 0"),
            format!(
                "7 pwrite64(13<{}>, \"\\x00\", 1, 4095) = 1",
                hex("/d/data/control.db-shm")
            ),
            format!("8 writev(9<socket:[1]>, [{{iov_base=\"{answer}\", iov_len=9}}], 1) = 9"),
            format!("7 ftruncate(12<{wal}>, 3) = 0"),
            format!("7 unlink(\"{wal}\") = 0"),
            format!("7 unlink(\"{wal}\") = -1 ENOENT (No such file or directory)"),
        ]);
        let file = || "control.db-wal".to_owned();
        let expected = [
            Event::Opened(file()),
            Event::Wrote {
                file: file(),
                at: 40,
                bytes: b"abc".to_vec(),
            },
            Event::Synced {
                file: file(),
                covers: 2,
            },
            Event::FolderSynced { covers: 3 },
            Event::Acknowledged { revision: 12 },
            Event::Resized { file: file(), to: 3 },
            Event::Removed(file()),
        ];
        assert_eq!(events, expected);
    }

    #[test]
    fn a_sync_covers_what_had_ended_when_it_began() {
        let file = hex("/d/data/control.db");
        let write = |thread: u8, rest: &str| format!("{thread} pwrite64(3<{file}>, \"\\x01\", 1, 0{rest}");
        let events = of(&[
            write(7, ") = 1"),
            write(8, " <unfinished ...>"),
            format!("7 fdatasync(3<{file}> <unfinished ...>"),
            "8 <... pwrite64 resumed>) = 1".to_owned(),
            write(8, ") = 1"),
            "7 <... fdatasync resumed>) = 0".to_owned(),
            format!("7 fdatasync(3<{file}> <unfinished ...>"),
            "7 <... fdatasync resumed>) = -1 EIO (Input/output error)".to_owned(),
        ]);
        let synced = Event::Synced {
            file: "control.db".to_owned(),
            covers: 1,
        };
        assert_eq!((events.len(), events.last()), (4, Some(&synced)));
    }
}
