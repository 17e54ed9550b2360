import { common } from '@/text/common';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

// Making a formatter costs a hundred times what using it does, and a list shows a time in every row.
const dayFormat = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
const minuteParts = {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
} as const;
const minuteFormat = new Intl.DateTimeFormat(undefined, minuteParts);
const zonedFormat = new Intl.DateTimeFormat(undefined, { ...minuteParts, timeZoneName: 'short' });

export function absolute(at: string | Date, zone = true): string {
  const date = typeof at === 'string' ? new Date(at) : at;
  if (Number.isNaN(date.getTime())) return String(at);
  return (zone ? zonedFormat : minuteFormat).format(date);
}

/** Relative up to seven days either way, absolute after. */
export function relative(at: string | Date, now: number): string {
  const date = typeof at === 'string' ? new Date(at) : at;
  const distance = now - date.getTime();
  if (Number.isNaN(distance)) return String(at);
  const size = Math.abs(distance);
  if (size > 7 * day) return dayFormat.format(date);
  if (size < minute) return common.justNow;
  const past = distance > 0;
  if (size < hour) {
    const n = Math.round(size / minute);
    return past ? common.minutesAgo(n) : common.inMinutes(n);
  }
  if (size < day) {
    const n = Math.round(size / hour);
    return past ? common.hoursAgo(n) : common.inHours(n);
  }
  const n = Math.round(size / day);
  return past ? common.daysAgo(n) : common.inDays(n);
}

export function fullTime(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const zone = minuteFormat.resolvedOptions().timeZone;
  return `${absolute(date, false)} ${zone} · ${date.toISOString().replace('T', ' ').slice(0, 16)} UTC`;
}

/** The first moment of a day on this clock, for filters from a day on. */
export const startOf = (day: string | undefined) =>
  day ? new Date(`${day}T00:00:00`).toISOString() : undefined;

/** The last moment of a day on this clock, for filters up to a day. */
export const endOf = (day: string | undefined) =>
  day ? new Date(`${day}T23:59:59.999`).toISOString() : undefined;
