import { describe, expect, it } from 'vitest';
import type { HistoryItem } from '@/api/types';
import { daysOfBursts } from './bursts';

const start = new Date(2026, 10, 21, 12, 0).getTime();

function item(revision: number, name: string, minutes: number, kind = 'user'): HistoryItem {
  return {
    revision,
    at: new Date(start + minutes * 60_000).toISOString(),
    actor: { kind, name, id: name },
    summary: `change ${revision}`,
    environments: [],
    flags: [],
    count: 1,
  };
}

const shape = (items: HistoryItem[]) =>
  daysOfBursts(items).map(({ key, bursts }) => [
    key,
    ...bursts.map((burst) => `${burst.name}: ${burst.items.map(({ revision }) => revision).join(' ')}`),
  ]);

describe('bursts', () => {
  it('joins what one person did in one go, and keeps the order', () => {
    const items = [item(5, 'ann', 40), item(4, 'ann', 30), item(3, 'ben', 29), item(2, 'ann', 28)];
    expect(shape(items)).toEqual([['2026-11-21', 'ann: 5 4', 'ben: 3', 'ann: 2']]);
  });

  it('parts after a rest of half an hour, at midnight, and between a person and their token', () => {
    expect(shape([item(3, 'ann', 61), item(2, 'ann', 30), item(1, 'ann', 0)])).toEqual([
      ['2026-11-21', 'ann: 3', 'ann: 2 1'],
    ]);
    const midnight = 12 * 60;
    expect(shape([item(2, 'ann', midnight), item(1, 'ann', midnight - 1)])).toEqual([
      ['2026-11-22', 'ann: 2'],
      ['2026-11-21', 'ann: 1'],
    ]);
    expect(shape([item(2, 'ann', 1, 'token'), item(1, 'ann', 0)])).toEqual([
      ['2026-11-21', 'ann: 2', 'ann: 1'],
    ]);
  });

  it('keeps the key of a burst that newer changes join', () => {
    const older = [item(2, 'ann', 1), item(1, 'ann', 0)];
    const keys = (items: HistoryItem[]) =>
      daysOfBursts(items).flatMap(({ bursts }) => bursts.map(({ key }) => key));
    expect(keys([item(3, 'ann', 2), ...older])).toEqual(keys(older));
  });
});
