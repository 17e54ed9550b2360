import type { ScheduleWindow } from '@/api/types';
import { percent } from '@/components/percent';
import { scheduleText as t } from '@/text/schedule';
import classes from './Schedule.module.css';
import type { Happening } from './spans';

interface EventWordsProps {
  event: Happening;
  /** Of the flag, if they are known: they have the names. */
  windows?: readonly ScheduleWindow[];
}

/** What happens, with a shape before it. */
export function EventWords({ event, windows }: EventWordsProps) {
  return (
    <span className={classes.event} data-kind={kindOf(event)}>
      <EventShape event={event} /> {wordsOf(event)}
      {windows && event.event === 'turn' && (
        <span className={classes.muted}> · {windowWords(event, windows)}</span>
      )}
    </span>
  );
}

function kindOf({ event, on }: Happening): 'on' | 'off' | 'ramp' | 'kill' {
  if (event === 'ramp') return 'ramp';
  if (event === 'kill_ends') return 'kill';
  return on ? 'on' : 'off';
}

function wordsOf(event: Happening): string {
  switch (event.event) {
    case 'ramp':
      return t.ramps(percent(event.share ?? 0));
    case 'kill_ends':
      return t.killEnds;
    case 'turn':
      if (event.changes) return event.on ? t.turnsOn : t.turnsOff;
      return event.on ? t.staysOn : t.staysOff;
  }
}

function windowWords(event: Happening, windows: readonly ScheduleWindow[]): string {
  const index = windows.findIndex((window) => window.id === event.window);
  return index < 0 ? t.windowCloses : windows[index]?.name || t.position(index + 1).toLowerCase();
}

function EventShape({ event }: { event: Happening }) {
  const kind = kindOf(event);
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" focusable="false">
      {kind === 'on' && <circle cx="5" cy="5" r="4" fill="currentColor" />}
      {kind === 'off' && (
        <circle cx="5" cy="5" r="3.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      )}
      {kind === 'ramp' && <path d="M5 .5L9.5 5 5 9.5.5 5z" fill="currentColor" />}
      {kind === 'kill' && <path d="M1 1h8v8H1z" fill="none" stroke="currentColor" strokeWidth="1.5" />}
    </svg>
  );
}
