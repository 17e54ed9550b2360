import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '@/api/types';
import { fold, lineDiff } from './diff';

const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;
const written = (value: Json) => (value === null ? [] : JSON.stringify(value, null, 2).split('\n'));

describe('the difference of documents', () => {
  it('contains both documents whole', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const lines = lineDiff(before, after);
        const texts = (skip: string) => lines.filter((line) => line.op !== skip).map((line) => line.text);
        expect(texts('add')).toEqual(written(before));
        expect(texts('remove')).toEqual(written(after));
      }),
    );
  });

  it('folds what stays', () => {
    const lines = lineDiff(
      Array.from({ length: 30 }, (_, i) => i),
      Array.from({ length: 30 }, (_, i) => (i === 9 ? 99 : i)),
    );
    const folded = fold(lines);
    expect(folded.length).toBeLessThan(12);
    expect(folded.filter((line) => line.op === 'add').map((line) => line.text.trim())).toEqual(['99,']);
  });
});
