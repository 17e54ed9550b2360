/** Differences of two bodies in human lines; a rule that moved is a move, not a delete and an add. */
import { outsideWords, windowSentence } from '@/features/schedule/words';
import { diffText as t } from '@/text/rules';
import { childrenOf } from './condition';
import { type Body, type Part, type Parts, partsOf } from './parts';
import { sentenceOf, wordsOfGate, wordsOfServe } from './sentence';
import {
  type Condition,
  type Prerequisite,
  type Rule,
  type ScheduleWindow,
  type Serve,
  sameJson,
} from './wire';

export type Mark = 'add' | 'remove' | 'change' | 'move';

export interface Edit {
  part: Part;
  mark: Mark;
  title: string;
  text: string;
}

export function diffBodies(before: Body, after: Body, now: number): Edit[] {
  const [b, a] = [partsOf(before), partsOf(after)];
  const edits: Edit[] = [];
  const serves = (part: Part, title: string, old: Serve, next: Serve) => {
    if (!sameJson(old, next)) edits.push({ part, mark: 'change', title, text: servesText(old, next, now) });
  };
  serves({ kind: 'off' }, t.off, b.off, a.off);
  edits.push(...diffSchedule(b, a));
  edits.push(...diffPrerequisites(b, a));
  edits.push(...diffSubjects(b, a, now));
  edits.push(...diffSegments(b, a, now));
  edits.push(...diffRules(b, a, now));
  serves({ kind: 'default' }, t.otherwise, b.default, a.default);
  return edits;
}

function servesText(old: Serve, next: Serve, now: number): string {
  const [before, after] = [wordsOfServe(old, now), wordsOfServe(next, now)];
  return before === after ? t.unequal : t.serves(before, after);
}

export function prerequisiteWords(item: Prerequisite): string {
  const parts: string[] = [];
  if (item.enabled !== undefined) parts.push(item.enabled ? t.on : t.offWord);
  if (item.variants && item.variants.length > 0) parts.push(item.variants.join(' / '));
  return parts.join(', ') || t.on;
}

function diffSchedule(b: Parts, a: Parts): Edit[] {
  const [oldOrder, newOrder] = [[...b.windows.keys()], [...a.windows.keys()]];
  const titleOf = (key: string, window: ScheduleWindow | undefined) =>
    t.window((a.windows.has(key) ? newOrder : oldOrder).indexOf(key) + 1, window?.name ?? '');
  const edits = diffMap(b.windows, a.windows, (key, old, next): Edit => {
    const part: Part = { kind: 'window', key };
    const title = titleOf(key, next ?? old);
    if (!next) return { part, mark: 'remove', title, text: t.removedWas(old ? windowSentence(old) : '') };
    if (!old) return { part, mark: 'add', title, text: t.addedAs(windowSentence(next)) };
    return { part, mark: 'change', title, text: windowChange(old, next) };
  });
  for (const move of movesOf(oldOrder, newOrder)) {
    edits.push({
      part: { kind: 'window_order' },
      mark: 'move',
      title: titleOf(move.key, a.windows.get(move.key)),
      text: t.moved(move.from, move.to),
    });
  }
  if (b.outside !== a.outside) {
    edits.push({
      part: { kind: 'outside' },
      mark: 'change',
      title: t.outside,
      text: t.changed(outsideWords(b.outside), outsideWords(a.outside)),
    });
  }
  return edits;
}

function windowChange(old: ScheduleWindow, next: ScheduleWindow): string {
  const [before, after] = [windowSentence(old), windowSentence(next)];
  if (before !== after) return t.changed(before, after);
  return (old.name ?? '') === (next.name ?? '') ? t.unequal : t.renamed(old.name ?? '', next.name ?? '');
}

function diffPrerequisites(b: Parts, a: Parts): Edit[] {
  return diffMap(b.prerequisites, a.prerequisites, (key, old, next) => {
    const part: Part = { kind: 'prerequisite', key };
    const title = t.prerequisite(key);
    if (!old && next) return { part, mark: 'add', title, text: t.addedAs(prerequisiteWords(next)) };
    if (!next) return { part, mark: 'remove', title, text: t.removed };
    return {
      part,
      mark: 'change',
      title,
      text: t.changed(old ? prerequisiteWords(old) : '', prerequisiteWords(next)),
    };
  });
}

function diffSubjects(b: Parts, a: Parts, now: number): Edit[] {
  return diffMap(b.subjects, a.subjects, (key, old, next) => {
    const part: Part = { kind: 'subject', key };
    const title = t.subject(key);
    if (!old && next) return { part, mark: 'add', title, text: t.serveOnly(wordsOfServe(next, now)) };
    if (old && next) return { part, mark: 'change', title, text: servesText(old, next, now) };
    return { part, mark: 'remove', title, text: t.removed };
  });
}

function diffSegments(b: Parts, a: Parts, now: number): Edit[] {
  const edits = diffMap(b.segments, a.segments, (key, old, next) => {
    const part: Part = { kind: 'segment', key };
    const title = t.segmentOverride(key);
    if (!old && next) return { part, mark: 'add', title, text: t.serveOnly(wordsOfServe(next.serve, now)) };
    if (old && next) return { part, mark: 'change', title, text: servesText(old.serve, next.serve, now) };
    return { part, mark: 'remove', title, text: t.removed };
  });
  for (const move of movesOf([...b.segments.keys()], [...a.segments.keys()])) {
    edits.push({
      part: { kind: 'segment_order' },
      mark: 'move',
      title: t.segmentOverride(move.key),
      text: t.moved(move.from, move.to),
    });
  }
  return edits;
}

function diffRules(b: Parts, a: Parts, now: number): Edit[] {
  const edits: Edit[] = [];
  const oldOrder = [...b.rules.keys()];
  const newOrder = [...a.rules.keys()];
  const titleOf = (key: string) => {
    const rule = a.rules.get(key) ?? b.rules.get(key);
    const position = (a.rules.has(key) ? newOrder : oldOrder).indexOf(key) + 1;
    return t.rule(position, rule?.name ?? '');
  };
  for (const [key, old] of b.rules) {
    if (a.rules.has(key)) continue;
    const text = t.removedWas(ruleWords(old, now));
    edits.push({ part: { kind: 'rule', key }, mark: 'remove', title: titleOf(key), text });
  }
  for (const [key, next] of a.rules) {
    const part: Part = { kind: 'rule', key };
    const title = titleOf(key);
    const old = b.rules.get(key);
    if (!old) edits.push({ part, mark: 'add', title, text: t.addedAs(ruleWords(next, now)) });
    else for (const text of diffRule(old, next, now)) edits.push({ part, mark: 'change', title, text });
  }
  for (const move of movesOf(oldOrder, newOrder)) {
    edits.push({
      part: { kind: 'rule_order' },
      mark: 'move',
      title: titleOf(move.key),
      text: t.moved(move.from, move.to),
    });
  }
  return edits;
}

export function ruleWords(rule: Rule, now: number): string {
  const gate = rule.gate ? ` ${wordsOfGate(rule.gate, now)}` : '';
  return `${sentenceOf(rule.condition)}${gate} → ${wordsOfServe(rule.serve, now)}`;
}

export function diffRule(old: Rule, next: Rule, now: number): string[] {
  const lines: string[] = [];
  if ((old.name ?? '') !== (next.name ?? '')) lines.push(t.renamed(old.name ?? '', next.name ?? ''));
  if (Boolean(old.disabled) !== Boolean(next.disabled))
    lines.push(next.disabled ? t.switchedOff : t.switchedOn);
  lines.push(...diffCondition(old.condition, next.condition));
  if (!sameJson(old.gate, next.gate)) {
    if (!old.gate && next.gate) lines.push(t.gateAdded(wordsOfGate(next.gate, now)));
    else if (old.gate && !next.gate) lines.push(t.gateRemoved);
    else if (old.gate && next.gate)
      lines.push(t.gateChanged(wordsOfGate(old.gate, now), wordsOfGate(next.gate, now)));
  }
  if (!sameJson(old.serve, next.serve)) lines.push(servesText(old.serve, next.serve, now));
  return lines;
}

export function diffCondition(old: Condition | undefined, next: Condition | undefined): string[] {
  if (sameJson(old, next)) return [];
  const before = flat(old);
  const after = flat(next);
  if (before && after && before.word === after.word) {
    const gone = before.list.filter((item) => !after.list.some((other) => sameJson(item, other)));
    const come = after.list.filter((item) => !before.list.some((other) => sameJson(item, other)));
    if (gone.length + come.length > 0 && gone.length + come.length <= 4) {
      return [
        ...come.map((item) => t.conditionAdded(sentenceOf(item))),
        ...gone.map((item) => t.conditionRemoved(sentenceOf(item))),
      ];
    }
  }
  return [t.conditionChanged(sentenceOf(old), sentenceOf(next))];
}

/** A condition as a list under one word; a leaf or nothing is a short `all`. */
function flat(node: Condition | undefined): { word: 'all' | 'any'; list: readonly Condition[] } | undefined {
  if (!node) return { word: 'all', list: [] };
  const list = childrenOf(node);
  if (list) return { word: 'all' in node ? 'all' : 'any', list };
  return { word: 'all', list: [node] };
}

function diffMap<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  line: (key: string, old: T | undefined, next: T | undefined) => Edit,
): Edit[] {
  const edits: Edit[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [old, next] = [before.get(key), after.get(key)];
    if (!sameJson(old, next)) edits.push(line(key, old, next));
  }
  return edits;
}

export interface Move {
  key: string;
  /** Positions from 1, as people count. */
  from: number;
  to: number;
}

/** The fewest items that moved: those outside the longest run that kept its order. */
export function movesOf(before: readonly string[], after: readonly string[]): Move[] {
  const places = new Map(before.map((key, index) => [key, index]));
  const shared = after.filter((key) => places.has(key));
  const sequence = shared.map((key) => places.get(key) ?? 0);
  const kept = longestRun(sequence);
  return shared.flatMap((key, index) =>
    kept.has(index) ? [] : [{ key, from: (places.get(key) ?? 0) + 1, to: after.indexOf(key) + 1 }],
  );
}

/** Positions of a longest increasing subsequence. */
function longestRun(sequence: readonly number[]): Set<number> {
  const tails: number[] = [];
  const back: number[] = [];
  sequence.forEach((value, index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sequence[tails[middle] ?? 0] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    back[index] = low > 0 ? (tails[low - 1] ?? -1) : -1;
    tails[low] = index;
  });
  const kept = new Set<number>();
  let cursor = tails[tails.length - 1] ?? -1;
  while (cursor >= 0) {
    kept.add(cursor);
    cursor = back[cursor] ?? -1;
  }
  return kept;
}
