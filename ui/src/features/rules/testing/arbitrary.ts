import fc from 'fast-check';
import { OPERATORS } from '../operators';
import type { Condition, Operator, Test } from '../wire';

const word = fc.stringMatching(/^[a-z][a-z0-9_.]{0,7}$/);
const operators = Object.keys(OPERATORS) as Operator[];

export const anyTest: fc.Arbitrary<Test> = fc.record(
  {
    attribute: word,
    op: fc.constantFrom(...operators),
    values: fc.array(fc.oneof(fc.string(), fc.integer(), fc.boolean()), { maxLength: 4 }),
    negate: fc.boolean(),
    ignore_case: fc.boolean(),
    quantifier: fc.constantFrom('any' as const, 'all' as const, 'none' as const),
  },
  { requiredKeys: ['attribute', 'op'] },
);

/** Trees down to a depth, with every kind of node. */
export function anyCondition(depth: number): fc.Arbitrary<Condition> {
  const { tree } = fc.letrec<{ tree: Condition; leaf: Condition }>((tie) => ({
    leaf: fc.oneof(
      anyTest.map((test) => ({ test })),
      word.map((segment) => ({ segment })),
      fc
        .record({ share: fc.integer({ min: 0, max: 10_000 }), salt: fc.string() })
        .map(({ share, salt }) => ({ percentage: { allocation: { salt }, share } })),
      fc.record({ verdict: fc.boolean(), problem: fc.string() }).map((broken) => ({ broken })),
    ),
    tree: fc.oneof(
      { maxDepth: depth, depthSize: 'large', withCrossShrink: true },
      tie('leaf'),
      fc.array(tie('tree'), { maxLength: 3 }).map((all) => ({ all })),
      fc.array(tie('tree'), { maxLength: 3 }).map((any) => ({ any })),
      tie('tree').map((not) => ({ not })),
    ),
  }));
  return tree;
}
