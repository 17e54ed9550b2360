import type { HistoryItem } from '@/api/types';
import { dayKey } from '@/features/calendar/days';

export type Whose = 'mine' | 'others';
export const whose: readonly Whose[] = ['mine', 'others'];

/** What one person did in one go, newest first. */
export interface Burst {
  /** The oldest revision: it stays when newer ones join. */
  key: number;
  name: string;
  items: [HistoryItem, ...HistoryItem[]];
}

export interface ActivityDay {
  /** `2026-11-21`, by the clock of the browser. */
  key: string;
  bursts: Burst[];
}

/** Somebody who rests longer begins anew. */
const restMs = 30 * 60_000;

const whoOf = ({ actor }: HistoryItem) => `${actor.kind} ${actor.id ?? ''} ${actor.name}`;

/** Changes, newest first, as days of bursts in the same order. */
export function daysOfBursts(items: readonly HistoryItem[]): ActivityDay[] {
  const days: ActivityDay[] = [];
  for (const item of items) {
    const at = Date.parse(item.at);
    const key = dayKey(at);
    let day = days.at(-1);
    if (day?.key !== key) {
      day = { key, bursts: [] };
      days.push(day);
    }
    const burst = day.bursts.at(-1);
    const next = burst?.items.at(-1);
    if (burst && next && whoOf(next) === whoOf(item) && Date.parse(next.at) - at <= restMs) {
      burst.items.push(item);
      burst.key = item.revision;
    } else {
      day.bursts.push({ key: item.revision, name: item.actor.name, items: [item] });
    }
  }
  return days;
}
