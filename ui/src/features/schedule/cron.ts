/** The recurrences that the form offers, to and from patterns of five fields. */

export type Every = 'day' | 'weekdays' | 'week' | 'month' | 'year' | 'own';
export const everies: readonly Every[] = ['day', 'weekdays', 'week', 'month', 'year', 'own'];

/** What the form holds. Fields that a choice does not use keep what they had. */
export interface Choice {
  every: Every;
  hour: number;
  minute: number;
  /** Of a week, in its order: 1 is Monday, 0 is Sunday. */
  days: number[];
  /** Of the month. */
  day: number;
  month: number;
  /** Its own pattern. */
  cron: string;
}

/** Days of a week as people list them. */
export const weekOrder: readonly number[] = [1, 2, 3, 4, 5, 6, 0];
const workdays: readonly number[] = [1, 2, 3, 4, 5];

export const inWeekOrder = (days: readonly number[]): number[] =>
  weekOrder.filter((day) => days.includes(day));

export const firstChoice: Choice = {
  every: 'weekdays',
  hour: 9,
  minute: 0,
  days: [1],
  day: 1,
  month: 1,
  cron: '0 9 * * 1-5',
};

export function patternOf(choice: Choice): string {
  const time = `${choice.minute} ${choice.hour}`;
  switch (choice.every) {
    case 'day':
      return `${time} * * *`;
    case 'weekdays':
      return `${time} * * 1-5`;
    case 'week':
      return `${time} * * ${inWeekOrder(choice.days).join(',')}`;
    case 'month':
      return `${time} ${choice.day} * *`;
    case 'year':
      return `${time} ${choice.day} ${choice.month} *`;
    case 'own':
      return choice.cron.trim();
  }
}

/** The choice that a pattern is; one that the form cannot say is a pattern of its own. */
export function choiceOf(cron: string): Choice {
  const own: Choice = { ...firstChoice, every: 'own', cron };
  const [minute, hour, day, month, week, ...rest] = cron.trim().split(/\s+/);
  if (week === undefined || rest.length > 0) return own;
  const [at, of] = [numberIn(minute, 0, 59), numberIn(hour, 0, 23)];
  if (at === undefined || of === undefined) return own;
  const timed = { ...own, minute: at, hour: of };
  const [onDay, inMonth] = [numberIn(day, 1, 31), numberIn(month, 1, 12)];
  if (week === '*') {
    if (day === '*' && month === '*') return { ...timed, every: 'day' };
    if (onDay !== undefined && month === '*') return { ...timed, every: 'month', day: onDay };
    if (onDay !== undefined && inMonth !== undefined)
      return { ...timed, every: 'year', day: onDay, month: inMonth };
    return own;
  }
  if (day !== '*' || month !== '*') return own;
  const days = daysOf(week);
  if (!days) return own;
  if (days.length === weekOrder.length) return { ...timed, every: 'day' };
  const isWorkdays = days.length === workdays.length && workdays.every((each) => days.includes(each));
  return isWorkdays ? { ...timed, every: 'weekdays' } : { ...timed, every: 'week', days };
}

function numberIn(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || !/^\d{1,2}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= least && number <= most ? number : undefined;
}

/** Days of a week from `1,3-5`; 0 and 7 are Sunday. */
function daysOf(text: string): number[] | undefined {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last = first] = /^([0-7])(?:-([0-7]))?$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) return undefined;
    for (let day = Number(first); day <= Number(last); day += 1) found.add(day % 7);
  }
  return inWeekOrder([...found]);
}
