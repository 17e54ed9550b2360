import { Tooltip } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { absolute, fullTime, relative } from './time';

let now = Date.now();
const listeners = new Set<() => void>();
let timer: number | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= window.setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 60_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time of the page's clock, ticking once a minute. */
export function useMinute(): number {
  return useSyncExternalStore(subscribe, () => now);
}

interface TimeProps {
  at: string;
  /** Always date and zone, as audit and schedules want it. */
  exact?: boolean;
}

export function Time({ at, exact = false }: TimeProps) {
  const minute = useMinute();
  return (
    <Tooltip label={fullTime(at)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at} tabIndex={exact ? 0 : undefined}>
        {exact ? absolute(at) : relative(at, minute)}
      </time>
    </Tooltip>
  );
}
