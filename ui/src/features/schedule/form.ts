/** What the form of a window holds, to and from a window; and what is wrong with it. */
import type { FieldProblem, ScheduleWindow, Turns } from '@/api/types';
import { sameJson } from '@/features/rules/wire';
import { scheduleText as t } from '@/text/schedule';
import { type Choice, choiceOf, firstChoice, patternOf } from './cron';

export interface Form {
  id: string;
  name: string;
  turns: Turns;
  kind: 'once' | 'again';
  from: string | undefined;
  until: string | undefined;
  choice: Choice;
  zone: string;
  hours: number;
  minutes: number;
}

/** Fields of a window that may be wrong, by their pointer inside of it. */
export type Field =
  | ''
  | '/name'
  | '/turns'
  | '/from'
  | '/until'
  | '/recurs/cron'
  | '/recurs/time_zone'
  | '/recurs/seconds';
export type Errors = Partial<Record<Field, string>>;

const fields: readonly Field[] = [
  '/name',
  '/turns',
  '/from',
  '/until',
  '/recurs/cron',
  '/recurs/time_zone',
  '/recurs/seconds',
];

const isField = (text: string): text is Field => (fields as readonly string[]).includes(text);

export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** All that the browser knows, and UTC. */
export const zones = (): string[] => [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];

/** A name for a new window that stays with it for ever. */
export function newWindowId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `w${[...bytes].map((byte) => (byte % 36).toString(36)).join('')}`;
}

export function newForm(): Form {
  return {
    id: newWindowId(),
    name: '',
    turns: 'on',
    kind: 'again',
    from: undefined,
    until: undefined,
    choice: firstChoice,
    zone: localZone(),
    hours: 8,
    minutes: 0,
  };
}

export function formOf(window: ScheduleWindow): Form {
  const { recurs } = window;
  const seconds = recurs?.seconds ?? 8 * 3600;
  return {
    id: window.id,
    name: window.name ?? '',
    turns: window.turns,
    kind: recurs ? 'again' : 'once',
    from: window.from ?? undefined,
    until: window.until ?? undefined,
    choice: recurs ? choiceOf(recurs.cron) : firstChoice,
    zone: recurs ? (recurs.time_zone ?? 'UTC') : localZone(),
    hours: Math.floor(seconds / 3600),
    // Windows made elsewhere may count seconds.
    minutes: (seconds % 3600) / 60,
  };
}

/** A choice that is still the one its pattern was read as keeps the pattern as it was written. */
function cronOf(choice: Choice): string {
  return sameJson(choice, choiceOf(choice.cron)) ? choice.cron.trim() : patternOf(choice);
}

/** In the form in which the server writes it down: what is empty is left out. */
export function windowOf(form: Form): ScheduleWindow {
  const zone = form.zone.trim();
  return {
    id: form.id,
    ...(form.name.trim() ? { name: form.name.trim() } : {}),
    turns: form.turns,
    ...(form.from ? { from: form.from } : {}),
    ...(form.until ? { until: form.until } : {}),
    ...(form.kind === 'again'
      ? {
          recurs: {
            cron: cronOf(form.choice),
            ...(zone === 'UTC' ? {} : { time_zone: zone }),
            seconds: Math.round(form.hours * 3600 + form.minutes * 60),
          },
        }
      : {}),
  };
}

/** What can be seen to be wrong without asking the server. */
export function errorsOf(form: Form): Errors {
  const errors: Errors = {};
  if (form.from && form.until && Date.parse(form.from) >= Date.parse(form.until))
    errors['/until'] = t.problems.order;
  if (form.kind === 'once') {
    if (!form.from && !form.until) errors[''] = t.problems.empty;
    return errors;
  }
  const { every, days, hour, minute, cron } = form.choice;
  if (every === 'week' && days.length === 0) errors['/recurs/cron'] = t.problems.days;
  if (every === 'own' && cron.trim() === '') errors['/recurs/cron'] = t.problems.cron;
  if (every !== 'own' && !(Number.isInteger(hour) && Number.isInteger(minute)))
    errors['/recurs/cron'] = t.problems.time;
  if (form.zone.trim() === '') errors['/recurs/time_zone'] = t.problems.zone;
  const seconds = form.hours * 3600 + form.minutes * 60;
  if (!(seconds >= 60 && seconds <= 366 * 86_400)) errors['/recurs/seconds'] = t.problems.length;
  return errors;
}

/** What the server refused of one window of a schedule, by field; undefined if it is about something else. */
export function refusedOf(problems: readonly FieldProblem[], position: number): Errors | undefined {
  const errors: Errors = {};
  for (const { pointer, detail } of problems) {
    const [, at, rest = ''] = /\/schedule\/windows\/(\d+)(\/.*)?$/.exec(pointer) ?? [];
    if (at === undefined || Number(at) !== position) continue;
    const field = isField(rest) ? rest : '';
    errors[field] = [errors[field], detail].filter(Boolean).join(' ');
  }
  return Object.keys(errors).length > 0 ? errors : undefined;
}
