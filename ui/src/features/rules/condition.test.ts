import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  append,
  at,
  countOf,
  insertAt,
  liftAt,
  moveAt,
  negateAt,
  nestAt,
  type Path,
  parentPath,
  placeAt,
  placeOf,
  pointerOf,
  removeAt,
  setWord,
  unitAt,
  unitPaths,
  wordOf,
  wrapAt,
} from './condition';
import { parseCondition, printCondition } from './conditionText';
import { sentenceOf } from './sentence';
import { anyCondition } from './testing/arbitrary';
import type { Condition } from './wire';

const seg = (key: string): Condition => ({ segment: key });
const tree: Condition = { all: [seg('a'), { any: [seg('b'), seg('c')] }, { not: { all: [seg('d')] } }] };

vi.setConfig({ testTimeout: 60_000 });

describe('condition tree', () => {
  it('adds into groups, also negated ones', () => {
    expect(append(tree, [2], seg('e')).root).toEqual({
      all: [seg('a'), { any: [seg('b'), seg('c')] }, { not: { all: [seg('d'), seg('e')] } }],
    });
    expect(append(tree, [2], seg('e')).path).toEqual([2, 0, 1]);
    expect(append(undefined, [], seg('e'))).toEqual({ root: seg('e'), path: [] });
    expect(append(seg('a'), [], seg('e')).root).toEqual({ all: [seg('a'), seg('e')] });
    expect(insertAt(tree, [], 0, seg('z'))).toMatchObject({ all: [seg('z'), seg('a'), {}, {}] });
  });

  it('removes a unit together with its nots, and the root', () => {
    expect(removeAt(tree, [2, 0])).toEqual({ all: [seg('a'), { any: [seg('b'), seg('c')] }] });
    expect(removeAt(tree, [1, 0])).toMatchObject({ all: [{}, { any: [seg('c')] }, {}] });
    expect(removeAt(seg('a'), [])).toBeUndefined();
    expect(removeAt({ not: seg('a') }, [0])).toBeUndefined();
  });

  it('places where moving, lifting and nesting go', () => {
    expect(placeAt(tree, [0], [], 2)).toEqual(moveAt(tree, [0], 1));
    expect(placeAt(tree, [1], [], 0)).toEqual(moveAt(tree, [1], -1));
    expect(placeAt(tree, [1, 1], [], 2)).toEqual(liftAt(tree, [1, 1]));
    expect(placeAt(tree, [2, 0, 0], [], 3)).toEqual(liftAt(tree, [2, 0, 0]));
    expect(placeAt(tree, [0], [1], 0)).toEqual(nestAt(tree, [0]));
    // From one group into another, and a group into a group.
    expect(placeAt(tree, [1, 0], [2], 1)).toEqual({
      root: { all: [seg('a'), { any: [seg('c')] }, { not: { all: [seg('d'), seg('b')] } }] },
      path: [2, 0, 1],
    });
    expect(placeAt(tree, [2], [1], 1)).toEqual({
      root: { all: [seg('a'), { any: [seg('b'), { not: { all: [seg('d')] } }, seg('c')] }] },
      path: [1, 1],
    });
    // Nowhere else, inside of itself, and the root.
    expect([placeAt(tree, [1], [], 1), placeAt(tree, [1], [], 2), placeAt(tree, [1], [1], 0)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(placeAt(tree, [], [1], 0)).toBeUndefined();
    expect(placeAt(tree, [0], [0], 0)).toBeUndefined();
  });

  it('takes an emptied group away, and those it empties', () => {
    const deep: Condition = { all: [{ any: [{ not: { all: [seg('a')] } }] }, seg('b')] };
    expect(placeAt(deep, [0, 0, 0, 0], [], 2)).toEqual({ root: { all: [seg('b'), seg('a')] }, path: [1] });
  });

  it('says where a unit stands', () => {
    expect(placeOf(tree, [1, 1])).toEqual({ position: 2, count: 2, word: 'any', level: 2 });
    expect(placeOf(tree, [2, 0, 0])).toEqual({ position: 1, count: 1, word: 'not_all', level: 2 });
    expect(placeOf(tree, [])).toBeUndefined();
  });

  it('loses and doubles nothing wherever a unit is placed', () => {
    const leaves = (node: Condition): string[] =>
      unitPaths(node)
        .map((path) => unitAt(node, path)?.core)
        .filter((core) => core !== undefined && !('all' in core) && !('any' in core))
        .map((core) => JSON.stringify(core))
        .sort();
    fc.assert(
      fc.property(anyCondition(4), fc.nat(), fc.nat(), fc.nat(), (root, a, b, c) => {
        const paths = unitPaths(root);
        const [from, group] = [paths[a % paths.length] ?? [], paths[b % paths.length] ?? []];
        const moved = placeAt(root, from, group, c % 6);
        if (!moved) return;
        expect(leaves(moved.root)).toEqual(leaves(root));
        const [was, is] = [unitAt(root, from), unitAt(moved.root, moved.path)];
        expect([is?.core, is?.nots]).toEqual([was?.core, was?.nots]);
        expect(parentPath(moved.root, moved.path)).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('moves, lifts and nests', () => {
    expect(moveAt(tree, [0], 1)).toEqual({
      root: { all: [{ any: [seg('b'), seg('c')] }, seg('a'), { not: { all: [seg('d')] } }] },
      path: [1],
    });
    expect(moveAt(tree, [0], -1)).toBeUndefined();
    const lifted = liftAt(tree, [1, 1]);
    expect(lifted).toEqual({
      root: { all: [seg('a'), { any: [seg('b')] }, seg('c'), { not: { all: [seg('d')] } }] },
      path: [2],
    });
    expect(liftAt(tree, [2, 0, 0])).toEqual({
      root: { all: [seg('a'), { any: [seg('b'), seg('c')] }, seg('d')] },
      path: [2],
    });
    expect(liftAt(tree, [0])).toBeUndefined();
    expect(nestAt(tree, [0])).toEqual({
      root: { all: [{ any: [seg('a'), seg('b'), seg('c')] }, { not: { all: [seg('d')] } }] },
      path: [0, 0],
    });
    const two: Condition = { all: [seg('a'), seg('b')] };
    expect(nestAt(two, [1])).toEqual({ root: { all: [seg('a'), { any: [seg('b')] }] }, path: [1, 0] });
    expect(nestAt({ all: [{ not: { any: [] } }, seg('b')] }, [1])?.path).toEqual([0, 0, 0]);
  });

  it('negates with the fewest words and names groups', () => {
    const test: Condition = { test: { attribute: 'a', op: 'exists' } };
    const once = negateAt(test, []);
    expect(once).toEqual({ test: { attribute: 'a', op: 'exists', negate: true } });
    expect(negateAt(once, [])).toEqual(test);
    expect(negateAt(tree, [2])).toMatchObject({ all: [{}, {}, { all: [seg('d')] }] });
    const unit = unitAt(tree, [2]);
    expect(unit && wordOf(unit)).toBe('not_all');
    expect(setWord(tree, [2], 'none')).toMatchObject({ all: [{}, {}, { not: { any: [seg('d')] } }] });
    expect(wrapAt(seg('a'), [], 'any')).toEqual({ any: [seg('a')] });
    expect(pointerOf(tree, [2, 0, 0])).toBe('/all/2/not/all/0');
  });

  it('lift, nest, move keep every leaf (5,000 random trees)', () => {
    const leaves = (node: Condition): string[] => {
      if ('all' in node) return node.all.flatMap(leaves);
      if ('any' in node) return node.any.flatMap(leaves);
      if ('not' in node) return leaves(node.not);
      return [JSON.stringify(node)];
    };
    fc.assert(
      fc.property(
        anyCondition(6),
        fc.nat(),
        fc.constantFrom('lift', 'nest', 'up', 'down'),
        (root, pick, act) => {
          const paths = unitPaths(root);
          const path = paths[pick % paths.length] as Path;
          const moved =
            act === 'lift'
              ? liftAt(root, path)
              : act === 'nest'
                ? nestAt(root, path)
                : moveAt(root, path, act === 'up' ? -1 : 1);
          if (!moved) return;
          expect(leaves(moved.root).sort()).toEqual(leaves(root).sort());
          expect(at(moved.root, moved.path)).toEqual(at(root, path));
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe('text view', () => {
  it('tree → text → tree is lossless for 10,000 random trees to depth 8', () => {
    let most = 0;
    fc.assert(
      fc.property(anyCondition(8), (root) => {
        most = Math.max(most, countOf(root));
        const text = printCondition(root);
        const parsed = parseCondition(text);
        expect(parsed).toEqual({ ok: true, condition: root });
        expect(parsed.ok && printCondition(parsed.condition)).toBe(text);
        expect(sentenceOf(root)).not.toBe('');
      }),
      { numRuns: 10_000 },
    );
    expect(most).toBeGreaterThan(20);
  });

  it('names the place of an error', () => {
    expect(parseCondition('')).toEqual({ ok: true, condition: undefined });
    expect(parseCondition('{"all": [')).toMatchObject({ ok: false, errors: [{ code: 'syntax' }] });
    expect(parseCondition('{"all":[{"test":{"attribute":"a","op":"like"}}]}')).toEqual({
      ok: false,
      errors: [{ pointer: '/all/0/test/op', code: 'operator', name: 'like' }],
    });
    expect(parseCondition('{"segment":"a","all":[]}')).toMatchObject({ ok: false });
    expect(parseCondition('{"test":{"attribute":"a","op":"in","extra":1}}')).toEqual({
      ok: false,
      errors: [{ pointer: '/test/extra', code: 'field', name: 'extra' }],
    });
  });
});

describe('sentences', () => {
  it('reads like the design', () => {
    const condition: Condition = {
      all: [
        seg('beta'),
        {
          any: [
            { test: { attribute: 'country', op: 'in', values: ['NO', 'IS', 'CH'] } },
            { test: { attribute: 'plan', op: 'equals', values: ['enterprise'] } },
          ],
        },
        { not: { all: [{ test: { attribute: 'app.version', op: 'semver_lt', values: ['4.2.0'] } }] } },
      ],
    };
    expect(sentenceOf(condition)).toBe(
      'in segment “beta”, and (country is NO, IS or CH, or plan is enterprise), and not (app.version < 4.2.0)',
    );
    expect(sentenceOf(undefined)).toBe('everybody');
    expect(
      sentenceOf({ test: { attribute: 'country', op: 'in', values: Array(27).fill('x'), negate: true } }),
    ).toBe('country is not one of (27 values)');
  });
});
