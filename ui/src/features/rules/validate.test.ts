import { describe, expect, it } from 'vitest';
import { operatorsOf, readList, readNumber, retype, TYPES, typeOf, withOperator } from './operators';
import { isBlock, isMoment, validateCondition, validateTest } from './validate';
import type { Condition, Json, Operator, Test } from './wire';

const test = (op: Operator, ...values: Json[]): Test => ({ attribute: 'a', op, values });

describe('validation by operator', () => {
  it.each<[Test, string[]]>([
    [test('equals', 'x'), []],
    [test('equals'), ['no_values']],
    [test('equals', 'x', 'y'), ['value_count']],
    [test('in'), []],
    [test('contains', ''), ['empty_text']],
    [test('contains', 1), ['not_text']],
    [test('gt', '4'), ['not_number']],
    [test('modulo', 0, 1), ['divisor']],
    [test('modulo', 10, 0.5), ['not_integer']],
    [test('semver_lt', '4.2'), ['not_semver']],
    [test('semver_lt', '4.2.0-rc.1+b5'), []],
    [test('semver_range', '>=1.2, <2'), []],
    [test('semver_range', 'one'), ['not_range']],
    [test('before', 'tomorrow'), ['not_datetime']],
    [test('after', '-P30D'), []],
    [test('within', '2026-01-02', '2026-01-01'), ['period_order']],
    [test('exists'), []],
    [test('cidr', '10.0.0.0/8', '::1'), []],
    [test('cidr', '10.0.0.0/33'), ['not_block']],
    [test('matches', '^(a|b)$'), []],
    [test('matches', '(?i)abc'), []],
    [test('matches', '(a'), ['bad_pattern']],
    [{ ...test('gt', 4), ignore_case: true }, ['no_case_here']],
    [{ attribute: ' ', op: 'exists' }, ['no_attribute']],
  ])('%j', (subject, codes) => {
    expect(validateTest(subject)).toEqual(codes);
  });

  it('knows times and networks', () => {
    expect(['now', '2026-11-21', '2026-11-21T10:00:00+01:00', 'PT5M', '-P1DT2H'].every(isMoment)).toBe(true);
    expect(['P', 'PT', '2026-13-01', '10:00'].some(isMoment)).toBe(false);
    expect(['1.2.3.4', 'fe80::/10', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'].every(isBlock)).toBe(true);
    expect(['1.2.3', '1.2.3.256', '1::2::3', 'fe80::/129', '1:2:3'].some(isBlock)).toBe(false);
  });

  it('names the place in a tree', () => {
    const tree: Condition = { all: [{ any: [] }, { not: { segment: '' } }, { test: test('gt', 'x') }] };
    expect(validateCondition(tree)).toEqual([
      { path: [0], code: 'empty_group' },
      { path: [1, 0], code: 'no_segment' },
      { path: [2], code: 'not_number' },
    ]);
    let deep: Condition = { segment: 'a' };
    for (let i = 0; i < 17; i += 1) deep = { all: [deep] };
    expect(validateCondition(deep)[0]?.code).toBe('too_deep');
  });
});

describe('operators by type', () => {
  it('every operator is offered and shows its own type', () => {
    const offered = new Set(TYPES.flatMap(operatorsOf));
    expect(offered.size).toBe(23);
    expect(typeOf(test('semver_gt', '1.0.0'))).toBe('semver');
    expect(typeOf(test('in', 5))).toBe('number');
    expect(typeOf(test('in', '1.0.0'), 'semver')).toBe('semver');
    expect(typeOf(test('exists'), 'boolean')).toBe('boolean');
  });

  it('keeps values that fit when the operator changes', () => {
    expect(withOperator({ ...test('in', 'a', 'b'), negate: true }, 'equals', 'string')).toEqual({
      attribute: 'a',
      op: 'equals',
      values: ['a'],
      negate: true,
    });
    expect(retype(test('in', '5', 'x'), 'number')).toEqual({ attribute: 'a', op: 'eq', values: [5] });
    expect(retype(test('in', 'x'), 'boolean')).toEqual({ attribute: 'a', op: 'equals', values: [true] });
  });

  it('splits pasted lists and names duplicates', () => {
    expect(readList('NO, IS\nCH NO;"Åland Islands"', 'string', ['IS'])).toEqual({
      values: ['NO', 'CH', 'Åland Islands'],
      duplicates: ['IS', 'NO'],
      malformed: [],
      trimmed: 0,
    });
    expect(readList('1 2,x', 'number')).toMatchObject({ values: [1, 2], malformed: ['x'] });
    expect([readNumber('1e3'), readNumber('-.5'), readNumber('0x10'), readNumber('')]).toEqual([
      1_000,
      -0.5,
      undefined,
      undefined,
    ]);
  });
});
