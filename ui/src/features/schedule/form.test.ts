import { describe, expect, it } from 'vitest';
import type { ScheduleWindow } from '@/api/types';
import { errorsOf, formOf, newForm, refusedOf, windowOf, zones } from './form';

describe('the form of a window', () => {
  it.each<ScheduleWindow>([
    { id: 'a', turns: 'off', from: '2026-12-20T00:00:00Z' },
    {
      id: 'b',
      name: 'Night',
      turns: 'on',
      until: '2027-01-01T00:00:00Z',
      recurs: { cron: '30 22 * * 5', time_zone: 'Asia/Tokyo', seconds: 27_000 },
    },
    { id: 'd', turns: 'on', recurs: { cron: '00 9 * * 1,2,3,4,5', seconds: 60 } },
    { id: 'c', turns: 'on', recurs: { cron: '*/7 1 L * *', seconds: 61 } },
  ])('gives back what it was opened with: %j', (window) => {
    expect(windowOf(formOf(window))).toEqual(window);
    expect(errorsOf(formOf(window))).toEqual({});
  });

  it('begins with something that can be', () => {
    expect(errorsOf(newForm())).toEqual({});
    expect(zones()).toContain('UTC');
    expect(zones()).toContain('Europe/Vienna');
  });

  it('finds what is wrong at its field', () => {
    const form = newForm();
    expect(errorsOf({ ...form, kind: 'once' })).toHaveProperty(['']);
    expect(errorsOf({ ...form, from: '2026-12-20T00:00:00Z', until: '2026-12-20T00:00:00Z' })).toHaveProperty(
      ['/until'],
    );
    expect(errorsOf({ ...form, hours: 0, minutes: 0 })).toHaveProperty(['/recurs/seconds']);
    expect(errorsOf({ ...form, zone: ' ' })).toHaveProperty(['/recurs/time_zone']);
    const noDays = { ...form.choice, every: 'week' as const, days: [] };
    expect(errorsOf({ ...form, choice: noDays })).toHaveProperty(['/recurs/cron']);
  });

  it('takes the refusals of its own window by pointer', () => {
    const refusal = (pointer: string) => ({ code: 'bad_rule', detail: `wrong ${pointer}`, pointer });
    const problems = [
      refusal('/changes/0/config/edit/patch/schedule/windows/1/recurs/cron'),
      refusal('/changes/0/config/edit/patch/schedule/windows/10/recurs/cron'),
      refusal('/changes/0/config/edit/patch/rules/1'),
    ];
    expect(refusedOf(problems, 1)).toEqual({ '/recurs/cron': `wrong ${problems[0]?.pointer}` });
    expect(refusedOf(problems, 0)).toBeUndefined();
    expect(refusedOf([refusal('/schedule/windows/0')], 0)).toEqual({ '': 'wrong /schedule/windows/0' });
    expect(refusedOf([refusal('/schedule/windows/0/recurs')], 0)).toHaveProperty(['']);
  });
});
