/** The days that the calendar shows, by the wall clock of the browser. */

export type View = 'week' | 'month';
export const views: readonly View[] = ['week', 'month'];

export interface Day {
  /** `2026-11-21`. */
  key: string;
  /** First moment. */
  from: number;
  /** In the month that was chosen; always in a week. */
  inside: boolean;
}

const two = (n: number) => String(n).padStart(2, '0');

export function dayKey(at: number | Date): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Noon, which no change of the clock takes out of its day. */
function noonOf(key: string | undefined, now: number): Date {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(key ?? '') ?? [];
  const asked = new Date(Number(year), Number(month) - 1, Number(day), 12);
  const date = Number.isNaN(asked.getTime()) ? new Date(now) : asked;
  date.setHours(12, 0, 0, 0);
  return date;
}

function addDays(date: Date, days: number): Date {
  const next = new Date(date);
  next.setDate(next.getDate() + days);
  return next;
}

/** The Monday of the week. */
const mondayOf = (date: Date) => addDays(date, -((date.getDay() + 6) % 7));

/** Whole weeks from Monday on: the one with the day, or all of its month. */
export function daysOf(view: View, key: string | undefined, now: number): Day[] {
  const chosen = noonOf(key, now);
  const first = view === 'week' ? chosen : new Date(chosen.getFullYear(), chosen.getMonth(), 1, 12);
  const last = view === 'week' ? chosen : new Date(chosen.getFullYear(), chosen.getMonth() + 1, 0, 12);
  const days: Day[] = [];
  const end = addDays(mondayOf(last), 7);
  for (let day = mondayOf(first); day < end; day = addDays(day, 1)) {
    const from = new Date(day);
    from.setHours(0, 0, 0, 0);
    days.push({
      key: dayKey(day),
      from: from.getTime(),
      inside: view === 'week' || day.getMonth() === chosen.getMonth(),
    });
  }
  return days;
}

/** The end of the last day. */
export function endOfDays(days: readonly Day[]): number {
  const last = new Date(days.at(-1)?.from ?? 0);
  last.setDate(last.getDate() + 1);
  return last.getTime();
}

/** A day in the week or month before (-1) or after (1). */
export function step(view: View, key: string | undefined, now: number, by: -1 | 1): string {
  const chosen = noonOf(key, now);
  if (view === 'week') return dayKey(addDays(chosen, 7 * by));
  return dayKey(new Date(chosen.getFullYear(), chosen.getMonth() + by, 1, 12));
}

/** Items by the day they fall on, in their order. */
export function byDay<T extends { at: string }>(items: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const key = dayKey(Date.parse(item.at));
    const list = found.get(key);
    if (list) list.push(item);
    else found.set(key, [item]);
  }
  return found;
}
