/** Wire types of windows and of what comes by itself. */
import type { Share } from './types';

export type Turns = 'on' | 'off';
/** What holds while no window is open; opposite: off if any window turns the flag on, else on. */
export type Outside = Turns | 'opposite';

export interface Recurrence {
  /** Minute, hour, day of the month, month, day of the week. */
  cron: string;
  /** UTC unless given. */
  time_zone?: string;
  seconds: number;
}

/** A span of time, once or again and again, in which a flag is on or off. */
export interface ScheduleWindow {
  id: string;
  name?: string;
  turns: Turns;
  from?: string | null;
  until?: string | null;
  recurs?: Recurrence | null;
}

/** Of the windows that are open the last one listed decides. */
export interface Schedule {
  windows?: ScheduleWindow[];
  outside?: Outside;
}

/** What comes by itself: a point of a ramp, or, without a share, a turn of the windows. */
export interface NextTurn {
  at: string;
  share?: Share | null;
}

export interface TimelineEvent {
  at: string;
  flag: string;
  event: 'turn' | 'ramp' | 'kill_ends';
  on?: boolean | null;
  /** Id of the window that decides from then on. */
  window?: string | null;
  share?: Share | null;
}

export interface Timeline {
  from: string;
  to: string;
  events: TimelineEvent[];
  truncated: boolean;
}
