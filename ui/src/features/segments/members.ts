export interface ReadMembers {
  members: string[];
  duplicates: number;
  malformed: string[];
}

/** Subject keys from pasted text or a file: the first column of each line, or a list on one line. */
export function readMembers(text: string): ReadMembers {
  const seen = new Set<string>();
  const read: ReadMembers = { members: [], duplicates: 0, malformed: [] };
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const entries = lines.length === 1 ? (lines[0] ?? '').split(/[,;\t]/) : lines.map(firstColumn);
  entries.forEach((entry, index) => {
    const key = unquoted(entry.trim());
    if (key === '' || (index === 0 && lines.length > 1 && isHeader(key))) return;
    if (key.length > 200 || hasControl(key)) read.malformed.push(key.slice(0, 40));
    else if (seen.has(key)) read.duplicates += 1;
    else {
      seen.add(key);
      read.members.push(key);
    }
  });
  return read;
}

function firstColumn(line: string): string {
  const quoted = /^\s*("(?:[^"]|"")*")/.exec(line);
  return quoted?.[1] ?? line.split(/[,;\t]/)[0] ?? '';
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll('""', '"')
    : text;
}

function isHeader(key: string): boolean {
  return ['subject', 'subjects', 'key', 'id', 'user', 'user_id', 'userid', 'targetingkey'].includes(
    key.toLowerCase(),
  );
}

function hasControl(text: string): boolean {
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 32 || code === 127) return true;
  }
  return false;
}
