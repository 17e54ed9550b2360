import { useCallback, useLayoutEffect, useRef } from 'react';

/** The same function on every render, which runs the newest one: rows that got it need no new picture. */
export function useStable<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R {
  const latest = useRef(run);
  useLayoutEffect(() => {
    latest.current = run;
  });
  return useCallback((...args: A) => latest.current(...args), []);
}
