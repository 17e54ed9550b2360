import { describe, expect, it } from 'vitest';
import type { ScheduleWindow } from '@/api/types';
import { absolute } from '@/components/time';
import { lengthWords, nextWords, shortWhen, whileClosed, windowSentence } from './words';

const recurring = (cron: string, seconds: number, time_zone?: string): ScheduleWindow => ({
  id: 'w',
  turns: 'on',
  recurs: { cron, seconds, ...(time_zone ? { time_zone } : {}) },
});

describe('windows in sentences', () => {
  it.each([
    [recurring('0 9 * * 1-5', 7_200, 'Europe/Vienna'), 'On every weekday at 09:00 (Europe/Vienna) for 2 h'],
    [recurring('5 0 * * *', 5_400), 'On every day at 00:05 (UTC) for 1 h 30 min'],
    [recurring('0 22 * * 5,6', 86_400), 'On every Fri, Sat at 22:00 (UTC) for 1 day'],
    [recurring('0 10 1 * *', 60), 'On each month on day 1 at 10:00 (UTC) for 1 min'],
    [recurring('0 0 24 12 *', 259_200), 'On each year on 24 December at 00:00 (UTC) for 3 days'],
    [recurring('*/30 * * * *', 90), 'On at each “*/30 * * * *” (UTC) for 1 min 30 s'],
  ])('says %j', (window, sentence) => {
    expect(windowSentence(window)).toBe(sentence);
  });

  it('says the bounds in local time with its zone', () => {
    const [from, until] = ['2026-12-20T00:00:00Z', '2027-01-07T00:00:00Z'];
    const once = { id: 'w', turns: 'off', from, until } as const;
    expect(windowSentence(once)).toBe(`Off from ${absolute(from)} until ${absolute(until)}`);
    expect(windowSentence({ id: 'w', turns: 'off', until })).toBe(`Off until ${absolute(until)}`);
  });

  it('says lengths', () => {
    expect([60, 3_600, 90_000, 172_800].map(lengthWords)).toEqual(['1 min', '1 h', '25 h', '2 days']);
  });

  it('works the opposite out', () => {
    const on = recurring('0 9 * * *', 60);
    const off: ScheduleWindow = { ...on, turns: 'off' };
    expect(whileClosed([off, on], 'opposite')).toBe('off');
    expect(whileClosed([off], 'opposite')).toBe('on');
    expect(whileClosed([off], 'off')).toBe('off');
  });
});

describe('what comes next', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const at = '2026-11-23T08:00:00Z';
  const when = shortWhen(at, now);

  it('is said for what time changes', () => {
    expect(nextWords('waiting', { at }, now)).toBe(`on again ${when}`);
    expect(nextWords('on', { at }, now)).toBe(`off ${when}`);
    expect(nextWords('ramping', { at, share: 5_000 }, now)).toMatch(/^50 % /);
  });

  it('is not said for what it does not change', () => {
    expect(nextWords('on', null, now)).toBeUndefined();
    expect(nextWords('killed', { at }, now)).toBeUndefined();
    expect(nextWords('off', { at }, now)).toBeUndefined();
  });

  it('has a date from six days on', () => {
    expect(shortWhen('2026-11-30T08:00:00Z', now)).toContain('30');
  });
});
