import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  addArm,
  even,
  mostFor,
  movesBetween,
  readShare,
  removeArm,
  type SplitModel,
  setRest,
  setWeight,
  shareNumber,
  splitFrom,
  stepWeight,
  WHOLE,
} from './split';

const arms = (...weights: number[]) =>
  weights.map((weight, i) => ({ variant: String.fromCharCode(65 + i), weight }));
const weights = (model: SplitModel) => model.arms.map((arm) => arm.weight);

vi.setConfig({ testTimeout: 60_000 });

describe('split', () => {
  it('gives the rest what is left and refuses more', () => {
    const model = splitFrom(arms(5_000, 3_500, 1_500));
    const edited = setWeight(model, 0, 6_000);
    expect('model' in edited && weights(edited.model)).toEqual([6_000, 3_500, 500]);
    expect(setWeight(model, 0, 7_000)).toEqual({ refused: 'too_much', most: 6_500 });
    expect(setWeight(model, 2, 100)).toEqual({ refused: 'is_rest' });
    expect(setWeight(model, 0, -1)).toEqual({ refused: 'negative' });
    expect(mostFor(model, 1)).toBe(5_000);
  });

  it('lets either of two arms set the other', () => {
    const edited = setWeight(splitFrom(arms(5_000, 5_000)), 1, 2_000);
    expect('model' in edited && weights(edited.model)).toEqual([8_000, 2_000]);
  });

  it('gives deleted shares to the rest', () => {
    expect(weights(removeArm(splitFrom(arms(5_000, 3_000, 2_000)), 0))).toEqual([3_000, 7_000]);
    expect(weights(removeArm(splitFrom(arms(5_000, 3_000, 2_000)), 2))).toEqual([5_000, 5_000]);
    expect(removeArm(splitFrom(arms(WHOLE)), 0).arms).toHaveLength(1);
  });

  it('scales imported weights and spreads evenly', () => {
    expect(weights(splitFrom(arms(1, 1, 1)))).toEqual([3_334, 3_333, 3_333]);
    expect(weights(splitFrom(arms(0, 0)))).toEqual([0, WHOLE]);
    expect(weights(even(splitFrom(arms(WHOLE, 0, 0))))).toEqual([3_333, 3_333, 3_334]);
  });

  it('always sums to 10,000 and is never negative, over 10,000 random edits', () => {
    const edit = fc.record({
      act: fc.constantFrom('set', 'step', 'rest', 'add', 'remove', 'even'),
      arm: fc.nat({ max: 12 }),
      value: fc.oneof(fc.integer({ min: -20_000, max: 20_000 }), fc.double({ min: -1e4, max: 2e4 })),
    });
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 5_000 }), { minLength: 1, maxLength: 6 }),
        fc.array(edit, { minLength: 100, maxLength: 100 }),
        (start, edits) => {
          let model = splitFrom(arms(...start));
          let added = 0;
          for (const { act, arm, value } of edits) {
            const index = arm % (model.arms.length + 1);
            if (act === 'set') {
              const edited = setWeight(model, index, value);
              if ('model' in edited) model = edited.model;
            } else if (act === 'step') model = stepWeight(model, index, Math.round(value));
            else if (act === 'rest') model = setRest(model, index);
            else if (act === 'add' && model.arms.length < 12) {
              added += 1;
              model = addArm(model, `new ${added}`);
            } else if (act === 'remove') model = removeArm(model, index);
            else if (act === 'even') model = even(model);
            expect(weights(model).reduce((sum, weight) => sum + weight, 0)).toBe(WHOLE);
            expect(weights(model).every((weight) => Number.isInteger(weight) && weight >= 0)).toBe(true);
            expect(model.arms[model.rest]).toBeDefined();
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('says who moves', () => {
    expect(movesBetween(arms(5_000, 3_500, 1_500), arms(6_000, 2_500, 1_500))).toEqual([
      { from: 'B', to: 'A', share: 1_000 },
    ]);
    expect(movesBetween(arms(5_000, 5_000), arms(5_000, 5_000))).toEqual([]);
  });

  it('reads and writes percentages without floating drift', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: WHOLE }), (share) => readShare(shareNumber(share)) === share),
    );
    expect(readShare('12,5 %')).toBe(1_250);
    expect(readShare('0.07')).toBe(7);
    expect(readShare('0.005')).toBeUndefined();
    expect(readShare('ten')).toBeUndefined();
  });
});
