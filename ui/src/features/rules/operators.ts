/** Which operators a type of attribute has, and what values they take. */
import type { Operator, Scalar, Test } from './wire';

export type AttributeType = 'string' | 'number' | 'boolean' | 'semver' | 'datetime' | 'ip';

/** `none`: no value; `one`: one; `two`: a pair; `many`: a list. */
export type Arity = 'none' | 'one' | 'two' | 'many';

export interface OperatorInfo {
  arity: Arity;
  /** Whether letters may be compared without regard to case. */
  foldsCase: boolean;
}

const info = (arity: Arity, foldsCase = false): OperatorInfo => ({ arity, foldsCase });

export const OPERATORS: Record<Operator, OperatorInfo> = {
  equals: info('one', true),
  in: info('many', true),
  contains: info('many', true),
  starts_with: info('many', true),
  ends_with: info('many', true),
  matches: info('one', true),
  eq: info('one'),
  lt: info('one'),
  lte: info('one'),
  gt: info('one'),
  gte: info('one'),
  modulo: info('two'),
  semver_eq: info('one'),
  semver_lt: info('one'),
  semver_lte: info('one'),
  semver_gt: info('one'),
  semver_gte: info('one'),
  semver_range: info('one'),
  before: info('one'),
  after: info('one'),
  within: info('two'),
  exists: info('none'),
  cidr: info('many'),
};

export const TYPES: readonly AttributeType[] = ['string', 'number', 'boolean', 'semver', 'datetime', 'ip'];

const BY_TYPE: Record<AttributeType, readonly Operator[]> = {
  string: ['in', 'equals', 'contains', 'starts_with', 'ends_with', 'matches', 'exists'],
  number: ['eq', 'lt', 'lte', 'gt', 'gte', 'in', 'equals', 'modulo', 'exists'],
  boolean: ['equals', 'in', 'exists'],
  semver: [
    'semver_eq',
    'semver_lt',
    'semver_lte',
    'semver_gt',
    'semver_gte',
    'semver_range',
    'in',
    'equals',
    'exists',
  ],
  datetime: ['before', 'after', 'within', 'exists'],
  ip: ['cidr', 'in', 'equals', 'exists'],
};

export function operatorsOf(type: AttributeType): readonly Operator[] {
  return BY_TYPE[type];
}

export function isOperator(text: string): text is Operator {
  return Object.hasOwn(OPERATORS, text);
}

/** The type a test shows: its operator decides, then its values, then what is known. */
export function typeOf(test: Test, known?: AttributeType): AttributeType {
  const { op } = test;
  if (op === 'cidr') return 'ip';
  if (op.startsWith('semver_')) return 'semver';
  if (op === 'before' || op === 'after' || op === 'within') return 'datetime';
  if (['eq', 'lt', 'lte', 'gt', 'gte', 'modulo'].includes(op)) return 'number';
  if (['contains', 'starts_with', 'ends_with', 'matches'].includes(op)) return 'string';
  const first = test.values?.[0];
  if (typeof first === 'number') return 'number';
  if (typeof first === 'boolean') return 'boolean';
  if (typeof first === 'string') return known === 'semver' || known === 'ip' ? known : 'string';
  return known ?? 'string';
}

/** A test of another type keeps its attribute and starts with that type's first operator. */
export function retype(test: Test, type: AttributeType): Test {
  const op = BY_TYPE[type][0];
  if (!op) return test;
  return withOperator({ ...test, op: test.op }, op, type);
}

/** Changes the operator and keeps the values that still fit. */
export function withOperator(test: Test, op: Operator, type: AttributeType): Test {
  const next: Test = { attribute: test.attribute, op };
  const fitting = (test.values ?? []).flatMap((value) => {
    const one = fitted(value, type);
    return one === undefined ? [] : [one];
  });
  const { arity, foldsCase } = OPERATORS[op];
  const room = { none: 0, one: 1, two: 2, many: fitting.length }[arity];
  const values = fitting.slice(0, room);
  if (values.length > 0) next.values = values;
  else if (type === 'boolean' && arity === 'one') next.values = [true];
  if (test.negate) next.negate = true;
  if (test.ignore_case && foldsCase && type === 'string') next.ignore_case = true;
  if (test.quantifier && test.quantifier !== 'any') next.quantifier = test.quantifier;
  return next;
}

function fitted(value: unknown, type: AttributeType): Scalar | undefined {
  if (type === 'number') {
    if (typeof value === 'number') return value;
    return typeof value === 'string' ? readNumber(value) : undefined;
  }
  if (type === 'boolean') {
    if (typeof value === 'boolean') return value;
    if (value === 'true') return true;
    return value === 'false' ? false : undefined;
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** A decimal number as people type it; nothing else is one. */
export function readNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) return undefined;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : undefined;
}

/** One typed value from text; `undefined` when the text is not of the type. */
export function readValue(text: string, type: AttributeType): Scalar | undefined {
  if (type === 'number' || type === 'boolean') return fitted(text.trim(), type);
  return text;
}

export interface PastedList {
  values: Scalar[];
  duplicates: string[];
  /** Entries that are not of the type. */
  malformed: string[];
  /** How many entries had spaces around them. */
  trimmed: number;
}

/** Splits pasted text on commas, spaces and new lines; `"quoted, text"` stays whole. */
export function readList(text: string, type: AttributeType, present: readonly unknown[] = []): PastedList {
  const seen = new Set(present.map((value) => JSON.stringify(value)));
  const out: PastedList = { values: [], duplicates: [], malformed: [], trimmed: 0 };
  const pieces = text.match(/"(?:[^"\\]|\\.)*"|[^\s,;]+/g) ?? [];
  for (const piece of pieces) {
    const raw = piece.startsWith('"') && piece.endsWith('"') && piece.length > 1 ? unquote(piece) : piece;
    const clean = raw.trim();
    if (clean !== raw) out.trimmed += 1;
    if (clean === '') continue;
    const value = readValue(clean, type);
    if (value === undefined) {
      out.malformed.push(clean);
      continue;
    }
    const id = JSON.stringify(value);
    if (seen.has(id)) out.duplicates.push(clean);
    else {
      seen.add(id);
      out.values.push(value);
    }
  }
  return out;
}

function unquote(piece: string): string {
  try {
    const value: unknown = JSON.parse(piece);
    return typeof value === 'string' ? value : piece;
  } catch {
    return piece.slice(1, -1);
  }
}
