import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Choice, choiceOf, firstChoice, inWeekOrder, patternOf } from './cron';

const choice = (patch: Partial<Choice>): Choice => ({ ...firstChoice, ...patch });

describe('choices and patterns', () => {
  it.each([
    ['30 8 * * *', { every: 'day', hour: 8, minute: 30 }],
    ['0 9 * * 1-5', { every: 'weekdays', hour: 9, minute: 0 }],
    ['0 9 * * 1,2,3,4,5', { every: 'weekdays' }],
    ['15 22 * * 1,3,0', { every: 'week', days: [1, 3, 0] }],
    ['15 22 * * 6-7', { every: 'week', days: [6, 0] }],
    ['0 9 * * 0-6', { every: 'day' }],
    ['0 10 1 * *', { every: 'month', day: 1, hour: 10 }],
    ['0 0 29 2 *', { every: 'year', day: 29, month: 2, hour: 0 }],
    ['*/30 * * * *', { every: 'own', cron: '*/30 * * * *' }],
    ['0 9 1 * 1', { every: 'own' }],
    ['0 9 * 3 *', { every: 'own' }],
    ['0 9 * * 5-1', { every: 'own' }],
    ['0 9 * * MON', { every: 'own' }],
    ['0 24 * * *', { every: 'own' }],
    ['0 9 * *', { every: 'own' }],
    ['0 9 * * * *', { every: 'own' }],
    ['', { every: 'own', cron: '' }],
  ] as const)('reads “%s”', (cron, expected) => {
    expect(choiceOf(cron)).toMatchObject(expected);
  });

  it('writes each choice', () => {
    expect(patternOf(choice({ every: 'week', days: [0, 3, 1], hour: 22, minute: 5 }))).toBe('5 22 * * 1,3,0');
    expect(patternOf(choice({ every: 'year', day: 24, month: 12, hour: 18 }))).toBe('0 18 24 12 *');
    expect(patternOf(choice({ every: 'own', cron: ' 0 0 L * * ' }))).toBe('0 0 L * *');
  });

  it('is lossless from choice to pattern to choice', () => {
    const any = fc.record({
      every: fc.constantFrom('day', 'weekdays', 'week', 'month', 'year'),
      hour: fc.integer({ min: 0, max: 23 }),
      minute: fc.integer({ min: 0, max: 59 }),
      days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 }),
      day: fc.integer({ min: 1, max: 31 }),
      month: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(any, (fields) => {
        const pattern = patternOf(choice(fields as Partial<Choice>));
        const read = choiceOf(pattern);
        expect(read).toMatchObject({ hour: fields.hour, minute: fields.minute });
        const days = inWeekOrder(fields.days);
        const areWorkdays = days.join() === '1,2,3,4,5';
        expect(read.every).toBe(fields.every === 'week' && areWorkdays ? 'weekdays' : fields.every);
        if (read.every === 'week') expect(read.days).toEqual(days);
        if (read.every === 'month' || read.every === 'year') expect(read.day).toBe(fields.day);
        if (read.every === 'year') expect(read.month).toBe(fields.month);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never changes a pattern that nobody touches', () => {
    const field = fc.constantFrom('*', '0', '5', '07', '1-5', '1,3', '*/15', 'L', 'MON', '31');
    fc.assert(
      fc.property(fc.tuple(field, field, field, field, field), (fields) => {
        const cron = fields.join(' ');
        const read = choiceOf(cron);
        if (read.every === 'own') expect(patternOf(read)).toBe(cron);
        else expect(choiceOf(patternOf(read))).toEqual({ ...read, cron: patternOf(read) });
      }),
      { numRuns: 2_000 },
    );
  });
});
