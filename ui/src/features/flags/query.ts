/** The language of the query box: free words and `key:value`, in text and as terms. */

export interface Value {
  text: string;
  quoted: boolean;
}

export type Term =
  | { kind: 'word'; negated: boolean; value: Value }
  | { kind: 'filter'; negated: boolean; key: string; values: Value[] };

export const filterKeys = [
  'status',
  'env',
  'type',
  'purpose',
  'tag',
  'owner',
  'serves',
  'rule',
  'uses',
  'changed',
  'created',
  'by',
  'is',
] as const;

export type FilterKey = (typeof filterKeys)[number];

export const isFilterKey = (key: string): key is FilterKey => (filterKeys as readonly string[]).includes(key);

interface Reader {
  text: string;
  at: number;
}

const isSpace = (character: string | undefined) => character !== undefined && /\s/.test(character);

function readQuoted(reader: Reader): Value {
  let text = '';
  reader.at += 1;
  while (reader.at < reader.text.length) {
    const character = reader.text[reader.at];
    reader.at += 1;
    if (character === '"') return { text, quoted: true };
    if (character === '\\' && reader.at < reader.text.length) {
      text += reader.text[reader.at];
      reader.at += 1;
    } else {
      text += character;
    }
  }
  return { text, quoted: true };
}

function readPlain(reader: Reader, stops: string): Value {
  const start = reader.at;
  while (reader.at < reader.text.length) {
    const character = reader.text[reader.at] ?? '';
    if (isSpace(character) || stops.includes(character)) break;
    reader.at += 1;
  }
  return { text: reader.text.slice(start, reader.at), quoted: false };
}

function readValue(reader: Reader, stops: string): Value {
  return reader.text[reader.at] === '"' ? readQuoted(reader) : readPlain(reader, stops);
}

const keyPattern = /^([a-z][a-z_]*):/i;

function readTerm(reader: Reader): Term | undefined {
  const start = reader.at;
  let negated = false;
  if (
    reader.text[reader.at] === '-' &&
    reader.at + 1 < reader.text.length &&
    !isSpace(reader.text[reader.at + 1])
  ) {
    negated = true;
    reader.at += 1;
  }
  const key = keyPattern.exec(reader.text.slice(reader.at))?.[1];
  if (key !== undefined) {
    const afterKey = reader.at + key.length + 1;
    reader.at = afterKey;
    const values: Value[] = [];
    for (;;) {
      const value = readValue(reader, ',');
      if (value.quoted || value.text !== '') values.push(value);
      if (reader.text[reader.at] !== ',') break;
      reader.at += 1;
    }
    // What follows a closing quote without a space begins the next term.
    return { kind: 'filter', negated, key: key.toLowerCase(), values };
  }
  const value = readValue(reader, '"');
  if (value.text === '' && !value.quoted && reader.at === start) {
    reader.at += 1;
    return undefined;
  }
  if (value.text === '') return undefined;
  return { kind: 'word', negated, value };
}

export function parseQuery(text: string): Term[] {
  const reader: Reader = { text, at: 0 };
  const terms: Term[] = [];
  while (reader.at < text.length) {
    if (isSpace(text[reader.at])) {
      reader.at += 1;
      continue;
    }
    const term = readTerm(reader);
    if (term) terms.push(term);
  }
  return terms;
}

const quote = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

function writeValue(value: Value, word: boolean): string {
  const { text } = value;
  const needs =
    text === '' ||
    /[\s"\\]/.test(text) ||
    (word ? text.startsWith('-') || keyPattern.test(text) : text.includes(','));
  return needs || value.quoted ? quote(text) : text;
}

export function writeTerm(term: Term): string {
  const sign = term.negated ? '-' : '';
  if (term.kind === 'word') return sign + writeValue(term.value, true);
  return `${sign}${term.key}:${term.values.map((value) => writeValue(value, false)).join(',')}`;
}

export function writeQuery(terms: Term[]): string {
  return terms.map(writeTerm).join(' ');
}

/** Leaves out one term, for chips and for widening a query without matches. */
export function without(text: string, index: number): string {
  return writeQuery(parseQuery(text).filter((_, at) => at !== index));
}

const plain = (text: string): Value => ({ text, quoted: /\s/.test(text) });

/** Adds a filter, or another value to the filter of the same key. */
export function withFilter(text: string, key: string, value: string): string {
  const terms = parseQuery(text);
  const same = terms.find((term) => term.kind === 'filter' && term.key === key && !term.negated);
  if (same?.kind === 'filter') {
    if (same.values.some((known) => known.text === value)) return writeQuery(terms);
    same.values.push(plain(value));
    return writeQuery(terms);
  }
  return writeQuery([...terms, { kind: 'filter', negated: false, key, values: [plain(value)] }]);
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known key that is nearest to an unknown one. */
export function nearestKey(key: string): FilterKey {
  let best: FilterKey = filterKeys[0];
  let least = Number.POSITIVE_INFINITY;
  for (const known of filterKeys) {
    const d = known.startsWith(key) || key.startsWith(known) ? 0.5 : distance(key, known);
    if (d < least) {
      least = d;
      best = known;
    }
  }
  return best;
}

/** Keys in the text that are not part of the language; they are searched as words. */
export function unknownKeys(text: string): string[] {
  return parseQuery(text).flatMap((term) =>
    term.kind === 'filter' && !isFilterKey(term.key) ? [term.key] : [],
  );
}

export interface Caret {
  /** Where the token at the caret begins and ends. */
  from: number;
  to: number;
  negated: boolean;
  key: string | undefined;
  /** The part being typed: of the value after `:` or the last comma, else of the word. */
  partial: string;
}

/** The token at the caret, for suggestions. */
export function tokenAt(text: string, caret: number): Caret {
  let from = caret;
  let quotes = 0;
  for (let at = 0; at < caret; at++) {
    if (text[at] === '"' && text[at - 1] !== '\\') quotes += 1;
  }
  if (quotes % 2 === 1) from = text.lastIndexOf('"', caret - 1);
  while (from > 0 && !isSpace(text[from - 1])) from -= 1;
  let to = caret;
  while (to < text.length && !isSpace(text[to])) to += 1;
  const head = text.slice(from, caret);
  const negated = head.startsWith('-');
  const body = negated ? head.slice(1) : head;
  const key = keyPattern.exec(body)?.[1]?.toLowerCase();
  if (key === undefined) return { from, to, negated, key, partial: body };
  const values = body.slice(key.length + 1);
  const comma = values.lastIndexOf(',');
  return {
    from: from + (negated ? 1 : 0) + key.length + 1 + comma + 1,
    to,
    negated,
    key,
    partial: values.slice(comma + 1).replace(/^"/, ''),
  };
}

/** Puts a suggestion in place of the token at the caret. */
export function complete(text: string, caret: number, suggestion: string): { text: string; caret: number } {
  const token = tokenAt(text, caret);
  const isKey = suggestion.endsWith(':');
  const written = isKey ? suggestion : writeValue(plain(suggestion), token.key === undefined);
  const start = token.key === undefined && token.negated ? token.from + 1 : token.from;
  const tail = text.slice(token.to);
  const space = isKey || tail.startsWith(' ') ? '' : ' ';
  const before = text.slice(0, start) + written + space;
  return { text: before + tail, caret: before.length };
}
