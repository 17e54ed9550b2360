/** Three-way merge of a flag's rules: what I edited, what others saved, what both started from. */
import { assemble, type Body, inOrder, mergeAdditions, type Part, type Parts, partsOf } from './parts';
import { sameJson } from './wire';

export interface Conflict {
  part: Part;
  /** Absent: the part does not exist on that side. */
  base?: unknown;
  theirs?: unknown;
  mine?: unknown;
}

export interface Merged {
  /** Their body with my edits on it; a part in conflict is as I have it. */
  body: Body;
  conflicts: Conflict[];
}

function pick<T>(
  part: Part,
  base: T | undefined,
  theirs: T | undefined,
  mine: T | undefined,
  conflicts: Conflict[],
): T | undefined {
  if (sameJson(theirs, mine) || sameJson(base, mine)) return theirs;
  if (sameJson(base, theirs)) return mine;
  const conflict: Conflict = { part };
  if (base !== undefined) conflict.base = base;
  if (theirs !== undefined) conflict.theirs = theirs;
  if (mine !== undefined) conflict.mine = mine;
  conflicts.push(conflict);
  return mine;
}

function mergeMaps<T>(
  part: (key: string) => Part,
  base: ReadonlyMap<string, T>,
  theirs: ReadonlyMap<string, T>,
  mine: ReadonlyMap<string, T>,
  conflicts: Conflict[],
): Map<string, T> {
  const out = new Map<string, T>();
  for (const key of new Set([...theirs.keys(), ...mine.keys(), ...base.keys()])) {
    const value = pick(part(key), base.get(key), theirs.get(key), mine.get(key), conflicts);
    if (value !== undefined) out.set(key, value);
  }
  return out;
}

const keep = (list: readonly string[], set: ReadonlySet<string>) => list.filter((key) => set.has(key));

/** The order of a list whose items were merged already. */
export function mergeOrder(
  base: readonly string[],
  theirs: readonly string[],
  mine: readonly string[],
): { order: string[]; conflict: boolean } {
  const baseSet = new Set(base);
  const mineSet = new Set(mine);
  const theirSet = new Set(theirs);
  const moved = (side: readonly string[], sideSet: ReadonlySet<string>) =>
    !sameJson(keep(side, baseSet), keep(base, sideSet));
  const iMoved = moved(mine, mineSet);
  const theyMoved = moved(theirs, theirSet);
  const shared = new Set(base.filter((key) => mineSet.has(key) && theirSet.has(key)));
  const conflict = iMoved && theyMoved && !sameJson(keep(mine, shared), keep(theirs, shared));
  const [primary, secondary] = iMoved ? [mine, theirs] : [theirs, mine];
  const primarySet = new Set(primary);
  const added = new Set(secondary.filter((key) => !primarySet.has(key)));
  return { order: mergeAdditions(primary, secondary, added), conflict };
}

export function mergeBodies(base: Body, theirs: Body, mine: Body): Merged {
  const [b, t, m] = [partsOf(base), partsOf(theirs), partsOf(mine)];
  const conflicts: Conflict[] = [];
  const rules = mergeMaps((key) => ({ kind: 'rule', key }), b.rules, t.rules, m.rules, conflicts);
  const segments = mergeMaps(
    (key) => ({ kind: 'segment', key }),
    b.segments,
    t.segments,
    m.segments,
    conflicts,
  );
  const windows = mergeMaps((key) => ({ kind: 'window', key }), b.windows, t.windows, m.windows, conflicts);
  const windowOrder = mergeOrder([...b.windows.keys()], [...t.windows.keys()], [...m.windows.keys()]);
  const ruleOrder = mergeOrder([...b.rules.keys()], [...t.rules.keys()], [...m.rules.keys()]);
  const segmentOrder = mergeOrder([...b.segments.keys()], [...t.segments.keys()], [...m.segments.keys()]);
  const orderConflict = (
    kind: 'rule_order' | 'segment_order' | 'window_order',
    from: (parts: Parts) => string[],
  ) => {
    conflicts.push({ part: { kind }, base: from(b), theirs: from(t), mine: from(m) });
  };
  if (ruleOrder.conflict) orderConflict('rule_order', (parts) => [...parts.rules.keys()]);
  if (windowOrder.conflict) orderConflict('window_order', (parts) => [...parts.windows.keys()]);
  if (segmentOrder.conflict) orderConflict('segment_order', (parts) => [...parts.segments.keys()]);
  const parts: Parts = {
    off: pick({ kind: 'off' }, b.off, t.off, m.off, conflicts) ?? t.off,
    default: pick({ kind: 'default' }, b.default, t.default, m.default, conflicts) ?? t.default,
    windows: inOrder(windows, windowOrder.order),
    outside: pick({ kind: 'outside' }, b.outside, t.outside, m.outside, conflicts) ?? t.outside,
    prerequisites: mergeMaps(
      (key) => ({ kind: 'prerequisite', key }),
      b.prerequisites,
      t.prerequisites,
      m.prerequisites,
      conflicts,
    ),
    rules: inOrder(rules, ruleOrder.order),
    subjects: mergeMaps((key) => ({ kind: 'subject', key }), b.subjects, t.subjects, m.subjects, conflicts),
    segments: inOrder(segments, segmentOrder.order),
  };
  return { body: assemble(parts), conflicts };
}
