import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  complete,
  nearestKey,
  parseQuery,
  type Term,
  tokenAt,
  unknownKeys,
  withFilter,
  without,
  writeQuery,
} from './query';

const anyText = fc.string({
  unit: fc.constantFrom(...'ab-:,"\\ <>/#é'.split(''), 'status:', 'tag:', 'x'),
  maxLength: 30,
});

const value = fc.record({ text: fc.string({ minLength: 1, maxLength: 8 }), quoted: fc.boolean() });
const term: fc.Arbitrary<Term> = fc.oneof(
  fc.record({ kind: fc.constant('word' as const), negated: fc.boolean(), value }),
  fc.record({
    kind: fc.constant('filter' as const),
    negated: fc.boolean(),
    key: fc.constantFrom('status', 'tag', 'owner', 'whatever'),
    values: fc.array(value, { maxLength: 3 }),
  }),
);

const meaning = (terms: Term[]) =>
  terms.map((each) =>
    each.kind === 'word'
      ? ['word', each.negated, each.value.text]
      : [each.key, each.negated, each.values.map((one) => one.text)],
  );

describe('the query language', () => {
  it('is stable from text to terms to text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = writeQuery(parseQuery(text));
        expect(writeQuery(parseQuery(once))).toBe(once);
        expect(meaning(parseQuery(once))).toEqual(meaning(parseQuery(text)));
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps the meaning of any terms through text', () => {
    fc.assert(
      fc.property(fc.array(term, { maxLength: 5 }), (terms) => {
        const text = writeQuery(terms);
        expect(meaning(parseQuery(text))).toEqual(meaning(terms));
      }),
      { numRuns: 3000 },
    );
  });

  it('reads words, filters, not, or and quotes', () => {
    expect(meaning(parseQuery('status:on,off env:prod -tag:"two words" checkout'))).toEqual([
      ['status', false, ['on', 'off']],
      ['env', false, ['prod']],
      ['tag', true, ['two words']],
      ['word', false, 'checkout'],
    ]);
  });

  it('adds to a filter instead of repeating it', () => {
    expect(withFilter('status:on x', 'status', 'off')).toBe('status:on,off x');
    expect(withFilter('x', 'tag', 'a b')).toBe('x tag:"a b"');
    expect(without('status:on x', 0)).toBe('x');
  });

  it('names the nearest key of an unknown one', () => {
    expect(unknownKeys('stauts:on x')).toEqual(['stauts']);
    expect(nearestKey('stauts')).toBe('status');
    expect(nearestKey('tags')).toBe('tag');
  });

  it('knows the token at the caret', () => {
    expect(tokenAt('status:on,of', 12)).toMatchObject({ key: 'status', partial: 'of', from: 10 });
    expect(complete('x sta', 5, 'status:')).toEqual({ text: 'x status:', caret: 9 });
    expect(complete('x status:o', 10, 'off')).toEqual({ text: 'x status:off ', caret: 13 });
    expect(complete('-ta', 3, 'tag:')).toEqual({ text: '-tag:', caret: 5 });
  });
});
