/** What is wrong with a condition, before the server is asked. The server stays the authority. */
import { countOf, depthOf, type Path } from './condition';
import { OPERATORS } from './operators';
import type { Condition, Json, Operator, Test } from './wire';

export type ConditionProblem =
  | 'no_attribute'
  | 'no_values'
  | 'value_count'
  | 'not_number'
  | 'not_integer'
  | 'divisor'
  | 'not_text'
  | 'not_scalar'
  | 'empty_text'
  | 'not_semver'
  | 'not_range'
  | 'not_datetime'
  | 'period_order'
  | 'not_block'
  | 'no_case_here'
  | 'long_pattern'
  | 'bad_pattern'
  | 'no_segment'
  | 'empty_group'
  | 'share'
  | 'too_deep'
  | 'too_many_nodes'
  | 'too_many_values';

export interface Found {
  path: Path;
  code: ConditionProblem;
}

export const MAX_DEPTH = 16;
export const MAX_NODES = 500;
export const MAX_VALUES = 10_000;

export function validateCondition(root: Condition | undefined): Found[] {
  if (!root) return [];
  const found: Found[] = [];
  if (depthOf(root) > MAX_DEPTH) found.push({ path: [], code: 'too_deep' });
  if (countOf(root) > MAX_NODES) found.push({ path: [], code: 'too_many_nodes' });
  visit(root, [], found);
  return found;
}

function visit(node: Condition, path: Path, found: Found[]): void {
  if ('all' in node || 'any' in node) {
    const list = 'all' in node ? node.all : node.any;
    if (list.length === 0) found.push({ path, code: 'empty_group' });
    list.forEach((child, index) => {
      visit(child, [...path, index], found);
    });
  } else if ('not' in node) visit(node.not, [...path, 0], found);
  else if ('segment' in node) {
    if (node.segment.trim() === '') found.push({ path, code: 'no_segment' });
  } else if ('percentage' in node) {
    const { share } = node.percentage;
    if (!Number.isInteger(share) || share < 0 || share > 10_000) found.push({ path, code: 'share' });
  } else if ('test' in node) {
    for (const code of validateTest(node.test)) found.push({ path, code });
  }
}

export function validateTest(test: Test): ConditionProblem[] {
  const found = new Set<ConditionProblem>();
  const values = test.values ?? [];
  const { arity, foldsCase } = OPERATORS[test.op];
  if (test.attribute.trim() === '') found.add('no_attribute');
  if (test.ignore_case && !foldsCase) found.add('no_case_here');
  if (values.length > MAX_VALUES) found.add('too_many_values');
  const wrong =
    (arity === 'none' && values.length !== 0) ||
    (arity === 'one' && values.length !== 1) ||
    (arity === 'two' && values.length !== 2) ||
    (arity === 'many' && values.length === 0 && test.op !== 'in');
  if (wrong) found.add(values.length === 0 ? 'no_values' : 'value_count');
  for (const value of values) {
    const code = checkValue(test.op, value);
    if (code) found.add(code);
  }
  const [first, second] = values;
  if (test.op === 'modulo' && first === 0) found.add('divisor');
  if (test.op === 'within' && typeof first === 'string' && typeof second === 'string') {
    const from = Date.parse(first);
    const to = Date.parse(second);
    if (!Number.isNaN(from) && !Number.isNaN(to) && from >= to) found.add('period_order');
  }
  return [...found];
}

function checkValue(op: Operator, value: Json): ConditionProblem | undefined {
  switch (op) {
    case 'equals':
    case 'in':
      return value === null || typeof value === 'object' ? 'not_scalar' : undefined;
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      if (typeof value !== 'string') return 'not_text';
      return value === '' ? 'empty_text' : undefined;
    case 'matches':
      return checkPattern(value);
    case 'eq':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return typeof value === 'number' ? undefined : 'not_number';
    case 'modulo':
      return typeof value === 'number' && Number.isInteger(value) ? undefined : 'not_integer';
    case 'semver_range':
      return typeof value === 'string' && isRange(value) ? undefined : 'not_range';
    case 'before':
    case 'after':
    case 'within':
      return typeof value === 'string' && isMoment(value) ? undefined : 'not_datetime';
    case 'cidr':
      return typeof value === 'string' && isBlock(value) ? undefined : 'not_block';
    case 'exists':
      return undefined;
    default:
      return typeof value === 'string' && SEMVER.test(value) ? undefined : 'not_semver';
  }
}

function checkPattern(value: Json): ConditionProblem | undefined {
  if (typeof value !== 'string') return 'not_text';
  if (value === '') return 'empty_text';
  if (value.length > 4_096) return 'long_pattern';
  // The engine's dialect knows inline flags and named groups with P; only balance is judged here.
  const plain = value
    .replace(/\(\?[a-zA-Z-]+(:|\))/g, (_, end: string) => (end === ':' ? '(?:' : ''))
    .replace(/\(\?P</g, '(?<');
  try {
    new RegExp(plain, 'u');
    return undefined;
  } catch {
    return balanced(plain) ? undefined : 'bad_pattern';
  }
}

function balanced(pattern: string): boolean {
  let depth = 0;
  let inClass = false;
  for (let i = 0; i < pattern.length; i += 1) {
    const char = pattern[i];
    if (char === '\\') i += 1;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = true;
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0 && !inClass;
}

const SEMVER = /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
const COMPARATOR = /^(\^|~|>=|<=|>|<|=)?\s*v?\d+(\.(\d+|\*|x)){0,2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

function isRange(text: string): boolean {
  return text.split(',').every((part) => COMPARATOR.test(part.trim()) || part.trim() === '*');
}

const DURATION = /^[+-]?P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2}))?$/;

export function isMoment(text: string): boolean {
  return text === 'now' || DURATION.test(text) || (MOMENT.test(text) && !Number.isNaN(Date.parse(text)));
}

export function isBlock(text: string): boolean {
  const [address, length, ...more] = text.split('/');
  if (address === undefined || more.length > 0) return false;
  const four =
    /^(\d{1,3}\.){3}\d{1,3}$/.test(address) && address.split('.').every((part) => Number(part) <= 255);
  const six = !four && /^[0-9a-fA-F:.]+$/.test(address) && isSix(address);
  if (!four && !six) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (four ? 32 : 128));
}

function isSix(address: string): boolean {
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups[groups.length - 1] ?? '';
  const tail = last.includes('.') ? 1 : 0;
  const size = groups.length + tail;
  if (
    !groups.every(
      (group, index) => /^[0-9a-fA-F]{1,4}$/.test(group) || (tail === 1 && index === groups.length - 1),
    )
  )
    return false;
  return halves.length === 2 ? size < 8 : size === 8;
}
