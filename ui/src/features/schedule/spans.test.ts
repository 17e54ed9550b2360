import { describe, expect, it } from 'vitest';
import type { TimelineEvent } from '@/api/types';
import { happenings, spansOf } from './spans';

const at = (hour: number) => `2026-11-21T${String(hour).padStart(2, '0')}:00:00Z`;
const turn = (hour: number, on: boolean, flag = 'f'): TimelineEvent => ({
  at: at(hour),
  flag,
  event: 'turn',
  on,
});
const line = (...events: TimelineEvent[]) => ({ from: at(0), to: at(20), events, truncated: false });
const short = (spans: ReturnType<typeof spansOf>) =>
  spans.map((span) => `${new Date(span.from).getUTCHours()}-${new Date(span.to).getUTCHours()} ${span.is}`);

describe('spans', () => {
  it('follow the turns, and join what stays as it is', () => {
    const turns = line(turn(0, false), turn(8, true), turn(9, true), turn(10, false));
    expect(short(spansOf(turns, { enabled: true, kill: null }))).toEqual(['0-8 off', '8-10 on', '10-20 off']);
  });

  it('are one without turns', () => {
    expect(short(spansOf(line(), { enabled: true, kill: null }))).toEqual(['0-20 on']);
    expect(short(spansOf(line(), { enabled: false, kill: null }))).toEqual(['0-20 off']);
  });

  it('lie under a kill', () => {
    const turns = line(turn(0, false), turn(8, true), turn(12, false));
    const kill = { at: at(6), until: at(10) };
    expect(short(spansOf(turns, { enabled: true, kill }))).toEqual([
      '0-6 off',
      '6-10 killed',
      '10-12 on',
      '12-20 off',
    ]);
    expect(short(spansOf(turns, { enabled: true, kill: { at: at(6), until: null } }))).toEqual([
      '0-6 off',
      '6-20 killed',
    ]);
  });
});

describe('happenings', () => {
  it('leave out the state that the line began with, of each flag', () => {
    const found = happenings(
      line(turn(0, true), turn(0, false, 'g'), turn(3, false), turn(5, false), turn(6, true, 'g')),
      Date.parse(at(1)),
    );
    expect(found.map((event) => [event.flag, event.at, event.changes])).toEqual([
      ['f', at(3), true],
      ['f', at(5), false],
      ['g', at(6), true],
    ]);
  });

  it('leave out what has passed', () => {
    expect(happenings(line(turn(0, true), turn(3, false)), Date.parse(at(4)))).toEqual([]);
  });
});
