import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { unreachableRules } from './unreachable';
import type { Condition, Rule } from './wire';

type Context = { a?: string; b?: string };
const values = ['x', 'y', 'z'];

/** Brute force over the small world of two attributes with three values or none. */
function holds(condition: Condition | undefined, context: Context): boolean {
  if (!condition) return true;
  if ('all' in condition) return condition.all.every((part) => holds(part, context));
  if ('any' in condition) return condition.any.some((part) => holds(part, context));
  if ('not' in condition) return !holds(condition.not, context);
  if (!('test' in condition)) return false;
  const { test } = condition;
  const actual = context[test.attribute as 'a' | 'b'];
  const passed = actual !== undefined && (test.values ?? []).includes(actual);
  return passed !== Boolean(test.negate);
}

const leaf: fc.Arbitrary<Condition> = fc
  .record(
    {
      attribute: fc.constantFrom('a', 'b'),
      op: fc.constantFrom('in' as const),
      values: fc.subarray(values),
      negate: fc.constant(true),
    },
    { requiredKeys: ['attribute', 'op', 'values'] },
  )
  .map((test) => ({ test }));

const tree = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 2 },
    leaf,
    fc.array(tie('tree'), { maxLength: 2 }).map((all) => ({ all })),
    fc.array(tie('tree'), { maxLength: 2 }).map((any) => ({ any })),
    tie('tree').map((not) => ({ not })),
  ),
})).tree;

const worlds: Context[] = [undefined, ...values].flatMap((a) =>
  [undefined, ...values].map((b) => ({ ...(a ? { a } : {}), ...(b ? { b } : {}) })),
);

vi.setConfig({ testTimeout: 60_000 });

describe('can never match', () => {
  it('has no false positive in 10,000 small rule sets', () => {
    let proofs = 0;
    fc.assert(
      fc.property(
        fc.array(fc.option(tree, { nil: undefined }), { minLength: 2, maxLength: 4 }),
        (conditions) => {
          const rules: Rule[] = conditions.map((condition, index) => ({
            id: String(index),
            serve: { serve: { variant: 'on' } },
            ...(condition ? { condition } : {}),
          }));
          for (const [id] of unreachableRules(rules)) {
            proofs += 1;
            const index = Number(id);
            const reached = worlds.some(
              (world) =>
                holds(conditions[index], world) &&
                !conditions.slice(0, index).some((other) => holds(other, world)),
            );
            expect(reached).toBe(false);
          }
        },
      ),
      { numRuns: 10_000 },
    );
    expect(proofs).toBeGreaterThan(100);
  });

  it('does not trust gates, splits and rules set aside', () => {
    const serve = { serve: { variant: 'on' } };
    const last: Rule = { id: 'last', serve };
    expect(unreachableRules([{ id: 'a', serve, gate: { share: 10_000 } }, last]).size).toBe(0);
    expect(unreachableRules([{ id: 'a', serve: { serve: { split: { arms: [] } } } }, last]).size).toBe(0);
    expect(unreachableRules([{ id: 'a', serve, disabled: true }, last]).size).toBe(0);
    expect(unreachableRules([{ id: 'a', serve }, last]).get('last')).toBe(0);
  });
});
