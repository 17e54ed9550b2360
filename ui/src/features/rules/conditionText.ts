/** The text view of a condition: JSON, lossless both ways, with errors that name their place. */
import type { TextError } from '@/text/rules';
import { isOperator } from './operators';
import type { Condition, Json } from './wire';

export type Parsed = { ok: true; condition: Condition | undefined } | { ok: false; errors: TextError[] };

const DEEPEST = 64;

export function printCondition(condition: Condition | undefined): string {
  return condition ? print(condition, '') : '';
}

/** Like `JSON.stringify` with two spaces, but short leaves stay on one line. */
function print(value: unknown, indent: string): string {
  const flat = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + flat.length <= 96)
    return spaced(value, flat);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => inner + print(item, inner)).join(',\n')}\n${indent}]`;
  }
  const lines = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${inner}${JSON.stringify(key)}: ${print(item, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function spaced(value: unknown, flat: string): string {
  if (typeof value !== 'object' || value === null) return flat;
  if (Array.isArray(value)) return `[${value.map((item) => spaced(item, JSON.stringify(item))).join(', ')}]`;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return '{}';
  return `{ ${entries.map(([key, item]) => `${JSON.stringify(key)}: ${spaced(item, JSON.stringify(item))}`).join(', ')} }`;
}

export function parseCondition(text: string): Parsed {
  if (text.trim() === '') return { ok: true, condition: undefined };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const line = lineOf(text, error instanceof Error ? error.message : '');
    return {
      ok: false,
      errors: [line === undefined ? { pointer: '', code: 'syntax' } : { pointer: '', code: 'syntax', line }],
    };
  }
  const errors: TextError[] = [];
  checkNode(value, '', 1, errors);
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, condition: value as Condition };
}

function lineOf(text: string, message: string): number | undefined {
  const line = /line (\d+)/.exec(message)?.[1];
  if (line) return Number(line);
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const NODES = ['all', 'any', 'not', 'test', 'segment', 'percentage', 'broken'] as const;
type NodeName = (typeof NODES)[number];

function isNodeName(name: string): name is NodeName {
  return (NODES as readonly string[]).includes(name);
}

function checkNode(value: unknown, pointer: string, depth: number, errors: TextError[]): void {
  if (depth > DEEPEST) {
    errors.push({ pointer, code: 'depth' });
    return;
  }
  const keys = isFields(value) ? Object.keys(value) : [];
  const name = keys[0];
  if (!isFields(value) || keys.length !== 1 || name === undefined || !isNodeName(name)) {
    errors.push(name === undefined ? { pointer, code: 'node' } : { pointer, code: 'node', name });
    return;
  }
  const body = value[name];
  const here = `${pointer}/${name}`;
  switch (name) {
    case 'all':
    case 'any':
      if (!Array.isArray(body)) errors.push({ pointer: here, code: 'list' });
      else {
        body.forEach((child, index) => {
          checkNode(child, `${here}/${index}`, depth + 1, errors);
        });
      }
      return;
    case 'not':
      checkNode(body, here, depth + 1, errors);
      return;
    case 'segment':
      if (typeof body !== 'string') errors.push({ pointer: here, code: 'text' });
      return;
    case 'test':
      checkTest(body, here, errors);
      return;
    case 'percentage':
      checkPercentage(body, here, errors);
      return;
    case 'broken':
      if (checkFields(body, here, ['verdict', 'problem'], ['verdict', 'problem'], errors)) {
        if (typeof body.verdict !== 'boolean') errors.push({ pointer: `${here}/verdict`, code: 'boolean' });
        if (typeof body.problem !== 'string') errors.push({ pointer: `${here}/problem`, code: 'text' });
      }
  }
}

function checkFields(
  body: unknown,
  pointer: string,
  allowed: readonly string[],
  needed: readonly string[],
  errors: TextError[],
): body is Fields {
  if (!isFields(body)) {
    errors.push({ pointer, code: 'node' });
    return false;
  }
  const before = errors.length;
  for (const key of Object.keys(body)) {
    if (!allowed.includes(key)) errors.push({ pointer: `${pointer}/${key}`, code: 'field', name: key });
  }
  for (const key of needed) {
    if (!Object.hasOwn(body, key)) errors.push({ pointer, code: 'missing', name: key });
  }
  return errors.length === before;
}

function checkTest(body: unknown, pointer: string, errors: TextError[]): void {
  const allowed = ['attribute', 'op', 'values', 'negate', 'ignore_case', 'quantifier'];
  if (!checkFields(body, pointer, allowed, ['attribute', 'op'], errors)) return;
  const { attribute, op, values, quantifier } = body;
  if (typeof attribute !== 'string') errors.push({ pointer: `${pointer}/attribute`, code: 'text' });
  if (typeof op !== 'string' || !isOperator(op))
    errors.push({ pointer: `${pointer}/op`, code: 'operator', name: String(op) });
  if (values !== undefined && !Array.isArray(values))
    errors.push({ pointer: `${pointer}/values`, code: 'list' });
  for (const key of ['negate', 'ignore_case']) {
    if (body[key] !== undefined && typeof body[key] !== 'boolean')
      errors.push({ pointer: `${pointer}/${key}`, code: 'boolean' });
  }
  if (quantifier !== undefined && !['any', 'all', 'none'].includes(String(quantifier))) {
    errors.push({ pointer: `${pointer}/quantifier`, code: 'choice', name: 'any, all, none' });
  }
}

function checkPercentage(body: unknown, pointer: string, errors: TextError[]): void {
  if (!checkFields(body, pointer, ['allocation', 'share', 'bound'], ['allocation', 'share'], errors)) return;
  const { allocation, share, bound } = body;
  if (typeof share !== 'number' || !Number.isInteger(share) || share < 0 || share > 10_000) {
    errors.push({ pointer: `${pointer}/share`, code: 'share' });
  }
  if (bound !== undefined && bound !== 'exclusive' && bound !== 'inclusive') {
    errors.push({ pointer: `${pointer}/bound`, code: 'choice', name: 'exclusive, inclusive' });
  }
  if (allocation === undefined) return;
  const here = `${pointer}/allocation`;
  if (
    !checkFields(
      allocation,
      here,
      ['scheme', 'salt', 'inputs', 'missing', 'draw', 'assign'],
      ['salt'],
      errors,
    )
  )
    return;
  if (typeof allocation.salt !== 'string') errors.push({ pointer: `${here}/salt`, code: 'text' });
  const inputs = allocation.inputs;
  if (inputs !== undefined && !Array.isArray(inputs))
    errors.push({ pointer: `${here}/inputs`, code: 'list' });
  for (const [key, choices] of Object.entries({
    scheme: ['hoist64', 'unleash'],
    missing: ['not_matched', 'base', 'draw'],
    draw: ['interval', 'rendezvous'],
    assign: ['stable', 'session', 'request'],
  })) {
    const choice = allocation[key];
    if (choice !== undefined && !choices.includes(String(choice))) {
      errors.push({ pointer: `${here}/${key}`, code: 'choice', name: choices.join(', ') });
    }
  }
}

/** Text of any JSON value, in the same style. */
export function printJson(value: Json | undefined): string {
  return value === undefined ? '' : print(value, '');
}
