import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  addPause,
  advance,
  curveTime,
  holdAt,
  linesOf,
  nextTransition,
  outline,
  pause,
  pauseAt,
  previousShare,
  realTime,
  removePause,
  resume,
  setPause,
  shareAt,
  stateOf,
  validateCurve,
} from './ramp';
import type { Curve } from './wire';

const HOUR = 3_600_000;
const start = Date.parse('2026-11-21T00:00:00Z');
const hour = (n: number) => start + n * HOUR;
const text = (n: number) => new Date(hour(n)).toISOString();
const points = [
  { at: text(0), share: 1_000 },
  { at: text(10), share: 5_000 },
  { at: text(20), share: 10_000 },
];
const steps: Curve = { shape: 'steps', points };
const linear: Curve = { shape: 'linear', points };

vi.setConfig({ testTimeout: 60_000 });

describe('ramp', () => {
  it('holds steps and draws lines, rounded down', () => {
    expect([-1, 0, 9.99, 10, 25].map((n) => shareAt(steps, hour(n)))).toEqual([
      0, 1_000, 1_000, 5_000, 10_000,
    ]);
    expect([-1, 0, 5, 10, 15, 25].map((n) => shareAt(linear, hour(n)))).toEqual([
      0, 1_000, 3_000, 5_000, 7_500, 10_000,
    ]);
    expect(shareAt(linear, hour(0) + 1_000)).toBe(1_000);
    expect(shareAt({ points }, hour(5))).toBe(1_000);
  });

  it('stands still in pauses', () => {
    const paused: Curve = { ...steps, pauses: [{ from: text(5), until: text(8) }] };
    expect(shareAt(paused, hour(12))).toBe(1_000);
    expect(shareAt(paused, hour(13))).toBe(5_000);
    expect(nextTransition(paused, hour(6))).toEqual({ at: hour(13), share: 5_000 });
    expect(stateOf(paused, hour(6))).toBe('paused');
    const open: Curve = { ...steps, pauses: [{ from: text(5) }] };
    expect(nextTransition(open, hour(6))).toBeUndefined();
    expect(shareAt(open, hour(1_000))).toBe(1_000);
  });

  it('pauses and resumes where it stood', () => {
    const stopped = pause(linear, hour(5));
    expect(shareAt(stopped, hour(50))).toBe(3_000);
    const going = resume(stopped, hour(50));
    expect(shareAt(going, hour(50))).toBe(3_000);
    expect(shareAt(going, hour(55))).toBe(5_000);
    expect(pauseAt(going, hour(51))).toBeUndefined();
    expect(pause(stopped, hour(6))).toBe(stopped);
    expect(resume(pause(steps, hour(5)), hour(5)).pauses).toBeUndefined();
  });

  it('advances, rolls back and ends', () => {
    const next = advance(steps, hour(4));
    expect(shareAt(next, hour(4))).toBe(5_000);
    expect(nextTransition(next, hour(4))).toEqual({ at: hour(20), share: 10_000 });
    expect(shareAt(advance(linear, hour(4)), hour(4))).toBe(5_000);
    expect(previousShare(steps, hour(12))).toBe(1_000);
    const back = holdAt(steps, 1_000, hour(12));
    expect(shareAt(back, hour(100))).toBe(1_000);
    expect(stateOf(back, hour(100))).toBe('finished');
    expect(stateOf(steps, hour(-1))).toBe('waiting');
    expect(validateCurve(next)).toEqual([]);
  });

  it('curve time and real time are inverse, and never run backwards', () => {
    const curves = fc
      .array(fc.tuple(fc.nat({ max: 20 }), fc.integer({ min: 1, max: 20 })), { maxLength: 5 })
      .map((spans) => {
        let at = 0;
        const pauses = spans.map(([gap, length]) => {
          const from = at + gap + 1;
          at = from + length;
          return { from: text(from), until: text(at) };
        });
        return { shape: 'linear' as const, points, pauses };
      });
    fc.assert(
      fc.property(curves, fc.integer({ min: -10, max: 150 }), (curve, n) => {
        const moment = curveTime(curve, hour(n));
        expect(moment).toBeLessThanOrEqual(hour(n));
        expect(curveTime(curve, hour(n + 1))).toBeGreaterThanOrEqual(moment);
        const real = realTime(curve, moment);
        expect(real).toBeLessThanOrEqual(hour(n));
        expect(real === undefined ? undefined : curveTime(curve, real)).toBe(moment);
        const next = nextTransition(curve, hour(n));
        if (next) {
          expect(next.at).toBeGreaterThan(hour(n));
          expect(shareAt(curve, next.at)).toBe(next.share);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes planned pauses, one behind the other, and lets them go', () => {
    const whole = (h: number) => text(h).replace('.000Z', 'Z');
    const one = addPause(steps, hour(1) + 60_000);
    expect(one.pauses).toEqual([{ from: whole(2), until: whole(26) }]);
    const two = addPause(one, hour(1));
    expect(two.pauses).toEqual([
      { from: whole(2), until: whole(26) },
      { from: whole(27), until: whole(51) },
    ]);
    expect(validateCurve(two)).toEqual([]);
    expect(shareAt(one, hour(14))).toBe(shareAt(steps, hour(2)));
    const moved = setPause(two, 0, { until: text(30) });
    expect(validateCurve(moved)).toEqual([{ index: 0, code: 'pause_order' }]);
    expect(validateCurve(setPause(one, 0, { until: 'soon' })).map(({ code }) => code)).toEqual([
      'pause_order',
    ]);
    expect(removePause(removePause(two, 1), 0)).toEqual(steps);
    const open = { ...steps, pauses: [{ from: text(5) }] };
    expect(addPause(open, hour(1))).toBe(open);
  });

  it('refuses points out of order and overlapping pauses', () => {
    const wrong: Curve = { points: [...points].reverse(), pauses: [{ from: text(3), until: text(2) }] };
    expect(validateCurve(wrong).map((problem) => problem.code)).toEqual(['order', 'order', 'pause_order']);
    expect(validateCurve({ points: [] })).toEqual([{ index: -1, code: 'no_points' }]);
  });

  it('draws corners', () => {
    expect(outline(steps, hour(-1), hour(21)).map((corner) => corner.share)).toEqual([
      0, 0, 1_000, 1_000, 5_000, 5_000, 10_000, 10_000,
    ]);
  });
});

describe('the curve in words', () => {
  const curve: Curve = {
    shape: 'steps',
    points: [
      { at: '2026-11-01T00:00:00Z', share: 1000 },
      { at: '2026-11-02T00:00:00Z', share: 5000 },
      { at: '2026-11-03T00:00:00Z', share: 10_000 },
    ],
    pauses: [{ from: '2026-11-01T12:00:00Z', until: '2026-11-02T12:00:00Z' }],
  };
  const words = (of: Curve, now: string) =>
    linesOf(of, Date.parse(now)).map(
      ({ at, kind, share }) => `${new Date(at).toISOString().slice(5, 13)} ${kind} ${share}`,
    );

  it('has points at the time they are reached, pauses and now', () => {
    expect(words(curve, '2026-11-01T06:00:00Z')).toEqual([
      '11-01T00 point 1000',
      '11-01T06 here 1000',
      '11-01T12 pause 1000',
      '11-02T12 resume 1000',
      '11-03T00 point 5000',
      '11-04T00 point 10000',
    ]);
  });

  it('leaves out what an open pause keeps from happening', () => {
    const open = { ...curve, pauses: [{ from: '2026-11-01T12:00:00Z' }] };
    expect(words(open, '2026-11-05T00:00:00Z')).toEqual([
      '11-01T00 point 1000',
      '11-01T12 pause 1000',
      '11-05T00 here 1000',
    ]);
  });
});
