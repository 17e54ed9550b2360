/**
 * A flag's rules in one environment as separate parts, so that edits of different parts
 * never meet: differences, three-way merges and "undo this" all work on parts.
 */
import {
  type ConfigBody,
  type Outside,
  type OverridesBody,
  type Prerequisite,
  type Rule,
  type Schedule,
  type ScheduleWindow,
  type SegmentGroup,
  type Serve,
  type SubjectGroup,
  sameJson,
} from './wire';

export interface Body {
  config: ConfigBody;
  overrides: OverridesBody;
}

export type Part =
  | { kind: 'off' }
  | { kind: 'default' }
  | { kind: 'window'; key: string }
  | { kind: 'window_order' }
  | { kind: 'outside' }
  | { kind: 'prerequisite'; key: string }
  | { kind: 'rule'; key: string }
  | { kind: 'rule_order' }
  | { kind: 'subject'; key: string }
  | { kind: 'segment'; key: string }
  | { kind: 'segment_order' };

export interface Parts {
  off: Serve;
  default: Serve;
  windows: Map<string, ScheduleWindow>;
  /** While no window is open. */
  outside: Outside;
  prerequisites: Map<string, Prerequisite>;
  rules: Map<string, Rule>;
  subjects: Map<string, Serve>;
  segments: Map<string, SegmentGroup>;
}

export function bodyOf(config: ConfigBody, overrides: OverridesBody): Body {
  return {
    config: {
      off: config.off,
      ...withSchedule(config.schedule?.windows ?? [], config.schedule?.outside ?? 'opposite'),
      prerequisites: config.prerequisites,
      rules: config.rules,
      default: config.default,
    },
    overrides: { subjects: overrides.subjects, segments: overrides.segments },
  };
}

/** One form for equal schedules: without windows there is none. */
function withSchedule(windows: ScheduleWindow[], outside: Outside): { schedule?: Schedule } {
  return windows.length === 0 && outside === 'opposite' ? {} : { schedule: { windows, outside } };
}

export function partsOf(body: Body): Parts {
  const subjects = new Map<string, Serve>();
  for (const group of body.overrides.subjects) {
    for (const subject of group.subjects) subjects.set(subject, group.serve);
  }
  return {
    off: body.config.off,
    default: body.config.default,
    windows: new Map((body.config.schedule?.windows ?? []).map((item) => [item.id, item])),
    outside: body.config.schedule?.outside ?? 'opposite',
    prerequisites: new Map(body.config.prerequisites.map((item) => [item.flag, item])),
    rules: new Map(body.config.rules.map((rule) => [rule.id, rule])),
    subjects,
    segments: new Map(body.overrides.segments.map((item) => [item.segment, item])),
  };
}

/** Subjects with the same serve stand in one group; groups keep the order of their first subject. */
export function groupSubjects(subjects: ReadonlyMap<string, Serve>): SubjectGroup[] {
  const groups: SubjectGroup[] = [];
  const byText = new Map<string, SubjectGroup>();
  for (const [subject, serve] of subjects) {
    const id = JSON.stringify(serve);
    const group = byText.get(id) ?? { serve, subjects: [] };
    if (!byText.has(id)) {
      byText.set(id, group);
      groups.push(group);
    }
    group.subjects.push(subject);
  }
  return groups;
}

export function assemble(parts: Parts): Body {
  return {
    config: {
      off: parts.off,
      ...withSchedule([...parts.windows.values()], parts.outside),
      prerequisites: [...parts.prerequisites.values()],
      rules: [...parts.rules.values()],
      default: parts.default,
    },
    overrides: { subjects: groupSubjects(parts.subjects), segments: [...parts.segments.values()] },
  };
}

/** Two bodies with the same parts in the same order; how subjects are grouped does not count. */
export function sameBody(left: Body, right: Body): boolean {
  const a = partsOf(left);
  const b = partsOf(right);
  return (
    sameJson(a.off, b.off) &&
    sameJson(a.default, b.default) &&
    a.outside === b.outside &&
    sameList([...a.windows.values()], [...b.windows.values()]) &&
    sameList([...a.rules.values()], [...b.rules.values()]) &&
    sameList([...a.segments.values()], [...b.segments.values()]) &&
    sameMap(a.prerequisites, b.prerequisites) &&
    sameMap(a.subjects, b.subjects)
  );
}

function sameList(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
}

export function sameMap(left: ReadonlyMap<string, unknown>, right: ReadonlyMap<string, unknown>): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    if (!right.has(key) || !sameJson(value, right.get(key))) return false;
  }
  return true;
}

export function partId(part: Part): string {
  return 'key' in part ? `${part.kind}/${part.key}` : part.kind;
}

export function samePart(left: Part, right: Part): boolean {
  return partId(left) === partId(right);
}

/** A new map with one entry set or taken out, in its place. */
function withEntry<T>(map: ReadonlyMap<string, T>, key: string, value: T | undefined): Map<string, T> {
  const next = new Map(map);
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  return next;
}

/** Puts an entry of `from` into `into` behind the neighbour it has there. */
function graft<T>(into: ReadonlyMap<string, T>, from: ReadonlyMap<string, T>, key: string): Map<string, T> {
  const value = from.get(key);
  if (value === undefined || into.has(key)) return withEntry(into, key, value);
  const order = mergeAdditions([...into.keys()], [...from.keys()], new Set([key]));
  return inOrder(withEntry(into, key, value), order);
}

export function inOrder<T>(map: ReadonlyMap<string, T>, order: readonly string[]): Map<string, T> {
  const next = new Map<string, T>();
  for (const key of [...order, ...map.keys()]) {
    const value = map.get(key);
    if (value !== undefined && !next.has(key)) next.set(key, value);
  }
  return next;
}

/** `primary` with the `added` keys of `secondary`, each behind the neighbour it has there. */
export function mergeAdditions(
  primary: readonly string[],
  secondary: readonly string[],
  added: ReadonlySet<string>,
): string[] {
  const out = [...primary];
  secondary.forEach((key, index) => {
    if (!added.has(key) || out.includes(key)) return;
    let place = -1;
    for (let i = index - 1; i >= 0 && place < 0; i -= 1) {
      const neighbour = secondary[i];
      if (neighbour !== undefined) place = out.indexOf(neighbour);
    }
    out.splice(place + 1, 0, key);
  });
  return out;
}

/** `body` with one part as it is in `from`. */
export function takePart(body: Body, part: Part, from: Body): Body {
  const mine = partsOf(body);
  const theirs = partsOf(from);
  switch (part.kind) {
    case 'off':
      return assemble({ ...mine, off: theirs.off });
    case 'default':
      return assemble({ ...mine, default: theirs.default });
    case 'window':
      return assemble({ ...mine, windows: graft(mine.windows, theirs.windows, part.key) });
    case 'window_order':
      return assemble({ ...mine, windows: reorder(mine.windows, theirs.windows) });
    case 'outside':
      return assemble({ ...mine, outside: theirs.outside });
    case 'prerequisite':
      return assemble({ ...mine, prerequisites: graft(mine.prerequisites, theirs.prerequisites, part.key) });
    case 'rule':
      return assemble({ ...mine, rules: graft(mine.rules, theirs.rules, part.key) });
    case 'rule_order':
      return assemble({ ...mine, rules: reorder(mine.rules, theirs.rules) });
    case 'subject':
      return assemble({
        ...mine,
        subjects: withEntry(mine.subjects, part.key, theirs.subjects.get(part.key)),
      });
    case 'segment':
      return assemble({ ...mine, segments: graft(mine.segments, theirs.segments, part.key) });
    case 'segment_order':
      return assemble({ ...mine, segments: reorder(mine.segments, theirs.segments) });
  }
}

function reorder<T>(mine: ReadonlyMap<string, T>, theirs: ReadonlyMap<string, T>): Map<string, T> {
  const own = [...mine.keys()];
  const added = new Set(own.filter((key) => !theirs.has(key)));
  return inOrder(
    mine,
    mergeAdditions(
      [...theirs.keys()].filter((key) => mine.has(key)),
      own,
      added,
    ),
  );
}

/** Puts an item at another place; positions outside are the ends. */
export function moveItem<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [item] = next.splice(from, 1);
  if (item === undefined) return next;
  next.splice(Math.max(0, Math.min(to, next.length)), 0, item);
  return next;
}
