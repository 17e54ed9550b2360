/** Windows, and what comes by itself, in words. */
import type { FlagState, NextTurn, Outside, ScheduleWindow } from '@/api/types';
import { percent } from '@/components/percent';
import { absolute } from '@/components/time';
import { scheduleText as t } from '@/text/schedule';
import { choiceOf } from './cron';

const two = (n: number) => String(n).padStart(2, '0');

/** Such as `2 h 30 min`. */
export function lengthWords(seconds: number): string {
  const days = seconds % 86_400 === 0 ? seconds / 86_400 : 0;
  if (days > 0) return t.days(days);
  const parts = [
    t.hours(Math.floor(seconds / 3600)),
    t.minutes(Math.floor(seconds / 60) % 60),
    t.seconds(seconds % 60),
  ];
  return parts.filter(Boolean).join(' ');
}

/** When it opens: `every weekday at 09:00`. */
export function recurrenceWords(cron: string): string {
  const choice = choiceOf(cron);
  const time = `${two(choice.hour)}:${two(choice.minute)}`;
  switch (choice.every) {
    case 'day':
      return t.everyDay(time);
    case 'weekdays':
      return t.everyWeekday(time);
    case 'week':
      return t.everyWeek(choice.days.map((day) => t.weekdays[day]).join(', '), time);
    case 'month':
      return t.everyMonth(choice.day, time);
    case 'year':
      return t.everyYear(choice.day, t.months[choice.month - 1] ?? '', time);
    case 'own':
      return t.eachPattern(cron);
  }
}

/** A window in one plain sentence, without its name. */
export function windowSentence({ turns, from, until, recurs }: ScheduleWindow): string {
  const again = recurs
    ? t.again(recurrenceWords(recurs.cron), recurs.time_zone ?? 'UTC', lengthWords(recurs.seconds))
    : '';
  return [t.turns[turns], again, from ? t.from(absolute(from)) : '', until ? t.until(absolute(until)) : '']
    .filter(Boolean)
    .join(' ');
}

export const outsideWords = (outside: Outside): string => t.outsides[outside];

/** What holds while none is open, with the opposite worked out. */
export function whileClosed(windows: readonly ScheduleWindow[], outside: Outside): 'on' | 'off' {
  if (outside !== 'opposite') return outside;
  return windows.some((window) => window.turns === 'on') ? 'off' : 'on';
}

const time = { hour: '2-digit', minute: '2-digit' } as const;
const nearFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', ...time });
const farFormat = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  ...time,
});
const near = 6 * 86_400_000;

/** `Fri 09:00` within six days, with the date after. */
export function shortWhen(at: string | number, now: number): string {
  const date = new Date(at);
  return (date.getTime() - now < near ? nearFormat : farFormat).format(date);
}

/** What comes by itself: `on again Fri 09:00`. Nothing for a flag that time does not change. */
export function nextWords(
  state: FlagState,
  next: NextTurn | null | undefined,
  now: number,
): string | undefined {
  if (!next || state === 'off' || state === 'killed' || state === 'broken') return undefined;
  const when = shortWhen(next.at, now);
  if (next.share !== undefined && next.share !== null) return t.shareAt(percent(next.share), when);
  return state === 'waiting' ? t.onAgain(when) : t.offAt(when);
}
