import { describe, expect, it } from 'vitest';
import { byDay, dayKey, daysOf, endOfDays, step } from './days';

const now = new Date(2026, 10, 21, 15).getTime();

describe('the days of the calendar', () => {
  it('are a week from Monday on', () => {
    const days = daysOf('week', undefined, now);
    expect(days.map((day) => day.key)).toEqual([16, 17, 18, 19, 20, 21, 22].map((day) => `2026-11-${day}`));
    expect(dayKey(endOfDays(days))).toBe('2026-11-23');
  });

  it('are the whole weeks of a month', () => {
    const days = daysOf('month', '2026-11-05', now);
    expect([days[0]?.key, days.at(-1)?.key]).toEqual(['2026-10-26', '2026-12-06']);
    expect(days.filter((day) => day.inside)).toHaveLength(30);
  });

  it('fall back to today', () => {
    expect(daysOf('week', 'nonsense', now)).toEqual(daysOf('week', undefined, now));
  });

  it('go on by week and by month', () => {
    expect(step('week', undefined, now, 1)).toBe('2026-11-28');
    expect(step('month', '2026-12-31', now, 1)).toBe('2027-01-01');
    expect(step('month', '2026-01-31', now, -1)).toBe('2025-12-01');
  });

  it('hold what falls on them', () => {
    const items = [23, 0, 1].map((hour, index) => ({
      at: new Date(2026, 10, 21 + Math.min(index, 1), hour).toISOString(),
    }));
    const found = byDay(items);
    expect([...found].map(([key, list]) => [key, list.length])).toEqual([
      ['2026-11-21', 1],
      ['2026-11-22', 2],
    ]);
  });
});
