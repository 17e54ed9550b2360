import { Tooltip } from '@mantine/core';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
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

/** How long the pointer rests before the whole time shows. */
const restMs = 300;

/**
 * A moment. Date, zone and UTC show while it is pointed at or has the focus; only then their tooltip exists,
 * since a list shows a time in every row.
 */
export function Time({ at, exact = false }: TimeProps) {
  const minute = useMinute();
  const [near, setNear] = useState(false);
  const element = useRef<HTMLTimeElement>(null);
  const timer = useRef<number>(undefined);
  const show = (wait: number) => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setNear(true), wait);
  };
  const hide = () => {
    window.clearTimeout(timer.current);
    setNear(false);
  };
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return (
    <>
      <time
        ref={element}
        dateTime={at}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: date and zone show on focus too
        tabIndex={0}
        onMouseEnter={() => show(restMs)}
        onMouseLeave={hide}
        onFocus={() => show(0)}
        onBlur={hide}
      >
        {exact ? absolute(at) : relative(at, minute)}
      </time>
      {near && <Tooltip target={element} label={fullTime(at)} opened />}
    </>
  );
}
