import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { diffBodies, movesOf } from './diff';
import {
  changesOf,
  type Draft,
  type DraftBase,
  draftKey,
  isEmpty,
  keepMine,
  listDrafts,
  newRuleId,
  readDraft,
  rebase,
  revertPart,
  startDraft,
  takeTheirs,
  writeDraft,
} from './draft';
import { mergeBodies, mergeOrder } from './merge';
import { type Body, moveItem, partsOf, sameBody, takePart } from './parts';
import type { Rule, ScheduleWindow, Serve } from './wire';

const serve = (variant: string): Serve => ({ serve: { variant } });
const rule = (id: string, variant = 'on'): Rule => ({ id, name: id.toUpperCase(), serve: serve(variant) });

const body = (
  rules: Rule[],
  extra: Partial<Body['config']> = {},
  overrides: Partial<Body['overrides']> = {},
): Body => ({
  config: { off: serve('off'), prerequisites: [], rules, default: serve('on'), ...extra },
  overrides: { subjects: [], segments: [], ...overrides },
});

const base = (value: Body, revision = 1): DraftBase => ({
  config: { id: 'c1', revision },
  overrides: { id: 'o1', revision },
  body: value,
});

const window = (id: string): ScheduleWindow => ({
  id,
  turns: 'on',
  recurs: { cron: '0 9 * * *', seconds: 3_600 },
});

const draftOf = (from: Body, mine: Body): Draft => ({ ...startDraft(base(from)), mine });
const now = Date.parse('2026-11-21T00:00:00Z');

vi.setConfig({ testTimeout: 60_000 });

describe('differences', () => {
  it('shows moves as moves', () => {
    expect(movesOf(['a', 'b', 'c'], ['c', 'a', 'b'])).toEqual([{ key: 'c', from: 3, to: 1 }]);
    const edits = diffBodies(
      body([rule('a'), rule('b'), rule('c')]),
      body([rule('c'), rule('a'), rule('b')]),
      now,
    );
    expect(edits.map((edit) => [edit.mark, edit.title, edit.text])).toEqual([
      ['move', 'Rule 1 “C”', 'moved from position 3 to 1'],
    ]);
  });

  it('says what changed in a rule', () => {
    const country = { test: { attribute: 'country', op: 'equals' as const, values: ['NO'] } };
    const old: Rule = { ...rule('b'), condition: { segment: 'beta' } };
    const next: Rule = {
      ...rule('b', 'off'),
      name: 'Beta',
      condition: { all: [{ segment: 'beta' }, { not: country }] },
    };
    const texts = diffBodies(body([old]), body([next]), now).map((edit) => edit.text);
    expect(texts).toEqual(['name “B” → “Beta”', 'condition added: not country is NO', 'serves on → off']);
  });

  it('says what changed in the windows', () => {
    const [nine, freeze] = [window('nine'), { ...window('freeze'), turns: 'off' as const }];
    const old = body([], { schedule: { windows: [nine, freeze, window('gone')], outside: 'opposite' } });
    const next = body([], { schedule: { windows: [freeze, { ...nine, name: 'Nine' }], outside: 'on' } });
    expect(diffBodies(old, next, now).map((edit) => `${edit.part.kind} ${edit.mark} ${edit.text}`)).toEqual([
      'window change name “” → “Nine”',
      'window remove removed, was: On every day at 09:00 (UTC) for 1 h',
      'window_order move moved from position 2 to 1',
      'outside change the opposite → on',
    ]);
    expect(diffBodies(body([]), body([], { schedule: { windows: [] } }), now)).toEqual([]);
  });

  it('covers every part', () => {
    const edits = diffBodies(
      body(
        [rule('a')],
        { prerequisites: [{ flag: 'x', enabled: true }] },
        { subjects: [{ serve: serve('on'), subjects: ['anna'] }] },
      ),
      body(
        [],
        { off: serve('on'), default: serve('off') },
        { segments: [{ segment: 'beta', serve: serve('on') }] },
      ),
      now,
    );
    expect(edits.map((edit) => `${edit.part.kind} ${edit.mark}`)).toEqual([
      'off change',
      'prerequisite remove',
      'subject remove',
      'segment add',
      'rule remove',
      'default change',
    ]);
  });
});

describe('three-way merge', () => {
  it('lets different rules of two sessions both through', () => {
    const from = body([rule('a'), rule('b')]);
    const merged = mergeBodies(
      from,
      body([rule('a', 'off'), rule('b')]),
      body([rule('a'), rule('b', 'off')]),
    );
    expect(merged.conflicts).toEqual([]);
    expect(merged.body.config.rules.map((item) => item.serve.serve)).toEqual([
      { variant: 'off' },
      { variant: 'off' },
    ]);
  });

  it('shows base, theirs and mine for the same rule', () => {
    const from = body([rule('a')]);
    const merged = mergeBodies(from, body([rule('a', 'off')]), body([rule('a', 'beta')]));
    expect(merged.conflicts).toEqual([
      {
        part: { kind: 'rule', key: 'a' },
        base: rule('a'),
        theirs: rule('a', 'off'),
        mine: rule('a', 'beta'),
      },
    ]);
    expect(merged.body.config.rules[0]).toEqual(rule('a', 'beta'));
  });

  it('merges the windows of two sessions, and shows the same one as a conflict', () => {
    const [a, b] = [window('a'), window('b')];
    const scheduled = (...windows: ScheduleWindow[]) =>
      body([], { schedule: { windows, outside: 'opposite' } });
    const off = { ...a, turns: 'off' as const };
    const both = mergeBodies(scheduled(a), scheduled(off), scheduled(a, b));
    expect(both.conflicts).toEqual([]);
    expect(both.body.config.schedule?.windows).toEqual([off, b]);
    const same = mergeBodies(scheduled(a), scheduled(off), scheduled({ ...a, name: 'A' }));
    expect(same.conflicts.map((conflict) => conflict.part)).toEqual([{ kind: 'window', key: 'a' }]);
  });

  it('sends windows with what holds outside of them, and null when none is left', () => {
    const schedule = { windows: [window('a')], outside: 'on' as const };
    const patchOf = (from: Body, mine: Body) =>
      changesOf(draftOf(from, mine), 'f', 'dev').changes.map((change) => JSON.stringify(change));
    expect(patchOf(body([]), body([], { schedule }))).toEqual([
      JSON.stringify({ config: { edit: { flag: 'f', environment: 'dev', patch: { schedule } } } }),
    ]);
    expect(patchOf(body([], { schedule }), body([]))).toEqual([
      JSON.stringify({ config: { edit: { flag: 'f', environment: 'dev', patch: { schedule: null } } } }),
    ]);
    const back = revertPart(draftOf(body([], { schedule }), body([])), { kind: 'window', key: 'a' });
    expect(back.mine.config.schedule?.windows).toEqual(schedule.windows);
  });

  it('merges order and additions of both', () => {
    expect(mergeOrder(['a', 'b', 'c'], ['a', 'x', 'b', 'c'], ['c', 'a', 'b', 'y'])).toEqual({
      order: ['c', 'a', 'x', 'b', 'y'],
      conflict: false,
    });
    expect(mergeOrder(['a', 'b', 'c'], ['b', 'a', 'c'], ['a', 'c', 'b']).conflict).toBe(true);
    expect(mergeOrder(['a', 'b', 'c'], ['b', 'a', 'c'], ['b', 'a', 'c']).conflict).toBe(false);
  });

  it('loses nothing in 2,000 random interleavings', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const side = fc.record({
      order: fc.shuffledSubarray(ids, { minLength: 1 }),
      variants: fc.array(fc.constantFrom('on', 'off', 'beta'), { minLength: 5, maxLength: 5 }),
      fallback: fc.constantFrom('on', 'off'),
    });
    const build = (value: { order: string[]; variants: string[]; fallback: string }) =>
      body(
        value.order.map((id) => rule(id, value.variants[ids.indexOf(id)])),
        { default: serve(value.fallback) },
      );
    fc.assert(
      fc.property(side, side, side, (b, t, m) => {
        const [from, theirs, mine] = [build(b), build(t), build(m)];
        const merged = mergeBodies(from, theirs, mine);
        const [pb, pt, pm, pr] = [from, theirs, mine, merged.body].map(partsOf);
        if (!pb || !pt || !pm || !pr) throw new Error('unreachable');
        for (const id of ids) {
          const [vb, vt, vm] = [pb, pt, pm].map((parts) => JSON.stringify(parts.rules.get(id)));
          const result = JSON.stringify(pr.rules.get(id));
          const conflict = merged.conflicts.some((c) => c.part.kind === 'rule' && c.part.key === id);
          if (vm !== vb) expect(result).toBe(vm);
          else expect(result).toBe(vt);
          expect(conflict).toBe(vm !== vb && vt !== vb && vm !== vt);
        }
        expect(mergeBodies(from, from, mine).body).toSatisfy((value: Body) => sameBody(value, mine));
        expect(mergeBodies(from, theirs, from).body).toSatisfy((value: Body) => sameBody(value, theirs));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes single parts back', () => {
    const from = body([rule('a'), rule('b'), rule('c')]);
    const mine = body([rule('c'), rule('a', 'off')]);
    const back = takePart(mine, { kind: 'rule', key: 'b' }, from);
    expect(back.config.rules.map((item) => item.id)).toEqual(['c', 'a', 'b']);
    const ordered = takePart(back, { kind: 'rule_order' }, from);
    expect(ordered.config.rules.map((item) => item.id)).toEqual(['a', 'b', 'c']);
  });

  it('reordering by steps, by position and by drop is the same move', () => {
    const list = ['a', 'b', 'c', 'd'];
    expect(moveItem(moveItem(list, 3, 2), 2, 1)).toEqual(moveItem(list, 3, 1));
    expect(moveItem(list, 0, 99)).toEqual(['b', 'c', 'd', 'a']);
  });
});

describe('draft', () => {
  beforeEach(() => sessionStorage.clear());

  it('survives a reload and vanishes without edits', () => {
    const key = draftKey({ organization: 'acme', project: 'shop', flag: 'a/b', environment: 'prod' });
    const from = body([rule('a')]);
    const draft = draftOf(from, body([rule('a', 'off')]));
    writeDraft(key, draft);
    expect(readDraft(key)).toEqual(draft);
    expect(readDraft(key)).toBe(readDraft(key));
    expect(listDrafts()).toEqual([
      { organization: 'acme', project: 'shop', flag: 'a/b', environment: 'prod' },
    ]);
    writeDraft(key, revertPart(draft, { kind: 'rule', key: 'a' }));
    expect(readDraft(key)).toBeUndefined();
    sessionStorage.setItem(key, '{broken');
    expect(readDraft(key)).toBeUndefined();
  });

  it('sends only changed parts with the revisions it is based on', () => {
    const from = body([rule('a')]);
    const draft = draftOf(
      from,
      body([rule('a', 'off')], {}, { segments: [{ segment: 'beta', serve: serve('on') }] }),
    );
    expect(changesOf(draft, 'f', 'prod')).toEqual({
      changes: [
        { config: { edit: { flag: 'f', environment: 'prod', patch: { rules: [rule('a', 'off')] } } } },
        {
          config: {
            override: {
              flag: 'f',
              environment: 'prod',
              patch: { segments: [{ segment: 'beta', serve: serve('on') }] },
            },
          },
        },
      ],
      base: { c1: 1, o1: 1 },
    });
  });

  it('is carried onto what others saved, and asks about the same part', () => {
    const from = body([rule('a'), rule('b')]);
    const draft = draftOf(from, body([rule('a', 'beta'), rule('b')]));
    const quiet = rebase(draft, base(body([rule('a'), rule('b', 'off')]), 2));
    expect(quiet.conflicts).toEqual([]);
    expect(quiet.mine.config.rules[1]).toEqual(rule('b', 'off'));
    const loud = rebase(quiet, base(body([rule('a', 'off'), rule('b', 'off')]), 3));
    expect(loud.conflicts).toHaveLength(1);
    const part = loud.conflicts[0]?.part ?? { kind: 'off' as const };
    expect(keepMine(loud, part).mine.config.rules[0]).toEqual(rule('a', 'beta'));
    expect(isEmpty(takeTheirs(loud, part))).toBe(true);
    expect(loud.base.config.revision).toBe(3);
  });

  it('names new rules apart', () => {
    expect(new Set(Array.from({ length: 1_000 }, newRuleId)).size).toBe(1_000);
    expect(newRuleId()).toMatch(/^r[0-9a-z]{8}$/);
  });
});
