import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { clockChange, fromLocal, LocalTime, toLocal } from './LocalTime';

const before = process.env.TZ;
afterEach(() => {
  process.env.TZ = before;
});

function Field({ start }: { start: string }) {
  const [at, setAt] = useState(start);
  return <LocalTime label="When" value={at} onChange={setAt} now={Date.parse(start)} />;
}

/** Each zone: a winter's time in UTC, an hour that is jumped over, and one that comes twice. */
const zones = [
  { zone: 'Europe/Oslo', winter: '2026-01-15T11:00:00Z', gap: '2026-03-29T02:30', twice: '2026-10-25T02:30' },
  {
    zone: 'America/New_York',
    winter: '2026-01-15T17:00:00Z',
    gap: '2026-03-08T02:30',
    twice: '2026-11-01T01:30',
  },
];

describe.each(zones)('schedules in $zone', ({ zone, winter, gap, twice }) => {
  it('reads and writes the time of the clock', () => {
    process.env.TZ = zone;
    expect(toLocal(winter)).toBe('2026-01-15T12:00');
    expect(fromLocal('2026-01-15T12:00')).toBe(winter);
    expect(fromLocal('2026-07-15T12:00')).not.toBe(fromLocal('2026-07-15T12:00Z'));
  });

  it('goes back and forth at every half hour around both changes of the clock', () => {
    process.env.TZ = zone;
    for (const middle of [gap, twice]) {
      const start = new Date(middle).getTime() - 6 * 3_600_000;
      for (let step = 0; step < 24; step += 1) {
        const at = new Date(start + step * 1_800_000).toISOString();
        const text = toLocal(at);
        const again = fromLocal(text) ?? '';
        expect(toLocal(again), at).toBe(text);
        if (Date.parse(again) !== Date.parse(at)) expect(clockChange(text), at).toBe('overlap');
      }
    }
  });

  it('names the hour that is jumped over and the one that comes twice', () => {
    process.env.TZ = zone;
    expect(clockChange(gap)).toBe('gap');
    expect(clockChange(twice)).toBe('overlap');
    expect(clockChange('2026-07-15T12:00')).toBeUndefined();
  });

  it('says so below the field, and names the zone', () => {
    process.env.TZ = zone;
    render(
      <MantineProvider env="test">
        <Field start={winter} />
      </MantineProvider>,
    );
    const field = screen.getByLabelText('When');
    expect(document.body.textContent).toContain(zone);
    const plain = document.body.textContent;
    fireEvent.change(field, { target: { value: gap } });
    expect(document.body.textContent).toMatch(/does not exist|jump|skip/i);
    fireEvent.change(field, { target: { value: twice } });
    expect(document.body.textContent).toMatch(/twice/i);
    fireEvent.change(field, { target: { value: '2026-01-15T12:00' } });
    expect(document.body.textContent).toBe(plain);
  });
});
