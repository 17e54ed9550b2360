import type { Operator } from '@/api/types';

/** Texts of rules: conditions, serves, splits, ramps, drafts and differences. */
export const operatorWords: Record<Operator, { plain: string; negated: string }> = {
  equals: { plain: 'is', negated: 'is not' },
  in: { plain: 'is one of', negated: 'is not one of' },
  contains: { plain: 'contains', negated: 'does not contain' },
  starts_with: { plain: 'starts with', negated: 'does not start with' },
  ends_with: { plain: 'ends with', negated: 'does not end with' },
  matches: { plain: 'matches pattern', negated: 'does not match pattern' },
  eq: { plain: '=', negated: '≠' },
  lt: { plain: '<', negated: 'not <' },
  lte: { plain: '≤', negated: 'not ≤' },
  gt: { plain: '>', negated: 'not >' },
  gte: { plain: '≥', negated: 'not ≥' },
  modulo: { plain: 'divided leaves', negated: 'divided does not leave' },
  semver_eq: { plain: '= version', negated: '≠ version' },
  semver_lt: { plain: '<', negated: 'not <' },
  semver_lte: { plain: '≤', negated: 'not ≤' },
  semver_gt: { plain: '>', negated: 'not >' },
  semver_gte: { plain: '≥', negated: 'not ≥' },
  semver_range: { plain: 'in version range', negated: 'not in version range' },
  before: { plain: 'is before', negated: 'is not before' },
  after: { plain: 'is after', negated: 'is not after' },
  within: { plain: 'is within', negated: 'is not within' },
  exists: { plain: 'is present', negated: 'is absent' },
  cidr: { plain: 'is in network', negated: 'is not in network' },
};

export const typeWords = {
  string: 'text',
  number: 'number',
  boolean: 'yes or no',
  semver: 'version',
  datetime: 'time',
  ip: 'address',
};

export const groupWords = {
  all: 'ALL of',
  any: 'ANY of',
  not_all: 'NOT ALL of',
  none: 'NONE of',
} as const;

const quoted = (text: string) => `“${text}”`;

export const sentenceText = {
  everybody: 'everybody',
  nobody: 'nobody',
  and: 'and',
  or: 'or',
  not: 'not',
  quoted,
  inSegment: (key: string) => `in segment ${quoted(key)}`,
  notInSegment: (key: string) => `not in segment ${quoted(key)}`,
  percentage: (share: string) => `in a fixed ${share} of subjects`,
  broken: (problem: string) => `unreadable (${problem})`,
  values: (count: number) => `(${count} values)`,
  elements: { all: 'every', none: 'no element of' },
  ignoringCase: 'ignoring case',
  modulo: (divisor: string, remainder: string) => `by ${divisor} ${remainder}`,
  between: (from: string, to: string) => `${from} and ${to}`,
  codeDefault: 'the code’s default',
  disabled: '(not enabled)',
  splitOf: (parts: string) => `split ${parts}`,
  rampOf: (now: string, to: string, variant: string) => `ramp ${now} → ${to} ${variant}`,
  rampAt: (now: string, variant: string) => `ramp at ${now} ${variant}`,
  expression: 'an imported expression',
  gate: (share: string) => `for ${share} of those`,
  gateRamp: (now: string, to: string) => `for ${now} → ${to} of those`,
};

export const conditionProblems = {
  no_attribute: 'Name an attribute.',
  no_values: 'Give a value.',
  value_count: 'The number of values does not fit this comparison.',
  not_number: 'This is not a number.',
  not_integer: 'This is not a whole number.',
  divisor: 'The divisor must not be 0.',
  not_text: 'This comparison takes text.',
  not_scalar: 'Values are texts, numbers, yes or no.',
  empty_text: 'An empty text would always match.',
  not_semver: 'Write a version like 4.2.0.',
  not_range: 'Write a range like >=1.2, <2.',
  not_datetime: 'Write a time like 2026-11-21T18:00:00Z, a date, now, or a span like -P30D.',
  period_order: 'The end must come after the start.',
  not_block: 'Write an address or a network like 10.0.0.0/8.',
  no_case_here: 'Case can only be ignored for text.',
  long_pattern: 'A pattern has at most 4,096 characters.',
  bad_pattern: 'This pattern is not balanced.',
  no_segment: 'Choose a segment.',
  empty_group: 'This group is empty.',
  share: 'A share is between 0 and 100 %.',
  too_deep: 'A condition is at most 16 levels deep.',
  too_many_nodes: 'A condition has at most 500 parts.',
  too_many_values: 'A list has at most 10,000 values.',
};

/** Something wrong in the text of a condition. */
export interface TextError {
  /** JSON pointer into the text's document; empty for the whole. */
  pointer: string;
  code:
    | 'syntax'
    | 'node'
    | 'list'
    | 'text'
    | 'field'
    | 'missing'
    | 'operator'
    | 'choice'
    | 'boolean'
    | 'share'
    | 'depth';
  /** The word the error is about. */
  name?: string;
  line?: number;
}

export function textProblem(error: TextError): string {
  const where = error.pointer === '' ? '' : `${error.pointer}: `;
  const line = error.line === undefined ? '' : `Line ${error.line}: `;
  switch (error.code) {
    case 'syntax':
      return `${line}this is not JSON.`;
    case 'node':
      return `${where}expected one of all, any, not, test, segment, percentage${error.name ? `, not ${error.name}` : ''}.`;
    case 'list':
      return `${where}expected a list.`;
    case 'text':
      return `${where}expected text.`;
    case 'field':
      return `${where}there is no such part.`;
    case 'missing':
      return `${where}${error.name ?? ''} is missing.`;
    case 'operator':
      return `${where}${error.name ?? ''} is no comparison.`;
    case 'choice':
      return `${where}expected one of ${error.name ?? ''}.`;
    case 'boolean':
      return `${where}expected true or false.`;
    case 'share':
      return `${where}expected whole hundredths of a percent, 0 to 10000.`;
    case 'depth':
      return `${where}too deep.`;
  }
}

export const diffText = {
  rule: (position: number, name: string) => (name ? `Rule ${position} ${quoted(name)}` : `Rule ${position}`),
  state: 'State',
  off: 'Off variant',
  otherwise: 'Otherwise',
  prerequisite: (flag: string) => `Prerequisite ${flag}`,
  subject: (subject: string) => `Override of ${subject}`,
  subjects: 'Overrides of subjects',
  segmentOverride: (segment: string) => `Override of segment ${segment}`,
  added: 'added',
  addedAs: (what: string) => `added: ${what}`,
  removed: 'removed',
  removedWas: (what: string) => `removed, was: ${what}`,
  moved: (from: number, to: number) => `moved from position ${from} to ${to}`,
  changed: (before: string, after: string) => `${before} → ${after}`,
  renamed: (before: string, after: string) => `name ${quoted(before)} → ${quoted(after)}`,
  switchedOff: 'rule set aside',
  switchedOn: 'rule in force again',
  conditionAdded: (what: string) => `condition added: ${what}`,
  conditionRemoved: (what: string) => `condition removed: ${what}`,
  conditionChanged: (before: string, after: string) => `condition: ${before} → ${after}`,
  gateAdded: (what: string) => `gate added: ${what}`,
  gateRemoved: 'gate removed',
  gateChanged: (before: string, after: string) => `gate: ${before} → ${after}`,
  serves: (before: string, after: string) => `serves ${before} → ${after}`,
  serveOnly: (after: string) => `serves ${after}`,
  window: (position: number, name: string) =>
    name ? `Window ${position} ${quoted(name)}` : `Window ${position}`,
  outside: 'While no window is open',
  order: 'Order of rules',
  windowOrder: 'Order of windows',
  unequal: 'changed',
  on: 'On',
  offWord: 'Off',
  field: (name: string) => name.replaceAll('_', ' '),
};
