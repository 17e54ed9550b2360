/**
 * A split in the editor: weights in hundredths of a percent that always sum to 10,000.
 *
 * One arm is the *rest*: it takes what the others leave. Every edit keeps the sum, so an
 * incomplete or negative split cannot be written down.
 */
import type { Arm } from './wire';

export const WHOLE = 10_000;

export interface SplitModel {
  arms: readonly Arm[];
  /** Position of the arm that takes what is left. */
  rest: number;
}

export type Refusal =
  | { refused: 'too_much'; most: number }
  | { refused: 'negative' }
  | { refused: 'is_rest' }
  | { refused: 'no_such_arm' };

export type Edited = { model: SplitModel } | Refusal;

/** Reads stored weights. Imported ones may have another sum; they are scaled by largest remainder. */
export function splitFrom(arms: readonly Arm[], rest = arms.length - 1): SplitModel {
  const total = arms.reduce((sum, arm) => sum + Math.max(0, arm.weight), 0);
  const place = arms.length === 0 ? 0 : Math.max(0, Math.min(rest, arms.length - 1));
  if (total === WHOLE && arms.every((arm) => Number.isInteger(arm.weight) && arm.weight >= 0))
    return { arms, rest: place };
  if (total <= 0)
    return { arms: arms.map((arm, index) => ({ ...arm, weight: index === place ? WHOLE : 0 })), rest: place };
  const exact = arms.map((arm) => (Math.max(0, arm.weight) * WHOLE) / total);
  const floors = exact.map(Math.floor);
  let left = WHOLE - floors.reduce((sum, weight) => sum + weight, 0);
  const order = exact
    .map((value, index) => ({ index, part: value - Math.floor(value) }))
    .sort((a, b) => b.part - a.part || a.index - b.index);
  for (const { index } of order) {
    if (left <= 0) break;
    floors[index] = (floors[index] ?? 0) + 1;
    left -= 1;
  }
  return { arms: arms.map((arm, index) => ({ ...arm, weight: floors[index] ?? 0 })), rest: place };
}

/** The most an arm can be given without taking from any arm but the rest. */
export function mostFor(model: SplitModel, index: number): number {
  const arm = model.arms[index];
  const rest = model.arms[model.rest];
  if (!arm || !rest) return 0;
  return index === model.rest ? restMost(model) : arm.weight + rest.weight;
}

function restMost(model: SplitModel): number {
  return model.arms.length === 2 ? WHOLE : (model.arms[model.rest]?.weight ?? WHOLE);
}

export function isEditable(model: SplitModel, index: number): boolean {
  return index !== model.rest || model.arms.length === 2;
}

export function setWeight(model: SplitModel, index: number, weight: number): Edited {
  if (!model.arms[index]) return { refused: 'no_such_arm' };
  if (!isEditable(model, index)) return { refused: 'is_rest' };
  const value = Math.round(weight);
  if (!(value >= 0)) return { refused: 'negative' };
  const most = mostFor(model, index);
  if (value > most) return { refused: 'too_much', most };
  const taker = index === model.rest ? 1 - index : model.rest;
  const others = model.arms.reduce((sum, arm, i) => (i === index || i === taker ? sum : sum + arm.weight), 0);
  const arms = model.arms.map((arm, i) => {
    if (i === index) return { ...arm, weight: value };
    return i === taker ? { ...arm, weight: WHOLE - others - value } : arm;
  });
  return { model: { ...model, arms } };
}

/** Like `setWeight`, but stops at the limits: what arrow keys do. */
export function stepWeight(model: SplitModel, index: number, by: number): SplitModel {
  const arm = model.arms[index];
  if (!arm || !isEditable(model, index)) return model;
  const wanted = Math.max(0, Math.min(mostFor(model, index), arm.weight + by));
  const edited = setWeight(model, index, wanted);
  return 'model' in edited ? edited.model : model;
}

export function setRest(model: SplitModel, index: number): SplitModel {
  return model.arms[index] ? { ...model, rest: index } : model;
}

export function addArm(model: SplitModel, variant: string): SplitModel {
  if (model.arms.some((arm) => arm.variant === variant)) return model;
  if (model.arms.length === 0) return { arms: [{ variant, weight: WHOLE }], rest: 0 };
  const place = model.rest === model.arms.length - 1 ? model.rest : model.arms.length;
  const arms = [...model.arms.slice(0, place), { variant, weight: 0 }, ...model.arms.slice(place)];
  return { arms, rest: place <= model.rest ? model.rest + 1 : model.rest };
}

/** The share of a deleted arm goes to the rest; deleting the rest makes the last arm the rest. */
export function removeArm(model: SplitModel, index: number): SplitModel {
  const gone = model.arms[index];
  if (!gone || model.arms.length === 1) return model;
  const arms = model.arms.filter((_, i) => i !== index);
  const moved = index < model.rest ? model.rest - 1 : model.rest;
  const rest = index === model.rest ? arms.length - 1 : moved;
  return {
    arms: arms.map((arm, i) => (i === rest ? { ...arm, weight: arm.weight + gone.weight } : arm)),
    rest,
  };
}

export function setVariant(model: SplitModel, index: number, variant: string): SplitModel {
  if (model.arms.some((arm, i) => arm.variant === variant && i !== index)) return model;
  return { ...model, arms: model.arms.map((arm, i) => (i === index ? { ...arm, variant } : arm)) };
}

/** Equal shares; the rest takes the odd hundredths. */
export function even(model: SplitModel): SplitModel {
  const count = model.arms.length;
  if (count === 0) return model;
  const each = Math.floor(WHOLE / count);
  return {
    ...model,
    arms: model.arms.map((arm, i) => ({
      ...arm,
      weight: i === model.rest ? WHOLE - each * (count - 1) : each,
    })),
  };
}

/** Hundredths from "12.5", "12,5 %" or "0.01"; `undefined` when it is not a percentage. */
export function readShare(text: string): number | undefined {
  const match = /^\s*(\d{1,3})(?:[.,](\d{0,2}))?\s*%?\s*$/.exec(text);
  if (!match) return undefined;
  const hundredths = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
  return hundredths;
}

/** `25`, `12.5` or `0.01`: the number without its sign, as an input shows it. */
export function shareNumber(hundredths: number): string {
  const whole = Math.trunc(hundredths / 100);
  const part = Math.abs(hundredths % 100);
  if (part === 0) return String(whole);
  return `${whole}.${String(part).padStart(2, '0').replace(/0$/, '')}`;
}

export interface ShareMove {
  from: string;
  to: string;
  /** Hundredths of all subjects of the split. */
  share: number;
}

/** Which subjects change arms when weights change and the allocation stays. */
export function movesBetween(before: readonly Arm[], after: readonly Arm[]): ShareMove[] {
  const left = intervals(splitFrom(before).arms);
  const right = intervals(splitFrom(after).arms);
  const sums = new Map<string, ShareMove>();
  for (const a of left) {
    for (const b of right) {
      const share = Math.min(a.to, b.to) - Math.max(a.from, b.from);
      if (share <= 0 || a.variant === b.variant) continue;
      const id = JSON.stringify([a.variant, b.variant]);
      const known = sums.get(id);
      sums.set(id, { from: a.variant, to: b.variant, share: share + (known?.share ?? 0) });
    }
  }
  return [...sums.values()].sort((a, b) => b.share - a.share);
}

function intervals(arms: readonly Arm[]): { variant: string; from: number; to: number }[] {
  let from = 0;
  return arms.map((arm) => {
    const to = from + arm.weight;
    const interval = { variant: arm.variant, from, to };
    from = to;
    return interval;
  });
}
