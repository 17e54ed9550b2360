/**
 * A curve: a share of subjects over time, with spans that do not count.
 *
 * Points are placed on a clock that stands still during pauses (*curve time*). The same
 * meaning as in the engine: before the first point nobody, after the last its share; steps
 * hold the earlier point, a linear curve is rounded down to whole hundredths.
 */
import type { Curve, CurveShape, Pause, Point } from './wire';

const ms = (text: string): number => Date.parse(text);
const iso = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');

/** When a pause ends: never, unless it says so. */
const endOf = (pause: Pause): number => (pause.until ? ms(pause.until) : Number.POSITIVE_INFINITY);

/** Curve time at a moment: the moment less what was paused before it. */
export function curveTime(curve: Curve, now: number): number {
  let paused = 0;
  for (const pause of curve.pauses ?? []) {
    const from = ms(pause.from);
    const until = endOf(pause);
    if (from < now) paused += Math.max(0, Math.min(until, now) - from);
  }
  return now - paused;
}

/** The first moment at which curve time reaches a value; `undefined` behind an open pause. */
export function realTime(curve: Curve, curveMoment: number): number | undefined {
  let real = curveMoment;
  for (const pause of curve.pauses ?? []) {
    const from = ms(pause.from);
    if (from >= real) break;
    if (endOf(pause) === Number.POSITIVE_INFINITY) return undefined;
    real += Math.max(0, endOf(pause) - from);
  }
  return real;
}

export function shareAt(curve: Curve, now: number): number {
  return shareAtCurveTime(curve, curveTime(curve, now));
}

function shareAtCurveTime(curve: Curve, moment: number): number {
  let previous: Point | undefined;
  for (const point of curve.points) {
    if (ms(point.at) > moment) {
      if (!previous) return 0;
      if (curve.shape !== 'linear') return previous.share;
      const start = ms(previous.at);
      const span = ms(point.at) - start;
      if (span <= 0) return previous.share;
      return Math.floor(previous.share + ((point.share - previous.share) * (moment - start)) / span);
    }
    previous = point;
  }
  return previous?.share ?? 0;
}

export interface Transition {
  at: number;
  share: number;
}

/** The next point that is still to come; `undefined` when finished or paused without an end. */
export function nextTransition(curve: Curve, now: number): Transition | undefined {
  const moment = curveTime(curve, now);
  const point = curve.points.find((candidate) => ms(candidate.at) > moment);
  if (!point) return undefined;
  const at = realTime(curve, ms(point.at));
  return at === undefined ? undefined : { at, share: point.share };
}

export function pauseAt(curve: Curve, now: number): Pause | undefined {
  return curve.pauses?.find((pause) => ms(pause.from) <= now && endOf(pause) > now);
}

export function isFinished(curve: Curve, now: number): boolean {
  const last = curve.points[curve.points.length - 1];
  return !last || ms(last.at) <= curveTime(curve, now);
}

export function hasStarted(curve: Curve, now: number): boolean {
  const first = curve.points[0];
  return first !== undefined && ms(first.at) <= curveTime(curve, now);
}

export type RampState = 'waiting' | 'running' | 'paused' | 'finished';

export function stateOf(curve: Curve, now: number): RampState {
  if (isFinished(curve, now)) return 'finished';
  if (pauseAt(curve, now)) return 'paused';
  return hasStarted(curve, now) ? 'running' : 'waiting';
}

function withPauses(curve: Curve, pauses: Pause[]): Curve {
  const { pauses: _, ...rest } = curve;
  return pauses.length === 0 ? rest : { ...rest, pauses };
}

/** Stands still from now on; planned pauses that would start later are contained in it. */
export function pause(curve: Curve, now: number): Curve {
  if (pauseAt(curve, now)) return curve;
  const earlier = (curve.pauses ?? []).filter((span) => ms(span.from) < now);
  return withPauses(curve, [...earlier, { from: iso(now) }]);
}

export function resume(curve: Curve, now: number): Curve {
  const current = pauseAt(curve, now);
  if (!current) return curve;
  const pauses = (curve.pauses ?? []).flatMap((span) => {
    if (span !== current) return [span];
    return ms(span.from) >= now ? [] : [{ from: span.from, until: iso(now) }];
  });
  return withPauses(curve, pauses);
}

/** Takes the next point now; the points after it keep their times. */
export function advance(curve: Curve, now: number): Curve {
  const moment = curveTime(curve, now);
  const index = curve.points.findIndex((point) => ms(point.at) > moment);
  const next = curve.points[index];
  if (!next) return curve;
  const before = curve.points.slice(0, index).filter((point) => ms(point.at) < moment);
  return {
    ...curve,
    points: [...before, { at: iso(moment), share: next.share }, ...curve.points.slice(index + 1)],
  };
}

/** Goes to a share now and stays there: every later point is dropped. */
export function holdAt(curve: Curve, share: number, now: number): Curve {
  const moment = curveTime(curve, now);
  const before = curve.points.filter((point) => ms(point.at) < moment);
  return { ...curve, points: [...before, { at: iso(moment), share }] };
}

/** The share of the point before the current one: where a roll back goes. */
export function previousShare(curve: Curve, now: number): number {
  const moment = curveTime(curve, now);
  const passed = curve.points.filter((point) => ms(point.at) <= moment);
  return passed[passed.length - 2]?.share ?? 0;
}

export function setPoint(curve: Curve, index: number, point: Partial<Point>): Curve {
  return { ...curve, points: curve.points.map((old, i) => (i === index ? { ...old, ...point } : old)) };
}

export function removePoint(curve: Curve, index: number): Curve {
  return curve.points.length <= 1 ? curve : { ...curve, points: curve.points.filter((_, i) => i !== index) };
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** One step more: a day after the last, halfway to everybody. */
export function addPoint(curve: Curve, now: number): Curve {
  const last = curve.points[curve.points.length - 1];
  const at = iso(Math.max(last ? ms(last.at) : now, curveTime(curve, now)) + DAY);
  const share = last ? Math.min(10_000, Math.ceil((last.share + 10_000) / 200) * 100) : 10_000;
  return { ...curve, points: [...curve.points, { at, share }] };
}

/** One planned pause more: a day from the next full hour on, behind those there are; none behind an open one. */
export function addPause(curve: Curve, now: number): Curve {
  const pauses = curve.pauses ?? [];
  const last = Math.max(now, ...pauses.map(endOf));
  if (last === Number.POSITIVE_INFINITY) return curve;
  const from = (Math.floor(last / HOUR) + 1) * HOUR;
  return withPauses(curve, [...pauses, { from: iso(from), until: iso(from + DAY) }]);
}

export function setPause(curve: Curve, index: number, edges: Partial<Pause>): Curve {
  return withPauses(
    curve,
    (curve.pauses ?? []).map((old, i) => (i === index ? { ...old, ...edges } : old)),
  );
}

export function removePause(curve: Curve, index: number): Curve {
  return withPauses(
    curve,
    (curve.pauses ?? []).filter((_, i) => i !== index),
  );
}

export function setShape(curve: Curve, shape: CurveShape): Curve {
  return { ...curve, shape };
}

/** A first curve: a quarter now, a half tomorrow, everybody in three days. */
export function newCurve(now: number, from = 0): Curve {
  const start = Math.floor(now / 60_000) * 60_000;
  return {
    shape: 'steps',
    points: [
      { at: iso(start), share: Math.max(2_500, from) },
      { at: iso(start + DAY), share: Math.max(5_000, from) },
      { at: iso(start + 3 * DAY), share: WHOLE_SHARE },
    ],
  };
}

const WHOLE_SHARE = 10_000;

export type CurveProblem = 'no_points' | 'order' | 'share' | 'time' | 'pause_order';

export function validateCurve(curve: Curve): { index: number; code: CurveProblem }[] {
  const found: { index: number; code: CurveProblem }[] = [];
  if (curve.points.length === 0) found.push({ index: -1, code: 'no_points' });
  curve.points.forEach((point, index) => {
    const before = curve.points[index - 1];
    if (Number.isNaN(ms(point.at))) found.push({ index, code: 'time' });
    else if (before && ms(before.at) >= ms(point.at)) found.push({ index, code: 'order' });
    if (!Number.isInteger(point.share) || point.share < 0 || point.share > WHOLE_SHARE)
      found.push({ index, code: 'share' });
  });
  (curve.pauses ?? []).forEach((span, index) => {
    const next = curve.pauses?.[index + 1];
    const end = endOf(span);
    // Not a time is in no order.
    const inOrder = ms(span.from) < end && !(next && ms(next.from) < end);
    if (!inOrder) found.push({ index, code: 'pause_order' });
  });
  return found;
}

/** Moments and shares to draw: corners of the curve in real time. */
export function outline(curve: Curve, from: number, to: number): { at: number; share: number }[] {
  const corners = new Set<number>([from, to]);
  for (const point of curve.points) {
    const real = realTime(curve, ms(point.at));
    if (real !== undefined && real > from && real < to) corners.add(real);
  }
  for (const span of curve.pauses ?? []) {
    for (const edge of [span.from, span.until]) {
      const time = edge ? ms(edge) : Number.NaN;
      if (time > from && time < to) corners.add(time);
    }
  }
  const out: { at: number; share: number }[] = [];
  for (const at of [...corners].sort((a, b) => a - b)) {
    const share = shareAt(curve, at);
    const before = out[out.length - 1];
    if (curve.shape !== 'linear' && before && before.share !== share) out.push({ at, share: before.share });
    else if (curve.shape === 'linear' && before) {
      const jump = shareAt(curve, at - 1);
      if (Math.abs(jump - share) > 1) out.push({ at, share: jump });
    }
    out.push({ at, share });
  }
  return out;
}

export interface RampLine {
  at: number;
  kind: 'point' | 'pause' | 'resume' | 'here';
  /** What holds from then on; of a linear curve, at that moment. */
  share: number;
}

/** The curve in words: its points, its pauses and now, in the order in which they happen. */
export function linesOf(curve: Curve, now: number): RampLine[] {
  const line = (at: number, kind: RampLine['kind']): RampLine => ({ at, kind, share: shareAt(curve, at) });
  const points = curve.points.flatMap((point) => {
    const at = realTime(curve, ms(point.at));
    return at === undefined ? [] : [line(at, 'point')];
  });
  const pauses = (curve.pauses ?? []).flatMap((span) => [
    line(ms(span.from), 'pause'),
    ...(span.until ? [line(ms(span.until), 'resume')] : []),
  ]);
  return [...points, ...pauses, line(now, 'here')].sort((a, b) => a.at - b.at);
}
